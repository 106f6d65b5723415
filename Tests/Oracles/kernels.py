"""Processors from the definition's formulas, in plain double precision, on whole signals of shape (frames, channels).

Everything is written to be compared with the page, not to be fast. Latency is compensated here by definition:
a lookahead reads the detector ahead of the audio.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

import filters

Value = float | np.ndarray  # one, or one a frame


def across(value: Value) -> Value:
    """A value a frame, to be multiplied with (frames, channels)."""
    return value[:, None] if isinstance(value, np.ndarray) and value.ndim == 1 else value


def pan_gains(p: Value, law: float) -> tuple[Value, Value]:
    """Left and right gain of a mono signal at place p under the pan law in dB."""
    if law == 0.0:
        return balance_gains(p)
    k = {-3.0: 1.0, -4.5: 1.495, -6.0: 2.0}[law]
    theta = (np.asarray(p) + 1) * math.pi / 4
    # cos(π/2) is 6e−17 in doubles where the formula says 0.
    cosine, sine = np.maximum(0.0, np.cos(theta)), np.maximum(0.0, np.sin(theta))
    return np.where(np.equal(p, 1), 0.0, cosine**k), np.where(np.equal(p, -1), 0.0, sine**k)


def balance_gains(p: Value) -> tuple[Value, Value]:
    """min(1, 1−p), min(1, 1+p): stereo balance and the `0 dB` law."""
    return np.minimum(1.0, 1.0 - p), np.minimum(1.0, 1.0 + p)


def pan_mono(x: np.ndarray, p: Value, law: float) -> np.ndarray:
    """(n, 1) → (n, 2)."""
    left, right = pan_gains(p, law)
    return np.column_stack([x[:, 0] * left, x[:, 0] * right])


def balance(x: np.ndarray, p: Value) -> np.ndarray:
    """(n, 2) → (n, 2)."""
    left, right = balance_gains(p)
    return np.column_stack([x[:, 0] * left, x[:, 1] * right])


def pan_stereo(x: np.ndarray, p: Value) -> np.ndarray:
    """`pan_mode: stereo`: each channel through the equal-power law at its own place."""
    left_place = np.where(np.greater(p, 0), -1 + 2 * p, -1.0)
    right_place = np.where(np.greater_equal(p, 0), 1.0, 1 + 2 * p)
    ll, lr = pan_gains(left_place, -3.0)
    rl, rr = pan_gains(right_place, -3.0)
    return np.column_stack([x[:, 0] * ll + x[:, 1] * rl, x[:, 0] * lr + x[:, 1] * rr])


def mid_side(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """M = (L+R)/2, S = (L−R)/2, each (n, 1)."""
    return (x[:, :1] + x[:, 1:]) / 2, (x[:, :1] - x[:, 1:]) / 2


def left_right(mid: np.ndarray, side: np.ndarray) -> np.ndarray:
    """L = M+S, R = M−S."""
    return np.hstack([mid + side, mid - side])


def width(x: np.ndarray, amount: Value, mono_below: float | None, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """The `width` processor: S scaled; below `mono_below` S removed by LR24 with M in phase.

    Returns wet and the dry that a `mix` under 100 % uses (the definition: the all-passed one).
    """
    mid, side = mid_side(x)
    dry = x
    if mono_below is not None:
        mid = filters.linkwitz_riley_all_pass(mid, mono_below, rate)
        side = filters.linkwitz_riley_high_pass(side, mono_below, rate)
        dry = filters.linkwitz_riley_all_pass(x, mono_below, rate)
    return left_right(mid, side * across(amount)), dry


def gain_computer(level: np.ndarray, threshold: Value, ratio: Value, knee: Value) -> np.ndarray:
    """The reduction in dB (≥ 0) asked for by levels in dB: the soft-knee static curve of the definition"""
    slope = 1 / ratio - 1
    over = level - threshold
    with np.errstate(invalid="ignore"):
        gain = np.where(2 * over > knee, slope * over, 0.0)
    if np.any(np.greater(knee, 0)):
        inside = (2 * over >= -knee) & (2 * over <= knee) & np.greater(knee, 0)
        wide = np.where(np.greater(knee, 0), knee, 1.0)
        gain = np.where(inside, slope * (np.where(inside, over, 0.0) + wide / 2) ** 2 / (2 * wide), gain)
    return -gain


def time_constant(tau: Value, rate: float) -> Value:
    """α = e^(−1/(τ fs)); an attack of 0 means 0."""
    if isinstance(tau, np.ndarray):
        return np.where(tau > 0, np.exp(-1 / (np.where(tau > 0, tau, 1.0) * rate)), 0.0)
    return math.exp(-1 / (tau * rate)) if tau > 0 else 0.0


def branching_detector(reduction: np.ndarray, attack: Value, release: Value, rate: float) -> np.ndarray:
    """y = α y + (1−α) r with α_A when r > y, else α_R."""
    rises = np.broadcast_to(time_constant(attack, rate), reduction.shape).tolist()
    falls = np.broadcast_to(time_constant(release, rate), reduction.shape).tolist()
    smoothed = np.empty_like(reduction)
    y = 0.0
    for n, (r, rise, fall) in enumerate(zip(reduction.tolist(), rises, falls)):
        alpha = rise if r > y else fall
        y = alpha * y + (1 - alpha) * r
        smoothed[n] = y
    return smoothed


def detected_level(key: np.ndarray, detector: str, rate: float) -> np.ndarray:
    """Level in dB of the linked channels: the larger, or its square through a 10 ms one-pole mean."""
    peak = np.max(np.abs(key), axis=1)
    with np.errstate(divide="ignore"):
        if detector == "peak":
            return 20 * np.log10(peak)
        alpha = time_constant(0.010, rate)
        return 10 * np.log10(filters.run((np.array([1 - alpha]), np.array([1.0, -alpha])), peak**2))


def compressor(
    x: np.ndarray,
    rate: float,
    threshold: Value = -18.0,
    ratio: Value = 2.0,
    knee: Value = 6.0,
    attack: Value = 0.010,
    release: Value = 0.120,
    makeup: Value | str = 0.0,
    detector: str = "peak",
    link: bool = True,
    lookahead: int = 0,
    range_: Value = math.inf,
    key: np.ndarray | None = None,
) -> np.ndarray:
    """The compressor of the definition; `lookahead` in frames, `range_` in dB, `makeup` in dB or `auto`, `key` the
    sidechain's signal. Values a frame run on the audio's time, also where the detector is ahead of it."""
    key = x if key is None else key
    if isinstance(makeup, str):
        static = gain_computer(np.array([0.0]), threshold, ratio, knee)
        makeup = np.minimum(static, range_) / 2
        makeup = float(makeup[0]) if len(makeup) == 1 else makeup
    if not link:
        assert key.shape == x.shape, "an unlinked key of other channels: nobody says what that means"
    groups = [slice(None)] if link else [slice(c, c + 1) for c in range(x.shape[1])]

    def ahead(value: Value) -> Value:
        return np.concatenate([np.full(lookahead, value[0]), value]) if isinstance(value, np.ndarray) else value

    out = np.empty_like(x)
    for channels in groups:
        # The audio leaves `lookahead` frames after the detector saw it; compensated, the detector is ahead.
        seen = key[:, channels]
        seen = np.concatenate([seen, np.zeros((lookahead, seen.shape[1]))])
        level = detected_level(seen, detector, rate)
        reduction = gain_computer(level, ahead(threshold), ahead(ratio), ahead(knee))
        smoothed = branching_detector(reduction, ahead(attack), ahead(release), rate)[lookahead:]
        gain = 10 ** ((makeup - np.minimum(smoothed, range_)) / 20)
        out[:, channels] = x[:, channels] * gain[:, None]
    return out


def later(x: np.ndarray, count: int) -> np.ndarray:
    """x[n − count] within the same length; a negative count is earlier."""
    out = np.zeros_like(x)
    if count >= 0:
        out[count:] = x[: max(0, len(x) - count)]
    else:
        out[:count] = x[-count:]
    return out


def delay(
    x: np.ndarray,
    time: int,
    feedback: float,
    ping_pong: bool = False,
    width_amount: Value = 1.0,
    loop_filter: Callable[[np.ndarray], np.ndarray] = lambda x: x,
) -> np.ndarray:
    """y = Σ (fb·F)^k x[n−(k+1)D], wet only; `ping_pong` sends (L+R)/2 left, right, left…"""
    entering = np.repeat((x[:, :1] + x[:, 1:]) / 2, 2, axis=1) if ping_pong else x
    y = np.zeros_like(x)
    k, echo = 0, entering
    while (k + 1) * time < len(x) and np.max(np.abs(echo)) > 1e-14:
        placed = later(echo, (k + 1) * time)
        if ping_pong:
            placed[:, (k + 1) % 2] = 0.0
        y += placed
        echo = loop_filter(echo) * feedback
        k += 1
    if x.shape[1] == 2 and not np.all(np.equal(width_amount, 1.0)):
        mid, side = mid_side(y)
        y = left_right(mid, side * across(width_amount))
    return y


def fade_in(count: int, curve: str) -> np.ndarray:
    """The gains of a fade-in over `count` frames, u = (i + 0.5)/n."""
    u = (np.arange(count) + 0.5) / count
    match curve:
        case "linear":
            return u
        case "equal_power":
            return np.sin(np.pi * u / 2)
        case "smooth":
            return (1 - np.cos(np.pi * u)) / 2
        case "exponential":
            return 10 ** (-3 * (1 - u))
    raise ValueError(curve)
