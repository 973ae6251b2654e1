"""The endings in the file dialog are those of docs/formats.md."""

from __future__ import annotations

from pathlib import Path

from glyphstudio.glyphs.formats.suffixes import EVERY

PAGE = Path(__file__).parents[3] / "docs" / "formats.md"


def test_dialog_and_page_agree() -> None:
    rows = [line.split("|") for line in PAGE.read_text(encoding="utf-8").partition("## Written")[0].splitlines()]
    listed = {suffix for row in rows[5:] if len(row) == 5 for suffix in row[2].split()} - {"---", "usual", "endings"}
    assert listed == set(EVERY)
