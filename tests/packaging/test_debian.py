"""The Debian package: its dependencies, and that it really is a Debian package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import debian
import pytest

from glyphstudio import __version__

HEADERS = """
  NEEDED               libz.so.1
  NEEDED               libc.so.6
  SONAME               libexample.so.1
    0x0963cf85 0x00 04 GLIBC_2.4
    0x069691b4 0x00 02 GLIBC_2.34
    0x09691a75 0x00 03 GLIBC_2.2.5
    0x0d696919 0x00 05 GLIBCXX_3.4.32
"""


def test_needed_libraries_are_read_from_the_headers() -> None:
    assert debian.libraries_in(HEADERS) == {"libz.so.1", "libc.so.6"}
    assert max(debian.glibc_versions_in(HEADERS)) == (2, 34)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a Debian package from a folder whose program is the system's `true`."""
    if sys.platform != "linux" or not all(shutil.which(tool) for tool in ("dpkg", "dpkg-deb", "objdump")):
        pytest.skip("Making a Debian package needs Debian.")
    monkeypatch.setattr(debian, "ICON_SIZES", (32,))
    folder = tmp_path / "GlyphStudio"
    (folder / "_internal").mkdir(parents=True)
    shutil.copy("/bin/true", folder / "GlyphStudio")
    (folder / "_internal" / "notes ż.txt").write_text("data")
    return debian.make(folder, tmp_path)


def asked(*command: object) -> str:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout


@pytest.mark.usefixtures("qapp")
def test_the_package_has_a_program_a_desktop_entry_and_what_it_needs(package: Path, tmp_path: Path) -> None:
    control = asked("dpkg-deb", "--field", package)
    assert "Package: glyphstudio\n" in control
    assert "\nDepends: libc6 (>= 2." in control and "libz" not in control
    tree = tmp_path / "installed"
    subprocess.run(["dpkg-deb", "--extract", package, tree], check=True)
    command = tree / "usr" / "bin" / "glyphstudio"
    assert os.path.realpath(command) == str(tree / "usr" / "lib" / "glyphstudio" / "GlyphStudio")
    assert subprocess.run([command], check=False).returncode == 0
    share = tree / "usr" / "share"
    for file in (
        "applications/glyphstudio.desktop",
        "mime/packages/glyphstudio.xml",
        "metainfo/org.glyphstudio.GlyphStudio.metainfo.xml",
        "icons/hicolor/scalable/apps/glyphstudio.svg",
        "icons/hicolor/32x32/apps/glyphstudio.png",
        "doc/glyphstudio/copyright",
    ):
        assert (share / file).stat().st_size > 100, file
    assert all(line.split()[1] == "root/root" for line in asked("dpkg-deb", "--contents", package).splitlines())
    assert not (tmp_path / "work" / "debian").exists()


def test_the_desktop_entry_opens_what_the_mime_type_names() -> None:
    entry = (debian.LINUX / "glyphstudio.desktop").read_text()
    kinds = (debian.LINUX / "glyphstudio.xml").read_text()
    about = (debian.LINUX / "org.glyphstudio.GlyphStudio.metainfo.xml").read_text()
    kind = "application/x-glyphstudio-library"
    assert f"MimeType={kind};" in entry and "Exec=glyphstudio %f" in entry
    assert f'type="{kind}"' in kinds and 'pattern="*.glyphs"' in kinds
    assert f"<mediatype>{kind}</mediatype>" in about and ">glyphstudio.desktop<" in about
    assert f'<release version="{__version__}"' in about, "the AppStream data lacks this release and its date"


def test_the_mime_type_knows_a_library_by_its_bytes(tmp_path: Path) -> None:
    from glyphstudio.library.library import Library

    with Library.open(tmp_path / "a.glyphs"):
        pass
    head = (tmp_path / "a.glyphs").read_bytes()[:100]
    assert head.startswith(b"SQLite format 3") and head[68:72] == b"GLYF"
    assert '<match type="string" value="GLYF" offset="68"/>' in (debian.LINUX / "glyphstudio.xml").read_text()
