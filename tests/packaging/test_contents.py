"""The lists of what goes into the package and what stays out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import contents

ROOT = Path(__file__).resolve().parents[2]


def test_all_of_glyphstudio_goes_in() -> None:
    found = contents.own_modules(ROOT)
    assert "glyphstudio" in found and "glyphstudio.cli.check.self_test" in found
    for file in (ROOT / "glyphstudio" / "ui" / "plot").glob("[!_]*.py"):
        assert f"glyphstudio.ui.plot.{file.stem}" in found
    assert not any(contents._excluded(name) for name in found)


def test_a_start_imports_nothing_that_is_left_out() -> None:
    """Neither the command line with all its libraries nor the code that trains imports any of it."""
    code = (
        "import sys, glyphstudio.cli.app, glyphstudio.ui.window.window, glyphstudio.ui.plot.adaptation\n"
        "import glyphstudio.engine.train.training, torch\n"
        "torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])\n"
        "print('\\n'.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    stood_in = ("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets")  # packaging/stand_ins
    done_without = ("PIL._imagingft", "PySide6.QtTest")  # Pillow and pyqtgraph import them only if they exist
    loaded = [name for name in done.stdout.split() if contents._excluded(name)]
    assert set(loaded) <= {*stood_in, *done_without}


def test_files_are_left_out_by_their_place_on_every_system() -> None:
    entries = [
        ("torch/lib/libtorch_cpu.so", "/t/libtorch_cpu.so", "BINARY"),
        ("torch/lib/libtorchbind_test.so", "/t/libtorchbind_test.so", "BINARY"),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/q/libqxcb.so", "BINARY"),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", "/q/libqeglfs.so", "BINARY"),
        ("PySide6\\plugins\\tls\\qopensslbackend.dll", "C:/q/qopensslbackend.dll", "BINARY"),
        ("PySide6\\plugins\\platforms\\qwindows.dll", "C:/q/qwindows.dll", "BINARY"),
        ("PySide6/Qt/translations/qt_de.qm", "/q/qt_de.qm", "DATA"),
    ]
    kept = [Path(place.replace("\\", "/")).name for place, _, _ in contents.kept(entries)]
    assert kept == ["libtorch_cpu.so", "libqxcb.so", "qwindows.dll"]


def test_libraries_that_no_file_needs_are_removed() -> None:
    entries = [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/q/libqxcb.so", "BINARY"),
        ("PySide6/Qt/lib/libQt6Gui.so.6", "/q/libQt6Gui.so.6", "BINARY"),
        ("PySide6/Qt/lib/libQt6Qml.so.6", "/q/libQt6Qml.so.6", "BINARY"),
        ("libz.so.1", "/lib/libz.so.1", "BINARY"),
        ("libgtk-3.so.0", "/lib/libgtk-3.so.0", "BINARY"),
        ("libgdk-3.so.0", "/lib/libgdk-3.so.0", "BINARY"),
        ("libpython3.11.so.1.0", "/lib/libpython3.11.so.1.0", "BINARY"),
    ]
    needs = {
        "/q/libqxcb.so": ["libQt6Gui.so.6", "libc.so.6"],
        "/q/libQt6Gui.so.6": ["/lib/libz.so.1"],
        "/lib/libgtk-3.so.0": ["libgdk-3.so.0"],
    }
    kept = contents.without_orphans(entries, lambda path: needs.get(path, []))
    assert [place for place, _, _ in kept] == [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/lib/libQt6Gui.so.6",
        "libz.so.1",
        "libpython3.11.so.1.0",
    ]


def test_modules_that_read_their_own_source_are_kept_as_source() -> None:
    modes = contents.collection_modes()
    assert modes["torch"] == "pyz"
    assert modes["torch._dynamo.config"] == "pyz+py"  # install_config_module reads its comments
