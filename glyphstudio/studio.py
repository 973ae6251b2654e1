"""The studio: joins one open library and the recogniser of its glyphs, for the window and the command line.

It belongs to one thread. The library opens first and at once. `warm_up` then loads the recogniser, with torch and the
weights, and embeds every shot enrolled before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
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
from glyphstudio.library.library import Entry, Glyph, Library, LibraryError, Removed, Shot
from glyphstudio.names import name_key
from glyphstudio.verdict import Strictness, Verdict, verdict_of

if TYPE_CHECKING:
    from glyphstudio.engine.recognise.prototypes import Recogniser

MOST_CANDIDATES = 20
_BATCH = 64  # drawings embedded at once while warming up
_SEEN = 4000  # embeddings of drawings that are not enrolled, kept while a page is judged


class EmptyDrawing(ValueError):  # noqa: N818 - it describes a drawing, not a fault
    """The drawing has no ink. The message is a sentence for the user."""


@dataclass(frozen=True)
class Candidate:
    """One guess. probability: 0..1; over all glyphs, the rest up to 1 is the chance that the glyph is unknown.
    distance: squared, to the glyph's prototype. shots: the number of drawings that the prototype is the mean of."""

    glyph_id: int
    name: str
    probability: float
    distance: float
    shots: int


@dataclass(frozen=True)
class Ranking:
    """candidates: best first, at most 20; none for an empty library or empty ink. verdict: follows from their
    probabilities. ms: the time to render, embed and rank."""

    candidates: tuple[Candidate, ...]
    verdict: Verdict
    ms: float

    @property
    def known(self) -> bool:
        """Whether the first candidate is the answer."""
        return self.verdict is Verdict.KNOWN


@dataclass(frozen=True)
class DoubtfulShot:
    """A shot of the glyph `name` that is probably a slip. other: the glyph that it looks more like, if there is one."""

    shot_id: int
    name: str
    other: str | None


NO_ANSWER = Ranking((), Verdict.UNKNOWN, 0.0)


@dataclass(frozen=True)
class EngineInfo:
    """What the studio recognises with: the names of learner and device for people, the weights' hash and file."""

    learner: str
    device: str
    weights_sha256: str
    weights: Path


