"""The rules of the mesh and what they say of data; the only home of SHACL's libraries."""
