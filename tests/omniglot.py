"""The real Omniglot, for tests that need it: `../shared/omniglot`, or the folder that GLYPHSTUDIO_OMNIGLOT names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_PLACE = Path(__file__).resolve().parents[2] / "shared" / "omniglot"


def omniglot_folder() -> Path:
    """Return the folder that contains images_background.zip. If there is none, skip the test and say why."""
    folder = Path(os.environ.get("GLYPHSTUDIO_OMNIGLOT") or _PLACE)
    if not (folder / "images_background.zip").is_file():
        pytest.skip(f"Omniglot is not in {folder}: set GLYPHSTUDIO_OMNIGLOT to a folder with images_background.zip")
    return folder
