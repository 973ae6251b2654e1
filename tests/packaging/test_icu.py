"""Shrinking ICU's data: the tables that stay are complete, and Qt sorts and changes case as before."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import icu
import PySide6
import pytest

HEADER = struct.pack("<HH8x4s16x", 32, 0x27DA, b"CmnD")
ITEMS = [
    (b"icudt73l/brkitr/word.brk", b"words"),
    (b"icudt73l/coll/de.res", b"German order" * 5),
    (b"icudt73l/de.res", b"German" * 9),
    (b"icudt73l/nfc.nrm", b"normal forms"),
    (b"icudt73l/root.res", bytes(range(100))),
]


def test_kept_items_are_read_back_unchanged() -> None:
    whole = icu._packed(HEADER, ITEMS)
    header, found = icu._items_of(whole)
    assert header == HEADER
    assert [name for name, _ in found] == [b"icudt73l/brkitr/word.brk", b"icudt73l/nfc.nrm", b"icudt73l/root.res"]
    kept = dict(ITEMS)
    assert all(item[: len(kept[name])] == kept[name] for name, item in found)


def test_every_item_lies_at_a_multiple_of_sixteen() -> None:
    whole = icu._packed(HEADER, ITEMS)
    (count,) = struct.unpack_from("<I", whole, len(HEADER))
    places = [struct.unpack_from("<II", whole, len(HEADER) + 4 + 8 * index)[1] for index in range(count)]
    assert all((len(HEADER) + place) % 16 == 0 for place in places)


def test_a_rule_for_the_top_does_not_keep_a_folders_files() -> None:
    assert icu._is_kept("root.res") and icu._is_kept("coll/root.res")
    assert not icu._is_kept("zone/root.res") and not icu._is_kept("coll/nfc.nrm")


def test_other_data_is_refused() -> None:
    with pytest.raises(SystemExit, match="not ICU's common data"):
        icu._items_of(b"\0" * 64)


def test_qt_sorts_with_the_small_data(tmp_path: Path) -> None:
    """Use the real library, shrunk, instead of the installed one."""
    if sys.platform != "linux" or not all(shutil.which(tool) for tool in ("as", "ld", "objdump")):
        pytest.skip("The build shrinks ICU's data only on Linux, with binutils.")
    (installed,) = (Path(PySide6.__file__).parent / "Qt" / "lib").glob("libicudata.so.*")
    small = tmp_path / installed.name
    shutil.copy(installed, small)
    icu.shrink(small)
    assert small.stat().st_size < 4_000_000
    again = small.read_bytes()
    icu.shrink(small)
    assert small.read_bytes() == again, "a library that was already small has changed"
    code = (
        "from PySide6.QtCore import QCollator, QLocale\n"
        "order = QCollator(QLocale('en'))\n"
        "assert order.compare('a', 'B') < 0 < order.compare('ä', 'a'), 'no order'\n"
        "assert QLocale('tr').toUpper('ß') == 'SS', QLocale('tr').toUpper('ß')\n"
        "assert QCollator(QLocale('sv')).compare('z', 'a') > 0\n"
        "import os; print(next(l.split()[-1] for l in open('/proc/self/maps') if 'libicudata' in l))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "LD_PRELOAD": str(small)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(small), "Qt used another library"
