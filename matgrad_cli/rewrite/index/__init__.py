"""The index method: one entry, layer by layer, one δ at a time."""
