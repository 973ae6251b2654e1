"""The gallery: the library's glyphs as a grid of thumbnails, with search, rename, delete and their shots."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.library.errors import LibraryError
from glyphstudio.library.glyph import Glyph
from glyphstudio.library.names import MAX_NAME
from glyphstudio.ui.library.gallery_model import GLYPH, GalleryModel, Index
from glyphstudio.ui.parts.claim import claim
from glyphstudio.ui.parts.painting import Thumbnails
from glyphstudio.ui.parts.search_field import SearchField
from glyphstudio.ui.parts.theme import ACCENT, HOVER, PAPER, QUIET, RADIUS, UNIT, scaled_font

_THUMB = 9 * UNIT
CELL = QSize(11 * UNIT, 13 * UNIT)


class GlyphDelegate(QStyledItemDelegate):
    """Paints a glyph: its first shot on paper, its name, and the number of shots if it has several."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        glyph = index.data(GLYPH)
        if not isinstance(glyph, Glyph):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, state, colours = option.rect, option.state, option.palette
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        paper = QRectF(rect.left() + (rect.width() - _THUMB) / 2, rect.top() + UNIT / 2, _THUMB, _THUMB)
        if state & QStyle.StateFlag.State_MouseOver or selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.color(HOVER))
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 0, -2, 0), RADIUS, RADIUS)
        painter.setPen(QPen(colours.color(ACCENT), 2) if selected else Qt.PenStyle.NoPen)
        painter.setBrush(colours.color(PAPER))
        painter.drawRoundedRect(paper, RADIUS, RADIUS)
        try:
            ratio = painter.device().devicePixelRatioF()
            shot = glyph.shots[0]
            painter.drawPixmap(paper.topLeft(), self._thumbnails.of(shot.id, shot.drawing, _THUMB, ratio))
        except LibraryError:
            painter.setPen(colours.color(QUIET))
            painter.drawText(paper, Qt.AlignmentFlag.AlignCenter, "?")
        if len(glyph.shots) > 1:
            self._paint_badge(painter, paper, str(len(glyph.shots)), option)
        font = scaled_font(option.font, 0.88)
        painter.setFont(font)
        painter.setPen(colours.color(ACCENT if selected and focused else colours.ColorRole.WindowText))
        room = QRect(
            rect.left() + 3, int(paper.bottom()) + 3, rect.width() - 6, rect.bottom() - int(paper.bottom()) - 3
        )
        name = painter.fontMetrics().elidedText(glyph.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, name)
        painter.restore()

    def _paint_badge(self, painter: QPainter, paper: QRectF, text: str, option: QStyleOptionViewItem) -> None:
        colours = option.palette
        painter.setFont(scaled_font(option.font, 0.8))
        width = max(18, painter.fontMetrics().horizontalAdvance(text) + 10)
        badge = QRectF(paper.right() - width - 3, paper.top() + 3, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.color(ACCENT))
        painter.drawRoundedRect(badge, 9, 9)
        painter.setPen(colours.color(colours.ColorRole.HighlightedText))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(MAX_NAME)
        editor.setAccessibleName(f"New name of {index.data()}")
        editor.setStyleSheet("padding: 0 2px;")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        rect = option.rect
        editor.setGeometry(rect.left(), rect.bottom() - 3 * UNIT, rect.width(), 3 * UNIT)


class GalleryView(QListView):
    """The grid. Typing jumps to the glyph whose name starts with the typed text."""

    undo_wanted = Signal()
    empty_text = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Library")
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(CELL)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def event(self, event: QEvent) -> bool:
        # Elsewhere digits pick candidates and Ctrl+Z undoes a stroke. Here digits are part of names.
        return claim(event, QKeySequence.StandardKey.Undo, typing=True) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        else:
            super().keyPressEvent(event)

    @property
    def is_editing(self) -> bool:
        """Whether the user is typing a name."""
        return self.state() == QAbstractItemView.State.EditingState

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.empty_text and not self.model().rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QUIET))
            room = self.viewport().rect().adjusted(UNIT, 2 * UNIT, -UNIT, 0)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(room, int(flags), self.empty_text)
            painter.end()


class Gallery(QWidget):
    """The heading, the search field and the grid."""

    open_wanted = Signal(int)  # glyph id: show its shots
    delete_wanted = Signal(int)  # glyph id
    chosen = Signal()  # another glyph, or none, is selected

    def __init__(self, model: GalleryModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.menu = QMenu(self)  # LibraryActions fills it
        title = QLabel("Library")
        title.setObjectName("heading")
        self.count = QLabel()
        self.count.setForegroundRole(QUIET)
        self.search = SearchField()
        self.view = GalleryView()
        self.view.setModel(model)
        self.view.setItemDelegate(GlyphDelegate(thumbnails, self.view))
        head = QHBoxLayout()
        head.setContentsMargins((CELL.width() - _THUMB) // 2, 0, 0, 0)  # aligns the heading with the first thumbnail
        head.setSpacing(UNIT)
        head.addWidget(title)
        head.addWidget(self.count)
        head.addStretch(1)
        head.addWidget(self.search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        self.search.textChanged.connect(self._searched)
        self.search.left.connect(self.view.setFocus)
        self.search.returnPressed.connect(self._enter_grid)
        self.view.activated.connect(self._activated)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.view.selectionModel().selectionChanged.connect(self._selection_changed)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            signal.connect(self._recount)
        model.modelReset.connect(self.chosen)
        self._recount()

    @property
    def selected(self) -> Glyph | None:
        """The selected glyph, which actions work on."""
        rows = self.view.selectionModel().selectedIndexes()
        glyph = rows[0].data(GLYPH) if rows else None
        return glyph if isinstance(glyph, Glyph) else None

    def reveal(self, glyph_id: int) -> None:
        """Scroll to a glyph without selecting it."""
        row = self.model.row_of(glyph_id)
        if row is not None:
            self.view.scrollTo(self.model.index(row))

    @Slot()
    def open_selected(self) -> None:
        """Request the selected glyph's shots."""
        if (glyph := self.selected) is not None:
            self.open_wanted.emit(glyph.id)

    @Slot()
    def delete_selected(self) -> None:
        if (glyph := self.selected) is not None:
            self.delete_wanted.emit(glyph.id)

    @Slot()
    def rename_selected(self) -> None:
        """Edit the name of the selected glyph in the grid."""
        rows = self.view.selectionModel().selectedIndexes()
        if rows and not self.view.is_editing:
            self.view.setFocus()
            self.view.setCurrentIndex(rows[0])
            self.view.edit(rows[0])

    @Slot()
    def _recount(self) -> None:
        shown, total = self.model.rowCount(), len(self.model)
        self.count.setText(str(total) if shown == total else f"{shown} of {total}")
        self.count.setAccessibleName(f"{total} glyphs")
        self.view.empty_text = "No glyph has this in its name." if total else "The glyphs you enrol appear here."

    @Slot(str)
    def _searched(self, text: str) -> None:
        self.model.search(text)

    @Slot()
    def _enter_grid(self) -> None:
        if self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(0))
            self.view.setFocus()

    @Slot(QModelIndex)
    def _activated(self, index: QModelIndex) -> None:
        glyph = index.data(GLYPH)
        if isinstance(glyph, Glyph):
            self.open_wanted.emit(glyph.id)

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> None:
        if self.view.indexAt(at).isValid():
            self.menu.popup(self.view.viewport().mapToGlobal(at))

    @Slot(QItemSelection, QItemSelection)
    def _selection_changed(self, _new: QItemSelection, _old: QItemSelection) -> None:
        self.chosen.emit()
