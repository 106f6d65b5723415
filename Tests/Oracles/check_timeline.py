"""The timeline against the reference renderer: hand-written cases, random sessions, and latency.

Every session is delivered as 32-bit float; its length must be exact and the residual's peak at or under −120 dBFS
(−40 where a lane or filter goes through what docs/format.md does not promise exact: `approximate` in reference.py).

    python check_timeline.py [-v] [--seeds 1..64] [NAME…]      only what has NAME in its name; a seed is `seed7`

With KEEP_ORACLE_FILES=1 the folder of each failing session (its stems, the session, the delivered file) is kept.
"""

from __future__ import annotations

import itertools
import shutil
import sys

import numpy as np

import common
import timeline_cases
from check_render import LIMIT_DBFS
from random_sessions import Draw
from reference import Reference

APPROXIMATE_DBFS = -40.0
SEEDS = range(1, 65)


class Project(common.Project):
    """Kept on request only when something in it failed."""

    def __init__(self, name: str, tally: common.Tally) -> None:
        super().__init__(name)
        self.tally, self.failures = tally, len(tally.failures)

    def __exit__(self, *problem: object) -> None:
        if len(self.tally.failures) > self.failures:
            super().__exit__(*problem)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def compare(tally: common.Tally, project: Project, name: str, text: str, judged: bool = True) -> None:
    """One session through the program and through the reference: one line when they differ."""
    session = project.session(name, text)
    verdict = tally.check if judged else tally.expect
    try:
        reference = Reference(project.folder, text)
        wanted = reference.delivered("mix")
    except Exception as problem:  # a broken oracle is a failure of its own, and must not hide the rest
        tally.check(name, False, f"the reference cannot render it: {problem!r}")
        return
    outcome = project.render(session)
    if outcome.code != 0:
        verdict(name, False, f"exit {outcome.code}: {outcome.reason}")
        return
    samples, _ = common.read_audio(project.delivered(session, "mix", outcome))
    if samples.shape != wanted.shape:
        verdict(name, False, f"length {samples.shape}, not {wanted.shape}")
        return
    limit = APPROXIMATE_DBFS if reference.approximate else LIMIT_DBFS
    difference = np.max(np.abs(samples - wanted), axis=1)
    peak = common.decibels(np.max(difference))
    detail = f"residual {peak:7.1f} dBFS{' (approximate)' if reference.approximate else ''}"
    if peak > limit:
        first = int(np.argmax(difference > common.amplitude(limit)))
        at = first + reference.start
        detail += f", first at frame {first} ({at / reference.rate:.4f} s): {samples[first]} for {wanted[first]}"
    verdict(name, peak <= limit, detail)


def cases(tally: common.Tally, words: list[str]) -> None:
    """The hand-written ones."""
    with Project("timeline", tally) as project:
        timeline_cases.write_stems(project.folder / "stems")
        for case in timeline_cases.CASES:
            name = case.lstrip("~")
            if not words or any(word in name for word in words):
                compare(tally, project, name, timeline_cases.session(case), case[0] != "~")


def random_sessions(tally: common.Tally, words: list[str], seeds: range) -> None:
    """The drawn ones."""
    for seed in seeds:
        name = f"seed{seed}"
        if not words or name in words:
            with Project(name, tally) as project:
                drawn = Draw(seed)
                drawn.write_stems(project.folder / "stems")
                compare(tally, project, name, drawn.text())


# Latency

