"""The channels of a trace: which value of a point is which, and how long one step of X and of Y is.

A channel's `units` and its device's `resolution` give that length. The two axes may differ, so both are needed before
ink has a shape.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from glyphstudio.glyphs.ink import InkError
from glyphstudio.glyphs.inkml.document import Element

MAX_CHANNELS = 32
_EXTREME = 1e9  # a resolution beyond this, or below its inverse, is a mistake and is ignored

_INCH = 25.4
_MILLIMETRES = {  # by the Recommendation's names, and by those that programs write
    "m": 1000.0, "dm": 100.0, "cm": 10.0, "mm": 1.0, "um": 1e-3, "µm": 1e-3, "μm": 1e-3, "nm": 1e-6, "himetric": 0.01,
    "in": _INCH, "ft": 12 * _INCH, "pt": _INCH / 72, "pc": _INCH / 6, "pica": _INCH / 6, "twip": _INCH / 1440,
    "mil": _INCH / 1000, "emu": _INCH / 914_400, "px": _INCH / 96,
    "meter": 1000.0, "metre": 1000.0, "decimeter": 100.0, "decimetre": 100.0, "centimeter": 10.0, "centimetre": 10.0,
    "millimeter": 1.0, "millimetre": 1.0, "micrometer": 1e-3, "micrometre": 1e-3, "micron": 1e-3, "himetrics": 0.01,
    "inch": _INCH, "inche": _INCH, "foot": 12 * _INCH, "feet": 12 * _INCH, "point": _INCH / 72, "pixel": _INCH / 96,
    '"': _INCH,
}  # fmt: skip
_NO_LENGTH = {"px", "pixel"}  # their ratio to other units is known, their size on a screen is not
_OPEN = {"", "dev", "device", "unit", "none", "unknown", "n/a", "default", "logical"}  # says nothing about length
_PER_INCH = {"dpi", "lpi", "ppi", "cpi", "spi"}


@dataclass(frozen=True)
class Channel:
    """One declared channel. `top` is the largest value that the device reports, NaN if the file does not say."""

    name: str = ""
    sign: float = 1.0
    unit: str = ""
    top: float = math.nan
    counts: bool = False  # type="integer"


@dataclass(frozen=True)
class Format:
    """The channels of a point: the first `regular` ones are in every point, the others may be missing at its end."""

    channels: tuple[Channel, ...] = (Channel("X"), Channel("Y"), Channel("T"), Channel("F"))
    regular: int = 2
    declared: bool = False  # the default has X and Y only, but programs add a time, or a time and a force, undeclared

    def place(self, name: str) -> int:
        """Return the position of the channel in a point, or -1."""
        return next((index for index, channel in enumerate(self.channels) if channel.name == name), -1)


Resolutions = Mapping[str, tuple[float, str]]  # channel: value and unit, as the file has them


@dataclass(frozen=True)
class Steps:
    """How far one step of X and one of Y goes. `physical`: in millimetres; otherwise only their ratio is known."""

    x: float = 1.0
    y: float = 1.0
    physical: bool = False


def read_format(element: Element) -> Format:
    """Return the format that a traceFormat element declares; the default if it declares no channel."""
    regular = [child for child in element.children if child.tag == "channel"]
    for group in element.all("regularChannels"):
        regular += group.all("channel")
    optional = [channel for group in element.all("intermittentChannels") for channel in group.all("channel")]
    if len(regular) + len(optional) > MAX_CHANNELS:
        raise InkError(f"This InkML file declares more than {MAX_CHANNELS} channels.")
    if not regular + optional:
        return Format()
    return Format(tuple(_channel(child) for child in regular + optional), len(regular), declared=True)


def read_resolutions(source: Element) -> dict[str, tuple[float, str]]:
    """Return the `resolution` of each channel that an inkSource has one for."""
    found: dict[str, tuple[float, str]] = {}
    for child in source.inside():
        about = child.about
        if child.tag == "channelProperty" and about.get("name", "").strip().lower() == "resolution":
            value = _value(about.get("value", ""))
            if math.isfinite(value) and 1 / _EXTREME <= value <= _EXTREME:
                found[about.get("channel", "").strip().upper()] = value, about.get("units", "")
    return found


def steps(channels: Format, resolutions: Resolutions, whole: bool) -> Steps:
    """Return the steps of X and Y. `whole`: all values are whole numbers, so they may be a device's counts.

    A device with a resolution reports counts, and the channel's unit is only that of the property; but values with
    fractions are in the channel's unit already. An axis without any unit has the other's.

    Raises InkError if the file gives X and Y units that cannot be compared.
    """
    axes = [channels.channels[channels.place(name)] for name in "XY"]
    known = [_step(axis, resolutions, whole) for axis in axes]
    if known[0] is None or known[1] is None:
        x, y = known[0] or known[1] or (1.0, ""), known[1] or known[0] or (1.0, "")
    else:
        x, y = known[0], known[1]
    if x[1] != y[1]:
        first, second = (axis.unit or "no unit" for axis in axes)
        raise InkError(
            f"This InkML file measures X in “{first[:20]}” and Y in “{second[:20]}”, and GlyphStudio cannot compare "
            "the two. Export the drawing with one unit."
        )
    pixels = all(_singular(axis.unit) in _NO_LENGTH for axis in axes) and not resolutions
    return Steps(x[0], y[0], x[1] == "mm" and not pixels)


def _step(axis: Channel, resolutions: Resolutions, whole: bool) -> tuple[float, str] | None:
    """Return the length of a step and its unit: "mm" for all known units. None if the file says nothing."""
    unit = _singular(axis.unit)
    resolution = resolutions.get(axis.name)
    if resolution is not None and (unit in _OPEN or axis.counts or whole):
        value, measured = resolution
        length = _resolved(value, measured)
        if length is not None:
            return length, "mm"
        return (_MILLIMETRES[unit] / value, "mm") if unit in _MILLIMETRES else (1.0 / value, "a device's unit")
    if unit in _MILLIMETRES:
        return _MILLIMETRES[unit], "mm"
    return None if unit in _OPEN else (1.0, unit)


def _resolved(value: float, unit: str) -> float | None:
    """Return the millimetres of one step at a resolution such as 100 "1/cm"; None if its unit is no length."""
    word = re.sub(r"\s+", "", unit.lower())
    per = re.fullmatch(r"(?:\w*?1?/|\w+per|per)(.+?)(?:\^?-1)?|(.+?)\^?-1", word)
    if word in _PER_INCH:
        return _INCH / value
    if per:
        length = _MILLIMETRES.get(_singular(per[1] or per[2]))
        return None if length is None else length / value
    length = _MILLIMETRES.get(_singular(word))
    if length is None:
        return None
    # Without "1/" it is the length of a step, such as 0.01 mm; but no device has steps of 600 inches.
    return value * length if value * length <= 1.0 else length / value


def _singular(unit: str) -> str:
    word = unit.strip().lower()
    return word if word in _MILLIMETRES or word in _OPEN else word.removesuffix("s")


def _channel(element: Element) -> Channel:
    about = element.about
    backwards = about.get("orientation", "+ve").strip().lower() in ("-ve", "-")
    return Channel(
        about.get("name", "").strip().upper(),
        -1.0 if backwards else 1.0,
        about.get("units", "").strip().lower(),
        number(about.get("max", "")),
        about.get("type", "").strip().lower() == "integer",
    )


def _value(text: str) -> float:
    above, slash, below = text.partition("/")
    if not slash:
        return number(text)
    divisor = number(below)
    return number(above) / divisor if divisor else math.nan


def number(text: str) -> float:
    """Return the number in an attribute, NaN if there is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
