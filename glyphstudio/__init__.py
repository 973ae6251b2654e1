"""GlyphStudio: teach a computer a new symbol from one drawing."""

__version__ = "0.1.0"
