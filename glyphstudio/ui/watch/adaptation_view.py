"""Watch It Adapt: shows how a learner learns the user's own glyphs, step by step, beside a pre-trained start.

The learner in use is on the left, the pre-trained weights in the same inner loop are on the right. A meta-learned start
needs only a step or two; that is the purpose of meta-learning, and this view makes it visible.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from glyphstudio.glyphs.picture import Drawing
from glyphstudio.library.errors import LibraryError
from glyphstudio.library.glyph import Glyph
from glyphstudio.plural import counted
from glyphstudio.ui.answer.ranking import RowContent
from glyphstudio.ui.parts.pages import scrolling, small_text
from glyphstudio.ui.parts.painting import Thumbnails
from glyphstudio.ui.parts.theme import UNIT, scaled_font
from glyphstudio.ui.watch.loss_curve import LossCurve
from glyphstudio.ui.watch.messages import AdaptationSeen, AdaptationWish, Column, Said
from glyphstudio.ui.watch.step_column import THUMB, StepColumn, loss_text
from glyphstudio.ui.watch.watcher import Watcher, newest, sentence_label
from glyphstudio.ui.watch.worker import WatchWorker

STEPS = 10
MOST_GLYPHS, MOST_SHOTS = 200, 5  # an inner loop takes about ten seconds with these
_BEAT = 700  # ms per step while it plays
_PERCENT = "Per cent among these glyphs, ignoring that a drawing may be none of them."
_DRAW = "Draw a glyph on the canvas to see how it is recognised after each step."
_EMPTY = (
    "Your library is empty. Enrol two glyphs or more, and watch here how the learner learns to tell them apart, step "
    "by step."
)
_ONE = "Your library has one glyph, so every answer is right from the start. Enrol another to watch a learner at work."
_ITSELF = "This is the pre-trained start itself. Choose MAML in the Learner menu to see both side by side."


class AdaptationView(Watcher):
    """The view. Arrow keys, Home and End move the slider; Space plays."""

    kind = AdaptationWish

    def __init__(self, worker: WatchWorker, parent: QWidget | None = None) -> None:
        super().__init__(worker, parent)
        self._seen: AdaptationSeen | None = None
        self._names: dict[int, Glyph] = {}
        self._thumbnails = Thumbnails()
        self.heading = QLabel()
        self.heading.setFont(scaled_font(self.font(), 1.6))
        self.curve = LossCurve(STEPS)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName("Inner steps")
        self.back, self.forth = _arrow("‹", "One step back"), _arrow("›", "One step forward")
        self.play = QPushButton("Play")
        self.play.setFixedWidth(10 * UNIT)
        self.play.setToolTip("Walk through the steps (Space)")
        self.own, self.pretrained = StepColumn(own=True), StepColumn(own=False)
        self.note = small_text()
        self.note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.note.setMinimumHeight(4 * self.note.fontMetrics().lineSpacing())
        self.sentence = sentence_label("")
        self._beat = QTimer(self)
        self._beat.setInterval(_BEAT)
        self._beat.timeout.connect(self._on_beat)
        self._lay_out()
        self.setFocusProxy(self.slider)
        self.slider.valueChanged.connect(self._refresh)
        self.slider.sliderPressed.connect(self.pause)
        self.curve.step_chosen.connect(self.go_to)
        self.back.clicked.connect(self._step_back)
        self.forth.clicked.connect(self._step_on)
        self.play.clicked.connect(self.play_or_pause)
        worker.adapted.connect(self._answered)
        self._refresh()

    def _lay_out(self) -> None:
        controls = QHBoxLayout()
        controls.setSpacing(UNIT // 2)
        for widget, stretch in ((self.back, 0), (self.slider, 1), (self.forth, 0), (self.play, 0)):
            controls.addWidget(widget, stretch)
        both = QWidget()
        columns = QHBoxLayout(both)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(2 * UNIT)
        columns.addWidget(self.own, 1)
        columns.addWidget(self.pretrained, 1)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        layout.setSpacing(UNIT)
        layout.addWidget(self.heading)
        layout.addWidget(self.curve)
        layout.addLayout(controls)
        layout.addWidget(both)
        layout.addWidget(self.note)
        layout.addStretch(1)
        self._content = scrolling(content)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.sentence)
        self._pages.addWidget(self._content)

    def sizeHint(self) -> QSize:
        return QSize(50 * UNIT, 80 * UNIT)

    def minimumSizeHint(self) -> QSize:
        return QSize(40 * UNIT, 24 * UNIT)

    # Input

    def show_library(self, glyphs: Sequence[Glyph]) -> None:
        self._thumbnails.forget()  # another library has other shots under the same ids
        super().show_library(glyphs)

    def show_drawing(self, drawing: Drawing | None) -> None:
        super().show_drawing(drawing)
        if self._drawing is None:
            self._refresh()

    def nothing_to_see(self) -> str:
        return ("", _ONE, _EMPTY)[max(0, 2 - len(self._library))]

    def taken(self) -> tuple[Glyph, ...]:
        return tuple(_fewer_shots(glyph) for glyph in newest(self._library, MOST_GLYPHS))

    def say(self, sentence: str) -> None:
        self.pause()
        self._seen = None
        self.sentence.setText(sentence)
        self._pages.setCurrentWidget(self.sentence)

    def is_empty(self) -> bool:
        return self._seen is None

    @Slot(object)
    def _answered(self, answer: AdaptationSeen | Said) -> None:
        if answer.basis is not self._basis:
            return  # about an earlier library or learner
        if isinstance(answer, AdaptationSeen):
            self._seen = answer
            self._names = {glyph.id: glyph for glyph in self._library}
            self._refresh()
            self._pages.setCurrentWidget(self._content)
        elif answer.final or self._seen is None:
            self.say(answer.sentence)
        else:
            self.note.setText(answer.sentence)

    # Steps

    @property
    def step(self) -> int:
        return self.slider.value()

    @Slot(int)
    def go_to(self, step: int) -> None:
        self.pause()
        self.slider.setValue(step)

    @Slot()
    def _step_back(self) -> None:
        self.go_to(self.step - 1)

    @Slot()
    def _step_on(self) -> None:
        self.go_to(self.step + 1)

    @Slot()
    def play_or_pause(self) -> None:
        """Play from here, or from the first step if this is the last one; if it plays, pause."""
        if self._beat.isActive():
            self.pause()
            return
        if self.step == STEPS:
            self.slider.setValue(0)
        self._beat.start()
        self.play.setText("Pause")

    @Slot()
    def pause(self) -> None:
        self._beat.stop()
        self.play.setText("Play")

    @Slot()
    def _on_beat(self) -> None:
        self.slider.setValue(self.step + 1)
        if self.step == STEPS:
            self.pause()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys that the slider does not use."""
        if event.key() == Qt.Key.Key_Space:
            self.play_or_pause()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.pause()
        super().hideEvent(event)

    # Output

    @Slot()
    def _refresh(self) -> None:
        step = self.step
        self.heading.setText(f"After {counted(step, 'step')}" if step else "Before the first step")
        self.back.setEnabled(step > 0)
        self.forth.setEnabled(step < STEPS)
        self.curve.show_step(step)
        seen = self._seen
        if seen is None:
            return
        self.curve.show_losses(
            seen.own.losses, seen.pretrained.losses if seen.pretrained else (), len(seen.basis.glyphs)
        )
        self._show_column(self.own, seen.own.title, seen.own)
        self.pretrained.setVisible(not seen.itself)
        if seen.pretrained is None:
            self.pretrained.show_title("Pre-trained", "cannot be shown" if seen.problem else "adapting, too…")
            self.pretrained.show_rows(())
        else:
            self._show_column(self.pretrained, "Pre-trained", seen.pretrained)
        self.note.setText(self._note(seen))

    def _show_column(self, place: StepColumn, title: str, column: Column) -> None:
        loss = column.losses[self.step]
        place.show_title(title, loss_text(loss))
        ranking = column.rankings[self.step] if column.rankings and self._drawing is not None else ()
        place.show_rows(
            [
                RowContent(guess.glyph_id, glyph.name, guess.probability, self._thumbnail(glyph))
                for guess in ranking
                if (glyph := self._names.get(guess.glyph_id)) is not None
            ]
        )

    def _thumbnail(self, glyph: Glyph) -> QPixmap | None:
        shot = glyph.shots[0]
        try:
            return self._thumbnails.of(shot.id, shot.drawing, THUMB, self.devicePixelRatioF())
        except LibraryError:
            return None

    def _note(self, seen: AdaptationSeen) -> str:
        said = [seen.problem or (_ITSELF if seen.itself else "")]
        said.append(f"{seen.own.title} itself takes {counted(seen.own.trained, 'step')}.")
        said.append(_DRAW if self._drawing is None else _PERCENT)
        some = (
            "" if all(len(glyph.shots) <= MOST_SHOTS for glyph in self._library) else f", {MOST_SHOTS} drawings of each"
        )
        if len(self._library) > MOST_GLYPHS:
            said.append(f"Only the {MOST_GLYPHS} glyphs enrolled last take part{some}. The others are unknown here.")
        elif some:
            said.append(f"The {MOST_SHOTS} newest drawings of each glyph take part.")
        return " ".join(filter(None, said))


def _fewer_shots(glyph: Glyph) -> Glyph:
    if len(glyph.shots) <= MOST_SHOTS:
        return glyph
    return Glyph(glyph.id, glyph.name, glyph.created, glyph.shots[-MOST_SHOTS:])


def _arrow(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setFont(scaled_font(button.font(), 1.6))
    button.setFixedSize(4 * UNIT, 4 * UNIT)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setAutoRepeat(True)
    return button
