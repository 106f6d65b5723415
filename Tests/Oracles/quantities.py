"""docs/format.md's values as the oracles need them: text to numbers, with no guessing.

Sessions are read with PyYAML's BaseLoader, so every scalar is still text here.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"


def load(text: str) -> dict[str, Any]:
    """A session as nested dictionaries of text."""
    return yaml.load(text, Loader=yaml.BaseLoader)


def _split(text: str) -> tuple[float, str]:
    match = re.fullmatch(rf"\s*({_NUMBER}|[+-]?inf)\s*(.*?)\s*", text.replace("−", "-"))
    if not match:
        raise ValueError(f"not a quantity: {text!r}")
    return float(match[1]), match[2]


def level(text: str) -> float:
    """`-4 dB`, `-4`, `-inf dB` → decibels."""
    value, unit = _split(text)
    assert unit in ("", "dB"), text
    return value


def frequency(text: str) -> float:
    """`80`, `80 Hz`, `3.5 kHz` → hertz."""
    value, unit = _split(text)
    return value * {"": 1.0, "Hz": 1.0, "kHz": 1000.0}[unit]


def seconds(text: str, rate: float, tempo: float | None = None) -> float:
    """A duration → seconds; musical ones follow a constant `tempo` in quarter notes a minute (meter 4/4)."""
    note = re.fullmatch(r"(\d+)/(\d+)([dt]?)", text.strip())
    if note:
        assert tempo, "a musical time needs a tempo"
        quarters = 4.0 * int(note[1]) / int(note[2]) * {"": 1.0, "d": 1.5, "t": 2.0 / 3.0}[note[3]]
        return quarters * 60.0 / tempo
    value, unit = _split(text)
    if unit == "samples":
        return value / rate
    if unit in ("beat", "beats", "bar", "bars"):
        assert tempo
        return value * (4.0 if unit.startswith("bar") else 1.0) * 60.0 / tempo
    if unit == "" and value != 0:
        raise ValueError(f"a bare time: {text!r}")
    return value * {"": 1.0, "ms": 0.001, "s": 1.0}[unit]


def frames(text: str, rate: float, tempo: float | None = None) -> int:
    """A time → frames, half up."""
    samples = re.fullmatch(rf"\s*({_NUMBER})\s*samples\s*", text)
    exact = float(samples[1]) if samples else seconds(text, rate, tempo) * rate
    return math.floor(exact + 0.5)


def ratio(text: str) -> float:
    """`3`, `3:1`, `inf:1`."""
    return float(text.split(":")[0])


def percent(text: str) -> float:
    """`35 %` → 0.35."""
    value, unit = _split(text)
    assert unit in ("", "%"), text
    return value / 100.0


def pan(text: str) -> float:
    """`C`, `L30`, `R100`, `-30` → −1…1."""
    text = text.strip()
    if text == "C":
        return 0.0
    if text[0] in "LR":
        return float(text[1:]) / 100.0 * (-1.0 if text[0] == "L" else 1.0)
    return float(text) / 100.0


def boolean(text: str) -> bool:
    """`true` and `false` only."""
    return {"true": True, "false": False}[text]
