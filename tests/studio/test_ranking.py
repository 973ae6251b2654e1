"""What a ranking has, with a real library and small, untrained weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from glyphstudio.engine.calibration import older
from glyphstudio.engine.weights.file import save_weights
from glyphstudio.glyphs.export import to_png
from glyphstudio.glyphs.importing import picture_from_bytes
from glyphstudio.glyphs.ink import Ink
from glyphstudio.glyphs.picture import PictureError
from glyphstudio.learners.protonet import ProtoNet
from glyphstudio.studio import NO_ANSWER, Studio
from tests.engine.making import SMALL, scrawl
from tests.studio.making import BLANK


def test_a_ranking(studio: Studio) -> None:
    ranking = studio.rank(scrawl(4))
    assert len(ranking.candidates) == 6
    assert ranking.candidates[0].name == "4"
    assert ranking.candidates[0].distance == pytest.approx(0, abs=1e-6)
    assert ranking.known
    assert ranking.ms > 0
    distances = [candidate.distance for candidate in ranking.candidates]
    probabilities = [candidate.probability for candidate in ranking.candidates]
    assert distances == sorted(distances)
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1


def test_far_from_every_glyph_is_unknown(place: Path, tmp_path: Path) -> None:
    torch.manual_seed(1)
    strict = tmp_path / "strict.safetensors"
    save_weights(strict, ProtoNet(SMALL), older(2.0, 1e-9, 1e9), {})
    with Studio.open(place) as studio:
        studio.enrol("a", scrawl(0))
        studio.warm_up(strict, "cpu")
        assert studio.rank(scrawl(0)).known
        ranking = studio.rank(scrawl(1))
        assert not ranking.known
        assert ranking.candidates[0].probability < 0.01


def test_no_ink_no_candidates(studio: Studio) -> None:
    assert studio.rank(Ink()) == NO_ANSWER
    with pytest.raises(PictureError, match="No ink was found"):
        studio.rank(BLANK)


def test_an_empty_library_has_no_candidates(place: Path, weights: Path) -> None:
    with Studio.open(place) as studio:
        studio.warm_up(weights, "cpu")
        ranking = studio.rank(scrawl(0))
        assert (ranking.candidates, ranking.known) == ((), False)


def test_a_picture_is_ranked_and_enrolled_like_ink(studio: Studio) -> None:
    picture = picture_from_bytes(to_png(scrawl(2)))
    assert len(studio.rank(picture).candidates) == 6
    studio.enrol("pictured", picture)
    assert studio.rank(picture).candidates[0].name == "pictured"
