"""Libraries and a held thread for the tests of the views that watch a learner."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.glyphs.render import Bitmap, render_drawing
from glyphstudio.library.glyph import Glyph, Shot, pack
from glyphstudio.ui.watch import worker as watching_worker
from tests.engine.making import scrawl
from tests.patience import PATIENCE
from tests.ui.glyphs import BARS, CROSS, RING

_BORN = datetime(2026, 1, 1, tzinfo=UTC)


def glyph(number: int, name: str, *drawings: Drawing) -> Glyph:
    """Return a glyph with this id and a shot of each drawing."""
    packed = [pack(drawing) for drawing in drawings]
    shots = [Shot(100 * number + i, number, _BORN, kind, data) for i, (kind, data) in enumerate(packed)]
    return Glyph(number, name, _BORN, tuple(shots))


THREE = (glyph(1, "Cross", CROSS), glyph(2, "Ring", RING), glyph(3, "Bars", BARS))


def many(count: int) -> tuple[Glyph, ...]:
    return tuple(glyph(number, f"Glyph {number}", scrawl(number)) for number in range(1, count + 1))


class Held:
    """A hold on the watching thread: it stops at the first drawing that it renders, until `go` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self.rendered: list[Drawing] = []
        monkeypatch.setattr(watching_worker, "render_drawing", self._render)

    def _render(self, drawing: Drawing) -> Bitmap:
        self.rendered.append(drawing)
        self.reached.set()
        assert self.go.wait(PATIENCE)
        return render_drawing(drawing)
