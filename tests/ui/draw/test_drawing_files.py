"""Dropped, pasted, exported and draft drawings: each problem gets a sentence, and no ink is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from glyphstudio.glyphs.export import to_inkml
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Picture
from glyphstudio.ui.parts import wording
from glyphstudio.ui.window.window import MainWindow
from tests.hand import Hand, type_name
from tests.ui.conftest import Maker
from tests.ui.glyphs import CROSS, RING


def drop(window: MainWindow, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    assert window.canvas_column.canvas.take(mime)


def test_a_dropped_picture_is_ranked_and_can_be_enrolled(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    grey = np.full((60, 60), 255, np.uint8)
    grey[10:50, 28:34] = 0
    Image.fromarray(grey).save(tmp_path / "bar.png")
    drop(window, tmp_path / "bar.png")
    qtbot.waitUntil(lambda: window.answer_column.verdict.headline == wording.UNKNOWN)
    assert isinstance(window.canvas_column.canvas.drawing, Picture)
    type_name(window, "Bar")
    qtbot.waitUntil(lambda: len(window.model) == 1)
    window.canvas_column.canvas.clear()
    drop(window, tmp_path / "bar.png")
    qtbot.waitUntil(
        lambda: window.answer_column.verdict.headline == "Bar" and not window.answer_column.verdict.tentative
    )


def test_inkml_is_ink(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "cross.inkml").write_bytes(to_inkml(CROSS))
    drop(window, tmp_path / "cross.inkml")
    qtbot.waitUntil(lambda: window.canvas_column.canvas.has_drawing)
    assert window.canvas_column.canvas.drawing == CROSS


@pytest.mark.parametrize("content", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\nbroken"])
def test_a_bad_file_gets_a_sentence_and_keeps_the_ink(
    window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path, content: bytes
) -> None:
    hand.draw(window.canvas_column.canvas, CROSS)
    before = window.canvas_column.canvas.drawing
    (tmp_path / "bad.png").write_bytes(content)
    window.canvas_column.notice.clear()
    drop(window, tmp_path / "bad.png")
    qtbot.waitUntil(lambda: "bad.png" in window.canvas_column.notice.text)
    assert window.canvas_column.canvas.drawing is before


def test_a_picture_without_ink_is_not_enrolled(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    Image.fromarray(np.full((60, 60), 255, np.uint8)).save(tmp_path / "blank.png")
    drop(window, tmp_path / "blank.png")
    qtbot.waitUntil(lambda: "blank.png shows no drawing" in window.canvas_column.notice.text)
    assert not window.canvas_column.canvas.has_drawing
    assert window.drawing_files.adjusting.dialog is None  # there is nothing that could be ink
    type_name(window, "Nothing")
    qtbot.waitUntil(lambda: not window.canvas_column.canvas.given)
    assert len(window.model) == 0


def test_copy_and_paste(window: MainWindow, qtbot: QtBot, hand: Hand) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    window.actions_.draw.paste.trigger()
    assert window.canvas_column.notice.text == wording.NO_PICTURE
    hand.draw(window.canvas_column.canvas, RING)
    window.actions_.draw.copy.trigger()
    image = clipboard.image()
    assert image.width() == 512
    assert image.pixelColor(0, 0).lightness() == 255
    window.actions_.draw.clear.trigger()
    window.actions_.draw.paste.trigger()
    qtbot.waitUntil(lambda: isinstance(window.canvas_column.canvas.drawing, Picture))
    clipboard.clear()


@pytest.mark.parametrize("suffix", [".png", ".svg", ".inkml", ""])
def test_export(window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    window.canvas_column.canvas.show_drawing(RING)
    path = tmp_path / f"ring{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), "SVG drawing (*.svg)"))
    window.actions_.draw.export_drawing.trigger()
    qtbot.waitUntil(lambda: "Exported" in window.canvas_column.notice.text)
    written = path if suffix else path.with_suffix(".svg")
    assert written.stat().st_size > 100
    assert not list(tmp_path.glob("*.part"))
    if suffix == ".png":
        assert QImage(str(written)).width() > 100


def test_failed_exports_get_a_sentence(
    window: MainWindow, qtbot: QtBot, hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [str(tmp_path / "ring.docx")]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (chosen[0], ""))
    window.drawing_files.choose_export()
    assert window.canvas_column.notice.text == wording.NO_INK
    hand.draw(window.canvas_column.canvas, RING)
    window.drawing_files.choose_export()
    qtbot.waitUntil(lambda: "no known format" in window.canvas_column.notice.text)
    chosen[0] = str(tmp_path / "no" / "folder" / "ring.png")
    window.drawing_files.choose_export()
    qtbot.waitUntil(lambda: "could not be written" in window.canvas_column.notice.text)
    window.canvas_column.canvas.show_drawing(Picture(np.zeros((4, 4), np.uint8)))
    chosen[0] = str(tmp_path / "ring.inkml")
    window.drawing_files.choose_export()
    qtbot.waitUntil(lambda: window.canvas_column.notice.text == wording.PICTURE_AS_INKML)


def test_unsaved_ink_survives_and_saved_ink_does_not_come_back(
    make_window: Maker, qtbot: QtBot, hand: Hand, tmp_path: Path
) -> None:
    first = make_window()
    hand.draw(first.canvas_column.canvas, CROSS)
    drawing = first.canvas_column.canvas.drawing
    first.close()
    second = make_window()
    qtbot.waitUntil(lambda: second.canvas_column.canvas.has_drawing)
    assert second.canvas_column.canvas.drawing == drawing
    assert second.canvas_column.notice.text == wording.RESTORED
    type_name(second, "Tarn")
    qtbot.waitUntil(lambda: second.canvas_column.canvas.settled)
    second.close()
    assert not any((tmp_path / "drafts").iterdir())
    third = make_window()
    third.files.export(tmp_path / "ring.svg", RING)  # works in order, so it has looked for a draft by then
    qtbot.waitUntil((tmp_path / "ring.svg").is_file)
    qtbot.waitUntil(lambda: "Exported" in third.canvas_column.notice.text)
    assert isinstance(third.canvas_column.canvas.drawing, Ink)
    assert not third.canvas_column.canvas.has_drawing


def test_an_unwritable_draft_folder_stops_nothing(make_window: Maker, qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("a file where a folder should be")
    window = make_window()
    hand.draw(window.canvas_column.canvas, CROSS)
    type_name(window, "Tarn")
    qtbot.waitUntil(lambda: len(window.model) == 1)


def test_the_dialog_offers_every_format() -> None:
    from glyphstudio.glyphs.formats.suffixes import EVERY
    from glyphstudio.ui.draw.drawing_files import DRAWING_FILES

    shown, _, everything = DRAWING_FILES.partition(";;")
    assert set(shown.partition("(")[2].removesuffix(")").split()) == {f"*.{suffix}" for suffix in EVERY}
    assert everything == "All files (*)"


def test_svg_is_ink_and_a_file_of_many_drawings_gets_a_sentence(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    canvas = window.canvas_column.canvas
    (tmp_path / "ell.svg").write_text('<svg viewBox="0 0 9 9"><path d="M2 2v6h5" fill="none" stroke="#000"/></svg>')
    drop(window, tmp_path / "ell.svg")
    qtbot.waitUntil(lambda: canvas.has_drawing)
    before = canvas.drawing
    assert isinstance(before, Ink) and len(before.strokes[0].xy) == 3
    (tmp_path / "many.ndjson").write_text('{"word":"a","drawing":[[[1,5],[2,9]]]}\n' * 2)
    drop(window, tmp_path / "many.ndjson")
    qtbot.waitUntil(lambda: "has 2 drawings" in window.canvas_column.notice.text)
    assert canvas.drawing == before
