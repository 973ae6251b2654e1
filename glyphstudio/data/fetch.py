"""Downloads the official Omniglot archives, whole and unaltered.

An interrupted download resumes where it stopped, in the same call or a later one. The bytes are kept as NAME.part in
the target folder, and get their final name only after their checksum has been found right. Nothing is unpacked, because
`omniglot` reads archives.

Only archives with a published size and checksum are offered. Sizes and SHA-256 are from TensorFlow Datasets
(url_checksums/omniglot.txt), which has none for the official repository's other archives (strokes, one-shot runs).
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import platformdirs

OFFICIAL = "https://github.com/brendenlake/omniglot/raw/master/python/"
TIMEOUT = 30.0  # seconds without a byte
WAITS = (0.5, 1.0, 2.0, 4.0)  # seconds before each further attempt
_CHUNK = 1 << 16


class FetchError(Exception):
    """The download failed. The message is a sentence for the user."""


@dataclass(frozen=True)
class Archive:
    """One file of the official repository. size: bytes; sha256: hexadecimal."""

    name: str
    size: int
    sha256: str


ARCHIVES = (
    Archive("images_background.zip", 9_464_212, "ad41ab679c8b5d90b271ef46be6987cc81211774a695c29dcc5367b2b26ee640"),
    Archive("images_evaluation.zip", 6_462_886, "1f61a8f3366785b057fc117d9228e78a16e3d976c8953b2a10fcc74cf0609cee"),
)

OnProgress = Callable[[str, int, int], None]  # name of the archive, bytes so far, bytes in total


def default_data_folder() -> Path:
    """Return the folder for Omniglot if the user names no other."""
    return Path(platformdirs.user_data_dir("GlyphStudio", appauthor=False)) / "omniglot"


def fetch(
    target: Path,
    base_url: str = OFFICIAL,
    archives: Iterable[Archive] = ARCHIVES,
    on_progress: OnProgress = lambda name, done, total: None,
) -> list[Path]:
    """Download the archives into the folder `target`, and return their paths.

    Existing archives are checked and kept. `on_progress` is called from the first byte to the last. If it raises (or
    the user presses Ctrl-C), the bytes downloaded so far are kept for the next call. Raises FetchError.
    """
    if urlsplit(base_url).scheme not in ("http", "https"):
        raise FetchError(f"{base_url} is not a web address: it must start with https:// or http://.")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _local_failure(target, error) from error
    return [_fetch_one(archive, target, base_url, on_progress) for archive in archives]


def _fetch_one(archive: Archive, target: Path, base_url: str, on_progress: OnProgress) -> Path:
    path = target / archive.name
    download = _Download(archive, path.with_name(path.name + ".part"), base_url.rstrip("/") + "/" + archive.name)
    try:
        if path.exists():
            if not _is_sound(path, archive):
                raise FetchError(f"{path} exists, but it is not the official archive: move it away and try again.")
            on_progress(archive.name, archive.size, archive.size)
            return path
        needed = archive.size - download.there()
        if shutil.disk_usage(target).free < needed:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        download.run(on_progress)
        if not _is_sound(download.part, archive):
            download.discard()
            raise FetchError(
                f"{archive.name} had a wrong checksum and was deleted: try again. If that does not help, the file at "
                f"{download.url} is not the official one."
            )
        download.part.replace(path)
        download.discard()
    except OSError as error:
        raise _local_failure(target, error) from error
    return path


def _is_sound(path: Path, archive: Archive) -> bool:
    if path.stat().st_size != archive.size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == archive.sha256


class _Broken(Exception):  # noqa: N818  never shown to users: the next attempt may resume where this one stopped
    """The connection failed. The message is the end of a sentence."""


class _Download:
    """The download of one archive. NAME.part holds the bytes, NAME.part.etag the server's name for that version."""

    def __init__(self, archive: Archive, part: Path, url: str) -> None:
        self.archive = archive
        self.part = part
        self.url = url
        self._etag = part.with_name(part.name + ".etag")

    def there(self) -> int:
        """Return the number of bytes downloaded so far."""
        return self.part.stat().st_size if self.part.exists() else 0

    def discard(self) -> None:
        """Delete the bytes downloaded so far."""
        self.part.unlink(missing_ok=True)
        self._etag.unlink(missing_ok=True)

    def run(self, on_progress: OnProgress) -> None:
        """Download the whole archive into the part, unchecked. Raises FetchError, and OSError if the disk fails."""
        if self.there() > self.archive.size:
            self.discard()
        for wait in (*WAITS, None):
            if self.there() == self.archive.size:
                break
            try:
                self._attempt(on_progress)
            except _Broken as broken:
                if wait is None:
                    raise FetchError(
                        f"{self.archive.name} could not be downloaded: {broken}. Check the network and try again: "
                        f"the first {self.there():,} bytes are kept."
                    ) from broken
                time.sleep(wait)
        on_progress(self.archive.name, self.archive.size, self.archive.size)

    def _attempt(self, on_progress: OnProgress) -> None:
        """Request the missing bytes and append them. Raises _Broken if the archive is still incomplete after that."""
        start = self.there()
        with self._answer(start) as answer:
            start = self._start_of(answer, start)
            with self.part.open("r+b" if start else "wb") as file:
                file.seek(start)
                done = self._copy(answer, file, start, on_progress)
                file.flush()
                os.fsync(file.fileno())
        if done < self.archive.size:
            raise _Broken("the connection was cut")

    def _answer(self, start: int) -> http.client.HTTPResponse:
        headers = {"User-Agent": "GlyphStudio", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            if self._etag.exists():  # if the file has changed since then, the server sends the whole new one instead
                headers["If-Range"] = self._etag.read_text(encoding="latin-1")
        host = urlsplit(self.url).hostname
        try:
            request = urllib.request.Request(self.url, headers=headers)  # noqa: S310  http and https only, see fetch
            answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start:
                self.discard()
                raise _Broken("the server could not resume the download") from error
            if error.code >= 500 or error.code == http.HTTPStatus.TOO_MANY_REQUESTS:
                raise _Broken(f"{host} answered with error {error.code}") from error
            raise FetchError(
                f"{host} does not offer {self.archive.name} (HTTP {error.code}): check the address {self.url}."
            ) from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise FetchError(
                    f"{host} could not prove that it is {host}: check this computer's clock, and whether the network "
                    "asks you to sign in first."
                ) from error
            raise _Broken(f"{host} cannot be reached") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _Broken(f"{host} cannot be reached") from error
        return answer

    def _start_of(self, answer: http.client.HTTPResponse, asked: int) -> int:
        """Return where in the archive the answer starts. Raises FetchError if it is not the expected file."""
        size, start = answer.headers.get("Content-Length", ""), 0
        if answer.status == http.HTTPStatus.PARTIAL_CONTENT:
            unit, _, rest = answer.headers.get("Content-Range", "").partition(" ")
            span, _, size = rest.partition("/")
            if unit != "bytes" or span.partition("-")[0] != str(asked):
                self.discard()
                raise _Broken("the server sent the wrong part of the file")
            start = asked
        elif answer.status != http.HTTPStatus.OK:
            raise FetchError(
                f"{self.archive.name} could not be downloaded: the server gave an unexpected answer (HTTP "
                f"{answer.status}). Check the address {self.url}."
            )
        if size.isascii() and size.isdigit() and int(size) != self.archive.size:
            raise FetchError(
                f"The {self.archive.name} at {self.url} has {int(size):,} bytes; the official one has "
                f"{self.archive.size:,}. It was not downloaded: check the address."
            )
        etag = answer.headers.get("ETag", "")
        if not start:
            self._etag.unlink(missing_ok=True)
            if etag.startswith('"') and etag.isascii() and etag.isprintable() and len(etag) < 200:  # W/ is too weak
                self._etag.write_text(etag, encoding="latin-1")
        return start

    def _copy(self, answer: http.client.HTTPResponse, file: BinaryIO, done: int, on_progress: OnProgress) -> int:
        on_progress(self.archive.name, done, self.archive.size)
        while done < self.archive.size:
            try:
                chunk = answer.read(min(_CHUNK, self.archive.size - done))
            except (OSError, http.client.HTTPException) as error:
                raise _Broken("the connection was cut") from error
            if not chunk:
                break
            file.write(chunk)
            done += len(chunk)
            on_progress(self.archive.name, done, self.archive.size)
        return done


def _local_failure(target: Path, error: OSError) -> FetchError:
    """Return the error for a problem with the disk, not the network."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FetchError(
            f"There is no room left in {target}: free some space and try again. The bytes downloaded so far are kept."
        )
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return FetchError(f"GlyphStudio cannot write to {target}: choose another folder, or change its permissions.")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return FetchError(f"{target} is a file, or a part of its path is: choose a folder.")
    return FetchError(f"{target} cannot be used ({error.strerror or type(error).__name__}): choose another folder.")
