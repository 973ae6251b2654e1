"""Builds the package's folder with PyInstaller, shrinks it, and compares it with its budget.

.venv/bin/python packaging/build.py [--out out/package]    on Linux, Windows and macOS; Linux takes two minutes
"""

from __future__ import annotations

import argparse
import os
import re
import struct
import subprocess
import sys
import time
from pathlib import Path

import budget
import icu

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "package")
    folder = build(parser.parse_args().out)
    budget.main(folder)


def build(out: Path) -> Path:
    """Build and return the finished folder. Exits if PyInstaller fails."""
    began = time.monotonic()
    work = out / "work"
    work.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GLYPHSTUDIO_VERSION": version(), "GLYPHSTUDIO_ICON": str(icon(work / "icon.png"))}
    command = [sys.executable, "-m", "PyInstaller", str(HERE / "glyphstudio.spec"), "--noconfirm", "--log-level=WARN"]
    log = work / "pyinstaller.log"
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(
            [*command, "--distpath", str(out), "--workpath", str(work)],
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environment,
            check=False,
        )
    if done.returncode:
        sys.exit(f"{log.read_text(encoding='utf-8')[-3000:]}\nPyInstaller failed; its whole log is {log}.")
    folder = out / "GlyphStudio"
    if sys.platform == "linux":
        make_lean(folder)
    say(f"{folder} was built in {time.monotonic() - began:.0f} s.")
    return folder


def version() -> str:
    """Read GlyphStudio's version without importing it."""
    found = re.search(r'__version__ = "(.+)"', (ROOT / "glyphstudio" / "__init__.py").read_text(encoding="utf-8"))
    if found is None:
        sys.exit('glyphstudio/__init__.py has no version. Add a line such as: __version__ = "0.1.0"')
    return found[1]


def icon(path: Path, size: int = 256) -> Path:
    """Write the program's icon as a PNG of `size` pixels; PyInstaller converts it to the format of each system."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(ROOT / "assets" / "icons" / "glyphstudio.svg")).render(painter)
    painter.end()
    image.save(str(path))
    del application
    return path


def make_lean(folder: Path) -> None:
    """Strip the libraries' symbols, and remove ICU's data for other languages."""
    for data in folder.glob("_internal/PySide6/Qt/lib/libicudata.so.*"):
        icu.shrink(data)
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink() and (".so" in file.name or file.name == "torch_shm_manager"):
            strip(file)
            if ".so" in file.name:
                file.chmod(0o644)  # libraries need no execute permission


def strip(library: Path) -> None:
    """Remove the library's unneeded symbols, unless that breaks it: some wheels have libraries with parts moved around
    in a way that `strip` does not preserve."""
    smaller = library.with_name(f"{library.name}.stripped")
    done = subprocess.run(["strip", "--strip-unneeded", "-o", smaller, library], capture_output=True, check=False)
    if done.returncode == 0 and is_loadable(smaller.read_bytes()):
        smaller.replace(library)
    smaller.unlink(missing_ok=True)


def is_loadable(library: bytes) -> bool:
    """Return whether every loadable segment of this ELF file is aligned so that the system can map it."""
    table, size, count = struct.unpack_from("<Q14xHH", library, 32)
    for index in range(count):
        kind, offset, address, alignment = struct.unpack_from("<I4xQQ24xQ", library, table + index * size)
        if kind == 1 and alignment > 1 and (offset - address) % alignment:
            return False
    return True


def say(sentence: str) -> None:
    sys.stdout.write(f"package: {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
