"""Weights: a learner's parameters in one safetensors file, with what one must know of them in its header.

A file from elsewhere is hostile until checked: its size, its header, the exact names, shapes and types of its tensors,
and that every number is finite. Nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from glyphstudio.engine.calibration import Calibration
from glyphstudio.engine.device import EngineError
from glyphstudio.glyphs.render import RENDERER_VERSION
from glyphstudio.learners.encoder import EncoderShape
from glyphstudio.learners.learner import Learner
from glyphstudio.learners.protonet import ProtoNet
from glyphstudio.resources import asset

FORMAT = "glyphstudio-weights-1"
SHIPPED = "protonet.safetensors"
_MAX_BYTES = 256 << 20
_LEARNERS: dict[str, type[ProtoNet]] = {ProtoNet.name: ProtoNet}


@dataclass(frozen=True)
class Weights:
    """A learner ready for use (evaluation mode, on the CPU) and what its file says of it.

    sha256: of the file. about: the header: data, seed, settings and validation figures, as text and numbers.
    """

    learner: Learner
    calibration: Calibration
    sha256: str
    about: dict[str, Any]


def shipped_weights() -> Path:
    """The weights that travel with the program."""
    return asset("weights", SHIPPED)


def save_weights(
    path: Path, learner: Learner, shape: EncoderShape, calibration: Calibration, about: dict[str, Any]
) -> None:
    """Write beside and rename. Raises EngineError where that fails."""
    header = {
        "format": FORMAT,
        "learner": learner.name,
        "encoder": json.dumps(asdict(shape)),
        "renderer": str(RENDERER_VERSION),
        "calibration": json.dumps(asdict(calibration)),
        "about": json.dumps(about, sort_keys=True),
    }
    tensors = {name: tensor.cpu().contiguous() for name, tensor in learner.state_dict().items()}
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(save_tensors(tensors, header))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise EngineError(f"The weights could not be saved as {path} ({error.strerror}).") from error


def load_weights(path: Path) -> Weights:
    """Read and check a weights file. Raises EngineError, whose sentence names what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise EngineError(
            f"The weights file {path} is missing. Install GlyphStudio again, or choose another file with --weights."
        ) from error
    except OSError as error:
        raise EngineError(f"The weights file {path} cannot be read ({error.strerror}).") from error
    if len(data) > _MAX_BYTES:
        raise EngineError(f"{path} is larger than any weights of GlyphStudio may be ({_MAX_BYTES >> 20} MB).")
    header = _header(data, path)
    try:
        shape = EncoderShape(**_fields(header["encoder"], {"size": int, "channels": list, "embedding": int}))
        shape = EncoderShape(shape.size, tuple(map(int, shape.channels)), shape.embedding)
        calibration = Calibration(**_fields(header["calibration"], dict.fromkeys(Calibration.__annotations__, float)))
        about: dict[str, Any] = json.loads(header.get("about", "{}"))
    except (KeyError, TypeError, ValueError) as error:
        raise EngineError(f"{path} has an incomplete header ({error}). Export the weights again.") from error
    if not _sensible(shape):
        raise EngineError(f"{path} describes an encoder that GlyphStudio does not build ({shape}).")
    learner = _LEARNERS[header["learner"]](shape)
    _fill(learner, data, path)
    return Weights(learner.eval(), calibration, hashlib.sha256(data).hexdigest(), about)


def _header(data: bytes, path: Path) -> dict[str, str]:
    """The checked metadata of a safetensors file."""
    size = int.from_bytes(data[:8], "little")
    try:
        if not 2 <= size <= min(len(data) - 8, 1 << 20):
            raise ValueError("its header is not safetensors'")
        header: dict[str, str] = json.loads(data[8 : 8 + size]).get("__metadata__") or {}
    except (ValueError, AttributeError, RecursionError) as error:
        raise EngineError(f"{path} is not a weights file, or is damaged ({error}).") from error
    if header.get("format") != FORMAT:
        raise EngineError(f"{path} is a safetensors file, but not of weights of GlyphStudio.")
    if header.get("learner") not in _LEARNERS:
        raise EngineError(
            f"{path} is for the learner '{header.get('learner')}'; this GlyphStudio has: {', '.join(_LEARNERS)}."
        )
    if header.get("renderer") != str(RENDERER_VERSION):
        raise EngineError(
            f"{path} was trained on bitmaps of renderer version {header.get('renderer')}; this GlyphStudio draws "
            f"version {RENDERER_VERSION}. Use the weights that came with it, or train anew."
        )
    return header


def _fields(text: str, kinds: dict[str, type]) -> dict[str, Any]:
    values = json.loads(text)
    if not isinstance(values, dict) or values.keys() != kinds.keys():
        raise ValueError(f"expected {', '.join(kinds)}")
    for name, kind in kinds.items():
        if not isinstance(values[name], (int, float) if kind is float else kind):
            raise ValueError(f"{name} is not a {kind.__name__}")
    return values


def _sensible(shape: EncoderShape) -> bool:
    return (
        8 <= shape.size <= 256
        and 1 <= len(shape.channels) <= 6
        and all(1 <= channels <= 1024 for channels in shape.channels)
        and shape.size >> len(shape.channels) >= 1
        and 1 <= shape.embedding <= 4096
    )


def _fill(learner: Learner, data: bytes, path: Path) -> None:
    try:
        tensors = load_tensors(data)
    except (SafetensorError, ValueError, RuntimeError) as error:
        raise EngineError(f"{path} is damaged ({error}). Fetch or export the weights again.") from error
    wanted = learner.state_dict()
    if odd := sorted(wanted.keys() ^ tensors.keys()):
        raise EngineError(f"{path} does not fit its learner: tensor '{odd[0]}' is missing or not expected.")
    for name, tensor in tensors.items():
        if tensor.shape != wanted[name].shape or tensor.dtype != wanted[name].dtype:
            raise EngineError(
                f"{path} does not fit its learner: tensor '{name}' is {tuple(tensor.shape)} {tensor.dtype}, "
                f"expected {tuple(wanted[name].shape)} {wanted[name].dtype}."
            )
        if not bool(torch.isfinite(tensor).all()):
            raise EngineError(f"{path} holds numbers that are not finite (tensor '{name}'). Train or fetch it again.")
    learner.load_state_dict(tensors)
