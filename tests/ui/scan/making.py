"""Pictures of paper for the tests of the scan's dialog."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw


def form(path: Path) -> Path:
    """A sign in a printed box: the box is left out."""
    sheet = Image.new("L", (300, 300), 255)
    draw = ImageDraw.Draw(sheet)
    draw.line((100, 100, 200, 180, 90, 190), fill=0, width=5)
    draw.rectangle((40, 40, 260, 260), outline=0, width=2)
    sheet.save(path)
    return path


def two_signs(path: Path) -> Path:
    """In a box, a bar on the left half and a faint disc on the right half."""
    sheet = Image.new("L", (400, 200), 255)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((10, 10, 389, 189), outline=0, width=2)
    draw.line((100, 50, 100, 150), fill=0, width=6)
    draw.ellipse((270, 70, 330, 130), outline=150, width=6)
    sheet.save(path)
    return path


def plain(path: Path) -> Path:
    """A sign on clean paper: there is nothing to doubt."""
    sheet = Image.new("L", (120, 120), 255)
    ImageDraw.Draw(sheet).line((30, 30, 90, 50, 40, 95), fill=0, width=5)
    sheet.save(path)
    return path


def pale(path: Path) -> Path:
    """A sign that is almost as light as the paper: by itself, GlyphStudio finds no ink."""
    sheet = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(sheet).line((50, 50, 150, 80, 60, 160), fill=243, width=6)
    sheet.save(path)
    return path
