"""`measure` and `checks:`: silence, gaps, clipped runs, noise floor, side, esses, sections and CD frames, measured
again with numpy and scipy, and the refusals of the `vinyl` and `cd` masters.

    python check_checks.py [-v]
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
from scipy import signal

import common
import meter

RATE = 48_000
FULL_SCALE = 32767 / 32768


def decibels(power: float) -> float:
    """Of a power; −∞ for none."""
    return 10 * math.log10(power) if power > 0 else -math.inf


def edges(rate: int, count: int) -> np.ndarray:
    """Where each 10 ms begin, and where the last whole ones end."""
    places = (np.arange(math.floor(count * 100 / rate) + 2) * rate / 100).astype(int)
    return places[places <= count]


def powers(x: np.ndarray, rate: int, hops: int) -> np.ndarray:
    """Mean powers, channels added, of windows of so many 10 ms, at each 10 ms."""
    places = edges(rate, len(x))
    total = np.concatenate([[0.0], np.cumsum(np.sum(x * x, axis=1))])[places]
    return (total[hops:] - total[:-hops]) / (places[hops:] - places[:-hops])


def crossover(kind: str, frequency: float, rate: int, x: np.ndarray) -> np.ndarray:
    """Linkwitz–Riley of 24 dB/oct: two Butterworth filters of second order."""
    sections = signal.butter(2, frequency, kind, fs=rate, output="sos")
    return signal.sosfilt(np.concatenate([sections, sections]), x, axis=0)


def looked_at(x: np.ndarray, rate: int) -> dict[str, float | None]:
    """The levels of a stereo file that `measure` tells beside loudness and peaks."""
    mid, side = (x[:, 0] + x[:, 1]) / 2, (x[:, 0] - x[:, 1]) / 2
    loudest = np.max(powers(x, rate, 40)) / 2
    bass = np.max(powers(crossover("lowpass", 150, rate, side[:, None]), rate, 40))
    esses = crossover("lowpass", 10_000, rate, crossover("highpass", 5000, rate, x))
    for b, a in meter.k_weighting(rate):
        esses = signal.lfilter(b, a, esses, axis=0)
    sounding = powers(x, rate, 1) > 0
    whole = np.convolve(sounding, np.ones(40), "valid") > 39.5
    floors = powers(x, rate, 40)[whole]
    integrated = meter.integrated(x, rate)
    mono = meter.integrated(np.repeat(np.mean(x, axis=1)[:, None], 2, axis=1), rate)
    return {
        "noise_floor_dbfs": decibels(np.min(floors) / 2) if len(floors) else None,
        "side_level_db": decibels(np.sum(side**2)) - decibels(np.sum(mid**2)),
        "bass_side_level_db": decibels(bass) - decibels(loudest),
        "sibilance_lu": decibels(np.max(powers(esses, rate, 5))) - 0.691 - (integrated or 0),
        "mono_compatibility_lu": (mono or 0) - (integrated or 0),
    }


def runs(flags: np.ndarray, least: int) -> list[tuple[int, int]]:
    """Beginnings and lengths of runs of at least so many true values."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(a), int(b - a)) for a, b in zip(steps[::2], steps[1::2], strict=True) if b - a >= least]


def places(x: np.ndarray, rate: int) -> dict[str, object]:
    """Silence, gaps and clipped runs, in seconds."""
    heard = np.flatnonzero(np.max(np.abs(x), axis=1) >= 1e-3)
    head, end = (int(heard[0]), int(heard[-1]) + 1) if len(heard) else (len(x), 0)
    zeros = runs(np.all(x == 0, axis=1), round(rate / 100))
    gaps = [(a, n) for a, n in zeros if a > head and a + n < end]
    clipped = sorted((a, c + 1, n) for c in range(x.shape[1]) for a, n in runs(np.abs(x[:, c]) >= FULL_SCALE, 3))
    return {
        "head_silence_seconds": head / rate,
        "tail_silence_seconds": (len(x) - end) / rate,
        "gap_count": len(gaps),
        "gaps": [{"start_seconds": a / rate, "seconds": n / rate} for a, n in gaps[:100]],
        "clipped_run_count": len(clipped),
        "clipped_runs": [{"start_seconds": a / rate, "channel": c, "samples": n} for a, c, n in clipped[:100]],
    }


