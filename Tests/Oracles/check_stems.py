"""Acceptance, point 3: stems that sum to the mix, tracks, and versions at the main mix's gain.

    python check_stems.py [-v]

`split: stems` writes one file for each audible node whose output is `main`, after its fader, pan and all, through `main`'s
own inserts and fader, where a compressor on `main` listens to the whole mix. Their sum is the premaster: the mix as it
leaves `main`, before the master, which is delivered beside them as 32-bit float with `master: none`. The residual must stay
within −140 dBFS (1e-7), or, where stems are so loud that their own 24-bit mantissas are coarser, within the sum of the
files' half steps. Each stem of a session without inserts on `main` is also compared with `reference.py` at −120 dBFS, and so
is every file of `split: tracks`.

Versions are compared with sessions that say the same by themselves (`mute: true` on the track …), times the main
mix's gain; an instrumental and its a-cappella sum to the mix.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import common
import formats
import meter
import peaks
import quantities
import stems as make
from reference import Reference

RATE = 48_000
SUM = 1e-7  # −140 dBFS
SAME = -120.0  # dBFS: residual against the reference

BAND = """
tempo: 120
markers: {chorus: 2|1}
tracks:
  kick: {stem: stems/kick.wav, level: -8 dB, output: drums}
  over: {stem: stems/over.wav, level: -12 dB, pan: L12, width: 130 %, output: drums, sends: {hall: -14 dB}}
  bass:
    stem: stems/bass.wav
    level: -9 dB
    inserts: {duck: {type: compressor, sidechain: kick, threshold: -30 dB, ratio: 4:1, attack: 2 ms, release: 90 ms}}
    automation: {level: [{at: chorus, offset: +2 dB, over: 1 beat}]}
  keys: {stem: stems/keys.wav, level: -14 dB, pan: R20, pan_mode: stereo, output: music, sends: {hall: {level: -10 dB, tap: pre_fader}}}
  vocals:
    stem: stems/vocals.wav
    level: -10 dB
    pan: L10
    inserts: {compressor: {threshold: -26 dB, ratio: 3:1}}
    sends: {hall: -12 dB, slap: {level: -16 dB, pan: R60}}
    automation:
      sends.hall.level: [{at: chorus, value: -5 dB, over: 2 beats}]
      pan: [{at: 1.2 s, value: R30}]
  hush: {stem: stems/keys.wav, level: -6 dB, mute: true}
buses:
  drums: {level: -2 dB, inserts: {compressor: {threshold: -20 dB, ratio: 3:1, mix: 60 %}}, sends: {hall: -18 dB}}
  music: {level: -1 dB, width: 120 %}
  hall: {level: -3 dB, inserts: {delay: {time: 71 ms, feedback: 45 %}}}
  slap: {inserts: {delay: {time: 1/8d, feedback: 25 %, ping_pong: true}}, sends: {hall: -12 dB}}
vcas:
  rhythm: {members: [drums, bass], level: -1.5 dB, automation: {level: [{at: chorus, offset: +1 dB, over: 500 ms}]}}
  all: {members: [rhythm, vocals], level: -0.5 dB}
"""
TO_MAIN = {"drums", "bass", "music", "vocals", "hall", "slap"}
TRACKS = {"kick", "over", "bass", "keys", "vocals"}
MAINS = {
    "plain": "",
    "fader": "main: {level: -3 dB, automation: {level: [{at: chorus, offset: -4 dB, over: 1 beat}]}}\n",
    "pan": "main: {pan: R20, width: 140 %, trim: -2 dB, polarity: inverted}\n",
    "eq": "main: {inserts: {eq: {bands: {air: {type: high_shelf, frequency: 8 kHz, gain: +3 dB}, low: {type: high_pass, frequency: 30 Hz}}}}}\n",
    "compressor": "main: {inserts: {glue: {type: compressor, threshold: -24 dB, ratio: 4:1, attack: 5 ms, release: 80 ms}}}\n",
    "lookahead": "main: {inserts: {glue: {type: compressor, threshold: -24 dB, ratio: 4:1, lookahead: 4 ms, mix: 70 %, makeup: 3 dB}, width: {mono_below: 120 Hz}}}\n",
    "keyed": "main: {inserts: {glue: {type: compressor, sidechain: kick, threshold: -30 dB, ratio: 3:1, sidechain_high_pass: 100 Hz}}}\n",
}


def material(project: common.Project, seconds: float = 6.0) -> None:
    """The band's stems."""
    n = int(RATE * seconds)
    for seed, (name, channels) in enumerate([("kick", 1), ("over", 2), ("bass", 1), ("keys", 2), ("vocals", 1)]):
        project.stem(f"{name}.wav", make.music(100 + seed, n - 777 * seed, RATE, channels, 0.7), RATE)


