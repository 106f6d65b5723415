"""The filters of the definition: analogue prototypes (the target) and the digital forms the definition spells out.

`analogue` is what delivered files are judged by. `matched_*` transliterate the definition's coefficient formulas, which
are one good way and not binding: the oracles use them for information only. The Linkwitz–Riley 24 crossover and
the first-order high-pass are binding, being defined to the last coefficient.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import signal

Coefficients = tuple[np.ndarray, np.ndarray]


def analogue(band: str, f: np.ndarray, f0: float, q: float = math.sqrt(0.5), gain: float = 0.0) -> np.ndarray:
    """Complex response at the frequencies `f` of the prototype with s = jf/f0, A = 10^(gain/40)."""
    s = 1j * np.asarray(f, dtype=float) / f0
    a = 10.0 ** (gain / 40.0)
    resonance = s * s + s / q + 1
    root = math.sqrt(a)
    match band:
        case "bell":
            return (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)
        case "low_shelf":
            return a * (s * s + root / q * s + a) / (a * s * s + root / q * s + 1)
        case "high_shelf":
            return a * (a * s * s + root / q * s + 1) / (s * s + root / q * s + a)
        case "low_pass":
            return 1 / resonance
        case "high_pass":
            return s * s / resonance
        case "band_pass":
            return s / q / resonance
        case "notch":
            return (s * s + 1) / resonance
        case "all_pass":
            return (s * s - s / q + 1) / resonance
        case "tilt":
            return (1 + a * s) / (a + s)
        case "low_pass_1":
            return 1 / (s + 1)
        case "high_pass_1":
            return s / (s + 1)
    raise ValueError(band)


def butterworth_sections(slope: int) -> tuple[list[float], bool]:
    """The Qs of the second-order sections of `slope` dB/oct, and whether a first-order one joins."""
    order = slope // 6
    if order % 2 == 0:
        return [1 / (2 * math.cos(math.pi * (2 * k + 1) / (2 * order))) for k in range(order // 2)], False
    return [1 / (2 * math.cos(math.pi * (k + 1) / order)) for k in range(order // 2)], True


def analogue_slope(band: str, f: np.ndarray, f0: float, slope: int, q: float | None = None) -> np.ndarray:
    """A `low_pass` or `high_pass` of `slope` dB/oct; `q` replaces 0.7071 where there is a single section."""
    qs, odd = butterworth_sections(slope)
    if q is not None and len(qs) == 1 and not odd:
        qs = [q]
    response = analogue(f"{band}_1", f, f0) if odd else np.ones(len(f), dtype=complex)
    for one in qs:
        response = response * analogue(band, f, f0, one)
    return response


def first_order_high_pass(f0: float, rate: float) -> Coefficients:
    """Pole at e^(−w0), zero at DC, matched at f0, where the prototype is 1/√2; this is `dc_block`."""
    w0 = 2 * math.pi * f0 / rate
    pole = math.exp(-w0)
    # |1 − e^(−jw)| over |1 − p e^(−jw)| at w0, brought to 1/√2.
    z = complex(math.cos(w0), -math.sin(w0))
    scale = math.sqrt(0.5) * abs(1 - pole * z) / abs(1 - z)
    return np.array([scale, -scale]), np.array([1.0, -pole])


def first_order_low_pass(f0: float, rate: float) -> Coefficients:
    """Pole at e^(−w0), matched at DC and Nyquist."""
    w0 = 2 * math.pi * f0 / rate
    pole = math.exp(-w0)
    total = 1 - pole
    difference = (1 + pole) / math.hypot(1, rate / (2 * f0))
    return np.array([(total + difference) / 2, (total - difference) / 2]), np.array([1.0, -pole])


def matched(band: str, f0: float, rate: float, q: float = math.sqrt(0.5), gain: float = 0.0) -> Coefficients:
    """The definition's matched second-order designs (Vicanek 2016): `low_pass`, `high_pass`, `band_pass`, `bell`."""
    if band == "bell" and gain < 0:
        b, a = matched("bell", f0, rate, q, -gain)  # a cut is the exact inverse of the same boost
        return a / b[0], b / b[0]
    w0 = 2 * math.pi * f0 / rate
    g = 10.0 ** (gain / 20.0)
    zeta = 1 / (2 * math.sqrt(g) * q) if band == "bell" else 1 / (2 * q)
    a2 = math.exp(-2 * zeta * w0)
    if zeta <= 1:
        a1 = -2 * math.exp(-zeta * w0) * math.cos(math.sqrt(1 - zeta**2) * w0)
    else:
        a1 = -2 * math.exp(-zeta * w0) * math.cosh(math.sqrt(zeta**2 - 1) * w0)
    p1 = math.sin(w0 / 2) ** 2
    p0 = 1 - p1
    p2 = 4 * p0 * p1
    big_a0, big_a1, big_a2 = (1 + a1 + a2) ** 2, (1 - a1 + a2) ** 2, -4 * a2
    r = big_a0 * p0 + big_a1 * p1 + big_a2 * p2

    def root(x: float) -> float:
        return math.sqrt(max(0.0, x))

    match band:
        case "low_pass":
            big_b1 = (r * q * q - big_a0 * p0) / p1
            b0 = (root(big_a0) + root(big_b1)) / 2
            b = [b0, root(big_a0) - b0, 0.0]
        case "high_pass":
            b0 = q * root(r) / (4 * p1)
            b = [b0, -2 * b0, b0]
        case "band_pass":
            r2 = -big_a0 + big_a1 + 4 * (p0 - p1) * big_a2
            big_b2 = (r - r2 * p1) / (4 * p1 * p1)
            big_b1 = r2 + 4 * (p1 - p0) * big_b2
            b1 = -root(big_b1) / 2
            b0 = (root(big_b2 + b1 * b1) - b1) / 2
            b = [b0, b1, -b0 - b1]
        case "bell":
            r1 = r * g * g
            r2 = (-big_a0 + big_a1 + 4 * (p0 - p1) * big_a2) * g * g
            big_b0 = big_a0
            big_b2 = (r1 - r2 * p1 - big_b0) / (4 * p1 * p1)
            big_b1 = r2 + big_b0 + 4 * (p1 - p0) * big_b2
            w = (root(big_b0) + root(big_b1)) / 2
            b0 = (w + root(w * w + big_b2)) / 2
            b = [b0, (root(big_b0) - root(big_b1)) / 2, -big_b2 / (4 * b0)]
        case _:
            raise ValueError(band)
    return np.array(b), np.array([1.0, a1, a2])


