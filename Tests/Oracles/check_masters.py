"""Acceptance, point 1: six unlike mixes × every preset × every format, each file on its target or refused for cause.

    python check_masters.py [-v] [--quick] [--mix NAME …] [--preset NAME …]

Every delivered file is decoded by ffmpeg and read within ±0.1 LU of its target (by `meter.py` and by ffmpeg's
`ebur128`) and at or under its ceiling (16× Kaiser-windowed sinc, 256 taps a phase). Without a loudness target the
loudness is that of the mix after the master's inserts.

Refusals are judged three ways: by a limiter of our own, run twice, with the least and with the most that a release can
cost (between the two the verdict is the program's); by the figures in the message; and by taking the program at its
word: the loudest target that it says fits must be delivered, 0.3 LU more must not.

Nothing may be silent: clipping (D0815), hard limiting (D0813), stems of another rate (P0506), refusals (D0811 to D0816)
each have their diagnostic, and there is none without its cause. KEEP_ORACLE_FILES=1 leaves the sessions in place.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import re
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage, signal

import common
import formats
import meter
import mixes
import peaks
import quantities
import reference

LOUDNESS_TOLERANCE = 0.1
PEAK_TOLERANCE = 1e-4  # dB: double precision twice over
AIM = 0.05  # dB that the limiter aims under the ceiling
MODEL_SLACK = 0.4  # dB that our limiter, however it releases, may be wrong by
# LU that an encoder may add or take: 128 kbps of wide noise gains 0.44, percussion at 96 kbps Vorbis loses 0.63, as it
# does with oggenc.
CODEC_LOUDNESS = 0.7
HARD = 4.0  # dB of limiting from which D0813 warns
QUICK_MIXES = ["percussion", "electronic"]
QUICK_PRESETS = ["streaming", "club", "cd", "vinyl"]


@dataclass
class Goal:
    """What a preset asks of every file."""

    target: float | None
    ceiling: float | None
    most: float
    inserts: bool
    checks: dict[str, dict[str, str]]  # what its medium asks for: a file that misses one is refused (D0831)
    padded: bool  # to whole frames of a CD
    clipper: bool


@dataclass
class Reading:
    """What our meters read in decoded samples."""

    integrated: float | None
    true_peak: float
    by_ffmpeg: float
    momentary: float | None
    short_term: float | None


@dataclass
class Bench:
    """What is measured once: files of equal samples are read once."""

    readings: dict[str, Reading] = field(default_factory=dict)

    def read(self, samples: np.ndarray, rate: int) -> Reading:
        """All readings of decoded samples."""
        key = hashlib.sha256(samples.tobytes() + str(rate).encode()).hexdigest()
        if key not in self.readings:
            integrated, momentary, short_term = loudnesses(samples, rate)
            by_ffmpeg = ffmpeg_loudness(samples, rate)
            self.readings[key] = Reading(integrated, peaks.true_peak(samples), by_ffmpeg, momentary, short_term)
        return self.readings[key]


def decoded(path: Path) -> tuple[np.ndarray, int]:
    """`meter.decoded` in one process: ffmpeg writes a WAV of doubles, whose header is read here."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-bitexact", "-f", "wav", "-c:a", "pcm_f64le", "-"],
        capture_output=True,
        check=True,
    )
    data = done.stdout
    form, body = data.index(b"fmt "), data.index(b"data")
    channels, rate = struct.unpack("<HI", data[form + 10 : form + 16])
    return np.frombuffer(data, "<f8", offset=body + 8).reshape(-1, channels), rate


def loudnesses(x: np.ndarray, rate: int) -> tuple[float | None, float | None, float | None]:
    """Integrated, greatest momentary and greatest short-term loudness, weighted once for all three."""
    y = x
    for b, a in meter.k_weighting(rate):
        y = signal.lfilter(b, a, y, axis=0)
    total = np.concatenate([[0.0], np.cumsum((y * y) @ meter.weights(x.shape[1]))])

    def windows(seconds: float, hop: float) -> np.ndarray:
        size = round(seconds * rate)
        begins = np.arange(0, len(x) - size + 1, round(hop * rate))
        return (total[begins + size] - total[begins]) / size

    blocks = windows(0.4, 0.1)
    blocks = blocks[meter.loudness(blocks) > -70]
    integrated = None
    if len(blocks):
        kept = blocks[meter.loudness(blocks) > meter.loudness(np.mean(blocks)) - 10]
        integrated = float(meter.loudness(np.mean(kept)))
    found = []
    for seconds in (0.4, 3.0):
        values = windows(seconds, 0.01)
        found.append(float(meter.loudness(np.max(values))) if len(values) and np.max(values) > 0 else None)
    return integrated, found[0], found[1]


