"""The real window with the real studio: the user's own weights are used, recognise, and are replaced again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from glyphstudio.engine.weights.file import shipped_weights
from glyphstudio.glyphs.render import RENDERER_VERSION
from glyphstudio.library.library import Library
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, type_name
from tests.ui.glyphs import CROSS, CROSS_AGAIN, RING, RING_AGAIN


def recognised(window: MainWindow, qtbot: QtBot, hand: Hand) -> list[str]:
    """Return the glyphs that two drawings are recognised as."""
    said = []
    for ink in (CROSS_AGAIN, RING_AGAIN):
        hand.draw(window.canvas_column.canvas, ink)
        qtbot.waitUntil(
            lambda: window.conversation.asking._number is None and not window.answer_column.verdict.tentative
        )
        rows = [row.content.name for row in window.answer_column.ranking.rows if row.content]
        said.append(rows[0])
        window.actions_.draw.clear.trigger()
    return said


def keys(library: Path) -> set[str]:
    """Return the hashes of the weights whose embeddings the library has."""
    with Library.open(library) as opened:
        hashes = {hashlib.sha256(shipped_weights(name).read_bytes()).hexdigest() for name in ("protonet", "maml")}
        return {sha for sha in hashes if opened.embeddings(f"{sha} renderer {RENDERER_VERSION}")}


def test_weights_of_a_training_are_used_and_replaced_again(
    open_window: Callable[[Path], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    library = tmp_path / "field.glyphs"
    window, hand = open_window(library), Hand()
    for count, (ink, name) in enumerate(((CROSS, "Tarn"), (RING, "Kresh")), 1):
        hand.draw(window.canvas_column.canvas, ink)
        type_name(window, name)
        qtbot.waitUntil(lambda count=count: len(window.model) == count)  # type: ignore[misc]
    window.actions_.draw.clear.trigger()
    first = window.status.learner.text()
    assert recognised(window, qtbot, hand) == ["Tarn", "Kresh"]
    (tmp_path / "run").mkdir()
    result = tmp_path / "run" / "weights.safetensors"
    result.write_bytes(shipped_weights("maml").read_bytes())
    window.use_weights(result, "Evening run")
    qtbot.waitUntil(lambda: window.status.learner.text() == "Evening run (MAML), CPU, ready")
    assert recognised(window, qtbot, hand) == ["Tarn", "Kresh"]
    window.learner_menu.back.trigger()
    qtbot.waitUntil(lambda: window.status.learner.text() == first)
    assert recognised(window, qtbot, hand) == ["Tarn", "Kresh"]
    window.learner_menu.back.trigger()
    qtbot.waitUntil(lambda: window.status.learner.text() == "Evening run (MAML), CPU, ready")
    window.close()
    QApplication.processEvents()
    assert keys(library) == {hashlib.sha256(result.read_bytes()).hexdigest()}
