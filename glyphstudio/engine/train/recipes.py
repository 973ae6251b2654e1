"""Recipes: a training's settings as a small TOML file. Those in `assets/recipes` made the shipped weights.

Keys are the fields of `TrainConfig`, and `[inner]`, `[jitter]` and `[encoder]` are its tables. Missing keys keep their
values in `TrainConfig`.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glyphstudio.data.jitter import Jitter
from glyphstudio.engine.errors import EngineError
from glyphstudio.engine.train.config import TrainConfig
from glyphstudio.glyphs.render import BITMAP_SIZE
from glyphstudio.learners.catalogue import LEARNERS
from glyphstudio.learners.encoders.copies import MOST_COPIES
from glyphstudio.learners.encoders.encoder import BLOCKS, EncoderShape
from glyphstudio.learners.learner import OLDER_INNER, InnerLoop
from glyphstudio.resources import asset

_MAX_BYTES = 64 << 10
_TABLES: dict[str, type[Any]] = {"inner": InnerLoop, "jitter": Jitter, "encoder": EncoderShape}
_COUNTS = ("shots", "queries", "meta_batch", "alphabets", "steps", "save_every", "validate_every", "validation_tasks")
_RANGES: dict[str, tuple[float, float]] = {  # least and most
    "ways": (2, math.inf),
    "least_ways": (0, math.inf),
    **dict.fromkeys(_COUNTS, (1, math.inf)),
    **dict.fromkeys(("rate", "head_rate", "clip"), (1e-8, 1e4)),
    **dict.fromkeys(("within", "width", "weight_decay", "extra"), (0, 1)),
    **dict.fromkeys(("turn", "shear", "scale", "shift", "wave"), (0, 360)),
    "knots": (2, BITMAP_SIZE),
    "order": (1, 2),
    "channels": (1, 1024),
    "embedding": (1, 4096),
    "groups": (1, 1024),
    "vectors": (0, 1000),
    "copies": (1, MOST_COPIES),
    "seed": (0, 2**31 - 1),
}


def shipped_recipe(learner: str) -> Path:
    """Return the recipe of this learner's shipped weights. Raises EngineError if there is no such learner."""
    if learner not in LEARNERS:
        raise EngineError(f"There is no learner '{learner}'. Choose one of: {', '.join(LEARNERS)}.")
    return asset("recipes", f"{learner}.toml")


def load_recipe(path: Path) -> TrainConfig:
    """Load the settings in a recipe. Raises EngineError, whose sentence names what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise EngineError(f"{path} is larger than any recipe ({_MAX_BYTES >> 10} kB). Choose another file.")
        values = tomllib.loads(data.decode())
    except OSError as error:
        raise EngineError(
            f"The recipe {path} cannot be read ({error.strerror or error}). Choose another file."
        ) from error
    except (ValueError, RecursionError) as error:
        raise EngineError(f"{path} is not a recipe in TOML ({error}). Fix it, or choose another file.") from error
    config: TrainConfig = _fitted(TrainConfig, values, str(path), "")
    if config.learner not in LEARNERS:
        raise EngineError(
            f"{path} names the learner '{config.learner}', which does not exist. There are: {', '.join(LEARNERS)}. "
            "Fix the recipe."
        )
    shape = config.encoder
    if shape.blocks not in BLOCKS:
        raise EngineError(f"'blocks' in [encoder] of {path} must be one of: {', '.join(BLOCKS)}. Fix the recipe.")
    if shape.size != BITMAP_SIZE or shape.problem:
        problem = shape.problem or f"bitmaps are {BITMAP_SIZE} x {BITMAP_SIZE} pixels"
        raise EngineError(f"[encoder] of {path} does not fit: {problem}. Fix the recipe.")
    return config


def config_of(values: Mapping[str, Any]) -> TrainConfig:
    """Return the settings of a run from `dataclasses.asdict`, possibly changed by JSON. Raises EngineError."""
    given = dict(values)
    if isinstance(given.get("inner"), Mapping):
        given["inner"] = {**OLDER_INNER, **given["inner"]}
    still = "jitter" in given and given["jitter"] is None
    if still:
        del given["jitter"]
    try:
        config: TrainConfig = _fitted(TrainConfig, given, "the run's settings", "")
    except EngineError as error:
        raise EngineError(f"{str(error).removesuffix(' Fix the recipe.')} Train again with other settings.") from error
    if config.learner not in LEARNERS:
        raise EngineError(
            f"The run's learner is '{config.learner}', which this GlyphStudio does not have. Update GlyphStudio."
        )
    return dataclasses.replace(config, jitter=None) if still else config


def _fitted(kind: type[Any], values: dict[str, Any], path: str, table: str) -> Any:
    """Make an object of dataclass `kind` from a table of a recipe."""
    fields = {field.name: field for field in dataclasses.fields(kind)}
    where = f"[{table}] of {path}" if table else path
    if unknown := sorted(values.keys() - fields.keys()):
        raise EngineError(f"{where} has an unknown key '{unknown[0]}'. The keys are: {', '.join(sorted(fields))}.")
    default = kind()
    fitted: dict[str, Any] = {}
    for name, value in values.items():
        if not table and name in _TABLES:
            if not isinstance(value, dict):
                raise EngineError(f"'{name}' of {path} must be a table, [{name}]. Fix the recipe.")
            fitted[name] = _fitted(_TABLES[name], value, path, name)
        else:
            fitted[name] = _value(value, getattr(default, name), name, where)
            _check_range(fitted[name], name, where)
    return dataclasses.replace(default, **fitted)


def _value(value: Any, like: Any, name: str, where: str) -> Any:
    """Return `value`, if it has the type of `like`."""
    if isinstance(like, tuple) and isinstance(value, list | tuple) and all(type(item) is int for item in value):
        return tuple(value)
    if isinstance(like, float) and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if type(value) is type(like) and not isinstance(like, float):
        return value
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "text", tuple: "whole numbers"}
    raise EngineError(f"'{name}' in {where} must be {words.get(type(like), 'of another kind')}. Fix the recipe.")


def _check_range(value: Any, name: str, where: str) -> None:
    """Raises EngineError if the number, or one of several, is out of range."""
    if name not in _RANGES:
        return
    least, most = _RANGES[name]
    if not all(least <= number <= most for number in (value if isinstance(value, tuple) else (value,))):
        words = f"{least:g} or more" if most == math.inf else f"from {least:g} to {most:g}"
        raise EngineError(f"'{name}' in {where} must be {words}. Fix the recipe.")
