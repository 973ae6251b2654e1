"""The packaged program starts here."""

import contextlib
import ctypes
import sys
from pathlib import Path

# Libraries that Qt links and every desktop has; OpenGL's belong to the graphics driver. Each needs those before it.
SPARE = ("libxcb.so.1", "libGLdispatch.so.0", "libEGL.so.1", "libOpenGL.so.0", "libGLX.so.0", "libGL.so.1")


def load_spare_libraries() -> None:
    """Load the system's libraries, or the package's own if the system has none, before Qt needs them. A machine without
    them can still show a window over the network or draw offscreen, because GlyphStudio paints without OpenGL."""
    spare = Path(getattr(sys, "_MEIPASS", "")) / "spare"
    for name in SPARE:
        try:
            ctypes.CDLL(name)
        except OSError:
            with contextlib.suppress(OSError):  # Qt's own message says better what is missing
                ctypes.CDLL(str(spare / name), mode=ctypes.RTLD_GLOBAL)


if __name__ == "__main__":
    if sys.platform == "linux":
        load_spare_libraries()
    from glyphstudio.__main__ import main

    main()
