"""Weights: a saved file loads bit by bit, and a hostile file gets a sentence, never memory or a traceback."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pickle
import resource
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from glyphstudio.engine.calibration import older
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.weights.file import load_weights, save_weights
from glyphstudio.engine.weights.header import FORMAT
from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.learners.encoders.encoder import EncoderShape
from glyphstudio.learners.protonet import ProtoNet
from tests.engine.making import CALIBRATION, SMALL
from tests.patience import PATIENCE

HEAD = "encoder.head.weight"
FLAT = SMALL.channels[-1] * (SMALL.size // 4) ** 2  # numbers that the head sees
ROOT = Path(__file__).resolve().parents[3]


def learner() -> ProtoNet:
    torch.manual_seed(5)
    made = ProtoNet(SMALL).train()
    for _ in range(3):
        made.remember(torch.rand(6, 1, BITMAP_SIZE, BITMAP_SIZE))
    for parameter in made.parameters():
        parameter.data = parameter.data.half().float()  # the precision of a file
    return made.eval()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "good.safetensors"
    save_weights(path, learner(), CALIBRATION, {"seed": 5, "data": "scrawls"})
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


def test_saved_weights_load_unchanged(good: Path) -> None:
    loaded = load_weights(good)
    assert not loaded.learner.training
    assert loaded.calibration == CALIBRATION
    assert loaded.about == {"seed": 5, "data": "scrawls"}
    assert loaded.sha256 == hashlib.sha256(good.read_bytes()).hexdigest()
    support, queries = torch.rand(4, 1, BITMAP_SIZE, BITMAP_SIZE), torch.rand(7, 1, SMALL.size, SMALL.size)
    labels = torch.tensor([0, 1, 2, 0])
    with torch.no_grad():
        assert torch.equal(
            loaded.learner.adapt(support, labels).logits(queries), learner().adapt(support, labels).logits(queries)
        )


def test_saving_makes_the_folder_and_leaves_nothing_else(tmp_path: Path) -> None:
    save_weights(tmp_path / "deep" / "w", learner(), CALIBRATION, {})
    assert [item.name for item in (tmp_path / "deep").iterdir()] == ["w"]
    assert load_weights(tmp_path / "deep" / "w").about == {}


# Saving fails


def test_a_full_disk_keeps_the_old_weights(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(good.read_bytes())

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EngineError, match=r"The weights could not be saved as .*No space left.*Make room"):
        save_weights(path, learner(), CALIBRATION, {})
    assert path.read_bytes() == good.read_bytes()
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_a_file_in_the_way_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(EngineError, match="could not be saved"):
        save_weights(tmp_path / "file" / "w", learner(), CALIBRATION, {})


def test_weights_that_are_not_finite_are_not_saved(tmp_path: Path) -> None:
    broken = learner()
    with torch.no_grad():
        broken.get_parameter(HEAD)[0, 0] = torch.nan
    with pytest.raises(EngineError, match=rf"not finite \(tensor '{HEAD}'\).*lower learning rate"):
        save_weights(tmp_path / "w", broken, CALIBRATION, {})
    assert list(tmp_path.iterdir()) == []


# Hostile files


def refused(path: Path) -> str:
    with pytest.raises(EngineError) as caught:
        load_weights(path)
    message = str(caught.value)
    assert str(path) in message
    assert message.endswith(".")
    assert message.count(". ") >= 1, f"says what is wrong but not what to do: {message}"
    return message


def refused_bytes(folder: Path, data: bytes) -> str:
    path = folder / "bytes.safetensors"
    path.write_bytes(data)
    return refused(path)


def changed(folder: Path, good: Path, change: Any) -> str:
    tensors = load_file(good)
    with safe_open(good, "pt") as file:
        metadata = dict(file.metadata())
    change(tensors, metadata)
    path = folder / "changed.safetensors"
    save_file(tensors, path, metadata)
    return refused(path)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "is missing. If it came with GlyphStudio, install GlyphStudio again. Otherwise choose another" in refused(
        tmp_path / "none.safetensors"
    )


def test_a_folder_and_a_pipe(tmp_path: Path) -> None:
    assert "is not a file" in refused(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refused(tmp_path / "pipe")
    assert "cannot be read" in refused(tmp_path / "pipe" / "below")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_cut_short_at_any_byte(good: Path, folder: Path, data: st.DataObject) -> None:
    whole = good.read_bytes()
    refused_bytes(folder, whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_cut_short_in_the_header_and_by_one_byte(good: Path, folder: Path) -> None:
    whole = good.read_bytes()
    for end in (0, 1, 7, 8, 9, 100):
        assert "not a weights file, or is damaged" in refused_bytes(folder, whole[:end])
    assert "is damaged" in refused_bytes(folder, whole[:-1])
    assert "is damaged" in refused_bytes(folder, whole + b"\0")


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300))
def test_random_bytes(folder: Path, data: bytes) -> None:
    refused_bytes(folder, data)


@settings(max_examples=150, deadline=None)
@given(
    header=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4),
        lambda inside: (
            st.lists(inside, max_size=3)
            | st.dictionaries(st.sampled_from(["__metadata__", "format", "learner", "a"]), inside, max_size=3)
        ),
    )
)
def test_any_json_as_header(folder: Path, header: object) -> None:
    text = json.dumps(header).encode().ljust(2)
    refused_bytes(folder, struct.pack("<Q", len(text)) + text)


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(["format", "learner", "encoder", "renderer", "calibration", "about"]),
    value=st.none() | st.integers() | st.lists(st.integers(), max_size=2) | st.text(max_size=8),
)
def test_any_value_in_the_metadata(good: Path, folder: Path, name: str, value: object) -> None:
    header, body = parts(good)
    assert value != header["__metadata__"][name]
    header["__metadata__"][name] = value
    if name == "about" and isinstance(value, str) and value == "{}":
        return
    refused_bytes(folder, packed(header, body))


def parts(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def packed(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<Q", 1 << 63) + b"{}",
        struct.pack("<Q", 1 << 40) + b"{}" * 50,
        struct.pack("<Q", 50) + b"not json at all".ljust(50),
        struct.pack("<Q", 50) + b"\xff\xfe\xfa".ljust(50, b"\x80"),
        struct.pack("<Q", 100_000) + b"[" * 100_000,
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 4) + b"null",
        packed({"__metadata__": [1, 2]}),
        packed({"__metadata__": "text"}),
        packed({"__metadata__": {"format": FORMAT, "learner": ["protonet"]}}),
        pickle.dumps({"a": list(range(100))}),
        b"PK\x03\x04" + bytes(300),
        bytes(1000),
    ],
)
def test_files_that_are_not_safetensors(folder: Path, data: bytes) -> None:
    assert "is not a weights file, or is damaged" in refused_bytes(folder, data)


def test_a_pickle_is_never_unpacked(folder: Path, tmp_path: Path) -> None:
    trace = tmp_path / "unpickled"

    class Trap:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return (os.mkdir, (str(trace),))

    path = folder / "trap.pt"
    torch.save({HEAD: Trap()}, path)
    refused(path)
    path.write_bytes(pickle.dumps(Trap()))
    refused(path)
    assert not trace.exists()


def test_safetensors_of_another_program(folder: Path) -> None:
    path = folder / "other.safetensors"
    save_file({"a": torch.zeros(3)}, path)
    assert "not GlyphStudio weights" in refused(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t, m: m.update(format="glyphstudio-weights-9"), "not GlyphStudio weights"),
        (lambda t, m: m.update(learner="oracle"), "learner 'oracle'. This GlyphStudio has: protonet"),
        (lambda t, m: m.pop("learner"), "learner 'None'"),
        (lambda t, m: m.update(renderer="99"), "renderer version 99. This GlyphStudio uses version"),
        (lambda t, m: m.pop("renderer"), "renderer version None"),
        (lambda t, m: m.pop("encoder"), "'encoder'"),
        (lambda t, m: m.update(encoder="{"), "damaged header"),
        (lambda t, m: m.update(encoder="[" * 100_000), "damaged header"),
        (lambda t, m: m.update(encoder='{"size": 40}'), "expected size, channels, embedding"),
        (lambda t, m: m.update(calibration="[]"), "expected temperature"),
        (lambda t, m: m.update(about="[]"), "not a table"),
        (lambda t, m: t.pop(HEAD), f"'{HEAD}' is missing or not expected"),
        (lambda t, m: t.update(more=torch.zeros(1)), "'more' is missing or not expected"),
        (
            lambda t, m: t.update({HEAD: t[HEAD].T.contiguous()}),
            f"is ({FLAT}, 16) torch.float16, expected (16, {FLAT})",
        ),
        (lambda t, m: t.update({HEAD: t[HEAD].double()}), "torch.float64, expected"),
        (lambda t, m: t.update({HEAD: t[HEAD].bfloat16()}), "torch.bfloat16, expected"),
        (lambda t, m: t[HEAD].view(-1)[3:4].fill_(torch.nan), f"not finite (tensor '{HEAD}')"),
        (lambda t, m: t["encoder.blocks.2.running_var"].fill_(torch.inf), "not finite (tensor 'encoder.blocks.2"),
    ],
)
def test_parts_that_do_not_fit_are_named(good: Path, folder: Path, change: Any, said: str) -> None:
    assert said in changed(folder, good, change)


def test_weights_of_another_learner_of_the_same_shape_are_not_mixed_up(good: Path, folder: Path) -> None:
    def swap(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
        tensors["encoder.blocks.0.weight"] = tensors["encoder.blocks.0.weight"].flip(0).reshape(4, 1, 9, 1)

    assert "'encoder.blocks.0.weight' is (4, 1, 9, 1)" in changed(folder, good, swap)


@pytest.mark.parametrize("name", ["temperature", "unknown", "second"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, "3", None, True, [1]])
def test_an_impossible_calibration(good: Path, folder: Path, name: str, value: object) -> None:
    def change(tensors: object, metadata: dict[str, str]) -> None:
        metadata["calibration"] = json.dumps({**json.loads(metadata["calibration"]), name: value})

    if value == -1.0 and name != "temperature":
        return  # strange, but usable
    assert "calibration" in changed(folder, good, change)


def test_a_calibration_of_an_earlier_version(good: Path, folder: Path) -> None:
    path = folder / "older.safetensors"
    with safe_open(good, "pt") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    shape = json.loads(metadata["encoder"])
    metadata["encoder"] = json.dumps({name: shape[name] for name in ("size", "channels", "embedding")})
    metadata["calibration"] = json.dumps({"temperature": 2.0, "threshold": 30.0, "midpoint": 40.0, "slope": 0.2})
    save_file(tensors, path, metadata)
    loaded = load_weights(path)
    assert loaded.calibration == older(2.0, 40.0, 0.2)
    assert loaded.learner.shape == SMALL


ABSURD = [
    {"size": SMALL.size, "channels": [1024] * 5, "embedding": 4096},
    {"size": SMALL.size, "channels": [1024], "embedding": 4096},
    {"size": SMALL.size, "channels": [10**9], "embedding": 16},
    {"size": SMALL.size, "channels": [4, 8], "embedding": 10**12},
    {"size": 10**6, "channels": [4, 8], "embedding": 16},
    {"size": 32, "channels": [4, 8], "embedding": 16},
    {"size": SMALL.size, "channels": [4] * 100_000, "embedding": 16},
    {"size": SMALL.size, "channels": [4] * 7, "embedding": 16},
    {"size": SMALL.size, "channels": [], "embedding": 16},
    {"size": SMALL.size, "channels": [0], "embedding": 16},
    {"size": SMALL.size, "channels": [-4, 8], "embedding": 16},
    {"size": SMALL.size, "channels": [4, 8], "embedding": 0},
    {"size": SMALL.size, "channels": [1e400, 8], "embedding": 16},
    {"size": SMALL.size, "channels": [4.5, 8], "embedding": 16},
    {"size": SMALL.size, "channels": ["4", 8], "embedding": 16},
    {"size": SMALL.size, "channels": "48", "embedding": 16},
    {"size": True, "channels": [4, 8], "embedding": 16},
    {"size": SMALL.size, "channels": [4, 8], "embedding": None},
]


def test_no_memory_is_taken_for_an_absurd_encoder(good: Path, tmp_path: Path) -> None:
    tensors = load_file(good)
    with safe_open(good, "pt") as file:
        metadata = dict(file.metadata())
    for number, shape in enumerate(ABSURD):
        save_file(tensors, tmp_path / f"{number:02}.safetensors", {**metadata, "encoder": json.dumps(shape)})
    script = """
import sys, resource
from pathlib import Path
from glyphstudio.engine.weights.file import load_weights
from glyphstudio.engine.errors import EngineError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        load_weights(path)
        print("loaded", path.name)
    except EngineError as error:
        assert len(str(error)) < 1000, len(str(error))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    (grown,) = done.stdout.split()  # nothing was loaded
    assert int(grown) < 20_000, "kilobytes"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0


def test_weights_for_bitmaps_of_another_size(folder: Path) -> None:
    shape = EncoderShape(SMALL.size // 2, (4, 8), 16)
    path = folder / "half.safetensors"
    save_weights(path, ProtoNet(shape), CALIBRATION, {})
    assert f"bitmaps are {shape.size} pixels wide, but this GlyphStudio uses {SMALL.size}" in refused(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.truncate(300 << 20)  # a sparse file that takes no space
    assert "larger than any weights" in refused(path)
