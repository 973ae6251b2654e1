"""The window works without a recogniser."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from glyphstudio.engine.errors import EngineError
from glyphstudio.library.library import Library
from glyphstudio.studio import EngineInfo
from tests.hand import Hand, type_name
from tests.ui.conftest import Maker
from tests.ui.fake import FakeStudio
from tests.ui.glyphs import RING


def test_enrolling_works_without_a_recogniser(make_window: Maker, qtbot: QtBot, hand: Hand) -> None:
    class NoWeights(FakeStudio):
        @staticmethod
        def open(library: Path) -> NoWeights:
            return NoWeights(Library.open(library))

        def warm_up(self, *_: object, **__: object) -> EngineInfo:
            raise EngineError("The weights are missing. Install GlyphStudio again.")

    window = make_window(opener=NoWeights.open, wait=False)
    qtbot.waitUntil(lambda: "The weights are missing" in window.canvas_column.notice.text)
    hand.draw(window.canvas_column.canvas, RING)
    assert "The weights are missing" in window.canvas_column.notice.text  # it stays
    assert window.status.learner.text() == "Recogniser not available"
    assert window.answer_column.verdict.headline == "No recogniser"
    type_name(window, "Kresh")
    qtbot.waitUntil(lambda: len(window.model) == 1)