def head(extra: str = "", tail: str = "700 ms") -> str:
    """A session up to its deliverables."""
    return f"mixdown: 1\nsample_rate: {RATE}\ntail: {tail}\n{BAND.lstrip()}{extra}"


@dataclass
class Rendered:
    """A render and where its files are."""

    outcome: common.Outcome
    folder: Path
    name: str

    def nodes(self, identifier: str) -> dict[str, Path]:
        """The files of a split by node."""
        found = {}
        for path in sorted(self.folder.glob(f"{self.name}-{identifier}*")):
            rest = path.stem.removeprefix(f"{self.name}-{identifier}").removesuffix("-audition").lstrip("-_ .")
            found[rest] = path
        return found

    def file(self, identifier: str) -> tuple[np.ndarray, int]:
        """One deliverable; with `--set` it is an audition's."""
        names = [f"{self.name}-{identifier}.*", f"{self.name}-{identifier}-audition.*"]
        return common.read_audio(next(path for name in names for path in self.folder.glob(name)))

    def entry(self, identifier: str) -> dict[str, object]:
        """One deliverable in the JSON."""
        entries = (self.outcome.json or {}).get("deliverables") or []
        return next((entry for entry in entries if entry.get("id") == identifier), {})


def render(project: common.Project, name: str, text: str, *more: str) -> Rendered:
    """Renders one session."""
    session = project.session(name, text)
    return Rendered(project.render(session, "--jobs", "1", *more), project.folder / "out" / name, name)


def half_steps(x: np.ndarray) -> float:
    """Half a step of 32-bit float at a file's peak."""
    peak = float(np.max(np.abs(x)))
    return 2.0 ** (math.floor(math.log2(peak)) - 24) if peak > 0 else 0.0


def check_sum(
    tally: common.Tally, name: str, parts: dict[str, np.ndarray], whole: np.ndarray, allowed: float | None = None
) -> None:
    """The files sum to the whole."""
    lengths = {len(x) for x in parts.values()} | {len(whole)}
    if not tally.check(f"{name}: all as long as the mix", len(lengths) == 1, f"{lengths}"):
        return
    if not tally.check(f"{name}: there are files", bool(parts)):
        return
    residual = np.abs(sum(parts.values()) - whole)
    bound = allowed if allowed is not None else max(SUM, half_steps(whole) + sum(half_steps(x) for x in parts.values()))
    worst = float(np.max(residual))
    at = int(np.argmax(np.max(residual, axis=1)))
    detail = f"{common.decibels(worst):.1f} dBFS at {at / RATE:.3f} s, allowed {common.decibels(bound):.1f}"
    tally.check(f"{name}: the files sum to the mix", worst <= bound, detail)
    tally.check(f"{name}: the mix is no silence", float(np.max(np.abs(whole))) > 0.01)


def read(paths: dict[str, Path]) -> dict[str, np.ndarray]:
    """All files' samples."""
    return {name: common.read_audio(path)[0] for name, path in paths.items()}


def compare(tally: common.Tally, name: str, got: np.ndarray, wanted: np.ndarray, bound: float = SAME) -> None:
    """Two renders, sample by sample."""
    if not tally.check(f"{name}: length", got.shape == wanted.shape, f"{got.shape}, expected {wanted.shape}"):
        return
    worst = common.decibels(float(np.max(np.abs(got - wanted))))
    tally.check(name, worst <= bound, f"residual {worst:.1f} dBFS")


