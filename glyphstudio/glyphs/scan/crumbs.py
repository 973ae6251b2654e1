"""What is left of a mark once it is removed: parts of a mask that are dropped after it."""

from __future__ import annotations

import numpy as np

from glyphstudio.glyphs.parts import Mask, Parts, grown, line_width, parts_of


def without_crumbs(rest: Mask, gone: Mask) -> Mask:
    """Remove what is left of a mark at its edges: parts thinner than the ink that touch where it was."""
    parts = parts_of(rest)
    if len(parts) < 2:
        return rest
    beside = np.bincount(parts.labels[grown(gone) & rest] - 1, minlength=len(parts))
    crumbs = (parts.areas < max(6.0, 3 * line_width(rest) ** 2)) & (beside > 0.25 * parts.areas)
    return without(parts, crumbs)


def without(parts: Parts, dropped: Mask) -> Mask:
    """Return the mask of all parts but those that are `dropped` (N,)."""
    kept = np.concatenate([[False], ~dropped])
    mask: Mask = kept[parts.labels]
    return mask
