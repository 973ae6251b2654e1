"""Measures how long a picture of 50 megapixels takes to read, and how much memory.

python tests/benchmarks/large_picture.py [--kind JPEG|PNG]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def make(path: Path, kind: str) -> None:
    import numpy as np
    from PIL import Image, ImageDraw

    rng = np.random.default_rng(1)
    image = Image.new("RGB", (8660, 5773), (240, 238, 230))
    draw = ImageDraw.Draw(image)
    draw.line((3000, 2000, 3600, 2700, 2900, 2800), fill=(30, 30, 60), width=40)
    grain = Image.fromarray(rng.integers(-6, 7, (578, 866, 1), dtype=np.int8).astype(np.uint8).repeat(3, 2))
    image.paste(Image.blend(image.crop((0, 0, 866, 578)), grain, 0.02), (0, 0))
    image.save(path, kind, quality=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", default="JPEG", choices=("JPEG", "PNG"))
    parser.add_argument("--read", type=Path)
    parser.add_argument("--make", type=Path)
    arguments = parser.parse_args()
    if arguments.make is not None:
        make(arguments.make, arguments.kind)
        return
    if arguments.read is None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "large"
            for what in ("--make", "--read"):  # each in a process of its own, for its own peak of memory
                subprocess.run([sys.executable, __file__, "--kind", arguments.kind, what, str(path)], check=True)
        return
    from glyphstudio.glyphs.importing import load_drawing

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    load_drawing(arguments.read)
    seconds = time.perf_counter() - started
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{arguments.kind}: {seconds:.2f} s, at most {most / 1024:.0f} MB, {before / 1024:.0f} MB of it before")


if __name__ == "__main__":
    main()
