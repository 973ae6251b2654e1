"""Writes several files to a folder: all or none, and never over a file that is there."""

from __future__ import annotations

from pathlib import Path

from glyphstudio.library.library import LibraryError


def write_new(folder: Path, files: list[tuple[Path, bytes]]) -> None:
    """Write all of the files or none. Raises LibraryError."""
    done: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, _ in files:
            if path.exists():
                raise FileExistsError(None, None, str(path))
        for path, data in files:
            with path.open("xb") as file:
                done.append(path)
                file.write(data)
    except OSError as error:
        for path in done:
            path.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            raise LibraryError(
                f"{error.filename} already exists, so nothing was written. Choose an empty folder, or move that file."
            ) from error
        raise LibraryError(
            f"GlyphStudio cannot write to {folder} ({error.strerror}), so nothing was written. Choose another folder."
        ) from error
