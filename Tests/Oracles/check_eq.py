"""The EQ by impulse through the program, against the analogue prototypes, with the definition's bounds.

Each session carries one impulse for every curve under test, in slots wide enough for the response to die away, so
that a render measures many curves: track k holds an impulse at slot k and the curve to be measured.

    python check_eq.py [-v] [--rates 48000,96000] [--curves FILE.csv]   the worst errors of all curves as CSV
"""

from __future__ import annotations

import argparse
import csv
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

import common
import filters

CURVES_PER_RENDER = 16
FREQUENCIES = (31.5, 100.0, 440.0, 1000.0, 3000.0, 6300.0, 10_000.0, 12_000.0, 14_000.0, 16_000.0, 18_000.0)
BELL_GAINS = (-12.0, -6.0, -3.0, 1.0, 3.0, 6.0, 12.0)
BELL_QS = (0.5, 0.7071, 1.0, 2.0, 4.0, 8.0)
SHELF_QS = (0.5, 0.7071, 1.0)
PASS_QS = (0.5, 0.7071, 1.0, 2.0, 8.0)
SLOPES = (6, 12, 18, 24, 36, 48)
AUDIBLE = (20.0, 20_000.0)


@dataclass(frozen=True)
class Curve:
    """One band to be measured; `q`, `gain` and `slope` are None where the band does not have or say them."""

    band: str
    frequency: float
    q: float | None = None
    gain: float | None = None
    slope: int | None = None

    @property
    def yaml(self) -> str:
        """The band as a session says it."""
        words = [f"type: {self.band}", f"frequency: {self.frequency:g} Hz"]
        words += [f"gain: {self.gain:+g} dB"] if self.gain is not None else []
        words += [f"q: {self.q:g}"] if self.q is not None else []
        words += [f"slope: {self.slope} dB/oct"] if self.slope is not None else []
        return "{" + ", ".join(words) + "}"

    def target(self, f: np.ndarray, rate: float) -> np.ndarray:
        """The response it must have: analogue, but bilinear for notch and all-pass."""
        if self.band in ("notch", "all_pass"):
            b, a = filters.bilinear(self.band, self.frequency, rate, self.q or math.sqrt(0.5))
            z = np.exp(-2j * np.pi * f / rate)
            return (b[0] + b[1] * z + b[2] * z * z) / (a[0] + a[1] * z + a[2] * z * z)
        if self.band in ("high_pass", "low_pass"):
            return filters.analogue_slope(self.band, f, self.frequency, self.slope or 12, self.q)
        return filters.analogue(self.band, f, self.frequency, self.q or math.sqrt(0.5), self.gain or 0.0)

    def bound(self, rate: float) -> float | None:
        """The definition's worst error in dB; a cascade may err by the sum of its sections; None where the definition sets none."""
        high_rate = rate >= 88_200
        column = 0 if rate < 48_000 else 1
        first = 0.5 if high_rate else 1.0

        def second(at_44_1: float, at_48: float) -> float:
            return 0.25 if high_rate else (at_44_1, at_48)[column]

        size = abs(self.gain or 0.0)
        match self.band:
            case "bell":
                table = [(3, 0.35, 0.25), (6, 0.6, 0.45), (12, 1.0, 0.7)]
                return next(second(a, b) for limit, a, b in table if size <= limit)
            case "low_shelf" | "high_shelf":
                return second(0.45, 0.4) if size <= 6 else second(0.7, 0.5)
            case "band_pass":
                return second(1.9, 1.3)
            case "tilt":
                return first
            case "notch" | "all_pass":
                return 0.01
            case "high_pass" if self.frequency > 12_000:
                return None
            case "low_pass" | "high_pass":
                qs, odd = filters.butterworth_sections(self.slope or 12)
                one = second(1.8, 1.1) if self.band == "low_pass" else second(1.15, 0.7)
                return len(qs) * one + (first if odd else 0.0)
        raise ValueError(self.band)


def curves() -> list[Curve]:
    """The grid."""
    grid: list[Curve] = []
    for f in FREQUENCIES:
        grid += [Curve("bell", f, q, gain) for q in BELL_QS for gain in BELL_GAINS]
        for shelf in ("low_shelf", "high_shelf"):
            grid += [Curve(shelf, f, q, gain) for q in SHELF_QS for gain in (-12.0, -6.0, 3.0, 6.0, 12.0)]
        for band in ("low_pass", "high_pass"):
            grid += [Curve(band, f, q, None, 12) for q in PASS_QS]
            grid += [Curve(band, f, None, None, slope) for slope in SLOPES]
        for band in ("band_pass", "notch", "all_pass"):
            grid += [Curve(band, f, q) for q in (0.5, 1.0, 3.0, 8.0)]
        grid += [Curve("tilt", f, None, gain) for gain in (-6.0, 3.0, 6.0)]
    return grid


def slot_frames(rate: int) -> int:
    """Frames for one response: the slowest pole here (31.5 Hz, Q 8 boosted by 12 dB) falls by 140 dB in 2.6 s."""
    return 1 << math.ceil(math.log2(2.7 * rate))


