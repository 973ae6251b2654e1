"""Lists of what goes into the package and what stays out, for glyphstudio.spec and its hooks.

The package leaves out files that the program never loads. `GlyphStudio --self-test` proves that none of them is needed,
so add a feature that loads something new to the self-test too.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

from launch import SPARE

_READS_ITSELF = re.compile(r"^install_config_module\(|\b_overload(_method)?\b", re.MULTILINE)
Entry = tuple[str, str, str]  # path in the package, path now, PyInstaller's word for its kind

HIDDEN_IMPORTS = ["unittest.mock"]  # torch.utils imports it in a way that PyInstaller does not see

EXCLUDED_MODULES = [
    # Python
    "tkinter", "turtle", "idlelib", "lib2to3", "ensurepip", "readline", "curses", "test",
    # tools that some library would use if they were installed
    "_pytest", "pytest", "py", "hypothesis", "pluggy", "mypy", "setuptools", "pkg_resources", "pip", "IPython",
    "matplotlib",
    "scipy", "pandas", "h5py", "cupy", "numba", "OpenGL", "jinja2", "markupsafe", "networkx", "fsspec", "tensorboard",
    "pygments.lexers", "pygments.styles", "pydantic.v1",
    # Qt: QML, OpenGL, printing, tests
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuickWidgets", "PySide6.QtTest", "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets", "PySide6.QtPrintSupport", "PySide6.QtDesigner", "PySide6.QtUiTools", "PySide6.QtSql",
    "PySide6.QtSvgWidgets",
    "pyqtgraph.opengl", "pyqtgraph.examples", "pyqtgraph.jupyter", "pyqtgraph.console", "pyqtgraph.flowchart",
    # Pillow: formats that `glyphs.importing` does not read, fonts, colour profiles, screenshots
    "PIL._imagingft", "PIL._imagingcms", "PIL._imagingtk",
    # numpy
    "numpy.f2py", "numpy.distutils", "numpy.testing", "numpy.tests",
    # torch: its compiler's back end (compiled code has no second derivatives), its tests, its exporters
    "torch._inductor.codegen", "torch._inductor.kernel", "torch._inductor.fx_passes", "torch._inductor.lowering",
    "torch._inductor.compile_fx", "torch._inductor.scheduler", "torch._inductor.autoheuristic",
    "torch._inductor.ir", "torch._inductor.select_algorithm", "torch._inductor.codecache", "torch._vendor.quack",
    "torch.testing._internal.common_methods_invocations", "torch.testing._internal.opinfo",
    "torch.testing._internal.common_modules", "torch.ao.ns", "torch.utils.tensorboard", "torch.utils.benchmark",
    "torch.utils.cpp_extension", "torch.utils.hipify", "torch.distributed.debug",
    "torch.distributed.pipelining", "torch.distributed.checkpoint", "torch.utils.viz", "sympy.physics",
    "sympy.vector", "sympy.categories", "sympy.testing", "pydoc_data", "doctest", "pdb",
]  # fmt: skip

# Files, by their path in the package. On Windows the same rules apply to names that end in .dll and .pyd.
LEFT_OUT = [
    "torch/lib/libtorchbind_test*", "torch/lib/libaoti_custom_ops*", "torch/lib/libbackend_with_compiler*",
    "torch/lib/libjitbackend_test*", "torch/lib/*.a", "torch/lib/*.lib", "torch/test/*", "torch/include/*",
    "PySide6/Qt/translations/*", "PySide6/translations/*", "PySide6/Qt/qml/*", "PySide6/qml/*",
    # Platforms without a desktop. xcb, wayland and offscreen stay.
    "*plugins/platforms/*eglfs*", "*plugins/platforms/*linuxfb*", "*plugins/platforms/*vnc*",
    "*plugins/platforms/*vkkhr*", "*plugins/platforms/*minimal*", "*plugins/egldeviceintegrations/*",
    "*plugins/generic/*", "*plugins/networkinformation/*", "*plugins/tls/*", "*plugins/sqldrivers/*",
    "*plugins/printsupport/*", "*plugins/qmltooling/*", "*plugins/xcbglintegrations/*",
    "*plugins/platforminputcontexts/*virtualkeyboard*",
    "*plugins/platformthemes/*gtk3*",  # would need all of GTK; the desktop portal offers the same dialogs
    "*plugins/imageformats/*pdf*", "*plugins/imageformats/*tga*", "*plugins/imageformats/*wbmp*",
    "*plugins/imageformats/*icns*", "*plugins/imageformats/*tiff*",  # Pillow reads pictures
    "*opengl32sw*", "*d3dcompiler*",
    "pyqtgraph/icons/*", "pyqtgraph/colors/*",
    "markupsafe*", "pluggy*", "setuptools*",
    "*.dist-info/RECORD", "*.dist-info/licenses/*", "*.dist-info/sboms/*", "*.dist-info/LICENSE*",  # in licences/
    "libreadline*", "libtinfo*",
]  # fmt: skip


def own_modules(root: Path) -> list[str]:
    """Return all modules of GlyphStudio, because it imports some of them only when needed."""
    files = (root / "glyphstudio").rglob("*.py")
    names = {".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for file in files}
    return sorted(names)


def sources_needed() -> list[str]:
    """Return torch's modules that read their own source when they are imported."""
    found = [
        ".".join(file.relative_to(_torch().parent).with_suffix("").parts).removesuffix(".__init__")
        for file in _torch().rglob("*.py")
        if _READS_ITSELF.search(file.read_text(encoding="utf-8", errors="replace"))
    ]
    return sorted(name for name in found if "." in name and "testing" not in name and not _excluded(name))