def supported(tally: common.Tally) -> set[str]:
    """Which of `split`, `versions` this version takes."""
    words = {
        "stems": "deliverables: {s: {format: wav, split: stems}}\n",
        "tracks": "deliverables: {s: {format: wav, split: tracks}}\n",
        "versions": "versions: {v: {mute: [vocals]}}\ndeliverables: {s: {format: wav, version: v}}\n",
    }
    found = set()
    with common.Project("supported") as project:
        material(project, 0.5)
        for word, text in words.items():
            outcome = common.mixdown("check", project.session(word, head(text)), "--json")
            codes = {d.get("code") for d in outcome.diagnostics if d.get("severity") == "error"}
            if formats.LATER in codes:
                tally.note(f"{word}: not in this version")
            else:
                tally.check(f"{word} is taken", not codes, outcome.reason)
                found.add(word)
    return found


# Stems


def stems(tally: common.Tally) -> None:
    """Every kind of `main`: which files, their sum, and (where the reference can) each of them."""
    with common.Project("stems") as project:
        material(project)
        for kind, main in MAINS.items():
            deliverables = "deliverables:\n  mix: {format: wav, bit_depth: 32f, master: none}\n  parts: {split: stems, format: wav}\n"
            got = render(project, f"stems_{kind}", head(main + deliverables))
            if not tally.check(f"{kind} renders", got.outcome.code == 0, got.outcome.reason):
                continue
            files = got.nodes("parts")
            tally.check(f"{kind}: one file for each node into main", set(files) == TO_MAIN, f"{sorted(files)}")
            parts = read(files)
            whole, _ = got.file("mix")
            check_sum(tally, kind, parts, whole)
            for node, path in files.items():
                form = common.soundfile.info(path)
                tally.check(f"{kind} {node}: 32-bit float by default", form.subtype == "FLOAT", form.subtype)
            if kind == "plain":
                reference = Reference(project.folder, head("deliverables: {mix: {format: wav}}\n"))
                compare(tally, "the mix is the reference's", whole, reference.premaster)
                for node, x in parts.items():
                    wanted = reference.nodes[node].post[reference.start :][: len(x)]
                    compare(tally, f"stem {node} is the reference's", x, wanted)
            if kind in ("compressor", "lookahead", "keyed"):
                alone = {}
                for node in ("bass", "vocals"):
                    solo = render(
                        project,
                        f"solo_{kind}_{node}",
                        head(main + deliverables),
                        "--set",
                        f"tracks.{node}.solo=true",
                        "--only",
                        "mix",
                    )
                    alone[node] = solo.file("mix")[0]
                # A lone track never drives the compressor as the whole mix does: the test can fail.
                differ = max(common.decibels(float(np.max(np.abs(alone[node] - parts[node])))) for node in alone)
                if kind != "keyed":
                    tally.check(
                        f"{kind}: main's compressor hears the whole mix",
                        differ > -60,
                        f"stem against solo {differ:.1f} dBFS",
                    )


