"""Copies of a bitmap, and the mean of their embeddings."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.render import render
from glyphstudio.learners.encoders.copies import MOST_COPIES, copies
from glyphstudio.learners.encoders.encoder import BLOCKS, Blocks, EncoderShape
from glyphstudio.learners.encoders.kinds import encoder_of


def test_the_first_copy_is_the_bitmap_and_the_others_are_near_it() -> None:
    ink = Ink.of([[(0.2, 0.2), (0.8, 0.3), (0.5, 0.8)]])
    bitmap = torch.from_numpy(render(ink))[None, None]
    made = copies(bitmap, MOST_COPIES)
    assert made.shape == (MOST_COPIES, 1, 40, 40)
    assert torch.equal(made[:1], bitmap)
    flat = torch.nn.functional.normalize(torch.nn.functional.avg_pool2d(made, 4).flatten(1), dim=1)
    likeness = flat @ flat[0]
    assert float(likeness[1:].max()) < 0.9999
    assert float(likeness.min()) > 0.8
    assert len({tuple(one.flatten().tolist()) for one in made}) == MOST_COPIES


def test_a_copy_is_turned_sheared_or_scaled_around_the_middle() -> None:
    size = 41
    bitmaps = torch.zeros(1, 1, size, size)
    bitmaps[0, 0, 20, 30] = 1.0  # ten pixels right of the middle
    made = copies(bitmaps, MOST_COPIES)
    at = torch.arange(size, dtype=torch.float32) - 20

    def place(index: int) -> tuple[float, float]:
        picture = made[index, 0] / made[index, 0].sum()
        return float((picture.sum(0) * at).sum()), float((picture.sum(1) * at).sum())

    angle = torch.deg2rad(torch.tensor(8.0))
    assert place(1) == pytest.approx((10 * float(angle.cos()), -10 * float(angle.sin())), abs=0.35)
    assert place(2) == pytest.approx((10 * float(angle.cos()), 10 * float(angle.sin())), abs=0.35)
    assert place(3) == pytest.approx((10.0, 0.0), abs=0.35)  # a shear keeps the middle row
    assert place(5)[0] == pytest.approx(10 / 1.08, abs=0.35)
    assert place(6)[0] == pytest.approx(10 / 0.93, abs=0.35)


def test_a_gradient_flows_through_copies_first_made_without_one() -> None:
    bitmaps = torch.rand(2, 1, 17, 17)
    with torch.inference_mode():
        copies(bitmaps, 4)
    drawn = bitmaps.clone().requires_grad_()
    torch.autograd.backward(copies(drawn, 4).square().sum())
    assert drawn.grad is not None
    assert bool((drawn.grad != 0).any())


@pytest.mark.parametrize("kind", BLOCKS)
def test_an_embedding_is_the_mean_over_the_copies(kind: Blocks) -> None:
    torch.manual_seed(0)
    one = EncoderShape(16, (4, 6), 5, kind, groups=2)
    five = replace(one, copies=5)
    encoder = encoder_of(five)
    single = encoder_of(one)
    single.load_state_dict(encoder.state_dict())
    bitmaps = torch.rand(3, 1, 16, 16)
    encoder.eval(), single.eval()
    each = single(copies(bitmaps, 5)).reshape(5, 3, -1)
    torch.testing.assert_close(encoder(bitmaps), each.mean(0))
    encoder.train(), single.train()
    torch.testing.assert_close(encoder(bitmaps), single(bitmaps))  # training sees the drawings themselves
