"""Weights: a learner's parameters in one safetensors file, with their description in its header.

A file from elsewhere is hostile until checked: its size, its header, the exact names, shapes and types of its tensors,
and that every number is finite. Nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from glyphstudio.engine.calibration import Calibration, older
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.saving import write_beside
from glyphstudio.engine.weights.header import AGAIN, FORMAT, about_of, checked_metadata, read_weights
from glyphstudio.glyphs.render import BITMAP_SIZE, RENDERER_VERSION
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.encoders.copies import MOST_COPIES
from glyphstudio.learners.encoders.encoder import BLOCKS, EncoderShape
from glyphstudio.learners.encoders.kinds import encoder_of
from glyphstudio.learners.learner import OLDER_INNER, InnerLoop, Learner
from glyphstudio.resources import asset

_LITTLE = 16 << 20  # bytes of memory that an encoder may take before the file is known to contain it
_MAX_INNER_STEPS = 100
_MOST_VECTORS = 1000
_CALIBRATED = tuple(Calibration.__annotations__)
_OLDER = ("temperature", "threshold", "midpoint", "slope")  # the calibration in files of earlier versions


@dataclass(frozen=True)
class Weights:
    """A learner ready for use (evaluation mode, on the CPU) and the description in its file.

    sha256: of the file. about: the header: data, seed, settings and validation figures, as text and numbers.
    """

    learner: Learner
    calibration: Calibration
    sha256: str
    about: dict[str, Any]


def shipped_weights(learner: str = "protonet") -> Path:
    """Return the path of this learner's shipped weights. Raises EngineError if there is no such learner."""
    if learner not in LEARNERS:
        raise EngineError(f"There is no learner '{learner}'. Choose one of: {', '.join(LEARNERS)}.")
    return asset("weights", f"{learner}.safetensors")


def save_weights(path: Path, learner: Learner, calibration: Calibration, about: dict[str, Any]) -> None:
    """Write beside and rename. Numbers are in half precision. It halves the file and changes no figure that is shown.

    Parameters that only training needs (the head of all classes) are left out. Raises EngineError if writing fails, or
    if a weight is not a finite number.
    """
    lasting = type(learner)(learner.shape, learner.inner).state_dict().keys()
    tensors = {name: _packed(tensor) for name, tensor in learner.state_dict().items() if name in lasting}
    if odd := [name for name, tensor in tensors.items() if not bool(torch.isfinite(tensor).all())]:
        raise EngineError(
            f"The weights contain numbers that are not finite (tensor '{odd[0]}'), so they were not saved as {path}. "
            "Train again with a lower learning rate."
        )
    header = {
        "format": FORMAT,
        "learner": learner.name,
        "encoder": json.dumps(asdict(learner.shape)),
        "inner loop": json.dumps(asdict(learner.inner)),
        "renderer": str(RENDERER_VERSION),
        "calibration": json.dumps(asdict(calibration)),
        "about": json.dumps(about, sort_keys=True),
    }
    write_beside(path, save_tensors(tensors, header), "The weights")


def _packed(tensor: torch.Tensor) -> torch.Tensor:
    """Convert matrices and kernels to half precision, unless a number is too large for it. Keep the few others."""
    tensor = tensor.detach().cpu().contiguous()
    if tensor.ndim < 2 or tensor.dtype != torch.float32 or not bool((tensor.abs() < 6e4).all()):
        return tensor
    return tensor.half()


def load_weights(path: Path) -> Weights:
    """Read and check a weights file. Raises EngineError, whose sentence names what is wrong with it."""
    return weights_from(read_weights(path), path)


def weights_from(data: bytes, path: Path) -> Weights:
    """Read and check the bytes of a weights file. path: its name in error messages."""
    header = checked_metadata(data, path)
    try:
        shape = _shape(header["encoder"])
        inner = _inner(header["inner loop"]) if "inner loop" in header else InnerLoop()
        calibration = _calibration(header["calibration"])
        about = about_of(header)
    except (KeyError, ValueError, RecursionError) as error:
        raise EngineError(f"{path} has an incomplete or damaged header ({error}). {AGAIN}") from error
    learner = _filled(LEARNERS[header["learner"]], shape, inner, data, path)
    return Weights(learner, calibration, hashlib.sha256(data).hexdigest(), about)


