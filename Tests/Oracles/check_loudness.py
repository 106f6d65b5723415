"""Delivered loudness and true peak, by ffmpeg and by our own 16× meter, or an honest refusal.

Each mix is a single stereo stem at 0 dB, so that the premaster is known: what the limiter would have to do can be
computed here, and a refusal (or the lack of one) is judged as well.

    python check_loudness.py [-v] [--bench FOLDER] [--quick]
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import signal

import common
import formats
import meter
import quantities
import stems as make

RATE = 48_000
LOUDNESS_TOLERANCE = 0.1
FFMPEG_PEAK_GRAIN = 0.006  # its metadata has three decimals of the amplitude: 0.005 dB near −1 dBTP
EDGE_DISAGREEMENT = 0.2  # of meters about programme that is loud right below the Nyquist frequency
DELIVERABLES = {
    "wav24": "format: wav, bit_depth: 24",
    "wav16": "format: wav, bit_depth: 16",
    "flac": "format: flac, bit_depth: 24",
    "mp3": "format: mp3, bitrate: 320 kbps",
    "v2": "format: mp3, quality: V2",
    "vorbis": "format: ogg_vorbis",
    "vorbis1": "format: ogg_vorbis, quality: 1",
    "opus": "format: opus",
    "opus64": "format: opus, bitrate: 64 kbps",
}
# Target, ceiling, max_limiting: the first is measured of every mix, the others in turn.
ASKED = [
    (-14.0, -1.0, 8.0),
    (-9.0, -1.0, 8.0),
    (-23.0, -1.0, 8.0),
    (-16.0, -2.0, 8.0),
    (-11.0, -0.3, 14.0),
    (-8.0, -1.0, 20.0),
]


@dataclass
class Goal:
    """What the delivered files must reach; None is unasked."""

    target: float | None
    ceiling: float | None
    max_limiting: float = 8.0


def ideal_peak(samples: np.ndarray) -> float:
    """The peak of the band-limited signal around its highest samples, by 64-fold interpolation of their spectrum, dB."""
    most = 0.0
    for channel in samples.T:
        padded = np.pad(channel, 4096)
        for place in np.argsort(-np.abs(channel))[:100]:
            part = padded[place : place + 8192]
            most = max(most, float(np.max(np.abs(signal.resample(part, 8192 * 64)[4032 * 64 : 4160 * 64]))))
    return 20 * np.log10(most)


def reaches_nyquist(samples: np.ndarray) -> bool:
    """Whether a two-hundredth of the energy around the highest samples lies in the last 2.5 % of the band.

    There every interpolation filter falls off in its own way, and meters disagree about what lies between the samples.
    """
    for channel in samples.T:
        for place in np.argsort(-np.abs(channel))[:50]:
            part = channel[max(0, place - 128) : place + 128]
            power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
            if power[-len(power) // 40 :].sum() > 0.005 * power.sum():
                return True
    return False


def judge_file(
    tally: common.Tally, name: str, path: Path, goal: Goal, entry: dict[str, object], dual_mono: bool = False
) -> None:
    """One delivered file against its goal, and its JSON against the file."""
    samples, rate = meter.decoded(path)
    if dual_mono:
        samples = np.repeat(samples, 2, axis=1)
    ours, peak, theirs = meter.integrated(samples, rate), meter.true_peak(samples), meter.ffmpeg(path)
    loudness = {"own meter": ours, "ffmpeg": theirs.integrated + (3.0103 if dual_mono else 0.0)}
    if goal.target is not None:
        for who, value in loudness.items():
            good = value is not None and abs(value - goal.target) <= LOUDNESS_TOLERANCE
            tally.check(f"{name} loudness by {who}", good, f"{value:.3f} LUFS, asked {goal.target}")
    if goal.ceiling is not None:
        tally.check(f"{name} true peak by own meter", peak <= goal.ceiling + 1e-4, f"{peak:.3f} dBTP ≤ {goal.ceiling}")
        room = EDGE_DISAGREEMENT if reaches_nyquist(samples) else FFMPEG_PEAK_GRAIN
        # ffmpeg's short filter overshoots now and then; the spectrum decides.
        good = theirs.true_peak <= goal.ceiling + room or ideal_peak(samples) <= goal.ceiling
        # Beside real mixes, ffmpeg's own resampler overshoots at the top of the band: it is no judge of tones there.
        check = tally.expect if "limited_" in name else tally.check
        check(f"{name} true peak by ffmpeg", good, f"{theirs.true_peak:.3f} dBTP ≤ {goal.ceiling} + {room}")
    for key, value, tolerance in (("integrated_lufs", ours, 0.03), ("true_peak_dbtp", peak, 0.03)):
        said = entry.get(key)
        if isinstance(said, (int, float)) and value is not None:
            tally.check(f"{name} {key} in the JSON", abs(said - value) <= tolerance, f"{said}, measured {value:.3f}")
        else:
            tally.check(f"{name} {key} in the JSON", said is None and value is None, f"{said}, measured {value}")


def judge(tally: common.Tally, project: common.Project, name: str, text: str, stem: np.ndarray, goal: Goal) -> None:
    """One session: every deliverable is right, or is missing for a reason that holds."""
    session = project.session(name, text)
    outcome = project.render(session)
    if outcome.code not in (0, 1):
        tally.check(name, False, f"exit {outcome.code}: {outcome.reason}")
        return
    entries = {entry.get("id"): entry for entry in (outcome.json or {}).get("deliverables") or []}
    refused = []
    for identifier in quantities.load(text)["deliverables"]:
        try:
            path = project.delivered(session, identifier, outcome)
        except FileNotFoundError:
            refused.append(identifier)
            continue
        entry = entries.get(identifier, {})
        judge_file(tally, f"{name} {identifier}", path, goal, entry)
        # Inserts of a preset change what comes before the gain: the file beside its stem says nothing then.
        plain = goal.target is not None and goal.ceiling is not None and not name.startswith("preset_")
        if plain and identifier in ("wav24", "flac"):
            taken = heard_reduction(stem, meter.decoded(path)[0], entry["gain_db"])
            detail = f"written with {taken:.2f} dB heard of {goal.max_limiting}; told {entry['reduction_50ms_db']:.2f}"
            tally.check(f"{name} {identifier} was rightly written", taken <= goal.max_limiting + 0.2, detail)
            told = abs(entry["reduction_50ms_db"] - taken) <= 0.1 + 0.1 * taken
            tally.check(f"{name} {identifier} tells what it takes", told, detail)
    tally.check(f"{name} exit code", outcome.code == (1 if refused else 0), f"{outcome.code}, refused: {refused}")
    if refused:
        errors = [d for d in outcome.diagnostics if d.get("severity") == "error"]
        tally.check(f"{name} says why", len(errors) >= len(refused), f"{len(errors)} errors: {outcome.reason}")
        limits = unbounded_limits(project, session)
        most = goal.max_limiting if goal.max_limiting < 99 else 8.0
        rightly = all(limits.get(identifier, float("inf")) > most for identifier in refused)
        tally.check(f"{name} was rightly refused", rightly, f"unbounded it takes {limits}; {outcome.reason}")
        tally.say(f"{name}: refused {refused}: {outcome.reason}")


def heard_reduction(stem: np.ndarray, written: np.ndarray, gain: float) -> float:
    """The greatest mean of 1 − gain over 50 ms, in dB, from a file beside the stem it was made of.

    Next to zero crossings the quotient says nothing; there it is taken from the samples around, and is none in pauses.
    """
    count = min(len(stem), len(written))
    driven = stem[:count] * 10 ** (gain / 20)
    greatest = 0.0
    for x, y in zip(driven.T, written[:count].T, strict=True):
        clear = np.flatnonzero(np.abs(x) > 1e-4)  # 24 bits: the quotient is good to 0.001
        if len(clear) == 0:
            continue
        taken = np.interp(np.arange(count), clear, np.clip(1 - y[clear] / x[clear], 0, 1))
        for index in np.flatnonzero(np.diff(clear) > RATE // 200):
            taken[clear[index] + 1 : clear[index + 1]] = 0
        window = RATE // 20
        means = np.convolve(taken, np.ones(window) / window, "valid") if count >= window else np.array([0.0])
        greatest = max(greatest, float(means.max()))
    return -20 * np.log10(max(1e-9, 1 - greatest))


def unbounded_limits(project: common.Project, session: Path) -> dict[str, float]:
    """What the limiter takes from each deliverable when it may take what it likes: whether a refusal holds."""
    outcome = project.render(session, "--set", "master.loudness.max_limiting=40 dB")
    return {entry["id"]: entry["reduction_50ms_db"] for entry in (outcome.json or {}).get("deliverables") or []}


def session_text(master: str, deliverables: list[str], extra: str = "") -> str:
    """One stereo stem at 0 dB and a master."""
    lines = "".join(f"  {name}: {{{DELIVERABLES[name]}}}\n" for name in deliverables)
    return (
        f"mixdown: 1\nsample_rate: {RATE}\ntail: none\ntracks: {{mix: {{stem: stems/mix.wav}}}}\n"
        f"master: {{{master}}}\ndeliverables:\n{lines}{extra}"
    )


def mixes(tally: common.Tally, found: dict[str, np.ndarray], quick: bool) -> None:
    """Every mix, at the common target with all formats, and at two others."""
    for number, (name, samples) in enumerate(found.items()):
        with common.Project("loudness") as project:
            samples = samples / max(1.0, float(np.max(np.abs(samples))))
            project.stem("mix.wav", samples, RATE)
            stem, _ = common.read_audio(project.folder / "stems" / "mix.wav")
            others = [ASKED[1 + (number + k) % (len(ASKED) - 1)] for k in range(1 if quick else 2)]
            for target, ceiling, most in [ASKED[0], *others]:
                wanted = list(DELIVERABLES) if (target, ceiling) == (-14.0, -1.0) else ["wav24", "mp3"]
                loudness = f"{{integrated: {target:g} LUFS, max_limiting: {most:g} dB}}"
                master = f"loudness: {loudness}, limiter: {{ceiling: {ceiling:g} dBTP}}"
                title = f"{name}_{abs(target):g}_{abs(ceiling):g}".replace(".", "p")
                judge(tally, project, title, session_text(master, wanted), stem, Goal(target, ceiling, most))


def limiter_alone(tally: common.Tally, found: dict[str, np.ndarray]) -> None:
    """No target: the ceiling holds, and what lies under it comes out bit-identical."""
    for name in ("transient", "clipped", "high_tone", "dense_noise"):
        with common.Project("limiter") as project:
            samples = np.clip(found[name] * 1.4, -1, 1)
            project.stem("mix.wav", samples, RATE)
            stem, _ = common.read_audio(project.folder / "stems" / "mix.wav")
            for ceiling in (-1.0, -6.0):
                text = session_text(f"loudness: none, limiter: {{ceiling: {ceiling:g} dBTP}}", ["wav24"])
                judge(tally, project, f"limited_{name}_{abs(ceiling):g}", text, stem, Goal(None, ceiling))
    with common.Project("limiter") as project:
        quiet = np.round(found["tonal"] * 0.3 * 2**23) / 2**23
        project.stem("mix.wav", quiet, RATE)
        text = (
            f"mixdown: 1\nsample_rate: {RATE}\ntail: none\ntracks: {{mix: {{stem: stems/mix.wav}}}}\n"
            "master: {limiter: {ceiling: -1 dBTP}}\n"
            "deliverables: {out: {format: wav, bit_depth: 24, dither: none}}\n"
        )
        session = project.session("under", text)
        outcome = project.render(session)
        if tally.check("under the ceiling renders", outcome.code == 0, outcome.reason):
            got, _ = common.read_audio(project.delivered(session, "out", outcome))
            tally.check("under the ceiling nothing changes", np.array_equal(got, quiet))


def presets(tally: common.Tally, samples: np.ndarray) -> None:
    """The built-in masters."""
    with common.Project("presets") as project:
        project.stem("mix.wav", samples, RATE)
        stem, _ = common.read_audio(project.folder / "stems" / "mix.wav")
        for name, (target, ceiling) in formats.PRESETS.items():
            session = project.session(name, session_text(f"preset: {name}", ["wav24"]))
            outcome = project.render(session)
            if name == "vinyl" and "D0831" in outcome.reason:  # its own checks, which check_checks.py is about
                tally.note(f"preset {name}: refused: {outcome.reason}")
            else:
                text = session_text(f"preset: {name}", ["wav24"])
                # Inserts of a preset may change the level before the limiter: no judgement of a refusal then.
                judge(
                    tally,
                    project,
                    f"preset_{name}",
                    text,
                    stem,
                    Goal(target, ceiling, 99.0 if name == "club" else 8.0),
                )


def special(tally: common.Tally, found: dict[str, np.ndarray]) -> None:
    """Mono deliverables, other maxima, and programmes that have no loudness."""
    with common.Project("special") as project:
        project.stem("mix.wav", found["wide"] / np.max(np.abs(found["wide"])) * 0.8, RATE)
        master = "loudness: {integrated: -18 LUFS}, limiter: {ceiling: -1 dBTP}"
        text = session_text(master, [], "  out: {format: wav, bit_depth: 24, channels: mono}\n")
        session = project.session("mono", text)
        outcome = project.render(session)
        if tally.expect("mono deliverable renders", outcome.code == 0, outcome.reason):
            entry = ((outcome.json or {}).get("deliverables") or [{}])[0]
            path = project.delivered(session, "out", outcome)
            judge_file(tally, "mono as dual mono", path, Goal(-18, -1), entry, dual_mono=True)
        stem, _ = common.read_audio(project.folder / "stems" / "mix.wav")
        for key, window, target in (("short_term_max", 3.0, -16.0), ("momentary_max", 0.4, -14.0)):
            master = f"loudness: {{{key}: {target:g} LUFS}}, limiter: {{ceiling: -1 dBTP}}"
            session = project.session(key, session_text(master, ["wav24"]))
            outcome = project.render(session)
            if tally.expect(f"{key} renders", outcome.code == 0, outcome.reason):
                samples, rate = common.read_audio(project.delivered(session, "wav24", outcome))
                value = meter.maximum(samples, rate, window)
                tally.check(f"{key} on target", value is not None and abs(value - target) <= 0.1, f"{value}")
        clicks = found["transient"] / np.max(np.abs(found["transient"]))
        project.stem("clicks.wav", clicks, RATE)
        text = session_text("loudness: {integrated: -8 LUFS, max_limiting: 40 dB}, limiter: {ceiling: -1 dBTP}", ["wav24"])
        text = text.replace("stems/mix.wav", "stems/clicks.wav")
        stem, _ = common.read_audio(project.folder / "stems" / "clicks.wav")
        judge(tally, project, "clicks_loud", text, stem, Goal(-8, -1, 40))
        project.stem("silent.wav", np.zeros((RATE * 4, 2)), RATE)
        project.stem("short.wav", found["tonal"][: round(0.399 * RATE)], RATE)
        for name in ("silent", "short"):
            text = session_text("preset: streaming", ["wav24"]).replace("stems/mix.wav", f"stems/{name}.wav")
            outcome = project.render(project.session(name, text))
            tally.check(f"{name}: a target cannot be met", outcome.code == 1, f"exit {outcome.code}: {outcome.reason}")


def example(tally: common.Tally) -> None:
    """`examples/01-first-mix`, every deliverable against what its session asks for."""
    source = common.REPOSITORY / "examples" / "01-first-mix"
    sessions = sorted(source.glob("*.mix.yaml"))
    if not sessions:
        tally.note("no examples/01-first-mix")
        return
    with common.Project("example") as project:
        shutil.copytree(source, project.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("renders"))
        session = project.folder / sessions[0].name
        master = quantities.load(session.read_text())["master"]
        target, ceiling = formats.PRESETS.get(master.get("preset", ""), (None, None))
        if isinstance(master.get("loudness"), dict):
            target = float(master["loudness"]["integrated"].split()[0])
        if isinstance(master.get("limiter"), dict) and "ceiling" in master["limiter"]:
            ceiling = float(master["limiter"]["ceiling"].split()[0])
        outcome = project.render(session)
        if tally.check("example renders", outcome.code == 0, outcome.reason):
            for entry in (outcome.json or {}).get("deliverables") or []:
                path = project.delivered(session, entry["id"], outcome)
                judge_file(tally, f"example {entry['id']}", path, Goal(target, ceiling), entry)


def bench(folder: Path) -> np.ndarray:
    """The first 20 s of all stems in a folder, summed at −9 dB each."""
    total = np.zeros((RATE * 20, 2))
    for path in sorted(folder.glob("*.wav"))[:24]:
        samples, rate = common.soundfile.read(path, frames=RATE * 20, always_2d=True)
        assert rate == RATE, path
        total[: len(samples)] += samples[:, [0, -1]] * common.amplitude(-9)
    return total / np.max(np.abs(total)) * 0.9


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("-v", action="store_true")
    options.add_argument("--quick", action="store_true", help="fewer targets a mix")
    options.add_argument("--bench", type=Path, help="a folder of stems at 48 kHz to sum as one more mix")
    given = options.parse_args()
    common.need_program()
    results = common.Tally("loudness and true peak")
    material = make.loudness_mixes(RATE)
    if given.bench:
        material["bench"] = bench(given.bench)
    mixes(results, material, given.quick)
    limiter_alone(results, material)
    presets(results, make.reverberant(5, material["wide"][:, :1], RATE, 1.0, 0.3) * 0.35)
    special(results, material)
    example(results)
    results.finish()
