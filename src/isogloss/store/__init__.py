"""What is true now: named graphs of quads, in embedded Oxigraph."""
