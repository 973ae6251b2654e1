"""A page with many glyphs: finds each one's ink, puts them in reading order, and cuts them out."""
