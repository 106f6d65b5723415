"""Delivered samples against the reference renderer, and bit-for-bit pass-through.

Every session of `render_cases` is rendered to 32-bit float and to 24-bit with `dither: none`; the residual's peak
must be at or under −120 dBFS, with the length exact. A handful are rendered at 44.1 and 96 kHz too.

    python check_render.py [-v] [NAME…]      only cases whose name contains a NAME
"""

from __future__ import annotations

import sys

import numpy as np

import common
import render_cases
import stems as make
from reference import Reference

LIMIT_DBFS = -120.0
OTHER_RATES = {44_100: "whole_song", 96_000: "whole_song"}


def compare(tally: common.Tally, project: common.Project, name: str, text: str, judged: bool, optional: bool) -> None:
    """One session through the program and through the reference, in every format that it delivers."""
    session = project.session(name, text)
    try:
        reference = Reference(project.folder, text)
        expected = {identifier: reference.delivered(identifier) for identifier in reference.session["deliverables"]}
    except Exception as problem:  # a broken oracle is a failure of its own, and must not hide the rest
        tally.check(name, False, f"the reference cannot render it: {problem!r}")
        return
    outcome = project.render(session)
    if outcome.code != 0:
        if optional and outcome.code == 2 and outcome.diagnostics:
            tally.note(f"{name}: refused: {outcome.reason}")
        else:
            tally.check(name, False, f"exit {outcome.code}: {outcome.reason}")
        return
    for identifier, wanted in expected.items():
        samples, _ = common.read_audio(project.delivered(session, identifier, outcome))
        integers = reference.session["deliverables"][identifier]["bit_depth"] == "24"
        if integers:
            wanted = np.clip(wanted, -1, 1 - 2.0**-23)
        title = f"{name} as {identifier}"
        if tally.check(f"{title}: length", samples.shape == wanted.shape, f"{samples.shape}, not {wanted.shape}"):
            residual(tally, title, samples, wanted, judged and not reference.informative)


def residual(tally: common.Tally, title: str, samples: np.ndarray, expected: np.ndarray, judged: bool) -> None:
    """The peak of the difference, and where it first goes over the limit."""
    difference = np.max(np.abs(samples - expected), axis=1)
    peak = common.decibels(np.max(difference))
    detail = f"residual {peak:7.1f} dBFS"
    if peak > LIMIT_DBFS:
        first = int(np.argmax(difference > common.amplitude(LIMIT_DBFS)))
        detail += f", first at frame {first}: {samples[first]} for {expected[first]}"
    if judged:
        tally.check(title, peak <= LIMIT_DBFS, detail)
    else:
        tally.note(f"{title}: {detail} (the definition's suggested coefficients; not binding)")


def residuals(tally: common.Tally, wanted: list[str]) -> None:
    """All cases, and some at other rates."""
    for rate in (render_cases.RATE, *OTHER_RATES):
        with common.Project("render") as project:
            render_cases.write_stems(project.folder / "stems", rate)
            for case in render_cases.CASES:
                name = case.lstrip("?~")
                if wanted and not any(word in name for word in wanted):
                    continue
                if rate == render_cases.RATE or name == OTHER_RATES[rate]:
                    text = render_cases.session(case, rate)
                    compare(tally, project, f"{name}_{rate}", text, case[0] != "~", case[0] == "?")


