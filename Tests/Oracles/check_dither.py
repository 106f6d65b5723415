"""Acceptance, point 4: fewer bits and another rate, by the samples of the delivered files.

    python check_dither.py [-v] [--quick]

**The figure.** TPDF dither of ±1 LSB is the difference of two uniform variables one LSB wide: variance 2 × 1/12 LSB².
Rounding after it adds 1/12 LSB² whatever the signal, so that the total error has 1/4 LSB², an RMS of half an LSB. At 16
bits the LSB is 2⁻¹⁵ of full scale and the RMS 2⁻¹⁶, that is 20 log₁₀ 2⁻¹⁶ = −96.33 dB re 1.0. So “−96.3 dBFS” is the
total noise, dither and rounding together, against the RMS of a full-scale *square* (or DC); against a full-scale sine
the same noise reads −93.32 dB. The error is measured as delivered file minus the same deliverable in 32-bit float and
judged by −96.33 ± 0.2 dB re 1.0 (at 24 bits −144.49). Other dithers would read otherwise: none −101.1, rectangular of
one LSB −98.1 (and it would move with the signal), triangular added but not rounded −98.1.

**The shape.** `shaped` feeds the total error e back: y = Q(x + d − Σ cₖ e[n−k]), so the noise has the spectrum
1/4 LSB² · |1 − Σ cₖ z⁻ᵏ|² with the nine coefficients of its rate (SHAPING), third octave by third octave.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

import numpy as np
from scipy import signal

import common
import meter
import peaks
import stems as make

SHAPING = {
    44_100: np.array([2.9765, -4.7304, 4.713, -2.8287, 0.2773, 1.2841, -1.4635, 0.806, -0.2226]),
    48_000: np.array([3.0485, -4.639, 4.0581, -1.6053, -0.8532, 1.7216, -1.2455, 0.4624, -0.0803]),
}
NOISE_TOLERANCE = 0.2
BAND_TOLERANCE = 0.5
LOUDNESS_TOLERANCE = 0.1
PURE = -40.0  # dB re the tone: no spur above it, 20 dB stricter than “20 dB below the tone”
SHOWN = -20.0  # dB re the tone: undithered, some spur is above it


@dataclass
class Render:
    """The samples of every deliverable of one render."""

    outcome: common.Outcome
    samples: dict[str, np.ndarray]
    rates: dict[str, int]
    hashes: dict[str, str]

    def said(self, code: str, identifier: str) -> bool:
        """Whether a diagnostic names a deliverable."""
        return any(
            d.get("code") == code
            and (f"`{identifier}`" in (d.get("message") or "") or identifier in (d.get("path") or "").split(".")[1:2])
            for d in self.outcome.diagnostics
        )


def render(project: common.Project, name: str, head: str, deliverables: dict[str, str], *more: str) -> Render:
    """Renders and reads everything; integers exactly, scaled to ±1."""
    lines = "".join(f"  {key}: {{{what}}}\n" for key, what in deliverables.items())
    session = project.session(name, f"mixdown: 1\ntail: none\n{head}deliverables:\n{lines}")
    outcome = project.render(session, "--jobs", "1", *more)
    if outcome.code != 0:
        raise RuntimeError(f"{name}: exit {outcome.code}: {outcome.reason}")
    samples, rates, hashes = {}, {}, {}
    entries = {entry["id"]: entry for entry in (outcome.json or {})["deliverables"]}
    for key in deliverables:
        path = project.delivered(session, key, outcome)
        samples[key], rates[key] = common.read_audio(path) if path.suffix != ".caf" else meter.decoded(path)
        hashes[key] = entries[key]["pcm_sha256"]
        path.unlink()
    return Render(outcome, samples, rates, hashes)


def wav(bits: str | int, dither: str = "", rate: int | None = None, form: str = "wav", more: str = "") -> str:
    """A deliverable."""
    text = f"format: {form}, bit_depth: {bits}"
    text += f", dither: {dither}" if dither else ""
    text += f", sample_rate: {rate} Hz" if rate else ""
    return text + more


def error(x: Render, name: str, against: str, bits: int = 16) -> np.ndarray:
    """Delivered minus float, in LSB."""
    return (x.samples[name] - x.samples[against]) * 2 ** (bits - 1)


def rms_db(e: np.ndarray, bits: int) -> float:
    """RMS of an error in LSB, in dB re 1.0."""
    return common.decibels(math.sqrt(float(np.mean(e * e)))) - 20 * math.log10(2 ** (bits - 1))


def spectrum(x: np.ndarray, size: int, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """One-sided power density of the columns' mean, Hann windows with half overlap."""
    frequency, density = signal.welch(x, rate, "hann", size, size // 2, detrend=False, axis=0)
    return frequency, np.mean(density, axis=1)


def bands(rate: int, lowest: float = 31.0) -> list[tuple[float, float, float]]:
    """Third octaves (IEC 61260, base ten): centre and edges, whole ones below Nyquist."""
    found = []
    for k in range(-18, 17):
        centre = 1000 * 10 ** (k / 10)
        low, high = centre * 10**-0.05, centre * 10**0.05
        if centre >= lowest and high <= rate / 2:
            found.append((centre, low, high))
    return found


def shape(frequency: np.ndarray, rate: int) -> np.ndarray:
    """|1 − Σ cₖ z⁻ᵏ|² (power)."""
    z = np.exp(-2j * np.pi * np.outer(frequency / rate, np.arange(1, 10)))
    return np.abs(1 - z @ SHAPING[rate]) ** 2


def check_bands(tally: common.Tally, name: str, e: np.ndarray, rate: int, shaped: bool) -> None:
    """The error's spectrum, third octave by third octave, against 1/4 LSB² times the shape."""
    frequency, density = spectrum(e, 1 << 16, rate)
    wanted = 0.25 / (rate / 2) * (shape(frequency, rate) if shaped else np.ones_like(frequency))
    worst, at = 0.0, 0.0
    for centre, low, high in bands(rate):
        inside = (frequency >= low) & (frequency < high)
        off = 10 * math.log10(np.sum(density[inside]) / np.sum(wanted[inside]))
        if abs(off) > abs(worst):
            worst, at = off, centre
    tally.check(f"{name}: spectrum", abs(worst) <= BAND_TOLERANCE, f"worst third octave {worst:+.2f} dB at {at:.0f} Hz")


def quiet_music(seconds: float, rate: int, seed: int, decibels: float) -> np.ndarray:
    """Material that never rests, so that dither never stops."""
    n = int(seconds * rate)
    x = make.coloured(seed, n, rate, 60, rate * 0.4, 2) + 0.3 * make.music(seed + 1, n, rate, 2)
    return x / np.max(np.abs(x)) * common.amplitude(decibels)


# The parts


def noise_floor(tally: common.Tally, seconds: float) -> None:
    """RMS, spectrum, whiteness, left against right, at 16 and 24 bits, native and resampled, in every container."""
    for rate in (44_100, 48_000):
        with common.Project("dither") as project:
            project.stem("a.wav", quiet_music(seconds, rate, 60, -40), rate, "FLOAT")
            head = f"sample_rate: {rate}\ntracks: {{a: {{stem: stems/a.wav}}}}\n"
            wanted = {
                "float": wav("32f"),
                "tpdf": wav(16),
                "said": wav(16, "tpdf"),
                "is_shaped": wav(16, "shaped"),
                "none": wav(16, "none"),
                "deep": wav(24),
            }
            if rate == 44_100:
                wanted |= {form: wav(16, form=form) for form in ("aiff", "caf", "flac")}
            else:
                wanted |= {
                    "cd_float": wav("32f", rate=44_100),
                    "cd": wav(16, rate=44_100),
                    "cd_shaped": wav(16, "shaped", 44_100),
                    "cd_none": wav(16, "none", 44_100),
                    "high_float": wav("32f", rate=96_000),
                    "high": wav(16, "shaped", 96_000),
                }
            got = render(project, f"floor{rate}", head, wanted)
            for key in wanted:
                if "float" in key:
                    continue
                against = "float" if got.rates[key] == rate else key.split("_")[0] + "_float"
                bits = 24 if key == "deep" else 16
                e = error(got, key, against, bits)
                name = f"{rate} → {got.rates[key]} {key}"
                shaped = key.endswith("shaped")
                if key.endswith("none"):
                    good = float(np.max(np.abs(e))) <= 0.5 + 1e-3
                    tally.check(f"{name}: rounds to the nearest", good, f"largest error {np.max(np.abs(e)):.4f} LSB")
                    continue
                total = 0.25 * (1 + float(np.sum(SHAPING[got.rates[key]] ** 2)) if shaped else 1.0)
                expected = 10 * math.log10(total) - 20 * math.log10(2 ** (bits - 1))
                level = rms_db(e, bits)
                good = abs(level - expected) <= NOISE_TOLERANCE
                tally.check(f"{name}: noise floor", good, f"{level:.2f} dB re 1.0, expected {expected:.2f} ± 0.2")
                check_bands(tally, name, e, got.rates[key], shaped)
                if not shaped:
                    largest = float(np.max(np.abs(e)))
                    tally.check(f"{name}: error under 1.5 LSB", 1.2 < largest <= 1.5 + 1e-3, f"{largest:.4f} LSB")
                    mean = float(np.max(np.abs(np.mean(e, axis=0))))
                    bound = 5 * 0.5 / math.sqrt(len(e))
                    tally.check(f"{name}: no offset", mean < bound, f"{mean:.5f} LSB, bound {bound:.5f}")
                independent(tally, name, e)
            if rate == 44_100:
                pairs = [("tpdf", "said"), ("tpdf", "aiff"), ("tpdf", "flac"), ("tpdf", "caf")]
            else:
                pairs = [("tpdf", "said"), ("tpdf", "cd")]
                fell_back = got.said("D0817", "high")
                tally.check("shaped at 96 kHz falls back to TPDF and says so", fell_back, f"{got.outcome.diagnostics}")
                quiet = not any(got.said("D0817", key) for key in ("is_shaped", "cd_shaped"))
                tally.check("shaped at 44.1 and 48 kHz says nothing", quiet)
            for one, other in pairs:
                first = error(got, one, "float")
                second = error(got, other, "float" if got.rates[other] == rate else "cd_float")
                count = min(len(first), len(second))
                a, b = first[:count, 0], second[:count, 0]
                rho = abs(float(np.corrcoef(a, b)[0, 1]))
                good = rho < 5 / math.sqrt(count)
                tally.check(f"{rate}: {one} and {other} have noises of their own", good, f"correlation {rho:.5f}")


def independent(tally: common.Tally, name: str, e: np.ndarray) -> None:
    """No correlation of left and right at any lag up to 2000, nor (unshaped) with its own past."""
    count = len(e)
    size = 1 << (2 * count - 1).bit_length()
    left, right = (np.fft.rfft(e[:, c] - np.mean(e[:, c]), size) for c in (0, 1))
    crossed = np.fft.irfft(left * np.conj(right), size) / math.sqrt(
        float(np.sum(e[:, 0] ** 2)) * float(np.sum(e[:, 1] ** 2))
    )
    lags = np.concatenate([crossed[:2001], crossed[-2000:]])
    # Shaped noise has correlated neighbours, which widens what chance does by the shape's own autocorrelation.
    bound = 6.5 / math.sqrt(count) * (3 if "shaped" in name else 1)
    worst = float(np.max(np.abs(lags)))
    tally.check(f"{name}: left and right are independent", worst < bound, f"{worst:.5f}, bound {bound:.5f}")
    if "shaped" not in name:
        own = np.fft.irfft(np.abs(left) ** 2, size)
        worst = float(np.max(np.abs(own[1:2001])) / own[0])
        tally.check(f"{name}: white", worst < 6.5 / math.sqrt(count), f"{worst:.5f}")


def modulation(tally: common.Tally) -> None:
    """Mean and variance of the error do not depend on where between two steps the signal is: only TPDF does that."""
    rate, seconds = 48_000, 16
    n = rate * seconds
    ramp = (np.arange(n) / n * 4 - 2 + 0.37) / 2**15  # four steps, slowly, in both channels
    with common.Project("modulation") as project:
        project.stem("a.wav", np.column_stack([ramp, ramp]), rate, "FLOAT")
        head = f"sample_rate: {rate}\ntracks: {{a: {{stem: stems/a.wav}}}}\n"
        got = render(
            project,
            "ramp",
            head,
            {"float": wav("32f"), "tpdf": wav(16), "none": wav(16, "none"), "shaped": wav(16, "shaped")},
        )
        where = (got.samples["float"] * 2**15 % 1.0 * 16).astype(int) % 16
        for key in ("tpdf", "none"):
            e = error(got, key, "float")
            means = np.array([np.mean(e[where == k]) for k in range(16)])
            powers = np.array([np.var(e[where == k]) for k in range(16)])
            count = len(e) * 2 / 16
            flat = np.max(np.abs(means)) < 5 * 0.5 / math.sqrt(count) and np.max(np.abs(powers / 0.25 - 1)) < 0.04
            detail = (
                f"means to {np.max(np.abs(means)):.4f} LSB, variances {np.min(powers):.4f} to {np.max(powers):.4f} LSB²"
            )
            if key == "tpdf":
                tally.check("the noise does not follow the signal", flat, detail)
            else:
                tally.check("without dither it does (the test can fail)", not flat, detail)


def tone(tally: common.Tally, seconds: float) -> None:
    """A tone of −90 dBFS: no spur with dither, many without."""
    for session_rate, rate in ((44_100, 44_100), (48_000, 48_000), (48_000, 44_100)):
        n = int(seconds * session_rate)
        frequency = 997.0
        # −90 dBFS re a full-scale sine: its peak is just over one LSB of 16 bits. Right, an octave and a bit up.
        left = make.tone(n, session_rate, frequency) * common.amplitude(-90)
        right = make.tone(n, session_rate, 2 * frequency + 311.0, 1.0) * common.amplitude(-90)
        with common.Project("tone") as project:
            project.stem("a.wav", np.hstack([left, right]), session_rate, "FLOAT")
            head = f"sample_rate: {session_rate}\ntracks: {{a: {{stem: stems/a.wav}}}}\n"
            wanted = {key: wav(16, key, rate) for key in ("tpdf", "shaped", "none")} | {"float": wav("32f", rate=rate)}
            got = render(project, f"tone{session_rate}_{rate}", head, wanted)
            for key in ("float", "tpdf", "shaped", "none"):
                for side, base in ((0, frequency), (1, 2 * frequency + 311.0)):
                    name = f"−90 dBFS at {base:g} Hz, {session_rate} → {rate}, {key}"
                    harmonic, spur, at, level = spurs(got.samples[key][:, side], rate, base, key == "shaped")
                    detail = f"largest harmonic {harmonic:.1f}, largest spur {spur:.1f} dB re the tone at {at:.1f} Hz"
                    if key == "none":
                        tally.check(f"{name}: distorts (the test can fail)", harmonic > SHOWN, detail)
                    else:
                        tally.check(f"{name}: no distortion", harmonic < PURE, detail)
                        tally.check(f"{name}: no spur", spur < PURE, detail)
                        good = abs(level + 90) < 0.05
                        tally.check(f"{name}: the tone keeps its level", good, f"{level:.3f} dBFS")


def spurs(x: np.ndarray, rate: int, base: float, shaped: bool) -> tuple[float, float, float, float]:
    """Largest harmonic (aliases too) and largest spur in dB re the tone, where that is, and the tone's level.

    One long Blackman–Harris window: at 40 s a bin of TPDF noise lies 58 dB under the tone, its chance maxima 46. Where
    shaped noise is higher, a spur is what sticks out of its surroundings: its level is then counted above the median.
    """
    trimmed = x[rate // 10 : -(rate // 10)]
    window = signal.windows.blackmanharris(len(trimmed), sym=False)
    power = np.abs(np.fft.rfft(trimmed * window)) ** 2
    scale = (np.sum(window) / 2) ** 2
    frequency = np.arange(len(power)) * rate / len(trimmed)
    bin_width = rate / len(trimmed)

    def peak(f: float) -> float:
        near = round(f / bin_width)
        return float(np.max(power[max(0, near - 6) : near + 7]))

    # Energy of the main lobe, so that it does not matter where between two bins the tone is.
    centre = round(base / bin_width)
    lobe = float(np.sum(power[centre - 8 : centre + 9])) / float(np.sum(window**2)) / len(trimmed) * 4
    level = 10 * math.log10(lobe)
    reference = 10 ** (level / 10) * scale
    harmonics = []
    for k in range(2, 31):
        f = k * base % rate
        f = rate - f if f > rate / 2 else f
        if f > 20 and abs(f - base) > 20 * bin_width:
            harmonics.append(10 * math.log10(peak(f) / reference))
    rest = np.where(np.abs(frequency - base) < 12 * bin_width, 0.0, power)
    rest[frequency < 5] = 0.0
    if shaped:
        width = 1001
        blocks = len(rest) // width
        floor = np.repeat(np.median(rest[: blocks * width].reshape(blocks, width), axis=1), width)
        white = 0.25 / 2**30 * float(np.sum(window**2)) * math.log(2)  # the median of TPDF noise in these bins
        rest = rest[: blocks * width] * np.minimum(1.0, white / np.maximum(floor, 1e-30))
        strongest = []
        for k in range(2, 31):
            f = k * base % rate
            f = rate - f if f > rate / 2 else f
            near = round(f / bin_width)
            if 20 < f and near + 7 < len(rest) and abs(f - base) > 20 * bin_width:
                strongest.append(10 * math.log10(max(1e-30, float(np.max(rest[near - 6 : near + 7]))) / reference))
        harmonics = strongest
    at = int(np.argmax(rest))
    return max(harmonics), 10 * math.log10(max(rest[at], 1e-30) / reference), float(frequency[at]), level


def zeros(tally: common.Tally) -> None:
    """A second of exact zeros, then exact zeros; noise again with the signal; also at the start and at the end."""
    for session_rate, rate in ((44_100, 44_100), (48_000, 44_100), (48_000, 96_000)):
        music = quiet_music(1.0, session_rate, 70, -30)
        hush = np.zeros((3 * session_rate, 2))
        one_sided = np.concatenate([hush, music, hush, music, hush])
        one_sided[7 * session_rate :, 1] = 0  # the right side stays silent after its second rest
        with common.Project("zeros") as project:
            project.stem("a.wav", one_sided, session_rate, "FLOAT")
            head = f"sample_rate: {session_rate}\ntracks: {{a: {{stem: stems/a.wav}}}}\n"
            wanted = {
                "tpdf": wav(16, "tpdf", rate),
                "shaped": wav(16, "shaped", rate),
                "deep": wav(24, "tpdf", rate),
                "none": wav(16, "none", rate),
            }
            got = render(project, f"zeros{session_rate}_{rate}", head, wanted)
            ring = 0 if session_rate == rate else rate // 25  # a resampler's tails
            for key, x in got.samples.items():
                name = f"{session_rate} → {rate} {key}"
                for begin, end, what in ((0, 3, "at the start"), (4, 7, "in a rest"), (8, 11, "at the end")):
                    late = x[begin * rate + rate + (ring if begin else 0) : end * rate - (ring if end < 11 else 0)]
                    tally.check(f"{name}: exact zeros {what}", not np.any(late), f"{np.count_nonzero(late)} not zero")
                    early = x[begin * rate + ring : begin * rate + rate - rate // 10]
                    if key in ("tpdf", "shaped", "deep") and begin:
                        tail = early[-rate // 5 :]
                        tally.check(f"{name}: noise for a second {what}", bool(np.any(tail)), "already silent")
                sounding = x[7 * rate + rate // 4 : 7 * rate + rate // 2]
                tally.check(f"{name}: the signal comes back", bool(np.any(sounding[:, 0])))
                still = sounding[:, 1]
                if key == "tpdf" and rate == session_rate and np.any(still):
                    tally.note("a channel of zeros is dithered while the other sounds: only a file's rest counts")


def repeatable(tally: common.Tally) -> None:
    """Twice the same; another seed and another deliverable's id, another noise; signal unchanged."""
    rate = 48_000
    with common.Project("repeat") as project:
        project.stem("a.wav", quiet_music(4, rate, 80, -20), rate)
        head = f"sample_rate: {rate}\ntracks: {{a: {{stem: stems/a.wav}}}}\n"
        wanted = {"cd": wav(16, rate=44_100), "shaped": wav(16, "shaped", 44_100), "deep": wav(24), "float": wav("32f")}
        one = render(project, "one", head, wanted)
        again = render(project, "one", head, wanted, "--set", "seed=0")
        other = render(project, "one", head, wanted, "--set", "seed=1")
        elsewhere = render(project, "another_name", head, wanted)
        for key in wanted:
            same = np.array_equal(one.samples[key], again.samples[key]) and one.hashes[key] == again.hashes[key]
            tally.check(f"{key}: two renders are equal bit for bit", same)
            same = np.array_equal(one.samples[key], elsewhere.samples[key])
            tally.check(f"{key}: the session's file name means nothing", same)
            differs = not np.array_equal(one.samples[key], other.samples[key])
            tally.check(f"{key}: the seed keys the noise", differs == (key != "float"), f"differs: {differs}")
        e, f = (r.samples["deep"][:, 0] - r.samples["float"][:, 0] for r in (one, other))
        rho = abs(float(np.corrcoef(e, f)[0, 1]))
        tally.check("noises of two seeds are independent", rho < 5 / math.sqrt(len(e)), f"{rho:.5f}")


def masters(tally: common.Tally, seconds: float) -> None:
    """44.1 kHz and 16 bits from 48 kHz: loudness and true peak hold in the delivered file, whatever the dither."""
    rate = 48_000
    material = make.loudness_mixes(rate, seconds)
    for name in ("percussive", "dense_noise", "bright", "wide", "dynamic"):
        with common.Project("cd") as project:
            x = material[name] / max(1.0, float(np.max(np.abs(material[name]))))
            project.stem("a.wav", x, rate)
            for target, ceiling in ((-14, -1.0), (-20, -0.3)):
                head = (
                    f"sample_rate: {rate}\ntracks: {{a: {{stem: stems/a.wav}}}}\n"
                    f"master: {{loudness: {{integrated: {target} LUFS, max_limiting: 20 dB}}, "
                    f"limiter: {{ceiling: {ceiling} dBTP}}}}\n"
                )
                wanted = {key: wav(16, key, 44_100) for key in ("tpdf", "shaped", "none")}
                got = render(project, f"{name}{-target}", head, wanted)
                for key, samples in got.samples.items():
                    title = f"{name} at {target} LUFS, 48 → 44.1 kHz, 16 bits, {key}"
                    value, peak = meter.integrated(samples, 44_100), peaks.true_peak(samples)
                    good = value is not None and abs(value - target) <= LOUDNESS_TOLERANCE
                    tally.check(f"{title}: loudness", good, f"{value:.3f} LUFS")
                    tally.check(f"{title}: true peak", peak <= ceiling + 1e-4, f"{peak:.4f} dBTP ≤ {ceiling}")
                    good = len(samples) == math.ceil(len(x) * 44_100 / rate)
                    tally.check(f"{title}: length", good, f"{len(samples)}")


def full_scale(tally: common.Tally) -> None:
    """Dither at full scale clips, never wraps, and is counted."""
    rate = 48_000
    x = np.full((rate * 2, 2), 1.0)
    x[:, 1] = -1.0
    x[: rate // 2] = x[-rate // 2 :] = 0.25
    with common.Project("full") as project:
        project.stem("a.wav", x, rate, "FLOAT")
        head = f"sample_rate: {rate}\ntracks: {{a: {{stem: stems/a.wav}}}}\n"
        got = render(
            project, "full", head, {"tpdf": wav(16), "shaped": wav(16, "shaped"), "deep": wav(24), "float": wav("32f")}
        )
        for key in ("tpdf", "shaped", "deep"):
            y = got.samples[key][rate // 2 + 10 : -rate // 2 - 10]
            good = bool(np.all(y[:, 0] > 0.999) and np.all(y[:, 1] < -0.999))
            tally.check(f"{key}: full scale does not wrap", good, f"{np.min(y[:, 0])} {np.max(y[:, 1])}")
            after = got.samples[key][-rate // 4 :]
            good = float(np.max(np.abs(after - 0.25))) < 20 / 2 ** (23 if key == "deep" else 15)
            tally.check(f"{key}: sane after clipping", good, f"{np.max(np.abs(after - 0.25))}")
            tally.check(f"{key}: clipping is said", got.said("D0815", key), f"{got.outcome.diagnostics}")


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("-v", action="store_true")
    options.add_argument("--quick", action="store_true", help="shorter renders: the lowest bands are judged on less")
    given = options.parse_args()
    common.need_program()
    results = common.Tally("dither")
    noise_floor(results, 60.0 if given.quick else 120.0)
    modulation(results)
    tone(results, 20.0 if given.quick else 40.0)
    zeros(results)
    repeatable(results)
    masters(results, 6.0 if given.quick else 12.0)
    full_scale(results)
    results.finish()