def collection_modes() -> dict[str, str]:
    """Return how PyInstaller stores modules: in its archive, and a few also as source."""
    return {"torch": "pyz", **dict.fromkeys(sources_needed(), "pyz+py")}


def assets(root: Path) -> list[tuple[str, str]]:
    """Return where weights, recipes, samples and icons are, and their folder in the package."""
    return [(str(root / "assets"), "glyphstudio/assets")]


def metadata() -> list[tuple[str, str]]:
    """Return the metadata from which `importlib.metadata` tells the program the versions inside."""
    from PyInstaller.utils.hooks import copy_metadata

    return [
        entry
        for name in ("torch", "numpy", "pillow", "PySide6_Essentials", "pyqtgraph", "safetensors", "typer", "rich")
        for entry in copy_metadata(name)
    ]


def extra_binaries() -> list[tuple[str, str]]:
    """Return a small program without which torch cannot be imported."""
    manager = _torch() / "bin" / "torch_shm_manager"
    return [(str(manager), "torch/bin")] if manager.exists() else []


def spare_binaries() -> list[tuple[str, str]]:
    """Return the libraries for machines that lack them (packaging/launch.py)."""
    if sys.platform != "linux":
        return []
    from PyInstaller.depend.bindepend import resolve_library_path

    return [(path, "spare") for path in map(resolve_library_path, SPARE) if path]


def kept(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that are not left out."""
    return [entry for entry in entries if not any(fnmatch(entry[0].replace("\\", "/"), rule) for rule in LEFT_OUT)]


def without_orphans(entries: list[Entry], needs: Callable[[str], Iterable[str]]) -> list[Entry]:
    """Remove the system's and Qt's libraries that no remaining file needs.

    needs: returns the names of the libraries that the file at a path links to.
    """
    libraries = {Path(name).name: path for name, path, kind in entries if kind == "BINARY" and _is_shared(name)}
    wanted: set[str] = set()
    ahead = [
        path for name, path, kind in entries if kind in ("BINARY", "EXTENSION") and Path(name).name not in libraries
    ]
    while ahead:
        for library in [Path(need).name for need in needs(ahead.pop())]:
            if library in libraries and library not in wanted:
                wanted.add(library)
                ahead.append(libraries[library])
    gone = libraries.keys() - wanted  # by name, so links to them go too
    return [entry for entry in entries if Path(entry[0]).name not in gone]


def _is_shared(name: str) -> bool:
    """Return whether this library is there only because others need it. PyInstaller puts the system's at the top."""
    return (
        ("/" not in name or name.startswith("PySide6/Qt/lib/")) and ".so" in name and not name.startswith("libpython")
    )


def _excluded(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in EXCLUDED_MODULES)


def _torch() -> Path:
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        raise SystemExit("torch is not installed here. Run `make setup` first.")
    return Path(spec.origin).parent
