"""`files.write_beside` for the engine: it reports a failure as a sentence."""

from __future__ import annotations

from pathlib import Path

from glyphstudio import files
from glyphstudio.engine.errors import SavingError


def write_beside(path: Path, data: bytes, what: str, part: Path | None = None) -> None:
    """Write `data` beside `path`, then rename. Make the folder if it is missing. part: see `files.replacing`.

    Raises SavingError, whose sentence starts with `what`. A file that was at `path` before is then still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_beside(path, data, part)
    except OSError as error:
        raise SavingError(
            f"{what} could not be saved as {path} ({error.strerror or error}). "
            "Make room there, or choose another folder, then try again."
        ) from error
