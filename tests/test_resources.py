"""The assets are found in a checkout and in an installed package, and the wheel contains them all."""

import shutil
import subprocess
import sys
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from glyphstudio.resources import asset
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[1]


def load(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_in_a_checkout_assets_are_beside_the_package() -> None:
    assert asset("samples", "a.inkml") == ROOT / "assets" / "samples" / "a.inkml"


def test_an_installed_package_finds_its_assets_inside(tmp_path: Path) -> None:
    package = tmp_path / "glyphstudio"
    (package / "assets").mkdir(parents=True)
    shutil.copy(ROOT / "glyphstudio/resources.py", package)
    assert load(package / "resources.py").asset("icons") == package / "assets" / "icons"


def test_the_wheel_contains_every_asset(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE)
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    files = [file for file in (ROOT / "assets").rglob("*") if file.is_file()]
    assert files, "there are no assets"
    for file in files:
        assert f"glyphstudio/{file.relative_to(ROOT).as_posix()}" in inside
