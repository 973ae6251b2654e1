"""Imports, exports, renames and removes the user's own weights, and takes over a training's weights."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from glyphstudio.engine.weights.own import SUFFIX
from glyphstudio.ui.learner.choice import own
from glyphstudio.ui.learner.menu import LearnerMenu
from glyphstudio.ui.learner.switch import LearnerSwitch
from glyphstudio.ui.learner.worker import WeightsWorker
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.notice import Notice
from glyphstudio.ui.parts.theme import UNIT

_FILES = f"Weights (*{SUFFIX});;All files (*)"


class WeightsFiles(QObject):
    """Connects menu, worker and switch. Its dialogs do not block the window."""

    def __init__(
        self, menu: LearnerMenu, switch: LearnerSwitch, worker: WeightsWorker, notice: Notice, window: QWidget
    ) -> None:
        super().__init__(window)
        self._menu, self._switch, self._worker = menu, switch, worker
        self._notice, self._window = notice, window
        menu.menu.aboutToShow.connect(worker.look)  # the user may have added or deleted files by hand
        menu.choice_wanted.connect(switch.choose)
        menu.back_wanted.connect(switch.go_back)
        menu.import_wanted.connect(self.choose_import)
        menu.export_wanted.connect(self.choose_export)
        menu.rename_wanted.connect(self.ask_name)
        menu.remove_wanted.connect(self.ask_removal)
        switch.changed.connect(self._show_choice)
        worker.listed.connect(menu.show_listing)
        worker.added.connect(self._added)
        worker.exported.connect(self._exported)
        worker.renamed.connect(self._renamed)
        worker.removed.connect(self._removed)
        worker.refused.connect(self._refused)

    def use(self, path: Path, name: str) -> None:
        """Copy a weights file to the user's own and switch to it, or say why it cannot be used."""
        self._notice.say(wording.checking(name))
        self._worker.add(path, name)

    @Slot()
    def choose_import(self) -> None:
        """Ask for a weights file, and use it."""
        dialog = QFileDialog(self._window, "Import Weights", str(Path.home()), _FILES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._import)
        _open(dialog)

    @Slot(str)
    def _import(self, name: str) -> None:
        path = Path(name)
        self.use(path, path.name.removesuffix(SUFFIX))

    @Slot()
    def choose_export(self) -> None:
        """Ask where to copy the weights in use."""
        choice = self._switch.current
        if choice is None:
            return
        dialog = QFileDialog(self._window, "Export Weights", str(Path.home() / f"{choice.title}{SUFFIX}"), _FILES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(f"{choice.title}{SUFFIX}")
        dialog.setProperty("weights", str(choice.path))
        dialog.fileSelected.connect(self._export)
        _open(dialog)

    @Slot(str)
    def _export(self, name: str) -> None:
        self._worker.export(Path(str(self.sender().property("weights"))), Path(name))

    @Slot(object)
    def ask_name(self, path: Path) -> None:
        """Ask for a new name for the user's own weights."""
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle("Rename Weights")
        dialog.setLabelText("Name of these weights:")
        dialog.setTextValue(own(path).title)
        dialog.setOkButtonText("Rename")
        dialog.resize(50 * UNIT, dialog.sizeHint().height())
        dialog.setProperty("weights", str(path))
        dialog.textValueSelected.connect(self._rename)
        _open(dialog)

    @Slot(str)
    def _rename(self, name: str) -> None:
        path = Path(str(self.sender().property("weights")))
        if name.strip() and name != own(path).title:
            self._worker.rename(path, name)

    @Slot(object)
    def ask_removal(self, path: Path) -> None:
        """Ask before removing the user's own weights, because nothing can bring them back."""
        dialog = QMessageBox(self._window)
        dialog.setWindowTitle("Remove Weights")
        dialog.setText(f"Remove “{own(path).title}”?")
        dialog.setInformativeText("This deletes the file for good. Export the weights first if you want to keep them.")
        remove = dialog.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        dialog.setDefaultButton(dialog.addButton(QMessageBox.StandardButton.Cancel))
        remove.setProperty("weights", str(path))
        remove.clicked.connect(self._remove)
        _open(dialog)

    @Slot()
    def _remove(self) -> None:
        path = Path(str(self.sender().property("weights")))
        if self._switch.choice != own(path):  # the user may have chosen them meanwhile
            self._worker.remove(path)

    # --- what the worker reports ---

    @Slot()
    def _show_choice(self) -> None:
        self._menu.show_choice(self._switch.choice, self._switch.before)

    @Slot(object)
    def _added(self, path: Path) -> None:
        if self._switch.choice == own(path):
            self._notice.say(wording.in_use_already(own(path).title))
        self._switch.choose(own(path))

    @Slot(object)
    def _exported(self, path: Path) -> None:
        self._notice.say(wording.exported(path))

    @Slot(object, object)
    def _renamed(self, before: Path, now: Path) -> None:
        self._notice.say(f'Renamed "{own(before).title}" to "{own(now).title}".')
        self._switch.renamed(own(before), own(now))

    @Slot(object)
    def _removed(self, path: Path) -> None:
        self._notice.say(f'Removed "{own(path).title}".')
        self._switch.removed(own(path))

    @Slot(str)
    def _refused(self, sentence: str) -> None:
        self._notice.warn(sentence, sticky=True)


def _open(dialog: QFileDialog | QInputDialog | QMessageBox) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
