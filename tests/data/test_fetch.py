"""Fetch, against a real web server on loopback that cuts connections, stalls, lies and ignores requests."""

from __future__ import annotations

import errno
import hashlib
import random
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

import pytest

from glyphstudio.data import fetch as module
from glyphstudio.data.fetch import ARCHIVES, OFFICIAL, Archive, FetchError, default_data_folder, fetch
from tests.patience import PATIENCE

DATA = random.Random(5).randbytes(700_000)
NAME = "images_background.zip"
ARCHIVE = Archive(NAME, len(DATA), hashlib.sha256(DATA).hexdigest())


class Server(ThreadingHTTPServer):
    """Each test sets what the server does; the server records the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body = DATA
        self.status = 200
        self.status_once = False
        self.ranges = True
        self.etag: str | None = '"v1"'
        self.tells_size = True
        self.lies_about_range = False
        self.cut_after: list[int] = []  # bytes sent of each of the next answers; after those, whole answers
        self.stall = False
        self.asked: list[dict[str, str]] = []
        self.sent = 0
        self.finish = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/python/"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        server.asked.append({**dict(self.headers), "path": self.path})
        if server.status != 200:
            status, server.status = server.status, 200 if server.status_once else server.status
            self.send_error(status)
            return
        start = self._start()
        if start is not None and start >= len(server.body):
            self.send_error(416)
            return
        body = server.body[start or 0 :]
        if start is None:
            self.send_response(200)
        else:
            self.send_response(206)
            shown = start + 1 if server.lies_about_range else start
            self.send_header("Content-Range", f"bytes {shown}-{len(server.body) - 1}/{len(server.body)}")
        if server.tells_size:
            self.send_header("Content-Length", str(len(body)))
        if server.etag:
            self.send_header("ETag", server.etag)
        self.end_headers()
        if server.cut_after:
            body = body[: server.cut_after.pop(0)]
        server.sent += len(body)  # before the client can have them, or it could ask for the count too early
        self.wfile.write(body)
        self.wfile.flush()
        if server.stall:
            server.finish.wait(PATIENCE)

    def _start(self) -> int | None:
        asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
        if not asked or not self.server.ranges or (condition and condition != self.server.etag):
            return None
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(module, "WAITS", (0.0,) * 4)
    monkeypatch.setenv("no_proxy", "*")
    web = Server()
    thread = threading.Thread(target=web.serve_forever, args=(0.02,))
    thread.start()
    yield web
    web.finish.set()
    web.shutdown()
    web.server_close()
    thread.join()


def get(server: Server, folder: Path, **options: object) -> Path:
    (path,) = fetch(folder, server.url, [ARCHIVE], **options)  # type: ignore[arg-type]
    return path


def failure(server: Server, folder: Path, archive: Archive = ARCHIVE) -> str:
    with pytest.raises(FetchError) as error:
        fetch(folder, server.url, [archive])
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text


def test_a_whole_download(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    seen: list[tuple[str, int, int]] = []
    path = get(server, folder, on_progress=lambda *step: seen.append(step))
    assert path == folder / NAME
    assert path.read_bytes() == DATA
    assert [item.name for item in folder.iterdir()] == [NAME], "there are other files in the folder"
    assert server.asked[0]["path"] == f"/python/{NAME}"
    assert seen[0] == (NAME, 0, len(DATA))
    assert seen[-1] == (NAME, len(DATA), len(DATA))
    done = [step[1] for step in seen]
    assert done == sorted(done)
    assert len(done) > 5


def test_an_existing_archive_is_checked_and_not_fetched_again(server: Server, tmp_path: Path) -> None:
    get(server, tmp_path)
    seen: list[int] = []
    get(server, tmp_path, on_progress=lambda _name, done, _total: seen.append(done))
    assert len(server.asked) == 1
    assert seen == [len(DATA)]


def test_a_file_of_the_same_name_is_not_overwritten(server: Server, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"my own")
    assert "move it away" in failure(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == b"my own"
    assert not server.asked


def test_several_archives(server: Server, tmp_path: Path) -> None:
    second = Archive("images_evaluation.zip", ARCHIVE.size, ARCHIVE.sha256)
    paths = fetch(tmp_path, server.url.rstrip("/"), [ARCHIVE, second])
    assert [path.name for path in paths] == [NAME, "images_evaluation.zip"]


@pytest.mark.parametrize("tells_size", [True, False])
def test_a_connection_cut_in_the_middle_is_resumed(server: Server, tmp_path: Path, tells_size: bool) -> None:
    server.tells_size = tells_size
    server.cut_after = [100_000, 250_000]
    assert get(server, tmp_path).read_bytes() == DATA
    assert [asked.get("Range") for asked in server.asked] == [None, "bytes=100000-", "bytes=350000-"]
    assert server.asked[1]["If-Range"] == '"v1"'
    assert server.sent == len(DATA), "some bytes were sent twice"


def test_a_later_call_resumes_where_the_first_stopped(server: Server, tmp_path: Path) -> None:
    server.cut_after = [100_000, 0, 0, 0, 0]
    assert "the first 100,000 bytes are kept" in failure(server, tmp_path)
    assert (tmp_path / f"{NAME}.part").stat().st_size == 100_000
    assert not (tmp_path / NAME).exists()
    seen: list[int] = []
    assert get(server, tmp_path, on_progress=lambda _name, done, _total: seen.append(done)).read_bytes() == DATA
    assert seen[0] == 100_000
    assert server.sent == len(DATA)
    assert [item.name for item in tmp_path.iterdir()] == [NAME]


def test_stopping_in_the_middle_keeps_the_bytes_so_far(server: Server, tmp_path: Path) -> None:
    def stop(_name: str, done: int, _total: int) -> None:
        if done > 200_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(server, tmp_path, on_progress=stop)
    kept = (tmp_path / f"{NAME}.part").read_bytes()
    assert len(kept) > 200_000
    assert DATA.startswith(kept)
    assert get(server, tmp_path).read_bytes() == DATA
    assert server.asked[1]["Range"] == f"bytes={len(kept)}-"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_in_the_middle_and_started_again(server: Server, tmp_path: Path) -> None:
    script = f"""
        import os, signal
        from pathlib import Path
        from glyphstudio.data.fetch import Archive, fetch
        def die(name, done, total):
            if done > 300_000:
                os.kill(os.getpid(), signal.SIGKILL)
        fetch(Path({str(tmp_path)!r}), {server.url!r}, [Archive({NAME!r}, {len(DATA)}, {ARCHIVE.sha256!r})], die)
    """
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=root, check=False)
    assert killed.returncode == -9
    assert not (tmp_path / NAME).exists()
    assert (tmp_path / f"{NAME}.part").stat().st_size > 0
    assert get(server, tmp_path).read_bytes() == DATA
    assert "Range" in server.asked[1]


def test_a_server_that_ignores_ranges_starts_again(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    server.cut_after = [400_000]
    assert get(server, tmp_path).read_bytes() == DATA
    assert server.asked[1]["Range"] == "bytes=400000-"
    assert server.sent == 400_000 + len(DATA)


def test_a_file_that_changed_meanwhile_starts_again(server: Server, tmp_path: Path) -> None:
    server.body = bytes(len(DATA))
    server.cut_after = [400_000, 0, 0, 0, 0]
    failure(server, tmp_path)
    server.body, server.etag = DATA, '"v2"'
    assert get(server, tmp_path).read_bytes() == DATA


@pytest.mark.parametrize("etag", [None, 'W/"weak"', "no quotes"])
def test_without_a_strong_etag_only_the_range_is_asked_for(server: Server, tmp_path: Path, etag: str | None) -> None:
    server.etag = etag
    server.cut_after = [100_000]
    assert get(server, tmp_path).read_bytes() == DATA
    assert server.asked[1]["Range"] == "bytes=100000-"
    assert "If-Range" not in server.asked[1]


def test_a_part_that_the_server_cannot_continue_is_dropped(server: Server, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(DATA[:5000])
    server.lies_about_range = True
    assert get(server, tmp_path).read_bytes() == DATA
    assert [asked.get("Range") for asked in server.asked] == ["bytes=5000-", None]


def test_range_not_satisfiable_starts_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(DATA[:5000])
    server.status, server.status_once = 416, True
    assert get(server, tmp_path).read_bytes() == DATA
    assert [asked.get("Range") for asked in server.asked] == ["bytes=5000-", None]


@pytest.mark.parametrize("extra", [0, 1000])
def test_a_part_as_long_as_the_archive_or_longer(server: Server, tmp_path: Path, extra: int) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(DATA + bytes(extra))
    assert get(server, tmp_path).read_bytes() == DATA
    assert len(server.asked) == (1 if extra else 0)


def test_a_wrong_checksum_deletes_the_part_and_says_so(server: Server, tmp_path: Path) -> None:
    server.body = bytes(len(DATA))
    assert "wrong checksum and was deleted" in failure(server, tmp_path)
    assert list(tmp_path.iterdir()) == []
    server.body = DATA
    assert get(server, tmp_path).read_bytes() == DATA


def test_a_file_of_another_size_is_not_even_downloaded(server: Server, tmp_path: Path) -> None:
    server.body = b"<html>Please sign in to this network</html>"
    assert "has 43 bytes; the official one has 700,000" in failure(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_endless_answer_is_cut_off(server: Server, tmp_path: Path) -> None:
    server.body, server.tells_size = bytes(5_000_000), False
    assert "wrong checksum" in failure(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [404, 403, 410])
def test_an_archive_that_the_server_does_not_offer(server: Server, tmp_path: Path, status: int) -> None:
    server.status = status
    text = failure(server, tmp_path)
    assert f"does not offer {NAME} (HTTP {status})" in text
    assert server.url + NAME in text
    assert len(server.asked) == 1, "asking again would not help"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_in_trouble_is_asked_again(server: Server, tmp_path: Path, status: int) -> None:
    server.status = status
    assert f"answered with error {status}" in failure(server, tmp_path)
    assert len(server.asked) == 5


def test_a_stalled_connection_times_out(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    server.stall, server.cut_after = True, [100_000, 0, 0, 0, 0]
    began = time.monotonic()
    assert "the connection was cut" in failure(server, tmp_path)
    assert time.monotonic() - began < PATIENCE


def test_no_network(server: Server, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(FetchError, match=r"cannot be reached. Check the network and try again: .*\.$"):
            fetch(tmp_path, address, [ARCHIVE])
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch(tmp_path, "http://no-such-host.invalid", [ARCHIVE])


@pytest.mark.parametrize("address", ["file:///etc/", "ftp://example.org/", "data:,x", "", "github.com/x"])
def test_only_web_addresses(tmp_path: Path, address: str) -> None:
    with pytest.raises(FetchError, match="not a web address"):
        fetch(tmp_path, address, [ARCHIVE])


def test_a_redirect_is_followed_to_the_web_only(server: Server, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(DATA)

    class Elsewhere(Handler):
        def do_GET(self) -> None:
            if self.path.startswith("/moved/"):
                super().do_GET()
                return
            self.server.asked.append({"path": self.path})
            self.send_response(302)
            self.send_header("Location", self.server.location)  # type: ignore[attr-defined]
            self.end_headers()

    server.RequestHandlerClass = Elsewhere
    server.location = f"file://{tmp_path}/secret"  # type: ignore[attr-defined]
    failure(server, tmp_path / "data")
    server.location = f"/moved/{NAME}"  # type: ignore[attr-defined]
    assert get(server, tmp_path / "data").read_bytes() == DATA


def test_too_little_room_is_reported_before_the_download(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    assert "no room left" in failure(server, tmp_path)
    assert not server.asked


def test_a_disk_that_fills_up_keeps_the_bytes_so_far(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = module._Download._copy

    class Full:
        """A file on a disk with room for 300,000 bytes."""

        def __init__(self, file: BinaryIO) -> None:
            self.file = file

        def write(self, data: bytes) -> int:
            if self.file.tell() + len(data) > 300_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return self.file.write(data)

    def copy(self: object, answer: object, file: BinaryIO, *rest: object) -> object:
        return original(self, answer, Full(file), *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(module._Download, "_copy", copy)
        assert "no room left" in failure(server, tmp_path)
    kept = (tmp_path / f"{NAME}.part").stat().st_size
    assert 200_000 < kept <= 300_000
    assert get(server, tmp_path).read_bytes() == DATA
    assert server.asked[1]["Range"] == f"bytes={kept}-"


def test_folders_that_cannot_be_used(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert "is a file, or a part of its path is" in failure(server, tmp_path / "file")
    assert "is a file, or a part of its path is" in failure(server, tmp_path / "file" / "below")

    def refuse(*_: object, **__: object) -> None:  # like the system; permissions would not stop root
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert "cannot write to" in failure(server, tmp_path / "locked")
    assert not server.asked


def test_the_official_archives() -> None:
    assert OFFICIAL == "https://github.com/brendenlake/omniglot/raw/master/python/"
    assert [archive.name for archive in ARCHIVES] == ["images_background.zip", "images_evaluation.zip"]
    for archive in ARCHIVES:
        assert 6_000_000 < archive.size < 10_000_000
        assert len(bytes.fromhex(archive.sha256)) == 32
    assert default_data_folder().is_absolute()
    assert "GlyphStudio" in default_data_folder().parts
