"""A validation ends as soon as its caller wants, in any of its parts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from glyphstudio.engine.train.training import Training
from tests.engine.making import crew_drawings, steps_of, tiny_config


class _Enough(Exception):  # noqa: N818  not an error
    pass


@pytest.mark.parametrize("learner", ["protonet", "maml"])
@pytest.mark.parametrize("after", [0, 1, 3, 20])
def test_it_ends_in_any_part_and_starts_again(tmp_path: Path, learner: str, after: int) -> None:
    """It measures 2 tasks, uses 2 for the loss, and some more for signs of memorising."""
    source, held_out = crew_drawings()
    config = tiny_config(learner=learner, steps=4, validate_every=4)
    training = Training(config)
    heard: list[tuple[int, int]] = []

    def enough(done: int, total: int) -> None:
        heard.append((done, total))
        if len(heard) > after:
            raise _Enough

    with pytest.raises(_Enough), closing(steps_of(training, source, held_out, tmp_path, on_measure=enough)) as steps:
        for _ in steps:
            pass
    assert len(heard) == after + 1
    assert all(total == 2 for _, total in heard)
    assert (training.step, training.validated, training.best) == (4, 0, None)
    resumed = Training.load(tmp_path, config)
    assert list(steps_of(resumed, source, held_out, tmp_path)) == []
    assert resumed.validated == 4
    assert resumed.best is not None
