"""The watching views' worker: loads weights, descends inner loops and embeds libraries, each only once.

It loads its own weights, so that watching never keeps the studio's thread from answering.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from glyphstudio.glyphs.render import Bitmap, render_drawing
from glyphstudio.library.glyph import Shot
from glyphstudio.plural import counted
from glyphstudio.resources import BASELINE, weights_of
from glyphstudio.ui.watch.messages import (
    AdaptationSeen,
    AdaptationWish,
    Column,
    LibraryMap,
    MapSeen,
    Mark,
    Said,
    Wish,
    no_inner_loop,
    shots_instead_of_a_map,
    steps_instead_of_a_map,
)
from glyphstudio.ui.work.worker import Worker

if TYPE_CHECKING:
    from glyphstudio.engine.recognise.descent import Descent, Projection
    from glyphstudio.engine.weights.file import Weights

_AT_ONCE = 64  # drawings embedded between two checks whether the request still stands
_KEPT = 3  # loaded weights: those in use, the pre-trained ones, and the previous ones


class _Stopped(Exception):  # noqa: N818  no error
    """The answer is no longer wanted."""


class Wishes:
    """The newest request of each kind."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._standing: dict[type[Wish], Wish] = {}
        self._new: dict[type[Wish], Wish] = {}

    def put(self, wish: Wish) -> bool:
        """Keep a request. Return whether none was waiting; the thread must then be woken."""
        with self._lock:
            waiting = bool(self._new)
            self._standing[type(wish)] = self._new[type(wish)] = wish
        return not waiting

    def drop(self, kind: type[Wish]) -> None:
        with self._lock:
            self._standing.pop(kind, None)
            self._new.pop(kind, None)

    def take(self) -> Wish | None:
        with self._lock:
            return self._new.pop(next(iter(self._new))) if self._new else None

    def stands(self, wish: Wish) -> bool:
        """Return whether a request for the same basis still stands, perhaps with a newer drawing."""
        with self._lock:
            now = self._standing.get(type(wish))
        return now is not None and now.basis is wish.basis


