"""A run's settings survive `run.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.train.recipes import config_of
from tests.engine.making import tiny_config


def test_settings_are_the_same_after_json() -> None:
    config = tiny_config(learner="maml", rate=1.0, start="pretrained")
    for one in (config, replace(config, jitter=None)):
        assert config_of(json.loads(json.dumps(asdict(one)))) == one
        assert config_of(asdict(one)) == one


def test_settings_of_another_version_get_a_sentence() -> None:
    with pytest.raises(EngineError, match="unknown key 'warp'"):
        config_of({"learner": "protonet", "warp": 9})
    with pytest.raises(EngineError, match="'gone', which this GlyphStudio does not have"):
        config_of({"learner": "gone"})