def _fields(text: str, names: list[str], older: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """older: values that files of earlier versions do not have."""
    values = json.loads(text)
    if isinstance(values, dict):
        values = {**older, **values}
    if not isinstance(values, dict) or sorted(values) != sorted(names):
        raise ValueError(f"expected {', '.join(names)}")
    return values


def _shape(text: str) -> EncoderShape:
    """Raises ValueError for an encoder that GlyphStudio cannot build."""
    values = _fields(text, list(EncoderShape.__annotations__), {"blocks": "plain", "copies": 1, "groups": 8})
    sizes = size, embedding, copies, groups = [values[name] for name in ("size", "embedding", "copies", "groups")]
    channels = values["channels"]
    if not isinstance(channels, list) or any(type(value) is not int for value in (*sizes, *channels)):
        raise ValueError("the encoder's sizes are not whole numbers")
    if values["blocks"] not in BLOCKS:
        raise ValueError(f"its encoder has blocks of the kind {values['blocks']!r}"[:100])
    shape = EncoderShape(size, tuple(channels), embedding, values["blocks"], copies, groups)
    if size != BITMAP_SIZE:
        raise ValueError(f"its bitmaps are {size} pixels wide, but this GlyphStudio uses {BITMAP_SIZE}")
    built = (
        1 <= len(channels) <= 6
        and all(1 <= value <= 1024 for value in channels)
        and 1 <= embedding <= 4096
        and 1 <= copies <= MOST_COPIES
        and 1 <= groups <= 1024
        and not shape.problem
    )
    if not built:
        raise ValueError(f"GlyphStudio cannot build this encoder: {shape}"[:300])
    return shape


def _inner(text: str) -> InnerLoop:
    """Raises ValueError for an inner loop whose settings are unusable."""
    values = _fields(text, list(InnerLoop.__annotations__), OLDER_INNER)
    kinds = {"steps": int, "order": int, "vectors": int, "unit": bool, "learn_rates": bool, "every_step": bool}
    if any(type(value) is not kinds.get(name, float) for name, value in values.items()):
        raise ValueError("the inner loop's settings have the wrong types")
    inner = InnerLoop(**values)
    if not 0 <= inner.steps <= _MAX_INNER_STEPS or inner.order not in (1, 2):
        raise ValueError("the inner loop's steps or order are out of range")
    if not 0 <= inner.vectors <= _MOST_VECTORS:
        raise ValueError("the inner loop's number of class vectors is out of range")
    if not (0 < inner.rate < math.inf and 0 < inner.head_rate < math.inf):
        raise ValueError("the inner loop's rates are out of range")
    return inner


def _calibration(text: str) -> Calibration:
    values = json.loads(text)
    if not isinstance(values, dict) or sorted(values) not in (sorted(_CALIBRATED), sorted(_OLDER)):
        raise ValueError(f"expected {', '.join(_CALIBRATED)}")
    if any(type(value) not in (int, float) or not math.isfinite(value) for value in values.values()):
        raise ValueError("the calibration has values that are not finite numbers")
    if values["temperature"] <= 0 or values.get("slope", 0) < 0:
        raise ValueError("the calibration's temperature and slope must be above 0")
    if "slope" in values:
        return older(float(values["temperature"]), float(values["midpoint"]), float(values["slope"]))
    return Calibration(**{name: float(value) for name, value in values.items()})


def _filled(kind: type[Learner], shape: EncoderShape, inner: InnerLoop, data: bytes, path: Path) -> Learner:
    """Return a learner in evaluation mode with the file's tensors. Take no more memory than such a file could fill."""
    try:
        tensors = load_tensors(data)
    except (SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise EngineError(f"{path} is damaged ({error}). {AGAIN}") from error
    if _bytes_needed(shape, inner) > max(_LITTLE, 8 * len(data)):
        raise EngineError(f"{path} contains less than the encoder that its header describes. {AGAIN}")
    learner = kind(shape, inner)
    wanted = learner.state_dict()
    if odd := sorted(wanted.keys() ^ tensors.keys()):
        raise EngineError(f"{path} does not fit its learner: tensor '{odd[0]}' is missing or not expected. {AGAIN}")
    for name, tensor in tensors.items():
        halved = tensor.dtype == torch.float16 and wanted[name].dtype == torch.float32
        if tensor.shape != wanted[name].shape or not (halved or tensor.dtype == wanted[name].dtype):
            raise EngineError(
                f"{path} does not fit its learner: tensor '{name}' is {tuple(tensor.shape)} {tensor.dtype}, "
                f"expected {tuple(wanted[name].shape)} {wanted[name].dtype}. {AGAIN}"
            )
        if not bool(torch.isfinite(tensor).all()):
            raise EngineError(f"{path} contains numbers that are not finite (tensor '{name}'). {AGAIN}")
    learner.load_state_dict(tensors)
    return learner.eval()


def _bytes_needed(shape: EncoderShape, inner: InnerLoop) -> int:
    """Return the memory that such an encoder and its class vectors need, before any is taken."""
    with torch.device("meta"):  # shapes without memory
        numbers: int = sum(tensor.numel() for tensor in encoder_of(shape).state_dict().values())
    return 4 * (numbers + inner.vectors * shape.length)
