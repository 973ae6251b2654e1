"""The shipped weights."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from glyphstudio.data.drawings import Drawings
from glyphstudio.data.omniglot import load_omniglot
from glyphstudio.data.splits import VALIDATION_ALPHABETS
from glyphstudio.engine.evaluate.evaluation import measure
from glyphstudio.engine.evaluate.protocols import validation_stream
from glyphstudio.engine.weights.file import load_weights, shipped_weights

ROOT = Path(__file__).resolve().parents[3]
OMNIGLOT = Path(os.environ.get("GLYPHSTUDIO_OMNIGLOT", ROOT.parent / "shared" / "omniglot"))


def test_they_exist_and_name_their_data() -> None:
    loaded = load_weights(shipped_weights())
    assert loaded.learner.title == "ProtoNet"
    assert {"data", "seed", "validation"} <= loaded.about.keys()
    assert loaded.calibration.temperature > 0


@pytest.fixture
def validation(tmp_path: Path) -> Drawings:
    archive = OMNIGLOT / "images_background.zip"
    if not archive.is_file():
        pytest.skip(f"Omniglot is not in {OMNIGLOT} (GLYPHSTUDIO_OMNIGLOT may point to it)")
    # Half of the validation alphabets' drawers only: rendering all of them would take minutes.
    some = tmp_path / "validation.zip"
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(some, "w") as part:
        for name in whole.namelist():
            if name.endswith(".png") and name.split("/")[-3] in VALIDATION_ALPHABETS and int(name[-6:-4]) <= 10:
                part.writestr(name, whole.read(name))
    return load_omniglot(some)


def test_they_distinguish_look_alikes(validation: Drawings) -> None:
    assert set(validation.alphabets) == set(VALIDATION_ALPHABETS)
    figure = measure(load_weights(shipped_weights()).learner, validation_stream(validation, seed=77), 200)
    assert figure.error <= 0.09, f"20-way one-shot within alphabet: error {figure.error:.3f} ± {figure.ci95:.3f}"
