"""Writes runs' numbers as a CSV table with a row for every step."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from glyphstudio.engine.runs.log import Curves

_COLUMNS = (
    "run",
    "step",
    "training loss (nats)",
    "accuracy before adaptation (0 to 1)",
    "accuracy after adaptation (0 to 1)",
    "time (s)",
    "validation loss (nats)",
    "validation accuracy (0 to 1)",
    "validation accuracy, half of its 95 % interval (0 to 1)",
)
_ROWS = 20_000  # made at once


@dataclass(frozen=True, eq=False)
class NumbersOf:
    """A run's raw numbers so far."""

    title: str
    curves: Curves


def table(runs: Sequence[NumbersOf]) -> Iterator[bytes]:
    """Yield the parts of the file, in UTF-8. Reading a number gives exactly the same number. A field is empty if
    nothing was measured at that step."""
    yield _lines([_COLUMNS])
    for run in runs:
        curves = run.curves
        steps = np.union1d(curves.step, curves.at)
        trained = np.searchsorted(curves.step, steps), np.isin(steps, curves.step)
        measured = np.searchsorted(curves.at, steps), np.isin(steps, curves.at)
        columns = [
            *((values, *trained) for values in (curves.loss, curves.before, curves.after, curves.seconds)),
            *((values, *measured) for values in (curves.validation_loss, curves.validation, curves.ci95)),
        ]
        for start in range(0, len(steps), _ROWS):
            part = slice(start, start + _ROWS)
            fields = [_fields(numbers, index[part], there[part]) for numbers, index, there in columns]
            yield _lines(
                zip(repeat(run.title), (f"{step:.0f}" for step in steps[part].tolist()), *fields, strict=False)
            )


def _fields(numbers: NDArray[np.float64], index: NDArray[np.intp], there: NDArray[np.bool_]) -> list[str]:
    """Return numbers[index] as text, empty where `there` is False."""
    fields = [""] * len(index)
    for place, number in zip(np.flatnonzero(there).tolist(), numbers[index[there]].tolist(), strict=True):
        fields[place] = repr(number)
    return fields


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
