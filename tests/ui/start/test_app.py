"""Starting: no display, the choice of library, the snapshot, signals, unexpected errors."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer, qInstallMessageHandler, qWarning
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from glyphstudio.library.library import Library, default_library_path
from glyphstudio.ui.start import app
from glyphstudio.ui.start.signals import EndingSignals
from glyphstudio.ui.studio import worker as studio_worker
from glyphstudio.ui.window.window import MainWindow
from glyphstudio.ui.work import error_report
from tests.ui.fake import FakeStudio
from tests.ui.glyphs import CROSS, RING, RING_AGAIN


def restore(hooks: tuple[Any, Any]) -> None:
    """Undo what `error_report.install` did to the process."""
    sys.excepthook, threading.excepthook = hooks
    qInstallMessageHandler(None)
    logger = logging.getLogger("glyphstudio")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def test_a_missing_display_gets_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert app.run(None, None) == 1
    assert "no display" in capsys.readouterr().err


def test_which_library_is_opened(window: MainWindow, tmp_path: Path) -> None:
    own = default_library_path()
    window.settings.library = own
    assert app._choose_library(None, window) == (own, False)
    window.settings.library = tmp_path / "field.glyphs"
    assert app._choose_library(None, window) == (tmp_path / "field.glyphs", True)
    assert app._choose_library(tmp_path / "x.glyphs", window) == (tmp_path / "x.glyphs", False)


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real app with a studio that needs no torch."""
    real = studio_worker.StudioWorker.__init__

    def init(self: studio_worker.StudioWorker, **more: object) -> None:
        real(self, **{**more, "opener": FakeStudio.open, "preload": "json"})  # type: ignore[arg-type]

    monkeypatch.setattr(studio_worker.StudioWorker, "__init__", init)


@pytest.mark.usefixtures("no_torch", "qapp")
def test_snapshot_shows_the_ranked_drawing(tmp_path: Path) -> None:
    library = tmp_path / "a.glyphs"
    with Library.open(library) as opened:
        opened.enrol("Kresh", RING)
        opened.enrol("Tarn", CROSS)
    app.snapshot(tmp_path / "new" / "window.png", library, RING_AGAIN, size=(1000, 700))
    image = QImage(str(tmp_path / "new" / "window.png"))
    assert (image.width(), image.height()) == (1000, 700)
    assert image.pixelColor(200, 100).lightness() > 200
    colours = {image.pixelColor(x, y).rgb() for x in range(0, 1000, 3) for y in range(0, 700, 3)}
    assert len(colours) > 20
    app.snapshot(tmp_path / "empty.png", library)


@pytest.mark.usefixtures("no_torch", "qapp")
def test_a_failed_snapshot_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.glyphs").write_text("nothing of the kind " * 50)
    with pytest.raises(RuntimeError, match="is not a GlyphStudio library"):
        app.snapshot(tmp_path / "x.png", tmp_path / "bad.glyphs", RING)


@pytest.mark.usefixtures("no_torch")
def test_run_opens_and_closes(qapp: QApplication, tmp_path: Path) -> None:
    def leave() -> None:
        for widget in qapp.topLevelWidgets():
            if isinstance(widget, MainWindow) and widget.isVisible():
                widget.close()

    hooks = sys.excepthook, threading.excepthook
    QTimer.singleShot(500, leave)
    try:
        assert app.run(tmp_path / "mine.glyphs", None) == 0
    finally:
        restore(hooks)
    assert (tmp_path / "mine.glyphs").is_file()
    assert Path(os.environ["XDG_CONFIG_HOME"], "GlyphStudio", "settings.ini").is_file()


def test_sigterm_closes_the_window(window: MainWindow, qtbot: QtBot) -> None:
    endings = EndingSignals(window)
    try:
        with qtbot.waitSignal(window.closed):
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        endings.release()


def test_an_unexpected_error_is_logged_and_reported(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = sys.excepthook, threading.excepthook
    shown: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: shown.append(box.text()))
    monkeypatch.setattr(sys, "__excepthook__", lambda *_: None)
    try:
        file = error_report.install(tmp_path / "logs")
        assert file == tmp_path / "logs" / "glyphstudio.log"
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(shown))
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        qWarning("from Qt itself")
    finally:
        restore(hooks)
    text = file.read_text()
    assert "ZeroDivisionError" in text
    assert "from Qt itself" in text
    assert "KeyboardInterrupt" not in text
    assert str(file) in shown[0]


def test_logging_to_an_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    hooks = sys.excepthook, threading.excepthook
    try:
        assert error_report.install(tmp_path / "logs") is None
    finally:
        restore(hooks)


def test_the_window_does_not_import_torch() -> None:
    """A thread loads torch after the window is painted, so nothing that the window imports may import torch."""
    code = "import sys, glyphstudio.ui.window.window, glyphstudio.ui.start.app; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
