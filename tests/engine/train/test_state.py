"""A training's saved state: a damaged state, or one that does not fit, is refused with a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.runs.runs import STATE_FILE
from glyphstudio.engine.train.recipes import config_of
from glyphstudio.engine.train.training import Training
from glyphstudio.learners.encoders.encoder import EncoderShape
from tests.engine.making import equal, scrawls, steps_of, tiny_config


def test_without_a_state_there_is_nothing_to_resume(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(EngineError, match=r"no interrupted training in .* Leave out --resume"):
            Training.load(folder, tiny_config())


def test_other_settings_are_named(tmp_path: Path) -> None:
    Training(tiny_config()).save(tmp_path)
    with pytest.raises(EngineError, match=r"other settings \(rate, ways\)\. Give the same"):
        Training.load(tmp_path, tiny_config(ways=6, rate=1e-3))
    with pytest.raises(EngineError, match=r"other settings \(jitter\)"):
        Training.load(tmp_path, tiny_config(jitter=None))
    with pytest.raises(EngineError, match=r"other settings \(encoder\)"):
        Training.load(tmp_path, tiny_config(encoder=EncoderShape(16, (8, 16), 13)))


def test_a_state_of_an_earlier_version_is_resumed(tmp_path: Path) -> None:
    """It does not name the settings of later versions, and means what those versions did."""
    config = tiny_config(learner="maml", inner=equal(2))
    Training(config).save(tmp_path)
    tensors = load_file(tmp_path / STATE_FILE)
    with safe_open(tmp_path / STATE_FILE, "pt") as file:
        metadata = file.metadata()
    stored = json.loads(metadata["config"])
    del stored["least_ways"], stored["encoder"]["groups"]
    for name in ("vectors", "unit", "every_step"):
        del stored["inner"][name]
    save_file(tensors, tmp_path / STATE_FILE, {**metadata, "config": json.dumps(stored)})
    assert Training.load(tmp_path, config).step == 0
    older = config_of(stored | {"encoder": {**stored["encoder"], "size": 40}})
    assert (older.inner, older.least_ways) == (config.inner, 0)


def test_a_learner_without_an_inner_loop_is_resumed_whatever_the_settings_of_one(tmp_path: Path) -> None:
    """Their defaults have changed since earlier versions."""
    Training(tiny_config(inner=equal(3, 0.05, 10.0))).save(tmp_path)
    assert Training.load(tmp_path, tiny_config()).step == 0
    Training(tiny_config(learner="maml", inner=equal(3))).save(tmp_path)
    with pytest.raises(EngineError, match=r"other settings \(inner\)"):
        Training.load(tmp_path, tiny_config(learner="maml"))


def test_data_with_other_classes_gets_a_sentence(tmp_path: Path) -> None:
    config = tiny_config(learner="pretrained")
    Training(config, classes=24).save(tmp_path)
    with pytest.raises(EngineError, match=r"started on 24 classes, and there are 32\. Give the same data"):
        Training.load(tmp_path, config, classes=32)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("state")
    list(steps_of(Training(tiny_config(steps=2)), scrawls(3, 8, 5), scrawls(1, 20, 3), folder))
    return (folder / STATE_FILE).read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


def refused(folder: Path, data: bytes) -> str:
    (folder / STATE_FILE).write_bytes(data)
    with pytest.raises(EngineError) as caught:
        Training.load(folder, tiny_config(steps=2))
    return str(caught.value)


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_state_gets_a_sentence(state: bytes, folder: Path, share: float) -> None:
    assert refused(folder, state[: int(share * len(state))]).endswith("Start a new training in another folder.")


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200))
def test_arbitrary_bytes_as_a_state_get_a_sentence(folder: Path, data: bytes) -> None:
    assert "is damaged" in refused(folder, data)


def changed(folder: Path, state: bytes, change: Any) -> str:
    path = folder / STATE_FILE
    path.write_bytes(state)
    tensors = load_file(path)
    with safe_open(path, "pt") as file:
        metadata = dict(file.metadata())
    change(tensors, metadata)
    save_file(tensors, path, metadata)
    with pytest.raises(EngineError) as caught:
        Training.load(folder, tiny_config(steps=2))
    return str(caught.value)


WEIGHT = "learner.encoder.head.weight"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tensors, metadata: tensors.pop(WEIGHT), f"'{WEIGHT}' is missing"),
        (lambda tensors, metadata: tensors.update({WEIGHT: torch.zeros(2, 2)}), f"'{WEIGHT}' is missing"),
        (lambda tensors, metadata: tensors.pop("optimizer.0.exp_avg"), "'optimizer.0.exp_avg' is missing"),
        (lambda tensors, metadata: tensors.update({"optimizer": torch.zeros(1)}), "'optimizer' is missing or not"),
        (lambda tensors, metadata: tensors.update({"optimizer.99.step": torch.zeros(())}), "'optimizer.99.step' is"),
        (lambda tensors, metadata: metadata.update(step="3"), "step 3 of 2"),
        (lambda tensors, metadata: metadata.update(step="-1"), "step -1 of 2"),
        (lambda tensors, metadata: metadata.update(step="soon"), "is damaged"),
        (lambda tensors, metadata: metadata.pop("step"), "is damaged"),
        (lambda tensors, metadata: metadata.pop("config"), "is damaged"),
        (lambda tensors, metadata: metadata.pop("validated"), "is damaged"),
        (lambda tensors, metadata: metadata.update(validated="3"), "validated at step 3 of 2"),
        (lambda tensors, metadata: metadata.pop("classes"), "is damaged"),
        (lambda tensors, metadata: metadata.pop("best step"), "'best.encoder.blocks.0.weight' is missing or not"),
        (lambda tensors, metadata: metadata.pop("best accuracy"), "is damaged"),
        (lambda tensors, metadata: metadata.update({"best step": "3"}), "best at step 3 of 2"),
        (lambda tensors, metadata: tensors.pop("best.encoder.head.weight"), "'best.encoder.head.weight' is missing"),
        (lambda tensors, metadata: metadata.update(config="[]"), "is damaged"),
        (lambda tensors, metadata: metadata.update(config="{" * 100_000), "is damaged"),
        (lambda tensors, metadata: metadata.update(format="other"), "not the state of a training by this version"),
        (lambda tensors, metadata: metadata.clear(), "not the state of a training by this version"),
    ],
)
def test_a_state_with_anything_missing_or_added_gets_a_sentence(
    state: bytes, folder: Path, change: Any, said: str
) -> None:
    message = changed(folder, state, change)
    assert said in message
    assert message.endswith("Start a new training in another folder.")