def bilinear(band: str, f0: float, rate: float, q: float) -> Coefficients:
    """The bilinear transform of `notch`, `all_pass`, `low_pass` or `high_pass`, exact at f0."""
    w0 = 2 * math.pi * f0 / rate
    alpha, cosine = math.sin(w0) / (2 * q), math.cos(w0)
    a = np.array([1 + alpha, -2 * cosine, 1 - alpha])
    b = {
        "notch": [1.0, -2 * cosine, 1.0],
        "all_pass": [1 - alpha, -2 * cosine, 1 + alpha],
        "low_pass": [(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2],
        "high_pass": [(1 + cosine) / 2, -1 - cosine, (1 + cosine) / 2],
    }[band]
    return np.array(b) / a[0], a / a[0]


def run(coefficients: Coefficients, x: np.ndarray) -> np.ndarray:
    """Filters each channel of (frames, channels)."""
    return signal.lfilter(coefficients[0], coefficients[1], x, axis=0)


def linkwitz_riley_high_pass(x: np.ndarray, f0: float, rate: float) -> np.ndarray:
    """Bilinear Butterworth-2 high-pass twice."""
    section = bilinear("high_pass", f0, rate, math.sqrt(0.5))
    return run(section, run(section, x))


def linkwitz_riley_low_pass(x: np.ndarray, f0: float, rate: float) -> np.ndarray:
    """Bilinear Butterworth-2 low-pass twice."""
    section = bilinear("low_pass", f0, rate, math.sqrt(0.5))
    return run(section, run(section, x))


def linkwitz_riley_all_pass(x: np.ndarray, f0: float, rate: float) -> np.ndarray:
    """The sum of the two: the second-order all-pass of Q 1/√2."""
    return run(bilinear("all_pass", f0, rate, math.sqrt(0.5)), x)
