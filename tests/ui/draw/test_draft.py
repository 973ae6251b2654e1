"""Each library's draft keeps the drawing that is not yet enrolled."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture
from glyphstudio.ui.draw.draft import draft_path, load_draft, save_draft
from tests.ui.glyphs import CROSS


@pytest.mark.parametrize("drawing", [CROSS, Picture(np.full((5, 7), 200, np.uint8))], ids=["ink", "picture"])
def test_draft_round_trip(tmp_path: Path, drawing: Ink | Picture) -> None:
    path = draft_path(tmp_path / "new" / "folder", tmp_path / "a.glyphs")
    assert load_draft(path) is None
    save_draft(path, drawing)
    assert load_draft(path) == drawing
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    save_draft(path, None)
    assert not path.exists()
    save_draft(path, Ink())


def test_each_library_has_its_own_draft(tmp_path: Path) -> None:
    assert draft_path(tmp_path, Path("/a")) != draft_path(tmp_path, Path("/b"))


@pytest.mark.parametrize("data", [b"", b"GINK", b"GINK" + bytes(40), b"\x89PNG broken", bytes(100)])
def test_a_draft_that_cannot_be_decoded_is_deleted(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "draft"
    path.write_bytes(data)
    assert load_draft(path) is None
    assert not path.exists()
