"""Prints one line with the Debian packages that Qt's window still needs on this machine, or nothing.

PySide6's wheels contain Qt but not the libraries below it. `ldd` says which of those the system lacks; the table says
which Debian package has each. packaging/setup.sh reads stdout and installs the packages.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
QT_PARTS = (
    "QtCore.abi3.so",
    "QtGui.abi3.so",
    "QtWidgets.abi3.so",
    "QtSvg.abi3.so",
    "QtNetwork.abi3.so",
    "QtTest.abi3.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/imageformats/libqsvg.so",
)
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
FONT_SUFFIXES = {".ttf", ".otf", ".ttc", ".pfb"}


def missing_libraries(files: Iterable[Path]) -> set[str]:
    """Return the names of the shared libraries, such as libEGL.so.1, that `files` need and the system lacks."""
    listing = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False).stdout
    return {line.split()[0] for line in listing.splitlines() if line.endswith("=> not found")}


def has_font() -> bool:
    """Return whether there is any scalable font. Qt brings none, and without one all text appears as empty boxes."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(file.suffix.lower() in FONT_SUFFIXES for folder in folders for file in folder.rglob("*"))


def missing_packages(pyside: Path) -> list[str]:
    """Return the Debian packages to install, sorted. A library missing from the table appears under its own name."""
    libraries = missing_libraries(pyside / part for part in QT_PARTS if (pyside / part).exists())
    packages = {PACKAGES.get(library, library) for library in libraries}
    if not has_font():
        packages.add("fonts-dejavu-core")
    return sorted(packages)


def main() -> None:
    spec = find_spec("PySide6")
    if sys.platform != "linux" or spec is None or spec.origin is None or shutil.which("ldd") is None:
        return
    sys.stdout.write(" ".join(missing_packages(Path(spec.origin).parent)))


if __name__ == "__main__":
    main()
