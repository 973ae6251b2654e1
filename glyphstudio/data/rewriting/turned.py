"""Quarter turns of characters as further characters, where there are too few: to measure large libraries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.rewriting.likeness import Blurred, blurred

_TURNS = 4
_ALIKE = 0.85  # correlation of two blurred means above which a turned character is the same one, such as a cross


def with_quarter_turns(drawings: Drawings) -> Drawings:
    """Return the drawings, and those of each character turned by 90, 180 and 270 degrees as characters of their own in
    the same alphabet, "ALPHABET/characterNN@K" with K quarter turns. A turned character that looks like itself with
    fewer turns is left out."""
    bitmaps = drawings.bitmaps.numpy()
    kept: list[NDArray[np.uint8]] = []
    names: list[str] = []
    drawers: list[int] = []
    for character, name in enumerate(drawings.characters):
        own = np.flatnonzero(drawings.character == character)
        seen: list[Blurred] = []
        for turn in range(_TURNS):
            turned = np.rot90(bitmaps[own], turn, (1, 2))
            mean = blurred(turned.mean(0))
            if any(float(mean @ other) > _ALIKE for other in seen):
                continue
            seen.append(mean)
            kept.append(turned)
            names += [f"{name}@{turn}" if turn else name] * len(own)
            drawers += drawings.drawer[own].tolist()
    return Drawings.of(np.concatenate(kept), names, drawers)
