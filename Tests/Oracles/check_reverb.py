"""Reverberation time by Schroeder's integral, and no runaway at any setting.

python check_reverb.py [-v] [--quick]
"""

from __future__ import annotations

import itertools
import math
import sys

import numpy as np
from scipy import signal

import common
import stems as make

RATE = 48_000
MODELS = ("room", "hall", "plate")
DECAYS = (0.3, 0.5, 0.8, 1.2, 1.8, 2.5, 4.0, 6.0, 8.0)
OCTAVES = (500.0, 1000.0)


def octave(x: np.ndarray, centre: float, rate: float) -> np.ndarray:
    """An octave band, filtered backwards in time, so that the filter's own ringing does not lengthen the decay."""
    sections = signal.butter(4, [centre / math.sqrt(2), centre * math.sqrt(2)], "bandpass", fs=rate, output="sos")
    return signal.sosfilt(sections, x[::-1], axis=0)[::-1]


def t30(x: np.ndarray, rate: float) -> float:
    """RT60 from the Schroeder curve of all channels between −5 and −35 dB by a straight line (ISO 3382: T30).

    Even a perfect exponential of noise scatters by chance (bandwidth × time is small): of one channel by about 3 %
    at 0.5 s in the 500 Hz octave. The energies of both channels together scatter less, and are what is judged.
    """
    energy = np.cumsum(np.sum(x * x, axis=1)[::-1])[::-1]
    curve = 10 * np.log10(np.maximum(energy / energy[0], 1e-30))
    begin, end = int(np.argmax(curve <= -5)), int(np.argmax(curve <= -35))
    time = np.arange(begin, end) / rate
    return -60 / float(np.polyfit(time, curve[begin:end], 1)[0])


def echo_density(x: np.ndarray, rate: float, at: float) -> float:
    """Normalised echo density (Abel and Huang, AES 121, 2006): 1 where the tail is Gaussian; 20 ms window."""
    half = round(0.010 * rate)
    centre = round(at * rate)
    window = np.hanning(2 * half + 1)
    window /= np.sum(window)
    part = x[centre - half : centre + half + 1]
    deviation = math.sqrt(float(np.sum(window * part * part)))
    return float(np.sum(window * (np.abs(part) > deviation))) / math.erfc(1 / math.sqrt(2))


def render(
    project: common.Project, name: str, stem: str, settings: str, seconds: float
) -> tuple[np.ndarray | None, common.Outcome]:
    """One stem through one reverb, wet only."""
    text = (
        f"mixdown: 1\nsample_rate: {RATE}\nlength: {seconds:g} s\n"
        f"tracks: {{a: {{stem: {stem}, inserts: {{reverb: {{{settings}}}}}}}}}\n"
        "deliverables: {out: {format: wav, bit_depth: 32f}}\n"
    )
    session = project.session(name, text)
    outcome = project.render(session)
    if outcome.code != 0:
        return None, outcome
    return common.read_audio(project.delivered(session, "out", outcome))[0], outcome


