"""data fetch, against a real server on the loopback."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from glyphstudio.cli import data
from glyphstudio.data.fetch import Archive, default_data_folder

from .conftest import Command, started


@pytest.fixture
def mirror(omniglot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server that serves the small Omniglot as an archive, which counts as the official one here."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    served = tmp_path / "served"
    served.mkdir()
    archive = served / "images_background.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in omniglot.rglob("*.png"):
            file.write(path, path.relative_to(omniglot.parent))
    official = Archive(archive.name, archive.stat().st_size, hashlib.sha256(archive.read_bytes()).hexdigest())
    monkeypatch.setattr(data, "ARCHIVES", (official,))

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(served))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_train_and_evaluate_find_the_fetched_data(run: Command, mirror: str, weights: Path) -> None:
    done = run("data", "fetch", "omniglot", "--from", mirror)
    assert (done.status, done.out) == (0, "")
    assert str(default_data_folder()) in done.err and "glyphstudio train --out FOLDER" in done.err
    assert run("evaluate", "--weights", weights, "--tasks", 3, "--ways", 5).status == 0


def test_another_folder_is_named_in_the_advice(run: Command, mirror: str, weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "my data"
    done = run("data", "fetch", "omniglot", "--from", mirror, "--to", folder)
    assert f"glyphstudio train --data '{folder}' --out FOLDER" in done.err
    assert run("evaluate", "--data", folder, "--weights", weights, "--tasks", 3, "--ways", 5).status == 0


def test_an_interrupted_download_continues(run: Command, mirror: str, tmp_path: Path) -> None:
    whole = (tmp_path / "served" / "images_background.zip").read_bytes()
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "images_background.zip.part").write_bytes(whole[:5000])
    assert run("data", "fetch", "omniglot", "--from", mirror, "--to", tmp_path / "to").status == 0
    assert [file.read_bytes() for file in (tmp_path / "to").iterdir()] == [whole]


def test_failures(run: Command, mirror: str, tmp_path: Path) -> None:
    fetch = ("data", "fetch", "omniglot")
    run(*fetch, "--from", mirror + "missing", "--to", tmp_path / "to").failed("HTTP 404")
    run(*fetch, "--from", "ftp://example.org", "--to", tmp_path / "to").failed("https://")
    (tmp_path / "file").write_text("x")
    run(*fetch, "--from", mirror, "--to", tmp_path / "file").failed("folder")
    (tmp_path / "served" / "images_background.zip").write_bytes(b"another file")
    run(*fetch, "--from", mirror, "--to", tmp_path / "to").failed("official")


def test_a_mirror_cannot_serve_another_archive(mirror: str, tmp_path: Path) -> None:
    """In a separate process, with the program's own sizes and checksums."""
    done = started("data", "fetch", "omniglot", "--from", mirror, "--to", tmp_path / "to")
    done.failed("the official one has 9,464,212")
    assert list((tmp_path / "to").iterdir()) == []
