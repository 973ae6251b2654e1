"""InkML (W3C Recommendation, 20 September 2011): ink as XML, read and written."""

from glyphstudio.glyphs.inkml.reading import read, read_all
from glyphstudio.glyphs.inkml.writing import write, write_all

__all__ = ["read", "read_all", "write", "write_all"]
