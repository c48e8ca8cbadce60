"""Where data comes from and goes to: an index of edges and the questions on it."""
