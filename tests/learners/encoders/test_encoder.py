"""The encoder: shapes, and statistics that do not depend on the batch."""

import pytest
import torch
from torch import Tensor, nn

from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.encoders.plain import PlainEncoder


@pytest.mark.parametrize(
    ("shape", "inside"),
    [
        (EncoderShape(48), 128 * 3 * 3),
        (EncoderShape(28, (5, 7, 9, 11), 13), 11),
        (EncoderShape(42, (2, 3), 1), 3 * 10 * 10),
        (EncoderShape(105, (2, 2, 2, 2), 64), 2 * 6 * 6),
    ],
)
def test_any_bitmap_size_and_depth(shape: EncoderShape, inside: int) -> None:
    torch.manual_seed(0)  # a few narrow layers may ignore every input
    encoder = PlainEncoder(shape).eval()
    assert encoder.head.in_features == inside
    out = encoder(torch.rand(3, 1, shape.size, shape.size))
    assert out.shape == (3, shape.embedding)
    assert out.dtype == torch.float32
    assert (out[0] - out[1]).abs().max() > 1e-6, "different bitmaps, the same embedding"


def norms(encoder: PlainEncoder) -> list[nn.BatchNorm2d]:
    return [block for block in encoder.blocks if isinstance(block, nn.BatchNorm2d)]


def running_mean(encoder: PlainEncoder) -> Tensor:
    mean = norms(encoder)[0].running_mean
    assert mean is not None
    return mean.clone()


def test_it_is_convolution_pooling_normalisation_and_relu() -> None:
    torch.manual_seed(0)
    encoder = PlainEncoder(EncoderShape(16, (4, 6), 8)).eval()
    state = encoder.state_dict()
    for name, tensor in state.items():
        if "running_mean" in name or name.endswith("bias"):
            tensor.uniform_(-1, 1)
        elif "running_var" in name:
            tensor.uniform_(0.5, 2)
    bitmaps = torch.rand(2, 1, 16, 16)
    x = bitmaps
    for block in (0, 4):
        mean, variance, gain, shift = (
            state[f"blocks.{block + 2}.{name}"][:, None, None]
            for name in ("running_mean", "running_var", "weight", "bias")
        )
        x = nn.functional.conv2d(x, state[f"blocks.{block}.weight"], padding=1)
        x = x.unfold(2, 2, 2).unfold(3, 2, 2).amax((4, 5))
        x = ((x - mean) / (variance + 1e-5).sqrt() * gain + shift).clamp(min=0)
    torch.testing.assert_close(encoder(bitmaps), x.reshape(2, -1) @ state["head.weight"].T, atol=1e-5, rtol=1e-5)


def test_running_statistics_are_learned_in_training_and_only_used_in_evaluation() -> None:
    encoder = PlainEncoder(EncoderShape(16, (4,), 8))
    before = running_mean(encoder)
    encoder.train()(torch.rand(8, 1, 16, 16))
    learned = running_mean(encoder)
    assert not torch.equal(before, learned)
    encoder.eval()(torch.rand(8, 1, 16, 16))
    assert torch.equal(running_mean(encoder), learned)