def times(tally: common.Tally, project: common.Project) -> None:
    """RT60 of every model and decay, in both octaves."""
    impulse = np.zeros((RATE // 10, 2))
    impulse[0] = 1.0
    stem = project.stem("impulse.wav", impulse, RATE, "FLOAT")
    for model, decay in itertools.product(MODELS, DECAYS):
        samples, outcome = render(
            project,
            f"{model}_{decay}".replace(".", "p"),
            stem,
            f"model: {model}, decay: {decay:g} s",
            decay * 1.6 + 1,
        )
        if samples is None:
            tally.check(f"{model} {decay} s", False, outcome.reason)
            continue
        tolerance = 0.05 if 0.5 <= decay <= 6 else 0.10
        for centre in OCTAVES:
            error = t30(octave(samples, centre, RATE), RATE) / decay - 1
            sides = [t30(octave(samples[:, c : c + 1], centre, RATE), RATE) / decay - 1 for c in range(2)]
            detail = f"{error:+.1%}, allowed ±{tolerance:.0%} (left {sides[0]:+.1%}, right {sides[1]:+.1%})"
            tally.check(f"{model} {decay} s at {centre:g} Hz", abs(error) <= tolerance, detail)
        if decay == 1.8:
            character(tally, model, samples)


def character(tally: common.Tally, model: str, samples: np.ndarray) -> None:
    """Echo density, modes, decorrelation and mono compatibility of a tail."""
    density = min(echo_density(samples[:, c], RATE, at) for c in range(2) for at in (0.1, 0.15, 0.2))
    tally.check(f"{model} echo density by 100 ms", density > 0.85, f"{density:.2f} of Gaussian")
    tail = samples[round(0.1 * RATE) : round(1.6 * RATE)]
    correlation = float(np.corrcoef(tail[:, 0], tail[:, 1])[0, 1])
    tally.check(f"{model} tail is decorrelated", abs(correlation) < 0.3, f"correlation {correlation:+.2f}")
    # Ringing modes: late in the tail a mode that decays too slowly stands out of its neighbours. A Gaussian tail's
    # periodogram has peaks of its own, so each bin is averaged over ± 2 Hz and compared with its ± 60 Hz median.
    late = samples[round(0.9 * RATE) : round(2.4 * RATE)]
    late = late * np.exp(6.9 * np.arange(len(late)) / RATE / 1.8)[:, None] * np.hanning(len(late))[:, None]
    power = np.sum(np.abs(np.fft.rfft(late, axis=0)) ** 2, axis=1)
    step = RATE / len(late)
    smooth = signal.oaconvolve(power, np.ones(round(4 / step)) / round(4 / step), mode="same")
    low, high = round(100 / step), round(4000 / step)
    median = signal.medfilt(smooth[low:high], 2 * round(60 / step) + 1)
    edge = round(60 / step)
    excess = 10 * np.log10(smooth[low:high][edge:-edge] / median[edge:-edge])
    worst = int(np.argmax(excess))
    text = f"{model}: loudest mode {excess[worst]:.1f} dB over its neighbours at {(low + edge + worst) * step:.0f} Hz"
    # Chance alone gives up to about 7 dB at this smoothing: judged at 10, reported always.
    tally.check(f"{model} has no ringing mode", excess[worst] < 10, text)
    tally.say(f"{text}; echo density {density:.2f}, correlation {correlation:+.2f}")


def extremes(tally: common.Tally, project: common.Project, quick: bool) -> None:
    """Corners of every range: finite, bounded, and dying away."""
    burst = np.vstack([make.noise(60, RATE // 2, 2, 0.5), np.zeros((RATE // 10, 2))])
    stem = project.stem("burst.wav", burst, RATE)
    corners = {
        "decay": ["0.1 s", "20 s"],
        "size": ["0 %", "100 %"],
        "damping": ["0 %", "100 %"],
        "diffusion": ["0 %", "100 %"],
        "width": ["0 %", "100 %"],
        "predelay": ["0", "200 ms"],
        "low_cut": ["20 Hz", "1 kHz"],
        "high_cut": ["1 kHz", "20 kHz"],
    }
    grid = list(itertools.product(*list(corners.values())[:4]))
    rest = list(itertools.product(*list(corners.values())[4:]))
    refused = 0
    settings = []
    for model in MODELS:
        for number, one in enumerate(grid):
            other = rest[(5 * number) % len(rest)]
            words = [f"{key}: {value}" for key, value in zip(corners, (*one, *other))]
            settings.append((model, one[0], ", ".join([f"model: {model}", *words])))
        settings.append((model, "3 s", f"model: {model}, decay: 3 s, early: 10 dB, seed: 4294967295"))
        settings.append((model, "3 s", f"model: {model}, decay: 3 s, early: -inf dB, seed: 1"))
    for number, (_, _, text) in enumerate(settings[:: 3 if quick else 1]):
        samples, outcome = render(project, f"corner_{number}", stem, text, 6)
        if samples is None:
            if (
                outcome.code == 2
                and outcome.diagnostics
                and all(str(d.get("code", "")).startswith(("U", "S")) for d in outcome.diagnostics)
            ):
                refused += 1
                tally.say(f"out of range: {text}: {outcome.reason}")
            else:
                tally.check(text, False, outcome.reason)
            continue
        finite = bool(np.all(np.isfinite(samples)))
        peak = common.decibels(np.max(np.abs(samples)))
        early, late = (float(np.sum(samples[a * RATE : b * RATE] ** 2)) for a, b in ((1, 2), (5, 6)))
        bounded = finite and peak < 18 and late <= early * 1.01 + 1e-12
        tally.check(text, bounded, f"finite {finite}, peak {peak:.1f} dBFS, energy {early:.2e} then {late:.2e}")
    tally.check("most corners are in range", refused <= number / 2, f"{refused} of {number + 1} refused")


if __name__ == "__main__":
    common.need_program()
    results = common.Tally("reverb")
    with common.Project("reverb") as folder:
        times(results, folder)
        extremes(results, folder, "--quick" in sys.argv)
    results.finish()
