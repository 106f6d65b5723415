"""The tone cases of EBU Tech 3341 and 3342 as files, and `measure --json` judged by them.

Those that need the EBU's own programme files are not here.

    python ebu_cases.py [-v] [--rate 48000] [--write FOLDER]    with --write, only writes the files
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import signal

import common

Part = tuple[float, float | None]  # seconds, dBFS (None: silence)
FIVE_ZERO = 0x607  # L R C, side left and right


@dataclass
class Case:
    """One file and what a meter must say of it: (key of `measure --json`, value, tolerance below, above)."""

    name: str
    make: Callable[[int], np.ndarray]
    expected: list[tuple[str, float, float, float]]


M, S, I = "max_momentary_lufs", "max_short_term_lufs", "integrated_lufs"
LRA, TP = "loudness_range_lu", "true_peak_dbtp"


def sequence(rate: int, parts: list[Part], channels: int = 2) -> np.ndarray:
    """A 1 kHz sine, continuous in phase, whose level changes at the parts' borders; equal in all channels."""
    levels = [
        np.full(round(seconds * rate), 0.0 if level is None else common.amplitude(level)) for seconds, level in parts
    ]
    envelope = np.concatenate(levels)
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(len(envelope)) / rate) * envelope
    return np.repeat(tone[:, None], channels, axis=1)


def surround(rate: int) -> np.ndarray:
    """Case 6: L R −28, C −24, Ls Rs −30."""
    levels = np.array([common.amplitude(level) for level in (-28, -28, -24, -30, -30)])
    return sequence(rate, [(20, 0)], 1) * levels


def sine(rate: int, divisor: int, amplitude: float, degrees: float) -> np.ndarray:
    """Cases 15–19: fs/divisor, with 10 ms fades."""
    count = round(2.0 * rate)
    phase = 2 * np.pi * np.arange(count) / divisor + np.radians(degrees)
    x = amplitude * np.sin(phase)
    fade = np.arange(round(0.010 * rate)) / round(0.010 * rate)
    x[: len(fade)] *= fade
    x[-len(fade) :] *= fade[::-1]
    return np.repeat(x[:, None], 2, axis=1)


