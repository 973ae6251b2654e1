"""The contract of every learner. One trainer, one evaluator and one recogniser serve them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Protocol

from torch import Tensor, nn

from glyphstudio.data.tasks import TaskBatch


class Classifier(Protocol):
    """What a learner makes of a support set: it judges queries, each for itself."""

    def logits(self, queries: Tensor) -> Tensor:
        """(Q, 1, S, S) bitmaps -> (Q, N) scores, the higher the likelier. A row never depends on other rows."""
        ...


@dataclass(frozen=True)
class StepResult:
    """Of one meta step, over all queries of the batch: mean loss (nats), share of right answers before and after
    adaptation (0..1). A learner that has no answer before adaptation reports chance, 1/N."""

    loss: float
    accuracy_before: float
    accuracy_after: float


class Learner(nn.Module, ABC):
    """An algorithm that can be meta-trained, and that adapts to a support set."""

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def embed(self, bitmaps: Tensor) -> Tensor:
        """(B, 1, S, S) float32 in 0..1 -> (B, D) float32: what is remembered of a shot. Rows do not depend on each
        other in evaluation mode."""

    @abstractmethod
    def adapt(self, support: Tensor, labels: Tensor) -> Classifier:
        """Learn a task from its support set.

        support: (M, 1, S, S). labels: (M,) int64, every way 0..N-1 at least once; any number of ways, uneven shots.
        """

    @abstractmethod
    def meta_step(self, tasks: TaskBatch) -> StepResult:
        """Leave the outer gradient of a batch of tasks in `.grad` (added to what is there)."""
