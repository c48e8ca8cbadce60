"""Find things by words."""
