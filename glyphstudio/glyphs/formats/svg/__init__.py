"""SVG: strokes as ink, filled shapes as a picture. Our own SVG comes back exactly."""

from glyphstudio.glyphs.formats.svg.reading import ROOT, read_svg

__all__ = ["ROOT", "read_svg"]
