"""Sessions at random from a seed: maps, clips, lanes, VCAs, sends, groups, sidechains, and the stems they need.

A session is a dictionary of text, written as YAML with plain scalars. Everything obeys docs/format.md's grammar and ranges.
Where the contract leaves open how a duration at a fractional place becomes frames, draws on which the readings
differ are drawn again: that question has cases of its own in `timeline_cases.py`.

Seeds divisible by 8 automate a compressor's own parameters (`approximate` in the reference); the others do not.

    python random_sessions.py SEED [FOLDER]      prints the session, or writes it with its stems
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import stems as make
from timeline import Timeline

RATES = (8_000, 16_000, 24_000, 32_000, 44_100, 48_000)
METERS = ("4/4", "3/4", "7/8", "5/8", "2/4", "6/8", "5/4", "3/8")
CURVES = ("linear", "smooth", "fast_start", "fast_end")
FADES = ("linear", "equal_power", "smooth", "exponential")
LAWS = ("-3 dB", "-4.5 dB", "-6 dB", "0 dB")


def emit(value: Any, depth: int = 0) -> str:
    """A value as YAML: mappings in blocks, lists and what is in them in flow style, scalars plain."""
    if isinstance(value, dict) and value:
        pad = "  " * depth
        lines = []
        for key, inner in value.items():
            block = isinstance(inner, dict) and inner
            lines.append(f"{pad}{key}:{chr(10) if block else ' '}{emit(inner, depth + 1) if block else flow(inner)}")
        return "\n".join(lines)
    return flow(value)


def flow(value: Any) -> str:
    """A value in flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)


