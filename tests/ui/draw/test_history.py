"""A drawing's history goes back and forth, and is bounded."""

from __future__ import annotations

from glyphstudio.glyphs.ink import Ink
from glyphstudio.ui.draw.history import History
from tests.ui.glyphs import CROSS, GATE, RING


def test_history_walks_both_ways_and_forgets_what_was_undone() -> None:
    history = History()
    assert not history.undo()
    history.push(CROSS)
    history.push(RING)
    assert history.undo()
    assert history.now == CROSS
    assert history.redo()
    assert history.now == RING
    assert not history.redo()
    history.undo()
    history.push(GATE)
    assert not history.can_redo
    assert history.undo()
    assert history.undo()
    assert history.now == Ink()


def test_history_is_bounded_and_keeps_the_newest() -> None:
    history = History()
    for i in range(700):
        history.push(Ink.of([[(i / 1000, 0.5)]]))
    steps = 0
    while history.undo():
        steps += 1
    assert steps == 499


def test_undo_reaches_a_state_put_below_last() -> None:
    history = History()
    history.push(RING)
    history.put_below(CROSS)
    assert history.now == RING
    history.undo()
    history.undo()
    assert history.now == CROSS
