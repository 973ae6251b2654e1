"""A studio without torch: the real library, and a ranking by how much two bitmaps overlap. Starts in no time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import Drawing
from glyphstudio.glyphs.render import render_drawing
from glyphstudio.library.library import Library
from glyphstudio.resources import weights_of
from glyphstudio.studio import MOST_CANDIDATES, NO_ANSWER, Candidate, DoubtfulShot, EngineInfo, Ranking, Studio
from glyphstudio.verdict import verdict_of

INFO = EngineInfo("Overlap", "CPU", "0" * 64, weights_of("protonet"))
KNOWN = 0.6  # overlap from which a glyph counts as known


class FakeStudio(Studio):
    """Ranks by correlation of blurred bitmaps."""

    @staticmethod
    def open(library: Path) -> FakeStudio:
        return FakeStudio(Library.open(library, or_read=True))

    def warm_up(
        self, weights: Path | None = None, device: str = "auto", on_progress: Callable[[int, int], None] | None = None
    ) -> EngineInfo:
        self.info = replace(INFO, weights=weights or INFO.weights)
        return self.info

    def rank(self, drawing: Drawing) -> Ranking:
        return self.judge([drawing])[0]

    def judge(self, asked: Sequence[Drawing], named: Sequence[tuple[str, Drawing]] = ()) -> list[Ranking]:
        return [self._judged(drawing, named) for drawing in asked]

    def doubt(self, glyph_id: int) -> DoubtfulShot | None:
        """The newest of two or more drawings, if it overlaps with another glyph more than with its own."""
        glyphs = {glyph.id: glyph for glyph in self.library.glyphs()}
        glyph = glyphs[glyph_id]
        if len(glyph.shots) < 2:
            return None
        *rest, newest = glyph.shots
        seen = _blurred(newest.drawing)
        own = max(float(seen @ _blurred(shot.drawing)) for shot in rest)
        for other in glyphs.values():
            if other.id != glyph_id and any(float(seen @ _blurred(shot.drawing)) > own for shot in other.shots):
                return DoubtfulShot(newest.id, glyph.name, other.name)
        return None

    def _judged(self, drawing: Drawing, named: Sequence[tuple[str, Drawing]]) -> Ranking:
        start = time.perf_counter()
        if isinstance(drawing, Ink) and not drawing:
            return NO_ANSWER
        seen = _blurred(drawing)
        shots = {glyph.name: (glyph.id, [shot.drawing for shot in glyph.shots]) for glyph in self.library.glyphs()}
        for number, (name, picture) in enumerate(named, start=1):
            shots.setdefault(name, (-number, []))[1].append(picture)
        best = sorted(
            (
                (max(float(seen @ _blurred(shot)) for shot in drawings), id_, name)
                for name, (id_, drawings) in shots.items()
            ),
            key=lambda found: -found[0],
        )[:MOST_CANDIDATES]
        weights = np.exp(12 * np.array([overlap for overlap, _, _ in best] + [KNOWN]))
        shares = weights / weights.sum()
        candidates = tuple(
            Candidate(id_, name, float(share), 2 - 2 * overlap, len(shots[name][1]))
            for (overlap, id_, name), share in zip(best, shares[:-1], strict=True)
        )
        verdict = verdict_of([candidate.probability for candidate in candidates], self.strictness)
        return Ranking(candidates, verdict, (time.perf_counter() - start) * 1000)


def _blurred(drawing: Drawing) -> np.ndarray:
    image = Image.fromarray((render_drawing(drawing) * 255).astype(np.uint8))
    small = np.asarray(image.resize((12, 12), Image.Resampling.BOX), dtype=float).ravel()
    return small / max(1e-9, float(np.linalg.norm(small)))
