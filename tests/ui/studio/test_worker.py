"""The studio's thread: order, the newest question, errors, closing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.library import Library
from glyphstudio.studio import EngineInfo, Ranking
from glyphstudio.ui.studio.asking import Asking
from glyphstudio.ui.studio.commands import AddShot, DeleteGlyph, DeleteShot, Enrol, Outcome, Rename, Restore
from glyphstudio.ui.studio.worker import StudioWorker
from tests.patience import PATIENCE
from tests.ui.fake import FakeStudio
from tests.ui.glyphs import CROSS, RING, RING_AGAIN

Log = list[tuple[object, ...]]


class SlowStudio(FakeStudio):
    """Ranks only when the test allows it, counts its questions, and warms up step by step."""

    let, busy = threading.Event(), threading.Event()
    asked: list[Drawing]
    steps = 0

    @staticmethod
    def open(library: Path) -> SlowStudio:
        studio = SlowStudio(Library.open(library))
        studio.asked = []
        return studio

    def rank(self, drawing: Drawing) -> Ranking:
        self.asked.append(drawing)
        self.busy.set()
        assert self.let.wait(PATIENCE)
        return super().rank(drawing)

    def warm_up(
        self, weights: Path | None = None, device: str = "auto", on_progress: Callable[[int, int], None] | None = None
    ) -> EngineInfo:
        assert on_progress is not None
        for step in range(self.steps):
            on_progress(step, self.steps)
            threading.Event().wait(0.01)
        return super().warm_up(weights, device, on_progress)


class Listener:
    """Records all of the studio's signals in order."""

    def __init__(self, studio: StudioWorker) -> None:
        self.heard: Log = []
        for name in (
            "opened",
            "not_opened",
            "warming",
            "ready",
            "not_ready",
            "answered",
            "not_answered",
            "done",
            "failed",
        ):
            getattr(studio, name).connect(self._hear(name))

    def _hear(self, name: str) -> Callable[..., None]:
        return lambda *values: self.heard.append((name, *values))

    def names(self) -> list[str]:
        return [str(entry[0]) for entry in self.heard]

    def of(self, name: str) -> Log:
        return [entry[1:] for entry in self.heard if entry[0] == name]


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[..., tuple[StudioWorker, Listener]]]:
    studios: list[StudioWorker] = []

    def build(
        opener: Callable[[Path], FakeStudio] = FakeStudio.open, preload: str = "json"
    ) -> tuple[StudioWorker, Listener]:
        studio = StudioWorker(opener=opener, preload=preload)
        studios.append(studio)
        return studio, Listener(studio)

    SlowStudio.let.set()
    SlowStudio.steps = 0
    yield build
    SlowStudio.let.set()
    for studio in studios:
        studio.close()


def start(qtbot: QtBot, studio: StudioWorker, heard: Listener, path: Path) -> None:
    studio.open(path)
    studio.preload()
    qtbot.waitUntil(lambda: "ready" in heard.names())


def test_commands_run_in_order_and_each_can_be_undone(
    make: Callable[..., tuple[StudioWorker, Listener]], qtbot: QtBot, tmp_path: Path
) -> None:
    studio, heard = make()
    start(qtbot, studio, heard, tmp_path / "a.glyphs")
    studio.perform(Enrol("Kresh", RING))
    studio.perform(AddShot(1, "Kresh", RING_AGAIN))
    studio.perform(Rename(1, "Kresh", "Ulo"))
    studio.perform(DeleteGlyph(1, "Ulo"))
    qtbot.waitUntil(lambda: len(heard.of("done")) == 4)
    outcomes = [entry[1] for entry in heard.of("done")]
    assert all(isinstance(outcome, Outcome) for outcome in outcomes)
    backs = [outcome.undo for outcome in outcomes if isinstance(outcome, Outcome)]
    assert [type(back) for back in backs] == [DeleteGlyph, DeleteShot, Rename, Restore]
    for back in reversed(backs):
        assert back is not None
        studio.perform(back)
    qtbot.waitUntil(lambda: len(heard.of("done")) == 8)
    studio.close()
    with Library.open(tmp_path / "a.glyphs") as library:
        assert library.glyphs() == []


def test_only_the_newest_question_is_answered(
    make: Callable[..., tuple[StudioWorker, Listener]], qtbot: QtBot, tmp_path: Path
) -> None:
    studio, heard = make(SlowStudio.open)
    start(qtbot, studio, heard, tmp_path / "a.glyphs")
    SlowStudio.let.clear()
    SlowStudio.busy.clear()
    studio.ask(RING)
    qtbot.waitUntil(SlowStudio.busy.is_set)
    numbers = [studio.ask(CROSS) for _ in range(20)]
    SlowStudio.let.set()
    qtbot.waitUntil(lambda: len(heard.of("answered")) == 2)
    qtbot.wait(50)
    assert [entry[0] for entry in heard.of("answered")] == [1, numbers[-1]]


