"""Keeps only what typer imports, without the old version inside. pydantic imports its parts by name."""

from PyInstaller.utils.hooks import collect_submodules, copy_metadata

hiddenimports = collect_submodules("pydantic", filter=lambda name: not name.startswith("pydantic.v1"))
datas = copy_metadata("pydantic")
