"""What the mesh is made of, in plain Python: values without behaviour of any library."""
