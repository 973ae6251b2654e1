"""Where the files lie that travel with the program: weights, icons, the sample glyphs."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def asset(*parts: str) -> Path:
    """The path of a file or folder of the assets, such as asset("samples") or asset("icons", "undo.svg").

    An installed GlyphStudio carries its assets inside the package; a source checkout has them beside it.
    Whether the file exists is for the caller to find out: what a missing one means differs.
    """
    inside = _PACKAGE / "assets"
    return (inside if inside.is_dir() else _PACKAGE.parent / "assets").joinpath(*parts)
