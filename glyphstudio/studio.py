"""The studio: one open library and the recogniser that knows its glyphs, joined for the window and the command line.

It lives in one thread. The library comes first and is there at once; the recogniser, with torch and the weights,
follows with `warm_up`. Whatever is enrolled before that is embedded then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing, PictureError
from glyphstudio.glyphs.render import RENDERER_VERSION, Bitmap, render_drawing
from glyphstudio.library.library import Glyph, Library, LibraryError, Removed, Shot

if TYPE_CHECKING:
    from glyphstudio.engine.recogniser import Recogniser

_BATCH = 64  # drawings embedded at once while warming up


class EmptyDrawing(ValueError):  # noqa: N818 - said of a drawing, in the words of the user
    """There is no ink in the drawing; the message is a sentence for the user."""


@dataclass(frozen=True)
class Candidate:
    """One guess. probability: 0..1; what is missing to 1 over all glyphs is the chance that the glyph is unknown.
    distance: squared, to the glyph's prototype. shots: of how many drawings the prototype is the mean."""

    glyph_id: int
    name: str
    probability: float
    distance: float
    shots: int


@dataclass(frozen=True)
class Ranking:
    """candidates: best first, at most five; none for an empty library or empty ink. known: the verdict. ms: the time it
    took to render, embed and rank."""

    candidates: tuple[Candidate, ...]
    known: bool
    ms: float


@dataclass(frozen=True)
class EngineInfo:
    """What recognises: the learner's name for people, the device's, and the hash of the weights."""

    learner: str
    device: str
    weights_sha256: str


