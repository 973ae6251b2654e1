"""Where the packaged program begins."""

import ctypes
import sys
from pathlib import Path


def load_spare_libraries() -> None:
    """Qt links OpenGL's libraries, which come with the graphics driver. A machine without any can still show a window,
    since GlyphStudio paints without them: there the package's own are loaded first."""
    spare = Path(getattr(sys, "_MEIPASS", "")) / "spare"
    for name in ("libGLdispatch.so.0", "libEGL.so.1", "libOpenGL.so.0", "libGLX.so.0", "libGL.so.1"):
        try:
            ctypes.CDLL(name)
        except OSError:
            if (spare / name).exists():
                ctypes.CDLL(str(spare / name), mode=ctypes.RTLD_GLOBAL)


if __name__ == "__main__":
    if sys.platform == "linux":
        load_spare_libraries()
    from glyphstudio.__main__ import main

    main()
