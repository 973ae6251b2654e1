"""A studio with a real library and small, untrained weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from glyphstudio.engine.recognise.prototypes import PrototypeRecogniser
from glyphstudio.glyphs.render import Bitmap
from glyphstudio.studio import Studio
from tests.engine.making import scrawl
from tests.studio.making import weights_of


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return weights_of(1, tmp_path_factory.mktemp("weights"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "signs.glyphs"


@pytest.fixture
def studio(place: Path, weights: Path) -> Iterator[Studio]:
    """A studio that is ready, with the glyphs "0" to "5"."""
    with Studio.open(place) as studio:
        for number in range(6):
            studio.enrol(str(number), scrawl(number))
        studio.warm_up(weights, "cpu")
        yield studio


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the number of bitmaps in each call of the encoder."""
    calls: list[int] = []
    real = PrototypeRecogniser.embed

    def counted(self: PrototypeRecogniser, bitmaps: Sequence[Bitmap]) -> NDArray[np.float32]:
        calls.append(len(bitmaps))
        return real(self, bitmaps)

    monkeypatch.setattr(PrototypeRecogniser, "embed", counted)
    return calls
