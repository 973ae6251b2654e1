"""Shrinks Qt's copy of ICU's data. Nearly all of its 32 MB are the words and sorting rules of 700 locales.

Qt uses ICU for two things, comparing and changing case by a locale's rules. GlyphStudio needs neither: `library.names`
sorts its names, and dates and numbers come from Qt's own tables. For a missing locale, ICU uses the rules of the root
locale, as for every locale that it does not know. The tables of character properties are inside libicuuc, not here.

The format is that of icupkg: a header, a table of contents sorted by name, then the items, each at a multiple of 16.
"""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path

KEPT = (
    "root.res", "en.res", "en_US.res", "pool.res", "res_index.res", "icuver.res", "icustd.res", "cnvalias.icu",
    "coll/root.res", "coll/res_index.res", "coll/pool.res", "coll/ucadata.icu", "brkitr/root.res",
    "brkitr/res_index.res", "brkitr/char.brk", "brkitr/word.brk", "brkitr/line.brk", "brkitr/sent.brk",
    "*.nrm", "uemoji.icu", "ulayout.icu",
    "numberingSystems.res", "supplementalData.res", "likelySubtags.res", "keyTypeData.res", "metadata.res",
    "timezoneTypes.res", "zoneinfo64.res", "metaZones.res", "windowsZones.res", "dayPeriods.res", "plurals.res",
)  # fmt: skip


def shrink(library: Path) -> None:
    """Replace libicudata.so.NN with a smaller one. Needs binutils. Does nothing if the file is already small."""
    symbol, data = _data_of(library)
    small = _packed(*_items_of(data))
    if len(small) * 2 > len(data):
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data").write_bytes(small)
        (Path(folder) / "data.s").write_text(
            f".section .rodata\n.globl {symbol}\n.type {symbol}, %object\n.size {symbol}, {len(small)}\n.balign 16\n"
            f'{symbol}:\n.incbin "data"\n.section .note.GNU-stack,"",%progbits\n'
        )
        _run(folder, "as", "data.s", "-o", "data.o")
        _run(folder, "ld", "-shared", "-soname", library.name, "-z", "noexecstack", "data.o", "-o", "small.so")
        mode = library.stat().st_mode
        library.unlink()  # the file may be a link to the installed one, which must not change
        library.write_bytes((Path(folder) / "small.so").read_bytes())
        library.chmod(mode)


def _data_of(library: Path) -> tuple[str, bytes]:
    """Return the library's only symbol, such as icudt73_dat, and its data."""
    table = _run(".", "objdump", "-T", str(library))
    found = re.search(r"^([0-9a-f]+) .* \.(\S+)\s+([0-9a-f]+)\s+(?:\S+\s+)?(icudt\d+_dat)$", table, re.MULTILINE)
    if found is None:
        raise SystemExit(f"packaging/icu.py does not know the format of {library}: it has no symbol icudtNN_dat.")
    address, section, size, symbol = int(found[1], 16), found[2], int(found[3], 16), found[4]
    headers = _run(".", "objdump", "-h", str(library))
    place = re.search(rf"^\s*\d+ \.{section}\s+\S+\s+([0-9a-f]+)\s+\S+\s+([0-9a-f]+)", headers, re.MULTILINE)
    assert place is not None  # noqa: S101 - the symbol is in this section
    offset = address - int(place[1], 16) + int(place[2], 16)
    data = library.read_bytes()
    return symbol, data[offset : offset + size] if size else data[offset:]


def _items_of(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return the header, and the items by name, such as b"icudt73l/root.res"."""
    length, magic = struct.unpack_from("<HH", data)
    if magic != 0x27DA or data[12:16] != b"CmnD":
        raise SystemExit("This is not ICU's common data; packaging/icu.py does not know it.")
    (count,) = struct.unpack_from("<I", data, length)
    table = [struct.unpack_from("<II", data, length + 4 + 8 * index) for index in range(count)]
    ends = [offset for _, offset in table[1:]] + [len(data) - length]
    items = []
    for (name, start), end in zip(table, ends, strict=True):
        at = length + name
        items.append((data[at : data.index(b"\0", at)], data[length + start : length + end]))
    return data[:length], items


def _packed(header: bytes, items: list[tuple[bytes, bytes]]) -> bytes:
    kept = [(name, item) for name, item in items if _is_kept(name.decode().split("/", 1)[1])]
    names = bytearray()
    places = []
    for name, _ in kept:
        places.append(4 + 8 * len(kept) + len(names))
        names += name + b"\0"
    start = 4 + 8 * len(kept) + len(names)
    padding = -(len(header) + start) % 16
    body = bytearray()
    table = bytearray(struct.pack("<I", len(kept)))
    for place, (_, item) in zip(places, kept, strict=True):
        table += struct.pack("<II", place, start + padding + len(body))
        body += item + bytes(-len(item) % 16)
    return header + bytes(table) + bytes(names) + bytes(padding) + bytes(body)


def _is_kept(name: str) -> bool:
    return any(fnmatch(name, rule) and rule.count("/") == name.count("/") for rule in KEPT)


def _run(folder: str, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr}")
    return done.stdout
