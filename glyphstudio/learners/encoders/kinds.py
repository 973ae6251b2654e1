"""All kinds of encoders."""

from __future__ import annotations

from glyphstudio.learners.encoders.encoder import Blocks, Encoder, EncoderShape
from glyphstudio.learners.encoders.plain import PlainEncoder
from glyphstudio.learners.encoders.residual import ResidualEncoder
from glyphstudio.learners.encoders.strided import StridedEncoder

_KINDS: dict[Blocks, type[Encoder]] = {"plain": PlainEncoder, "residual": ResidualEncoder, "strided": StridedEncoder}


def encoder_of(shape: EncoderShape) -> Encoder:
    """Return a new encoder of this shape."""
    return _KINDS[shape.blocks](shape)
