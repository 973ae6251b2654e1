"""`files.write_beside` for the engine: it reports a failure as a sentence."""

from __future__ import annotations

from pathlib import Path

from glyphstudio import files
from glyphstudio.engine.errors import SavingError


def write_beside(path: Path, data: bytes, what: str, writer: int = 0) -> None:
    """Write `data` beside `path`, then rename. Make the folder if it is missing. writer: a different number for each of
    several processes that may write at the same time.

    Raises SavingError, whose sentence starts with `what`. A file that was at `path` before is then still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_beside(path, data, path.with_name(f"{path.name}.{writer}.part") if writer else None)
    except OSError as error:
        raise SavingError(
            f"{what} could not be saved as {path} ({error.strerror or error}). "
            "Make room there, or choose another folder, then try again."
        ) from error
