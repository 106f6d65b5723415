"""The timeline's oracle by itself: analytic truths, invariances, and its tricky parts done again, naively.

python self_check_timeline.py [-v]
"""

from __future__ import annotations

import math
import re
import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import common
import lanes
import quantities as q
import random_sessions
import timeline_cases
from random_sessions import Draw, emit
from reference import Reference
from timeline import Timeline

SEEDS = range(1, 65)
TICKS = 96  # a quarter note


class Ticks:
    """The maps as a table of ticks: where each lies in bars, beats and seconds. No lines, no inverses."""

    def __init__(self, tempo: list[tuple[int, int, int]], meter: list[tuple[int, int, int]], bars: int = 24) -> None:
        """`tempo`: (bar, eighths into it, bpm); `meter`: (bar, numerator, denominator)."""
        self.bar_of: list[tuple[int, int, int]] = []  # bar, tick inside, ticks of that bar
        self.beat_of: list[Fraction] = []
        self.first: dict[int, int] = {}
        self.unit: dict[int, int] = {}
        beat = Fraction(0)
        for bar in range(1, bars + 1):
            count, unit = next((n, d) for at, n, d in reversed(meter) if at <= bar)
            length = 4 * TICKS * count // unit
            self.first[bar], self.unit[bar] = len(self.bar_of), 4 * TICKS // unit
            for inside in range(length):
                self.bar_of.append((bar, inside, length))
                self.beat_of.append(beat)
                beat += Fraction(unit, 4 * TICKS)
        changes = {self.first[bar] + eighths * TICKS // 2: bpm for bar, eighths, bpm in tempo}
        self.time = [Fraction(0)]
        for tick in range(len(self.bar_of)):
            bpm = changes.get(tick, locals().get("bpm"))
            self.time.append(self.time[-1] + Fraction(60, bpm) / TICKS)

    def by_bars(self, tick: int, amount: Fraction) -> int | None:
        """The tick that many bars on, where it is one."""
        bar, inside, length = self.bar_of[tick]
        place = bar + Fraction(inside, length) + amount
        target = math.floor(place)
        if target not in self.first:
            return None
        here = (place - target) * self.bar_of[self.first[target]][2]
        return self.first[target] + int(here) if here.denominator == 1 else None

    def by_beats(self, tick: int, amount: Fraction) -> int | None:
        """The tick that many beats on, found by looking."""
        wanted = self.beat_of[tick] + amount
        return next((t for t, beat in enumerate(self.beat_of) if beat == wanted), None)


def maps(tally: common.Tally) -> None:
    """Positions against the table of ticks, under random maps; round trips; known values."""
    random = np.random.default_rng(5)
    compared = Counter()
    for _ in range(25):
        starts = [1, *sorted(random.choice(np.arange(2, 9), 3, replace=False).tolist())]
        meters = [(bar, *[(4, 4), (7, 8), (3, 4), (5, 8), (6, 8), (2, 2)][random.integers(6)]) for bar in starts]
        tempo = [(1, 0, 120)]
        tempo += [(int(bar), int(random.integers(0, 4)), int(random.integers(60, 300))) for bar in (2, 4, 5, 8)]
        table = Ticks(tempo, meters)
        eighth = {bar: Fraction(TICKS // 2, table.unit[bar]) for bar in table.unit}
        line = Timeline(
            48_000,
            [{"at": f"{bar}|{float(1 + n * eighth[bar])}", "bpm": str(bpm)} for bar, n, bpm in tempo],
            [{"at": f"{bar}|1", "meter": f"{n}/{d}"} for bar, n, d in meters],
        )
        for tick in random.integers(0, table.first[12], 25).tolist():
            bar, inside, _length = table.bar_of[tick]
            beat = 1 + Fraction(inside, table.unit[bar])
            if (10**6 * beat).denominator != 1:
                continue
            text = f"{bar}|{float(beat)}"
            assert line.position(text) == table.time[tick], text
            line.markers = {"here": text}
            compared["places"] += 1
            for amount in (1, 2, "0.5", "1.5", "0.25", 3):
                step = Fraction(amount)
                for sign, word in ((1, "+"), (-1, "-")):
                    for unit, walk in (("bars", table.by_bars), ("beats", table.by_beats)):
                        target = walk(tick, sign * step)
                        if target is not None and target < len(table.time):
                            assert line.position(f"here {word} {amount} {unit}") == table.time[target], (text, amount)
                            compared[unit] += 1
            for note, ticks in (("1/8", 48), ("1/4d", 144), ("1/8t", 32), ("1/16t", 16), ("1/2", 192)):
                for sign, word in ((1, "+"), (-1, "-")):
                    if 0 <= tick + sign * ticks < len(table.time):
                        assert line.position(f"here {word} {note}") == table.time[tick + sign * ticks]
                        compared["notes"] += 1
            for text in ("3 bars", "2.7 beats", "1/8t", "1.1 s", "37 samples"):
                place = line.position("here")
                assert line.walk(line.walk(place, text), text, -1) == place
    tally.check("places and walks are those of a table of ticks", min(compared.values()) > 100, f"{dict(compared)}")
    line = Timeline(48_000, [{"at": "1|1", "bpm": "120"}, {"at": "2|3", "bpm": "60"}], "4/4", {"m": "2|1"})
    known = {
        "0": 0, "1|1": 0, "2|1": 2, "2|3": 3, "3|1": 5, "2|3.5": "3.5", "m + 1 bar": 5, "m - 1 bar": 0, "m + 1/2d": 4,
        "m + 3 beats": 4, "1:23.400": "83.4", "1:02:03.5": "3723.5", "96000 samples": 2, "m - 0.25 s": "1.75",
        "m + 0.5 bars": 3,
    }  # fmt: skip
    wrong = {text: line.position(text) for text, seconds in known.items() if line.position(text) != Fraction(seconds)}
    tally.check("known places", not wrong, f"{wrong}")
    line = Timeline(48_000, "120", [{"at": "1|1", "meter": "4/4"}, {"at": "2|1", "meter": "7/8"}], {"m": "1|3"})
    tally.check("a beat is the meter's denominator", line.position("2|2") == Fraction("2.25"))
    tally.check("half a bar on lies half a bar in", line.position("m + 1 bar") == 2 + Fraction("0.875"))
    tally.check("beats walk both meters", line.position("m + 4 beats") == Fraction("2.5"))
    tally.check("frames are half up", [line.frame(Fraction(n, 96_000)) for n in (-1, 0, 1, 2, 3)] == [0, 0, 1, 1, 2])
    for bad in ("1|5", "2|8", "0|1", "m - 3 bars", "5", "1|0.5"):
        try:
            line.position(bad)
            tally.check(f"`{bad}` is refused", False)
        except (AssertionError, ValueError):
            pass


def naive_lane(points: list[dict[str, Any]], static: str, path: str, line: Timeline, n: int) -> float:
    """One lane at one frame, from the page."""
    name = path.split(".")[-1]
    levels = ("level", "trim", "gain", "makeup")
    times = ("attack", "release")
    stepped = ("threshold", "knee", "range", "ratio", *times)

    def read(text: str) -> float:
        if name == "mute":
            return 0.0 if text == "true" else 1.0
        if name == "pan":
            return 0.0 if text == "C" else float(text.replace("L", "-").replace("R", "")) / 100
        number = float(re.match(r"[+-]?(inf|[\d.]+)", text)[0])
        scale = 0.01 if name in ("width", "mix") else 0.001 if name in times and "ms" in text else 1.0
        return number * scale

    def applied(value: float) -> float:
        return 10 ** (value / 20) if name in levels else value

    held, before = read(static), 0
    for point in points:
        place = line.position(point["at"])
        at = math.floor(place * line.rate + Fraction(1, 2))
        value = read(point["value"]) if "value" in point else read(static) + float(point["offset"].split()[0])
        if n >= at:
            held, before = value, at
            continue
        jump = "over" not in point and "curve" not in point
        if jump:
            begin = at if name in stepped else max(before, at - math.floor(line.rate / 200 + 0.5))
        elif "over" in point:
            begin = math.floor(line.walk(place, point["over"], -1) * line.rate + Fraction(1, 2))
        else:
            begin = before
        if n < begin:
            return applied(held)
        u = (n - begin) / (at - begin)
        curve = point.get("curve", "linear")
        smooth = 0.5 - 0.5 * math.cos(math.pi * u)
        w = {"linear": u, "smooth": smooth, "fast_start": u * (2 - u), "fast_end": u * u}[curve]
        if jump or (name in levels and math.inf in (-held, -value)):
            return applied(held) + (applied(value) - applied(held)) * w
        if name in times and held and value:
            return math.exp(math.log(held) * (1 - w) + math.log(value) * w)
        if name == "ratio":
            low = (1 / held) * (1 - w) + (1 / value) * w
            return 1 / low if low else math.inf
        return applied(held + (value - held) * w)
    return applied(held)


KINDS = {
    "knee": lanes.DECIBELS, "range": lanes.DECIBELS, "level": lanes.LEVEL,
    "trim": lanes.LEVEL, "gain": lanes.LEVEL, "makeup": lanes.MAKEUP, "pan": lanes.PAN,
    "width": lanes.PERCENT, "mix": lanes.PERCENT, "mute": lanes.MUTE, "threshold": lanes.DECIBELS, "ratio": lanes.RATIO,
}  # fmt: skip


def static_of(session: dict[str, Any], strip: dict[str, Any], path: str) -> str:
    """The text that a lane lies over, or the default."""
    value: Any = strip
    for word in path.split("."):
        value = value.get(word) if isinstance(value, dict) else (value if word == "level" else None)
    name = path.split(".")[-1]
    return value or {"pan": "C", "width": "100 %", "mix": "100 %", "mute": "false"}.get(name, "0 dB")


def lane_values(tally: common.Tally) -> None:
    """Every lane of the random sessions and of the hand-written cases, at its corners and at random frames."""
    random = np.random.default_rng(6)
    sessions = [(f"seed{seed}", q.load(Draw(seed).text())) for seed in SEEDS]
    sessions += [(name, q.load(timeline_cases.session(name))) for name in timeline_cases.CASES]
    worst, count = 0.0, 0
    for name, session in sessions:
        line = Timeline.of(session, int(session["sample_rate"]))
        strips = [*session["tracks"].values(), session.get("main") or {}]
        strips += [strip for kind in ("buses", "vcas") for strip in (session.get(kind) or {}).values()]
        for strip in strips:
            for path, points in (strip.get("automation") or {}).items():
                last = path.split(".")[-1]
                kind = lanes.time_kind(line) if last in ("attack", "release") else KINDS[last]
                static, total = static_of(session, strip, path), 8 * line.rate
                got = lanes.evaluate(points, static, kind, line, total)
                places = [line.frame_at(p["at"]) + d for p in points for d in (-400, -221, -80, -40, -1, 0, 1)]
                for n in [n for n in [*places, *random.integers(0, total, 20).tolist()] if 0 <= n < total]:
                    wanted = naive_lane(points, static, path, line, n)
                    one, two = (1 / got[n], 1 / wanted) if kind is lanes.RATIO else (got[n], wanted)
                    error = 0.0 if one == two else abs(one - two)
                    assert error < 1e-9, (name, path, n, one, two)
                    worst = max(worst, error)
                count += 1
    tally.check("lanes are those of the page, frame by frame", count > 300, f"{count} lanes, worst {worst:.1e}")


def naive_clip(reference: Reference, clip: dict[str, Any], track: dict[str, Any]) -> dict[int, np.ndarray]:
    """A clip's frames by place, each found by itself: which frame of the stem, which gain."""
    if clip.get("mute") == "true":
        return {}
    line = reference.line
    samples, _ = common.read_audio(reference.folder / clip["stem"])
    channels = [int(c) - 1 for c in clip.get("channels", range(1, samples.shape[1] + 1))]

    def frame(seconds: Fraction) -> int:
        return math.floor(seconds * line.rate + Fraction(1, 2))

    place = line.position(clip.get("at", "0"))
    at = frame(place)
    begin = frame(line.duration(clip.get("from", "0")))
    end = min(len(samples), frame(line.duration(clip["to"]))) if "to" in clip else len(samples)
    length = frame(line.walk(place, clip["length"])) - at if "length" in clip else None
    fill = clip.get("loop") == "fill"
    if length is not None and not fill:
        end = min(end, begin + length)
    size = end - begin
    total = size * int(clip.get("loop", "1").replace("fill", "0"))
    if fill:
        total = length if length is not None else max(0, reference.song - at)
    fades = {}
    for key in ("fade_in", "fade_out"):
        if key in clip:
            words = clip[key].split()
            curve = words.pop() if words[-1] in random_sessions.FADES else "linear"
            fades[key] = (min(total, frame(line.walk(place, " ".join(words)) - place)), curve)
    out = {}
    for i in range(0, total, 7):  # each seventh will do
        source = i % size
        source = end - 1 - source if clip.get("reverse") == "true" else begin + source
        gain = 10 ** (float(re.match(r"[+-]?[\d.]+", clip.get("gain", "0"))[0]) / 20)
        for key, distance in (("fade_in", i), ("fade_out", total - 1 - i)):
            if key in fades and distance < fades[key][0]:
                u = (distance + 0.5) / fades[key][0]
                gain *= {
                    "linear": u, "equal_power": math.sin(math.pi / 2 * u),
                    "smooth": math.sin(math.pi / 2 * u) ** 2, "exponential": 10 ** (3 * u - 3),
                }[fades[key][1]]  # fmt: skip
        out[at + i] = samples[source, channels] * gain
    return out


def clips(tally: common.Tally, references: dict[int, Reference]) -> None:
    """Each clip of the random sessions, alone on its track, against the frame-by-frame one."""
    count, worst = 0, 0.0
    for reference in references.values():
        for name, track in reference.tracks.items():
            texts = [{"stem": track["stem"]}] if "stem" in track else list(track["clips"].values())
            for placed, text in zip(list(reference.clips[name]), texts):
                whole = reference.clips[name]
                reference.clips[name] = [placed]
                got = reference.placed(name, -3.0)
                reference.clips[name] = whole
                for n, wanted in naive_clip(reference, text, track).items():
                    if n < len(got):
                        worst = max(worst, float(np.max(np.abs(got[n] - wanted))))
                count += 1
    good = worst < 1e-12 and count > 200
    tally.check("clips are those of the page, frame by frame", good, f"{count} clips, worst {worst:.1e}")


def turned(value: Any) -> Any:
    """The same mapping the other way round, but for inserts and clips, whose order means something."""
    if not isinstance(value, dict):
        return value
    return {k: v if k in ("inserts", "clips") else turned(v) for k, v in reversed(value.items())}


def rendered(folder: Path, text: str) -> np.ndarray:
    """A session's mix."""
    return Reference(folder, text).delivered("mix")


def renders(tally: common.Tally) -> None:
    """Whole renders by what must hold of them; and that every session can be rendered at all."""
    references: dict[int, Reference] = {}
    quiet = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for seed in SEEDS:
            drawn = Draw(seed)
            own = folder / str(seed)
            (own / "stems").mkdir(parents=True)
            drawn.write_stems(own / "stems")
            text = drawn.text()
            assert text == Draw(seed).text(), "a seed gives one session"
            references[seed] = reference = Reference(own, text)
            peak = float(np.max(np.abs(reference.premaster)))
            assert np.isfinite(peak) and peak < 30, seed
            if peak < 0.01:
                quiet.append(seed)
            if seed % 6 == 0:
                again = Reference(own, emit(turned(drawn.session))).premaster
                assert np.array_equal(again, reference.premaster), f"seed {seed}: the order of keys is heard"
        tally.check("random sessions are heard", len(quiet) <= len(SEEDS) // 10, f"under −40 dBFS: {quiet}")
        tally.check("random sessions mean the same in any order", True)
        clips(tally, references)
        strips = [(r, n) for r in references.values() for n in [*r.tracks, *r.buses]]
        for reference, name in strips:
            paths = naive_vcas(reference.vcas, name)
            assert reference.above(name) == paths, name
        tally.check("distinct VCAs above a strip", True)
        (folder / "stems").mkdir()
        timeline_cases.write_stems(folder / "stems")
        for name in timeline_cases.CASES:
            out = rendered(folder, timeline_cases.session(name))
            tally.check(f"the reference renders {name}", np.all(np.isfinite(out)) and 0.02 < np.max(np.abs(out)) < 4)
        invariances(tally, folder)


def naive_vcas(vcas: dict[str, Any], name: str) -> set[str]:
    """By spreading every VCA downwards."""
    found = set()
    for vca in vcas:
        below, ahead = set(), [vca]
        while ahead:
            for member in vcas.get(ahead.pop(), {}).get("members", []):
                below.add(member)
                ahead.append(member)
        if name in below:
            found.add(vca)
    return found


def invariances(tally: common.Tally, folder: Path) -> None:
    """Sessions that must sound alike, and gains that one can work out."""
    head = "mixdown: 1\nsample_rate: 16000\ntail: none\ndeliverables: {mix: {}}\npan_law: 0 dB\n"

    def out(body: str) -> np.ndarray:
        return rendered(folder, head + body)

    def alike(name: str, one: np.ndarray, two: np.ndarray) -> None:
        same = one.shape == two.shape and np.allclose(one, two, atol=1e-12)
        tally.check(name, same, f"{one.shape} {two.shape}")

    stem = "stem: stems/stereo.wav"
    plain = out(f"tracks: {{a: {{{stem}}}}}")
    early = out(f"tracks: {{a: {{{stem}, delay: -100 ms}}}}")
    alike("a negative delay loses the beginning", early, plain[1600:])
    late = out(f"tracks: {{a: {{{stem}, delay: 100 ms}}}}")
    alike("a delay is a clip placed later", late, out(f"tracks: {{a: {{clips: {{c: {{{stem}, at: 100 ms}}}}}}}}"))
    alike("start cuts", out(f"start: 1 s\nlength: 2 s\ntracks: {{a: {{{stem}}}}}"), plain[16000:32000])
    ahead = "inserts: {c: {type: compressor, ratio: 1:1, lookahead: 9 ms}}"
    alike("lookahead is no delay", out(f"tracks: {{a: {{{stem}, {ahead}}}}}"), plain)
    crossed = "{x: {S, to: 2 s, fade_out: 1 s}, y: {S, at: 1 s, from: 1 s, fade_in: 1 s}}".replace("S", stem)
    alike("linear fades of one stem cross to unity", out(f"tracks: {{a: {{clips: {crossed}}}}}"), plain)
    alike(
        "a stem reversed twice over a loop",
        out(f"tracks: {{a: {{clips: {{c: {{{stem}, reverse: true, loop: 2}}}}}}}}"),
        np.tile(plain[::-1], (2, 1)),
    )
    vcas = "{v: {members: [a], level: -2}, w: {members: [v, a], level: 1}}"
    vca = out(f"tracks: {{a: {{{stem}, level: -3}}}}\nvcas: {vcas}")
    alike("VCAs add up in dB", vca, plain * common.amplitude(-4))
    one = "tracks: {a: {stem: stems/one.wav, automation: {PATH: [{at: 2 s, VALUE}]}}}"

    def gain(path: str, value: str, frame: int) -> np.ndarray:
        return out(one.replace("PATH", path).replace("VALUE", value))[frame] / 0.5

    for path, value, frame, wanted in (
        ("level", "value: -20 dB, curve: linear", 16000, 10**-0.5),
        ("level", "value: -inf, curve: smooth", 16000, 0.5),
        ("pan", "value: R100, curve: fast_start", 8000, 1 - 7 / 16),
        ("pan", "value: R100, curve: fast_end", 8000, 1 - 1 / 16),
        ("level", "value: -inf", 32000 - 40, 0.5),  # a jump is half way 2.5 ms before
        ("mute", "value: true", 32000, 0.0),
        ("mute", "value: true", 32000 - 80, 1.0),
    ):
        got = gain(path, value, frame)[0]
        tally.check(f"{path} at frame {frame} of {value}", abs(got - wanted) < 1e-12, f"{got}")


def coverage(tally: common.Tally) -> None:
    """What the random sessions are made of; and that their YAML says what was drawn."""
    seen: Counter[str] = Counter()
    changing = 0
    for seed in SEEDS:
        drawn = Draw(seed)
        session = q.load(drawn.text())
        assert session == q.load(emit(drawn.session))
        tempo, meter = session["tempo"], session.get("meter", "4/4")
        steps = isinstance(tempo, list) and isinstance(meter, list)
        changing += steps and len(tempo) > 3 and len(meter) > 3 and any(step["meter"] == "7/8" for step in meter)
        for kind in ("tracks", "buses", "vcas"):
            for strip in session.get(kind, {}).values():
                seen.update(f"{kind}.{key}" for key in strip)
                for clip in strip.get("clips", {}).values():
                    seen.update(f"clip.{key}" for key in clip)
                    seen.update(f"fade.{clip[k].split()[-1]}" for k in ("fade_in", "fade_out") if k in clip)
                    seen.update([f"loop.{clip['loop']}"] if "loop" in clip else [])
                for key, insert in strip.get("inserts", {}).items():
                    seen.update([f"insert.{insert.get('type', key)}"] + [f"insert.{k}" for k in insert])
                for path, points in strip.get("automation", {}).items():
                    lane = path.split(".")
                    seen.update(["lane." + ".".join((lane[0], lane[-1]) if len(lane) > 1 else lane)])
                    for point in points:
                        seen.update([f"point.{k}" for k in point] + [f"curve.{point.get('curve')}"])
                        seen.update(["point.silence"] if "-inf" in point.get("value", "") else [])
                if kind == "vcas" and any(m.startswith("vca") for m in strip["members"]):
                    seen.update(["vcas.nested"])
    wanted = """
        tracks.stem tracks.clips tracks.delay tracks.automation tracks.inserts tracks.sends tracks.output
        tracks.pan_mode buses.delay buses.automation buses.sends buses.output vcas.automation vcas.nested
        clip.at clip.from clip.to
        clip.length clip.gain clip.reverse clip.channels clip.mute loop.2 loop.3 loop.fill fade.linear fade.equal_power
        fade.smooth fade.exponential insert.gain insert.compressor insert.delay insert.width insert.sidechain
        insert.lookahead insert.mix lane.level lane.trim lane.pan lane.width lane.mute lane.sends.level lane.sends.pan
        lane.inserts.mix lane.inserts.gain lane.inserts.width lane.inserts.threshold lane.inserts.makeup point.over
        point.offset point.silence curve.linear curve.smooth curve.fast_start curve.fast_end curve.None
    """.split()
    missing = [word for word in wanted if seen[word] < 3]
    tally.check("random sessions use everything", not missing, f"less than 3 times: {missing}")
    tally.check("half of them change tempo and meter three times", changing >= len(SEEDS) // 2, f"{changing}")


if __name__ == "__main__":
    results = common.Tally("the timeline's oracle by itself")
    maps(results)
    lane_values(results)
    renders(results)
    coverage(results)
    results.finish()
