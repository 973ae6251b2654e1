"""The menu "Learner": all weights with their main figures, and the actions on the user's own weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QWidget, QWidgetAction

from glyphstudio.engine.weights.header import WeightsHeader
from glyphstudio.resources import LEARNERS, weights_of
from glyphstudio.ui.learner.choice import Choice, in_full, in_short, own, shipped
from glyphstudio.ui.learner.worker import Listing
from glyphstudio.ui.parts.theme import QUIET, UNIT, scaled_font

_WIDEST = 48  # characters of a name
_HEADING = (36, 4, 28, 4)  # pixels around a heading, which align it with the names and figures


class LearnerMenu(QObject):
    """Shows the menu and emits what the user chooses. `show_listing` brings the figures and the user's own weights."""

    choice_wanted = Signal(object)  # Choice
    back_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal()
    rename_wanted = Signal(object)  # Path
    remove_wanted = Signal(object)  # Path

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.menu = QMenu("&Learner", parent)
        self.menu.setToolTipsVisible(True)
        self.choices = QActionGroup(self)
        # Weights from elsewhere have no entry, so then none is ticked.
        self.choices.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self.choices.triggered.connect(self._chosen)
        self.back = self._action("&Go Back", self.back_wanted.emit)
        self.take_in = self._action("&Import Weights…", self.import_wanted.emit)
        self.export = self._action("&Export Weights…", self.export_wanted.emit)
        self.rename, self.remove = QMenu("Re&name", self.menu), QMenu("&Remove", self.menu)
        self._headings: list[QAction] = []
        self._listing: Listing | None = None
        self._now: Choice | None = None
        self.back.setVisible(False)
        self.show_listing(Listing({}, ()))

    def show_listing(self, listing: Listing) -> None:
        """Fill the menu again if the listing changed."""
        if listing == self._listing:
            return
        self._listing = listing
        for action in (*self._headings, *self.choices.actions(), *self.rename.actions(), *self.remove.actions()):
            action.deleteLater()
        self._headings.clear()
        for action in self.choices.actions():
            self.choices.removeAction(action)
        for menu in (self.menu, self.rename, self.remove):
            menu.clear()
        self.menu.addAction(self._heading("Came with GlyphStudio", "right of 20 in one alphabet"))
        for learner in LEARNERS:
            if weights_of(learner).is_file():
                self._add(shipped(learner), listing.shipped.get(learner))
        if listing.own:
            self.menu.addSeparator()
            self.menu.addAction(self._heading("Your own"))
        for weights in listing.own:
            self._add(own(weights.path), weights.header, weights.problem)
            for menu, slot in ((self.rename, self._rename), (self.remove, self._remove)):
                action = menu.addAction(_fitting(weights.name))
                action.setData(weights.path)
                action.triggered.connect(slot)
        self.menu.addSeparator()
        self.menu.addAction(self.back)
        self.menu.addSeparator()
        self.menu.addActions([self.take_in, self.export])
        self.menu.addMenu(self.rename)
        self.menu.addMenu(self.remove)
        for menu in (self.rename, self.remove):
            menu.setEnabled(bool(listing.own))
        self._tick()

    def show_choice(self, now: Choice | None, before: Choice | None) -> None:
        """Tick the weights in use, or those of a switch in progress, and offer to go back to the weights before."""
        self._now = now
        self.back.setVisible(before is not None)
        if before is not None:
            self.back.setText(f"&Go Back to {_fitting(before.title)}")
        self._tick()

    def _tick(self) -> None:
        for action in self.choices.actions():
            choice = action.data()
            action.setChecked(self._now is not None and bool(self._now.key) and choice.key == self._now.key)
        for action in self.remove.actions():
            used = self._now is not None and action.data() == self._now.path
            action.setEnabled(not used)
            action.setToolTip("These are in use. Choose others first." if used else "")
        self.remove.setToolTipsVisible(True)

    def _add(self, choice: Choice, header: WeightsHeader | None, problem: str = "") -> None:
        figure = in_short(header.figures[0]) if header is not None and header.figures else ""
        action = QAction(f"{_fitting(choice.title)}\t{figure}" if figure else _fitting(choice.title), self)
        action.setObjectName(choice.title)
        action.setData(choice)
        action.setCheckable(True)
        action.setEnabled(not problem)
        action.setToolTip(problem or _tip(choice, header))
        self.choices.addAction(action)
        self.menu.addAction(action)

    def _heading(self, text: str, column: str = "") -> QWidgetAction:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(*_HEADING)
        layout.setSpacing(3 * UNIT)
        for words in (text, column):
            label = QLabel(words)
            label.setFont(scaled_font(label.font(), 0.88))
            label.setForegroundRole(QUIET)
            layout.addWidget(label)
        layout.insertStretch(1)
        heading = QWidgetAction(self.menu)
        heading.setDefaultWidget(row)
        heading.setEnabled(False)
        self._headings.append(heading)
        return heading

    def _action(self, text: str, slot: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setObjectName(text)
        action.triggered.connect(slot)
        return action

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        action.setChecked(True)  # the weights in use keep their tick when chosen again
        self.choice_wanted.emit(action.data())

    @Slot()
    def _rename(self) -> None:
        self._pass_on(self.rename_wanted)

    @Slot()
    def _remove(self) -> None:
        self._pass_on(self.remove_wanted)

    def _pass_on(self, signal: object) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            signal.emit(sender.data())  # type: ignore[attr-defined]


def _tip(choice: Choice, header: WeightsHeader | None) -> str:
    if header is None:
        return choice.title
    said: Iterable[str] = (
        f"{choice.title} ({header.title})" if choice.own else choice.title,
        *map(in_full, header.figures),
        f"Trained on {header.data}." if header.data else "",
    )
    return "\n".join(filter(None, said))


def _fitting(name: str) -> str:
    """Return a name as a menu can show it."""
    short = name if len(name) <= _WIDEST else f"{name[: _WIDEST - 1]}…"
    return short.replace("&", "&&").replace("\t", " ")
