"""Documents that others wrote, read into plain triples; nothing in them is believed."""
