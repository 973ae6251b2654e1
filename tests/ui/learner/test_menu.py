"""The menu "Learner": the user can switch weights while drawing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from glyphstudio.engine.errors import EngineError
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.errors import LibraryError
from glyphstudio.library.glyph import Glyph
from glyphstudio.library.library import Library
from glyphstudio.resources import LEARNERS, weights_of
from glyphstudio.studio import EngineInfo, Ranking
from glyphstudio.ui.learner.choice import elsewhere, shipped
from glyphstudio.ui.parts import wording
from glyphstudio.ui.studio.worker import StudioWorker
from glyphstudio.ui.window.window import MainWindow
from tests.ui.conftest import Maker
from tests.ui.fake import FakeStudio

INK = Ink.of([[(0.2, 0.2), (0.8, 0.8)], [(0.8, 0.2), (0.2, 0.8)]])


class SwitchingStudio(FakeStudio):
    """Reports the weights it was given. Reptile's are broken."""

    @staticmethod
    def open(library: Path) -> SwitchingStudio:
        return SwitchingStudio(Library.open(library))

    def warm_up(
        self, weights: Path | None = None, device: str = "auto", on_progress: Callable[[int, int], None] | None = None
    ) -> EngineInfo:
        path = weights or weights_of("protonet")
        name = path.stem if path == weights_of(path.stem) else "protonet"
        if name == "reptile":
            raise EngineError("These weights are damaged. Take another copy of them.")
        if on_progress is not None and self.info is not None:
            on_progress(1, 2)
        self.info = EngineInfo(LEARNERS[name], "CPU", "0" * 64, path)
        return self.info


@pytest.fixture
def window(make_window: Maker) -> MainWindow:
    made = make_window(opener=SwitchingStudio.open)
    made.begin_with(shipped("protonet"))
    return made


def entry(window: MainWindow, key: str) -> QAction:
    return next(action for action in window.learner_menu.choices.actions() if action.data().key == key)


def ticked(window: MainWindow) -> list[str]:
    return [action.data().key for action in window.learner_menu.choices.actions() if action.isChecked()]


def test_every_learner_comes_with_weights() -> None:
    assert [name for name in LEARNERS if not weights_of(name).is_file()] == []


def test_the_menu_lists_the_learners_and_ticks_the_one_in_use(window: MainWindow, qtbot: QtBot) -> None:
    menu = next(action.menu() for action in window.menuBar().actions() if action.text() == "&Learner")
    assert isinstance(menu, QMenu)
    qtbot.waitUntil(lambda: "\t" in entry(window, "protonet").text())
    listed = [action.text().split("\t")[0] for action in menu.actions()]
    assert [text for text in listed if text in LEARNERS.values()] == list(LEARNERS.values())
    assert entry(window, "protonet").text() == "ProtoNet\t95.2 %"
    tip = entry(window, "protonet").toolTip()
    assert "95.2 ± 0.3 % right among 20 glyphs of one alphabet, from one drawing each (1,000 tasks)." in tip
    assert ticked(window) == ["protonet"]


def test_weights_from_elsewhere_have_no_tick(window: MainWindow, tmp_path: Path) -> None:
    window.begin_with(elsewhere(tmp_path / "mine.safetensors"))
    assert ticked(window) == []


def test_choosing_weights_switches_to_them_and_says_how_long_it_took(window: MainWindow, qtbot: QtBot) -> None:
    entry(window, "siamese").trigger()
    qtbot.waitUntil(lambda: window.status.learner.text() == "Siamese network, CPU, ready")
    assert ticked(window) == ["siamese"]
    assert window.canvas_column.notice.text == "Siamese network is in use."
    assert window.settings.learner == "siamese"


def test_the_weights_in_use_can_be_chosen_again(window: MainWindow) -> None:
    entry(window, "protonet").trigger()
    assert ticked(window) == ["protonet"]
    assert "ready" in window.status.learner.text()


def test_weights_that_cannot_be_used_leave_the_old_ones_in_use(window: MainWindow, qtbot: QtBot) -> None:
    before = window.status.learner.text()
    entry(window, "reptile").trigger()
    qtbot.waitUntil(lambda: window.canvas_column.notice.text.startswith("These weights are damaged."))
    assert ticked(window) == ["protonet"]
    assert window.settings.learner is None
    assert window.status.learner.text() == before
    entry(window, "maml").trigger()
    qtbot.waitUntil(lambda: window.status.learner.text() == "MAML, CPU, ready")


def test_of_two_choices_the_newest_wins(window: MainWindow, qtbot: QtBot) -> None:
    for name in ("siamese", "maml", "anil"):
        entry(window, name).trigger()
    qtbot.waitUntil(lambda: window.settings.learner is not None)
    assert ticked(window) == ["anil"]
    assert window.settings.learner == "anil"
    assert window.status.learner.text() == "ANIL, CPU, ready"


class Slow(SwitchingStudio):
    """Reports the progress of a long switch, and notes which weights answered meanwhile."""

    answered: list[str]

    @staticmethod
    def open(library: Path) -> Slow:
        studio = Slow(Library.open(library))
        studio.answered = []
        return studio

    def warm_up(
        self, weights: Path | None = None, device: str = "auto", on_progress: Callable[[int, int], None] | None = None
    ) -> EngineInfo:
        if self.info is not None and on_progress is not None:
            while not self.answered:  # until the waiting question is answered
                on_progress(1, 1000)
        return super().warm_up(weights, device)

    def rank(self, drawing: Drawing) -> Ranking:
        assert self.info is not None
        self.answered.append(self.info.learner)
        return super().rank(drawing)


