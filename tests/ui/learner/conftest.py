"""A window that takes its learner from the weights, and weights to give it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from glyphstudio.engine.weights.file import save_weights
from glyphstudio.learners.gradient.maml import MAML
from glyphstudio.ui.learner.choice import shipped
from glyphstudio.ui.window.window import MainWindow
from tests.engine.making import CALIBRATION, SMALL
from tests.ui.conftest import Maker
from tests.ui.learner.making import FIGURES, ReadingStudio


@pytest.fixture
def window(make_window: Maker) -> MainWindow:
    made = make_window(opener=ReadingStudio.open)
    made.begin_with(shipped("protonet"))
    return made


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """The weights that a training left in its folder."""
    torch.manual_seed(7)
    path = tmp_path / "run" / "weights.safetensors"
    save_weights(path, MAML(SMALL), CALIBRATION, FIGURES)
    return path
