"""Runs the command line in this process. Small weights without training, and a small, invented Omniglot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from glyphstudio.cli import main
from glyphstudio.data.splits import VALIDATION_ALPHABETS
from glyphstudio.engine.calibration import Calibration
from glyphstudio.engine.weights.file import save_weights
from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.protonet import ProtoNet
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "assets" / "samples"


# Known are only drawings nearer than about 5e-5 to a glyph: with an untrained encoder, a drawing itself.
NEAR = Calibration(1e-5, shots=0.0, unknown=-5.0, first=0.0, second=0.0, size=0.0, apart=1.0)


@dataclass(frozen=True)
class Done:
    """The result of a command: its exit status, standard output and standard error."""

    status: int
    out: str
    err: str

    def failed(self, *words: str, status: int = 1) -> None:
        """Check that it failed with only one sentence, which contains `words`, and without a traceback."""
        assert self.status == status, self
        assert self.out == "", self
        assert "Traceback" not in self.err, self
        assert self.err.startswith("glyphstudio: ") and self.err.count("\n") == 1, self
        assert self.err.rstrip().endswith((".", "?")), self
        for word in words:
            assert word in self.err, self


Command = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run one command line in this process."""

    def command(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["glyphstudio", *map(str, arguments)])
        capsys.readouterr()
        status = main()
        return Done(status, *capsys.readouterr())

    return command


def started(*arguments: object, **environment: str) -> Done:
    """Run one command line in a separate process."""
    done = subprocess.run(
        [sys.executable, "-m", "glyphstudio", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
        stdin=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        cwd=ROOT,
        timeout=PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a small, untrained encoder: a drawing is nearest to itself, and other drawings are too far to be
    known."""
    torch.manual_seed(0)
    shape = EncoderShape(BITMAP_SIZE, (8, 8, 8, 8), 32)
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    save_weights(path, ProtoNet(shape).eval(), NEAR, {})
    return path


@pytest.fixture(scope="session")
def omniglot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in Omniglot's layout: seven alphabets of six characters by four drawers."""
    return small_omniglot(tmp_path_factory.mktemp("data") / "images_background", drawers=4)


def small_omniglot(root: Path, drawers: int) -> Path:
    """Make seven alphabets of six characters by this many drawers, below `root`."""
    rng = np.random.default_rng(0)
    for alphabet in ("Runes", "Hooks", *VALIDATION_ALPHABETS):
        for character in range(6):
            folder = root / alphabet / f"character{character + 1:02}"
            folder.mkdir(parents=True)
            points = rng.uniform(15, 90, (4, 2))
            for drawer in range(drawers):
                picture = Image.new("1", (105, 105), 1)
                shaky = points + rng.normal(0, 3, points.shape)
                ImageDraw.Draw(picture).line([tuple(point) for point in shaky.tolist()], fill=0, width=2)
                picture.save(folder / f"{character:04}_{drawer + 1:02}.png")
    return root


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A path for a library that does not exist yet."""
    return tmp_path / "test.glyphs"


def sample(name: str, hand: str = "careful") -> Path:
    """Return an ink file of the shipped samples."""
    return SAMPLES / name / f"{hand}.inkml"
