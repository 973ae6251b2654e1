"""The ranking: five rows of fixed height, and a menu of the candidates after them. One click, or a key from 1 to 5,
picks a candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QVariantAnimation, Signal, Slot
from PySide6.QtGui import QAction, QEnterEvent, QIcon, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QMenu, QStyle, QVBoxLayout, QWidget

from glyphstudio.ui.parts.theme import ACCENT, HOVER, LINE, PAPER, QUIET, RADIUS, UNIT, scaled_font

ROWS = 5
ROW_HEIGHT = 6 * UNIT
_THUMB = 4 * UNIT
_GLIDE = 140  # ms


@dataclass(frozen=True)
class RowContent:
    """A row's glyph and its probability in 0..1."""

    glyph_id: int
    name: str
    probability: float
    thumbnail: QPixmap | None = None


class CandidateRow(QAbstractButton):
    """One row. Without content it keeps its place, looks faint, and cannot be pressed."""

    def __init__(self, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.index = index
        self.content: RowContent | None = None
        self._share = 0.0  # the bar's length, 0..1, while it glides
        self._glide = QVariantAnimation(self)
        self._glide.valueChanged.connect(self._set_share)
        self.setFixedHeight(ROW_HEIGHT)
        self.show_content(None)

    @Slot(object)
    def _set_share(self, share: float) -> None:
        self._share = share
        self.update()

    def show_content(self, content: RowContent | None) -> None:
        """Show a candidate, or none. Its bar glides from its current length."""
        self.content = content
        self.setEnabled(content is not None)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if content is None else Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor if content is None else Qt.CursorShape.PointingHandCursor)
        if content is None:
            self.setAccessibleName(f"Candidate {self.index + 1}: none")
            self.setToolTip("")
        else:
            self.setAccessibleName(f"Candidate {self.index + 1}: {content.name}, {percent(content.probability)}")
            self.setAccessibleDescription(f"Press to add the drawing to {content.name}.")
            self.setToolTip(f"It is {content.name}: add the drawing to it ({self.index + 1})")
        self._glide.stop()
        goal = 0.0 if content is None else content.probability
        time = min(_GLIDE, self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self))
        if time and self.isVisible():
            self._glide.setDuration(time)
            self._glide.setStartValue(self._share)
            self._glide.setEndValue(goal)
            self._glide.start()
        else:
            self._set_share(goal)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, ROW_HEIGHT)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        active = colours.ColorGroup.Active
        full = self.rect()
        if self.content is not None and self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.color(HOVER))
            painter.drawRoundedRect(QRectF(full), RADIUS, RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(colours.color(ACCENT), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(full).adjusted(1, 1, -1, -1), RADIUS, RADIUS)

        small = scaled_font(self.font(), 0.88)
        painter.setFont(small)
        painter.setPen(colours.color(active, QUIET))
        painter.setOpacity(1.0 if self.content else 0.35)
        key = QRect(2, 0, 2 * UNIT, ROW_HEIGHT)
        painter.drawText(key, int(Qt.AlignmentFlag.AlignCenter), str(self.index + 1))

        thumb = QRectF(key.right() + 7, (ROW_HEIGHT - _THUMB) / 2, _THUMB, _THUMB)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.color(active, PAPER if self.content else LINE))
        painter.drawRoundedRect(thumb, 4, 4)
        left = round(thumb.right()) + UNIT + 4
        percent_width = 5 * UNIT + 4
        right = full.right() - UNIT // 2 - percent_width
        track = QRectF(left, ROW_HEIGHT / 2 + 9, right - left, 4)
        painter.setBrush(colours.color(active, LINE))
        painter.drawRoundedRect(track, 2, 2)
        painter.setOpacity(1.0)
        if self._share > 0.002:
            bar = QRectF(track)
            bar.setWidth(max(4.0, track.width() * self._share))
            painter.setBrush(colours.color(active, ACCENT))
            painter.drawRoundedRect(bar, 2, 2)
        if self.content is None:
            painter.end()
            return
        if self.content.thumbnail is not None:
            painter.drawPixmap(thumb.topLeft(), self.content.thumbnail)
        painter.setFont(self.font())
        painter.setPen(colours.color(active, colours.ColorRole.WindowText))
        room = QRect(left, UNIT // 2, right - left, ROW_HEIGHT // 2 + 4)
        name = painter.fontMetrics().elidedText(self.content.name, Qt.TextElideMode.ElideRight, room.width())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | middle), name)
        painter.setPen(colours.color(active, QUIET))
        box = QRect(right, 0, percent_width, ROW_HEIGHT)
        align = Qt.AlignmentFlag.AlignRight | middle
        painter.drawText(box, int(align), percent(self.content.probability))
        painter.end()


class RankingList(QWidget):
    """The five rows."""

    picked = Signal(int)  # glyph id
    changed = Signal()  # the candidates changed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Ranking: the five likeliest glyphs")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.rows = [CandidateRow(index, self) for index in range(ROWS)]
        for row in self.rows:
            row.clicked.connect(self._row_clicked)
            layout.addWidget(row)

    def show_rows(self, contents: Sequence[RowContent]) -> None:
        """Show up to five candidates, best first. Empty rows keep their place."""
        for index, row in enumerate(self.rows):
            row.show_content(contents[index] if index < len(contents) else None)
        self.changed.emit()

    def show_more(self, contents: Sequence[RowContent], at: QPoint) -> None:
        """Show a menu of further candidates, with its top left corner at `at` (on the screen)."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("Further candidates")
        menu.setStyleSheet(f"QMenu::icon {{ padding-left: {UNIT}px; }}")
        for content in contents:
            action = menu.addAction(f"{content.name.replace('&', '&&')}\t{percent(content.probability)}")
            action.setData(content.glyph_id)
            if content.thumbnail is not None:
                action.setIcon(QIcon(content.thumbnail))
                action.setIconVisibleInMenu(True)
        menu.triggered.connect(self._chosen)
        menu.popup(at)

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        self.picked.emit(action.data())

    def pick(self, index: int) -> None:
        """Pick row `index` (0..4), as its key does. An empty row does nothing."""
        content = self.rows[index].content
        if content is not None:
            self.picked.emit(content.glyph_id)

    @Slot()
    def _row_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, CandidateRow):
            self.pick(row.index)


def percent(probability: float) -> str:
    """Return a probability as a whole percentage. "100 %" needs at least 0.9995, "<1 %" is below 0.005."""
    if 0 < probability < 0.005:
        return "<1 %"
    whole = round(probability * 100)
    return f"{min(whole, 99) if probability < 0.9995 else 100} %"
