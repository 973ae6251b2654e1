"""The library: the user's glyphs and their shots, which must never be lost."""
