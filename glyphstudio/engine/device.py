"""Chooses the device that computes, and its precision."""

from __future__ import annotations

import torch

from glyphstudio.engine.errors import EngineError


def choose_device(name: str = "auto") -> torch.device:
    """ "auto" (CUDA if there is a device), "cpu", "cuda" or "cuda:N". Raises EngineError if the device is missing."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in ("cpu", "cuda"):
        raise EngineError(f"There is no device '{name}'. Choose auto, cpu or cuda.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise EngineError(f"The device '{name}' is not available: {_found()}. Choose auto or cpu.")
    return device


def _found() -> str:
    count = torch.cuda.device_count()
    return f"{count} CUDA device{'s were' if count > 1 else ' was'} found" if count else "no CUDA device was found"


def describe_device(device: torch.device) -> str:
    """Return the device's name for people: "CPU", or the name of the graphics card."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware, which makes training in it faster."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))