class Studio:
    """Open one with `Studio.open`."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.strictness = Strictness.BALANCED
        self.info: EngineInfo | None = None
        self._recogniser: Recogniser | None = None
        self._names: dict[int, str] = {}
        self._key = ""
        self._seen: dict[Drawing, NDArray[np.float32]] = {}  # embeddings for `judge`

    @staticmethod
    def open(library: Path) -> Studio:
        """Open only the library: fast, without torch. Raises LibraryError."""
        return Studio(Library.open(library))

    @staticmethod
    def open_or_read(library: Path) -> Studio:
        """Open the library, read only if it may not be written. Raises LibraryError."""
        return Studio(Library.open(library, or_read=True))

    def close(self) -> None:
        """Close the library."""
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
        """Load torch and the weights (by default the shipped ones), and embed the shots that have no embedding yet.
        `on_progress` gets the number of shots done and the number in total. Raises EngineError.
        """
        import torch

        from glyphstudio.engine.device import choose_device, describe_device
        from glyphstudio.engine.recognise.adapting import recogniser_for
        from glyphstudio.engine.weights.file import load_weights, shipped_weights

        torch.set_num_threads(1)  # for this thread: one is enough for one drawing, and leaves the other to the window
        chosen = choose_device(device)
        path = shipped_weights() if weights is None else weights
        loaded = load_weights(path)
        recogniser = recogniser_for(loaded.learner.to(chosen), loaded.calibration)
        # The first embedding is slow, so make one now that no user waits for. It also gives the length of an embedding.
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
        self._store(key, fresh)  # all at once: until then the cache keeps those of the previous weights
        stored |= fresh
        for shot in shots:
            if shot.id in stored:
                recogniser.enrol(shot.id, shot.glyph_id, stored[shot.id])
        self._names = {glyph.id: glyph.name for glyph in glyphs}
        self._key, self._recogniser = key, recogniser
        self._seen.clear()
        self.info = EngineInfo(loaded.learner.title, describe_device(chosen), loaded.sha256, path)
        return self.info

    def rank(self, drawing: Drawing) -> Ranking:
        """Rank the library's glyphs as answers to `drawing`. Raises PictureError if a picture has no ink."""
        if self._recogniser is None:
            raise RuntimeError("rank() needs warm_up() first")
        start = time.perf_counter()
        if isinstance(drawing, Ink) and not drawing:
            return NO_ANSWER
        return self._ranking(self._recogniser.embed([render_drawing(drawing)])[0], start, self._names)

    def _ranking(self, embedding: NDArray[np.float32], start: float, names: dict[int, str]) -> Ranking:
        assert self._recogniser is not None, "the embedding comes from it"  # noqa: S101
        guesses = self._recogniser.rank(embedding, MOST_CANDIDATES)
        candidates = tuple(
            Candidate(guess.glyph_id, names[guess.glyph_id], guess.probability, guess.distance, guess.shots)
            for guess in guesses.best
        )
        verdict = verdict_of([guess.probability for guess in guesses.best], self.strictness)
        return Ranking(candidates, verdict, (time.perf_counter() - start) * 1000)

    def judge(self, asked: Sequence[Drawing], named: Sequence[tuple[str, Drawing]] = ()) -> list[Ranking]:
        """Rank the glyphs for each of several drawings, as if those in `named` (name, drawing) were enrolled. Nothing
        is changed. A glyph that only `named` has gets a negative id. The ranking of a drawing without ink is empty.
        """
        if self._recogniser is None:
            raise RuntimeError("judge() needs warm_up() first")
        self._see([*asked, *(drawing for _, drawing in named)])
        names, ids = dict(self._names), {name_key(name): glyph_id for glyph_id, name in self._names.items()}
        added = []
        try:
            for number, (name, drawing) in enumerate(named, start=1):
                if drawing in self._seen:
                    glyph_id = ids.setdefault(name_key(name), -number)
                    names.setdefault(glyph_id, name)
                    self._recogniser.enrol(-number, glyph_id, self._seen[drawing])
                    added.append(-number)
            rankings = []
            for drawing in asked:
                start = time.perf_counter()
                found = drawing in self._seen
                rankings.append(self._ranking(self._seen[drawing], start, names) if found else NO_ANSWER)
            return rankings
        finally:
            self._forget(added)

    def _see(self, drawings: Sequence[Drawing]) -> None:
        """Embed those drawings that were not embedded before and that have ink."""
        if len(self._seen) > _SEEN:
            self._seen.clear()
        assert self._recogniser is not None, "checked by the caller"  # noqa: S101
        fresh: dict[Drawing, Bitmap] = {}
        for drawing in drawings:
            if drawing not in self._seen:
                with suppress(EmptyDrawing):
                    fresh[drawing] = _bitmap(drawing)
        if fresh:
            self._seen |= zip(fresh, self._recogniser.embed(list(fresh.values())), strict=True)

    def doubt(self, glyph_id: int) -> DoubtfulShot | None:
        """Return the shot of a glyph that is probably a slip, if there is one. None before `warm_up`."""
        found = None if self._recogniser is None else self._recogniser.doubt(glyph_id)
        if found is None:
            return None
        return DoubtfulShot(
            found.shot_id, self._names[glyph_id], None if found.other is None else self._names[found.other]
        )

    @staticmethod
    def check(drawings: Iterable[Drawing]) -> None:
        """Raise EmptyDrawing if one of the drawings has no ink."""
        for drawing in drawings:
            _bitmap(drawing)

    def enrol(self, name: str, drawing: Drawing) -> Glyph:
        """Enrol a new glyph from one drawing; it is on disk when this returns. Raises EmptyDrawing, BadName and
        DuplicateName."""
        bitmap = _bitmap(drawing)
        glyph = self.library.enrol(name, drawing)
        self._names[glyph.id] = glyph.name
        self._learn(glyph.id, {glyph.shots[-1].id: bitmap})
        return glyph

    def add_shot(self, glyph_id: int, drawing: Drawing) -> Glyph:
        """Add a further drawing to a glyph. Raises EmptyDrawing and LibraryError."""
        bitmap = _bitmap(drawing)
        shot = self.library.add_shot(glyph_id, drawing)
        self._learn(glyph_id, {shot.id: bitmap})
        return self.library.glyph(glyph_id)

    def enrol_page(self, entries: Sequence[Entry]) -> tuple[list[Shot], list[Glyph]]:
        """Enrol many drawings, all or none, as new glyphs or further shots, by their names. Return the new shots, and
        the glyphs that have them. Raises EmptyDrawing and BadName."""
        bitmaps = [_bitmap(entry.drawing) for entry in entries]
        shots = self.library.enrol_page(entries)
        of_glyph: dict[int, dict[int, Bitmap]] = {}
        for shot, bitmap in zip(shots, bitmaps, strict=True):
            of_glyph.setdefault(shot.glyph_id, {})[shot.id] = bitmap
        glyphs = [self.library.glyph(glyph_id) for glyph_id in of_glyph]
        for glyph in glyphs:
            self._names[glyph.id] = glyph.name
            self._learn(glyph.id, of_glyph[glyph.id])
        return shots, glyphs

    def take_back(self, shot_ids: Sequence[int]) -> tuple[list[Glyph], list[int]]:
        """Undo `enrol_page`. Return the glyphs that stay without these shots, and the ids of those that are gone."""
        stay, gone = self.library.take_back(shot_ids)
        self._forget(shot_ids)
        return stay, gone

    def rename(self, glyph_id: int, name: str) -> Glyph:
        """Rename a glyph. Raises BadName and DuplicateName."""
        glyph = self.library.rename(glyph_id, name)
        self._names[glyph_id] = glyph.name
        return glyph

    def delete_glyph(self, glyph_id: int) -> Removed:
        """Delete a glyph; `restore` brings it back."""
        shots = self.library.glyph(glyph_id).shots
        removed = self.library.delete_glyph(glyph_id)
        self._forget(shot.id for shot in shots)
        return removed

    def delete_shot(self, shot_id: int) -> Removed:
        """Delete a shot; `restore` brings it back. Raises LibraryError for a glyph's last shot."""
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
        """Embed shots (by id) of one glyph. Before `warm_up` this does nothing, because `warm_up` embeds them."""
        if self._recogniser is None or not bitmaps:
            return
        fresh = dict(zip(bitmaps, self._recogniser.embed(list(bitmaps.values())), strict=True))
        for shot_id, vector in fresh.items():
            self._recogniser.enrol(shot_id, glyph_id, vector)
        self._store(self._key, fresh)

    def _store(self, key: str, vectors: dict[int, NDArray[np.float32]]) -> None:
        # The cache only saves work at the next start. The shots are enrolled, whether or not this succeeds.
        with suppress(LibraryError):
            self.library.store_embeddings(key, vectors)

    def _forget(self, shot_ids: Iterable[int]) -> None:
        if self._recogniser is not None:
            for shot_id in shot_ids:
                self._recogniser.forget(shot_id)


def _bitmap(drawing: Drawing) -> Bitmap:
    """Return the bitmap of a drawing that has ink. Raises EmptyDrawing."""
    if isinstance(drawing, Ink) and not drawing:
        raise EmptyDrawing("There is no ink to enrol yet. Draw the glyph first.")
    try:
        return render_drawing(drawing)
    except PictureError as error:
        raise EmptyDrawing(str(error)) from error


def _bitmaps(shots: Iterable[Shot]) -> dict[int, Bitmap]:
    """Return bitmaps by shot id. Leaves out shots without ink or with an unreadable drawing, so that they do not stop
    the others from being recognised."""
    bitmaps = {}
    for shot in shots:
        with suppress(EmptyDrawing, LibraryError):
            bitmaps[shot.id] = _bitmap(shot.drawing)
    return bitmaps
