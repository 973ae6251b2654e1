"""Tries the built folder out in every way that a user's machine could differ from the one that built it.

.venv/bin/python packaging/trials.py FOLDER [NAME ...]    all trials, or the named ones

Each trial returns a sentence about what it saw, or raises `Failed` with a sentence if the package falls short. It runs
a copy in another place, never the folder itself. Root on Linux can run all trials; otherwise some report why they
cannot.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from build import HERE, ROOT, say
from rooms import (
    NOBODY,
    Ended,
    Failed,
    NotHere,
    as_user,
    bare,
    bare_debian,
    carry_out,
    inside,
    is_root,
    read_only,
    without_network,
)

_PATIENCE = 60.0  # seconds to wait for a window
_SHORT = ("enrol", "recognise", "use maml", "train protonet", "processes", "window")
_SMALL = """learner = "protonet"
ways = 5
shots = 1
queries = 4
meta_batch = 2
steps = 4
rate = 1e-3
validation_tasks = 4
encoder = { channels = [8, 8, 16, 16], embedding = 32 }
"""
_SAMPLE = ROOT / "assets" / "samples" / "Kresh"


@dataclass(frozen=True)
class Outcome:
    """The result of a trial. ok: None if it could not run here."""

    name: str
    ok: bool | None
    saw: str
    seconds: float

    def __str__(self) -> str:
        mark = {True: "ok", None: "--", False: "FAILED"}[self.ok]
        return f"{mark:6} {self.name} ({self.seconds:.0f} s): {self.saw}"


@dataclass(frozen=True)
class Copy:
    """A copy of the package, at a path that many programs cannot handle, with an empty home."""

    room: Path

    @property
    def folder(self) -> Path:
        return self.room / "Gürtel ż字 (1)" / "GlyphStudio"

    @property
    def program(self) -> Path:
        return self.folder / "GlyphStudio"

    @property
    def home(self) -> Path:
        return self.room / "home of Łucja 字"

    def run(self, *arguments: str | Path, prefix: Sequence[str] = (), **more: str) -> Ended:
        """Run the program to its end in a bare environment."""
        return carry_out([self.program, *arguments], bare(self.home, **more), prefix)

    def done(self, *arguments: str | Path, prefix: Sequence[str] = (), **more: str) -> str:
        """Run the program and return its output. Raises Failed if it ends with an error."""
        ended = self.run(*arguments, prefix=prefix, **more)
        if ended.status:
            raise Failed(f"{' '.join(map(str, arguments))} ended with {ended.status}: {ended.printed[-1500:]}")
        return ended.answer

    def self_test(self, parts: Sequence[str] = (), prefix: Sequence[str] = (), **more: str) -> str:
        report = self.home / "report ż.json"
        self.done("--self-test", "--report", report, *(("--only", *parts) if parts else ()), prefix=prefix, **more)
        found = json.loads(report.read_text(encoding="utf-8"))
        return f"{len(found['parts'])} parts in {found['seconds']:.0f} s"

    @contextmanager
    def window(self, *arguments: str | Path, prefix: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
        """Run the program with its window open, offscreen, until the end of the block."""
        environment = bare(self.home, QT_QPA_PLATFORM="offscreen", GLYPHSTUDIO_LOG="debug")
        words = [*(shutil.which(word) or word for word in prefix[:1]), *prefix[1:], str(self.program)]
        process = subprocess.Popen(
            [*words, *map(str, arguments)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def in_bare_debian(copy: Copy, debian: Path) -> str:
    """Run the whole self-test in a Debian with only its base: no desktop, no Python, no network."""
    root = bare_debian(debian)
    if root is None:
        raise NotHere("It needs root, debootstrap and Debian's mirror.")
    there = root / "opt" / "Glyph ż"
    shutil.rmtree(there, ignore_errors=True)
    copy_tree(copy.folder, there)
    home = root / "home" / "empty"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    environment = {"HOME": "/home/empty", "PATH": "/nonexistent"}
    command = ["/opt/Glyph ż/GlyphStudio", "--self-test", "--report", "/home/empty/report.json"]
    ended = carry_out(command, environment, inside(root))
    if ended.status:
        raise Failed(f"The self-test ended with {ended.status}: {ended.printed[-1500:]}")
    found = json.loads((home / "report.json").read_text(encoding="utf-8"))
    shutil.rmtree(there)
    return f"{len(found['parts'])} parts in {found['seconds']:.0f} s"


def installed(package: Path, debian: Path, work: Path) -> str:
    """In a bare Debian, install the Debian package, start it, and remove it without a trace."""
    root = bare_debian(debian)
    if root is None:
        raise NotHere("It needs root, debootstrap and Debian's mirror.")
    other = work / "debian-root-to-install-in"
    shutil.rmtree(other, ignore_errors=True)
    subprocess.run(["cp", "-a", str(root), str(other)], check=True)
    script = HERE / "linux" / "try_debian_package.sh"
    command = ["unshare", "-m", "sh", str(script), str(other), str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    shutil.rmtree(other)
    if done.returncode:
        raise Failed(f"{done.stdout[-1500:]}{done.stderr[-500:]}")
    return done.stdout.strip()


def moved(copy: Copy) -> str:
    """Run the whole self-test in a folder with spaces and non-Latin letters, an empty home, no network and no PATH."""
    before = listing(copy.folder)
    network = without_network()
    saw = copy.self_test(prefix=network)
    if listing(copy.folder) != before:
        raise Failed("The program has written files beside itself.")
    return f"{saw}{'' if network else ', with network: this system cannot cut it off'}; it wrote nothing beside itself"


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in folder.rglob("*") if not file.is_dir()
    }


def read_only_folder(copy: Copy) -> str:
    """Run it from a folder that no user can write to."""
    if not is_root():
        raise NotHere("A read-only mount needs root.")
    return copy.self_test(_SHORT, read_only(copy.folder.parent))


def another_user(copy: Copy) -> str:
    """Run it as a user who owns none of its files."""
    if not is_root():
        raise NotHere("Running as another user needs root.")
    os.chown(copy.home, NOBODY, NOBODY)
    return copy.self_test(_SHORT, as_user(NOBODY))


def no_streams(copy: Copy) -> str:
    """Run it without standard input, output and error, as a launcher that closes them would."""
    closed = ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    saw = copy.self_test(("enrol", "recognise", "window"), closed)
    ended = copy.run("library", "list", prefix=closed)
    if ended.status not in (0, 1):
        raise Failed(f"A command without streams ended with {ended.status}.")
    return saw


def one_window(copy: Copy) -> str:
    """Check that a second start hands its library to the open window and ends; the paths have unusual letters."""
    first, second = copy.home / "first ż.glyphs", copy.home / "second 字 (2).glyphs"
    with copy.window(first) as process:
        wait(first.exists, "The window did not open its library", process)
        copy.done(second, QT_QPA_PLATFORM="offscreen")
        wait(second.exists, "The first window did not open the second start's library", process)
        if process.poll() is not None:
            raise Failed("The first window ended at the second start.")
    return "the second start ended at once, and the first window opened its library"


def two_users(copy: Copy) -> str:
    """Check that two users of one machine, each with a window and a library of the same name, do not share them."""
    if not is_root():
        raise NotHere("Running as another user needs root.")
    other = Copy(copy.room)
    homes = [copy.room / "one", copy.room / "two"]
    for number, home in enumerate(homes):
        home.mkdir()
        os.chown(home, NOBODY - number, NOBODY - number)
    program = str(other.program)
    processes = [
        subprocess.Popen(
            [shutil.which("setpriv") or "setpriv", *as_user(NOBODY - number)[1:], program],
            env=bare(home, QT_QPA_PLATFORM="offscreen"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for number, home in enumerate(homes)
    ]
    try:
        for process, home in zip(processes, homes, strict=True):
            library = home / ".local" / "share" / "GlyphStudio" / "library.glyphs"
            wait(library.exists, f"{library} was not made", process)
            if library.stat().st_uid != home.stat().st_uid:
                raise Failed(f"{library} belongs to another user.")
        if any(process.poll() is not None for process in processes):
            raise Failed("A window ended when another user's opened.")
    finally:
        for process in processes:
            process.terminate()
            process.wait(_PATIENCE)
    return "each had a window and a library"


def updated(copy: Copy) -> str:
    """Replace the folder and check that libraries and settings survive, then that a newer version's library is
    refused."""
    copy.done("enrol", "--name", "Kresh", _SAMPLE / "careful.inkml")
    fresh = copy.folder.with_name("fresh")
    copy_tree(copy.folder, fresh)
    shutil.rmtree(copy.folder)
    fresh.rename(copy.folder)
    answer = json.loads(copy.done("classify", "--json", _SAMPLE / "brisk.inkml"))
    if "Kresh" not in json.dumps(answer):
        raise Failed(f"A glyph enrolled before the update is unknown after it: {answer}")
    library = copy.home / ".local" / "share" / "GlyphStudio" / "library.glyphs"
    with closing(sqlite3.connect(library)) as connection:
        connection.execute("PRAGMA user_version = 1000")
        connection.commit()
    before = library.read_bytes()
    ended = copy.run("library", "list")
    if ended.status != 1 or "newer" not in ended.printed or library.read_bytes() != before:
        raise Failed(f"A newer version's library was not refused, or was changed: {ended.printed}")
    return f"the enrolled glyph survived; a newer library was refused: {' '.join(ended.printed.split())}"


def crashed(copy: Copy) -> str:
    """Check that a crash leaves traces, and that the next start names their file."""
    library = copy.home / "a.glyphs"
    with copy.window(library) as process:
        wait(library.exists, "The window did not open its library", process)
        time.sleep(1)
        process.send_signal(signal.SIGSEGV)
        process.wait(_PATIENCE)
    log = copy.home / ".local" / "state" / "GlyphStudio" / "log"
    traces = log / "crash.log"
    if "Segmentation fault" not in traces.read_text(encoding="utf-8"):
        raise Failed(f"{traces} has no traces.")
    with copy.window(library) as process:
        wait((log / "last-crash.log").exists, "The next start did not find the traces", process)
        wait(lambda: "last-crash.log" in read(log / "glyphstudio.log"), "The window did not name the traces", process)
    return "the next window named the file with the traces"


def crew(copy: Copy) -> str:
    """Train one learner with two processes of the package, as `torchrun` would start them."""
    out, recipe = copy.home / "run of two", copy.home / "small.toml"
    recipe.write_text(_SMALL, encoding="utf-8")
    words = ["train", "--recipe", str(recipe), "--data", "synthetic:20", "--measure-tasks", "10", "--out"]
    together = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    processes = [
        subprocess.Popen(
            [str(copy.program), *words, str(out)],
            env=bare(copy.home, RANK=str(rank), LOCAL_RANK=str(rank), **together),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(2)
    ]
    printed = [process.communicate(timeout=600)[0] for process in processes]
    if any(process.returncode for process in processes) or not (out / "weights.safetensors").is_file():
        raise Failed(f"Two processes did not train together: {printed}")
    return "two processes trained together"


def measured(copy: Copy) -> str:
    """Let the package measure itself: `bench` starts the program again."""
    figures = json.loads(copy.done("bench", "--json", "--starts", "1"))
    return f"first answer {figures['process start to first answer, median'] / 1000:.1f} s after the start"


TRIALS: Mapping[str, Callable[[Copy], str]] = {
    "moved folder": moved,
    "read-only folder": read_only_folder,
    "another user": another_user,
    "no streams": no_streams,
    "one window": one_window,
    "two users": two_users,
    "update and downgrade": updated,
    "crash": crashed,
    "crew of two": crew,
    "bench": measured,
}


def try_out(folder: Path, work: Path, names: Sequence[str] = (), package: Path | None = None) -> list[Outcome]:
    """Run all trials, or those of `names`, each in its own room.

    work: the folder that keeps a bare Debian between builds. package: a Debian package to try as well.
    """
    debian = work / "debian-root"
    trials: dict[str, Callable[[Copy], str]] = {"bare Debian": lambda copy: in_bare_debian(copy, debian), **TRIALS}
    if package is not None:
        trials["Debian package"] = lambda _copy: installed(package, debian, work)
    return [_carry_out(name, trial, folder) for name, trial in trials.items() if not names or name in names]


def _carry_out(name: str, trial: Callable[[Copy], str], folder: Path) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="glyphstudio-trial-") as room:
        Path(room).chmod(0o755)
        copy = Copy(Path(room))
        copy.home.mkdir()
        copy_tree(folder, copy.folder)
        return outcome_of(name, lambda: trial(copy))


def outcome_of(name: str, trial: Callable[[], str]) -> Outcome:
    """Run a trial, print its outcome at once, and return it."""
    began = time.monotonic()
    ok: bool | None = True
    try:
        saw = trial()
    except NotHere as reason:
        ok, saw = None, f"could not run here. {reason}"
    except (Failed, OSError, subprocess.SubprocessError, ValueError) as error:
        ok, saw = False, str(error)
    outcome = Outcome(name, ok, saw, round(time.monotonic() - began, 1))
    say(str(outcome))
    return outcome


def copy_tree(folder: Path, to: Path) -> None:
    """Copy the folder, with hard links where possible: a package is large, and no program may write to it."""

    def link(source: str, target: str) -> str:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)
        return target

    shutil.copytree(folder, to, symlinks=True, copy_function=link)


def wait(holds: Callable[[], bool], otherwise: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until `holds` is true. Raises `Failed` if the process ends first, or time runs out."""
    deadline = time.monotonic() + _PATIENCE
    while not holds():
        if process.poll() is not None:
            raise Failed(f"{otherwise}: the program ended with {process.returncode}.")
        if time.monotonic() > deadline:
            raise Failed(f"{otherwise} within {_PATIENCE:.0f} s.")
        time.sleep(0.05)


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


def free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    outcomes = try_out(folder, folder.parent / "work", sys.argv[2:])
    sys.exit(any(outcome.ok is False for outcome in outcomes))


if __name__ == "__main__":
    main()