def test_an_answer_older_than_its_question_is_dropped(
    make: Callable[..., tuple[StudioWorker, Listener]], qtbot: QtBot, tmp_path: Path
) -> None:
    studio, heard = make(SlowStudio.open)
    asking = Asking(studio, Ink)
    shown: list[bool] = []
    asking.answered.connect(lambda _ranking, final: shown.append(final))
    start(qtbot, studio, heard, tmp_path / "a.glyphs")
    asking.set_ready(True)
    SlowStudio.let.clear()
    SlowStudio.busy.clear()
    asking.ask(RING)
    qtbot.waitUntil(SlowStudio.busy.is_set)
    asking.ask(CROSS)
    SlowStudio.let.set()
    qtbot.waitUntil(lambda: len(heard.of("answered")) == 2)
    assert shown == [True]
    SlowStudio.let.clear()
    SlowStudio.busy.clear()
    asking.ask(RING)
    qtbot.waitUntil(SlowStudio.busy.is_set)
    asking.forget()
    SlowStudio.let.set()
    qtbot.waitUntil(lambda: len(heard.of("answered")) == 3)
    assert shown == [True]


def test_enrolling_works_before_the_recogniser_is_loaded(
    make: Callable[..., tuple[StudioWorker, Listener]], qtbot: QtBot, tmp_path: Path
) -> None:
    studio, heard = make()
    studio.open(tmp_path / "a.glyphs")  # without preload
    studio.perform(Enrol("Kresh", RING))
    qtbot.waitUntil(lambda: "done" in heard.names())
    assert "ready" not in heard.names()


def test_closing_finishes_an_enrolment_and_accepts_no_more(
    make: Callable[..., tuple[StudioWorker, Listener]], qtbot: QtBot, tmp_path: Path
) -> None:
    studio, heard = make()
    start(qtbot, studio, heard, tmp_path / "a.glyphs")
    studio.perform(Enrol("Kresh", RING))
    studio.close()
    studio.perform(Enrol("Tarn", CROSS))
    studio.open(tmp_path / "b.glyphs")
    studio.ask(RING)
    studio.close()  # a second call does nothing
    with Library.open(tmp_path / "a.glyphs") as library:
        assert [glyph.name for glyph in library.glyphs()] == ["Kresh"]
    assert not (tmp_path / "b.glyphs").exists()


def test_closing_ends_a_long_warm_up(
    make: Callable[..., tuple[StudioWorker, Listener]], qtbot: QtBot, tmp_path: Path
) -> None:
    SlowStudio.steps = 100_000
    studio, heard = make(SlowStudio.open)
    studio.open(tmp_path / "a.glyphs")
    studio.preload()
    qtbot.waitUntil(lambda: len(heard.of("warming")) > 2)
    studio.close()
    assert "ready" not in heard.names()


def test_a_library_that_cannot_be_opened_leaves_the_old_one_open(
    make: Callable[..., tuple[StudioWorker, Listener]], qtbot: QtBot, tmp_path: Path
) -> None:
    studio, heard = make()
    start(qtbot, studio, heard, tmp_path / "a.glyphs")
    bad = tmp_path / "bad.glyphs"
    bad.write_bytes(b"no library" * 400)
    studio.open(bad)
    studio.open(tmp_path / "gone.glyphs", must_exist=True)
    studio.perform(Enrol("Kresh", RING))
    qtbot.waitUntil(lambda: "done" in heard.names())
    sentences = [str(entry[1]) for entry in heard.of("not_opened")]
    assert "is not a GlyphStudio library" in sentences[0]
    assert "is no longer there" in sentences[1]
    assert bad.read_bytes() == b"no library" * 400


def test_errors_of_the_recogniser_and_bugs_become_sentences(
    make: Callable[..., tuple[StudioWorker, Listener]], qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(FakeStudio):
        @staticmethod
        def open(library: Path) -> Broken:
            return Broken(Library.open(library))

        warm = False

        def warm_up(self, *_: object, **__: object) -> EngineInfo:
            if not self.warm:
                raise KeyError("a bug")
            return super().warm_up()

        def rank(self, drawing: Drawing) -> Ranking:
            raise ZeroDivisionError("another")

    studio, heard = make(Broken.open)
    studio.open(tmp_path / "a.glyphs")
    studio.preload()
    studio.ask(RING)  # too early: Asking repeats it when the recogniser is ready
    qtbot.waitUntil(lambda: "not_ready" in heard.names())
    assert heard.of("not_answered") == []
    Broken.warm = True
    start(qtbot, studio, heard, tmp_path / "b.glyphs")
    studio.ask(RING)
    qtbot.waitUntil(lambda: "not_answered" in heard.names())
    assert "Your library and your drawing are safe" in str(heard.of("not_ready")[0][0])
    assert "a bug" in caplog.text
    assert "another" in caplog.text


def test_a_missing_torch_does_not_stop_the_window(
    make: Callable[..., tuple[StudioWorker, Listener]], qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    studio, heard = make(preload="no_such_module_anywhere")
    start(qtbot, studio, heard, tmp_path / "a.glyphs")  # warm_up is still called, and reports what is missing
    assert "no_such_module_anywhere" in caplog.text
