"""Makes the Debian package from the built folder: the program in /usr/lib/glyphstudio, and what desktops need.

.venv/bin/python packaging/debian.py FOLDER OUT    needs dpkg-deb and objdump; run it on the target Debian

There are no maintainer scripts. Debian's own triggers update desktop entries, MIME types and icons, both on installing
and on removing. The user's drawings are in the home folder, and the package never touches them.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from build import HERE, ROOT, icon, say, version

LINUX = HERE / "linux"
ICON_SIZES = (32, 48, 64, 128, 256)
MAINTAINER = "The GlyphStudio team <glyphstudio@users.noreply.github.com>"
DESCRIPTION = """\
Description: draw a new symbol once, and it is recognised from then on
 Draw a glyph that nobody has catalogued, type its name and press Enter. Draw
 it again, and the window names it while your pen is still moving.
 .
 Behind the canvas is a meta-learned model: trained over many small tasks so
 that one example is enough. The same program trains such models and shows how
 well they learn to learn. It works without a network.
"""
READ = {"fontconfig-config"}  # a library inside reads it without linking to it
# Lintian's checks for Debian's own packages. Those may not bundle all that Python and torch need; this one does.
OVERRIDES = (
    "embedded-library",
    "unstripped-binary-or-object",
    "no-changelog",
    "hardening-no-pie",
    "custom-library-search-path",
    "shared-library-lacks-prerequisites",
    "sharedobject-in-library-directory-missing-soname",
    "executable-stack-in-shared-library",
    "library-not-linked-against-libc",
    "exit-in-shared-library",
    "spelling-error-in-binary",
)


def make(folder: Path, out: Path, level: int = 2) -> Path:
    """Make the package in `out`, and return it. level: xz's, 0 to 9. Exits if a tool fails or a library is in no Debian
    package."""
    machine = asked("dpkg", "--print-architecture")
    tree = out / "work" / "debian"
    shutil.rmtree(tree, ignore_errors=True)
    program = tree / "usr" / "lib" / "glyphstudio"
    program.parent.mkdir(parents=True)
    subprocess.run(["cp", "-al", str(folder), str(program)], check=True)  # links, because the folder is large
    place(tree)
    write_control(tree, machine, depends(folder))
    package = out / f"glyphstudio_{version()}_{machine}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", f"-z{level}", "--build", str(tree), str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"dpkg-deb failed: {done.stderr}")
    shutil.rmtree(tree)
    say(f"{package} has {package.stat().st_size / 1e6:.1f} MB.")
    return package


def place(tree: Path) -> None:
    """Write everything except the program itself and the control files."""
    command = tree / "usr" / "bin" / "glyphstudio"
    command.parent.mkdir(parents=True)
    command.symlink_to("../lib/glyphstudio/GlyphStudio")
    share = tree / "usr" / "share"
    copy(LINUX / "glyphstudio.desktop", share / "applications")
    copy(LINUX / "glyphstudio.xml", share / "mime" / "packages")
    copy(LINUX / "org.glyphstudio.GlyphStudio.metainfo.xml", share / "metainfo")
    drawing = ROOT / "assets" / "icons" / "glyphstudio.svg"
    copy(drawing, share / "icons" / "hicolor" / "scalable" / "apps")
    for size in ICON_SIZES:
        picture = share / "icons" / "hicolor" / f"{size}x{size}" / "apps" / "glyphstudio.png"
        picture.parent.mkdir(parents=True)
        icon(picture, size)
    write_zipped(share / "man" / "man1" / "glyphstudio.1.gz", (LINUX / "glyphstudio.1").read_text(encoding="utf-8"))
    about = share / "doc" / "glyphstudio"
    copy(ROOT / "LICENSE", about, "copyright")
    with (about / "copyright").open("a", encoding="utf-8") as file:
        file.write("\nThe licences of everything else are in /usr/lib/glyphstudio/_internal/glyphstudio/licences\n")
        file.write("and in the program itself: Help, About, Licences.\n")
    change = f"glyphstudio ({version()}) stable; urgency=medium\n\n  * See the project's own history.\n\n"
    write_zipped(about / "changelog.gz", f"{change} -- {MAINTAINER}  Thu, 01 Jan 2026 00:00:00 +0000\n")
    overrides = share / "lintian" / "overrides" / "glyphstudio"
    overrides.parent.mkdir(parents=True)
    overrides.write_text("".join(f"glyphstudio: {tag}\n" for tag in OVERRIDES), encoding="utf-8")


def copy(file: Path, folder: Path, name: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, folder / (name or file.name))
    (folder / (name or file.name)).chmod(0o644)


def write_zipped(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def write_control(tree: Path, machine: str, needs: Iterable[str]) -> None:
    """Write control and md5sums."""
    files = sorted(file for file in tree.rglob("*") if file.is_file() and not file.is_symlink())
    size = sum(-(-file.stat().st_size // 1024) for file in files)
    control = tree / "DEBIAN"
    control.mkdir(mode=0o755)
    (control / "control").write_text(
        f"Package: glyphstudio\nVersion: {version()}\nArchitecture: {machine}\nMaintainer: {MAINTAINER}\n"
        f"Installed-Size: {size}\nDepends: {', '.join(needs)}\n"
        "Recommends: fonts-dejavu-core | fonts-freefont-ttf | fonts-liberation, shared-mime-info\n"
        f"Section: science\nPriority: optional\n{DESCRIPTION}",
        encoding="utf-8",
    )
    sums = (f"{hashlib.md5(file.read_bytes()).hexdigest()}  {file.relative_to(tree)}\n" for file in files)  # noqa: S324
    (control / "md5sums").write_text("".join(sums), encoding="utf-8")


def depends(folder: Path) -> list[str]:
    """Return the Debian packages that the program needs and does not contain; glibc with its least version."""
    binaries = [file for file in folder.rglob("*") if not file.is_symlink() and is_elf(file)]
    inside = {file.name for file in folder.rglob("*") if ".so" in file.name and "spare" not in file.parts}
    needed: set[str] = set()
    versions: set[tuple[int, ...]] = set()
    for binary in binaries:
        headers = asked("objdump", "-p", str(binary))
        needed |= libraries_in(headers)
        versions |= glibc_versions_in(headers)
    packages = {package_of(library) for library in needed - inside}
    glibc = ".".join(map(str, max(versions)))
    return [f"libc6 (>= {glibc})", *sorted((packages | READ) - {"libc6"})]


def is_elf(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"


def libraries_in(headers: str) -> set[str]:
    """Return the shared libraries that these headers (of `objdump -p`) need."""
    return set(re.findall(r"^\s+NEEDED\s+(\S+)$", headers, re.MULTILINE))


def glibc_versions_in(headers: str) -> set[tuple[int, ...]]:
    """Return the versions of glibc that these headers need."""
    return {tuple(map(int, found.split("."))) for found in re.findall(r"\bGLIBC_(\d[\d.]*)", headers)}


def package_of(library: str) -> str:
    """Return the Debian package that this machine's copy of the library is from."""
    found = re.search(rf"^\s*{re.escape(library)} .*=> (\S+)$", asked("/sbin/ldconfig", "-p"), re.MULTILINE)
    if found is None:
        sys.exit(f"The program needs {library}, but neither the package nor this machine has it. Install it here.")
    place = Path(found[1])
    for name in (str(place), str(place.resolve()), str(place).removeprefix("/usr"), f"/usr{place}"):
        done = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    sys.exit(f"{place} belongs to no Debian package, so the package cannot name it in Depends. Build on plain Debian.")


def asked(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr}")
    return done.stdout.strip()


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
