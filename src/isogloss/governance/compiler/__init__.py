"""Shapes in SHACL, compiled to SPARQL: one query a constraint, run where the data is."""