def ffmpeg_loudness(samples: np.ndarray, rate: int) -> float:
    """Integrated loudness by ffmpeg's `ebur128`, to three decimals."""
    form = ["-f", "f64le", "-ar", str(rate), "-ac", str(samples.shape[1])]
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-v", "error", *form, "-i", "-"]
        + ["-af", "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-", "-f", "null", "-"],
        input=np.ascontiguousarray(samples, "<f8").tobytes(),
        capture_output=True,
        check=True,
    )
    last = done.stdout.decode().rsplit("lavfi.r128.I=", 1)
    return float(last[1].split()[0]) if len(last) == 2 else -70.0


# What a master would take


def limited(
    x: np.ndarray, rate: int, needed: np.ndarray, gain: float, ceiling: float, release: float
) -> tuple[np.ndarray, float]:
    """A look-ahead limiter of our own in steps of 1 ms, and its greatest mean reduction over 50 ms in dB.

    `needed` is the largest local true peak of each step. A release of 0 is a clipper: it takes from each sample what is
    over the ceiling, and nothing else.
    """
    if release == 0:
        out = np.clip(x * gain, -common.amplitude(ceiling - AIM), common.amplitude(ceiling - AIM))
        return out, heard(out, x * gain, rate)
    reduction = np.maximum(0.0, 20 * np.log10(np.maximum(needed * gain, 1e-9)) - (ceiling - AIM))
    reduction = ndimage.maximum_filter1d(reduction, 3)
    held, fall = np.empty_like(reduction), math.exp(-0.001 / release)
    last = 0.0
    for k, value in enumerate(reduction):
        last = max(value, last * fall)
        held[k] = last
    held = ndimage.uniform_filter1d(ndimage.maximum_filter1d(held, 5), 5)
    at = (np.arange(len(x)) / rate) / 0.001 - 0.5
    out = x * (gain * 10 ** (-np.interp(at, np.arange(len(held)), held) / 20))[:, None]
    return out, greatest_mean(1 - 10 ** (-held / 20), 50)


def greatest_mean(reduction: np.ndarray, count: int) -> float:
    """The greatest mean of 1 − gain over so many values, in dB."""
    total = np.concatenate([[0.0], np.cumsum(reduction)])
    count = min(count, len(reduction))
    return float(-20 * np.log10(1 - np.max((total[count:] - total[:-count]) / count)))


def heard(out: np.ndarray, through: np.ndarray, rate: int) -> float:
    """The greatest mean reduction over 50 ms, in dB, of a signal against the one before."""
    before, after = np.max(np.abs(through), axis=1), np.max(np.abs(out), axis=1)
    sounds = before > 1e-3 * np.max(before)
    ratio = np.where(sounds, after / np.maximum(before, 1e-12), 1.0)
    last = np.maximum.accumulate(np.where(sounds, np.arange(len(ratio)), 0))
    return greatest_mean(np.maximum(0.0, 1 - ratio[last]), round(0.05 * rate))


@dataclass
class Model:
    """The limiting that a target takes from a mix, at least and at most."""

    samples: np.ndarray
    rate: int
    integrated: float | None
    true_peak: float
    needed: np.ndarray
    cache: dict[tuple[float, float, float], float] = field(default_factory=dict)

    @classmethod
    def of(cls, x: np.ndarray, rate: int) -> Model:
        """Prepares a premaster after its inserts."""
        local = peaks.local_peaks(x)
        step = rate / 1000
        edges = np.floor(np.arange(math.ceil(len(x) / step)) * step).astype(int)
        return cls(x, rate, meter.integrated(x, rate), peaks.true_peak(x), np.maximum.reduceat(local, edges))

    def limiting(self, target: float, ceiling: float, release: float) -> float:
        """The greatest mean reduction over 50 ms with which our limiter reaches the target; inf when it cannot."""
        if self.integrated is None:
            return math.inf
        key = (target, ceiling, release)
        if key not in self.cache:
            low, high = target - self.integrated, target - self.integrated + 30.0
            if self.true_peak + low <= ceiling - AIM:
                self.cache[key] = 0.0
                return 0.0
            for _ in range(11):
                middle = (low + high) / 2
                out, took = limited(self.samples, self.rate, self.needed, common.amplitude(middle), ceiling, release)
                low, high = (middle, high) if (meter.integrated(out, self.rate) or -70) < target else (low, middle)
            self.cache[key] = took if high < target - self.integrated + 29 else math.inf
        return self.cache[key]

    def span(self, target: float, ceiling: float) -> tuple[float, float]:
        """Least and most limiting over all sensible releases, and a clipper."""
        return self.limiting(target, ceiling, 0), self.limiting(target, ceiling, 0.5)