class Studio:
    """See the module. Open one with `Studio.open`."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.info: EngineInfo | None = None
        self._recogniser: Recogniser | None = None
        self._names: dict[int, str] = {}
        self._key = ""

    @staticmethod
    def open(library: Path) -> Studio:
        """Open the library alone: fast, without torch. Raises LibraryError."""
        return Studio(Library.open(library))

    def close(self) -> None:
        """Give the library back."""
        self.library.close()

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm_up(
        self, weights: Path | None = None, device: str = "auto", on_progress: Callable[[int, int], None] | None = None
    ) -> EngineInfo:
        """Load torch and the weights (the shipped ones unless told otherwise), and embed the shots that have no
        embedding yet. `on_progress` hears of shots done and to do. Raises EngineError.
        """
        import torch

        from glyphstudio.engine.device import choose_device, describe_device
        from glyphstudio.engine.recogniser import Recogniser
        from glyphstudio.engine.weights import load_weights, shipped_weights

        torch.set_num_threads(1)  # of this thread: one is enough for one drawing, and leaves the window the other
        chosen = choose_device(device)
        loaded = load_weights(shipped_weights() if weights is None else weights)
        recogniser = Recogniser(loaded.learner.to(chosen), loaded.calibration)
        self._key = f"{loaded.sha256} renderer {RENDERER_VERSION}"
        glyphs = self.library.glyphs()
        stored = self.library.embeddings(self._key)
        shots = [shot for glyph in glyphs for shot in glyph.shots]
        missing = [shot for shot in shots if shot.id not in stored]
        for start in range(0, len(missing), _BATCH):
            some = missing[start : start + _BATCH]
            vectors = recogniser.embed([render_drawing(shot.drawing) for shot in some])
            fresh = {shot.id: vector for shot, vector in zip(some, vectors, strict=True)}
            self.library.store_embeddings(self._key, fresh)
            stored |= fresh
            if on_progress is not None:
                on_progress(min(start + _BATCH, len(missing)), len(missing))
        for shot in shots:
            recogniser.enrol(shot.id, shot.glyph_id, stored[shot.id])
        recogniser.embed([render_drawing(Ink.of([[(0.2, 0.2), (0.8, 0.8)]]))])  # the first is slow; nobody waits for it
        self._names = {glyph.id: glyph.name for glyph in glyphs}
        self._recogniser = recogniser
        self.info = EngineInfo(loaded.learner.title, describe_device(chosen), loaded.sha256)
        return self.info

    def rank(self, drawing: Drawing) -> Ranking:
        """The library's glyphs as answers to `drawing`. Raises PictureError where a picture holds no ink."""
        if self._recogniser is None:
            raise RuntimeError("rank() needs warm_up() first")
        start = time.perf_counter()
        if isinstance(drawing, Ink) and not drawing:
            return Ranking((), known=False, ms=0.0)
        guesses = self._recogniser.rank(self._recogniser.embed([render_drawing(drawing)])[0])
        candidates = tuple(
            Candidate(guess.glyph_id, self._names[guess.glyph_id], guess.probability, guess.distance, guess.shots)
            for guess in guesses.best
        )
        return Ranking(candidates, guesses.known, (time.perf_counter() - start) * 1000)

    def check(self, drawings: Iterable[Drawing]) -> None:
        """Raises EmptyDrawing where one of the drawings has no ink."""
        for drawing in drawings:
            _bitmap(drawing)

    def enrol(self, name: str, drawing: Drawing) -> Glyph:
        """A new glyph from one drawing, safe on disk when this returns. Raises EmptyDrawing, BadName, DuplicateName."""
        bitmap = _bitmap(drawing)
        glyph = self.library.enrol(name, drawing)
        self._names[glyph.id] = glyph.name
        self._learn(glyph.shots[-1:], [bitmap])
        return glyph

    def add_shot(self, glyph_id: int, drawing: Drawing) -> Glyph:
        """A further drawing of a glyph. Raises EmptyDrawing and LibraryError."""
        bitmap = _bitmap(drawing)
        shot = self.library.add_shot(glyph_id, drawing)
        self._learn([shot], [bitmap])
        return self.library.glyph(glyph_id)

    def rename(self, glyph_id: int, name: str) -> Glyph:
        """Raises BadName and DuplicateName."""
        glyph = self.library.rename(glyph_id, name)
        self._names[glyph_id] = glyph.name
        return glyph

    def delete_glyph(self, glyph_id: int) -> Removed:
        """`restore` brings it back."""
        shots = self.library.glyph(glyph_id).shots
        removed = self.library.delete_glyph(glyph_id)
        self._forget(shot.id for shot in shots)
        return removed

    def delete_shot(self, shot_id: int) -> Removed:
        """`restore` brings it back. Raises LibraryError for a glyph's last shot."""
        removed = self.library.delete_shot(shot_id)
        self._forget([shot_id])
        return removed

    def restore(self, removed: Removed) -> Glyph:
        """Undo a delete."""
        glyph = self.library.restore(removed)
        self._names[glyph.id] = glyph.name
        back = {row.id for row in removed.shot_rows}
        shots = [shot for shot in glyph.shots if shot.id in back]
        self._learn(shots, [render_drawing(shot.drawing) for shot in shots])
        return glyph

    def _learn(self, shots: Iterable[Shot], bitmaps: list[Bitmap]) -> None:
        if self._recogniser is None:
            return
        known = list(shots)
        vectors = self._recogniser.embed(bitmaps)
        for shot, vector in zip(known, vectors, strict=True):
            self._recogniser.enrol(shot.id, shot.glyph_id, vector)
        # The cache only spares the next start some work: the shot is enrolled, whether or not this succeeds.
        with suppress(LibraryError):
            self.library.store_embeddings(self._key, {s.id: v for s, v in zip(known, vectors, strict=True)})

    def _forget(self, shot_ids: Iterable[int]) -> None:
        if self._recogniser is not None:
            for shot_id in shot_ids:
                self._recogniser.forget(shot_id)


def _bitmap(drawing: Drawing) -> Bitmap:
    """The bitmap of a drawing that has ink. Raises EmptyDrawing."""
    if isinstance(drawing, Ink) and not drawing:
        raise EmptyDrawing("There is no ink to enrol yet. Draw the glyph first.")
    try:
        return render_drawing(drawing)
    except PictureError as error:
        raise EmptyDrawing(str(error)) from error
