"""Sine waves of unknown amplitude and phase: Finn et al. (2017), section 5.1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from glyphstudio.data.regression.tasks import RegressionTasks, split


@dataclass(frozen=True)
class Sinusoids:
    """Finn et al. (2017), section 5.1: each task is a sine wave with an amplitude of 0.1 to 5 and a phase of 0 to pi,
    at inputs from -5 to 5."""

    shots: int = 10
    queries: int = 10
    seed: int = 0

    def tasks(self, numbers: Sequence[int]) -> RegressionTasks:
        """Inputs (T, M, 1), float32."""
        draws = [np.random.default_rng([self.seed, number]) for number in numbers]
        amplitude = np.array([draw.uniform(0.1, 5) for draw in draws])[:, None]
        phase = np.array([draw.uniform(0, math.pi) for draw in draws])[:, None]
        x = np.stack([draw.uniform(-5, 5, self.shots + self.queries) for draw in draws])
        inputs = torch.from_numpy(x[..., None]).float()
        numbers_ = torch.from_numpy(amplitude * np.sin(x - phase)).float()
        return split(inputs, numbers_, self.shots)