def measured_limiting(out: np.ndarray, through: np.ndarray, rate: int) -> tuple[float, float]:
    """What clipper and limiter took at most, and in the mean over 50 ms, in dB, by the samples before and after."""
    before, after = np.max(np.abs(through), axis=1), np.max(np.abs(out), axis=1)
    sounds = before > 1e-3 * np.max(before)
    ratio = 20 * np.log10(np.maximum(after[sounds], 1e-12) / before[sounds])
    # Of runs of samples: a clipper's filter makes some beside a cut peak larger, and says nothing of the gain.
    gain = float(np.percentile(ndimage.median_filter(ratio, 63), 99.5))
    return float(max(0.0, gain - np.min(ratio))), heard(out, through * common.amplitude(gain), rate)


# One session


def said(outcome: common.Outcome, code: str, identifier: str) -> list[dict[str, Any]]:
    """The diagnostics of a code that name a deliverable, by path or in the message."""
    return [
        d
        for d in outcome.diagnostics
        if d.get("code") == code
        and (f"`{identifier}`" in (d.get("message") or "") or d.get("path") == f"deliverables.{identifier}")
    ]


def why(outcome: common.Outcome, identifier: str) -> list[str]:
    """The errors about a deliverable, as text."""
    mine = [d for d in outcome.diagnostics if d.get("path") == f"deliverables.{identifier}"]
    return [f"{d.get('code')}: {d.get('message')}" for d in mine if d.get("severity") == "error"]


