"""The dialog with one glyph's shots side by side, where the user can delete a wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QKeyEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.library.errors import LibraryError
from glyphstudio.library.glyph import Glyph, Shot
from glyphstudio.plural import counted
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.notice import Notice
from glyphstudio.ui.parts.pages import small_text
from glyphstudio.ui.parts.painting import Thumbnails
from glyphstudio.ui.parts.theme import PAPER, QUIET, UNIT, WARNING, scaled_font

if TYPE_CHECKING:
    from glyphstudio.studio import DoubtfulShot

_SIDE = 18 * UNIT
_SHOT = Qt.ItemDataRole.UserRole


class ShotsDialog(QDialog):
    """Shows one glyph. Call `show_glyph` after every change to it."""

    delete_wanted = Signal(int)  # shot id
    undo_wanted = Signal()

    def __init__(self, glyph: Glyph, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self.glyph = glyph
        self._thumbnails = thumbnails
        self.heading = QLabel()
        self.heading.setFont(scaled_font(self.font(), 1.6))
        self.count = QLabel()
        self.count.setForegroundRole(QUIET)
        self.list = QListWidget()
        self.list.setViewMode(QListWidget.ViewMode.IconMode)
        self.list.setMovement(QListWidget.Movement.Static)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setIconSize(QSize(_SIDE, _SIDE))
        self.list.setGridSize(QSize(_SIDE + 2 * UNIT, _SIDE + 4 * UNIT))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.itemSelectionChanged.connect(self._selection_changed)
        self.list.installEventFilter(self)
        self.origin = small_text()
        self.doubt = small_text()
        self.doubt.setForegroundRole(WARNING)
        self.doubt.hide()
        self.notice = Notice()
        self.notice.undo_wanted.connect(self.undo_wanted)
        self.delete = QPushButton("Delete Drawing")
        self.delete.clicked.connect(self._delete)
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        self.delete.setAutoDefault(False)
        close.setDefault(True)
        head = QHBoxLayout()
        head.setSpacing(2 * UNIT)
        head.addWidget(self.heading)
        head.addWidget(self.count, 0, Qt.AlignmentFlag.AlignBottom)
        head.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(UNIT)
        foot.addWidget(self.notice, 1)
        foot.addWidget(self.delete)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(2 * UNIT)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.doubt)
        layout.addWidget(self.origin)
        layout.addLayout(foot)
        self.resize(min(720, parent.width() - 32), min(480, parent.height() - 32))
        self.show_glyph(glyph)

    def show_glyph(self, glyph: Glyph) -> None:
        """Show the glyph's current shots."""
        self.glyph = glyph
        self.setWindowTitle(f"Drawings of {glyph.name}")
        self.heading.setText(self.heading.fontMetrics().elidedText(glyph.name, Qt.TextElideMode.ElideRight, 420))
        self.heading.setToolTip(glyph.name)
        self.count.setText(counted(len(glyph.shots), "drawing"))
        self.list.setAccessibleName(f"Drawings of {glyph.name}")
        self.list.clear()
        for number, shot in enumerate(glyph.shots, start=1):
            local = shot.created.astimezone()
            item = QListWidgetItem(self._icon(shot), f"{local:%d %b %Y, %H:%M}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"Drawing {number}, {local:%d %B %Y, %H:%M}")
            item.setData(_SHOT, shot.id)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._selection_changed()

    def show_doubt(self, doubt: DoubtfulShot | None) -> None:
        """Mark the shot that is probably a slip, and say why; None for no such shot."""
        self.doubt.setVisible(doubt is not None)
        if doubt is None:
            return
        self.doubt.setText(wording.doubtful(doubt.name, doubt.other, newest=False))
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(_SHOT) == doubt.shot_id:
                item.setForeground(self.palette().color(WARNING))
                item.setText(f"{item.text()} ?")
                item.setToolTip(self.doubt.text())
                self.list.setCurrentRow(row)

    def _icon(self, shot: Shot) -> QIcon:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(QSize(round(_SIDE * ratio), round(_SIDE * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(PAPER))
        painter.drawRoundedRect(0, 0, _SIDE, _SIDE, UNIT, UNIT)
        try:
            painter.drawPixmap(0, 0, self._thumbnails.of(shot.id, shot.drawing, _SIDE, ratio))
        except LibraryError:
            painter.setPen(self.palette().color(QUIET))
            painter.drawText(pixmap.rect(), Qt.AlignmentFlag.AlignCenter, "?")
        painter.end()
        icon = QIcon(pixmap)
        icon.addPixmap(pixmap, QIcon.Mode.Selected)  # or Qt tints it
        return icon

    @Slot()
    def _selection_changed(self) -> None:
        chosen = [item.data(_SHOT) for item in self.list.selectedItems()]
        origin = next((shot.origin for shot in self.glyph.shots if shot.id in chosen), None)
        self.origin.setText("" if origin is None else wording.cut_from(origin))
        self.origin.setVisible(any(shot.origin is not None for shot in self.glyph.shots))
        several = len(self.glyph.shots) > 1
        self.delete.setEnabled(several and bool(self.list.selectedItems()))
        self.delete.setToolTip("" if several else "This is the last drawing: delete the glyph instead.")

    @Slot()
    def _delete(self) -> None:
        items = self.list.selectedItems()
        if items and self.delete.isEnabled():
            self.delete_wanted.emit(items[0].data(_SHOT))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self._delete()
                return True
            if event.matches(QKeySequence.StandardKey.Undo):
                self.undo_wanted.emit()
                return True
        return False
