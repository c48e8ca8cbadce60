"""The metadata and lineage service of a data mesh, kept as a knowledge graph."""

__version__ = "0.1.0"
