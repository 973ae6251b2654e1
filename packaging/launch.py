"""Where the packaged program begins."""

import contextlib
import ctypes
import sys
from pathlib import Path

# What Qt links but every desktop has, OpenGL's as the graphics driver's own. Each needs those before it.
SPARE = ("libxcb.so.1", "libGLdispatch.so.0", "libEGL.so.1", "libOpenGL.so.0", "libGLX.so.0", "libGL.so.1")


def load_spare_libraries() -> None:
    """The system's where it has them. A machine without any can still show a window over the network or draw offscreen,
    since GlyphStudio paints without OpenGL: there the package's own are loaded, before Qt asks for them."""
    spare = Path(getattr(sys, "_MEIPASS", "")) / "spare"
    for name in SPARE:
        try:
            ctypes.CDLL(name)
        except OSError:
            with contextlib.suppress(OSError):  # Qt says better what is missing
                ctypes.CDLL(str(spare / name), mode=ctypes.RTLD_GLOBAL)


if __name__ == "__main__":
    if sys.platform == "linux":
        load_spare_libraries()
    from glyphstudio.__main__ import main

    main()
