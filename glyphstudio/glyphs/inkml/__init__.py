"""InkML (W3C Recommendation, 20 September 2011): ink as XML, read and written."""

from glyphstudio.glyphs.inkml.reading import read
from glyphstudio.glyphs.inkml.writing import write

__all__ = ["read", "write"]
