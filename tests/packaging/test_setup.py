"""The pins, and the setup script with everything that it would install replaced by a recorder."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import system_libraries
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PINS = ROOT / "packaging" / "constraints.txt"
CUDA_REPORT = '{"install": [{"metadata": {"requires_dist": ["nvidia-cudnn-cu13==9.20; marker"]}}]}'
CPU_REPORT = '{"install": [{"metadata": {"requires_dist": ["filelock", "sympy>=1.13.3"]}}]}'
TORCH = next(line for line in PINS.read_text().splitlines() if line.startswith("torch=="))


def script(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def test_every_requirement_is_pinned_to_a_version_it_accepts() -> None:
    lines = [line for line in PINS.read_text().splitlines() if line and not line.startswith("#")]
    pins = {}
    for line in lines:
        name, version = line.split("==")
        assert re.fullmatch(r"[0-9a-z.]+", version), f"{line}: not a plain version"
        pins[canonicalize_name(name)] = version
    assert len(pins) == len(lines), "a package is pinned twice"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["build-system"]["requires"],
    ]
    for requirement in map(Requirement, wanted):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement} has no pin"
        assert requirement.specifier.contains(pin), f"{requirement} does not accept its pin {pin}"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Copy the setup script to a folder with a space in its name; the .venv there only records the calls of pip."""
    if sys.platform != "linux":
        pytest.skip("setup chooses between builds of torch only on Linux")
    house = tmp_path / "a house"
    shutil.copytree(ROOT / "packaging", house / "packaging")
    (house / "pyproject.toml").write_text("[project]\n")
    (house / "report.json").write_text(CUDA_REPORT)
    script(
        house / ".venv/bin/python",
        """case "$*" in
           *--dry-run*) cat report.json ;;
           *system_libraries.py) echo "$MISSING" ;;
           "-c "*) exit 1 ;; # torch is not installed yet
           *install*) echo "$*" >>calls.txt; case "$*" in *"$REFUSED"*) exit 1 ;; esac ;;
        esac""",
    )
    script(house / "bin/nvidia-smi", "exit 9")
    return house


def set_up(house: Path, **env: str) -> subprocess.CompletedProcess[str]:
    path = f"{house / 'bin'}:{os.environ['PATH']}"
    env = {"REFUSED": "nothing", "MISSING": "", **os.environ, "PATH": path, **env}
    command = ["sh", str(house / "packaging/setup.sh")]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=PATIENCE)


def torch_calls(house: Path) -> list[str]:
    return [line for line in (house / "calls.txt").read_text().splitlines() if line.endswith(TORCH)]


def test_without_a_gpu_torch_comes_from_the_cpu_index(house: Path) -> None:
    assert set_up(house).returncode == 0
    (call,) = torch_calls(house)
    assert "--index-url https://download.pytorch.org/whl/cpu" in call


def test_without_a_gpu_a_cpu_build_that_pip_finds_itself_is_taken(house: Path) -> None:
    (house / "report.json").write_text(CPU_REPORT)
    assert set_up(house).returncode == 0
    (call,) = torch_calls(house)
    assert "--index-url" not in call


def test_with_a_gpu_torch_is_the_default_build(house: Path) -> None:
    script(house / "bin/nvidia-smi", "echo 'GPU 0: NVIDIA H200'")
    assert set_up(house).returncode == 0
    (call,) = torch_calls(house)
    assert "--index-url" not in call


def test_a_silent_cpu_index_leads_to_the_default_build(house: Path) -> None:
    done = set_up(house, REFUSED="--index-url")
    assert done.returncode == 0
    assert "several GB" in done.stderr
    assert ["--index-url" in call for call in torch_calls(house)] == [True, False]


def test_nothing_is_done_twice_and_a_changed_pin_is_noticed(house: Path) -> None:
    set_up(house)
    first = (house / "calls.txt").read_text()
    again = set_up(house)
    assert (again.returncode, again.stderr) == (0, "")
    assert (house / "calls.txt").read_text() == first
    with (house / "packaging/constraints.txt").open("a") as pins:
        pins.write("wheel==1.0\n")
    set_up(house)
    assert (house / "calls.txt").read_text() != first


def test_a_failed_installation_is_reported_and_tried_again(house: Path) -> None:
    failed = set_up(house, REFUSED="-r ")
    assert failed.returncode == 1
    assert "Check the network, then run make again." in failed.stderr
    assert set_up(house).returncode == 0


def test_an_old_python_gets_a_sentence(house: Path) -> None:
    shutil.rmtree(house / ".venv")
    script(house / "bin/oldpython", """case "$*" in *exit*) exit 1 ;; *) echo 3.9.2 ;; esac""")
    done = set_up(house, PYTHON="oldpython")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer, but oldpython is: 3.9.2." in done.stderr
    assert not (house / ".venv").exists()


def test_other_users_than_root_are_told_about_missing_packages_each_time(house: Path) -> None:
    script(house / "bin/id", "echo 1000")
    for _ in range(2):
        done = set_up(house, MISSING="libegl1 libgl1")
        assert done.returncode == 0
        assert "Please run: sudo apt-get install libegl1 libgl1 " in done.stderr
    assert "sudo" not in set_up(house).stderr


def test_root_gets_missing_packages_even_without_package_lists(house: Path) -> None:
    script(house / "bin/id", "echo 0")
    script(
        house / "bin/apt-get",
        """echo "$*" >>apt.txt
        case "$*" in *update*) touch lists ;; *) test -e lists && touch installed ;; esac""",
    )
    set_up(house, MISSING="libegl1")
    assert (house / "installed").exists()
    asked = (house / "apt.txt").read_text().splitlines()
    assert [("install" in line, line.endswith("libegl1")) for line in asked] == [
        (True, True),
        (False, False),
        (True, True),
    ]


def test_missing_libraries_are_named_by_their_debian_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(
        tmp_path / "bin/ldd",
        r"""printf '\tlibEGL.so.1 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n\tlibnew.so.1 => not found\n'""",
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    (tmp_path / "QtGui.abi3.so").touch()
    monkeypatch.setattr(system_libraries, "FONT_FOLDERS", (str(tmp_path / "fonts"),))
    assert system_libraries.missing_packages(tmp_path) == ["fonts-dejavu-core", "libegl1", "libnew.so.1"]
    (tmp_path / "fonts/deep").mkdir(parents=True)
    (tmp_path / "fonts/deep/Any.TTF").touch()
    assert system_libraries.missing_packages(tmp_path) == ["libegl1", "libnew.so.1"]
