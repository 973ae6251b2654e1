"""Shows live curves of up to five runs: loss and accuracy against steps, with smoothing, zoom and export."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.engine.runs.log import Curves
from glyphstudio.engine.runs.table import NumbersOf
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.flow_layout import FlowLayout
from glyphstudio.ui.parts.theme import QUIET, UNIT, WARNING, scaled_font
from glyphstudio.ui.plot.colours import SIGNS
from glyphstudio.ui.plot.figure import figure
from glyphstudio.ui.plot.legend import NAMES, Legend
from glyphstudio.ui.plot.picture import PlotError, check_place
from glyphstudio.ui.plot.readout import Readout, Row, spoken
from glyphstudio.ui.plot.run_curves import Kind, RunCurves
from glyphstudio.ui.plot.saving import PlotSaver
from glyphstudio.ui.plot.sheet import Sheet

MOST_RUNS = len(SIGNS)
NO_RUN = "There is no run to show yet. Start one, or choose one from the list of runs."
NO_STEP = "Waiting for the first steps…"
FILES = {".png": "PNG picture (*.png)", ".svg": "SVG drawing (*.svg)", ".csv": "CSV table (*.csv)"}
_MENU = {".png": "Picture (PNG)…", ".svg": "Drawing (SVG)…", ".csv": "Numbers of every step (CSV)…"}
_READ = 10_000  # ms that a success message stays
_LEGEND = 0.3  # the legend's greatest share of the height
_SMOOTHEST = 30  # places of the slider, ten for each tenfold length of the average
_SMOOTH = 10
_PAUSE = 40  # ms that the slider rests before curves are smoothed again


def weight_at(place: int) -> float:
    """Return the average's weight for a place of the slider: averages over about 1, … 10, … 1,000 steps."""
    return 1 - 10 ** (-place / 10)


