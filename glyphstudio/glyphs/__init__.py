"""Drawings: ink, pictures, and the one renderer that turns both into bitmaps."""