IMPULSE_AT = 2_000
_STEM = "stem: stems/impulse.wav"
_DRY = "type: compressor, ratio: 1:1"
# Each path brings the impulse to `main` at a quarter of its height. X is the track's name.
PATHS: dict[str, tuple[str, str]] = {
    "dry": (f"{_STEM}", ""),
    "lookahead": (f"{_STEM}, inserts: {{c: {{{_DRY}, lookahead: 7 ms}}}}", ""),
    "limiter": (f"{_STEM}, inserts: {{limiter: {{ceiling: -1 dBTP}}}}", ""),
    "parallel": (f"{_STEM}, inserts: {{c: {{{_DRY}, lookahead: 3.3 ms, mix: 50 %}}}}", ""),
    "parallel_limiter": (f"{_STEM}, inserts: {{limiter: {{ceiling: -1 dBTP, mix: 40 %}}}}", ""),
    "group": (f"{_STEM}, output: bus_X", f"bus_X: {{inserts: {{c: {{{_DRY}, lookahead: 9 ms}}}}}}"),
    "send": (
        f"{_STEM}, level: -inf dB, sends: {{bus_X: {{level: 0 dB, tap: pre_fader}}}}",
        f"bus_X: {{inserts: {{a: {{{_DRY}, lookahead: 2 ms}}, limiter: {{ceiling: -1 dBTP}}}}}}",
    ),
    "send_and_dry": (
        f"{_STEM}, inserts: {{g: {{type: gain, gain: -6.020599913279624 dB}}}}, sends: {{bus_X: 0 dB}}",
        f"bus_X: {{inserts: {{c: {{{_DRY}, lookahead: 4.1 ms}}}}}}",
    ),
    "sidechain": (f"{_STEM}, inserts: {{c: {{{_DRY}, lookahead: 5 ms, sidechain: key}}}}", ""),
}


def latency(tally: common.Tally) -> None:
    """An impulse through every pair of paths arrives at one sample, with the sum of both heights."""
    rate = 48_000
    for first, second in itertools.combinations(PATHS, 2):
        name = f"latency_{first}_{second}"
        with Project(name, tally) as project:
            stem = np.zeros((2 * IMPULSE_AT, 2))
            stem[IMPULSE_AT] = 0.25
            project.stem("impulse.wav", stem, rate, "FLOAT")
            project.stem("key.wav", np.full((2 * IMPULSE_AT, 1), 0.5), rate, "FLOAT")
            tracks = buses = ""
            for path in (first, second):
                track, bus = PATHS[path]
                tracks += f"  {path}: {{{track}}}\n".replace("_X", f"_{path}")
                buses += f"  {bus}\n".replace("_X", f"_{path}") if bus else ""
            if "sidechain" in (first, second):
                tracks += f"  key: {{stem: stems/key.wav, mute: true, inserts: {{c: {{{_DRY}, lookahead: 11 ms}}}}}}\n"
            text = f"mixdown: 1\nsample_rate: {rate}\ntail: none\ntracks:\n{tracks}"
            text += f"buses:\n{buses}" if buses else ""
            text += "deliverables: {mix: {format: wav, bit_depth: 32f, dither: none}}\n"
            session = project.session(name, text)
            outcome = project.render(session)
            if outcome.code != 0:
                tally.expect(name, False, f"exit {outcome.code}: {outcome.reason}")
                continue
            samples, _ = common.read_audio(project.delivered(session, "mix", outcome))
            heard = np.flatnonzero(np.max(np.abs(samples), axis=1) > common.amplitude(LIMIT_DBFS))
            height = samples[IMPULSE_AT, 0] if len(samples) > IMPULSE_AT else 0.0
            good = heard.tolist() == [IMPULSE_AT] and abs(height - 0.5) < 1e-6
            tally.check(name, good, f"heard at {heard[:8].tolist()}, not {IMPULSE_AT}; height {height:.6f} of 0.5")


if __name__ == "__main__":
    common.need_program()
    results = common.Tally("the timeline")
    arguments = [word for word in sys.argv[1:] if word != "-v"]
    wanted_seeds = SEEDS
    if "--seeds" in arguments:
        at = arguments.index("--seeds")
        low, high = arguments[at + 1].split("..")
        wanted_seeds = range(int(low), int(high) + 1)
        del arguments[at : at + 2]
    cases(results, arguments)
    random_sessions(results, arguments, wanted_seeds)
    if not arguments or "latency" in arguments:
        latency(results)
    results.finish()
