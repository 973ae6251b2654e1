"""Reports unexpected errors: writes them to a log file, and shows a dialog so that they do not go unseen.

After an error in Python the app still runs, and a dialog names the log file. A crash in a library ends the process, so
its traces go to a separate file, which the next start names. GlyphStudio never sends anything anywhere.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, Slot, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QMessageBox

from glyphstudio.ui.parts.wording import unexpected

log = logging.getLogger("glyphstudio")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class _Reporter(QObject):
    """Lives in the window's thread. Any thread may emit `happened`."""

    happened = Signal(str)  # the traceback

    def __init__(self, log_file: Path | None) -> None:
        super().__init__()
        self._log_file = log_file
        self._open = False
        self.happened.connect(self._show)

    @Slot(str)
    def _show(self, details: str) -> None:
        if self._open or QApplication.instance() is None:  # one dialog at a time is enough
            return
        self._open = True
        box = QMessageBox(QMessageBox.Icon.Warning, "GlyphStudio", unexpected(self._log_file))
        box.setInformativeText("Nothing was sent to anyone. If you report this, include the details or that file.")
        box.setDetailedText(details)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.exec()
        self._open = False


_reporter: _Reporter | None = None


def sentence_of(error: Exception, log_file: Path | None) -> str:
    """Return the sentence for an error that a thread caught. GlyphStudio's own errors have a sentence. All others are
    bugs, whose traces go to the log."""
    if type(error).__module__.startswith("glyphstudio.") and str(error):
        return str(error)
    log.error("Unexpected error in one of the window's threads", exc_info=error)
    return unexpected(log_file)


def watch_for_crashes(folder: Path) -> Path | None:
    """Make a crash leave its traces in `folder`. Return the file with an earlier crash's traces, but only once."""
    traces, kept = folder / "crash.log", folder / "last-crash.log"
    earlier = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if traces.is_file() and traces.stat().st_size:
            traces.replace(kept)
            earlier = kept
        if not faulthandler.is_enabled():  # or a developer has enabled it
            faulthandler.enable(traces.open("w", encoding="utf-8"))  # stays open as long as the process
    except (OSError, ValueError, RuntimeError):
        log.warning("Crashes will leave no traces in %s", folder)
    return earlier


def install(folder: Path) -> Path | None:
    """Log to a rotating file in `folder`, and report all uncaught errors. Return the file, or None if it cannot be
    written."""
    global _reporter  # noqa: PLW0603  hooks belong to the process
    file: Path | None = folder / "glyphstudio.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "glyphstudio.log", maxBytes=1 << 20, backupCount=2, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
        log.addHandler(handler)
        # The log leaves out drawings and names unless the user asks for them.
        log.setLevel(logging.DEBUG if os.environ.get("GLYPHSTUDIO_LOG") == "debug" else logging.INFO)
    except OSError:
        file = None
    _reporter = _Reporter(file)
    sys.excepthook = _caught
    threading.excepthook = _caught_in_thread
    qInstallMessageHandler(_qt_said)
    return file


def _caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.__excepthook__(kind, error, trace)
    if issubclass(kind, KeyboardInterrupt):
        return
    log.error("Uncaught error", exc_info=(kind, error, trace))
    if _reporter is not None:
        _reporter.happened.emit("".join(traceback.format_exception(kind, error, trace)))


def _caught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _caught(args.exc_type, args.exc_value, args.exc_traceback)


def _qt_said(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", text)
