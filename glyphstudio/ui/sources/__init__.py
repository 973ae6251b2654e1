"""Choosing what to learn from: Omniglot, a library, invented glyphs."""
