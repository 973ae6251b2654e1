"""The tray's right column: the selected cell, its verdict, its name, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from glyphstudio.glyphs.picture import Picture
from glyphstudio.names import shown
from glyphstudio.ui.answer.ranking import RankingList, RowContent, percent
from glyphstudio.ui.answer.verdict import VerdictView
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.pages import scrolling
from glyphstudio.ui.parts.painting import drawing_image
from glyphstudio.ui.parts.question import Question
from glyphstudio.ui.parts.theme import PAPER, RADIUS, UNIT
from glyphstudio.ui.tray.name_field import CellNameField
from glyphstudio.ui.tray.sheet import Item, State
from glyphstudio.verdict import Verdict

_SIDE = 11 * UNIT
_WIDTH = 46 * UNIT
_LONGEST_FOLDER = 24  # characters


class CutPicture(QWidget):
    """The picture that is enrolled for the cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self.setFixedSize(_SIDE, _SIDE)
        self.setAccessibleName("The selected glyph, cut out of the page")

    def show_picture(self, picture: Picture | None) -> None:
        self._picture = picture
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(PAPER))
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        if self._picture is not None:
            painter.drawImage(0, 0, drawing_image(self._picture, _SIDE, self.devicePixelRatioF()))
        painter.end()


class CellPanel(QWidget):
    """Shows one item. `question` takes the buttons' place while look-alikes are checked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = CutPicture()
        self.verdict = VerdictView()
        self.name = CellNameField()
        self.confirm = QPushButton("Confirm")
        self.confirm.setProperty("primary", True)
        self.confirm.setFixedHeight(5 * UNIT)
        self.confirm.setCursor(Qt.CursorShape.PointingHandCursor)
        self.confirm.setToolTip("Keep this name, and go on to the next glyph (Enter). Nothing is enrolled yet.")
        self.question = Question()
        self.question.yes.setText("Name Them")
        self.question.no.setText("Cancel")
        self.question.yes.setAutoDefault(True)  # Enter presses it, not only the space bar
        self.question.no.setAutoDefault(True)
        self.ranking = RankingList()
        self.buttons = QWidget()
        self._grid = QGridLayout(self.buttons)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(UNIT)
        head = QHBoxLayout()
        head.setSpacing(2 * UNIT)
        head.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.verdict, 1)
        naming = QHBoxLayout()
        naming.setSpacing(UNIT)
        naming.addWidget(self.name, 1)
        naming.addWidget(self.confirm)
        candidates = QWidget()
        inner = QVBoxLayout(candidates)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.ranking)
        inner.addStretch(1)
        self._candidates = scrolling(candidates)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(UNIT)
        layout.addLayout(head)
        layout.addLayout(naming)
        layout.addWidget(self.buttons)
        layout.addWidget(self.question)
        layout.addWidget(self._candidates, 1)
        self.setFixedWidth(_WIDTH)

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """Make a button for each action."""
        for number, action in enumerate(actions):
            button = QPushButton(action.text().replace("&", ""))
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            button.setEnabled(action.isEnabled())
            action.enabledChanged.connect(button.setEnabled)
            self._grid.addWidget(button, number // 2, number % 2)

    def ask(self, text: str, yes: str, no: str) -> None:
        """Show a question in place of the buttons."""
        self.buttons.hide()
        self.question.ask(text, yes, no)

    def end_question(self) -> None:
        """Show the buttons again."""
        self.question.hide()
        self.buttons.show()

    def show_item(
        self, item: Item | None, index: int, count: int, rows: Sequence[RowContent], *, ready: bool, chosen: int
    ) -> None:
        """Show a cell; None is a page without any. ready: whether the recogniser can answer. chosen: how many cells
        are selected with it."""
        self.picture.show_picture(None if item is None else item.picture)
        self.ranking.show_rows(rows)
        for widget in (self.name, self.confirm):
            widget.setEnabled(item is not None and item.state is not State.ENROLLED)
        if item is None:
            self.verdict.say("No glyph", "nothing is selected", tentative=True)
            return
        place = f"glyph {index + 1} of {count}" if chosen < 2 else f"{chosen} selected"
        if item.folder:
            place += f", in folder {shown(item.folder, _LONGEST_FOLDER)}"
        ranking = item.ranking
        if item.state is State.SKIPPED:
            self.verdict.say("Skipped", f"{place}, will not be enrolled", tentative=True)
        elif item.state is not State.OPEN:
            self.verdict.say(item.name, f"{place}, {item.state.value}")
        elif ranking is None:
            head, detail = ("…", place) if ready else ("One moment…", "the recogniser is loading")
            self.verdict.say(head, detail, tentative=True)
        elif item.guess:
            best = ranking.candidates[0]
            self.verdict.say(best.name, f"{place}, {wording.known(best.shots)}", percent(best.probability))
        elif ranking.verdict is Verdict.EITHER:
            one, other = ranking.candidates[:2]
            self.verdict.say(wording.either(one.name, other.name), f"{place}, {wording.EITHER}")
        else:
            self.verdict.say(wording.UNKNOWN, f"{place}, name it")
