"""The settings of a training, and the tasks that they define."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.fitting import fitted_shape
from glyphstudio.data.jitter import Jitter
from glyphstudio.data.tasks import TaskShape, TaskStream
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.learner import InnerLoop


@dataclass(frozen=True)
class TrainConfig:
    """Everything that a run depends on besides its drawings.

    learner: its name in the catalogue. inner: its inner loop, if it has one. start: the weights that it starts from, as
    the name of a shipped learner or a path; "" for random weights. rate: the peak of the one-cycle learning rate (Smith
    2018), which follows cosines, up over the first quarter and then down to zero. clip: the longest gradient that is
    not shortened. least_ways: if not 0, the tasks of each step have a random number of ways, from `least_ways` to
    `ways`, half of them fewer than the geometric mean; a learner that is to serve any number must meet several.
    within: share of tasks drawn inside `alphabets` alphabets. fixed_labels: see `TaskStream`. The seed determines the
    first weights and every task.
    """

    learner: str = "protonet"
    inner: InnerLoop = field(default_factory=InnerLoop)
    start: str = ""
    encoder: EncoderShape = field(default_factory=EncoderShape)
    ways: int = 60
    least_ways: int = 0
    shots: int = 1
    queries: int = 4
    meta_batch: int = 1
    within: float = 0.5
    alphabets: int = 4
    variants: bool = True
    fixed_labels: bool = False
    extra: float = 0.4
    jitter: Jitter | None = field(default_factory=Jitter)
    steps: int = 4000
    rate: float = 2e-3
    weight_decay: float = 1e-2
    clip: float = 10.0
    seed: int = 0
    device: str = "auto"
    save_every: int = 250
    validate_every: int = 500
    validation_tasks: int = 200

    def as_json(self) -> str:
        """Return stable text, for the state's header and the weights' metadata."""
        return json.dumps(asdict(self), sort_keys=True)


def training_stream(config: TrainConfig, source: Drawings, extra: Drawings | None = None) -> TaskStream:
    """Return the tasks to train on. extra: drawings that are only for training. Raises DataError if they do not
    suffice."""
    return TaskStream(
        source,
        TaskShape(config.ways, config.shots, config.queries),
        seed=config.seed,
        within=config.within,
        alphabets=min(config.alphabets, len(source.alphabets)),
        variants=config.variants,
        jitter=config.jitter,
        fixed_labels=config.fixed_labels,
        extra=extra,
        extra_share=config.extra,
    )


def ways_at(config: TrainConfig, step: int) -> int:
    """Return the number of ways in outer step `step` (from 0)."""
    if not 0 < config.least_ways < config.ways:
        return config.ways
    share = float(np.random.default_rng([config.seed, step, 2]).random())
    return round(float(config.least_ways * (config.ways / config.least_ways) ** share))


def fitted(config: TrainConfig, source: Drawings, fixed: Collection[str] = ()) -> tuple[TrainConfig, str]:
    """Return the settings with fewer ways, shots and queries if `source` has too few drawings for them, with as many
    meta-learned class vectors as there are ways, and a sentence about the former, or "". fixed: names of settings that
    must not change."""
    inside = min(config.alphabets, len(source.alphabets)) if config.within else 0
    wanted = TaskShape(config.ways, config.shots, config.queries)
    shape, sentence = fitted_shape(source, wanted, inside=inside, fixed=fixed)
    inner = replace(config.inner, vectors=shape.ways if config.inner.vectors else 0)
    return replace(config, ways=shape.ways, shots=shape.shots, queries=shape.queries, inner=inner), sentence
