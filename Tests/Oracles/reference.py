"""A plain reference renderer of a subset of sessions, from docs/format.md and the definition.

It reads the same session text as the program does and gives the premaster (and the master's fades) in double
precision. What it does not know it refuses loudly: an oracle that skips a key proves nothing.

Where the definition leaves coefficients free (`eq`, the delay's `low_cut` and `high_cut`, `side_high_shelf`) it uses the definition's
suggested formulas and sets `informative`: such a residual is reported, not judged. Lanes of parameters that docs/format.md
does not promise exact to the sample, and the sidechain's high-pass, set `approximate`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import filters
import kernels
import lanes
import quantities as q
from kernels import across
from timeline import Timeline

TRACK_KEYS = {
    "stem", "clips", "channels", "trim", "polarity", "delay", "inserts", "level", "pan", "pan_law", "pan_mode", "width",
    "mute", "solo", "sends", "output", "automation", "color", "comment",
}  # fmt: skip
CLIP_KEYS = {
    "stem", "at", "from", "to", "length", "gain", "fade_in", "fade_out", "loop", "reverse", "channels", "mute",
}  # fmt: skip
VCA_KEYS = {"members", "level", "mute", "solo", "automation"}
SESSION_KEYS = {
    "mixdown", "metadata", "sample_rate", "tempo", "meter", "markers", "start", "length", "tail", "seed", "pan_law",
    "tracks", "buses", "vcas", "main", "master", "deliverables",
}  # fmt: skip
MARGIN_SECONDS = 1.0  # rendered past the end, so that a lookahead at the end sees what is there
LONGEST_TAIL_SECONDS = 30.0
FADES = ("linear", "equal_power", "smooth", "exponential")
Reader = Callable[[str, str, lanes.Kind], kernels.Value]  # parameter, default, kind


def split_fade(text: str) -> tuple[str, str]:
    """`50 ms equal_power` → `50 ms`, `equal_power`."""
    words = text.split()
    curve = words.pop() if words[-1] in FADES else "linear"
    return " ".join(words), curve


@dataclass
class Clip:
    """A piece of a stem where it belongs; `count` is None while the song's end is not known (`loop: fill`)."""

    place: Fraction
    start: int
    part: np.ndarray  # cut and reversed
    count: int | None
    written: dict[str, Any]


@dataclass
class Node:
    """What the rest of the mix may take from a track or bus."""

    pre: np.ndarray  # after inserts, before the fader: mono or stereo
    post: np.ndarray  # after pan and mute: stereo
    sounding: kernels.Value  # 0 when muted
    law: float


