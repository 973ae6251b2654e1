"""The contract of every learner. One trainer, one evaluator and one recogniser serve them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoders.encoder import EncoderShape


@dataclass(frozen=True)
class InnerLoop:
    """The settings of a learner that adapts by gradient descent. The other learners ignore them.

    steps: the number of gradient steps on a support set. rate: the encoder's learning rate. head_rate: the learning
    rate of the head, in tasks of `vectors` ways. order: 2 for the true meta-gradient through the inner loop, 1 for its
    first-order approximation. vectors: the number of class vectors that are meta-learned, one for each way of the
    tasks to train on.

    The defaults are those of Finn et al. (2017). These options depart from them. vectors 0: every class vector starts
    at zero, so no order of ways matters (as with the equal vectors of Ye and Chao 2022). unit: embeddings have length
    one. learn_rates: the rates are meta-learned too, one for each tensor and step. every_step: the outer loss is the
    mean over all steps of the inner loop (these two: Antoniou et al. 2019, "How to train your MAML").
    """

    steps: int = 1
    rate: float = 0.4
    head_rate: float = 0.4
    order: int = 2
    vectors: int = 5
    unit: bool = False
    learn_rates: bool = False
    every_step: bool = False


# What files of earlier versions, which did not name these settings, meant.
OLDER_INNER = {"vectors": 0, "unit": True, "every_step": False}


class Classifier(ABC):
    """The result of adapting to a support set. It judges each query separately."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner

    @abstractmethod
    def score(self, remembered: Tensor) -> Tensor:
        """(Q, D) queries from `Learner.remember` -> (Q, N) scores. A higher score is likelier; a softmax turns scores
        into probabilities. A row never depends on other rows."""

    def logits(self, queries: Tensor) -> Tensor:
        """(Q, 1, S, S) bitmaps -> (Q, N) scores."""
        return self.score(self.learner.remember(queries))


@dataclass(frozen=True)
class StepResult:
    """The result of one meta step, over all queries of the batch: the mean loss (nats), and the share of right answers
    before and after adaptation (0..1). A learner that cannot answer before adaptation reports chance, 1/N."""

    loss: float
    accuracy_before: float
    accuracy_after: float

    @staticmethod
    def mean(results: list[StepResult]) -> StepResult:
        """Return the mean over tasks of the same shape."""
        count = len(results)
        return StepResult(
            sum(result.loss for result in results) / count,
            sum(result.accuracy_before for result in results) / count,
            sum(result.accuracy_after for result in results) / count,
        )


class Learner(nn.Module, ABC):
    """An algorithm that can be meta-trained, and that adapts to a support set.

    A learner states its own properties, so that no other code checks which learner it has. nearest_prototype: it
    answers with the nearest mean of the vectors it remembers, so one more shot moves only one mean. gradient_based: it
    adapts by the steps of an inner loop, as a `GradientLearner`. begins_alike: without adaptation, it answers every
    query with the same guess. second_order: it can be meta-trained by the true gradient through that loop.
    trains_on_all_classes: it is trained on all classes of the source at once. baseline: it is not meta-learned, and the
    other learners are compared with it. `resources.FACTS` has the same properties without torch.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    nearest_prototype: ClassVar[bool] = False
    gradient_based: ClassVar[bool] = False
    second_order: ClassVar[bool] = False
    trains_on_all_classes: ClassVar[bool] = False
    baseline: ClassVar[bool] = False

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        """classes: the number of classes in the source, for the baselines that train on all of them at once. 0 if the
        learner is only used."""
        super().__init__()
        self.shape = shape
        self.inner = inner or InnerLoop()
        self.classes = classes
        self.begins_alike = True

    @abstractmethod
    def remember(self, bitmaps: Tensor) -> Tensor:
        """(B, 1, S, S) float32 in 0..1 -> (B, D) float32: the vector that the learner keeps of each drawing. It is the
        embedding, or the drawing itself if adapting changes the encoder. In evaluation mode, rows are independent."""

    @abstractmethod
    def learn(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        """Learn a task from its support set.

        shots: (M, D), from `remember`. labels: (M,) int64, every way 0..N-1 at least once; the number of ways is free,
        and ways may differ in shots. steps: the number of inner-loop steps, if there is a loop; None for the number in
        `inner`.
        """

    def adapt(self, support: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        """`learn` from the bitmaps (M, 1, S, S) of a support set."""
        return self.learn(self.remember(support), labels, steps)

    @abstractmethod
    def meta_step(self, tasks: TaskBatch) -> StepResult:
        """Add the outer gradient of a batch of tasks to `.grad`: the mean of the tasks' gradients."""


class GradientLearner(Learner):
    """A learner that adapts by the steps of an inner loop."""

    gradient_based: ClassVar[bool] = True

    @abstractmethod
    def watch(
        self, shots: Tensor, labels: Tensor, steps: int, go_on: Callable[[], None]
    ) -> list[tuple[float, Classifier]]:
        """Follow `learn` step by step. Return the support set's loss (nats, every way weighs the same) and the
        classifier after 0, 1, .. `steps` steps. go_on: called now and then; may raise."""

    @abstractmethod
    def learn_head(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        """`learn`, but the inner loop moves the head only."""

    @abstractmethod
    def nearest_before(self, shots: Tensor, labels: Tensor) -> Classifier:
        """Return nearest prototype with the embeddings at the start of the inner loop."""


def in_full(vectors: Tensor) -> Tensor:
    """Return bfloat16 or float16 vectors as float32, because differences and exponentials need the precision. Return
    other vectors unchanged."""
    return vectors.float() if vectors.dtype in (torch.bfloat16, torch.float16) else vectors


def way_labels(ways: int, each: int, device: torch.device) -> Tensor:
    """(N * each,): 0, 0, .., 1, 1, .., the labels of flattened (N, each, ..) bitmaps."""
    return torch.arange(ways, device=device).repeat_interleave(each)