def programmes() -> dict[str, tuple[np.ndarray, int]]:
    """Stereo programmes with something to find, each with its rate."""
    chance = np.random.default_rng(7)
    found: dict[str, tuple[np.ndarray, int]] = {}
    for rate in (44_100, 48_000, 96_000, 22_050):
        time = np.arange(6 * rate) / rate
        bed = 0.2 * np.sin(2 * np.pi * 220 * time) * (1 + np.sin(2 * np.pi * 0.7 * time)) / 2
        wide = signal.lfilter([0.05], [1, -0.95], chance.standard_normal((len(time), 2)), axis=0)
        x = bed[:, None] + 0.3 * wide
        low = 0.15 * np.sin(2 * np.pi * 70 * time)
        x[2 * rate : 3 * rate, 0] += low[2 * rate : 3 * rate]
        ess = chance.standard_normal((rate // 10, 2)) * 0.2
        x[4 * rate : 4 * rate + len(ess)] += ess
        x[: rate // 5] = 0
        x[-rate // 3 :] *= 0.0005
        x[rate : rate + rate // 50] = 0
        x[rate + rate // 10 : rate + rate // 10 + rate // 100 - 1] = 0
        x = np.clip(x, -1, 1)
        x[5 * rate : 5 * rate + 5, 1] = 1
        x[5 * rate + 9 : 5 * rate + 12, 0] = -1
        found[f"made_{rate}"] = (np.round(x * 32767) / 32768, rate)
    return found


def measured(tally: common.Tally) -> None:
    """`measure --json` against our own figures."""
    with common.Project("measure") as project:
        for name, (samples, rate) in programmes().items():
            project.stem(f"{name}.wav", samples, rate)
            path = project.folder / "stems" / f"{name}.wav"
            x, _ = common.read_audio(path)
            outcome = common.mixdown("measure", path, "--json")
            if not tally.check(f"{name} is measured", outcome.code == 0, outcome.reason):
                continue
            said = (outcome.json or {})["files"][0]
            for key, value in looked_at(x, rate).items():
                close = said[key] is not None and value is not None and abs(said[key] - value) <= 0.02
                tally.check(f"{name} {key}", close, f"{said[key]}, measured {value}")
            for key, value in places(x, rate).items():
                tally.check(f"{name} {key}", same(said[key], value), f"{said[key]}, found {value}")


def same(said: object, value: object) -> bool:
    """Equal, numbers within a nanosecond."""
    if isinstance(value, list) and isinstance(said, list):
        return len(said) == len(value) and all(same(a, b) for a, b in zip(said, value, strict=True))
    if isinstance(value, dict) and isinstance(said, dict):
        return said.keys() == value.keys() and all(same(said[key], value[key]) for key in value)
    return isinstance(said, (int, float)) and isinstance(value, (int, float)) and abs(said - value) < 1e-9


def sections(tally: common.Tally) -> None:
    """The values that checks of sections find, against the slices of the delivered file."""
    samples, rate = programmes()["made_48000"]
    places = {"one": (0.5, 1.5), "two": (1.5, 4.25), "three": (4.25, 5.5)}
    keys = [
        "integrated_loudness",
        "momentary_max",
        "true_peak",
        "sample_peak",
        "correlation",
        "side_level",
        "sibilance",
    ]
    body = ", ".join(f"{key}: {{min: -100}}" if key != "correlation" else f"{key}: {{min: -1}}" for key in keys)
    with common.Project("sections") as project:
        project.stem("mix.wav", samples, rate)
        text = (
            f"mixdown: 1\nsample_rate: {rate}\ntail: none\nstart: 250 ms\ntracks: {{mix: {{stem: stems/mix.wav}}}}\n"
            "markers: {one: 500 ms, two: 1.5 s, three: 4.25 s, end: 5.5 s}\n"
            "deliverables: {a: {format: wav, bit_depth: 24}, b: {format: wav, sample_rate: 44.1 kHz}}\n"
            "checks:\n  sections:\n" + "".join(f"    {name}: {{{body}}}\n" for name in places)
        )
        session = project.session("sections", text)
        outcome = project.render(session)
        if not tally.check("sections render", outcome.code == 0, outcome.reason):
            return
        for identifier in ("a", "b"):
            x, at = common.read_audio(project.delivered(session, identifier, outcome))
            for name, (begin, end) in places.items():
                part = x[round((begin - 0.25) * at) : round((end - 0.25) * at)]
                look = looked_at(part, at)
                values = {
                    "integrated_loudness": meter.integrated(part, at),
                    "momentary_max": meter.maximum(part, at, 0.4),
                    "true_peak": meter.true_peak(part),
                    "sample_peak": 20 * math.log10(np.max(np.abs(part))),
                    "correlation": float(np.sum(part[:, 0] * part[:, 1]) / np.sqrt(np.prod(np.sum(part**2, axis=0)))),
                    "side_level": look["side_level_db"],
                    "sibilance": look["sibilance_lu"],
                }
                for key, value in values.items():
                    said = [
                        check["value"]
                        for check in (outcome.json or {})["checks"]
                        if (check["deliverable"], check["section"], check["name"]) == (identifier, name, key)
                    ]
                    close = len(said) == 1 and value is not None and abs(said[0] - value) <= 0.03
                    tally.check(f"{identifier} {name} {key}", close, f"{said}, measured {value}")


def masters(tally: common.Tally) -> None:
    """The `vinyl` and `cd` masters: the example passes, and what would fail on the medium is refused with a reason."""
    example = common.REPOSITORY / "examples" / "01-first-mix" / "first-mix.mix.yaml"
    with common.Project("example") as project:
        outcome = common.mixdown(
            "render",
            example,
            "--json",
            "-o",
            project.folder / "out",
            "--set",
            "deliverables={v: {format: wav, bit_depth: 24, master: {preset: vinyl}}}",
            "--set",
            "deliverables.c={format: wav, sample_rate: 44.1 kHz, bit_depth: 16, master: {preset: cd}}",
        )
        answer = outcome.json or {}
        tally.check("the example passes", outcome.code == 0, outcome.reason)
        made = {entry["id"]: entry for entry in answer.get("deliverables") or []}
        tally.check("the example's CD has whole frames", made.get("c", {}).get("frames", 1) % 588 == 0, str(list(made)))
        tally.check("the example has a record", "v" in made, outcome.reason)
    time = np.arange(5 * RATE) / RATE
    tone = np.sin(2 * np.pi * 1000 * time)
    low = 0.4 * np.sin(2 * np.pi * 60 * time)
    ess = 0.05 * tone + 0.3 * np.sin(2 * np.pi * 7000 * time) * (np.abs(time - 2) < 0.05)
    cases = [
        ("vinyl", "", np.stack([0.2 * tone, 0.2 * tone], 1), None),
        ("vinyl", "", np.stack([0.95 * tone, 0.95 * tone], 1), "sample_peak"),
        ("vinyl", "", np.stack([0.2 * tone, -0.21 * tone], 1), "correlation"),
        ("vinyl", "", np.stack([ess, ess], 1), "sibilance"),
        ("vinyl", "", np.stack([low, 0 * low], 1), None),
        ("vinyl", ", inserts: {vinyl_bass: null}", np.stack([low, 0 * low], 1), "bass_side_level"),
        ("vinyl", ", checks: {length: {max: 4 s}}", np.stack([0.2 * tone, 0.2 * tone], 1), "length"),
        ("cd", "", np.stack([0.2 * tone, 0.2 * tone], 1), None),
        ("cd", "", np.stack([0.2 * tone, 0.2 * tone], 1)[: 3 * RATE], "length"),
        ("cd", ", pad: none", np.stack([0.2 * tone, 0.2 * tone], 1)[:-77], "cd_frame_remainder"),
    ]
    for number, (preset, more, samples, reason) in enumerate(cases):
        with common.Project("medium") as project:
            project.stem("mix.wav", samples, RATE)
            text = (
                "mixdown: 1\ntail: none\ntracks: {mix: {stem: stems/mix.wav}}\n"
                f"master: {{preset: {preset}{more}}}\n"
                "deliverables: {out: {format: wav, sample_rate: 44.1 kHz, bit_depth: 16}}\n"
            )
            outcome = project.render(project.session("medium", text))
            name = f"{preset} {number} {reason or 'passes'}"
            written = list(Path(project.folder).rglob("*-out.wav"))
            tally.check(f"{name}: exit code", outcome.code == (1 if reason else 0), f"{outcome.code}: {outcome.reason}")
            tally.check(f"{name}: file", bool(written) == (reason is None), str(written))
            if reason:
                tally.check(f"{name}: reason", f"`{reason}`" in outcome.reason, outcome.reason)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("-v", action="store_true")
    options.parse_args()
    common.need_program()
    results = common.Tally("measure and checks")
    measured(results)
    sections(results)
    masters(results)
    results.finish()