class Reference:
    """One session, rendered once: `premaster` after construction, `delivered(id)` for a deliverable."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder = folder
        self.session = q.load(text)
        self.only(self.session, SESSION_KEYS, "session")
        self.rate = q.frequency(self.session.get("sample_rate", "48 kHz"))
        self.line = Timeline.of(self.session, int(self.rate))
        self.law = q.level(self.session.get("pan_law", "-3 dB"))
        self.tracks: dict[str, Any] = self.session["tracks"]
        self.buses: dict[str, Any] = {k: v or {} for k, v in (self.session.get("buses") or {}).items()}
        self.vcas: dict[str, Any] = self.session.get("vcas") or {}
        self.informative = False
        self.approximate = False
        self.unread = {(n, lane) for n in self.owners() for lane in self.definition(n).get("automation") or {}}
        self.clips = {name: self.read_clips(track) for name, track in self.tracks.items()}
        self.start, self.song, self.end, self.total = self.extent()
        self.kept = self.find_kept()
        self.nodes: dict[str, Node] = {}
        everything = self.main()
        for name in [*self.tracks, *self.buses]:
            self.node(name)  # also what nothing hears, so that no key goes unread
        self.premaster = everything[self.start : self.find_end(everything)]
        if self.unread:
            raise NotImplementedError(f"lanes: {sorted(self.unread)}")

    # Sessions

    @staticmethod
    def only(mapping: dict[str, Any], allowed: set[str], where: str) -> None:
        """Refuses keys this reference does not know."""
        unknown = {k for k in mapping if not k.startswith("x-")} - allowed
        if unknown:
            raise NotImplementedError(f"{where}: {sorted(unknown)}")

    def frames(self, text: str) -> int:
        """A time without a place of its own, as frames."""
        return self.line.frame(self.line.steady(text))

    def owners(self) -> list[str]:
        """All that may have lanes."""
        return [*self.tracks, *self.buses, *self.vcas, "main"]

    def value(self, owner: str, path: str, static: str, kind: lanes.Kind) -> kernels.Value:
        """A parameter as applied: one number, or one a frame where the owner has a lane for it."""
        points = (self.definition(owner).get("automation") or {}).get(path)
        if points is None:
            return kind.apply(kind.read(static))
        self.unread.discard((owner, path))
        self.approximate |= not kind.exact
        return lanes.evaluate(points, static, kind, self.line, self.total)

    # Clips

    def read_clips(self, track: dict[str, Any]) -> list[Clip]:
        """A track's clips, cut and reversed; `stem: F` is one clip at 0."""
        if "stem" in track:
            return [self.read_clip({"stem": track["stem"]}, track)]
        return [self.read_clip(clip, track) for clip in track["clips"].values()]

    def read_clip(self, clip: dict[str, Any], track: dict[str, Any]) -> Clip:
        """Cut (of `to` and `length` the earlier end wins), then reverse; `length` ends a filled clip instead."""
        self.only(clip, CLIP_KEYS, "clip")
        samples, rate = soundfile.read(self.folder / clip["stem"], dtype="float64", always_2d=True)
        assert rate == self.rate, "the reference does not resample"
        channels = clip.get("channels") or track.get("channels")
        if channels:
            samples = samples[:, [int(c) - 1 for c in channels]]
        assert samples.shape[1] <= 2
        place = self.line.position(clip.get("at", "0"))
        begin = self.frames(clip.get("from", "0"))
        part = samples[begin : self.frames(clip["to"]) if "to" in clip else None]
        length = self.line.span(place, clip["length"]) if "length" in clip else None
        loop = clip.get("loop", "1")
        if loop == "fill":
            count = length
        else:
            part = part[:length]
            count = len(part) * int(loop)
        assert len(part)
        if q.boolean(clip.get("reverse", "false")):
            part = part[::-1]
        return Clip(place, self.line.frame(place), part, count, clip)

    def fade(self, clip: Clip, key: str, count: int) -> np.ndarray:
        """The gains of `fade_in`, or (not yet turned round) of `fade_out`, which reaches back from the clip's end."""
        text, curve = split_fade(clip.written[key])
        if key == "fade_in":
            frames = self.line.span(clip.place, text)
        else:
            frames = self.line.span(Fraction(clip.start + count, int(self.rate)), text, -1)
        return kernels.fade_in(min(frames, count), curve)

    def placed(self, name: str, law: float) -> np.ndarray:
        """A track's clips with gain and fades, placed and summed; mono stays mono only with mono alone."""
        width = max(clip.part.shape[1] for clip in self.clips[name])
        out = np.zeros((self.total, width))
        for clip in self.clips[name]:
            if q.boolean(clip.written.get("mute", "false")):
                continue
            count = max(0, self.song - clip.start) if clip.count is None else clip.count
            audio = np.take(clip.part, np.arange(count) % len(clip.part), axis=0)
            audio = audio * lanes.amplitude(q.level(clip.written.get("gain", "0")))
            if "fade_in" in clip.written:
                gains = self.fade(clip, "fade_in", count)
                audio[: len(gains)] *= gains[:, None]
            if "fade_out" in clip.written:
                gains = self.fade(clip, "fade_out", count)
                audio[count - len(gains) :] *= gains[::-1, None]
            if audio.shape[1] < width:
                audio = kernels.pan_mono(audio, 0.0, law)
            audio = audio[: max(0, self.total - clip.start)]
            out[clip.start : clip.start + len(audio)] += audio
        return out

    def extent(self) -> tuple[int, int, int, int]:
        """First frame, the song's end, the same with a written tail, how many frames to work on."""
        start = self.line.frame_at(self.session.get("start", "0"))
        tail = 0.0
        if "length" in self.session:
            song = end = self.line.frame_at(self.session["length"])
        else:
            song = end = max(
                clip.start + clip.count + self.frames(self.tracks[name].get("delay", "0"))
                for name, clips in self.clips.items()
                for clip in clips
                if clip.count is not None
            )
            written = self.session.get("tail", "auto")
            if written == "auto":
                tail = LONGEST_TAIL_SECONDS
            elif written != "none":
                end += self.line.span(Fraction(end, int(self.rate)), written)
        return start, song, end, end + math.ceil((tail + MARGIN_SECONDS) * self.rate)

    def find_end(self, everything: np.ndarray) -> int:
        """`tail: auto` ends after the last frame at or over −100 dBFS, at most 30 s on."""
        if "length" in self.session or self.session.get("tail", "auto") != "auto":
            return self.end
        limit = self.end + round(LONGEST_TAIL_SECONDS * self.rate)
        loud = np.flatnonzero(np.max(np.abs(everything[:limit]), axis=1) >= 1e-5)
        return max(self.end, int(loud[-1]) + 1 if len(loud) else 0)

    # Routing

    def definition(self, name: str) -> dict[str, Any]:
        """The text of a track, bus, VCA or `main`."""
        if name == "main":
            return self.session.get("main") or {}
        return next(kind[name] for kind in (self.tracks, self.buses, self.vcas) if name in kind)

    def sends(self, name: str) -> dict[str, dict[str, str]]:
        """Sends with the shorthand expanded."""
        written = self.definition(name).get("sends") or {}
        return {to: {"level": send} if isinstance(send, str) else send for to, send in written.items()}

    def targets(self, name: str) -> set[str]:
        """Where a node's signal goes, through its output and its sends of either tap."""
        return {self.definition(name).get("output", "main"), *self.sends(name)}

    def above(self, name: str) -> set[str]:
        """The distinct VCAs above a strip, through other VCAs too."""
        direct = {vca for vca, text in self.vcas.items() if name in text["members"]}
        return direct.union(*(self.above(vca) for vca in direct))

    def find_kept(self) -> set[str]:
        """Solo keeps what lies down- and upstream of the soloed nodes; a VCA's solo is its members'."""
        names = [*self.tracks, *self.buses]
        soloed = {
            n for n in names if any(self.definition(m).get("solo", "false") == "true" for m in [n, *self.above(n)])
        }
        if not soloed:
            return set(names)
        kept = set()
        for step in (self.targets, lambda name: {n for n in names if name in self.targets(n)}):
            ahead = list(soloed)
            while ahead:
                name = ahead.pop()
                kept.add(name)
                ahead += [n for n in step(name) if n != "main" and n not in kept]
        return kept

    def sounding(self, name: str) -> kernels.Value:
        """1, or 0 where mute, a VCA's mute or the solo of others silences; in between while a lane ramps."""
        gain = 1.0 if name in self.kept or name == "main" else 0.0
        for owner in [name, *sorted(self.above(name))]:
            gain = gain * self.value(owner, "mute", self.definition(owner).get("mute", "false"), lanes.MUTE)
        return gain

    def node(self, name: str) -> Node:
        """A track or bus, rendered when first asked for."""
        if name not in self.nodes:
            self.nodes[name] = self.render_node(name)
        return self.nodes[name]

    def summed(self, bus: str) -> np.ndarray:
        """All that enters a bus: in byte order of the ids, outputs before sends."""
        total = np.zeros((self.total, 2))
        names = sorted([*self.tracks, *self.buses])
        for name in names:
            if self.definition(name).get("output", "main") == bus:
                total += self.node(name).post
        for name in names:
            send = self.sends(name).get(bus)
            if send is not None:
                total += self.sent(name, bus, send)
        return total

    def sent(self, name: str, bus: str, send: dict[str, str]) -> np.ndarray:
        """One send: a mono signal takes the law, a stereo one is balanced."""
        self.only(send, {"level", "pan", "tap"}, "send")
        node = self.node(name)
        gain = self.value(name, f"sends.{bus}.level", send.get("level", "0 dB"), lanes.LEVEL)
        place = self.value(name, f"sends.{bus}.pan", send.get("pan", "C"), lanes.PAN)
        pre = send.get("tap", "post_fader") == "pre_fader"
        signal = node.pre * across(node.sounding) if pre else node.post
        panned = kernels.pan_mono(signal, place, node.law) if signal.shape[1] == 1 else kernels.balance(signal, place)
        return panned * across(gain)

    # The strip

    def render_node(self, name: str) -> Node:
        """Clips → trim → polarity → delay → inserts → level → width, pan → mute."""
        strip = self.definition(name)
        self.only(strip, TRACK_KEYS if name in self.tracks else TRACK_KEYS - {"stem", "clips", "channels"}, name)
        law = q.level(strip["pan_law"]) if "pan_law" in strip else self.law
        signal = self.placed(name, law) if name in self.tracks else self.summed(name)
        return self.strip(name, strip, signal, law)

    def strip(self, name: str, strip: dict[str, Any], signal: np.ndarray, law: float) -> Node:
        """Everything between a node's input and its outputs."""
        signal = signal * across(self.value(name, "trim", strip.get("trim", "0"), lanes.LEVEL))
        if strip.get("polarity", "normal") == "inverted":
            signal = -signal
        signal = kernels.later(signal, self.frames(strip.get("delay", "0")))
        for key, settings in (strip.get("inserts") or {}).items():
            signal = self.insert(name, key, settings, signal, law)
        fader = self.value(name, "level", strip.get("level", "0"), lanes.LEVEL)
        for vca in sorted(self.above(name)):
            self.only(self.vcas[vca], VCA_KEYS, vca)
            fader = fader * self.value(vca, "level", self.vcas[vca].get("level", "0"), lanes.LEVEL)
        post = signal * across(fader)
        place = self.value(name, "pan", strip.get("pan", "C"), lanes.PAN)
        if post.shape[1] == 1:
            post = kernels.pan_mono(post, place, law)
        else:
            mid, side = kernels.mid_side(post)
            wide = self.value(name, "width", strip.get("width", "100 %"), lanes.PERCENT)
            post = post if np.all(np.equal(wide, 1.0)) else kernels.left_right(mid, side * across(wide))
            stereo = strip.get("pan_mode", "balance") == "stereo"
            post = kernels.pan_stereo(post, place) if stereo else kernels.balance(post, place)
        sounding = self.sounding(name)
        return Node(signal, post * across(sounding), sounding, law)

    def main(self) -> np.ndarray:
        """The sum at `main`, through its own strip when it has one."""
        strip = self.definition("main")
        self.only(strip, TRACK_KEYS - {"stem", "clips", "channels", "sends", "output"}, "main")
        law = q.level(strip["pan_law"]) if "pan_law" in strip else self.law
        return self.strip("main", strip, self.summed("main"), law).post

    # Inserts

    def insert(self, node: str, key: str, settings: dict[str, Any], x: np.ndarray, law: float) -> np.ndarray:
        """One insert with `bypass`, `mix` and `channels`."""
        kind = settings.get("type", key)

        def value(parameter: str, default: str, of: lanes.Kind) -> kernels.Value:
            return self.value(node, f"inserts.{key}.{parameter}", settings.get(parameter, default), of)

        if q.boolean(settings.get("bypass", "false")):
            self.unread = {(n, path) for n, path in self.unread if (n, path.split(".")[:2]) != (node, ["inserts", key])}
            return x
        stereo_by_nature = kind == "width" or (kind == "delay" and settings.get("ping_pong") == "true")
        if stereo_by_nature and x.shape[1] == 1:
            x = kernels.pan_mono(x, 0.0, law)
        own = {k: v for k, v in settings.items() if k not in ("type", "bypass", "mix", "channels")}
        mix = value("mix", "100 %", lanes.PERCENT)

        def blend(wet: np.ndarray, dry: np.ndarray) -> np.ndarray:
            return wet if np.all(np.equal(mix, 1)) else dry * across(1 - mix) + wet * across(mix)

        channels = settings.get("channels", "stereo")
        if channels == "stereo":
            return blend(*self.process(kind, own, x, value))
        assert x.shape[1] == 2
        mid_and_side = channels in ("mid", "side")
        parts = list(kernels.mid_side(x)) if mid_and_side else [x[:, :1], x[:, 1:]]
        chosen = 0 if channels in ("mid", "left") else 1
        parts[chosen] = blend(*self.process(kind, own, parts[chosen], value))
        return kernels.left_right(*parts) if mid_and_side else np.hstack(parts)

    def process(self, kind: str, own: dict[str, Any], x: np.ndarray, value: Reader) -> tuple[np.ndarray, np.ndarray]:
        """The wet signal, and the dry one that belongs to it."""
        match kind:
            case "gain":
                self.only(own, {"gain", "polarity"}, kind)
                sign = -1.0 if own.get("polarity", "normal") == "inverted" else 1.0
                return x * (sign * across(value("gain", "0", lanes.LEVEL))), x
            case "width":
                self.only(own, {"width", "mono_below"}, kind)
                below = q.frequency(own["mono_below"]) if "mono_below" in own else None
                return kernels.width(x, value("width", "100 %", lanes.PERCENT), below, self.rate)
            case "dc_block":
                self.only(own, {"frequency"}, kind)
                high_pass = filters.first_order_high_pass(q.frequency(own.get("frequency", "5 Hz")), self.rate)
                return filters.run(high_pass, x), x
            case "delay":
                return self.delay(own, x, value), x
            case "compressor":
                return self.compressor(own, x, value), x
            case "eq":
                return self.eq(own, x), x
        raise NotImplementedError(kind)

    def delay(self, own: dict[str, Any], x: np.ndarray, value: Reader) -> np.ndarray:
        """`delay`."""
        self.only(own, {"time", "feedback", "ping_pong", "low_cut", "high_cut", "width"}, "delay")
        loop: list[filters.Coefficients] = []
        if "low_cut" in own:
            loop.append(filters.matched("high_pass", q.frequency(own["low_cut"]), self.rate))
        if "high_cut" in own:
            loop.append(filters.matched("low_pass", q.frequency(own["high_cut"]), self.rate))
        self.informative |= bool(loop)

        def loop_filter(echo: np.ndarray) -> np.ndarray:
            for section in loop:
                echo = filters.run(section, echo)
            return echo

        return kernels.delay(
            x,
            self.frames(own["time"]),
            q.percent(own["feedback"]),
            own.get("ping_pong", "false") == "true",
            value("width", "100 %", lanes.PERCENT),
            loop_filter,
        )

    def compressor(self, own: dict[str, Any], x: np.ndarray, value: Reader) -> np.ndarray:
        """`compressor` with the definition's defaults."""
        known = {
            "threshold", "ratio", "knee", "attack", "release", "makeup", "detector", "link", "lookahead", "range",
            "sidechain", "sidechain_high_pass",
        }  # fmt: skip
        self.only(own, known, "compressor")
        times = lanes.time_kind(self.line)
        makeup: kernels.Value | str = "auto"
        if own.get("makeup") != "auto":
            with np.errstate(divide="ignore"):
                makeup = 20 * np.log10(value("makeup", "0", lanes.MAKEUP))
        key = self.node(own["sidechain"]).pre if "sidechain" in own else x
        if "sidechain_high_pass" in own:
            self.approximate = True
            key = filters.run(filters.matched("high_pass", q.frequency(own["sidechain_high_pass"]), self.rate), key)
        return kernels.compressor(
            x,
            self.rate,
            threshold=value("threshold", "-18 dB", lanes.DECIBELS),
            ratio=value("ratio", "2:1", lanes.RATIO),
            knee=value("knee", "6 dB", lanes.DECIBELS),
            attack=value("attack", "10 ms", times),
            release=value("release", "120 ms", times),
            makeup=makeup,
            detector=own.get("detector", "peak"),
            link=q.boolean(own.get("link", "true")),
            lookahead=self.frames(own.get("lookahead", "0")),
            range_=value("range", "0", lanes.DECIBELS) if "range" in own else math.inf,
            key=key,
        )

    def eq(self, own: dict[str, Any], x: np.ndarray) -> np.ndarray:
        """`eq` through the definition's suggested formulas; for information, but for notch and all-pass, which are bilinear."""
        self.only(own, {"bands"}, "eq")
        for key, band in own["bands"].items():
            self.only(band, {"type", "frequency", "gain", "q", "slope"}, "band")
            kind = band.get("type", key)
            f0 = q.frequency(band["frequency"])
            sharp = float(band["q"]) if "q" in band else math.sqrt(0.5)
            if kind in ("notch", "all_pass"):
                x = filters.run(filters.bilinear(kind, f0, self.rate, sharp), x)
                continue
            self.informative = True
            if kind not in ("high_pass", "low_pass"):
                x = filters.run(filters.matched(kind, f0, self.rate, sharp, q.level(band.get("gain", "0"))), x)
                continue
            qs, odd = filters.butterworth_sections(int(q.level(band.get("slope", "12").replace("dB/oct", ""))))
            if odd:
                first = filters.first_order_high_pass if kind == "high_pass" else filters.first_order_low_pass
                x = filters.run(first(f0, self.rate), x)
            for one in [sharp] if "q" in band and len(qs) == 1 and not odd else qs:
                x = filters.run(filters.matched(kind, f0, self.rate, one), x)
        return x

    # Delivery

    def delivered(self, identifier: str) -> np.ndarray:
        """The premaster with the master's fades, in the deliverable's channels, before any rounding to bits."""
        master = self.session.get("master") or {}
        self.only(master, {"fade_in", "fade_out", "loudness", "limiter"}, "master")
        assert master.get("loudness", "none") == "none" and master.get("limiter", "none") == "none"
        out = self.premaster.copy()
        for key in ("fade_in", "fade_out"):
            if key in master:
                text, curve = split_fade(master[key])
                count = min(self.frames(text), len(out))
                gains = kernels.fade_in(count, curve)
                if key == "fade_in":
                    out[:count] *= gains[:, None]
                else:
                    out[len(out) - count :] *= gains[::-1, None]
        if (self.session["deliverables"][identifier] or {}).get("channels", "stereo") == "mono":
            out = (out[:, :1] + out[:, 1:]) / 2
        return out
