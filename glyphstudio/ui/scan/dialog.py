"""The dialog "Check the Picture": the picture with its crop beside what was taken for ink, and ways to correct it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.glyphs.picture import Picture
from glyphstudio.glyphs.scan.ink import AS_FOUND, Adjustment
from glyphstudio.ui.parts.pages import small_text
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font
from glyphstudio.ui.scan.crop import WHOLE, Crop
from glyphstudio.ui.scan.ink_view import InkView
from glyphstudio.ui.scan.picture_view import PictureView
from glyphstudio.ui.scan.source import Reading, Source
from glyphstudio.ui.scan.worker import ScanWorker

_LEAST, _MOST = 14, 95  # of the slider; its square is the threshold, so that there is room for faint ink


class ScanDialog(QDialog):
    """Reads a source again after every change. Escape cancels and Enter uses the newest reading."""

    used = Signal(object, object)  # Picture, Adjustment

    def __init__(self, source: Source, worker: ScanWorker, start: Adjustment, parent: QWidget) -> None:
        """start: how the source was read so far."""
        super().__init__(parent)
        self._worker = worker
        self._adjustment = start
        self._reading: Reading | None = None
        self._using = False  # whether Use This was pressed before the newest reading came
        self.setWindowTitle("Check the Picture")
        self._make(source)
        self._lay_out()
        self._connect()
        self._job = worker.open(source)
        self._changed(start)

    # --- building ---

    def _make(self, source: Source) -> None:
        self.heading = QLabel(source.name)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setFont(scaled_font(self.font(), 1.3))
        self.view, self.ink = PictureView(), InkView()
        self.left = _button("Turn &Left", "Turn the picture a quarter turn to the left")
        self.right = _button("Turn &Right", "Turn the picture a quarter turn to the right")
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(_LEAST, _MOST)
        self.threshold.setValue((_LEAST + _MOST) // 2)  # if no ink is found, it can still go either way
        self.threshold.setPageStep(5)
        self.threshold.setMinimumWidth(20 * UNIT)
        self.threshold.setAccessibleName("Threshold")
        self.threshold.setToolTip("How dark a mark must be to count as ink: towards Faint, paler marks count too.")
        self.automatic = QCheckBox("&Automatic")
        self.automatic.setToolTip("GlyphStudio chooses how dark a mark must be to count as ink.")
        self.without_marks = QCheckBox("Leave out the &paper's own marks")
        self.without_marks.setToolTip("Ruled lines, squares, printed boxes, edges and shadows do not count as ink.")
        self.notes = small_text()
        self.notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reset = _button("Re&set", "Read the picture as it was first read")
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("The canvas stays as it is")
        self.use = QPushButton("&Use This")
        self.use.setToolTip("Put what was taken for ink on the canvas")
        self.use.setProperty("primary", True)
        self.use.setDefault(True)

    def _lay_out(self) -> None:
        views = QGridLayout()
        views.setSpacing(UNIT)
        views.setHorizontalSpacing(2 * UNIT)
        for column, (title, view) in enumerate((("The picture", self.view), ("Taken for ink", self.ink))):
            views.addWidget(_caption(title), 0, column)
            views.addWidget(view, 1, column)
            views.setColumnStretch(column, 1)
        views.setRowStretch(1, 1)
        tools = QHBoxLayout()
        tools.setSpacing(UNIT)
        tools.addWidget(self.left)
        tools.addWidget(self.right)
        tools.addStretch(1)
        for widget in (_caption("Faint"), self.threshold, _caption("Dark"), self.automatic):
            tools.addWidget(widget)
        feet = QHBoxLayout()
        feet.setSpacing(UNIT)
        feet.addWidget(self.reset)
        feet.addStretch(1)
        feet.addWidget(self.cancel)
        feet.addWidget(self.use)
        self.notes.setFixedHeight(2 * self.notes.fontMetrics().lineSpacing() + 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(UNIT)
        layout.addWidget(self.heading)
        layout.addWidget(_caption("Is this the glyph? Otherwise drag a box around it, or change what counts as ink."))
        layout.addSpacing(UNIT)
        layout.addLayout(views, 1)
        layout.addLayout(tools)
        layout.addWidget(self.without_marks)
        layout.addWidget(self.notes)
        layout.addLayout(feet)

    def _connect(self) -> None:
        self._worker.shown.connect(self._shown)
        self._worker.read.connect(self._read)
        self._worker.unreadable.connect(self._unreadable)
        self.view.cropped.connect(self._crop)
        self.left.clicked.connect(self._turn_left)
        self.right.clicked.connect(self._turn_right)
        self.threshold.valueChanged.connect(self._set_threshold)
        self.automatic.toggled.connect(self._set_automatic)
        self.without_marks.toggled.connect(self._set_without_marks)
        self.reset.clicked.connect(self._reset)
        self.cancel.clicked.connect(self.reject)
        self.use.clicked.connect(self.accept)

    # --- what the user changes ---

    @property
    def adjustment(self) -> Adjustment:
        """What the controls say now."""
        return self._adjustment

    @property
    def reading(self) -> Reading | None:
        """The newest reading; None while it is awaited."""
        return self._reading

    @Slot(object)
    def _crop(self, crop: Crop) -> None:
        self._changed(replace(self._adjustment, crop=None if crop == WHOLE else crop))

    @Slot()
    def _turn_left(self) -> None:
        self._changed(replace(self._adjustment, turns=(self._adjustment.turns - 1) % 4))

    @Slot()
    def _turn_right(self) -> None:
        self._changed(replace(self._adjustment, turns=(self._adjustment.turns + 1) % 4))

    @Slot(int)
    def _set_threshold(self, value: int) -> None:
        self._changed(replace(self._adjustment, threshold=(value / 100) ** 2))

    @Slot(bool)
    def _set_automatic(self, on: bool) -> None:
        self._changed(replace(self._adjustment, threshold=None if on else (self.threshold.value() / 100) ** 2))

    @Slot(bool)
    def _set_without_marks(self, on: bool) -> None:
        self._changed(replace(self._adjustment, keep_marks=not on))

    @Slot()
    def _reset(self) -> None:
        self._changed(AS_FOUND)

    def _changed(self, adjustment: Adjustment) -> None:
        """Show the adjustment in all controls, and have the picture read with it."""
        self._adjustment, self._reading = adjustment, None
        self.view.show_crop(adjustment.crop or WHOLE, adjustment.turns)
        for box, on in (
            (self.automatic, adjustment.threshold is None),
            (self.without_marks, not adjustment.keep_marks),
        ):
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)
        if adjustment.threshold is not None:
            self._show_threshold(adjustment.threshold)
        self.reset.setEnabled(adjustment != AS_FOUND)
        self._worker.look(adjustment)

    def _show_threshold(self, threshold: float) -> None:
        self.threshold.blockSignals(True)
        self.threshold.setValue(round(100 * max(threshold, 0.0) ** 0.5))
        self.threshold.blockSignals(False)

    # --- what the worker answers ---

    @Slot(int, object)
    def _shown(self, job: int, image: QImage) -> None:
        if job == self._job:
            self.view.show_image(image)

    @Slot(int, object)
    def _read(self, job: int, reading: Reading) -> None:
        if job != self._job or reading.adjustment != self._adjustment:
            return
        self._reading = reading
        sentence = " ".join(_capital(note) for note in reading.notes)
        self.ink.show_ink(reading.picture, sentence)
        self._say("" if reading.picture is None else sentence, quiet=True)
        self.use.setEnabled(reading.picture is not None)
        if reading.adjustment.threshold is None and reading.threshold is not None:
            self._show_threshold(reading.threshold)
        if self._using:
            self._using = False
            self.accept()

    @Slot(int, str)
    def _unreadable(self, job: int, sentence: str) -> None:
        if job == self._job:
            self._say(sentence, quiet=False)
            self.use.setEnabled(False)

    def _say(self, sentence: str, quiet: bool) -> None:
        self.notes.setText(sentence)
        self.notes.setForegroundRole(QUIET if quiet else WARNING)
        self.without_marks.setAccessibleDescription(sentence)

    def accept(self) -> None:
        """Use the newest reading, as soon as it is there."""
        if self._reading is None:
            self._using = self.use.isEnabled()
            return
        if self._reading.picture is not None:
            picture: Picture = self._reading.picture
            super().accept()
            self.used.emit(picture, self._reading.adjustment)

    def done(self, result: int) -> None:
        """Stop listening, and let the worker free the picture."""
        for signal, slot in (
            (self._worker.shown, self._shown),
            (self._worker.read, self._read),
            (self._worker.unreadable, self._unreadable),
        ):
            signal.disconnect(slot)
        self._worker.forget()
        super().done(result)


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAutoDefault(False)  # so that Enter uses the picture
    return button


def _caption(text: str) -> QLabel:
    label = QLabel(text)
    label.setForegroundRole(QUIET)
    return label


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
