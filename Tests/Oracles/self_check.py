"""The oracles against each other, without the program: a failure elsewhere then points at the program.

python self_check.py [-v]
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

import check_determinism
import check_eq
import check_files
import check_reverb
import common
import ebu_cases
import filters
import kernels
import meter
import quantities
import render_cases
import stems as make
from reference import Reference

RATE = 48_000


def places(tally: common.Tally) -> None:
    """Pan laws by their own properties."""
    for p in np.linspace(-1, 1, 41):
        left, right = kernels.pan_gains(p, -3.0)
        assert abs(left**2 + right**2 - 1) < 1e-14
        left, right = kernels.pan_gains(p, -6.0)
        assert abs(left + right - 1) < 1e-14
    centre = {law: common.decibels(kernels.pan_gains(0, law)[0]) for law in (-3.0, -4.5, -6.0, 0.0)}
    good = all(abs(centre[law] - law) < 0.025 for law in centre)
    tally.check("pan laws: powers, sums and centres", good, f"{centre}")
    x = make.noise(1, 1000, 2)
    tally.check("stereo pan at centre is unity", np.allclose(kernels.pan_stereo(x, 0.0), x, atol=1e-15))
    hard = kernels.pan_stereo(x, 1.0)
    tally.check(
        "stereo pan hard right holds both",
        np.allclose(hard[:, 1], x[:, 0] + x[:, 1]) and not np.any(hard[:, 0]),
    )


def scalar_compressor(x: np.ndarray, threshold: float, ratio: float, knee: float, attack: float, release: float,
                      detector: str, lookahead: int, range_: float, makeup: float) -> np.ndarray:  # fmt: skip
    """The definition once more, a frame at a time, with a real delay line, sharing nothing with kernels.compressor."""
    delay_line = [(0.0, 0.0)] * lookahead
    y, mean, out = 0.0, 0.0, []
    silence = [(0.0, 0.0)] * lookahead
    for frame in [*map(tuple, x.tolist()), *silence]:
        level = max(abs(frame[0]), abs(frame[1]))
        if detector == "rms":
            alpha = math.exp(-1 / (0.010 * RATE))
            mean = alpha * mean + (1 - alpha) * level * level
            level = math.sqrt(mean)
        over = (20 * math.log10(level) if level > 0 else -1000.0) - threshold
        if 2 * over < -knee:
            r = 0.0
        elif knee > 0 and 2 * abs(over) <= knee:
            r = (1 - 1 / ratio) * (over + knee / 2) ** 2 / (2 * knee)
        else:
            r = (1 - 1 / ratio) * over
        tau = attack if r > y else release
        alpha = math.exp(-1 / (tau * RATE)) if tau else 0.0
        y = alpha * y + (1 - alpha) * r
        gain = 10 ** ((makeup - min(y, range_)) / 20)
        delay_line.append(frame)
        left, right = delay_line.pop(0)
        out.append((left * gain, right * gain))
    return np.array(out[lookahead:])


def dynamics(tally: common.Tally) -> None:
    """The compressor against a scalar transliteration, its static curve, and its time constant."""
    x = make.music(40, RATE * 2, RATE, 2)
    for setting in (
        dict(
            threshold=-24.0,
            ratio=4.0,
            knee=6.0,
            attack=0.003,
            release=0.08,
            detector="peak",
            lookahead=0,
            range_=99.0,
            makeup=0.0,
        ),
        dict(
            threshold=-30.0,
            ratio=8.0,
            knee=0.0,
            attack=0.0,
            release=0.05,
            detector="peak",
            lookahead=240,
            range_=7.0,
            makeup=3.0,
        ),
        dict(
            threshold=-28.0,
            ratio=3.0,
            knee=18.0,
            attack=0.02,
            release=0.2,
            detector="rms",
            lookahead=85,
            range_=99.0,
            makeup=0.0,
        ),
    ):
        difference = np.max(np.abs(kernels.compressor(x, RATE, **setting) - scalar_compressor(x, **setting)))
        tally.check(
            f"compressor, {setting['detector']}",
            difference < 1e-12,
            f"{common.decibels(difference):.0f} dBFS",
        )
    loud = np.full((RATE * 2, 1), common.amplitude(-6))
    settled = kernels.compressor(loud, RATE, threshold=-18, ratio=4, knee=0)[-1, 0]
    tally.check("12 dB over at 4:1 comes out 3 over", abs(common.decibels(settled) + 15) < 1e-6)
    step = kernels.branching_detector(np.full(RATE, 10.0), 0.010, 0.1, RATE)
    # The first frame is already one step on its way.
    at = int(np.argmax(step >= 10 * (1 - math.exp(-1))))
    tally.check("attack is the time to 63 %", abs(at - 479) <= 1, f"frame {at}")
    middle = kernels.gain_computer(np.array([-18.0, -15.0, -21.0, -18 + 3.0001]), -18, 2, 6)
    tally.check("knee is continuous", np.allclose(middle, [0.375, 1.5, 0.0, 1.50005], atol=1e-4), f"{middle}")


def echoes(tally: common.Tally) -> None:
    """The sum of echoes is the recursion y[n] = x[n−D] + fb y[n−D]."""
    x, time, feedback = make.noise(2, 20_000, 2), 777, 0.6
    y = np.zeros_like(x)
    for n in range(time, len(x)):
        y[n] = x[n - time] + feedback * y[n - time]
    tally.check("delay", np.max(np.abs(kernels.delay(x, time, feedback) - y)) < 1e-13)
    bounced = kernels.delay(x, time, feedback, ping_pong=True)
    mono = kernels.delay((x[:, :1] + x[:, 1:]) / 2, time, feedback)
    tally.check("ping-pong sums to the mono delay", np.allclose(bounced.sum(axis=1), mono[:, 0], atol=1e-13))
    tally.check(
        "ping-pong begins on the left",
        not np.any(bounced[: 2 * time, 1]) and np.any(bounced[time : 2 * time, 0]),
    )


def designs(tally: common.Tally) -> None:
    """LR24 is flat in sum; the first-order section meets its point; the definition's designs meet the definition's bounds."""
    impulse = np.zeros((1 << 15, 1))
    impulse[0] = 1
    for f0 in (80.0, 1000.0, 9000.0):
        total = filters.linkwitz_riley_high_pass(impulse, f0, RATE) + filters.linkwitz_riley_low_pass(impulse, f0, RATE)
        wanted = filters.linkwitz_riley_all_pass(impulse, f0, RATE)
        tally.check(f"LR24 at {f0:g} Hz sums to the all-pass", np.max(np.abs(total - wanted)) < 1e-12)
        b, a = filters.first_order_high_pass(f0, RATE)
        gain = abs(signal.freqz(b, a, [f0], fs=RATE)[1][0])
        tally.check(
            f"first order at {f0:g} Hz",
            abs(gain - math.sqrt(0.5)) < 1e-12 and abs(a[1] + math.exp(-2 * math.pi * f0 / RATE)) < 1e-15,
        )
    f = np.geomspace(20, 20_000, 1200)
    for rate in (44_100, 48_000, 96_000):
        worst = 0.0
        for curve in check_eq.curves():
            bound = curve.bound(rate)
            if bound is None or curve.band in ("low_shelf", "high_shelf", "tilt", "notch", "all_pass"):
                continue
            qs, odd = filters.butterworth_sections(curve.slope) if curve.slope else ([curve.q or math.sqrt(0.5)], False)
            qs = [curve.q] if curve.q else qs
            first = filters.first_order_high_pass if curve.band == "high_pass" else filters.first_order_low_pass
            parts = [first(curve.frequency, rate)] if odd else []
            parts += [filters.matched(curve.band, curve.frequency, rate, q, curve.gain or 0) for q in qs]
            response = np.prod([signal.freqz(b, a, f, fs=rate)[1] for b, a in parts], axis=0)
            wanted = 20 * np.log10(np.abs(curve.target(f, rate)))
            error = np.abs(20 * np.log10(np.abs(response) + 1e-30) - wanted)[wanted > -60]
            worst = max(worst, float(np.max(error)) / bound)
        tally.check(f"the definition's designs within the definition's bounds at {rate}", worst <= 1, f"worst uses {worst:.0%}")
    boost, cut = (filters.analogue("low_shelf", f, 300.0, 0.6, gain) for gain in (9.0, -9.0))
    tally.check("prototype shelves invert", np.max(np.abs(boost * cut - 1)) < 1e-12)


def meters(tally: common.Tally) -> None:
    """Our meter and ffmpeg's on all tone cases, and known sines for the true peak."""
    ours = {
        ebu_cases.M: lambda x: meter.maximum(x, RATE, 0.4),
        ebu_cases.S: lambda x: meter.maximum(x, RATE, 3.0),
        ebu_cases.I: lambda x: meter.integrated(x, RATE),
        ebu_cases.LRA: lambda x: meter.loudness_range(x, RATE),
        ebu_cases.TP: meter.true_peak,
    }
    with tempfile.TemporaryDirectory() as folder:
        for case in ebu_cases.cases():
            samples = case.make(RATE)
            for key, value, below, above in case.expected:
                got = ours[key](samples)
                good = got is not None and value - below <= got <= value + above
                tally.check(f"{case.name} {key} by our meter", good, f"{got}")
                if key in (ebu_cases.I, ebu_cases.LRA):
                    path = ebu_cases.write(Path(folder), case, RATE)
                    theirs = meter.ffmpeg(path)
                    got = theirs.integrated if key == ebu_cases.I else theirs.loudness_range
                    tally.check(f"{case.name} {key} by ffmpeg", abs(got - value) <= max(below, 0.03), f"{got}")
    random = np.random.default_rng(4)
    worst = 0.0
    for _ in range(12):
        f, phase = random.uniform(500, 21_000), random.uniform(0, 6.28)
        tone = make.tone(RATE, RATE, f, phase) * np.hanning(RATE)[:, None] ** 0.1
        worst = max(worst, abs(meter.true_peak(tone)))
    tally.check("true peak of sines up to 21 kHz", worst < 0.05, f"{worst:.3f} dB")
    for name, mix in make.loudness_mixes(RATE, 4.0).items():
        low, high = meter.true_peak(mix), meter.true_peak(mix, 32, 512)
        tally.check(f"16× and 32× agree on {name}", abs(low - high) < 0.05, f"{low:.3f} {high:.3f}")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "mix.wav"
            soundfile.write(path, mix, RATE, subtype="FLOAT")
            theirs = meter.ffmpeg(path)
        mine = meter.integrated(mix, RATE)
        tally.check(
            f"loudness of {name} by both",
            mine is not None and abs(mine - theirs.integrated) < 0.02,
            f"{mine} {theirs}",
        )


