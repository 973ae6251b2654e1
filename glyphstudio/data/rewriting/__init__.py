"""Drawings that were written again by other hands: of pen strokes, and of the letters of fonts. Only for training."""
