"""Libraries, a held thread and a view at work, for the tests of the views that watch a learner."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import SignalInstance

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.glyphs.render import Bitmap, render_drawing
from glyphstudio.library.glyph import Glyph, Shot, pack
from glyphstudio.resources import weights_of
from glyphstudio.ui.watch import worker as watching_worker
from glyphstudio.ui.watch.adaptation_view import AdaptationView
from glyphstudio.ui.watch.messages import AdaptationSeen, Said
from tests.engine.making import scrawl
from tests.patience import PATIENCE
from tests.ui.glyphs import BARS, CROSS, CROSS_AGAIN, RING

FOMAML, PROTONET = weights_of("fomaml"), weights_of("protonet")  # the former is right after one step
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


def collected(signal: SignalInstance) -> list[AdaptationSeen | Said]:
    """Collect everything that a signal carries from now on."""
    answers: list[AdaptationSeen | Said] = []
    signal.connect(answers.append)
    return answers


def names(view: AdaptationView) -> list[str]:
    return [content.name for content in view.own.contents]


def ready(view: AdaptationView, weights: Path = FOMAML) -> None:
    view.use(weights)
    view.show_library(THREE)
    view.show_drawing(CROSS_AGAIN)
    view.show()