def more_stems(tally: common.Tally) -> None:
    """A session's master, other formats and rates, a tail, `start` and `length`, names, lone tracks."""
    with common.Project("more") as project:
        material(project)
        lines = (
            "deliverables:\n  mix: {format: wav, bit_depth: 32f, master: none}\n  parts: {split: stems, format: wav}\n"
        )
        master = "master: {preset: streaming, inserts: {gain: {gain: -3 dB}}, fade_out: 300 ms}\n"
        plain = render(project, "bare", head(lines))
        mastered = render(project, "mastered", head(master + lines))
        if tally.check("with a master they render", mastered.outcome.code == 0, mastered.outcome.reason):
            one, other = read(plain.nodes("parts")), read(mastered.nodes("parts"))
            same = set(one) == set(other) and all(np.array_equal(one[node], other[node]) for node in one)
            tally.check("a session's master does not touch the stems", same)
            check_sum(tally, "with a master", other, plain.file("mix")[0])
            bare, unmastered = plain.file("mix")[0], mastered.file("mix")[0]
            tally.check("`master: none` on a deliverable is no master", np.array_equal(bare, unmastered))
        for bits in (16, 24):
            text = head(
                f"deliverables:\n  mix: {{format: wav, bit_depth: 32f}}\n  parts: {{split: stems, format: wav, bit_depth: {bits}}}\n"
            )
            got = render(project, f"bits{bits}", text)
            if tally.check(f"{bits} bits render", got.outcome.code == 0, got.outcome.reason):
                parts = read(got.nodes("parts"))
                check_sum(tally, f"{bits} bits", parts, got.file("mix")[0], len(parts) * 1.5 / 2 ** (bits - 1) + 1e-7)
        for form in ("flac", "aiff"):
            text = head(
                f"deliverables:\n  mix: {{format: wav, bit_depth: 32f}}\n  parts: {{split: stems, format: {form}, bit_depth: 24}}\n"
            )
            got = render(project, f"form_{form}", text)
            if tally.check(f"{form} renders", got.outcome.code == 0, got.outcome.reason):
                parts = read(got.nodes("parts"))
                check_sum(tally, form, parts, got.file("mix")[0], len(parts) * 1.5 / 2**23 + 1e-7)
        text = head(
            "deliverables:\n  mix: {format: wav, bit_depth: 32f, sample_rate: 44.1 kHz}\n  parts: {split: stems, format: wav, sample_rate: 44.1 kHz}\n"
        )
        got = render(project, "rate", text)
        if tally.check("44.1 kHz renders", got.outcome.code == 0, got.outcome.reason):
            check_sum(tally, "44.1 kHz", read(got.nodes("parts")), got.file("mix")[0], 3e-7)
        for name, tail, extra in (("auto", "auto", ""), ("cut", "none", "start: 1 s\nlength: 4.2 s\n")):
            got = render(project, f"length_{name}", head(extra + lines, tail))
            if tally.check(f"{name}: renders", got.outcome.code == 0, got.outcome.reason):
                check_sum(tally, f"length {name}", read(got.nodes("parts")), got.file("mix")[0])
        text = head('deliverables:\n  parts: {split: stems, format: wav, name: "parts/$node of $session"}\n')
        got = render(project, "named", text)
        if tally.check("a name with $node renders", got.outcome.code == 0, got.outcome.reason):
            found = {path.name.split(" of ")[0] for path in (got.folder / "parts").glob("* of named.wav")}
            tally.check("a name with $node is used", found == TO_MAIN, f"{sorted(found)}")
        twice = render(project, "bare", head(lines), "--set", "seed=0")
        one, other = read(plain.nodes("parts")), read(twice.nodes("parts"))
        tally.check("two renders are equal bit for bit", all(np.array_equal(one[node], other[node]) for node in one))
        soloed = render(project, "solo", head(lines), "--set", "tracks.vocals.solo=true")
        if tally.check("a solo renders", soloed.outcome.code == 0, soloed.outcome.reason):
            files = soloed.nodes("parts")
            tally.check("a solo leaves what it feeds", set(files) == {"vocals", "hall", "slap"}, f"{sorted(files)}")
            check_sum(tally, "a solo", read(files), soloed.file("mix")[0])
        nonlinear = render(project, "nonlinear", head("main: {inserts: {limiter: {ceiling: -20 dBTP}}}\n" + lines))
        if nonlinear.outcome.code == 0:
            parts = read(nonlinear.nodes("parts"))
            check_sum(tally, "a limiter on main", parts, nonlinear.file("mix")[0])
        else:
            tally.note(f"a limiter on main: exit {nonlinear.outcome.code}: {nonlinear.outcome.reason}")
        dirty = render(project, "dirty", head("main: {inserts: {saturation: {drive: 12 dB}}}\n" + lines))
        if dirty.outcome.code == 0:
            parts = read(dirty.nodes("parts"))
            residual = common.decibels(float(np.max(np.abs(sum(parts.values()) - dirty.file("mix")[0]))))
            said = [d["message"] for d in dirty.outcome.diagnostics]
            tally.check(
                "saturation on main: no sum, and it is said",
                residual <= -140 or bool(said),
                f"{residual:.1f} dBFS; {said}",
            )
        else:
            tally.note(f"saturation on main: exit {dirty.outcome.code}: {dirty.outcome.reason}")


