"""The checks that a set of shapes passes before it may judge anybody."""