def tails(tally: common.Tally) -> None:
    """T30 and echo density on noise that decays by design."""
    random = np.random.default_rng(5)
    for decay in (0.5, 1.8, 6.0):
        count = int(RATE * (decay * 1.6 + 1))
        errors = []
        for _ in range(6):
            x = random.normal(size=(count, 2)) * 10 ** (-3 * np.arange(count) / RATE / decay)[:, None]
            errors.append(check_reverb.t30(check_reverb.octave(x, 500.0, RATE), RATE) / decay - 1)
        tally.check(
            f"T30 of {decay} s",
            abs(np.mean(errors)) < 0.02,
            f"mean {np.mean(errors):+.1%}, worst {max(map(abs, errors)):.1%}",
        )
    dense = random.normal(size=RATE)
    sparse = np.where(random.uniform(size=RATE) < 0.002, dense, 0.0)
    tally.check(
        "echo density",
        abs(check_reverb.echo_density(dense, RATE, 0.5) - 1) < 0.15
        and check_reverb.echo_density(sparse, RATE, 0.5) < 0.3,
    )


def inputs(tally: common.Tally) -> None:
    """The oracles' own files: sessions, orders, headers, places in broken sessions, MP3 frames."""
    tally.check(
        "times round half up",
        [quantities.frames(t, 48_000) for t in ("12.34 ms", "0", "1001 samples")] == [592, 0, 1001],
    )
    tally.check("a dotted eighth at 112", abs(quantities.seconds("1/8d", 48_000, 112) - 0.75 * 60 / 112) < 1e-12)
    for seed in range(4):
        text = check_determinism.shuffled(check_determinism.EVERYTHING, seed)
        same = quantities.load(text) == quantities.load(check_determinism.EVERYTHING)
        order = list(quantities.load(text)["tracks"]["lead"]["inserts"]) == ["eq", "compressor", "dc_block"]
        tally.check(f"shuffled keys mean the same ({seed})", same and order and text != check_determinism.EVERYTHING)
    with common.Project("self") as project:
        render_cases.write_stems(project.folder / "stems", seconds=1.0)
        for name in render_cases.CASES:
            reference = Reference(project.folder, render_cases.session(name))
            out = reference.delivered(next(iter(reference.session["deliverables"])))
            tally.check(f"the reference renders {name}", np.all(np.isfinite(out)) and np.max(np.abs(out)) > 1e-3)
        five = project.folder / "five.wav"
        common.write_extensible(five, ebu_cases.surround(RATE), RATE, ebu_cases.FIVE_ZERO)
        layout = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "stream=channel_layout", "-of", "csv=p=0", str(five)],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        tally.check(
            "5.0 is read as 5.0",
            layout.startswith("5.0") and soundfile.info(five).frames == 20 * RATE,
            layout,
        )
        if shutil.which("lame"):
            soundfile.write(project.folder / "a.wav", make.music(1, 10_000, 44_100, 2), 44_100, subtype="PCM_16")
            subprocess.run(["lame", "--quiet", "-V2", "a.wav", "a.mp3"], cwd=project.folder, check=True)
            frames, info, whole = check_files.mp3_frames((project.folder / "a.mp3").read_bytes())
            tally.check(
                "MP3 frames are counted",
                whole and info is not None and frames * 1152 >= 10_000 + 576,
                f"{frames}",
            )
    broken = Path(__file__).parent / "broken"
    expected = json.loads((broken / "expected.json").read_text(encoding="utf-8"))
    files = {path.name.removesuffix(".mix.yaml") for path in broken.glob("*.mix.yaml")} - {"parent"}
    tally.check("every broken session is expected", files == set(expected), f"{files ^ set(expected)}")
    for name, entry in expected.items():
        text = (broken / f"{name}.mix.yaml").read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        lines = text.replace("\r\n", "\n").split("\n")
        for problem in entry["problems"]:
            inside = all(
                1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1
                for line, column in problem["places"]
            )
            tally.check(f"{name}: places are in the file", inside and problem["places"], f"{problem['places']}")


if __name__ == "__main__":
    results = common.Tally("the oracles themselves")
    for part in (places, dynamics, echoes, designs, meters, tails, inputs):
        part(results)
    results.finish()
