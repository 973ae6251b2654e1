"""Keeps only what ui.plot imports, and the widget templates that pyqtgraph imports by computed names."""

from PyInstaller.utils.hooks import collect_submodules

hiddenimports = [
    name
    for part in ("graphicsItems", "imageview", "canvas")
    for name in collect_submodules(f"pyqtgraph.{part}")
    if name.endswith("Template_generic")
]
