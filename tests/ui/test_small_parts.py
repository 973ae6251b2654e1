"""History, mailbox, draft, settings, percentages: parts without a window."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture
from glyphstudio.ui.answer.ranking import percent
from glyphstudio.ui.draw.draft import draft_path, load_draft, save_draft
from glyphstudio.ui.draw.history import History
from glyphstudio.ui.parts.settings import Settings
from glyphstudio.ui.work.mailbox import Mailbox
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


def test_what_is_put_below_is_reached_last() -> None:
    history = History()
    history.push(RING)
    history.put_below(CROSS)
    assert history.now == RING
    history.undo()
    history.undo()
    assert history.now == CROSS


def test_mailbox_keeps_the_newest_and_says_when_to_wake_the_reader() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.put(1)
    assert not box.put(2)
    assert box.take() == 2
    assert box.take() is None
    assert box.put(3)


def test_mailbox_between_threads_loses_only_the_older() -> None:
    box: Mailbox[int] = Mailbox()
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set() or (letter := box.take()) is not None:
            letter = box.take()
            if letter is not None:
                seen.append(letter)

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(20_000):
        box.put(i)
    while not seen or seen[-1] != 19_999:
        pass
    stop.set()
    reader.join()
    assert seen == sorted(seen)


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
def test_a_draft_that_cannot_be_read_is_dropped(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "draft"
    path.write_bytes(data)
    assert load_draft(path) is None
    assert not path.exists()


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "0 %"), (0.001, "<1 %"), (0.01, "1 %"), (0.934, "93 %"), (0.996, "99 %"), (0.9999, "100 %")],
)
def test_percent(probability: float, text: str) -> None:
    assert percent(probability) == text


def test_settings_survive_and_nonsense_counts_as_absent(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "s.ini")
    assert settings.theme == "system"
    assert settings.library is None
    assert settings.pen_width is None
    settings.theme, settings.pen_width, settings.library = "dark", 3, Path("/x/y.glyphs")
    settings.panel_width = 400
    settings.save()
    again = Settings(tmp_path / "s.ini")
    assert (again.theme, again.pen_width, again.library, again.panel_width) == ("dark", 3, Path("/x/y.glyphs"), 400)
    (tmp_path / "bad.ini").write_text("[General]\ntheme=purple\npen_width=wide\ngeometry=7\nlibrary=\n")
    bad = Settings(tmp_path / "bad.ini")
    assert (bad.theme, bad.pen_width, bad.geometry, bad.library) == ("system", None, None, None)
