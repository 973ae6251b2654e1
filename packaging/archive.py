"""Packs the built folder for Linux: GlyphStudio-VERSION-linux-MACHINE.tar.zst, the same bytes for the same folder.

.venv/bin/python packaging/archive.py FOLDER OUT    needs tar and zstd; two minutes on two cores
"""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

from build import say, version

SEEN_AT_ONCE = 27  # two to this power bytes, the most that `zstd -d` takes without being told
_SAME_FOR_ALL = ("--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=2026-01-01", "--mode=u+w,go=rX")


def pack(folder: Path, out: Path, level: int = 17) -> Path:
    """The archive, in `out`. level: zstd's, 1 to 19. Of 559 MB, 9 makes 174 in 7 s, 17 makes 163 in 150 s."""
    archive = out / f"GlyphStudio-{version()}-linux-{platform.machine()}.tar.zst"
    packer = f"zstd -q -T0 -{level} --long={SEEN_AT_ONCE}"
    command = ["tar", *_SAME_FOR_ALL, f"--use-compress-program={packer}", "-cf", str(archive), "-C", str(folder.parent)]
    if subprocess.run([*command, folder.name], check=False).returncode:
        sys.exit(f"{archive} could not be packed; tar's message is above. It needs tar and zstd.")
    say(f"{archive} has {archive.stat().st_size / 1e6:.1f} MB.")
    return archive


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]))
