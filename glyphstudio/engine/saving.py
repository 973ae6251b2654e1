"""`files.write_beside` for the engine: a failure is a sentence."""

from __future__ import annotations

from pathlib import Path

from glyphstudio import files
from glyphstudio.engine.errors import SavingError


def write_beside(path: Path, data: bytes, what: str, writer: int = 0) -> None:
    """Write `data` beside `path`, then rename. Makes the folder where it is missing. writer: a number of its own for
    each of several processes that may do so at the same time.

    Raises SavingError, whose sentence begins with `what`; a file that was at `path` before is then still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_beside(path, data, path.with_name(f"{path.name}.{writer}.part") if writer else None)
    except OSError as error:
        raise SavingError(
            f"{what} could not be saved as {path} ({error.strerror or error}). "
            "Make room there, or choose another folder, then try again."
        ) from error
