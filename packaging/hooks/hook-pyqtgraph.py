"""Only what ui.plot imports, and the widget templates that pyqtgraph imports by a name which it makes up."""

from PyInstaller.utils.hooks import collect_submodules

hiddenimports = [
    name
    for part in ("graphicsItems", "imageview", "canvas")
    for name in collect_submodules(f"pyqtgraph.{part}")
    if name.endswith("Template_generic")
]
