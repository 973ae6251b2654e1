"""Places to try a package in, with as little of this machine around it as possible."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534
DEBIAN = "bookworm"
MIRROR = "http://deb.debian.org/debian"
NOWHERE = "/nonexistent"  # for PATH: no Python, no other programs
_PATIENCE = 900  # seconds


class Failed(Exception):  # noqa: N818 - the message is a sentence
    """The package does not work as it should."""


class NotHere(Exception):  # noqa: N818 - the message is a sentence
    """This machine cannot run the trial."""


@dataclass(frozen=True)
class Ended:
    """A program's exit status, its output, and its error output."""

    status: int
    answer: str
    said: str = ""

    @property
    def printed(self) -> str:
        return self.answer + self.said


def carry_out(command: Sequence[str | Path], environment: Mapping[str, str], prefix: Sequence[str] = ()) -> Ended:
    """Run `command` to its end with only `environment`. prefix: the words that run it, found on this process's PATH."""
    words = [*map(_found, prefix[:1]), *prefix[1:], *map(str, command)]
    try:
        done = subprocess.run(
            words,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ended(124, f"It took more than {_PATIENCE} s.")
    return Ended(done.returncode, done.stdout, done.stderr)


def _found(tool: str) -> str:
    return shutil.which(tool) or tool


def bare(home: Path, **more: str) -> dict[str, str]:
    """Return an environment with an empty home and no Python on PATH."""
    return {"HOME": str(home), "PATH": NOWHERE, "LANG": "C.UTF-8", **more}


def without_network() -> list[str]:
    """Return the prefix that cuts a program off from every network, or nothing if this system does not allow that."""
    if shutil.which("unshare") is not None:
        for words in (["unshare", "-n"], ["unshare", "-r", "-n"]):
            if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
                return words
    return []


def as_user(number: int) -> list[str]:
    """Return the prefix that runs a program as another user; needs root."""
    return ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups"]


def read_only(folder: Path) -> list[str]:
    """Return the prefix that makes `folder` read-only, even for root; needs root."""
    return _with_mounts(f'{_MOUNT} --bind "$1" "$1" && {_MOUNT} -o remount,bind,ro "$1" && shift && exec "$@"', folder)


def inside(root: Path) -> list[str]:
    """Return the prefix that runs a program inside `root` only, with the kernel's own file systems and no network;
    needs root."""
    shown = f'{_MOUNT} -t proc proc "$1/proc" && {_MOUNT} -t sysfs sys "$1/sys" && {_MOUNT} -t tmpfs shm "$1/dev/shm"'
    return _with_mounts(f'{shown} && exec {_found("chroot")} "$@"', root, "-n")


_MOUNT = "/bin/mount"


def _with_mounts(script: str, folder: Path, *more: str) -> list[str]:
    """Return the prefix that runs `script` with its own mounts. PATH leads nowhere, so tools need full paths."""
    return ["unshare", "-m", *more, "/bin/sh", "-c", script, "sh", str(folder)]


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def bare_debian(folder: Path) -> Path | None:
    """Return a Debian with only its smallest base in `folder`, made by debootstrap if it is not there yet. Return None
    if root, debootstrap or a mirror is missing."""
    if not is_root() or (not (folder / "usr").is_dir() and shutil.which("debootstrap") is None):
        return None
    if not (folder / ".whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", DEBIAN, str(folder), MIRROR]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
        (folder / ".whole").touch()
    return folder
