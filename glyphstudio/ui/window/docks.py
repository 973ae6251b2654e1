"""Docks: panels beside the canvas, as tabs. Each is made when it is first opened."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QVBoxLayout, QWidget

_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
_SIDES = Qt.DockWidgetArea.LeftDockWidgetArea | _RIGHT
_VERSION = 1  # of the saved layout


class _Dock(QDockWidget):
    """A dock that is empty until `fill` calls `make`, and then takes the content's preferred size."""

    def __init__(self, name: str, title: str, make: Callable[[], QWidget], window: QWidget) -> None:
        plain = title.replace("&", "").removesuffix("…")
        super().__init__(plain, window)
        self.setObjectName(name)
        self.setAccessibleName(plain)
        self.setAllowedAreas(_SIDES)
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        self.content: QWidget | None = None
        self.has_place = False  # it was open before, so it keeps its place among the others
        self._make = make
        self._place = QWidget()
        self._layout = QVBoxLayout(self._place)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.setWidget(self._place)

    def show_tabbed(self, tabbed: bool) -> None:
        """Hide the title if a tab already shows it."""
        if bool(self.property("tabbed")) != tabbed:
            self.setProperty("tabbed", tabbed)
            self.style().unpolish(self)
            self.style().polish(self)

    def fill(self) -> bool:
        """Make the content if there is none yet. Return True if this call made it."""
        if self.content is not None:
            return False
        self.content = self._make()
        self._layout.addWidget(self.content)
        return True


class Docks(QObject):
    """Adds docks to a window, each with an action that opens it, brings it to the front, or closes it."""

    made = Signal(str, QWidget)  # the dock's name and its new content

    def __init__(self, window: QMainWindow, smallest: QSize) -> None:
        """smallest: the window's minimum size without docks. Docks in the window raise it to what all of them need."""
        super().__init__(window)
        self._window, self._smallest = window, smallest
        self._docks: dict[str, _Dock] = {}
        self._actions: dict[str, QAction] = {}
        self._shown = False  # whether the window is painted, so that docks may make their contents
        window.setMinimumSize(smallest)
        window.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks)  # no animations: nothing may jump
        window.setTabPosition(_SIDES, QTabWidget.TabPosition.North)

    def add(self, name: str, title: str, make: Callable[[], QWidget], tip: str = "") -> QAction:
        """Add a closed dock, and return the action that opens it. make: called once, when the dock is first seen."""
        dock = _Dock(name, title, make, self._window)
        self._window.addDockWidget(_RIGHT, dock)
        dock.hide()
        action = QAction(title, self)
        action.setObjectName(title)
        action.setCheckable(True)
        action.setToolTip(tip or dock.windowTitle())
        action.setStatusTip(tip)
        action.setData(name)
        action.triggered.connect(self._chosen)
        dock.visibilityChanged.connect(self._changed)
        dock.topLevelChanged.connect(self._changed)
        dock.dockLocationChanged.connect(self._changed)
        self._docks[name], self._actions[name] = dock, action
        return action

    @property
    def actions(self) -> list[QAction]:
        """The docks' actions, in the order in which the docks were added."""
        return list(self._actions.values())

    def content(self, name: str) -> QWidget | None:
        """Return a dock's content, or None if it was never opened or there is no such dock."""
        dock = self._docks.get(name)
        return None if dock is None else dock.content

    def dock(self, name: str) -> QDockWidget:
        return self._docks[name]

    def show(self, name: str) -> None:
        """Open a dock and bring it to the front."""
        dock = self._docks[name]
        self._fill(dock)
        self._join(dock)
        self._make_room(dock)
        dock.show()
        if dock.isFloating():
            dock.activateWindow()
        else:
            dock.raise_()
        if dock.content is not None:
            dock.content.setFocus(Qt.FocusReason.OtherFocusReason)
        self._changed()

    def close_all(self) -> None:
        for dock in self._docks.values():
            dock.close()
            dock.setFloating(False)

    # --- the saved layout ---

    @property
    def places(self) -> QByteArray:
        """Which docks are open, where, and how large. Read it before the window is hidden."""
        return self._window.saveState(_VERSION)

    def restore(self, places: QByteArray | None) -> None:
        """Open the docks that were open, in their old places."""
        if places is not None:
            self._window.restoreState(places, _VERSION)
            for dock in self._docks.values():
                dock.has_place = not dock.isHidden() or bool(self._window.tabifiedDockWidgets(dock))
        self._changed()

    @Slot()
    def window_shown(self) -> None:
        """Make the open docks' contents, now that the window is painted."""
        self._shown = True
        self._changed()

    # --- opening, closing, moving ---

    @Slot()
    def _chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            dock = self._docks[action.data()]
            if dock.isHidden() or self._is_behind(dock):
                self.show(action.data())
            else:
                dock.close()
                self._window.activateWindow()

    def _is_behind(self, dock: QDockWidget) -> bool:
        """Return whether another tab covers the dock. Qt does not call such a dock hidden."""
        return not dock.isFloating() and dock.visibleRegion().isEmpty()

    @Slot()
    def _changed(self) -> None:
        for name, dock in self._docks.items():
            self._actions[name].setChecked(not dock.isHidden())
            dock.show_tabbed(not dock.isFloating() and self._has_company(dock))
            if self._shown and not dock.isHidden() and not self._is_behind(dock):
                self._fill(dock)
        self._fit()

    def _fill(self, dock: _Dock) -> None:
        if dock.fill() and dock.content is not None:
            self.made.emit(dock.objectName(), dock.content)

    def _join(self, dock: _Dock) -> None:
        """Add a dock as a tab to the docks on its side, unless it was open before and so has a place.

        It cannot happen when the dock is added: Qt leaves a tab made before `restoreState` in the window's corner.
        """
        if dock.isFloating() or dock.has_place:
            return
        dock.has_place = True
        area = self._window.dockWidgetArea(dock)
        beside = (other for other in self._standing() if self._window.dockWidgetArea(other) == area)
        if (other := next(beside, None)) is not None:
            self._window.tabifyDockWidget(other, dock)

    def _make_room(self, dock: _Dock) -> None:
        """Float a dock, away from the canvas, if it would squeeze the canvas below its minimum size."""
        if dock.isFloating() or not dock.isHidden():
            return
        needed = self._inside().width() + dock.minimumSizeHint().width()
        screen = self._window.screen().availableGeometry().width()
        if needed > (self._window.width() if self._window.isMaximized() or self._window.isFullScreen() else screen):
            dock.setFloating(True)
            place = self._window.screen().availableGeometry()
            dock.resize(dock.sizeHint().boundedTo(place.size()))
            dock.move(place.right() + 1 - dock.width(), place.top() + (place.height() - dock.height()) // 2)

    def _has_company(self, dock: _Dock) -> bool:
        return any(not other.isHidden() for other in self._window.tabifiedDockWidgets(dock))

    def _fit(self) -> None:
        """Set the window's minimum size to what its docks and the canvas need."""
        smallest = self._smallest
        layout = self._window.layout()
        if self._standing() and layout is not None:
            smallest = smallest.expandedTo(layout.totalMinimumSize())
        if smallest != self._window.minimumSize():
            self._window.setMinimumSize(smallest)

    def _standing(self) -> list[_Dock]:
        return [dock for dock in self._docks.values() if not dock.isHidden() and not dock.isFloating()]

    def _inside(self) -> QSize:
        central = self._window.centralWidget()
        return QSize() if central is None else central.minimumSizeHint().expandedTo(central.minimumSize())
