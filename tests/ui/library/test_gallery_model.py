"""The gallery's model: order, search, names, size."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from glyphstudio.library.glyph import Glyph, Shot, pack
from glyphstudio.names import natural_key
from glyphstudio.ui.library.gallery_model import GLYPH, GalleryModel
from tests.ui.glyphs import RING

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KIND, DATA = pack(RING)


def glyph(glyph_id: int, name: str, shots: int = 1) -> Glyph:
    return Glyph(glyph_id, name, NOW, tuple(Shot(100 * glyph_id + i, glyph_id, NOW, KIND, DATA) for i in range(shots)))


@pytest.fixture
def model() -> GalleryModel:
    result = GalleryModel()
    # Qt's own tester fails the test at the first signal that does not match the model's state.
    result.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        result, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    result.load([glyph(1, "g10"), glyph(2, "g2"), glyph(3, "Alpha"), glyph(4, "beta")])
    return result


def names(model: GalleryModel) -> list[str]:
    return [entry.name for entry in model.shown]


def test_natural_order_ignoring_case(model: GalleryModel) -> None:
    assert names(model) == ["Alpha", "beta", "g2", "g10"]


def test_put_remove_rename(model: GalleryModel) -> None:
    model.put(glyph(5, "aardvark"))
    model.put(glyph(2, "zeta"))
    model.put(glyph(4, "beta", shots=3))
    model.remove(1)
    model.remove(77)
    assert names(model) == ["aardvark", "Alpha", "beta", "zeta"]
    assert model.index(2).data(Qt.ItemDataRole.ToolTipRole) == "beta, 3 drawings"
    assert model.named("G2") is None
    assert model.row_of(2) == 3
    assert model.row_of(1) is None


def test_changes_during_a_search(model: GalleryModel) -> None:
    model.search("G")
    assert names(model) == ["g2", "g10"]
    model.put(glyph(6, "G3"))
    model.put(glyph(7, "no match"[3:]))
    model.put(glyph(2, "hidden"))
    model.remove(3)
    assert names(model) == ["G3", "g10"]
    assert len(model) == 5
    model.search("")
    assert names(model) == ["beta", "G3", "g10", "hidden", "match"]


def test_names_are_found_as_the_library_finds_them(model: GalleryModel) -> None:
    found = model.named("  ALPHA ")
    assert found is not None
    assert found.id == 3
    assert model.named("") is None


def test_editing_requests_a_rename_and_changes_nothing(model: GalleryModel) -> None:
    asked: list[tuple[int, str]] = []
    model.rename_wanted.connect(lambda *values: asked.append(values))
    index = model.index(0)
    assert model.setData(index, "Omega")
    assert model.setData(index, "Alpha")
    assert model.setData(index, "  ")
    assert asked == [(3, "Omega")]
    assert index.data() == "Alpha"
    assert index.data(GLYPH).id == 3


def test_ten_thousand_glyphs() -> None:
    model = GalleryModel()
    many = [glyph(i, f"glyph {i}") for i in range(1, 10_001)]
    model.load(many)
    model.search("99")
    assert len(names(model)) > 100
    model.search("")
    for i in range(100):
        model.put(glyph(20_000 + i, f"new {i}"))
        model.put(replace(many[i], name=f"other {i}"))
    shown = names(model)
    assert len(shown) == 10_100 and shown == sorted(shown, key=natural_key)