def test_the_old_weights_answer_until_the_new_ones_are_ready(qtbot: QtBot, tmp_path: Path) -> None:
    studios: list[Slow] = []

    def opener(path: Path) -> Slow:
        studios.append(Slow.open(path))
        return studios[-1]

    studio = StudioWorker(opener=opener, preload="json", weights=weights_of("protonet"))
    try:
        with qtbot.waitSignal(studio.ready):
            studio.open(tmp_path / "a.glyphs")
            studio.preload()
        with qtbot.waitSignal(studio.switched) as switched:
            studio.use(weights_of("siamese"))
            studio.ask(INK)
        assert studios[0].answered[0] == "ProtoNet"
        assert switched.args is not None
        assert switched.args[0].learner == "Siamese network"
    finally:
        studio.close()


class Endless(SwitchingStudio):
    """Never finishes loading the Siamese network's weights."""

    @staticmethod
    def open(library: Path) -> Endless:
        return Endless(Library.open(library))

    def warm_up(
        self, weights: Path | None = None, device: str = "auto", on_progress: Callable[[int, int], None] | None = None
    ) -> EngineInfo:
        while weights == weights_of("siamese") and on_progress is not None:
            on_progress(1, 1000)
        return super().warm_up(weights, device)


@pytest.mark.parametrize("first", ["protonet", "siamese"])
def test_another_choice_ends_a_running_warm_up(qtbot: QtBot, tmp_path: Path, first: str) -> None:
    studio = StudioWorker(opener=Endless.open, preload="json", weights=weights_of(first))
    try:
        with qtbot.waitSignal(studio.ready if first == "protonet" else studio.warming):
            studio.open(tmp_path / "a.glyphs")
            studio.preload()
        if first == "protonet":
            with qtbot.waitSignal(studio.warming):
                studio.use(weights_of("siamese"))
        with qtbot.waitSignal(studio.switched if first == "protonet" else studio.ready) as done:
            studio.use(weights_of("maml"))
        assert done.args is not None
        assert done.args[0].learner == "MAML"
    finally:
        studio.close()


def test_a_library_that_cannot_be_read_after_a_switch_is_reported(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = StudioWorker(opener=SwitchingStudio.open, preload="json", weights=weights_of("protonet"))
    try:
        with qtbot.waitSignal(studio.ready):
            studio.open(tmp_path / "a.glyphs")
            studio.preload()

        def broken(_library: Library) -> list[Glyph]:
            raise LibraryError("The library cannot be read.")

        monkeypatch.setattr(Library, "glyphs", broken)
        with qtbot.waitSignal(studio.not_switched) as said:
            studio.use(weights_of("siamese"))
        assert said.args is not None
        assert said.args[1] == "The library cannot be read."
    finally:
        studio.close()


def test_closing_does_not_wait_for_a_switch(qtbot: QtBot, tmp_path: Path) -> None:
    studio = StudioWorker(opener=Slow.open, preload="json", weights=weights_of("protonet"))
    with qtbot.waitSignal(studio.ready):
        studio.open(tmp_path / "a.glyphs")
        studio.preload()
    with qtbot.waitSignal(studio.warming):
        studio.use(weights_of("siamese"))  # without a question this switch would never end
    studio.close()


@pytest.mark.parametrize("name", ["siamese", "maml", "anil"])
def test_the_real_learners_recognise_after_a_switch(name: str, qtbot: QtBot, tmp_path: Path) -> None:
    other = Ink.of([[(0.5, 0.1), (0.5, 0.9), (0.1, 0.9)]])
    with Library.open(tmp_path / "real.glyphs") as library:
        cross, hook = library.enrol("cross", INK).id, library.enrol("hook", other).id
    studio = StudioWorker(weights=weights_of("protonet"), device="cpu")
    try:
        with qtbot.waitSignal(studio.ready):
            studio.open(tmp_path / "real.glyphs")
            studio.preload()
        with qtbot.waitSignal(studio.switched) as switched:
            studio.use(weights_of(name))
        assert switched.args is not None
        assert switched.args[0].learner == LEARNERS[name]
        assert switched.args[1] == 2
        for drawing, glyph_id in ((INK, cross), (other, hook)):
            with qtbot.waitSignal(studio.answered) as answered:
                studio.ask(drawing)
            assert answered.args is not None
            assert answered.args[1].candidates[0].glyph_id == glyph_id
    finally:
        studio.close()


def test_the_sentences() -> None:
    assert wording.switching("MAML", 0, 0, 0.0) == "MAML…"
    assert wording.switching("MAML", 100, 400, 1.0) == "MAML: 100 of 400 drawings, about 3 s left"
    assert wording.switched("MAML", 400, 2.14) == "MAML is in use. The library's 400 drawings took 2.1 s."
    assert wording.switched("MAML", 1, 0.2) == "MAML is in use. The library's 1 drawing took 0.2 s."