def tracks(tally: common.Tally) -> None:
    """`split: tracks`: every track after fader, pan and mute, whatever it goes into."""
    with common.Project("tracks") as project:
        material(project)
        text = head("main: {level: -5 dB}\ndeliverables:\n  each: {split: tracks, format: wav, bit_depth: 32f}\n")
        got = render(project, "tracks", text)
        if not tally.check("tracks render", got.outcome.code == 0, got.outcome.reason):
            return
        files = got.nodes("each")
        tally.check("one file for each track", TRACKS <= set(files) <= TRACKS | {"hush"}, f"{sorted(files)}")
        parts = read(files)
        if "hush" in parts:
            tally.check("a muted track is silent", not np.any(parts.pop("hush")))
        reference = Reference(project.folder, head("deliverables: {mix: {format: wav}}\n"))
        for node, x in parts.items():
            compare(
                tally, f"track {node} is the reference's", x, reference.nodes[node].post[reference.start :][: len(x)]
            )


# Versions


def versions(tally: common.Tally) -> None:
    """`mute`, `solo` and `set`, each against a session that says so itself, times the main mix's gain."""
    says = {
        "instrumental": ("{mute: [vocals]}", ["tracks.vocals.mute=true"]),
        "acapella": ("{solo: [vocals]}", ["tracks.vocals.solo=true"]),
        "no_rhythm": ("{mute: [rhythm]}", ["vcas.rhythm.mute=true"]),
        "no_kick": ("{mute: [kick]}", ["tracks.kick.mute=true"]),
        "groups": ("{solo: [drums, bass]}", ["buses.drums.solo=true", "tracks.bass.solo=true"]),
        "vocal_up": (
            "{set: {tracks.vocals.level: -8 dB, buses.hall.inserts.delay.feedback: 20 %}}",
            ["tracks.vocals.level=-8 dB", "buses.hall.inserts.delay.feedback=20 %"],
        ),
        "both": (
            "{mute: [keys], set: {tracks.bass.level: -12 dB}}",
            ["tracks.keys.mute=true", "tracks.bass.level=-12 dB"],
        ),
    }
    master = "master: {loudness: {integrated: -24 LUFS}, limiter: {ceiling: -1 dBTP}}\n"
    with common.Project("versions") as project:
        material(project)
        listed = "versions:\n" + "".join(f"  {name}: {text}\n" for name, (text, _) in says.items())
        lines = "deliverables:\n  main_mix: {format: wav, bit_depth: 32f}\n"
        lines += "".join(f"  v_{name}: {{format: wav, bit_depth: 32f, version: {name}}}\n" for name in says)
        lines += (
            "  own: {format: wav, bit_depth: 32f, version: instrumental, master: {loudness: {integrated: -20 LUFS}}}\n"
        )
        got = render(project, "versions", head(master + listed + lines))
        if not tally.check("versions render", got.outcome.code == 0, got.outcome.reason):
            return
        whole, _ = got.file("main_mix")
        bare = render(project, "bare", head("deliverables: {mix: {format: wav, bit_depth: 32f}}\n")).file("mix")[0]
        gain = float(np.sum(whole * bare) / np.sum(bare * bare))
        told = got.entry("main_mix").get("gain_db")
        tally.check(
            "the main mix's gain is what the JSON says",
            isinstance(told, (int, float)) and abs(common.decibels(gain) - told) < 1e-3,
            f"{common.decibels(gain):.4f}, {told}",
        )
        compare(tally, "the main mix is its premaster times a gain", whole, bare * gain)
        for name, (_, settings) in says.items():
            words = [word for setting in settings for word in ("--set", setting)]
            alone = render(
                project, f"alone_{name}", head("deliverables: {mix: {format: wav, bit_depth: 32f}}\n"), *words
            )
            if not tally.check(f"{name} by itself renders", alone.outcome.code == 0, alone.outcome.reason):
                continue
            wanted, _ = alone.file("mix")
            x, _ = got.file(f"v_{name}")
            compare(tally, f"version {name}: as by itself, at the main mix's gain", x, wanted * gain)
            told = got.entry(f"v_{name}").get("gain_db")
            main_told = got.entry("main_mix").get("gain_db")
            tally.check(f"version {name}: the JSON has the main mix's gain", told == main_told, f"{told}, {main_told}")
        # A chain that is linear after the split: both halves sum to the mix, though a shared return carries both.
        linear = BAND.replace("inserts: {compressor: {threshold: -20 dB, ratio: 3:1, mix: 60 %}}, ", "")
        assert linear != BAND
        text = head(master + listed + lines).replace(BAND.lstrip(), linear.lstrip())
        halves = render(
            project, "halves", text, "--only", "main_mix", "--only", "v_instrumental", "--only", "v_acapella"
        )
        if tally.check("halves render", halves.outcome.code == 0, halves.outcome.reason):
            one, other = halves.file("v_instrumental")[0], halves.file("v_acapella")[0]
            count = min(len(one), len(other))
            compare(
                tally,
                "instrumental and a-cappella sum to the mix",
                (one[:count] + other[:count]),
                halves.file("main_mix")[0][:count],
            )
        own, rate = got.file("own")
        value = meter.integrated(own, rate)
        tally.check(
            "a version's own loudness",
            value is not None and abs(value + 20) <= 0.1 and peaks.true_peak(own) <= -1,
            f"{value}",
        )
        by_option = render(
            project, "versions", head(master + listed + lines), "--mix", "instrumental", "--only", "main_mix"
        )
        if by_option.outcome.code == 0:
            path = sorted(by_option.folder.glob("versions-main_mix*"))[0]
            compare(
                tally, "--mix instrumental is the version", common.read_audio(path)[0], got.file("v_instrumental")[0]
            )
        else:
            tally.note(f"--mix: exit {by_option.outcome.code}: {by_option.outcome.reason}")
        wrong = {
            "an unknown node": "versions: {v: {mute: [nobody]}}\n",
            "an unknown path": "versions: {v: {set: {tracks.nobody.level: 0 dB}}}\n",
            "a wrong value": "versions: {v: {set: {tracks.vocals.level: 3 kHz}}}\n",
        }
        for name, text in wrong.items():
            outcome = common.mixdown(
                "check",
                project.session("wrong", head(text + "deliverables: {a: {format: wav, version: v}}\n")),
                "--json",
            )
            errors = [d.get("code") for d in outcome.diagnostics if d.get("severity") == "error"]
            tally.check(
                f"{name} in a version is refused", outcome.code == 1 and bool(errors), f"{outcome.code} {errors}"
            )
        text = head("deliverables: {a: {format: wav, version: nobody}}\n")
        outcome = common.mixdown("check", project.session("wrong", text), "--json")
        tally.check("an unknown version is refused", outcome.code == 1, f"{outcome.code}")


