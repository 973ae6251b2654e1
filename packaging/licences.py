"""Collects the licence of everything that goes into the package, for Help > About > Licences.

A file's path gives its owner: a Python distribution (its RECORD lists its files), Python, GlyphStudio or, on Linux, a
Debian package. A file without an owner stops the build, so that the list stays complete.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
_NAMES = re.compile(r"(licen[cs]e|copying|notice|authors)[^/]*$|\.dist-info/licenses/", re.IGNORECASE)
_NAMED_BY_US = {  # texts that a distribution does not contain
    "PySide6_Essentials": ("qt.txt", "LGPL-3.0.txt", "GPL-3.0.txt"),
    "shiboken6": ("qt.txt", "LGPL-3.0.txt", "GPL-3.0.txt"),
    "torch": ("torch.txt",),
    "pi_heif": ("LGPL-3.0.txt", "GPL-3.0.txt"),  # its decoder, libheif with libde265; these come as shared libraries
}
_ALWAYS = ("pyinstaller",)  # its bootloader is in every package


@dataclass(frozen=True)
class Part:
    """One owner: name, version and licence texts."""

    name: str
    version: str
    text: str


def write(folder: Path, files: Iterable[str]) -> list[tuple[str, str, str]]:
    """Write the licences of `files` to `folder`, and return PyInstaller's entries for them. Exits if a file has no
    owner."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    index = []
    for number, part in enumerate(parts(files)):
        file = f"{number:03}.txt"
        (folder / file).write_text(part.text, encoding="utf-8")
        index.append({"name": part.name, "version": part.version, "file": file})
    (folder / "index.json").write_text(json.dumps(index, indent=1), encoding="utf-8")
    return [(f"glyphstudio/licences/{file.name}", str(file), "DATA") for file in sorted(folder.iterdir())]


def parts(files: Iterable[str]) -> list[Part]:
    """Return GlyphStudio, Python, then the other owners by name. Exits if a file has no owner."""
    owners = _owners_of_installed()
    base = Path(sys.base_prefix).resolve()
    found: dict[str, Distribution] = {name: distribution(name) for name in _ALWAYS}
    system: set[Path] = set()
    for name in set(files):
        path = Path(name)
        owner = owners.get(path) or owners.get(path.resolve())
        if owner is not None:
            found[owner.name] = owner
        elif not _is_ours(path.resolve()) and base not in path.resolve().parents and path.exists():
            system.add(path.resolve())
    own = Part("GlyphStudio", distribution("glyphstudio").version, (ROOT / "LICENSE").read_text(encoding="utf-8"))
    others = [_of_distribution(found[name]) for name in found] + _of_system(system)
    return [own, _of_python(), *sorted(others, key=lambda part: part.name.lower())]


def _owners_of_installed() -> dict[Path, Distribution]:
    owners = {}
    for found in distributions():
        if found.name == "glyphstudio":
            continue
        for file in found.files or ():
            path = Path(str(found.locate_file(file)))
            owners[path] = owners[path.parent.resolve() / path.name] = found
    return owners


def _is_ours(path: Path) -> bool:
    venv = Path(sys.prefix).resolve()
    return ROOT in path.parents and venv not in path.parents


def _of_python() -> Part:
    places = (Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt")
    texts = [place.read_text(encoding="utf-8") for place in places if place.is_file()]
    if not texts:  # Debian's own Python
        texts = [_copyright(f"python{sys.version_info[0]}.{sys.version_info[1]}")]
    return Part("Python", platform.python_version(), texts[0])


def _of_distribution(found: Distribution) -> Part:
    texts = [(HERE / "licences" / file).read_text(encoding="utf-8") for file in _NAMED_BY_US.get(found.name, ())]
    for file in sorted(found.files or (), key=str):
        if ".dist-info/" in str(file) and _NAMES.search(str(file)):
            title = str(file).split(".dist-info/")[1].removeprefix("licenses/")
            texts.append(
                f"== {title}\n\n" + Path(str(found.locate_file(file))).read_text(encoding="utf-8", errors="replace")
            )
    if not texts:
        sys.exit(
            f"{found.name} comes without a licence text. Add one to packaging/licences and to packaging/licences.py."
        )
    return Part(found.name, found.version, "\n\n".join(texts))


def _of_system(files: set[Path]) -> list[Part]:
    """Return the Debian packages of these files."""
    if sys.platform != "linux":
        return []  # on Windows and macOS the runtime libraries come with Python, under its licence
    packages: dict[str, str] = {}
    for file in sorted(files):
        package = _debian_package(file)
        if package is None:
            sys.exit(
                f"{file} goes into the package, but its licence is unknown. Add its owner to packaging/licences.py."
            )
        packages[package] = _asked("dpkg-query", "-W", "-f", "${Version}", package)
    return [Part(name.split(":")[0], version, _copyright(name)) for name, version in packages.items()]


def _debian_package(file: Path) -> str | None:
    """Return the package of a file. Since directories were merged, dpkg may list a file of /usr/lib under /lib."""
    names = [str(file), str(file).removeprefix("/usr")]
    for name in names:
        answer = _asked("dpkg", "-S", name)
        if answer:
            return answer.split(": ")[0].split(",")[0]
    return None


def _copyright(package: str) -> str:
    text = Path("/usr/share/doc", package.split(":", maxsplit=1)[0], "copyright")
    if not text.is_file():
        sys.exit(f"There is no {text}. Install the package's documentation, or build on a machine that has it.")
    return text.read_text(encoding="utf-8", errors="replace")


def _asked(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
