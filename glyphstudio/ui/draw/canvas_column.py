"""The window's left column: the canvas, as large as fits, then its tools, the name row and the notice."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from glyphstudio.ui.draw.canvas import PEN_NAMES, Canvas
from glyphstudio.ui.draw.name_field import EnrolButton, NameField
from glyphstudio.ui.parts.notice import Notice
from glyphstudio.ui.parts.theme import QUIET, UNIT

_ROW = 5 * UNIT
_MARGIN = 2 * UNIT


class CanvasColumn(QWidget):
    """The parts below the canvas have the canvas' width."""

    pen_width_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = Canvas(self)
        self.tools = QWidget(self)
        self.pen = QSlider(Qt.Orientation.Horizontal)
        self.pen.setRange(0, len(PEN_NAMES) - 1)
        self.pen.setPageStep(1)
        self.pen.setFixedWidth(12 * UNIT)
        self.pen.setAccessibleName("Pen width")
        self.pen.setToolTip("How thick ink looks on the canvas. It does not affect recognition.")
        self.pen.valueChanged.connect(self._pen_moved)
        label = QLabel("Pen")
        label.setForegroundRole(QUIET)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(4)
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        row.addLayout(self._buttons)
        row.addStretch(1)
        row.addWidget(label)
        row.addWidget(self.pen)

        self.naming = QWidget(self)
        self.name = NameField()
        self.enrol = EnrolButton()
        row = QHBoxLayout(self.naming)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        row.addWidget(self.name, 1)
        row.addWidget(self.enrol)
        self.notice = Notice(self)
        self.setMinimumSize(self._side_of(320) + 2 * _MARGIN, 320)

    def set_tools(self, actions: list[QAction]) -> None:
        """Make the buttons below the canvas."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(QSize(20, 20))
            button.setFixedSize(36, 36)
            button.setAccessibleName(action.text().replace("&", ""))
            self._buttons.addWidget(button)

    @Slot(int)
    def _pen_moved(self, index: int) -> None:
        self.canvas.pen_width = index
        self.pen.setAccessibleDescription(PEN_NAMES[index])
        self.pen_width_chosen.emit(index)

    def width_for(self, height: int) -> int:
        """Return the width that gives the canvas its largest size at `height`."""
        return self._side_of(height) + 2 * _MARGIN

    def _side_of(self, height: int) -> int:
        below = _ROW + UNIT + _ROW + UNIT + self.notice.height() + UNIT
        return max(200, height - below - _MARGIN - UNIT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        side = max(200, min(self._side_of(self.height()), self.width() - 2 * _MARGIN))
        left = max(_MARGIN, (self.width() - side) // 2)
        top = _MARGIN
        self.canvas.setGeometry(left, top, side, side)
        top += side + UNIT
        self.tools.setGeometry(left, top, side, _ROW)
        top += _ROW + UNIT
        self.naming.setGeometry(left, top, side, _ROW)
        top += _ROW + UNIT
        self.notice.setGeometry(left, top, side, self.notice.height())
