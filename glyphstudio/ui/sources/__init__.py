"""The choice of sources to learn from or measure on: Omniglot, a library, invented glyphs."""
