"""The residual encoder against its definition, and the contract of encoders."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.encoders.kinds import encoder_of
from glyphstudio.learners.encoders.plain import PlainEncoder
from glyphstudio.learners.encoders.residual import ResidualEncoder

SHAPE = EncoderShape(16, (4, 6, 8), 5, "residual")


def used(shape: EncoderShape = SHAPE) -> ResidualEncoder:
    """An encoder with running statistics unlike the initial ones."""
    torch.manual_seed(0)
    encoder = ResidualEncoder(shape)
    for name, tensor in encoder.state_dict().items():
        if "running_mean" in name or name.endswith("norm.bias"):
            tensor.uniform_(-1, 1)
        elif "running_var" in name:
            tensor.uniform_(0.5, 2)
    return encoder.eval()


@pytest.mark.parametrize(
    "shape", [SHAPE, EncoderShape(), EncoderShape(40, (3, 5), 2, "residual"), EncoderShape(9, (2, 2, 2), 3, "residual")]
)
def test_any_shape(shape: EncoderShape) -> None:
    encoder = encoder_of(shape).eval()
    assert isinstance(encoder, ResidualEncoder if shape.blocks == "residual" else PlainEncoder)
    out = encoder(torch.rand(3, 1, shape.size, shape.size))
    assert out.shape == (3, shape.embedding)
    assert out.dtype == torch.float32


def test_it_is_a_stem_residual_blocks_and_a_linear_layer() -> None:
    encoder = used()
    state = encoder.state_dict()

    def norm(x: Tensor, name: str) -> Tensor:
        mean, variance, gain, shift = (
            state[f"{name}.{part}"][:, None, None] for part in ("running_mean", "running_var", "weight", "bias")
        )
        out: Tensor = (x - mean) / (variance + 1e-5).sqrt() * gain + shift
        return out

    bitmaps = torch.rand(2, 1, 16, 16)
    x = norm(F.conv2d(bitmaps, state["stem.weight"], stride=2, padding=2), "stem_norm").clamp(min=0)
    for number in range(3):
        name, stride = f"blocks.{number}", 2 if number else 1
        inner = norm(F.conv2d(x, state[f"{name}.first.weight"], stride=stride, padding=1), f"{name}.first_norm").clamp(
            min=0
        )
        added = norm(F.conv2d(inner, state[f"{name}.second.weight"], padding=1), f"{name}.second_norm")
        kept = x
        if number:
            kept = x.unfold(2, 2, 2).unfold(3, 2, 2).mean((4, 5))
            kept = norm(
                torch.einsum("oi,bihw->bohw", state[f"{name}.skip.weight"][:, :, 0, 0], kept), f"{name}.skip_norm"
            )
        x = (added + kept).clamp(min=0)
    torch.testing.assert_close(encoder(bitmaps), x.reshape(2, -1) @ state["head.weight"].T, atol=1e-5, rtol=1e-5)


def test_under_other_weights() -> None:
    encoder, bitmaps = used(), torch.rand(4, 1, 16, 16)
    torch.testing.assert_close(encoder.under({}, bitmaps), encoder(bitmaps))
    torch.testing.assert_close(encoder.under({"head.weight": 2 * encoder.head.weight}, bitmaps), 2 * encoder(bitmaps))
    stem = {"stem.weight": torch.zeros_like(encoder.stem.weight)}
    assert not torch.allclose(encoder.under(stem, bitmaps), encoder(bitmaps))


def test_under_vmap_equals_one_by_one() -> None:
    encoder = used()
    bitmaps, heads = torch.rand(3, 2, 1, 16, 16), torch.rand(3, *encoder.head.weight.shape)
    at_once = torch.func.vmap(lambda head, some: encoder.under({"head.weight": head}, some))(heads, bitmaps)
    for head, some, out in zip(heads, bitmaps, at_once, strict=True):
        torch.testing.assert_close(out, encoder.under({"head.weight": head}, some))


def test_rows_are_independent_in_evaluation() -> None:
    encoder, bitmaps = used(), torch.rand(6, 1, 16, 16)
    torch.testing.assert_close(encoder(bitmaps)[2:3], encoder(bitmaps[2:3]))


def test_training_learns_running_statistics() -> None:
    encoder = used().train()
    norms = [module for module in encoder.modules() if isinstance(module, nn.BatchNorm2d)]
    assert len(norms) == 1 + 2 * 3 + 2  # the first block keeps its size, so it has no skip
    before = [norm.running_mean.clone() for norm in norms if norm.running_mean is not None]
    encoder(torch.rand(8, 1, 16, 16))
    for norm, mean in zip(norms, before, strict=True):
        assert norm.running_mean is not None
        assert not torch.equal(norm.running_mean, mean)
