"""Reads and checks the description in a weights file without torch, so that listing weights does not wait for it.

A safetensors file starts with eight bytes that give the length of its header, which is JSON. In a file from elsewhere
both are hostile until checked. `file.py` reads the tensors.
"""

from __future__ import annotations

import json
import math
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glyphstudio.engine.errors import EngineError
from glyphstudio.resources import LEARNERS

FORMAT = "glyphstudio-weights-1"
AGAIN = "Take another copy of it, or export the weights again."
_OTHER = "Choose a GlyphStudio weights file, or none to use the one that came with GlyphStudio."
_MAX_BYTES = 256 << 20
_MAX_HEADER = 1 << 20
_PROTOCOL = re.compile(r"(\d{1,3})-way (\d{1,3})-shot( within alphabet)?")


@dataclass(frozen=True)
class WeightsFigure:
    """One accuracy that a file claims. accuracy, ci95: 0..1, over `tasks` tasks, on glyphs held out from training."""

    ways: int
    shots: int
    within_alphabet: bool
    accuracy: float
    ci95: float
    tasks: int


@dataclass(frozen=True)
class WeightsHeader:
    """learner: its name in the catalogue. figures: the hardest first. data: the training data, may be empty."""

    learner: str
    figures: tuple[WeightsFigure, ...]
    data: str

    @property
    def title(self) -> str:
        """The learner's name for people."""
        return LEARNERS[self.learner]


def read_weights(path: Path) -> bytes:
    """Read the whole file, if it is a file and not too large. Raises EngineError."""
    return _read(path, _MAX_BYTES + 1)


def read_header(path: Path) -> WeightsHeader:
    """Read a file's description from its first bytes only. Raises EngineError, which names what is wrong."""
    return described(checked_metadata(_read(path, 8 + _MAX_HEADER), path), path)


def _read(path: Path, most: int) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe or a device could wait for ever
            raise EngineError(f"{path} is not a file. {_OTHER}")
        with path.open("rb") as file:
            data = file.read(most)
    except FileNotFoundError as error:
        raise EngineError(
            f"The weights file {path} is missing. If it came with GlyphStudio, install GlyphStudio again. Otherwise "
            "choose another file (--weights)."
        ) from error
    except OSError as error:
        raise EngineError(f"The weights file {path} cannot be read ({error.strerror or error}). {_OTHER}") from error
    if len(data) > _MAX_BYTES:
        raise EngineError(f"{path} is larger than any weights of GlyphStudio ({_MAX_BYTES >> 20} MB). {_OTHER}")
    return data


def checked_metadata(data: bytes, path: Path) -> dict[str, str]:
    """Return the metadata of a safetensors file with weights for this GlyphStudio. Raises EngineError."""
    from glyphstudio.glyphs.render import RENDERER_VERSION  # late: the window lists weights as it starts

    size = int.from_bytes(data[:8], "little")
    try:
        if not 2 <= size <= min(len(data) - 8, _MAX_HEADER):
            raise ValueError("it does not start with the header of a safetensors file")
        header: dict[str, str] = json.loads(data[8 : 8 + size]).get("__metadata__") or {}
        if not all(isinstance(value, str) for value in header.values()):
            raise ValueError("its header contains values that are not text")
    except (ValueError, AttributeError, RecursionError) as error:
        raise EngineError(f"{path} is not a weights file, or is damaged ({error}). {_OTHER}") from error
    if header.get("format") != FORMAT:
        raise EngineError(f"{path} is a safetensors file, but not GlyphStudio weights. {_OTHER}")
    if header.get("learner") not in LEARNERS:
        raise EngineError(
            f"{path} is for the learner '{header.get('learner')}'. This GlyphStudio has: {', '.join(LEARNERS)}. "
            "Update GlyphStudio, or choose other weights."
        )
    if header.get("renderer") != str(RENDERER_VERSION):
        raise EngineError(
            f"{path} was trained on bitmaps of renderer version {header.get('renderer')}. This GlyphStudio uses "
            f"version {RENDERER_VERSION}. Use the weights that came with it, or train again."
        )
    return header


def about_of(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Return what the trainer wrote into a header: data, seed, settings, figures. Raises ValueError if not a table."""
    about = json.loads(metadata.get("about", "{}"))
    if not isinstance(about, dict):
        raise ValueError("its description is not a table")
    return about


def described(metadata: Mapping[str, str], path: Path) -> WeightsHeader:
    """Return what is worth showing from checked metadata. Leave out impossible figures. Raises EngineError."""
    try:
        about = about_of(metadata)
    except (ValueError, RecursionError) as error:
        raise EngineError(f"{path} has an incomplete or damaged header ({error}). {AGAIN}") from error
    claimed = about.get("validation")
    figures = [_figure(name, values) for name, values in claimed.items()] if isinstance(claimed, dict) else []
    order = sorted(filter(None, figures), key=lambda f: (f.within_alphabet, f.ways, -f.shots), reverse=True)
    data = about.get("data")
    return WeightsHeader(metadata["learner"], tuple(order), data[:500] if isinstance(data, str) else "")


def _figure(name: str, values: object) -> WeightsFigure | None:
    protocol = _PROTOCOL.fullmatch(name)
    if protocol is None or not isinstance(values, dict):
        return None
    error, ci95, tasks = (values.get(key, -1) for key in ("error", "ci95", "tasks"))
    if not (_is_share(error) and _is_share(ci95) and type(tasks) is int and tasks > 0):
        return None
    ways, shots, inside = protocol.groups()
    return WeightsFigure(int(ways), int(shots), inside is not None, 1 - error, ci95, tasks)


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and 0 <= value <= 1