class CurvesView(QWidget):
    """The curves. `show_run` and `extend_run` add runs and steps without changing zoom, smoothing or hidden curves."""

    exported = Signal(object)  # Path
    refused = Signal(str)  # a sentence: why there is no file

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: dict[str, RunCurves] = {}
        self._places: dict[str, int] = {}
        self._waiting = False  # something changed while the view was hidden
        self.sheet = Sheet(self)
        self.legend = Legend()
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.logarithmic = QCheckBox("Log loss")
        self.fit = QPushButton("Fit")
        self.export_button = QPushButton("Export…")
        self.message = QLabel()
        self._weight = QLabel()
        self._legend_room = QScrollArea()
        self._empty = QLabel(NO_RUN)
        self._pages = QStackedWidget()
        self._readouts = (Readout(self.sheet.widget), Readout(self.sheet.widget))
        self._pause, self._read_by_now = QTimer(self), QTimer(self)
        self._lay_out()
        self._connect()
        self._smoothing_moved(_SMOOTH)
        self._palette_changed()
        self._show_page()

    # Runs

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the runs, in the order in which they were added."""
        return tuple(self._runs)

    def show_run(self, key: str, title: str, settings: str, curves: Curves) -> None:
        """Add a run, or replace the one with this key. settings: the tooltip of its legend entry.

        Raises ValueError if there are MOST_RUNS others.
        """
        if key not in self._runs and len(self._runs) >= MOST_RUNS:
            raise ValueError(f"More than {MOST_RUNS} runs cannot be told apart. Remove one first.")
        run = RunCurves(title, settings, self._smoothing_weight)
        run.extend(curves)
        if key in self._runs:
            hidden = set(self.sheet.hidden)
            self.sheet.remove(key)
            self.sheet.hidden = hidden
        else:
            self._places[key] = min(set(range(MOST_RUNS)) - set(self._places.values()))
        self._runs[key] = run
        self.sheet.add(key, run, self._places[key])
        self.legend.put(key, title, settings, self._places[key])
        self.legend.recolour(self.sheet.colour, self.palette())
        self._show_page()
        self._changed()

    def extend_run(self, key: str, more: Curves) -> None:
        """Append a run's new numbers; only these cost time. Raises KeyError if there is no such run."""
        self._runs[key].extend(more)
        self._show_page()
        self._changed()

    def remove_run(self, key: str) -> None:
        """Remove a run, if it is there."""
        if self._runs.pop(key, None) is not None:
            del self._places[key]
            self.sheet.remove(key)
            self.legend.remove(key)
            self._show_page()
            self._changed()

    def clear(self) -> None:
        for key in self.keys:
            self.remove_run(key)

    # View

    @property
    def readout(self) -> str:
        """The values at the crosshair's step, in words; "" without a crosshair."""
        return self.sheet.widget.accessibleDescription()

    @property
    def _smoothing_weight(self) -> float:
        return weight_at(self.smoothing.value())

    def _changed(self) -> None:
        if self.isVisible():
            self.sheet.draw_soon()
            self._read()
        else:
            self._waiting = True

    def showEvent(self, event: QShowEvent) -> None:
        if self._waiting:
            self._waiting = False
            self._changed()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.sheet.point_at(None)
        super().hideEvent(event)

    @Slot()
    def _legend_changed(self) -> None:
        self.sheet.kinds, self.sheet.hidden = self.legend.shown_kinds, self.legend.hidden_runs
        self.sheet.refit()
        self._changed()

    @Slot(int)
    def _smoothing_moved(self, place: int) -> None:
        weight, steps = weight_at(place), 10 ** (place / 10)
        self._weight.setText(f"{weight:.2f}" if place <= 20 else f"{weight:.3f}")
        meaning = f"An average over about {steps:,.0f} steps (weight {weight:.3f})" if place else "Every step as it was"
        self.smoothing.setToolTip(f"{meaning}. The raw curve stays, faint." if place else f"{meaning}.")
        self.smoothing.setAccessibleDescription(meaning)
        self._pause.start()

    @Slot()
    def smooth_now(self) -> None:
        """Smooth as the slider says, at once. Otherwise this follows when the slider rests."""
        self.sheet.smoothed = self.smoothing.value() > 0
        for run in self._runs.values():
            run.smooth(self._smoothing_weight)
        self._changed()

    @Slot(bool)
    def _log_toggled(self, on: bool) -> None:
        self.sheet.log_loss = on
        self.sheet.refit()
        self._changed()

    @Slot(bool)
    def _following_changed(self, following: bool) -> None:
        self.fit.setEnabled(not following)

    def _sign(self, key: str) -> str:
        return SIGNS[self._places[key]]

    def _colour(self, key: str) -> str:
        return self.sheet.colour(key).name()

    @Slot()
    def _read(self) -> None:
        """Show the curves' values at the crosshair."""
        step = self.sheet.step
        if step is None:
            for readout in self._readouts:
                readout.hide()
            self.sheet.widget.setAccessibleDescription("")
            return
        kinds = [kind for kind in Kind if kind in self.sheet.kinds]
        rows = [
            Row(run.title, self._sign(key), self._colour(key), {kind: run.read(kind, step) for kind in kinds})
            for key, run in self.sheet.shown.items()
        ]
        for readout, plot in zip(self._readouts, (self.sheet.loss, self.sheet.accuracy), strict=True):
            box = plot.getViewBox()
            room: QRectF = box.sceneBoundingRect()
            left, right = box.viewRange()[0]
            own = [kind for kind in kinds if kind.loss is (plot is self.sheet.loss)]
            readout.show_rows(int(step), own, rows, room, step > (left + right) / 2)
        self.sheet.widget.setAccessibleDescription(spoken(int(step), kinds, rows, NAMES))

    # Export

    def export(self, path: Path) -> None:
        """Save the visible curves as a picture (.png, .svg), or all raw numbers as a table (.csv). `exported` or
        `refused` follows."""
        try:
            check_place(path, tuple(FILES), "The curves")
        except PlotError as error:
            self._refused(str(error))
            return
        suffix = path.suffix.lower()
        content = self._numbers() if suffix == ".csv" else figure(self.sheet, suffix)
        saver = PlotSaver()
        saver.saved.connect(self._exported)
        saver.refused.connect(self._refused)
        saver.save(path, content)

    def _numbers(self) -> tuple[NumbersOf, ...]:
        return tuple(NumbersOf(run.title, run.curves) for run in self._runs.values())

    @Slot(QAction)
    def choose_export(self, action: QAction) -> None:
        """Ask where to save the file. action: of the menu; it decides the kind of file."""
        suffix = str(action.data())
        name, _ = QFileDialog.getSaveFileName(
            self, "Export Curves", str(Path.home() / f"curves{suffix}"), f"{FILES[suffix]};;All files (*)"
        )
        if name:
            path = Path(name)
            self.export(path if path.suffix else path.with_suffix(suffix))

    @Slot(object)
    def _exported(self, path: Path) -> None:
        self._say(wording.exported(path), QUIET)
        self._read_by_now.start()
        self.exported.emit(path)

    @Slot(str)
    def _refused(self, sentence: str) -> None:
        self._say(sentence, WARNING)
        self.refused.emit(sentence)

    @Slot()
    def _forget(self) -> None:
        self._say("", QUIET)

    def _say(self, sentence: str, role: QPalette.ColorRole) -> None:
        self._read_by_now.stop()
        self.message.setForegroundRole(role)
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    # The widget

    def sizeHint(self) -> QSize:
        return QSize(90 * UNIT, 60 * UNIT)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._palette_changed()
        super().changeEvent(event)

    def _palette_changed(self) -> None:
        self.sheet.recolour(self.palette())
        self.sheet.refont(scaled_font(self.font(), 0.88))
        self.legend.recolour(self.sheet.colour, self.palette())
        self._changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        """Give the legend the height that it needs, but at most its share of the view. The rest of it scrolls."""
        needed = self.legend.heightForWidth(max(self.width() - 2 * UNIT, 1))
        self._legend_room.setFixedHeight(min(needed, round(self.height() * _LEGEND)))

    def _show_page(self) -> None:
        self._give_room()
        steps = any(len(run) or len(run.at) for run in self._runs.values())
        self._empty.setText(NO_STEP if self._runs else NO_RUN)
        self._pages.setCurrentIndex(1 if steps else 0)

    def _lay_out(self) -> None:
        self.setAccessibleName("Curves")
        self.smoothing.setRange(0, _SMOOTHEST)
        self.smoothing.setValue(_SMOOTH)
        self.smoothing.setPageStep(5)
        self.smoothing.setFixedWidth(12 * UNIT)
        self.smoothing.setAccessibleName("Smoothing")
        self.logarithmic.setToolTip("The logarithm of the loss. Values of 0 or below are not drawn.")
        self.fit.setToolTip("Show all, and follow the run while it grows (double-click, or 0).")
        self.fit.setAccessibleName("Fit")
        self.fit.setEnabled(False)
        self.export_button.setToolTip("Save the curves as a picture, or their numbers as a table.")
        self.export_button.setAccessibleDescription(self.export_button.toolTip())
        menu = QMenu(self.export_button)
        for suffix, words in _MENU.items():
            menu.addAction(words).setData(suffix)
        menu.triggered.connect(self.choose_export)
        self.export_button.setMenu(menu)
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.hide()
        label = QLabel("Smoothing")
        label.setForegroundRole(QUIET)
        self._weight.setFixedWidth(5 * UNIT)
        average = QWidget()
        line = QHBoxLayout(average)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(UNIT)
        for widget in (label, self.smoothing, self._weight):
            line.addWidget(widget)
        tools = FlowLayout()
        for tool in (average, self.logarithmic, self.fit, self.export_button):
            tool.setFixedHeight(4 * UNIT)
            tools.addWidget(tool)
        self._legend_room.setWidget(self.legend)
        self._legend_room.setWidgetResizable(True)
        self._legend_room.setFrameShape(QFrame.Shape.NoFrame)
        self._legend_room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._legend_room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for part in (self._legend_room.viewport(), self.legend):
            part.setAutoFillBackground(False)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setForegroundRole(QUIET)
        page = QWidget()
        body = QVBoxLayout(page)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(UNIT)
        body.addLayout(tools)
        body.addWidget(self.sheet.widget, 1)
        body.addWidget(self._legend_room)
        body.addWidget(self.message)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _connect(self) -> None:
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self.smooth_now)
        self._read_by_now.setSingleShot(True)
        self._read_by_now.setInterval(_READ)
        self._read_by_now.timeout.connect(self._forget)
        self.smoothing.valueChanged.connect(self._smoothing_moved)
        self.logarithmic.toggled.connect(self._log_toggled)
        self.fit.clicked.connect(self.sheet.fit)
        self.legend.changed.connect(self._legend_changed)
        self.sheet.pointed.connect(self._read)
        self.sheet.following_changed.connect(self._following_changed)
