"""A meter of our own: BS.1770 loudness, EBU Tech 3341/3342, and true peak by windowed-sinc oversampling.

Written from the definition and checked (self_check.py) against ffmpeg's `ebur128`, the tone cases and known sines.
"""

from __future__ import annotations

import math
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy import signal

SURROUND = 1.41


def k_weighting(rate: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """The two K-weighting sections at any rate."""
    f0, gain, quality = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = math.tan(math.pi * f0 / rate)
    high = 10 ** (gain / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / quality + k * k
    shelf = (
        np.array([high + band * k / quality + k * k, 2 * (k * k - high), high - band * k / quality + k * k]) / a0,
        np.array([1.0, 2 * (k * k - 1) / a0, (1 - k / quality + k * k) / a0]),
    )

    def high_pass(at: float) -> tuple[float, np.ndarray]:
        k = math.tan(math.pi * 38.13547087602444 / at)
        quality = 0.5003270373238773
        a0 = 1 + k / quality + k * k
        return a0, np.array([1.0, 2 * (k * k - 1) / a0, (1 - k / quality + k * k) / a0])

    a0_48, _ = high_pass(48_000)
    a0, a = high_pass(rate)
    return [shelf, (np.array([1.0, -2.0, 1.0]) * a0_48 / a0, a)]


def weights(channels: int) -> np.ndarray:
    """Channel weights in file order: 5.0 is L R C Ls Rs, 5.1 has the LFE (which does not count) fourth."""
    return {
        5: np.array([1, 1, 1, SURROUND, SURROUND]),
        6: np.array([1, 1, 1, 0, SURROUND, SURROUND]),
    }.get(channels, np.ones(channels))


def energies(x: np.ndarray, rate: int, seconds: float, hop: float) -> np.ndarray:
    """Weighted mean square of every window that lies wholly inside the programme."""
    y = x
    for b, a in k_weighting(rate):
        y = signal.lfilter(b, a, y, axis=0)
    total = np.concatenate([[0.0], np.cumsum((y * y) @ weights(x.shape[1]))])
    size, step = round(seconds * rate), round(hop * rate)
    begins = np.arange(0, len(x) - size + 1, step)
    return (total[begins + size] - total[begins]) / size


def loudness(energy: np.ndarray | float) -> np.ndarray:
    """−0.691 + 10 log10 of the energy."""
    with np.errstate(divide="ignore"):
        return -0.691 + 10 * np.log10(np.maximum(energy, 0))


def integrated(x: np.ndarray, rate: int) -> float | None:
    """Gated loudness in LUFS: blocks of 400 ms, 75 % overlap, −70 LUFS, then −10 LU; None when nothing passes."""
    blocks = energies(x, rate, 0.4, 0.1)
    blocks = blocks[loudness(blocks) > -70]
    if not len(blocks):
        return None
    gate = loudness(np.mean(blocks)) - 10
    return float(loudness(np.mean(blocks[loudness(blocks) > gate])))


def maximum(x: np.ndarray, rate: int, seconds: float, hop: float = 0.005) -> float | None:
    """Maximum momentary (0.4 s) or short-term (3 s) loudness, on a fine hop."""
    found = energies(x, rate, seconds, hop)
    return float(loudness(np.max(found))) if len(found) and np.max(found) > 0 else None


def loudness_range(x: np.ndarray, rate: int) -> float | None:
    """LRA of EBU Tech 3342: 3 s windows at 10 Hz, gates −70 LUFS and −20 LU, 10th to 95th percentile."""
    values = energies(x, rate, 3.0, 0.1)
    values = values[loudness(values) >= -70]
    if not len(values):
        return None
    gate = loudness(np.mean(values)) - 20
    kept = np.sort(loudness(values[loudness(values) >= gate]))
    last = len(kept) - 1
    return float(kept[round(last * 0.95)] - kept[round(last * 0.10)])


@cache
def interpolator(factor: int, taps: int, beta: float = 10.0) -> np.ndarray:
    """Phases of a Kaiser-windowed sinc with its cutoff at Nyquist, (factor, taps); phase 0 is the sample itself."""
    time = np.arange(taps) - taps // 2
    rows = []
    for phase in range(factor):
        at = time - phase / factor
        window = np.i0(beta * np.sqrt(np.maximum(0, 1 - (2 * at / taps) ** 2))) / np.i0(beta)
        row = np.sinc(at) * window
        rows.append(row / np.sum(row))
    return np.array(rows)


def true_peak(x: np.ndarray, factor: int = 16, taps: int = 256) -> float:
    """True peak in dBTP; a programme is surrounded by silence, where the interpolation may still ring."""
    peak = float(np.max(np.abs(x))) if x.size else 0.0
    for channel in x.T:
        for phase in interpolator(factor, taps)[1:]:
            peak = max(peak, float(np.max(np.abs(signal.oaconvolve(channel, phase)))))
    return 20 * math.log10(peak) if peak > 0 else -math.inf


@dataclass
class EBUR128:
    """What ffmpeg's `ebur128` says of a file; loudness in LUFS, peak in dBTP."""

    integrated: float
    true_peak: float
    loudness_range: float


def ffmpeg(path: Path, gain: float = 0.0) -> EBUR128:
    """Measures a file with ffmpeg, to three decimals (its summary has one)."""
    filters = f"volume={gain}dB:precision=double," if gain else ""
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-v", "error", "-i", str(path), "-af"]
        + [f"{filters}ebur128=peak=true:metadata=1,ametadata=print:file=-", "-f", "null", "-"],
        capture_output=True,
        check=True,
        text=True,
    )
    values: dict[str, float] = {"lavfi.r128.I": -70.0, "lavfi.r128.LRA": 0.0}
    peak = 0.0
    for line in done.stdout.splitlines():
        key, _, value = line.partition("=")
        if key.startswith("lavfi.r128"):
            values[key] = float(value)
            if key.startswith("lavfi.r128.true_peaks_ch"):
                peak = max(peak, float(value))
    level = 20 * math.log10(peak) if peak > 0 else -math.inf
    return EBUR128(values["lavfi.r128.I"], level, values["lavfi.r128.LRA"])


def decoded(path: Path) -> tuple[np.ndarray, int]:
    """A file's samples as ffmpeg decodes them, in double precision; needed for what libsndfile reads otherwise."""
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=sample_rate,channels", "-select_streams", "a:0"]
        + ["-of", "csv=p=0", str(path)],
        capture_output=True,
        check=True,
        text=True,
    )
    rate, channels = map(int, probe.stdout.strip().split(",")[:2])
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-f", "f64le", "-c:a", "pcm_f64le", "-"],
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, dtype="<f8").reshape(-1, channels), rate
