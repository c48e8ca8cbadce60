"""Words, their senses, and how the senses relate."""
