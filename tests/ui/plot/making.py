"""Curves of invented runs for the tests of their display and export."""

from __future__ import annotations

from typing import Any

import numpy as np

from glyphstudio.engine.runs.log import Curves

Changed = dict[str, Any]


def steps(first: int, count: int, **changed: Any) -> Curves:
    """Return `count` steps from `first` on of a run that learns, validated every tenth step."""
    step = np.arange(first, first + count, dtype=float)
    loss, after = 1 / step, 1 - 0.7 / step
    at = step % 10 == 0
    measures: Changed = {
        "step": step,
        "loss": loss,
        "before": np.full(count, 0.2),
        "after": after,
        "seconds": np.full(count, 0.125),
        "at": step[at],
        "validation_loss": loss[at] + 0.1,
        "validation": after[at] - 0.1,
        "ci95": np.full(int(at.sum()), 0.02),
    }
    return Curves(**(measures | changed))
