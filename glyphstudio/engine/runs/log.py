"""The log of a run: a JSON line for every step, written during the run, and read back as arrays for its curves.

A crash or a power cut may lose the last second and leave half a line, which readers skip. A run resumed from an earlier
step writes the steps after it again; the later line counts.
"""

from __future__ import annotations

import json
import math
import os
import time
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from glyphstudio.engine.errors import SavingError

_EVERY = 1.0  # seconds between two writes
_MAX_BYTES = 1 << 30
_LONGEST_LINE = 1 << 16
_MOST_STEPS = 1 << 53
_DIAGNOSES = 100  # kept in case the run went back to an earlier state
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curves:
    """A run's measures. Training: step (S,), loss (nats), accuracy before and after adaptation (0..1), seconds a
    step. Validation, every few steps: at (V,), loss, accuracy, ci95. diagnosis: the last one, as `Diagnosis.as_dict`.
    """

    step: Numbers
    loss: Numbers
    before: Numbers
    after: Numbers
    seconds: Numbers
    at: Numbers
    validation_loss: Numbers
    validation: Numbers
    ci95: Numbers
    diagnosis: Mapping[str, Any] | None = None


def step_line(
    step: int,
    *,
    loss: float,
    before: float,
    after: float,
    seconds: float,
    validation: tuple[float, float, float] | None = None,
    diagnosis: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the log line of a step. validation: accuracy, ci95, loss, at steps measured on held-out classes."""
    numbers = {"loss": loss, "before": before, "after": after, "seconds": seconds}
    line: dict[str, Any] = {"step": step, **{name: _short(number) for name, number in numbers.items()}}
    if validation is not None:
        line |= dict(zip(("validation", "ci95", "validation_loss"), map(_short, validation), strict=True))
    if diagnosis is not None:
        line["diagnosis"] = diagnosis
    return line


class RunLog:
    """Appends to a log. Lines go to disk about once a second, at `flush`, and at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self._waiting: list[str] = []
        self._written = time.monotonic()

    def __enter__(self) -> RunLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, line: Mapping[str, Any]) -> None:
        """Add a step (`step_line`), or anything else under its own key. Raises SavingError. The line is then kept and
        written with the next one, so a full disk loses nothing once there is room again."""
        self._waiting.append(json.dumps(line, ensure_ascii=False, allow_nan=True))
        if time.monotonic() - self._written >= _EVERY:
            self.flush()

    def flush(self) -> None:
        """Write the waiting lines. Raises SavingError."""
        self._written = time.monotonic()
        if not self._waiting:
            return
        try:
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("a", encoding="utf-8")
                if self._file.tell():
                    self._file.write("\n")  # in case the last writer was interrupted after half a line
            self._file.write("\n".join(self._waiting) + "\n")
            self._file.flush()
        except OSError as error:
            # It is unknown how much of it reached the disk, so the next try writes all of it on a new line.
            self._abandon()
            raise SavingError(
                f"The log {self._path} could not be written ({error.strerror or error}). Make room there."
            ) from error
        self._waiting.clear()

    def close(self) -> None:
        """Write the waiting lines through to the disk. A failure here is silent, because the state has the truth."""
        with suppress(SavingError, OSError):
            self.flush()
            if self._file is not None:
                os.fsync(self._file.fileno())
        self._abandon()

    def _abandon(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None


class _Rows:
    """Numbers by step, in ascending order. A resumed run puts a step again. It replaces the old one and all later ones,
    which were written before the run went back to an earlier state."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._steps, self._numbers = array("q"), array("d")

    def put(self, step: int, numbers: Sequence[float]) -> None:
        self.back_to(step)
        self._steps.append(step)
        self._numbers.extend(numbers)

    def back_to(self, step: int) -> None:
        """Remove this step and all later ones."""
        kept = bisect_left(self._steps, step)
        del self._steps[kept:], self._numbers[kept * self._width :]

    def columns(self) -> tuple[Numbers, ...]:
        """Return the steps, and a column for each of the numbers."""
        numbers = np.array(self._numbers, dtype=np.float64).reshape(-1, self._width)
        return (np.array(self._steps, dtype=np.float64), *np.ascontiguousarray(numbers.T))


def read_log(path: Path) -> Curves:
    """Read the log. Without a log the curves are empty. Lines that cannot be read are skipped."""
    steps, checks = _Rows(4), _Rows(3)
    diagnoses: list[tuple[int, Mapping[str, Any]]] = []
    for text in _lines(path):
        try:
            line = json.loads(text)
            step = int(line["step"])
            if not 0 <= step <= _MOST_STEPS:
                continue
            numbers = [float(line[key]) for key in ("loss", "before", "after", "seconds")]
            check = None
            if "validation" in line:
                check = [float(line[key]) for key in ("validation_loss", "validation", "ci95")]
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            continue
        steps.put(step, numbers)
        checks.back_to(step)
        if check is not None:
            checks.put(step, check)
        while diagnoses and diagnoses[-1][0] >= step:
            diagnoses.pop()
        if isinstance(line.get("diagnosis"), dict):
            diagnoses.append((step, line["diagnosis"]))
            del diagnoses[:-_DIAGNOSES]
    taken, loss, before, after, seconds = steps.columns()
    at, validation_loss, validation, ci95 = checks.columns()
    last = diagnoses[-1][1] if diagnoses else None
    return Curves(taken, loss, before, after, seconds, at, validation_loss, validation, ci95, last)


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines. A line longer than the log ever writes comes in pieces, and none of them is valid."""
    try:
        if not path.is_file():  # reading a pipe could wait for ever
            return
        with path.open("rb") as file:
            while file.tell() < _MAX_BYTES and (text := file.readline(_LONGEST_LINE)):
                yield text
    except OSError:
        return


def _short(number: float) -> float:
    """Round to six digits: enough for a curve, and the log of a long run stays small."""
    return float(f"{number:.6g}") if math.isfinite(number) else number