class Draw:
    """One session, drawn."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = np.random.default_rng([7_700, seed])
        self.rate = self.pick(RATES)
        self.seconds = float(self.random.uniform(3.0, 7.0 if self.rate > 24_000 else 8.0))
        self.approximate = seed % 8 == 0
        self.stems: dict[str, tuple[int, int]] = {}  # name → frames, channels
        self.session: dict[str, Any] = {}
        self.draw()

    # Dice

    def pick(self, choices: Any) -> Any:
        """One of them."""
        return choices[int(self.random.integers(len(choices)))]

    def some(self, chance: float) -> bool:
        """True with that chance."""
        return bool(self.random.random() < chance)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.random.integers(low, high + 1))

    def decimal(self, low: float, high: float, digits: int = 2) -> str:
        """A plain decimal."""
        return f"{self.random.uniform(low, high):.{digits}f}"

    def level(self, low: float = -9, high: float = 3) -> str:
        """A level."""
        value = self.decimal(low, high, self.whole(0, 2))
        return self.pick((f"{value} dB", f"{value}dB", value)) if float(value) else "0 dB"

    def pan(self) -> str:
        """A place."""
        value = self.whole(-100, 100)
        side = "C" if value == 0 else f"{'L' if value < 0 else 'R'}{abs(value)}"
        return self.pick((side, side, f"{value:+d}" if value else "C", "L100", "R100", "C"))

    # Time

    def maps(self) -> None:
        """Tempo, meter, markers: three changes of each in half of the sessions, none or one in the others."""
        if self.seed % 2 == 0:
            bars = sorted(self.random.choice(np.arange(2, 6), 3, replace=False).tolist())
            others = [meter for meter in METERS if meter != "7/8"]
            meters = ["7/8", *self.random.choice(others, 3, replace=False).tolist()]
            self.random.shuffle(meters)
            steps = zip([1, *bars], meters)
            self.session["meter"] = [{"at": f"{bar}|1", "meter": meter} for bar, meter in steps]
        elif self.some(0.6):
            self.session["meter"] = self.pick(METERS)
        line = Timeline(self.rate, "100", self.session.get("meter", "4/4"))
        if self.seed % 2 == 0:
            places = sorted(self.random.choice(np.arange(2, 7), self.whole(3, 4), replace=False).tolist())
            texts = ["1|1", *(self.beat_in(line, bar) for bar in places)]
            self.session["tempo"] = [{"at": at, "bpm": self.bpm()} for at in texts]
        else:
            self.session["tempo"] = self.bpm()
        self.line = Timeline.of(self.session, self.rate)
        for name in ("verse", "chorus_2", "break_down"):
            self.session.setdefault("markers", {})[name] = self.place(0.3, self.seconds * 0.8, markers=False)
            self.line = Timeline.of(self.session, self.rate)

    def bpm(self) -> str:
        """A brisk tempo, so that several bars fit."""
        return self.decimal(150, 290, self.whole(0, 2))

    def beat_in(self, line: Timeline, bar: int) -> str:
        """A beat of that bar, sometimes between the beats."""
        start = line.bars.at(Fraction(bar - 1))
        beats = int(line.bars.slope(Fraction(bar - 1)) / line.beats.slope(line.beats.back(start)))
        beat = self.whole(1, beats)
        return f"{bar}|{beat}{self.pick(('', '', '.5', '.25', '.333', '.667'))}"

    def duration(self) -> str:
        """A duration of any form; plain times fall on whole frames at all RATES."""
        tens = self.whole(1, 120)
        return self.pick((
            f"{tens * 10} ms",
            f"{tens / 100:.2f} s",
            f"0:{tens / 100:05.2f}",
            f"{self.whole(5, self.rate)} samples",
            self.pick(("1 beat", "2 beats", "1.5 beats", "0.75 beats", "3 beats")),
            self.pick(("1 bar", "2 bars", "0.5 bars", "1.25 bars")),
            self.pick(("1/4", "1/8", "1/16", "1/2", "1/8d", "1/4d", "1/8t", "1/4t", "1/16t")),
        ))  # fmt: skip

    def place(self, low: float, high: float, markers: bool = True) -> str:
        """A position of any form between two times in seconds."""
        known = list(self.session.get("markers", {})) if markers else []
        for _ in range(300):
            seconds = float(self.random.uniform(low, high))
            forms = [
                f"{seconds:.{self.whole(1, 4)}f} s",
                f"0:{seconds:06.3f}",
                f"0:00:{seconds:05.2f}",
                f"{int(seconds * self.rate)} samples",
                self.beat_in(self.line, self.whole(1, 14)),
                self.beat_in(self.line, self.whole(1, 14)),
            ]
            if known:
                marker = self.pick(known)
                forms += [marker, *(f"{marker} {self.pick('+-')} {self.duration()}" for _ in range(5))]
            text = self.pick(forms)
            try:
                exact = self.line.position(text)
            except AssertionError:  # before time zero
                continue
            if low <= exact <= high:
                return text
        return f"{(low + high) / 2:.3f} s"

    def span(self, place: str, low: int, high: int, sign: int = 1) -> str | None:
        """A duration from (or back from) a place, of so many frames, that all readings round alike, if one is found."""
        exact = self.line.position(place)
        at = self.line.frame(exact)
        for _ in range(60):
            text = self.duration()
            there = self.line.walk(exact, text, sign)
            frames = sign * (self.line.frame(there) - at)
            again = self.line.walk(Fraction(at, self.rate), text, sign)
            alike = {frames, self.line.frame(abs(there - exact)), sign * (self.line.frame(again) - at)}
            if low <= frames <= high and there >= 0 and len(alike) == 1:
                return text
        return None

    # Clips

    def stem(self, channels: int, frames: int) -> str:
        """A new stem; the path that the session says."""
        name = f"s{len(self.stems)}.wav"
        self.stems[name] = (frames, channels)
        return f"stems/{name}"

    def clip(self, channels: int) -> dict[str, Any]:
        """A clip with any of its keys."""
        frames = self.whole(self.rate // 10, int(self.rate * min(3.0, self.seconds / 2)))
        many = self.some(0.15)
        clip: dict[str, Any] = {"stem": self.stem(4 if many else channels, frames)}
        if many:
            clip["channels"] = self.random.choice(np.arange(1, 5), channels, replace=False).tolist()
        at = "0"
        if self.some(0.85):
            at = clip["at"] = self.place(0, self.seconds * 0.7)
        begin, end = 0, frames
        if self.some(0.4):
            begin = self.whole(1, frames // 3)
            clip["from"] = f"{begin} samples"
        if self.some(0.35):
            end = self.whole(2 * frames // 3, frames)
            clip["to"] = f"{end} samples"
        loop = self.pick(("", "", "2", "3", "fill"))
        room = int(self.seconds * self.rate) - self.line.frame_at(at)
        if loop == "fill" or self.some(0.3):
            length = self.span(at, self.rate // 20, room if loop == "fill" else frames)
            if length:
                clip["length"] = length
            elif loop == "fill":
                loop = "2"
        if loop:
            clip["loop"] = loop
        if self.some(0.35):
            clip["reverse"] = "true"
        if self.some(0.6):
            clip["gain"] = self.level()
        if self.some(0.6):
            fade = self.span(at, 1, end - begin)
            if fade:
                clip["fade_in"] = f"{fade}{self.pick(('', *(f' {curve}' for curve in FADES)))}"
        if self.some(0.6):
            fade = self.pick((f"{10 * self.whole(1, 90)} ms", f"{self.whole(1, frames)} samples"))
            clip["fade_out"] = f"{fade}{self.pick(('', *(f' {curve}' for curve in FADES)))}"
        return clip

    # Lanes

    def lane(self, make: Any, offsets: bool = False, jumps: bool = True) -> list[dict[str, Any]]:
        """A lane of one to seven points; `make` draws a value."""
        count = self.whole(1, 7)
        kind = "offset" if offsets and self.some(0.3) else "value"
        low = 0.0 if self.some(0.3) else 0.05
        places, before = [], -1
        for text in sorted((self.place(low, self.seconds) for _ in range(count)), key=self.line.position):
            if self.line.frame_at(text) > before + 2:
                places.append(text)
                before = self.line.frame_at(text)
        points, before = [], 0
        for text in places:
            point: dict[str, Any] = {"at": text, kind: self.decimal(-9, 6) if kind == "offset" else make()}
            form = self.pick(("jump", "over", "curve", "curve"))
            at = self.line.frame_at(text)
            if form == "over" or (form == "jump" and not jumps):
                over = self.span(text, 1, at - before, -1)
                if over:
                    point["over"] = over
            if form == "curve" or ("over" in point and self.some(0.6)) or not (jumps or "over" in point):
                point["curve"] = self.pick(CURVES)
            points.append(point)
            before = at
        return points

    def level_or_silence(self) -> str:
        """A level, sometimes −inf."""
        return self.pick(("-inf dB", "-inf")) if self.some(0.08) else self.level(-18, 4)

    def percent(self, high: int = 100) -> str:
        """A percentage."""
        return f"{self.whole(0, high)}{self.pick((' %', '%'))}"

    def lanes(self, strip: dict[str, Any], stereo: bool, main: bool = False) -> None:
        """Lanes on what a strip has; exact parameters only, but for the compressor's in seeds of their own."""
        automation: dict[str, Any] = {}
        levels = (self.level_or_silence, True)
        wanted = {"level": levels, "trim": levels, "pan": (self.pan, False)}
        if stereo:
            wanted["width"] = (lambda: self.percent(200), False)
        if not main and self.some(0.5):
            wanted["mute"] = None
        for bus in strip.get("sends", {}):
            wanted[f"sends.{bus}.level"] = levels
            wanted[f"sends.{bus}.pan"] = (self.pan, False)
        for key, insert in strip.get("inserts", {}).items():
            if "bypass" in insert:
                continue
            kind = insert.get("type", key)
            wanted[f"inserts.{key}.mix"] = (self.percent, False)
            if kind == "gain":
                wanted[f"inserts.{key}.gain"] = levels
            if kind == "width":
                wanted[f"inserts.{key}.width"] = (lambda: self.percent(200), False)
            if kind == "compressor" and self.approximate:
                for name in ("threshold", "makeup"):
                    if insert.get(name) != "auto" and "lookahead" not in insert:
                        draw = (lambda: self.level(-36, -10)) if name == "threshold" else (lambda: self.level(-3, 9))
                        automation[f"inserts.{key}.{name}"] = self.lane(draw, jumps=False)
        for path, how in wanted.items():
            if self.some(0.35):
                if how:
                    automation[path] = self.lane(how[0], how[1])
                else:
                    automation[path] = self.mutes()
        if automation:
            strip["automation"] = automation

    def mutes(self) -> list[dict[str, Any]]:
        """A lane of mutes, all jumps."""
        points = self.lane(lambda: self.pick(("true", "false")))
        return [{"at": point["at"], "value": point["value"]} for point in points]

    # Strips

    def insert(self, stereo: bool, keys: list[str]) -> tuple[str, dict[str, Any], bool]:
        """An insert's key and text, and whether the signal is stereo after it."""
        kind = self.pick(("gain", "gain", "compressor", "compressor", "delay", "width"))
        named = self.some(0.4)
        text: dict[str, Any] = {"type": kind} if named else {}
        if kind == "gain":
            text["gain"] = self.level(-9, 6)
            if self.some(0.3):
                text["polarity"] = "inverted"
        elif kind == "width":
            text["width"] = self.percent(200)
            stereo = True
        elif kind == "delay":
            tens = self.whole(1, 40)
            text |= {"time": self.pick((f"{tens * 10} ms", f"{self.whole(20, self.rate // 2)} samples"))}
            if self.seed % 2 and self.some(0.5):
                text["time"] = self.pick(("1/8", "1/8d", "1/16t", "1/4"))
            text |= {"feedback": self.percent(70), "mix": self.percent()}
            if self.some(0.3):
                text["ping_pong"] = "true"
                stereo = True
            if stereo and self.some(0.3):
                text["width"] = self.percent(200)
        else:
            text |= {"threshold": self.level(-40, -12), "ratio": f"{self.decimal(1, 12, 1)}{self.pick(('', ':1'))}"}
            text |= {"attack": f"{self.decimal(0.1, 30, 1)} ms", "release": f"{self.decimal(20, 300, 0)} ms"}
            if self.some(0.4):
                text["knee"] = f"{self.whole(0, 20)} dB"
            if self.some(0.3):
                text["makeup"] = self.pick(("auto", "+3 dB", "4.5"))
            if self.some(0.3):
                text["detector"] = "rms"
            if self.some(0.25):
                text["range"] = f"{self.whole(2, 15)} dB"
            if self.some(0.35):
                text["lookahead"] = f"{self.whole(1, self.rate // 100)} samples"
            if keys and self.some(0.6):
                text["sidechain"] = self.pick(keys)
            elif self.some(0.25):
                text["link"] = "false"
        if kind != "delay" and self.some(0.4):
            text["mix"] = self.percent()
        if stereo and kind != "width" and "sidechain" not in text and "ping_pong" not in text and self.some(0.15):
            text["channels"] = self.pick(("mid", "side", "left", "right"))
            text.pop("width", None)
        # Whether a bypassed insert that is stereo by nature still makes stereo is open.
        if kind in ("gain", "compressor") and self.some(0.07):
            text["bypass"] = "true"
        return f"{kind}_{self.whole(1, 99)}" if named else kind, text, stereo

    def strip(self, stereo: bool, keys: list[str], ahead: list[str], law: bool = True) -> tuple[dict[str, Any], bool]:
        """Everything of a strip but its input; `ahead` are the buses it may feed."""
        strip: dict[str, Any] = {}
        for key, chance, draw in (
            ("trim", 0.3, lambda: self.level(-6, 4)),
            ("polarity", 0.2, lambda: "inverted"),
            ("level", 0.7, self.level),
            ("pan", 0.6, self.pan),
            ("pan_law", 0.2 if law else 0, lambda: self.pick(LAWS)),
            ("pan_mode", 0.25, lambda: "stereo"),
            ("delay", 0.3, lambda: f"{self.pick('-+').strip('+')}{self.whole(1, self.rate // 8)} samples"),
            ("mute", 0.06 if law and keys else 0, lambda: "true"),
        ):
            if self.some(chance):
                strip[key] = draw()
        inserts: dict[str, Any] = {}
        for _ in range(self.whole(0, 3)):
            key, text, after = self.insert(stereo, keys)
            if key not in inserts:
                inserts[key], stereo = text, after
        if inserts:
            strip["inserts"] = inserts
        if stereo and self.some(0.3):
            strip["width"] = self.percent(200)
        if ahead and self.some(0.6):
            strip["output"] = self.pick(ahead)
        for bus in ahead:
            if self.some(0.4):
                send: Any = self.level(-20, 0)
                if self.some(0.7):
                    send = {"level": send, "tap": self.pick(("pre_fader", "post_fader"))}
                    if self.some(0.5):
                        send["pan"] = self.pan()
                strip.setdefault("sends", {})[bus] = send
        return strip, stereo

    def draw(self) -> None:
        """The whole session."""
        self.session |= {"mixdown": "1", "sample_rate": str(self.rate), "tail": "none"}
        self.maps()
        if self.some(0.5):
            self.session["pan_law"] = self.pick(LAWS)
        if self.some(0.5):
            self.session["length"] = self.place(self.seconds * 0.7, self.seconds)
        if self.some(0.3):
            self.session["start"] = self.place(0.01, self.seconds * 0.3)
        elif "length" not in self.session and self.some(0.3):
            self.session["tail"] = f"{10 * self.whole(1, 80)} ms"
        buses = [f"{self.pick(('a', 'm', 'z'))}bus{i}" for i in range(self.whole(1, 4))]
        tracks = [f"{self.pick(('b', 'k', 'y'))}_track{i}" for i in range(self.whole(2, 6))]
        self.session |= {"tracks": {}, "buses": {}}
        for i, name in enumerate(tracks):
            stereo = self.some(0.5)
            track: dict[str, Any] = {}
            if self.some(0.2):
                track["stem"] = self.stem(1 + stereo, int(self.rate * self.seconds * 0.6))
            else:
                wide = [stereo and (k == 0 or self.some(0.7)) for k in range(self.whole(1, 4))]
                track["clips"] = {f"c{k}": self.clip(1 + w) for k, w in enumerate(wide)}
            strip, stereo = self.strip(stereo, tracks[:i], buses)
            # A clip that fills is never moved by its track's delay here, nor does a mute decide what is stereo.
            self.lanes(strip, stereo)
            self.session["tracks"][name] = track | strip
        plain = self.session["tracks"][tracks[0]]
        if "clips" in plain and len(plain["clips"]) > 2:
            plain["clips"]["c1"]["mute"] = "true"
        if "length" in self.session and self.some(0.4):
            name = self.pick(tracks)
            if "clips" in self.session["tracks"][name] and "delay" not in self.session["tracks"][name]:
                clip = self.session["tracks"][name]["clips"]["c0"]
                clip.pop("length", None)
                clip["loop"] = "fill"
        for i, name in enumerate(buses):
            strip, _ = self.strip(True, [*tracks, *buses[:i]], buses[i + 1 :])
            strip.pop("mute", None)  # or hardly anything is left
            self.lanes(strip, True)
            self.session["buses"][name] = strip
        self.draw_vcas(tracks, buses)
        if self.some(0.4):
            strip, _ = self.strip(True, [], [], law=False)
            strip = {k: v for k, v in strip.items() if k not in ("mute", "delay", "polarity")}
            self.lanes(strip, True, main=True)
            self.session["main"] = strip
        if self.some(0.1):
            name = self.pick([*tracks, *buses, *self.session.get("vcas", {})])
            kind = next(k for k in ("tracks", "buses", "vcas") if name in self.session.get(k, {}))
            self.session[kind][name]["solo"] = "true"
        self.session["deliverables"] = {"mix": {"format": "wav", "bit_depth": "32f", "dither": "none"}}

    def draw_vcas(self, tracks: list[str], buses: list[str]) -> None:
        """None to three VCAs, each over strips and, mostly, the one before; a strip may stand under several."""
        vcas: dict[str, Any] = {}
        for i in range(self.whole(0, 3)):
            pool = [*tracks, *buses]
            members = self.random.choice(pool, min(len(pool), self.whole(1, 3)), replace=False).tolist()
            if i and self.some(0.8):
                members.append(f"vca{i - 1}")
            vca: dict[str, Any] = {"members": members}
            if self.some(0.7):
                vca["level"] = self.level(-6, 4)
            if self.some(0.03):
                vca["mute"] = "true"
            automation = {}
            if self.some(0.5):
                automation["level"] = self.lane(self.level_or_silence, offsets=True)
            if self.some(0.25):
                automation["mute"] = self.mutes()
            if automation:
                vca["automation"] = automation
            vcas[f"vca{i}"] = vca
        if vcas:
            self.session["vcas"] = vcas

    # Files

    def text(self) -> str:
        """The session as YAML."""
        return emit(self.session) + "\n"

    def write_stems(self, folder: Path) -> None:
        """The stems into `folder`: music and noise, float and 24-bit."""
        for i, (name, (frames, channels)) in enumerate(self.stems.items()):
            seed = 1_000 * self.seed + i
            x = make.noise(seed, frames, channels, 0.4) if i % 3 == 2 else make.music(seed, frames, self.rate, channels)
            soundfile.write(folder / name, x, self.rate, subtype=("PCM_24", "FLOAT")[i % 2])


if __name__ == "__main__":
    drawn = Draw(int(sys.argv[1]))
    print(drawn.text())
    if len(sys.argv) > 2:
        place = Path(sys.argv[2])
        (place / "stems").mkdir(parents=True, exist_ok=True)
        (place / ".mixdown").touch()
        drawn.write_stems(place / "stems")
        (place / f"seed{drawn.seed}.mix.yaml").write_text(drawn.text(), encoding="utf-8")
