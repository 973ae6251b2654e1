"""The conversation: asks the recogniser, shows its answers, and acts on a click, a name or an undo.

Joins canvas, name field, verdict and ranking to the studio's thread. It has no widget of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.glyph import DuplicateName
from glyphstudio.ui.answer.answer_column import AnswerColumn
from glyphstudio.ui.answer.candidate_rows import CandidateRows
from glyphstudio.ui.answer.changes import Change, Changes
from glyphstudio.ui.answer.ranking import ROWS, percent
from glyphstudio.ui.draw.canvas_column import CanvasColumn
from glyphstudio.ui.library.gallery_model import GalleryModel
from glyphstudio.ui.parts import wording
from glyphstudio.ui.parts.painting import Thumbnails
from glyphstudio.ui.studio.asking import Asking
from glyphstudio.ui.studio.commands import (
    AddShot,
    Command,
    DeleteGlyph,
    DeleteShot,
    Enrol,
    Outcome,
    Rename,
    done,
    undone,
)
from glyphstudio.ui.studio.worker import StudioWorker
from glyphstudio.verdict import Verdict

if TYPE_CHECKING:
    from glyphstudio.library.glyph import Glyph
    from glyphstudio.studio import Candidate, Ranking

_LOOKS_LIKE = 0.25  # probability from which a newly enrolled glyph is said to look like another


class Conversation(QObject):
    """Keeps the state that no widget has: the changes that can be undone, and whether the recogniser is usable."""

    answered = Signal(float)  # ms
    changed = Signal(object, object)  # command, outcome: the library changed
    failed = Signal(object, str)  # command, sentence
    undone = Signal(str)  # what to say of a change that was undone
    readiness_changed = Signal()  # the recogniser can answer now, or no longer
    undo_changed = Signal()  # the next change to undo is another one, or none is left

    def __init__(
        self,
        canvas_column: CanvasColumn,
        answer_column: AnswerColumn,
        model: GalleryModel,
        thumbnails: Thumbnails,
        studio: StudioWorker,
    ) -> None:
        super().__init__(canvas_column)
        self._canvas_column, self._answer_column = canvas_column, answer_column
        self._model, self._rows = model, CandidateRows(model, thumbnails)
        self._canvas = canvas_column.canvas
        self._studio = studio
        self._changes = Changes()
        self._given_name = ""
        self._answer: Ranking | None = None  # the final answer to the drawing on the canvas
        self._looked_like: Candidate | None = None  # the best candidate for the drawing that was given
        self._trouble = False  # the recogniser could not be loaded
        self.asking = Asking(studio, self._live, self)
        self.asking.answered.connect(self._show_answer)
        self.asking.not_answered.connect(self._no_answer)
        studio.done.connect(self._done)
        studio.failed.connect(self._failed)
        self._canvas.pen_down.connect(self._pen_down)
        self._canvas.moved.connect(self.asking.pen_moved)
        self._canvas.changed.connect(self._drawing_changed)
        self._canvas.typed.connect(self._typed)
        self._canvas.entered.connect(self.enrol)
        self._canvas.refused.connect(canvas_column.notice.warn)
        canvas_column.name.returnPressed.connect(self.enrol)
        canvas_column.name.textChanged.connect(self._name_changed)
        canvas_column.name.left.connect(self._canvas.setFocus)
        canvas_column.enrol.clicked.connect(self.enrol)
        answer_column.ranking.picked.connect(self.add_to)
        answer_column.more.clicked.connect(self._show_more)
        answer_column.verdict.undo_wanted.connect(self.undo_change)
        canvas_column.notice.undo_wanted.connect(self.undo_change)
        model.rename_wanted.connect(self.rename)
        answer_column.gallery.delete_wanted.connect(self.delete)
        answer_column.gallery.view.undo_wanted.connect(self.undo_change)
        self.rest()

    # --- the recogniser's state ---

    def library_opened(self) -> None:
        """Forget the old library's changes, which can no longer be undone, and wait for the recogniser."""
        self._changes.clear()
        self.asking.set_ready(False)
        self.readiness_changed.emit()
        self.undo_changed.emit()
        self.rest()
        self._name_changed()

    def ready(self) -> None:
        """Ask about the drawing, now that the recogniser can rank."""
        self._trouble = False
        self.asking.set_ready(True)
        self._ask()
        self.readiness_changed.emit()

    def not_ready(self) -> None:
        """Show that the recogniser cannot be used. Drawing and enrolling still work."""
        self._trouble = True
        self._ask()

    def _live(self) -> Drawing:
        return self._canvas.live

    def _ask(self) -> None:
        if not self._canvas.has_drawing or self._canvas.settled:
            self.rest()
        elif not self.asking.ready:
            self.asking.ask(self._canvas.drawing)
            self._answer_column.ranking.show_rows(())
            self._show_steps()
            if self._trouble:
                self._answer_column.verdict.say("No recogniser", "naming and enrolling still work", tentative=True)
            else:
                self._answer_column.verdict.say("One moment…", "the recogniser is loading", tentative=True)
        else:
            self.asking.ask(self._canvas.drawing)

    # --- drawing ---

    @Slot()
    def _pen_down(self) -> None:
        self._canvas_column.notice.fade()
        self._keep(None)
        if self._canvas.begins:
            self._answer_column.verdict.say("…", tentative=True)
            self._answer_column.hint.setText("")
        self._show_steps()

    @Slot(object)
    def _drawing_changed(self, drawing: Drawing) -> None:
        if drawing:
            self._ask()
        else:
            self.rest()

    def rest(self) -> None:
        """Show that the canvas has nothing to recognise."""
        self.asking.forget()
        self._keep(None)
        if not self._canvas.settled:
            count = len(self._model)
            if count:
                self._answer_column.verdict.say(wording.DRAW, wording.can_recognise(count), tentative=True)
            else:
                self._answer_column.verdict.say(*wording.FIRST, tentative=True)
        self._answer_column.ranking.show_rows(())
        self._answer_column.hint.setText("")
        self._show_steps()

    def _show_steps(self) -> None:
        if len(self._model):
            self._answer_column.show_steps(None)
        else:
            self._answer_column.show_steps(1 if self._canvas.has_drawing or self._canvas.drawing_now else 0)

    # --- answers ---

    @Slot(object, bool)
    def _show_answer(self, ranking: Ranking, final: bool) -> None:
        self._keep(ranking if final else None)
        ratio = self._answer_column.devicePixelRatioF()
        self._answer_column.ranking.show_rows(self._rows.rows(ranking.candidates[:ROWS], ratio))
        self._show_steps()
        self._show_verdict(ranking, final)
        self.answered.emit(ranking.ms)

    def _keep(self, answer: Ranking | None) -> None:
        """Keep the final answer, or none, and offer what it allows."""
        self._answer = answer
        self._answer_column.more.setVisible(answer is not None and len(answer.candidates) > ROWS)
        self._name_changed()

    @Slot()
    def _show_more(self) -> None:
        if self._answer is not None:
            more = self._answer_column.more
            rows = self._rows.rows(self._answer.candidates[ROWS:], more.devicePixelRatioF())
            self._answer_column.ranking.show_more(rows, more.mapToGlobal(more.rect().bottomLeft()))

    def _show_verdict(self, ranking: Ranking, final: bool) -> None:
        verdict = self._answer_column.verdict
        best = ranking.candidates[0] if ranking.candidates else None
        if not final:
            if best is not None:
                verdict.say(best.name, "so far", percent(best.probability), tentative=True)
            return
        self._answer_column.hint.setText(wording.hint(len(ranking.candidates), known=ranking.known))
        if ranking.known and best is not None:
            verdict.say(best.name, wording.known(best.shots), percent(best.probability))
            return
        if ranking.verdict is Verdict.EITHER:
            one, other = ranking.candidates[:2]
            verdict.say(wording.either(one.name, other.name), wording.EITHER)
            return
        verdict.say(wording.UNKNOWN, wording.NAME_IT)
        if QApplication.focusWidget() in (None, self._canvas) and not self._canvas.drawing_now:
            self._canvas_column.name.invite()

    @Slot(str)
    def _no_answer(self, sentence: str) -> None:
        self._keep(None)
        self._answer_column.ranking.show_rows(())
        self._answer_column.verdict.say("No answer", "see the message below the canvas", tentative=True)
        self._canvas_column.notice.warn(sentence)

    # --- naming and correcting ---

    @Slot(str)
    def _typed(self, text: str) -> None:
        self._canvas_column.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._canvas_column.name.insert(text)

    @Slot()
    def _name_changed(self) -> None:
        named = self._named()
        self._canvas_column.enrol.offer(None if named is None else named.name)

    def _named(self) -> Glyph | None:
        """Return the glyph that Enter would add the drawing to: the one that was typed, or else the known one."""
        name = self._canvas_column.name.text()
        if name.strip() or self._answer is None or not self._answer.known:
            return self._model.named(name)
        return self._model.glyph(self._answer.candidates[0].glyph_id)

    @Slot()
    def enrol(self) -> None:
        """Add the drawing to the library under the typed name: as a new glyph, or a shot of an existing one. Without a
        name, confirm a known glyph: add the drawing to it."""
        name = self._canvas_column.name.text()
        if not self._may_add():
            return
        existing = self._named()
        if existing is not None:
            self.add_to(existing.id)
            return
        if not name.strip():
            self._canvas_column.notice.say(wording.NO_NAME)
            self._canvas_column.name.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._give(Enrol(name, self._canvas.drawing))

    @Slot(int)
    def add_to(self, glyph_id: int) -> None:
        """Add the drawing to a glyph as a further shot."""
        glyph = self._model.glyph(glyph_id)
        if glyph is not None and self._may_add():
            self._give(AddShot(glyph.id, glyph.name, self._canvas.drawing))

    def _give(self, command: Enrol | AddShot) -> None:
        # A stroke drawn while the library is still writing starts the next glyph.
        self._canvas.give()
        self.asking.forget()
        self._given_name = self._canvas_column.name.text()
        self._looked_like = self._answer.candidates[0] if self._answer and self._answer.candidates else None
        self._studio.perform(command)

    def _may_add(self) -> bool:
        if self._canvas.drawing_now:
            return False
        if not self._canvas.has_drawing:
            self._canvas_column.notice.say(wording.NO_INK)
        elif self._canvas.given:
            if self._canvas.settled:
                self._canvas_column.notice.say(wording.SETTLED)
        else:
            return True
        return False

    # --- changes to the library ---

    @property
    def last_change(self) -> Change | None:
        """The change that an undo would take back."""
        return self._changes.last

    @Slot(int, str)
    def rename(self, glyph_id: int, name: str) -> None:
        glyph = self._model.glyph(glyph_id)
        if glyph is not None:
            self._studio.perform(Rename(glyph_id, glyph.name, name))

    @Slot(int)
    def delete(self, glyph_id: int) -> None:
        glyph = self._model.glyph(glyph_id)
        if glyph is not None:
            self._studio.perform(DeleteGlyph(glyph_id, glyph.name))

    def delete_shot(self, shot_id: int, glyph_id: int) -> None:
        glyph = self._model.glyph(glyph_id)
        if glyph is not None:
            self._studio.perform(DeleteShot(shot_id, glyph_id, glyph.name))

    @Slot()
    def undo_change(self) -> None:
        """Undo the last change to the library. A second call before the first is done does nothing."""
        way_back = self._changes.go_back()
        if way_back is not None:
            self._studio.perform(way_back)

    @Slot(object, object)
    def _done(self, command: Command, outcome: Outcome) -> None:
        for glyph in outcome.glyphs:
            self._model.put(glyph)
        for glyph_id in outcome.all_gone:
            self._model.remove(glyph_id)
        self._name_changed()
        self._answer_column.verdict.withdraw_undo()  # it would no longer undo the change beside it
        back = self._changes.went_back(command)
        if back is not None:
            self._after_undo(back)
        else:
            self._changes.add(command, outcome.undo)
            self._after_change(command, outcome)
        self.undo_changed.emit()
        self.changed.emit(command, outcome)

    def _after_change(self, command: Command, outcome: Outcome) -> None:
        said = done(command, outcome)
        if not isinstance(command, (Enrol, AddShot)):
            self._canvas_column.notice.say(said, undo=True)
            self.ask_again()
            return
        if self._canvas_column.name.text() == self._given_name:
            self._canvas_column.name.clear()
        notice = self._canvas_column.notice
        if command.drawing is self._canvas.drawing and not self._canvas.drawing_now:
            self._canvas.settle()
            notice.clear()
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            self.rest()
            name = outcome.glyph.name if outcome.glyph else command.name
            self._answer_column.verdict.say(name, said, undo=True)
            like = self._looked_like
            if isinstance(command, Enrol) and like is not None and like.probability >= _LOOKS_LIKE:
                notice.say(wording.look_alike(name, like.name, percent(like.probability)), undo=True)
        else:  # the user is already drawing the next glyph
            notice.say(said, undo=True)
        doubt = outcome.doubt
        if doubt is not None:
            newest = isinstance(outcome.undo, DeleteShot) and doubt.shot_id == outcome.undo.shot_id
            notice.say(wording.doubtful(doubt.name, doubt.other, newest=newest), undo=newest)

    def _after_undo(self, back: Change) -> None:
        command = back.command
        said = undone(command.what)
        self._canvas_column.notice.say(said)
        self.undone.emit(said)
        if isinstance(command, (Enrol, AddShot)) and self._canvas.settled and command.drawing is self._canvas.drawing:
            self._canvas.take_back(command.drawing)
            if isinstance(command, Enrol) and not self._canvas_column.name.text():
                self._canvas_column.name.setText(command.name)
            self._canvas.changed.emit(self._canvas.drawing)
        else:
            self.ask_again()

    def ask_again(self) -> None:
        """Ask again about the drawing on the canvas, because the library changed."""
        if not self._canvas.drawing_now and not self._canvas.settled:
            self._ask()
        elif not len(self._model):
            self._show_steps()

    @Slot(object, object, str)
    def _failed(self, command: Command, error: Exception, sentence: str) -> None:
        self._changes.stays(command)
        if isinstance(command, (Enrol, AddShot)):
            self._canvas.take_back(command.drawing)
            self.ask_again()
        if isinstance(error, DuplicateName) and isinstance(command, Enrol):
            self._model.put(error.glyph)
            self._name_changed()
        self._canvas_column.notice.warn(sentence)
        self.failed.emit(command, sentence)
