"""The settings of a training give its streams of tasks."""

from __future__ import annotations

import pytest

from glyphstudio.data.drawings import DataError
from glyphstudio.data.tasks import TaskShape
from glyphstudio.engine.evaluate.protocols import validation_stream
from glyphstudio.engine.train.config import fitted, training_stream, ways_at
from glyphstudio.learners.learner import InnerLoop
from tests.engine.making import scrawls, tiny_config


def test_streams_follow_the_settings() -> None:
    source, held_out = scrawls(3, 8, 5), scrawls(1, 20, 3)
    config = tiny_config(alphabets=7, shots=2, fixed_labels=True, within=0.25)
    stream = training_stream(config, source)
    assert (stream.shape, stream.seed, stream.within) == (TaskShape(5, 2, 2), 7, 0.25)
    assert stream.alphabets == 3, "more alphabets than the source has"
    assert stream.fixed_labels and stream.variants and stream.classes == 24 * 8
    checks = validation_stream(held_out, seed=5)
    assert (checks.shape, checks.within, checks.one_drawer) == (TaskShape(20, 1, 1), 1.0, True)
    assert checks.jitter is None and not checks.variants
    assert validation_stream(source, seed=5).shape.ways == 8


def test_a_source_with_too_few_glyphs_is_reported_before_the_first_step() -> None:
    with pytest.raises(DataError, match="300 ways"):
        training_stream(tiny_config(ways=300), scrawls(3, 8, 5))


def test_steps_can_have_different_numbers_of_ways() -> None:
    config = tiny_config(ways=20, least_ways=5)
    found = [ways_at(config, step) for step in range(400)]
    assert found == [ways_at(config, step) for step in range(400)]
    assert (min(found), max(found)) == (5, 20) and len(set(found)) == 16
    assert sum(one < 10 for one in found) == pytest.approx(200, abs=40), "the geometric mean of 5 and 20"
    for still in (0, 20, 30):
        assert ways_at(tiny_config(ways=20, least_ways=still), 3) == 20


def test_a_source_with_few_glyphs_also_lowers_the_number_of_class_vectors() -> None:
    wanted = tiny_config(ways=30, within=0.0, inner=InnerLoop(vectors=30))
    config, sentence = fitted(wanted, scrawls(2, 6, 5))
    assert (config.ways, config.inner.vectors) == (12, 12) and sentence
    assert fitted(tiny_config(inner=InnerLoop(vectors=0)), scrawls(2, 6, 5))[0].inner.vectors == 0
