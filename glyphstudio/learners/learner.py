"""The contract of every learner. One trainer, one evaluator and one recogniser serve them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from glyphstudio.data.tasks import TaskBatch
from glyphstudio.learners.encoder import EncoderShape


@dataclass(frozen=True)
class InnerLoop:
    """How a learner that adapts by gradient descent does so; the others have no use for it.

    steps: of gradient descent on a support set. rate: their learning rate, for the encoder. head_rate: for the class
    vectors. order: 2 for the true meta-gradient through the inner loop, 1 for its first-order approximation.
    learn_rates: whether the rates, one for each layer and step, are meta-learned too (Li et al. 2017, "Meta-SGD";
    Antoniou et al. 2018, "How to train your MAML").
    """

    steps: int = 3
    rate: float = 0.05
    head_rate: float = 10.0
    order: int = 2
    learn_rates: bool = True


class Classifier(ABC):
    """What a learner makes of a support set: it judges queries, each for itself."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner

    @abstractmethod
    def score(self, remembered: Tensor) -> Tensor:
        """(Q, D) queries as `Learner.remember` gives them -> (Q, N) scores, the higher the likelier; a softmax makes
        them probabilities. A row never depends on other rows."""

    def logits(self, queries: Tensor) -> Tensor:
        """(Q, 1, S, S) bitmaps -> (Q, N) scores."""
        return self.score(self.learner.remember(queries))


@dataclass(frozen=True)
class StepResult:
    """Of one meta step, over all queries of the batch: mean loss (nats), share of right answers before and after
    adaptation (0..1). A learner that has no answer before adaptation reports chance, 1/N."""

    loss: float
    accuracy_before: float
    accuracy_after: float

    @staticmethod
    def mean(results: list[StepResult]) -> StepResult:
        """Of tasks of the same shape."""
        count = len(results)
        return StepResult(
            sum(result.loss for result in results) / count,
            sum(result.accuracy_before for result in results) / count,
            sum(result.accuracy_after for result in results) / count,
        )


class Learner(nn.Module, ABC):
    """An algorithm that can be meta-trained, and that adapts to a support set.

    A learner says what it is, so that no other code asks which learner it has. nearest_prototype: it answers by the
    nearest mean of what it remembers, so that one more shot moves one mean and nothing else. gradient_based: it adapts
    by the steps of an inner loop. second_order: it can be meta-trained by the true gradient through that loop.
    trains_on_all_classes: it is trained on all classes of the source at once. baseline: it is not meta-learned, and the
    others are compared with it. `resources.FACTS` tells the same without torch.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    nearest_prototype: ClassVar[bool] = False
    gradient_based: ClassVar[bool] = False
    second_order: ClassVar[bool] = False
    trains_on_all_classes: ClassVar[bool] = False
    baseline: ClassVar[bool] = False

    def __init__(self, shape: EncoderShape, inner: InnerLoop | None = None, classes: int = 0) -> None:
        """classes: of the source, for the baselines that are trained on all of them at once; 0 for use only."""
        super().__init__()
        self.shape = shape
        self.inner = inner or InnerLoop()
        self.classes = classes

    @abstractmethod
    def remember(self, bitmaps: Tensor) -> Tensor:
        """(B, 1, S, S) float32 in 0..1 -> (B, D) float32: what is kept of a drawing. The embedding, unless adapting
        changes the encoder: then the drawing itself. Rows do not depend on each other in evaluation mode."""

    @abstractmethod
    def learn(self, shots: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        """Learn a task from its support set.

        shots: (M, D), as `remember` gives them. labels: (M,) int64, every way 0..N-1 at least once; any number of ways,
        uneven shots. steps: of the inner loop, where there is one; None for as many as `inner` says.
        """

    def adapt(self, support: Tensor, labels: Tensor, steps: int | None = None) -> Classifier:
        """`learn` from the bitmaps (M, 1, S, S) of a support set."""
        return self.learn(self.remember(support), labels, steps)

    def watch(
        self, shots: Tensor, labels: Tensor, steps: int, go_on: Callable[[], None]
    ) -> list[tuple[float, Classifier]]:
        """What `learn` goes through, for learners that are `gradient_based`: the support set's loss (nats, every way
        weighs the same) and the classifier after 0, 1, .. `steps` steps. go_on: called now and then; may raise."""
        raise NotImplementedError(f"{self.title} has no inner loop")

    @abstractmethod
    def meta_step(self, tasks: TaskBatch) -> StepResult:
        """Leave the outer gradient of a batch of tasks in `.grad` (added to what is there): the mean of the tasks'."""


def in_full(vectors: Tensor) -> Tensor:
    """As they are, or in float32 where an encoder made bfloat16 or float16 of them: differences and exponentials want
    more than those."""
    return vectors.float() if vectors.dtype in (torch.bfloat16, torch.float16) else vectors


def way_labels(ways: int, each: int, device: torch.device) -> Tensor:
    """(N * each,): 0, 0, .., 1, 1, .., the labels of flattened (N, each, ..) bitmaps."""
    return torch.arange(ways, device=device).repeat_interleave(each)
