"""Automation lanes, a value a frame."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import quantities as q
from timeline import Timeline

CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "linear": lambda u: u,
    "smooth": lambda u: (1 - np.cos(np.pi * u)) / 2,
    "fast_start": lambda u: 1 - (1 - u) ** 2,
    "fast_end": lambda u: u**2,
}


def amplitude(level: float) -> float:
    """10^(dB/20); 0 for −inf."""
    return 10 ** (level / 20)


@dataclass(frozen=True)
class Kind:
    """What a parameter's text means, how it moves, what is applied in the end, and whether jumps are de-clicked."""

    read: Callable[[str], float]
    blend: Callable[[float, float, np.ndarray], np.ndarray]  # from, to, 0…1 → applied values
    apply: Callable[[float], float] = float
    ramped: bool = False  # a jump is a ramp of 5 ms, linear in what is applied
    exact: bool = True  # docs/format.md: exact per sample


def _linear(a: float, b: float, w: np.ndarray) -> np.ndarray:
    return a + (b - a) * w


def _level(a: float, b: float, w: np.ndarray) -> np.ndarray:
    if math.isinf(a) or math.isinf(b):
        return _linear(amplitude(a), amplitude(b), w)
    return 10 ** (_linear(a, b, w) / 20)


def _logarithmic(a: float, b: float, w: np.ndarray) -> np.ndarray:
    return a * (b / a) ** w if a > 0 and b > 0 else _linear(a, b, w)


def _ratio(a: float, b: float, w: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return 1 / _linear(1 / a, 1 / b, w)


def _mute(text: str) -> float:
    return 0.0 if q.boolean(text) else 1.0


LEVEL = Kind(q.level, _level, amplitude, ramped=True)
MAKEUP = Kind(q.level, _level, amplitude, ramped=True, exact=False)
PAN = Kind(q.pan, _linear, ramped=True)
PERCENT = Kind(q.percent, _linear, ramped=True)
MUTE = Kind(_mute, _linear, ramped=True)
DECIBELS = Kind(q.level, _linear, exact=False)
RATIO = Kind(q.ratio, _ratio, exact=False)


def time_kind(line: Timeline) -> Kind:
    """Attack and release: seconds, on a log scale."""
    return Kind(lambda text: float(line.steady(text)), _logarithmic, exact=False)


def evaluate(points: list[dict[str, Any]], static: str, kind: Kind, line: Timeline, count: int) -> np.ndarray:
    """The lane's applied value at each frame from time zero."""
    base = kind.read(static)
    held, before = base, 0  # the value of the point before and its frame
    out = np.full(count, kind.apply(base))
    assert len({"value" in point for point in points}) == 1, "one kind a lane"
    for index, point in enumerate(points):
        assert set(point) <= {"at", "value", "offset", "over", "curve"}, point
        place = line.position(point["at"])
        at = line.frame(place)
        assert at > before or index == 0, "points in order"
        value = kind.read(point["value"]) if "value" in point else base + q.level(point["offset"])
        blend, shape = kind.blend, CURVES[point.get("curve", "linear")]
        if "over" in point:
            length = at - line.frame(line.walk(place, point["over"], -1))
            assert 0 <= length <= at - before, "an over longer than the gap"
        elif "curve" in point:
            length = at - before
        else:
            length = min(math.floor(line.rate * 0.005 + 0.5), at - before) if kind.ramped else 0

            def blend(a: float, b: float, w: np.ndarray) -> np.ndarray:
                return _linear(kind.apply(a), kind.apply(b), w)

        u = np.arange(length) / max(1, length)
        first = at - length
        out[first:at] = blend(held, value, shape(u))[: max(0, count - first)]
        out[at:] = kind.apply(value)
        held, before = value, at
    return out