def pass_through(tally: common.Tally) -> None:
    """Point 2: the delivered integers are the stem's, in WAV, AIFF and FLAC, full scale and last bits included."""
    formats = {
        "wav": "format: wav, bit_depth: 24, dither: none",
        "aiff": "format: aiff, bit_depth: 24, dither: none",
        "flac": "format: flac, bit_depth: 24, dither: none",
        "wav32": "format: wav, bit_depth: 32, dither: none",
        "float": "format: wav, bit_depth: 32f",
    }
    random = np.random.default_rng(77)
    for rate in (44_100, 48_000, 96_000):
        with common.Project("pass") as project:
            codes = random.integers(-(2**23), 2**23, (rate // 2 + 17, 2), dtype=np.int64)
            codes[:4] = [[-(2**23), 2**23 - 1], [1, -1], [0, 0], [2**23 - 1, -(2**23)]]
            exact = codes.astype(np.float64) / 2**23
            for suffix in ("wav", "flac", "aiff"):
                project.stem(f"stereo.{suffix}", exact, rate)
                project.stem(f"mono.{suffix}", exact[:, :1], rate)
            written, _ = common.read_integers(project.folder / "stems" / "stereo.wav")
            assert np.array_equal(written, codes << 8), "the oracle's own stem is not exact"
            deliver = "".join(f"  {name}: {{{what}}}\n" for name, what in formats.items())
            for kind, body in {
                "stereo": "tracks: {a: {stem: stems/stereo.wav}}\n",
                "stereo_flac": "tracks: {a: {stem: stems/stereo.flac}}\n",
                "stereo_aiff": "tracks: {a: {stem: stems/stereo.aiff}}\n",
                "mono": "pan_law: 0 dB\ntracks: {a: {stem: stems/mono.wav}}\n",
                "mono_flac_through_bus": "pan_law: 0 dB\nbuses: {b: {}}\n"
                "tracks: {a: {stem: stems/mono.flac, output: b}}\n",
            }.items():
                name = f"{kind}_{rate}"
                text = f"mixdown: 1\nsample_rate: {rate}\ntail: none\n{body}deliverables:\n{deliver}"
                session = project.session(name, text)
                outcome = project.render(session)
                if not tally.check(
                    f"pass-through {name} renders", outcome.code == 0, outcome.reason if outcome.code else ""
                ):
                    continue
                expected = (codes << 8) if kind.startswith("stereo") else np.repeat(codes[:, :1] << 8, 2, axis=1)
                for identifier in formats:
                    path = project.delivered(session, identifier, outcome)
                    if identifier == "float":
                        samples, _ = common.read_audio(path)
                        same = samples.shape == expected.shape and np.array_equal(samples, expected / 2.0**31)
                    else:
                        samples, _ = common.read_integers(path)
                        same = samples.shape == expected.shape and np.array_equal(samples, expected)
                    tally.check(
                        f"pass-through {name} {identifier}",
                        same,
                        "bit for bit" if same else f"{samples.shape}",
                    )


def dither(tally: common.Tally) -> None:
    """The definition: TPDF within ±1.5 LSB, of the right power, independent a channel; zeros after 1 s of zeros."""
    rate = 48_000
    with common.Project("dither") as project:
        tone = make.tone(rate * 2, rate, 997.0) * 0.25
        project.stem("tone.wav", np.vstack([tone, np.zeros((rate * 3, 1))]), rate, "FLOAT")
        text = (
            "mixdown: 1\nsample_rate: 48000\ntail: none\npan_law: 0 dB\ntracks: {a: {stem: stems/tone.wav}}\n"
            "deliverables: {out: {format: wav, bit_depth: 16}, plain: {format: wav, bit_depth: 16, dither: none}}\n"
        )
        session = project.session("dither", text)
        outcome = project.render(session)
        if not tally.check("dither renders", outcome.code == 0, outcome.reason):
            return
        stem, _ = common.read_audio(project.folder / "stems" / "tone.wav")
        samples, _ = common.read_audio(project.delivered(session, "out", outcome))
        plain, _ = common.read_audio(project.delivered(session, "plain", outcome))
        error = (samples - stem)[: rate * 2] * 2**15
        power = np.mean(error**2)
        tally.check("TPDF error ≤ 1.5 LSB", np.max(np.abs(error)) <= 1.5 + 1e-6, f"{np.max(np.abs(error)):.4f} LSB")
        tally.check("TPDF error power 1/4 LSB²", abs(power - 0.25) < 0.01, f"{power:.4f}")
        correlation = np.corrcoef(error[:, 0], error[:, 1])[0, 1]
        # The rounding of the signal is common to both; TPDF frees the error's mean and variance of it.
        tally.check("TPDF channels independent", abs(correlation) < 0.02, f"{correlation:+.4f}")
        tally.check("zeros after 1 s of zeros", not np.any(samples[rate * 3 + 1 :]))
        tally.check(
            "`dither: none` rounds half up",
            np.array_equal(plain, np.floor(stem * 2**15 + 0.5).repeat(2, 1) / 2**15),
        )


if __name__ == "__main__":
    common.need_program()
    results = common.Tally("render against the reference")
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    residuals(results, words)
    if not words:
        pass_through(results)
        dither(results)
    results.finish()
