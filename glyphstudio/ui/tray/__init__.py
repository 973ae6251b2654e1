"""The tray: a page with many glyphs, cut into cells that are named one after the other."""
