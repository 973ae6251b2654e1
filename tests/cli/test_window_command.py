"""glyphstudio without a command: with a display, without one, and on a machine that cannot load Qt."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from glyphstudio.cli import window
from glyphstudio.cli.check import demo
from glyphstudio.ui.parts import display
from tests.patience import PATIENCE

from .conftest import ROOT, SAMPLES, Command, Done, started

DISPLAYS = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")


def without_display(*arguments: object, cwd: Path, **more: str) -> Done:
    environment = {name: value for name, value in os.environ.items() if name not in DISPLAYS} | more
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        [sys.executable, "-m", "glyphstudio", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=cwd,
        timeout=PATIENCE,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def looks_like_the_window(path: Path) -> bool:
    """Check for a large picture with many shades, because an empty window has few."""
    with Image.open(path) as image:
        return min(image.size) >= 600 and len(set(image.convert("L").tobytes())) > 50


def test_the_same_work_without_a_display(weights: Path, tmp_path: Path) -> None:
    done = without_display("--weights", weights, cwd=tmp_path)
    assert done.status == 0 and "Traceback" not in done.err, done
    rows = done.out.splitlines()
    listed = [row.split()[0] for row in rows if re.match(r"\w+ +\d+/\d+ ", row)]
    assert listed == sorted(folder.name for folder in SAMPLES.iterdir() if folder.is_dir())
    assert "There is no display" in done.err
    assert f"A picture of the window is in {tmp_path / 'out' / 'glyphstudio-window.png'}." in done.err
    assert looks_like_the_window(tmp_path / "out" / "glyphstudio-window.png")


def test_with_the_shipped_weights_the_samples_are_recognised(tmp_path: Path) -> None:
    done = without_display(cwd=tmp_path, DISPLAY="")
    assert done.status == 0, done
    right, asked = map(int, re.findall(r"(\d+) of (\d+) drawings ranked right", done.out)[0])
    assert asked == 60 and right >= 54
    assert looks_like_the_window(tmp_path / "out" / "glyphstudio-window.png")


def test_if_this_folder_is_not_writable_the_picture_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "other"))
    (tmp_path / "out").write_text("a file is in the way")
    assert demo._writable_folder() == tmp_path / "other"
    (tmp_path / "other").rmdir()
    (tmp_path / "other").write_text("another one")
    assert demo._writable_folder() is None


def test_without_a_display_bad_input_gets_its_sentence(
    run: Command, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    run("--library", tmp_path / "x.glyphs").failed("no display to open the window on", "glyphstudio --help")
    assert not (tmp_path / "x.glyphs").exists()
    for arguments, words in (
        (("--weights", tmp_path / "none"), "none is missing"),
        (("--weights", weights, "--device", "abacus"), "abacus"),
    ):
        done = run(*arguments)
        assert (done.status, done.out) == (1, "")
        announced, problem = done.err.splitlines()
        assert announced.startswith("There is no display")
        assert problem.startswith("glyphstudio: ") and words in problem


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux names displays like this")
def test_a_display_that_does_not_answer_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    assert not display.has_display()
    for name in (":4321", "unix:4321.0", "localhost:4321.0", "nowhere.invalid:0"):
        monkeypatch.setenv("DISPLAY", name)
        assert not display.has_display(), name
        monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
        assert not display.has_display(), name
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        assert display.has_display()
        monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert not display.has_display()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert display.has_display()


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
def test_a_display_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing)], pass_fds=[writing], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as numbers:
            number = numbers.readline().strip()
        monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
        monkeypatch.setenv("DISPLAY", f":{number}")
        assert display.has_display()
    finally:
        server.terminate()
        server.wait(PATIENCE)
    assert not display.has_display()


def test_qt_that_cannot_be_loaded_gets_a_sentence(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    from glyphstudio.ui.start import app

    def broken(*_: object) -> int:
        message = "libEGL.so.1: cannot open shared object file: No such file or directory"
        raise ImportError(message, name="PySide6.QtGui", path="/somewhere/PySide6/QtGui.abi3.so")

    monkeypatch.setattr(app, "run", broken)
    run("--library", "x").failed("libEGL.so.1", "make setup", "libegl1")


@pytest.mark.parametrize(
    "error",
    [
        ImportError("cannot import name 'x' from 'glyphstudio.ui'", name="glyphstudio.ui"),
        ImportError("libtorch_cpu.so: cannot open shared object file", name="torch._C", path="/x/torch/_C.so"),
    ],
    ids=str,
)
def test_other_missing_modules_are_not_reported_as_qt(monkeypatch: pytest.MonkeyPatch, error: ImportError) -> None:
    from glyphstudio.ui.start import app

    def broken(*_: object) -> int:
        raise error

    monkeypatch.setattr(app, "run", broken)
    with pytest.raises(ImportError):
        window.open_window()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux finds libraries like this")
@pytest.mark.parametrize("arguments", [[], ["--library", "x.glyphs"], ["bench"]], ids=" ".join)
def test_a_missing_system_library(weights: Path, tmp_path: Path, arguments: list[str]) -> None:
    """In a real process, which finds a useless libEGL."""
    (tmp_path / "libEGL.so.1").write_text("no library")
    weights_too = ["--weights", weights] if arguments else []
    done = started(*arguments, *weights_too, LD_LIBRARY_PATH=str(tmp_path))
    done.failed("Qt, which draws the window, cannot be loaded", "libEGL.so.1", "make setup")


def test_the_window_does_not_load_the_command_line() -> None:
    code = "import glyphstudio.cli.window, sys; print(sorted({'typer', 'rich', 'torch', 'PySide6'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "[]\n"
