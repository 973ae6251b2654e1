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

import numpy as np
from numpy.typing import NDArray

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing, PictureError
from glyphstudio.glyphs.render import RENDERER_VERSION, Bitmap, render, render_drawing
from glyphstudio.library.library import Glyph, Library, LibraryError, Removed, Shot

if TYPE_CHECKING:
    from glyphstudio.engine.recognise.prototypes import Recogniser

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
    """What recognises: the learner's name for people, the device's, the hash of the weights and their file."""

    learner: str
    device: str
    weights_sha256: str
    weights: Path


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
        from glyphstudio.engine.recognise.adapting import recogniser_for
        from glyphstudio.engine.weights.file import load_weights, shipped_weights

        torch.set_num_threads(1)  # of this thread: one is enough for one drawing, and leaves the window the other
        chosen = choose_device(device)
        path = shipped_weights() if weights is None else weights
        loaded = load_weights(path)
        recogniser = recogniser_for(loaded.learner.to(chosen), loaded.calibration)
        # The first embedding is slow, and nobody waits for this one. It also tells how long one must be.
        length = recogniser.embed([render(Ink.of([[(0.2, 0.2), (0.8, 0.8)]]))]).shape[1]
        key = f"{loaded.sha256} renderer {RENDERER_VERSION}"
        glyphs = self.library.glyphs()
        shots = [shot for glyph in glyphs for shot in glyph.shots]
        stored = {id_: vector for id_, vector in self.library.embeddings(key).items() if len(vector) == length}
        missing = [shot for shot in shots if shot.id not in stored]
        fresh: dict[int, NDArray[np.float32]] = {}
        for start in range(0, len(missing), _BATCH):
            bitmaps = _bitmaps(missing[start : start + _BATCH])
            if bitmaps:
                fresh |= zip(bitmaps, recogniser.embed(list(bitmaps.values())), strict=True)
            if on_progress is not None:
                on_progress(min(start + _BATCH, len(missing)), len(missing))
        self._store(key, fresh)  # all at once: until then those of the weights before are there for the next start
        stored |= fresh
        for shot in shots:
            if shot.id in stored:
                recogniser.enrol(shot.id, shot.glyph_id, stored[shot.id])
        self._names = {glyph.id: glyph.name for glyph in glyphs}
        self._key, self._recogniser = key, recogniser
        self.info = EngineInfo(loaded.learner.title, describe_device(chosen), loaded.sha256, path)
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

    @staticmethod
    def check(drawings: Iterable[Drawing]) -> None:
        """Raises EmptyDrawing where one of the drawings has no ink."""
        for drawing in drawings:
            _bitmap(drawing)

    def enrol(self, name: str, drawing: Drawing) -> Glyph:
        """A new glyph from one drawing, safe on disk when this returns. Raises EmptyDrawing, BadName, DuplicateName."""
        bitmap = _bitmap(drawing)
        glyph = self.library.enrol(name, drawing)
        self._names[glyph.id] = glyph.name
        self._learn(glyph.id, {glyph.shots[-1].id: bitmap})
        return glyph

    def add_shot(self, glyph_id: int, drawing: Drawing) -> Glyph:
        """A further drawing of a glyph. Raises EmptyDrawing and LibraryError."""
        bitmap = _bitmap(drawing)
        shot = self.library.add_shot(glyph_id, drawing)
        self._learn(glyph_id, {shot.id: bitmap})
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
        self._learn(glyph.id, _bitmaps(shot for shot in glyph.shots if shot.id in back))
        return glyph

    def _learn(self, glyph_id: int, bitmaps: dict[int, Bitmap]) -> None:
        """Embed shots (by id) of one glyph, unless that is still left to `warm_up`."""
        if self._recogniser is None or not bitmaps:
            return
        fresh = dict(zip(bitmaps, self._recogniser.embed(list(bitmaps.values())), strict=True))
        for shot_id, vector in fresh.items():
            self._recogniser.enrol(shot_id, glyph_id, vector)
        self._store(self._key, fresh)

    def _store(self, key: str, vectors: dict[int, NDArray[np.float32]]) -> None:
        # The cache only spares the next start some work: the shots are enrolled, whether or not this succeeds.
        with suppress(LibraryError):
            self.library.store_embeddings(key, vectors)

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


def _bitmaps(shots: Iterable[Shot]) -> dict[int, Bitmap]:
    """By shot id. A shot without ink, or that cannot be read, is left out: it must not keep the others from being
    recognised."""
    bitmaps = {}
    for shot in shots:
        with suppress(EmptyDrawing, LibraryError):
            bitmaps[shot.id] = _bitmap(shot.drawing)
    return bitmaps
