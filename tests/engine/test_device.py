"""Choosing the device."""

import pytest
import torch

from glyphstudio.engine.device import choose_device, describe_device, has_bfloat16
from glyphstudio.engine.errors import EngineError


def test_cpu() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert describe_device(torch.device("cpu")) == "CPU"
    assert has_bfloat16(torch.device("cpu")) in (True, False)


@pytest.mark.parametrize("there", [False, True])
def test_auto_chooses_cuda_if_there_is_a_device(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert choose_device().type == ("cuda" if there else "cpu")


@pytest.mark.parametrize("name", ["", "gpu", "mps", "meta", "cuda:", "cuda:x", "cuda:-1", "CPU!", "cuda:" + "9" * 30])
def test_an_unknown_name(name: str) -> None:
    with pytest.raises(EngineError, match=r"There is no device .* Choose auto, cpu or cuda\."):
        choose_device(name)


@pytest.mark.parametrize(
    ("count", "name", "said"),
    [
        (0, "cuda", "no CUDA device was found"),
        (1, "cuda:1", "1 CUDA device was found"),
        (2, "cuda:7", "2 CUDA devices were found"),
    ],
)
def test_a_missing_device(monkeypatch: pytest.MonkeyPatch, count: int, name: str, said: str) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    with pytest.raises(EngineError, match=f"The device '{name}' is not available: {said}. Choose auto or cpu."):
        choose_device(name)


def test_an_available_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("cuda:1") == torch.device("cuda", 1)
