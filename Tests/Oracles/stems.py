"""Generated material: stems for the residual checks, and whole little mixes for the loudness checks.

Fixed seeds throughout, so that a failure can be met again.
"""

from __future__ import annotations

import numpy as np
from scipy import signal


def noise(seed: int, frames: int, channels: int = 1, peak: float = 0.5) -> np.ndarray:
    """White noise, uniform, (frames, channels)."""
    return np.random.default_rng(seed).uniform(-peak, peak, (frames, channels))


def coloured(seed: int, frames: int, rate: int, low: float, high: float, channels: int = 1) -> np.ndarray:
    """Noise in a band, peak 1."""
    sections = signal.butter(2, [low, high], "bandpass", fs=rate, output="sos")
    x = signal.sosfilt(sections, noise(seed, frames, channels, 1.0), axis=0)
    return x / np.max(np.abs(x))


def tone(frames: int, rate: int, frequency: float, phase: float = 0.0) -> np.ndarray:
    """A sine of amplitude 1, (frames, 1)."""
    return np.sin(2 * np.pi * frequency * np.arange(frames) / rate + phase)[:, None]


def music(seed: int, frames: int, rate: int, channels: int = 1, peak: float = 0.7) -> np.ndarray:
    """Notes with decays, hits and pauses: dynamics for a compressor to work on, (frames, channels)."""
    random = np.random.default_rng(seed)
    out = np.zeros((frames, channels))
    position = 0
    while position < frames:
        count = min(int(rate * random.uniform(0.08, 0.5)), frames - position)
        time = np.arange(count) / rate
        envelope = np.exp(-time / random.uniform(0.03, 0.4)) * np.minimum(1, time / 0.002)
        pitch = 55.0 * 2 ** (random.integers(0, 60) / 12)
        note = sum(np.sin(2 * np.pi * pitch * h * time + random.uniform(0, 6.28)) / h for h in (1, 2, 3, 5))
        note = note + random.normal(0, 0.3, count) * np.exp(-time / 0.02)
        places = random.uniform(0.3, 1.0, channels)
        out[position : position + count] += (note * envelope * 10 ** (random.uniform(-18, 0) / 20))[:, None] * places
        position += int(count * random.uniform(0.4, 1.3)) + 1
    return out / np.max(np.abs(out)) * peak


def reverberant(seed: int, x: np.ndarray, rate: int, seconds: float, amount: float) -> np.ndarray:
    """`x` (mono) with a decorrelated stereo tail of shaped noise, (frames, 2)."""
    count = int(seconds * rate)
    tail = noise(seed, count, 2, 1.0) * np.exp(-6.9 * np.arange(count) / count)[:, None]
    wet = np.column_stack([signal.oaconvolve(x[:, 0], tail[:, c])[: len(x)] for c in range(2)])
    return x + wet / np.max(np.abs(wet)) * amount * np.max(np.abs(x))


def loudness_mixes(rate: int, seconds: float = 16.0) -> dict[str, np.ndarray]:
    """Twelve mixes as unlike each other as programme gets, stereo, by name."""
    n = int(seconds * rate)
    time = np.arange(n) / rate
    random = np.random.default_rng(20)
    mixes: dict[str, np.ndarray] = {}

    chord = sum(tone(n, rate, f, f) for f in (220.0, 277.18, 329.63, 440.0, 554.37))
    mixes["tonal"] = np.hstack([chord, np.roll(chord, 37)]) / 8

    hits = np.zeros((n, 2))
    for k in range(int(seconds * 4)):
        at = int(k * rate / 4)
        count = min(rate // 5, n - at)
        t = np.arange(count) / rate
        body = np.sin(2 * np.pi * 55 * t + 12 * (1 - np.exp(-t / 0.03))) * np.exp(-t / 0.08)
        snare = random.normal(0, 0.4, count) * np.exp(-t / 0.04) * (k % 2)
        hits[at : at + count] += (body + snare)[:, None] * [0.8, 0.75]
    mixes["percussive"] = hits / np.max(np.abs(hits)) * 0.9

    pink = coloured(21, n, rate, 40, 12000, 2)
    mixes["dense_noise"] = np.tanh(3 * pink) * 0.6

    mixes["quiet"] = music(22, n, rate, 2, peak=10 ** (-38 / 20))

    bass = tone(n, rate, 41.2) * (1 + 0.4 * np.sin(2 * np.pi * 1.5 * time))[:, None] + 0.4 * tone(n, rate, 82.4)
    mixes["bassy"] = np.hstack([bass, bass]) / np.max(np.abs(bass)) * 0.8 + 0.02 * music(23, n, rate, 2)

    left, right = music(24, n, rate), music(25, n, rate)
    mixes["wide"] = np.hstack([left - 0.5 * right, right - 0.5 * left]) * 0.7

    clicks = np.zeros((n, 2))
    clicks[rate // 3 :: rate // 3] = 0.95
    clicks[rate // 3 + 1 :: rate // 3] = -0.95  # neighbours of opposite sign peak between the samples
    mixes["transient"] = clicks + 0.05 * music(26, n, rate, 2)

    mixes["dynamic"] = music(27, n, rate, 2) * np.where(time % 8 < 4, 0.06, 0.9)[:, None]
    mixes["reverberant"] = reverberant(28, music(29, n, rate), rate, 1.8, 0.6) * 0.6
    mixes["bright"] = np.tile(coloured(30, n, rate, 7000, 19000), 2) * 0.7 + 0.1 * music(31, n, rate, 2)
    mixes["one_sided"] = music(32, n, rate) * [0.9, 0.1]
    loud = np.clip(4 * music(33, n, rate, 2) + 0.3 * pink, -1, 1)
    mixes["clipped"] = loud * 0.98
    mixes["high_tone"] = np.tile(tone(n, rate, rate / 4, np.pi / 4) * 0.7, 2) + 0.1 * music(34, n, rate, 2)
    return mixes
