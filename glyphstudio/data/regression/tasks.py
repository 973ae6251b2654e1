"""Tasks of regression: from a few examples, say what number belongs to another input.

No nearest prototype answers such a task, because its answers are no classes. What belongs to an input differs from task
to task, so the examples are all there is to learn it from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True)
class Examples:
    """inputs: (T, M, ..) of T tasks. numbers: (T, M), what belongs to each; float32."""

    inputs: Tensor
    numbers: Tensor

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class RegressionTasks:
    """support: the examples to adapt on. query: the examples to be judged on."""

    support: Examples
    query: Examples

    @property
    def every(self) -> Examples:
        """Both together."""
        support, query = self.support, self.query
        return Examples(torch.cat([support.inputs, query.inputs], 1), torch.cat([support.numbers, query.numbers], 1))


class RegressionStream(Protocol):
    """An endless, seeded stream of tasks. Task number i is always the same."""

    def tasks(self, numbers: Sequence[int]) -> RegressionTasks:
        """Return the tasks with these numbers (at least one)."""
        ...


def split(inputs: Tensor, numbers: Tensor, shots: int) -> RegressionTasks:
    """Return tasks whose first `shots` examples are the support set."""
    return RegressionTasks(
        Examples(inputs[:, :shots], numbers[:, :shots]), Examples(inputs[:, shots:], numbers[:, shots:])
    )