class WatchWorker(Worker):
    """The worker of both views. Another library or other weights end the work on the previous ones. A newer drawing
    waits until the library's part is done."""

    adapted = Signal(object)  # AdaptationSeen or Said
    mapped = Signal(object)  # MapSeen or Said

    def __init__(self, log_file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__("watching", log_file, parent)
        self._wishes = Wishes()
        self._weights: dict[tuple[Path, int], Weights] = {}
        self._bitmaps: dict[bytes, Bitmap] = {}  # by a shot's data
        self._descents: dict[bool, tuple[object, Descent]] = {}  # pre-trained or not -> key, descent
        self._vectors: tuple[Weights | None, dict[bytes, NDArray[np.float32]]] = (None, {})
        self._map: tuple[object, LibraryMap, Projection, NDArray[np.float64]] | None = None

    def ask(self, wish: Wish) -> None:
        """Send a request. Answers follow by the signal of its kind, unless a newer request of that kind comes first."""
        if not self.closing and self._wishes.put(wish):
            self.do(self._work)

    def drop(self, kind: type[Wish]) -> None:
        """Stop the work for requests of this kind, because their view is hidden."""
        self._wishes.drop(kind)

    # In the thread

    def _work(self) -> None:
        import torch

        torch.set_num_threads(1)
        while not self.closing and (wish := self._wishes.take()) is not None:
            answer = self.adapted if isinstance(wish, AdaptationWish) else self.mapped
            try:
                if isinstance(wish, AdaptationWish):
                    self._adapt(wish)
                else:
                    self._place(wish)
            except _Stopped:
                continue
            except Exception as error:
                self.tell(answer, Said(wish.basis, self.sentence_of(error)))

    # An inner loop

    def _adapt(self, wish: AdaptationWish) -> None:
        loaded = self._load(wish.basis.weights)
        learner = loaded.learner
        if not learner.gradient_based:
            self.tell(self.adapted, Said(wish.basis, no_inner_loop(learner.title)))
            return
        question = None if wish.drawing is None else render_drawing(wish.drawing)
        own = self._column(wish, loaded, question, pretrained=False)
        if learner.baseline:
            self.tell(self.adapted, AdaptationSeen(wish.basis, wish.drawing, own, None, itself=True))
            return
        try:
            start = self._load(weights_of(BASELINE))
            if not self._is_down(wish, start, pretrained=True) and _count(wish) > _AT_ONCE:
                # Show the learner in use now: the pre-trained start takes a while.
                self.tell(self.adapted, AdaptationSeen(wish.basis, wish.drawing, own, None))
            other = self._column(wish, start, question, pretrained=True)
        except _Stopped:
            raise
        except Exception as error:
            self.tell(self.adapted, AdaptationSeen(wish.basis, wish.drawing, own, None, self.sentence_of(error)))
        else:
            self.tell(self.adapted, AdaptationSeen(wish.basis, wish.drawing, own, other))

    def _column(self, wish: AdaptationWish, loaded: Weights, question: Bitmap | None, *, pretrained: bool) -> Column:
        learner = loaded.learner
        descent = self._descent(wish, loaded, pretrained)
        rankings = () if question is None else descent.rankings(question)
        return Column(learner.title, learner.inner.steps, descent.losses, rankings)

    def _is_down(self, wish: Wish, loaded: Weights, pretrained: bool) -> bool:
        """Return whether the inner loop for this library was descended before."""
        return pretrained in self._descents and self._descents[pretrained][0] == _key(wish, loaded)

    def _descent(self, wish: AdaptationWish, loaded: Weights, pretrained: bool) -> Descent:
        from glyphstudio.engine.recognise.descent import STEPS, Descent

        if self._is_down(wish, loaded, pretrained):
            return self._descents[pretrained][1]
        shots = [shot for glyph in wish.basis.glyphs for shot in glyph.shots]
        bitmaps = self._drawn(wish, shots)
        total = -(-len(shots) // _AT_ONCE) * (STEPS + 2)
        calls = 0
        who = "The pre-trained start" if pretrained else loaded.learner.title

        def go_on() -> None:
            nonlocal calls
            self._check(wish)
            if calls % 4 == 0 and len(shots) > _AT_ONCE:  # with fewer it ends before anyone could read this
                percent = f"{100 * calls // total} %"
                sentence = f"{who} adapts to {counted(len(shots), 'drawing')}… {percent}"
                self.tell(self.adapted, Said(wish.basis, sentence, final=False))
            calls += 1

        ids = [shot.glyph_id for shot in shots]
        descent = Descent(loaded.learner, loaded.calibration, bitmaps, ids, go_on=go_on)
        self._descents[pretrained] = (_key(wish, loaded), descent)
        return descent

    # A map

    def _place(self, wish: Wish) -> None:
        from glyphstudio.engine.recognise.descent import embed_library

        loaded = self._load(wish.basis.weights)
        learner = loaded.learner
        if not learner.nearest_prototype:
            instead = steps_instead_of_a_map if learner.gradient_based else shots_instead_of_a_map
            self.tell(self.mapped, Said(wish.basis, instead(learner.title)))
            return
        library, projection, prototypes = self._library_map(wish, loaded)
        mark = None
        if wish.drawing is not None:
            vector = embed_library(learner, [render_drawing(wish.drawing)])[0].astype(np.float64)
            nearest = int(np.square(prototypes - vector).sum(1).argmin())
            mark = Mark(projection.places(vector[None])[0], nearest)
        self.tell(self.mapped, MapSeen(wish.basis, library, mark))

    def _library_map(self, wish: Wish, loaded: Weights) -> tuple[LibraryMap, Projection, NDArray[np.float64]]:
        from glyphstudio.engine.recognise.descent import means, project

        key = _key(wish, loaded)
        if self._map is None or self._map[0] != key:
            vectors = self._embedded(wish, loaded)
            ways = np.repeat(np.arange(len(wish.basis.glyphs)), [len(glyph.shots) for glyph in wish.basis.glyphs])
            projection, prototypes = project(vectors, ways), means(vectors, ways)
            library = LibraryMap(
                loaded.learner.title,
                projection.places(prototypes),
                projection.places(vectors),
                ways,
                projection.share,
                vectors.shape[1],
            )
            self._map = (key, library, projection, prototypes)
        return self._map[1:]

    def _embedded(self, wish: Wish, loaded: Weights) -> NDArray[np.float32]:
        """Return the embeddings of all shots, in order. Only shots without a known embedding are embedded."""
        from glyphstudio.engine.recognise.descent import embed_library

        shots = [shot for glyph in wish.basis.glyphs for shot in glyph.shots]
        known = self._vectors[1] if self._vectors[0] is loaded else {}
        self._vectors = (loaded, known)
        missing = [shot for shot in shots if shot.data not in known]
        for start in range(0, len(missing), _AT_ONCE):
            self._check(wish)
            if len(missing) > _AT_ONCE:
                sentence = f"{start:,} of {counted(len(missing), 'drawing')} placed…"
                self.tell(self.mapped, Said(wish.basis, sentence, final=False))
            some = missing[start : start + _AT_ONCE]
            vectors = embed_library(loaded.learner, [render_drawing(shot.drawing) for shot in some])
            known.update(zip((shot.data for shot in some), vectors, strict=True))
        kept = {shot.data: known[shot.data] for shot in shots}
        self._vectors = (loaded, kept)
        return np.stack([kept[shot.data] for shot in shots])

    # For both views

    def _load(self, path: Path) -> Weights:
        from glyphstudio.engine.weights.file import load_weights

        try:
            key = (path, path.stat().st_mtime_ns)
        except OSError:
            key = (path, 0)  # load_weights raises the error with its sentence
        loaded = self._weights.pop(key, None) or load_weights(path)
        self._weights[key] = loaded
        while len(self._weights) > _KEPT:
            self._weights.pop(next(iter(self._weights)))
        return loaded

    def _drawn(self, wish: Wish, shots: Sequence[Shot]) -> list[Bitmap]:
        bitmaps = {}
        for shot in shots:
            self._check(wish)
            known = self._bitmaps.get(shot.data)
            bitmaps[shot.data] = render_drawing(shot.drawing) if known is None else known
        self._bitmaps = bitmaps
        return [bitmaps[shot.data] for shot in shots]

    def _check(self, wish: Wish) -> None:
        if self.closing or not self._wishes.stands(wish):
            raise _Stopped


def _key(wish: Wish, loaded: Weights) -> object:
    """Return a key that is equal if a learner sees no difference. Glyphs' names do not count."""
    return loaded.sha256, tuple((glyph.id, tuple(shot.data for shot in glyph.shots)) for glyph in wish.basis.glyphs)


def _count(wish: Wish) -> int:
    return sum(len(glyph.shots) for glyph in wish.basis.glyphs)
