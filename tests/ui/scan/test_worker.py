"""The scan's worker: the newest question wins, and every answer belongs to its picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.scan.ink import AS_FOUND, Adjustment
from glyphstudio.ui.parts import wording
from glyphstudio.ui.scan.source import Reading, Source
from glyphstudio.ui.scan.worker import ScanWorker
from tests.patience import PATIENCE
from tests.ui.scan.making import form, plain


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[ScanWorker]:
    worker = ScanWorker()
    yield worker
    worker.close()


def readings(worker: ScanWorker) -> list[tuple[int, Reading]]:
    found: list[tuple[int, Reading]] = []
    worker.read.connect(lambda job, reading: found.append((job, reading)))
    return found


def test_only_the_newest_of_many_changes_is_read(worker: ScanWorker, qtbot: QtBot, tmp_path: Path) -> None:
    found, gate = readings(worker), Event()
    worker.do(gate.wait, PATIENCE)  # keeps the thread busy until all changes are made
    job = worker.open(Source("form.png", form(tmp_path / "form.png").read_bytes()))
    for step in range(20):
        worker.look(Adjustment(threshold=0.2 + step / 100))
    gate.set()
    qtbot.waitUntil(lambda: bool(found))
    assert [(number, reading.adjustment) for number, reading in found] == [(job, Adjustment(threshold=0.39))]
    worker.look(AS_FOUND)
    qtbot.waitUntil(lambda: len(found) == 2)
    assert found[1][1].notes == ("left out a box as part of the paper.",)


def test_an_answer_belongs_to_its_picture(worker: ScanWorker, qtbot: QtBot, tmp_path: Path) -> None:
    found, gate = readings(worker), Event()
    worker.do(gate.wait, PATIENCE)
    worker.open(Source("form.png", form(tmp_path / "form.png").read_bytes()))
    worker.look(AS_FOUND)
    job = worker.open(Source("plain.png", plain(tmp_path / "plain.png").read_bytes()))
    worker.look(AS_FOUND)
    gate.set()
    qtbot.waitUntil(lambda: bool(found))
    (number, reading), *others = found
    assert (number, reading.notes, others) == (job, (), [])


def test_nothing_is_read_of_a_forgotten_picture(worker: ScanWorker, qtbot: QtBot, tmp_path: Path) -> None:
    found = readings(worker)
    worker.open(Source("form.png", form(tmp_path / "form.png").read_bytes()))
    worker.forget()
    worker.look(AS_FOUND)
    job = worker.open(Source("plain.png", plain(tmp_path / "plain.png").read_bytes()))
    worker.look(AS_FOUND)
    qtbot.waitUntil(lambda: bool(found))
    assert [number for number, _ in found] == [job]


@pytest.mark.parametrize(
    ("data", "says"), [(b"\x89PNG\r\n\x1a\nbroken", "broken.png"), (b"<ink/>", wording.NOTHING_TO_ADJUST)]
)
def test_what_cannot_be_decoded_gets_a_sentence(worker: ScanWorker, qtbot: QtBot, data: bytes, says: str) -> None:
    said: list[str] = []
    worker.unreadable.connect(lambda _job, sentence: said.append(sentence))
    worker.open(Source("broken.png", data))
    qtbot.waitUntil(lambda: bool(said))
    assert says in said[0] and said[0].endswith(".")