def version_stems(tally: common.Tally) -> None:
    """The stems of a version sum to the version."""
    with common.Project("vstems") as project:
        material(project)
        lines = (
            "versions: {instrumental: {mute: [vocals]}}\ndeliverables:\n"
            "  mix: {format: wav, bit_depth: 32f, version: instrumental, master: none}\n"
            "  parts: {split: stems, format: wav, version: instrumental}\n"
        )
        got = render(project, "vstems", head(MAINS["compressor"] + lines))
        if tally.check("a version's stems render", got.outcome.code == 0, got.outcome.reason):
            files = got.nodes("parts")
            # What only the vocals fed is silent: there or not.
            tally.check(
                "a version's stems",
                TO_MAIN - {"vocals", "slap"} <= set(files) <= TO_MAIN - {"vocals"},
                f"{sorted(files)}",
            )
            check_sum(tally, "a version's stems", read(files), got.file("mix")[0])


def self_check(tally: common.Tally) -> None:
    """The reference renders the band, and its nodes sum to its premaster: what the program is asked for is possible."""
    with common.Project("self") as project:
        material(project, 3.0)
        reference = Reference(project.folder, head("deliverables: {mix: {format: wav}}\n"))
        total = sum(reference.nodes[node].post for node in TO_MAIN)[reference.start :][: len(reference.premaster)]
        worst = common.decibels(float(np.max(np.abs(total - reference.premaster))))
        tally.check("the reference's own stems sum", worst < -200, f"{worst:.1f} dBFS")
        quantities.load(head())


if __name__ == "__main__":
    common.need_program()
    results = common.Tally("stems")
    self_check(results)
    able = supported(results)
    if "stems" in able:
        stems(results)
        more_stems(results)
    if "tracks" in able:
        tracks(results)
    if "versions" in able:
        versions(results)
    if {"stems", "versions"} <= able:
        version_stems(results)
    results.finish()
