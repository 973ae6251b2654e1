"""The choice of one source of drawings."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from glyphstudio.data.fetch import default_data_folder
from glyphstudio.sources import SYNTHETIC, synthetic_alphabets
from glyphstudio.ui.sources.one_source import INVENTED, LIBRARY, OMNIGLOT, OneSource
from tests.ui.watch.making import THREE


@pytest.fixture
def field(qtbot: QtBot) -> OneSource:
    field = OneSource()
    qtbot.addWidget(field)
    field.show()
    return field


def test_without_omniglot_it_starts_with_invented_glyphs(field: OneSource) -> None:
    assert (field.kind.currentIndex(), field.problem) == (INVENTED, "")
    assert field.name == f"{SYNTHETIC}:50"
    QTest.keyClick(field.alphabets, Qt.Key.Key_Down)
    assert synthetic_alphabets(field.name) == 49


def test_fetched_omniglot_is_offered(qtbot: QtBot) -> None:
    default_data_folder().mkdir(parents=True)
    field = OneSource()
    qtbot.addWidget(field)
    assert (field.kind.currentIndex(), field.name) == (OMNIGLOT, str(default_data_folder()))


def test_omniglot_needs_a_place(
    field: OneSource, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    QTest.keyClick(field.kind, Qt.Key.Key_Up)
    assert field.kind.currentIndex() == OMNIGLOT
    assert field.problem.startswith("Say where Omniglot is")
    assert field.name == ""
    with qtbot.waitSignal(field.changed):
        QTest.keyClicks(field.place, " /x ")
    assert (field.name, field.problem) == ("/x", "")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    folder, archive = field.browse.menu().actions()
    folder.trigger()
    assert field.name == str(tmp_path)
    archive.trigger()
    assert field.name == str(tmp_path), "a cancelled dialog must change nothing"


def test_the_open_library(field: OneSource, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "own.glyphs"
    field.kind.setCurrentIndex(LIBRARY)
    assert field.is_library
    assert field.problem.startswith("Your library is empty")
    with qtbot.waitSignal(field.changed):
        field.show_library(THREE, path)
    assert (field.name, field.opened, field.problem) == (str(path), {str(path): THREE}, "")
    assert field.said.text() == "3 glyphs, 3 drawings"
    with qtbot.assertNotEmitted(field.changed):
        field.show_library(list(THREE), path)
    field.kind.setCurrentIndex(INVENTED)
    with qtbot.assertNotEmitted(field.changed):
        field.show_library(THREE[:1], path)


def test_a_source_by_its_name(field: OneSource, tmp_path: Path) -> None:
    path = tmp_path / "own.glyphs"
    field.show_library(THREE, path)
    for name, kind in (("synthetic:7", INVENTED), (str(path), LIBRARY), ("/data/omniglot", OMNIGLOT)):
        field.choose(name)
        assert (field.name, field.kind.currentIndex()) == (name, kind)
    field.choose(SYNTHETIC)
    assert field.name == f"{SYNTHETIC}:50"
    field.choose("")
    assert field.name == str(default_data_folder())