def responses(tally: common.Tally, project: common.Project, rate: int, batch: list[Curve]) -> list[np.ndarray] | None:
    """The impulse responses of a batch, through one render."""
    slot = slot_frames(rate)
    tracks = ""
    for k, curve in enumerate(batch):
        tracks += f"  t{k:02}: {{stem: stems/{rate}_{k:02}.wav, inserts: {{eq: {{bands: {{b: {curve.yaml}}}}}}}}}\n"
    text = (
        f"mixdown: 1\nsample_rate: {rate}\npan_law: 0 dB\nlength: {slot * len(batch)} samples\ntracks:\n{tracks}"
        "deliverables: {out: {format: wav, bit_depth: 32f}}\n"
    )
    session = project.session("eq", text)
    outcome = project.render(session)
    if outcome.code != 0:
        tally.check(f"render of {batch[0]}… at {rate}", False, outcome.reason)
        return None
    samples, _ = common.read_audio(project.delivered(session, "out", outcome))
    return [samples[k * slot : (k + 1) * slot, 0] for k in range(len(batch))]


def bins(count: int, rate: float, f: np.ndarray) -> np.ndarray:
    """FFT bins nearest to the frequencies."""
    return np.unique(np.clip(np.round(f * count / rate).astype(int), 1, count // 2 - 1))


def measure(
    tally: common.Tally, project: common.Project, rate: int, rows: list[list[object]]
) -> dict[Curve, np.ndarray]:
    """Every curve of the grid at one rate; returns the measured responses at the bins judged."""
    slot = slot_frames(rate)
    for k in range(CURVES_PER_RENDER):
        impulse = np.zeros((slot * (k + 1), 1))
        impulse[slot * k] = 1.0
        project.stem(f"{rate}_{k:02}.wav", impulse, rate, "FLOAT")
    judged = bins(slot, rate, np.geomspace(AUDIBLE[0], min(AUDIBLE[1], rate / 2 * 0.999), 1500))
    judged = judged[(judged * rate / slot >= AUDIBLE[0]) & (judged * rate / slot <= AUDIBLE[1])]
    f = judged * rate / slot
    measured: dict[Curve, np.ndarray] = {}
    worst: dict[str, tuple[float, str]] = defaultdict(lambda: (0.0, ""))
    grid = curves()
    for begin in range(0, len(grid), CURVES_PER_RENDER):
        batch = grid[begin : begin + CURVES_PER_RENDER]
        answers = responses(tally, project, rate, batch)
        for curve, response in zip(batch, answers or []):
            got = np.fft.rfft(response)[judged]
            measured[curve] = got
            want = curve.target(f, rate)
            with np.errstate(divide="ignore"):
                want_db, got_db = 20 * np.log10(np.abs(want)), 20 * np.log10(np.abs(got))
            counted = want_db > -60
            error = np.abs(got_db - want_db)[counted]
            at = f[counted][np.argmax(error)]
            bound = curve.bound(rate)
            text = f"{curve.yaml} at {rate}"
            detail = f"{np.max(error):.3f} dB at {at:.0f} Hz, bound {bound} dB"
            rows.append(
                [
                    rate,
                    curve.band,
                    curve.frequency,
                    curve.q,
                    curve.gain,
                    curve.slope,
                    np.max(error),
                    at,
                    bound,
                ]
            )
            if bound is None:
                continue
            tally.check(text, np.max(error) <= bound, detail)
            share = np.max(error) / bound
            if share > worst[curve.band][0]:
                worst[curve.band] = (share, f"{curve.yaml}: {detail}")
    for band, (share, text) in worst.items():
        tally.say(f"{rate} {band:10} worst {share:4.0%} of its bound: {text}")
    return measured


def inverses(tally: common.Tally, rate: int, measured: dict[Curve, np.ndarray]) -> None:
    """A cut is the exact inverse of the same boost."""
    errors: dict[str, float] = defaultdict(float)
    for curve, cut in measured.items():
        boost = measured.get(Curve(curve.band, curve.frequency, curve.q, -(curve.gain or 0), curve.slope))
        if curve.band in ("bell", "low_shelf", "high_shelf", "tilt") and (curve.gain or 0) < 0 and boost is not None:
            errors[curve.band] = max(errors[curve.band], float(np.max(np.abs(cut * boost - 1))))
    for band, error in errors.items():
        tally.check(f"{band}: cut inverts boost at {rate}", error < 2e-5, f"|H·H′ − 1| ≤ {error:.1e}")


def steadiness(tally: common.Tally, project: common.Project, rate: int) -> None:
    """A shelf is continuous in `q`: no jump where a closed form for Q 1/√2 may take over."""
    pairs = [
        (Curve(band, f, 0.7070, gain), Curve(band, f, 0.7073, gain))
        for band in ("low_shelf", "high_shelf")
        for f in (200.0, 9000.0)
        for gain in (-9.0, 9.0)
    ]
    batch = [curve for pair in pairs for curve in pair]
    answers = responses(tally, project, rate, batch)
    if answers is None:
        return
    for index, (curve, _) in enumerate(pairs):
        one, two = (np.abs(np.fft.rfft(answers[2 * index + side]))[20:-20] for side in (0, 1))
        step = float(np.max(np.abs(20 * np.log10(one / two))))
        tally.check(f"{curve.yaml} continuous in q at {rate}", step < 0.01, f"{step:.4f} dB from q 0.7070 to 0.7073")


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("-v", action="store_true")
    options.add_argument("--rates", default="44100,48000,96000")
    options.add_argument("--curves")
    given = options.parse_args()
    common.need_program()
    results = common.Tally("EQ against the analogue")
    table: list[list[object]] = []
    for one_rate in map(int, given.rates.split(",")):
        with common.Project("eq") as folder:
            inverses(results, one_rate, measure(results, folder, one_rate, table))
            steadiness(results, folder, one_rate)
    if given.curves:
        with open(given.curves, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["rate", "band", "frequency", "q", "gain", "slope", "error_db", "at_hz", "bound_db"])
            writer.writerows(table)
    results.finish()