@dataclass
class Case:
    """A mix under a preset."""

    tally: common.Tally
    bench: Bench
    project: common.Project
    name: str
    mix: mixes.Mix
    goal: Goal
    wanted: list[formats.Format]
    head: str
    preset: str
    model: Model
    unsaid: dict[str, float] = field(default_factory=dict)

    def text(self, target: float | None = None) -> str:
        """The session; with a target of its own where given."""
        loudness = f", loudness: {{integrated: {target:g} LUFS}}" if target is not None else ""
        return f"{self.head}master: {{preset: {self.preset}{loudness}}}\ndeliverables:\n" + "".join(
            f.line for f in self.wanted
        )

    def run(self) -> None:
        """Renders and judges everything."""
        session = self.project.session(self.name, self.text())
        outcome = self.project.render(session, "--jobs", "1")
        tally = self.tally
        if not tally.check(f"{self.name}: exit 0 or 1", outcome.code in (0, 1), f"{outcome.code}: {outcome.reason}"):
            return
        entries = {entry.get("id"): entry for entry in (outcome.json or {}).get("deliverables") or []}
        folder = self.project.folder / "out" / self.name
        refused: list[formats.Format] = []
        loudness: dict[str, float] = {}
        for form in self.wanted:
            path = folder / f"{self.name}-{form.id}{form.suffix}"
            there, listed = path.is_file(), form.id in entries
            tally.check(f"{self.name} {form.id}: file and JSON agree", there == listed, f"file {there}, JSON {listed}")
            if there:
                value = self.file(form, path, entries.get(form.id, {}), outcome, loudness.get("wav24"))
                if value is not None:
                    loudness[form.id] = value
                path.unlink()
            else:
                refused.append(form)
        left = sorted(path.name for path in folder.iterdir() if ".report." not in path.name) if folder.is_dir() else []
        tally.check(f"{self.name}: nothing else was written", not left, f"{left}")
        good = outcome.code == (1 if refused else 0)
        tally.check(f"{self.name}: exit code", good, f"{outcome.code}, refused {[f.id for f in refused]}")
        listed = ", ".join(f"{key} {told:.2f} dB" for key, told in self.unsaid.items())
        tally.check(
            f"{self.name}: limiting by {HARD:g} dB or more, and no less, is said (D0813)", not self.unsaid, listed
        )
        self.figures(outcome, entries, {form.id for form in refused})
        rate_said = any(d.get("code") == "P0506" for d in outcome.diagnostics)
        tally.check(f"{self.name}: resampling is said", rate_said == self.mix.resampled, f"P0506: {rate_said}")
        if refused:
            self.refusals(session, refused, outcome)

    def figures(self, outcome: common.Outcome, entries: dict[Any, dict[str, Any]], refused: set[str]) -> None:
        """D0813 names files that exist, with what the limiter took from them."""
        for problem in outcome.diagnostics:
            figure = re.search(r"takes up to ([\d.]+) dB", problem.get("message") or "")
            if problem.get("code") != "D0813" or figure is None:
                continue
            named = set(re.findall(r"`(\w+)`", problem["message"]))
            self.tally.check(f"{self.name}: D0813 is about files that exist", not named & refused, problem["message"])
            took = [float(entries[key].get("reduction_50ms_db") or 0.0) for key in named if key in entries]
            if took:
                good = abs(max(took) - float(figure[1])) <= 0.06
                self.tally.check(
                    f"{self.name}: D0813 has the figure", good, f"{problem['message']}; JSON {max(took):.2f}"
                )

    # Files

    def file(
        self,
        form: formats.Format,
        path: Path,
        entry: dict[str, Any],
        outcome: common.Outcome,
        wave: float | None,
    ) -> float | None:
        """One delivered file against the goal, the mix and its JSON."""
        name, goal, tally = f"{self.name} {form.id}", self.goal, self.tally
        samples, rate = decoded(path)
        reading = self.bench.read(samples, rate)
        value, peak = reading.integrated, reading.true_peak
        if not tally.check(f"{name}: can be measured", value is not None, f"{value}"):
            return None
        assert value is not None
        count = math.ceil(len(self.model.samples) * rate / self.model.rate)
        if self.goal.padded and rate % 75 == 0:
            count = -(-count // (rate // 75)) * (rate // 75)
        tally.check(
            f"{name}: length",
            rate == (form.rate or self.mix.rate) and len(samples) == count,
            f"{rate} {len(samples)}, not {count}",
        )
        if goal.target is not None:
            for who, got in (("own meter", value), ("ffmpeg", reading.by_ffmpeg)):
                good = abs(got - goal.target) <= LOUDNESS_TOLERANCE
                tally.check(f"{name}: loudness by {who}", good, f"{got:.3f} LUFS, asked {goal.target:g}")
        else:
            self.untouched(form, name, value, peak, entry, outcome, wave)
        if goal.ceiling is not None:
            good = peak <= goal.ceiling + PEAK_TOLERANCE
            tally.check(f"{name}: true peak", good, f"{peak:.4f} dBTP, ceiling {goal.ceiling:g}")
        for key, got, tolerance in (
            ("integrated_lufs", value, 0.03),
            ("true_peak_dbtp", peak, 0.03),
            ("max_momentary_lufs", reading.momentary, 0.05),
            ("max_short_term_lufs", reading.short_term, 0.05),
        ):
            told = entry.get(key)
            good = told is None and got is None if told is None or got is None else abs(told - got) <= tolerance
            tally.check(f"{name}: {key} in the JSON", good, f"{told}, measured {got}")
        missed = [key for key, value in self.own_values(samples, rate, peak).items() if self.misses(key, value, 0.02)]
        tally.check(f"{name}: misses no check of its master", not missed, f"{missed}")
        self.likeness(form, name, samples, rate)
        self.limiting(form, name, samples, rate, entry, outcome)
        clipped = 0
        if form.bits and goal.ceiling is None and (form.rate or self.mix.rate) == self.mix.rate:
            scale = 2 ** (form.bits - 1)
            codes = np.round(np.clip(self.model.samples, -2, 2) * scale)
            clipped = int(np.sum((codes > scale - 1) | (codes < -scale)))
        found = said(outcome, "D0815", form.id)
        if clipped:
            counted = re.match(r"\d+", found[0]["message"]) if found else None
            good = counted is not None and abs(int(counted[0]) - clipped) <= 2 + clipped // 50
            tally.check(f"{name}: clipping is said", good, f"{clipped} samples; {[d['message'] for d in found]}")
        elif form.rate is None:
            tally.check(f"{name}: no clipping is claimed", not found, f"{[d['message'] for d in found]}")
        elif goal.ceiling is None and form.bits and self.model.true_peak > 0.3:
            tally.check(f"{name}: clipping is said", bool(found), f"mix peaks at {self.model.true_peak:+.2f} dBTP")
        if form.lossy and goal.ceiling is None and peak > 0.1:
            mine = [d["message"] for d in outcome.diagnostics if f"`{form.id}`" in (d.get("message") or "")]
            tally.expect(f"{name}: peaks over full scale are said", bool(mine), f"decodes to {peak:+.2f} dBTP; {mine}")
        return value

    def untouched(
        self,
        form: formats.Format,
        name: str,
        value: float,
        peak: float,
        entry: dict[str, Any],
        outcome: common.Outcome,
        wave: float | None,
    ) -> None:
        """No target: the loudness of the mix where nothing had to be limited, and no more taken than had to be."""
        tally, goal, model = self.tally, self.goal, self.model
        before = model.integrated or -70.0
        over = model.true_peak - (goal.ceiling - AIM) if goal.ceiling is not None else -1.0
        if goal.ceiling is None and form.bits and model.true_peak > 0:
            # It clips. Less loud than the mix, by less than the peaks stick out.
            good = before - model.true_peak <= value <= before + 0.05
            tally.check(f"{name}: loudness of the mix, clipped", good, f"{value:.3f}, the mix {before:.3f} LUFS")
        elif not form.lossy:
            low = before - 0.05
            if over > 0:
                gone, _ = limited(model.samples, model.rate, model.needed, 1.0, goal.ceiling or 0.0, 0.5)
                low = (meter.integrated(gone, model.rate) or -70.0) - MODEL_SLACK
            tally.check(
                f"{name}: loudness of the mix", low <= value <= before + 0.05, f"{value:.3f}, the mix {before:.3f} LUFS"
            )
        else:
            reference_value = wave if wave is not None else before
            trim = reference_value - value
            told = abs(float(entry.get("gain_db") or 0.0)) + float(entry.get("limiting_db") or 0.0)
            if goal.ceiling is not None and told > 0.05:
                # A trim for the codec's overshoot: only as far as the ceiling asks.
                tally.check(
                    f"{name}: no more trim than needed",
                    trim <= CODEC_LOUDNESS or peak >= goal.ceiling - 0.6,
                    f"trim {trim:.2f} dB, peak {peak:.2f}",
                )
            else:
                tally.check(
                    f"{name}: loudness of the mix, or a trim that is said",
                    abs(trim) <= CODEC_LOUDNESS,
                    f"{value:.3f}, the WAV {reference_value:.3f}",
                )

    def likeness(self, form: formats.Format, name: str, samples: np.ndarray, rate: int) -> None:
        """The file is this mix: each channel like its own, at no delay, the right way up."""
        # Two whole seconds in the middle, so that both rates have whole frames there.
        second = max(0, int(len(self.model.samples) / self.model.rate / 2) - 1)
        a = self.model.samples[second * self.model.rate : (second + 2) * self.model.rate]
        b = samples[second * rate : (second + 2) * rate]
        if rate != self.model.rate:
            divisor = math.gcd(rate, self.model.rate)
            b = signal.resample_poly(b, self.model.rate // divisor, rate // divisor, axis=0)
        count = min(len(a), len(b))
        a, b = a[:count], b[:count]
        # Vorbis and Opus give wide noise back as other noise, at low bitrates a good part of it.
        least = 0.6 if form.kind in ("ogg_vorbis", "opus") else 0.85
        # libopus turns the phase of the bass a little (its 3 Hz high-pass against DC), by frames at 50 Hz.
        slack = 0.001 if form.kind == "opus" else 0.0
        for channel, side in enumerate("LR"):
            power = math.sqrt(float(np.dot(a[:, channel], a[:, channel]) * np.dot(b[:, channel], b[:, channel])))
            same = float(np.dot(a[:, channel], b[:, channel])) / power if power else 1.0
            nearby = (
                max(float(np.dot(np.roll(a[:, channel], k), b[:, channel])) / power for k in (-1, 1)) if power else 0.0
            )
            self.tally.check(
                f"{name}: {side} is the mix's",
                same > least and same >= nearby - slack,
                f"correlation {same:.4f}, a frame off {nearby:.4f}",
            )

    def limiting(
        self,
        form: formats.Format,
        name: str,
        samples: np.ndarray,
        rate: int,
        entry: dict[str, Any],
        outcome: common.Outcome,
    ) -> None:
        """What the limiter did, by the samples, the JSON and the diagnostics."""
        tally, goal = self.tally, self.goal
        told = float(entry.get("reduction_50ms_db") or 0.0)
        if goal.ceiling is not None and not form.lossy and rate == self.model.rate and form.bits != 16:
            most, took = measured_limiting(samples, self.model.samples, rate)
            # Where dither and rounding are heard in a ratio the reading is loose; a limiter's dip is long and deep.
            tally.check(
                f"{name}: reduction in the JSON", abs(took - told) <= 0.25, f"{told:.3f} dB, by the samples {took:.3f}"
            )
            if not goal.clipper:
                alone = float(entry.get("limiting_db") or 0.0)
                tally.check(
                    f"{name}: limiting in the JSON", abs(most - alone) <= 0.12, f"{alone:.3f} dB, ours {most:.3f}"
                )
        if goal.target is not None:
            tally.check(f"{name}: within max_limiting", told <= goal.most + 0.005, f"{told:.3f} dB of {goal.most:g}")
        warned = bool(said(outcome, "D0813", form.id))
        if abs(told - HARD) > 0.02 and warned != (told > HARD):
            self.unsaid[form.id] = told
        if goal.target is not None and goal.ceiling is not None and not form.lossy:
            low, high = self.model.span(goal.target, goal.ceiling)
            good = low - MODEL_SLACK <= told <= high + MODEL_SLACK
            tally.check(f"{name}: limiting as by our model", good, f"{told:.2f} dB, ours {low:.2f} to {high:.2f}")

    # Refusals

    @staticmethod
    def own_values(samples: np.ndarray, rate: int, peak: float) -> dict[str, float]:
        """What we measure of what masters check; the rest is other oracles' work."""
        largest = float(np.max(np.abs(samples))) if samples.size else 0.0
        return {
            "length": len(samples) / rate,
            "sample_peak": common.decibels(largest),
            "true_peak": peak,
            "correlation": float(np.corrcoef(samples.T)[0, 1]),
        }

    def misses(self, check: str, value: float, slack: float) -> bool:
        """Whether a value lies outside a check of the preset by more than the slack."""
        limits = self.goal.checks.get(check, {})
        low, high = (number(limits[key]) if key in limits else None for key in ("min", "max"))
        return (low is not None and value < low - slack) or (high is not None and value > high + slack)

    def by_check(self, form: formats.Format, problem: dict[str, Any]) -> None:
        """A refusal by a check of the preset: which, what was measured, and whether it holds for the mix."""
        tally, name = self.tally, f"{self.name} {form.id}"
        told = re.search(r"check `(\w+)` of its master: it is ([−-]?[\d.]+)", problem["message"])
        if not tally.check(f"{name}: the refusal names its check", told is not None, problem["message"]):
            return
        assert told is not None
        check, value = told[1], float(told[2].replace("−", "-"))
        tally.check(f"{name}: {check} is a check of the preset", check in self.goal.checks, problem["message"])
        tally.check(f"{name}: {check} lies outside", self.misses(check, value, 0.0), problem["message"])
        own = self.own_values(self.model.samples, self.model.rate, self.model.true_peak).get(check)
        if own is None or (check != "correlation" and self.goal.ceiling is not None):
            tally.say(f"{name}: {problem['message']}")
            return
        # What clips in an integer file peaks at full scale; a lossy one has peaks of its own.
        own = min(own, 0.0) if form.bits and check == "sample_peak" else own
        near = abs(own - value) <= (1.5 if form.lossy or form.rate else 0.1)
        tally.check(f"{name}: {check} as we measure it", near, f"{value}, ours {own:.3f}")

    def refusals(self, session: Path, refused: list[formats.Format], outcome: common.Outcome) -> None:
        """Every refusal has its code and reason, and the reason holds."""
        tally, goal = self.tally, self.goal
        fits: dict[float, list[formats.Format]] = {}
        for form in refused:
            name = f"{self.name} {form.id}"
            found = [
                d
                for code in ("D0811", "D0812", "D0814", "D0816", "D0831")
                for d in said(outcome, code, form.id)
                if d.get("severity") == "error"
            ]
            if not tally.check(
                f"{name}: the refusal has its reason",
                len({d["code"] for d in found}) == 1,
                f"{[d['message'] for d in found]}",
            ):
                continue
            problem = found[0]
            if problem["code"] == "D0831":
                for each in found:
                    self.by_check(form, each)
                continue
            tally.check(
                f"{name}: the reason has its place",
                problem.get("path") == f"deliverables.{form.id}",
                f"{problem.get('path')}",
            )
            tally.check(f"{name}: only a target is refused", goal.target is not None, problem["message"])
            if goal.target is None or goal.ceiling is None:
                continue
            low, high = self.model.span(goal.target, goal.ceiling)
            if problem["code"] == "D0812":
                if not form.lossy:
                    tally.check(
                        f"{name}: rightly refused",
                        high > goal.most - MODEL_SLACK,
                        f"our limiter takes {low:.2f} to {high:.2f} dB",
                    )
                message = problem["message"]
                numbers = re.search(r"would take (?:about )?([\d.]+) dB, and `max_limiting` is ([\d.]+) dB", message)
                beyond = re.search(r"no amount of limiting makes it louder than ([−-][\d.]+) LUFS", message)
                tally.check(f"{name}: the reason has its figures", bool(numbers or beyond), problem["message"])
                if beyond:
                    most = float(beyond[1].replace("−", "-"))
                    tally.check(f"{name}: nothing gets there", most < goal.target, problem["message"])
                elif numbers:
                    least = float(numbers[1])
                    tally.check(
                        f"{name}: the bound is the preset's", float(numbers[2]) == goal.most, problem["message"]
                    )
                    tally.check(f"{name}: over the bound", least > goal.most, problem["message"])
                    if not form.lossy:
                        tally.check(
                            f"{name}: what it would take",
                            low - MODEL_SLACK <= least <= high + MODEL_SLACK,
                            f"{least} dB, ours {low:.2f} to {high:.2f}",
                        )
            hint = next(
                (m for h in problem.get("hints") or [] if (m := re.search(r"fits is ([−-]?[\d.]+) LUFS", h))), None
            )
            if problem["code"] == "D0812" and tally.check(
                f"{name}: the loudest target that fits is said", hint is not None, f"{problem.get('hints')}"
            ):
                assert hint is not None
                fits.setdefault(float(hint[1].replace("−", "-")), []).append(form)
            elif problem["code"] != "D0812":
                tally.say(f"{name}: {problem['code']}: {problem['message']}; {problem.get('hints')}")
        for target, forms in fits.items():
            self.at_its_word(target, forms)

    def at_its_word(self, target: float, forms: list[formats.Format]) -> None:
        """The target that is said to fit fits, and it is the loudest."""
        tally = self.tally
        only = [word for form in forms for word in ("--only", form.id)]
        folder = self.project.folder / "out" / f"{self.name}_word"
        for more, fit in ((0.0, True), (0.3, False)):
            session = self.project.session(f"{self.name}_word", self.text(round(target + more, 3)))
            outcome = self.project.render(session, "--jobs", "1", *only)
            for form in forms:
                path = folder / f"{self.name}_word-{form.id}{form.suffix}"
                there = path.is_file()
                claim = "fits, as said" if fit else "does not fit, as said"
                name = f"{self.name} {form.id}: {target + more:g} LUFS {claim}"
                # Of a lossy file no one can say beforehand what a louder one would decode to.
                verdict = tally.check if fit or not form.lossy else tally.expect
                verdict(name, there == fit, f"exit {outcome.code}; {why(outcome, form.id)}")
                if there and fit:
                    samples, rate = decoded(path)
                    reading = self.bench.read(samples, rate)
                    good = reading.integrated is not None and abs(reading.integrated - target) <= LOUDNESS_TOLERANCE
                    tally.check(f"{name}: loudness", good, f"{reading.integrated}")
                    good = reading.true_peak <= (self.goal.ceiling or 0.0) + PEAK_TOLERANCE
                    tally.check(f"{name}: true peak", good, f"{reading.true_peak:.4f}")
                path.unlink(missing_ok=True)


def number(text: str) -> float:
    """The number of a limit; `19:30` is minutes and seconds."""
    minutes, colon, seconds = text.partition(":")
    return float(minutes) * 60 + float(seconds) if colon else float(text.split()[0])


# The matrix


def self_check(tally: common.Tally) -> None:
    """The fast peak is the slow one, and the model's limiter limits."""
    for name, make in mixes.MIXES.items():
        mix = make(3.0)
        x = np.column_stack([next(iter(mix.stems.values())).samples[:, 0]] * 2) * [1.0, 0.7]
        slow, fast = meter.true_peak(x), peaks.true_peak(x)
        tally.check(f"peaks of {name} by both roads", abs(slow - fast) < 1e-6, f"{slow} {fast}")
        same = (meter.integrated(x, mix.rate), meter.maximum(x, mix.rate, 0.4, 0.01))
        got = loudnesses(x, mix.rate)
        tally.check(f"loudness of {name} by both roads", np.allclose(same, got[:2], atol=1e-9), f"{same} {got}")
    model = Model.of(np.random.default_rng(1).normal(0, 0.2, (48_000 * 3, 2)), 48_000)
    out, _ = limited(model.samples, 48_000, model.needed, 2.0, -1.0, 0.1)
    peak = peaks.true_peak(out)
    tally.check("our limiter limits", -2.0 < peak < -0.4, f"{peak:.2f} dBTP")


def goals(tally: common.Tally) -> dict[str, Goal]:
    """Every preset that the program has, against the definition."""
    listed = common.mixdown("presets", "--json").json or {}
    names = [preset["name"] for preset in listed.get("presets") or []]
    tally.check("the presets are those of the contract", sorted(names) == sorted(formats.PRESETS), f"{names}")
    found = {}
    for name in names:
        written = quantities.load(common.mixdown("presets", "show", name).stdout)

        def asked(part: str, key: str, written: dict[str, Any] = written) -> float | None:
            value = written.get(part)
            return number(value[key]) if isinstance(value, dict) and key in value else None

        goal = Goal(
            asked("loudness", "integrated"),
            asked("limiter", "ceiling"),
            asked("loudness", "max_limiting") or 8.0,
            "inserts" in written,
            written.get("checks") or {},
            written.get("pad") == "cd_frames",
            "clipper" in written,
        )
        if name in formats.PRESETS:
            # `transparent` has no row in the definition; −1 dBTP is what it says of itself.
            tally.check(
                f"preset {name} asks what the contract says",
                (goal.target, goal.ceiling) == formats.PRESETS[name],
                f"{goal}",
            )
        found[name] = goal
    return found


def premaster(
    tally: common.Tally, project: common.Project, name: str, mix: mixes.Mix, preset: str | None, goal: Goal | None
) -> np.ndarray:
    """The mix after a preset's inserts, from the program; without inserts compared with the reference renderer."""
    inserts = goal is not None and goal.inserts
    unchecked = ", checks: null" if goal is not None and goal.checks else ""
    master = f"master: {{preset: {preset}, loudness: none, limiter: none{unchecked}}}\n" if inserts else ""
    text = mix.head() + master + "deliverables: {mix: {format: wav, bit_depth: 32f}}\n"
    title = f"{name}_{preset}_premaster" if inserts else f"{name}_premaster"
    session = project.session(title, text)
    outcome = project.render(session, "--jobs", "1")
    if outcome.code != 0:
        tally.check(f"{title} renders", False, outcome.reason)
    path = project.delivered(session, "mix", outcome)
    samples, _ = common.read_audio(path)
    path.unlink()
    if not inserts and not mix.resampled:
        own = reference.Reference(project.folder, text).premaster
        residual = common.decibels(np.max(np.abs(own - samples)) if own.shape == samples.shape else 1.0)
        tally.check(f"{name}: the mix is the reference's", residual <= -120, f"residual {residual:.1f} dBFS")
    return samples


def matrix(
    tally: common.Tally, names: list[str], presets: dict[str, Goal], wanted: list[formats.Format], seconds: float
) -> None:
    """Everything with everything."""
    bench = Bench()
    for name in names:
        mix = mixes.MIXES[name](seconds)
        with common.Project("masters") as project:
            for track, stem in mix.stems.items():
                project.stem(f"{track}.wav", stem.samples, stem.rate or mix.rate, stem.subtype)
            plain = Model.of(premaster(tally, project, name, mix, None, None), mix.rate)
            tally.say(f"{name}: {plain.integrated:.2f} LUFS, {plain.true_peak:+.2f} dBTP at {mix.rate} Hz")
            for preset, goal in presets.items():
                model = plain
                if goal.inserts:
                    model = Model.of(premaster(tally, project, name, mix, preset, goal), mix.rate)
                before = tally.passed, len(tally.failures)
                case = Case(tally, bench, project, f"{name}_{preset}", mix, goal, wanted, mix.head(), preset, model)
                case.run()
                if tally.verbose or len(tally.failures) > before[1]:
                    tally.say(
                        f"{name} × {preset}: {tally.passed - before[0]} passed, "
                        f"{len(tally.failures) - before[1]} failed"
                    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("-v", action="store_true")
    options.add_argument("--quick", action="store_true", help="two mixes of 5 s, four presets, all formats")
    options.add_argument("--mix", nargs="+", choices=list(mixes.MIXES), help="only these")
    options.add_argument("--preset", nargs="+", help="only these")
    options.add_argument("--format", nargs="+", help="only these")
    given = options.parse_args()
    common.need_program()
    results = common.Tally("masters")
    self_check(results)
    every = goals(results)
    chosen = given.preset or (QUICK_PRESETS if given.quick else list(every))
    forms = formats.known(results, [f for f in formats.FORMATS if not given.format or f.id in given.format])
    matrix(
        results,
        given.mix or (QUICK_MIXES if given.quick else list(mixes.MIXES)),
        {preset: every[preset] for preset in chosen},
        forms,
        5.0 if given.quick else 12.0,
    )
    results.finish()