def burst(rate: int, offset: int) -> np.ndarray:
    """Cases 20–23: fs/6 at 0.50 with one period of fs/4 at 1.00, made at 4 fs, filtered, decimated with an offset.

    At four times the rate the periods are 24 and 16 samples. The louder period begins and ends at a zero of the
    slower sine, so that the phase runs on; its edges in amplitude are what the anti-alias filter is for.
    """
    before, after = 24 * (rate // 12), 24 * (rate // 12)
    slow = np.sin(2 * np.pi * np.arange(24) / 24) * 0.5
    fast = np.sin(2 * np.pi * np.arange(16) / 16)
    x = np.concatenate([np.tile(slow, before // 24), fast, np.tile(slow, after // 24)])
    fade = np.arange(round(0.010 * 4 * rate)) / round(0.010 * 4 * rate)
    x[: len(fade)] *= fade
    x[-len(fade) :] *= fade[::-1]
    taps = signal.firwin(1025, 0.25, window=("kaiser", 8.0))
    filtered = signal.oaconvolve(x, taps, mode="same")
    y = filtered[offset::4]
    return np.repeat(y[:, None], 2, axis=1)


def exactly(key: str, value: float, tolerance: float = 0.1) -> tuple[str, float, float, float]:
    """An expectation with the same tolerance both ways."""
    return key, value, tolerance, tolerance


def cases() -> Iterator[Case]:
    """All tone cases in order. Cases 11 and 14 rise, so that a prefix's maximum is its last step's."""

    def tones(parts: list[Part]) -> Callable[[int], np.ndarray]:
        return lambda rate: sequence(rate, parts)

    yield Case("3341-01", tones([(20, -23)]), [exactly(key, -23) for key in (M, S, I)])
    yield Case("3341-02", tones([(20, -33)]), [exactly(key, -33) for key in (M, S, I)])
    yield Case("3341-03", tones([(10, -36), (60, -23), (10, -36)]), [exactly(I, -23)])
    five = [(10.0, -72.0), (10.0, -36.0), (60.0, -23.0), (10.0, -36.0), (10.0, -72.0)]
    yield Case("3341-04", tones(list(five)), [exactly(I, -23)])
    yield Case("3341-05", tones([(20, -26), (20.1, -20), (20, -26)]), [exactly(I, -23)])
    yield Case("3341-06", surround, [exactly(I, -23)])
    yield Case("3341-09", tones([(1.34, -20), (1.66, -30)] * 5), [exactly(S, -23)])
    for i in range(20):
        yield Case(f"3341-10-{i:02}", tones([(i * 0.15, None), (3, -23), (1, None)]), [exactly(S, -23)])
    rising: list[Part] = []
    for i in range(20):
        rising = rising + [(i * 0.15, None), (3, -38 + i), (3 - i * 0.15, None)]
        yield Case(f"3341-11-{i:02}", tones(rising), [exactly(S, -38 + i)])
    yield Case("3341-12", tones([(0.18, -20), (0.22, -30)] * 25), [exactly(M, -23)])
    for i in range(20):
        yield Case(f"3341-13-{i:02}", tones([(i * 0.02, None), (0.4, -23), (1, None)]), [exactly(M, -23)])
    rising = []
    for i in range(20):
        rising = rising + [(i * 0.02, None), (0.4, -38 + i), (0.4 - i * 0.02, None)]
        yield Case(f"3341-14-{i:02}", tones(rising), [exactly(M, -38 + i)])
    for number, divisor, amplitude, degrees, peak in (
        (15, 4, 0.50, 0.0, -6.0),
        (16, 4, 0.50, 45.0, -6.0),
        (17, 6, 0.50, 60.0, -6.0),
        (18, 8, 0.50, 67.5, -6.0),
        (19, 4, 1.41, 45.0, 3.0),
    ):
        yield Case(
            f"3341-{number}",
            lambda rate, d=divisor, a=amplitude, p=degrees: sine(rate, d, a, p),
            [(TP, peak, 0.4, 0.2)],
        )
    for offset in range(4):
        yield Case(f"3341-{20 + offset}", lambda rate, o=offset: burst(rate, o), [(TP, 0.0, 0.4, 0.2)])
    for number, parts, value in (
        (1, [(20, -20), (20, -30)], 10),
        (2, [(20, -20), (20, -15)], 5),
        (3, [(20, -40), (20, -20)], 20),
        (4, [(20, -50), (20, -35), (20, -20), (20, -35), (20, -50)], 15),
    ):
        yield Case(f"3342-{number}", tones(list(parts)), [exactly(LRA, value, 1.0)])
    # The calibration that EBU Tech 3341 gives, and what is not there.
    yield Case("calibration", lambda rate: _calibration(rate, 2), [exactly(I, 0.0, 0.01)])
    yield Case("calibration-left", lambda rate: _calibration(rate, 1), [exactly(I, -3.01, 0.02)])


def _calibration(rate: int, channels: int) -> np.ndarray:
    """A 997 Hz sine at 0 dBFS in the left channel or in both."""
    tone = np.sin(2 * np.pi * 997.0 * np.arange(10 * rate) / rate)
    return np.column_stack([tone, tone if channels == 2 else np.zeros(len(tone))]) * (1 - 2.0**-20)


def write(folder: Path, case: Case, rate: int) -> Path:
    """The case as 24-bit WAV, but float where it goes over full scale (case 19, 20–23)."""
    path = folder / f"{case.name}.wav"
    samples = case.make(rate)
    if samples.shape[1] > 2:
        common.write_extensible(path, samples, rate, FIVE_ZERO)
    else:
        over = np.max(np.abs(samples)) > 1
        common.soundfile.write(path, samples, rate, subtype="FLOAT" if over else "PCM_24")
    return path


def judge(tally: common.Tally, rate: int) -> None:
    """Every case through `measure --json`, in batches of files."""
    with common.Project("ebu") as project:
        every = list(cases())
        for begin in range(0, len(every), 16):
            batch = every[begin : begin + 16]
            paths = [write(project.folder, case, rate) for case in batch]
            outcome = common.mixdown("measure", "--json", *paths)
            if not tally.check(f"measure of {batch[0].name}… at {rate}", outcome.code == 0, outcome.reason):
                continue
            files = (outcome.json or {}).get("files", [])
            for case, path, answer in zip(batch, paths, files):
                for key, value, below, above in case.expected:
                    got = answer.get(key)
                    good = got is not None and value - below <= got <= value + above
                    tally.check(f"{case.name} {key} at {rate}", good, f"{got}, expected {value} −{below} +{above}")
                path.unlink()


def edges(tally: common.Tally) -> None:
    """What does not exist is null; mono is dual mono; the other keys say what they should."""
    rate = 48_000
    with common.Project("measure") as project:
        tone = np.sin(2 * np.pi * 997.0 * np.arange(10 * rate) / rate)[:, None] * 0.1
        files = {
            "silence": np.zeros((rate * 5, 2)),
            "short": np.repeat(tone[: round(rate * 0.399)], 2, 1),
            "two_seconds": np.repeat(tone[: rate * 2], 2, 1),
            "mono": tone,
            "inverted": np.hstack([tone, -tone]),
            "offset": np.repeat(tone + 0.25, 2, 1),
            "clipped": np.clip(np.repeat(tone, 2, 1) * 15, -1, 1),
        }
        paths = []
        for name, samples in files.items():
            paths.append(project.folder / f"{name}.wav")
            common.soundfile.write(paths[-1], samples, rate, subtype="FLOAT")
        outcome = common.mixdown("measure", "--json", *paths)
        if not tally.check("measure of edge cases", outcome.code == 0, outcome.reason):
            return
        answer = dict(zip(files, (outcome.json or {}).get("files", [])))
        keys = {
            "path", "sample_rate", "channels", "frames", I, M, S, LRA, TP, "sample_peak_dbfs", "plr_lu", "dc_offset",
            "correlation", "clipped_samples", "platforms",
        }  # fmt: skip
        tally.check("every key is there", keys <= set(answer["mono"]), f"missing: {keys - set(answer['mono'])}")
        for key in (I, M, S, LRA, TP, "sample_peak_dbfs"):
            tally.check(f"silence: {key} is null", answer["silence"].get(key) is None, f"{answer['silence'].get(key)}")
        for key in (I, M, S, LRA):
            tally.check(f"399 ms: {key} is null", answer["short"].get(key) is None, f"{answer['short'].get(key)}")
        tally.check("2 s: short term is null", answer["two_seconds"].get(S) is None)
        tally.check("2 s: integrated is there", answer["two_seconds"].get(I) is not None)
        tally.check("mono as dual mono", abs((answer["mono"].get(I) or 0) + 20.0) < 0.05, f"{answer['mono'].get(I)}")
        tally.check("frames", answer["mono"].get("frames") == rate * 10)
        tally.check("correlation −1", abs((answer["inverted"].get("correlation") or 0) + 1) < 1e-6)
        offset = answer["offset"].get("dc_offset")
        tally.check(
            "dc_offset 0.25",
            np.allclose(offset if offset is not None else np.nan, 0.25, atol=1e-3),
            f"{offset}",
        )
        tally.check("clipped samples are counted", (answer["clipped"].get("clipped_samples") or 0) > 0)
        tally.check("no clipped samples", answer["offset"].get("clipped_samples") == 0)
        i, peak = answer["two_seconds"].get(I), answer["two_seconds"].get(TP)
        gain = ((answer["two_seconds"].get("platforms") or {}).get("youtube") or {}).get("gain_db")
        if i is not None and gain is not None:
            tally.check("youtube never turns up", abs(gain - min(0, -14 - i)) < 0.02, f"{gain}")
            gain = (answer["two_seconds"]["platforms"].get("spotify") or {}).get("gain_db")
            tally.check("spotify turns up to −1 dBTP", abs((gain or 0) - min(-14 - i, -1 - peak)) < 0.02, f"{gain}")
        else:
            tally.check("platforms have gains", False, f"{answer['two_seconds'].get('platforms')}")


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("-v", action="store_true")
    options.add_argument("--rate", type=int, default=0, help="one rate; otherwise 48 000, 44 100 and 96 000")
    options.add_argument("--write", type=Path)
    given = options.parse_args()
    if given.write:
        given.write.mkdir(parents=True, exist_ok=True)
        for one in cases():
            print(write(given.write, one, given.rate or 48_000))
        raise SystemExit
    common.need_program()
    results = common.Tally("EBU tone cases")
    for one_rate in [given.rate] if given.rate else [48_000, 44_100, 96_000]:
        judge(results, one_rate)
    edges(results)
    results.finish()
