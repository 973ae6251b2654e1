"""Uses the built program as a person would, in a real window on a virtual screen: draws with the mouse, types a name,
draws again, and reads the verdict. Every event goes through X11, like those of a real mouse and keyboard.

.venv/bin/python packaging/hand.py FOLDER OUT    needs Xvfb, xdotool, ImageMagick's `import`; uses openbox if installed

It reads the verdict from the program's log, which GLYPHSTUDIO_LOG=debug turns on; the picture shows the same verdict.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from build import ROOT, say
from rooms import Failed, NotHere, bare

SCREEN = (1280, 900)
_PATIENCE = 60.0  # seconds
_TOOLS = ("Xvfb", "xdotool", "import")
_VERDICT = re.compile(r"Verdict: (.*)$", re.MULTILINE)
_ENROLLED = (("Kresh", "careful"), ("Tarn", "careful"))
_ASKED = ("Kresh", "brisk")  # the same glyph, drawn by another person


def use(folder: Path, picture: Path) -> str:
    """Enrol two glyphs, draw one of them again, and return the verdict. `picture` (a PNG) shows it. Raises Failed if
    the program does not do what a person would expect."""
    lacking = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if lacking:
        raise NotHere(f"{', '.join(lacking)} is not installed.")
    with tempfile.TemporaryDirectory(prefix="glyphstudio-hand-") as room, screen() as display:
        home = Path(room)
        environment = bare(home, DISPLAY=display, GLYPHSTUDIO_LOG="debug")
        log = home / ".local" / "state" / "GlyphStudio" / "log" / "glyphstudio.log"
        process = subprocess.Popen([str(folder / "GlyphStudio")], env=environment, stdin=subprocess.DEVNULL)
        try:
            hand = Hand(display, process)
            for name, drawer in _ENROLLED:
                hand.draw(sample(name, drawer))
                hand.type(name)
                hand.wait(lambda name=name: f'Enrolled "{name}"' in verdicts_of(log), f"{name} was not enrolled")  # type: ignore[misc]
            said = len(_VERDICT.findall(verdicts_of(log)))
            hand.draw(sample(*_ASKED))
            hand.wait(lambda: len(_VERDICT.findall(verdicts_of(log))) > said, "The drawing was not answered")
            time.sleep(1.5)  # the bars glide to their places
            verdict = _VERDICT.findall(verdicts_of(log))[-1]
            picture.parent.mkdir(parents=True, exist_ok=True)
            hand.take(picture)
        finally:
            process.terminate()
            process.wait(_PATIENCE)
    if not verdict.startswith(f"{_ASKED[0]} "):
        raise Failed(f'The window says "{verdict}" to a drawing of {_ASKED[0]}.')
    return f'the window says "{verdict}"'


def verdicts_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""


def sample(name: str, drawer: str) -> list[list[tuple[float, float]]]:
    """Return the strokes of a sample drawing, in canvas units: 0 to 1, y down."""
    from glyphstudio.glyphs.importing import load_drawing
    from glyphstudio.glyphs.ink import Ink

    ink = load_drawing(ROOT / "assets" / "samples" / name / f"{drawer}.inkml")
    if not isinstance(ink, Ink):
        raise Failed(f"The sample {name} is not ink.")
    return [[(float(x), float(y)) for x, y in stroke.xy] for stroke in ink.strokes]


class Hand:
    """Works at the window of `process`; waits until the window is there."""

    def __init__(self, display: str, process: subprocess.Popen[bytes]) -> None:
        self._environment = {**os.environ, "DISPLAY": display}
        self._process = process
        self.wait(lambda: self._windows() != [], "No window appeared")
        time.sleep(1)  # until the window is placed and painted
        self._do("mousemove", "--sync", *map(str, self._at(0.5, 0.5)))

    def _windows(self) -> list[str]:
        found = self._run("xdotool", "search", "--onlyvisible", "--class", "glyphstudio")
        return found.stdout.split() if found.returncode == 0 else []

    def _at(self, x: float, y: float) -> tuple[int, int]:
        """Return a canvas point's place on the screen. The canvas is a square that fills the window's left. The
        drawing's place on it does not matter, and the middle half of the height is certainly on it."""
        found = self._run("xdotool", "getwindowgeometry", "--shell", self._windows()[-1]).stdout
        place = dict(line.split("=") for line in found.split())
        left, top, width, height = (int(place[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
        side = height / 2
        return round(left + 0.31 * width + (x - 0.5) * side), round(top + 0.42 * height + (y - 0.5) * side)

    def draw(self, strokes: list[list[tuple[float, float]]]) -> None:
        for stroke in strokes:
            words = ["mousemove", *map(str, self._at(*stroke[0])), "mousedown", "1"]
            for x, y in stroke[1:]:
                words += ["mousemove", *map(str, self._at(x, y)), "sleep", "0.004"]
            self._do(*words, "mouseup", "1", "sleep", "0.05")

    def type(self, text: str) -> None:
        """Type `text` and press Enter."""
        self._do("sleep", "0.2", "type", "--delay", "30", text)
        self._do("key", "Return")

    def take(self, picture: Path) -> None:
        self._run("import", "-window", self._windows()[-1], str(picture))
        if not picture.exists():
            raise Failed(f"The screenshot {picture} could not be taken.")

    def wait(self, holds: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not holds():
            if self._process.poll() is not None:
                raise Failed(f"{otherwise}: the program ended with {self._process.returncode}.")
            if time.monotonic() > deadline:
                raise Failed(f"{otherwise} within {_PATIENCE:.0f} s.")
            time.sleep(0.05)

    def _do(self, *words: str) -> None:
        done = self._run("xdotool", *words)
        if done.returncode:
            raise Failed(f"xdotool failed: {done.stderr}")

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, env=self._environment, capture_output=True, text=True, check=False)


@contextmanager
def screen() -> Iterator[str]:
    """Start a virtual screen, with a window manager if one is installed, and yield its name, such as ":99"."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SCREEN[0]}x{SCREEN[1]}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    manager = None
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise Failed("Xvfb did not start.")
        if shutil.which("openbox"):
            environment = {**os.environ, "DISPLAY": f":{number}"}
            quiet = subprocess.DEVNULL
            manager = subprocess.Popen(["openbox"], env=environment, stdout=quiet, stderr=quiet)
        yield f":{number}"
    finally:
        for process in (manager, server):
            if process is not None:
                process.terminate()
                process.wait(_PATIENCE)


if __name__ == "__main__":
    say(use(Path(sys.argv[1]).resolve(), Path(sys.argv[2]) / "packaged-window.png"))
