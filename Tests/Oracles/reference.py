"""A plain reference renderer of a subset of sessions, from FORMAT §3 and SOUND §1, §3, §7.

It reads the same session text as the program does and gives the premaster (and the master's fades) in double
precision. What it does not know it refuses loudly: an oracle that skips a key proves nothing.

Where SOUND leaves coefficients free (`eq`, the delay's `low_cut` and `high_cut`, `side_high_shelf`) it uses SOUND's
suggested formulas and sets `informative`: such a residual is reported, not judged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import filters
import kernels
import quantities as q

TRACK_KEYS = {
    "stem", "channels", "trim", "polarity", "delay", "inserts", "level", "pan", "pan_law", "pan_mode", "width",
    "mute", "solo", "sends", "output", "color", "comment",
}  # fmt: skip
SESSION_KEYS = {
    "mixdown", "metadata", "sample_rate", "tempo", "start", "length", "tail", "seed", "pan_law", "tracks", "buses",
    "main", "master", "deliverables",
}  # fmt: skip
MARGIN_SECONDS = 1.0  # rendered past the end, so that a lookahead at the end sees what is there
LONGEST_TAIL_SECONDS = 30.0


@dataclass
class Node:
    """What the rest of the mix may take from a track or bus."""

    pre: np.ndarray  # after inserts, before the fader: mono or stereo
    post: np.ndarray  # after pan and mute: stereo
    silent: bool
    law: float


class Reference:
    """One session, rendered once: `premaster` after construction, `delivered(id)` for a deliverable."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder = folder
        self.session = q.load(text)
        self.only(self.session, SESSION_KEYS, "session")
        self.rate = q.frequency(self.session.get("sample_rate", "48 kHz"))
        self.tempo = float(self.session["tempo"]) if "tempo" in self.session else None
        self.law = q.level(self.session.get("pan_law", "-3 dB"))
        self.tracks: dict[str, Any] = self.session["tracks"]
        self.buses: dict[str, Any] = {k: v or {} for k, v in (self.session.get("buses") or {}).items()}
        self.informative = False
        self.stems = {name: self.read_stem(track) for name, track in self.tracks.items()}
        self.start, self.end, self.total = self.extent()
        self.silenced = self.find_silenced()
        self.nodes: dict[str, Node] = {}
        everything = self.main()
        self.premaster = everything[self.start : self.find_end(everything)]

    # Sessions

    @staticmethod
    def only(mapping: dict[str, Any], allowed: set[str], where: str) -> None:
        """Refuses keys this reference does not know."""
        unknown = {k for k in mapping if not k.startswith("x-")} - allowed
        if unknown:
            raise NotImplementedError(f"{where}: {sorted(unknown)}")

    def frames(self, text: str) -> int:
        """A time as frames."""
        return q.frames(text, self.rate, self.tempo)

    def read_stem(self, track: dict[str, Any]) -> np.ndarray:
        """The stem's samples, (frames, 1 or 2), `channels` picked."""
        samples, rate = soundfile.read(self.folder / track["stem"], dtype="float64", always_2d=True)
        assert rate == self.rate, "the reference does not resample"
        if "channels" in track:
            samples = samples[:, [int(c) - 1 for c in track["channels"]]]
        assert samples.shape[1] <= 2
        return samples

    def extent(self) -> tuple[int, int, int]:
        """First frame, end without tail, and how many frames to work on (FORMAT §3, Length)."""
        start = self.frames(self.session.get("start", "0"))
        if "length" in self.session:
            end = self.frames(self.session["length"])
            tail = 0.0
        else:
            end = max(
                len(self.stems[name]) + self.frames(track.get("delay", "0")) for name, track in self.tracks.items()
            )
            tail = LONGEST_TAIL_SECONDS
            written = self.session.get("tail", "auto")
            if written == "none":
                tail = 0.0
            elif written != "auto":
                end += self.frames(written)
                tail = 0.0
        return start, end, end + math.ceil((tail + MARGIN_SECONDS) * self.rate)

    def find_end(self, everything: np.ndarray) -> int:
        """`tail: auto` ends after the last frame at or over −100 dBFS, at most 30 s on (SOUND §1)."""
        if "length" in self.session or self.session.get("tail", "auto") != "auto":
            return self.end
        limit = self.end + round(LONGEST_TAIL_SECONDS * self.rate)
        loud = np.flatnonzero(np.max(np.abs(everything[:limit]), axis=1) >= 1e-5)
        return max(self.end, int(loud[-1]) + 1 if len(loud) else 0)

    # Routing

    def definition(self, name: str) -> dict[str, Any]:
        """The text of a track or bus."""
        return self.tracks[name] if name in self.tracks else self.buses[name]

    def sends(self, name: str) -> dict[str, dict[str, str]]:
        """Sends with the shorthand expanded."""
        written = self.definition(name).get("sends") or {}
        return {to: {"level": send} if isinstance(send, str) else send for to, send in written.items()}

    def targets(self, name: str) -> set[str]:
        """Where a node's signal goes, through its output and its sends of either tap."""
        return {self.definition(name).get("output", "main"), *self.sends(name)}

    def find_silenced(self) -> set[str]:
        """Mute wins over solo; solo keeps what lies down- and upstream of the soloed nodes (SOUND §1)."""
        names = [*self.tracks, *self.buses]
        muted = {n for n in names if q.boolean(self.definition(n).get("mute", "false"))}
        soloed = {n for n in names if q.boolean(self.definition(n).get("solo", "false"))}
        if not soloed:
            return muted
        kept = set()
        for step in (self.targets, lambda name: {n for n in names if name in self.targets(n)}):
            ahead = list(soloed)
            while ahead:
                name = ahead.pop()
                kept.add(name)
                ahead += [n for n in step(name) if n != "main" and n not in kept]
        return muted | (set(names) - kept)

    def node(self, name: str) -> Node:
        """A track or bus, rendered when first asked for."""
        if name not in self.nodes:
            self.nodes[name] = self.render_node(name)
        return self.nodes[name]

    def summed(self, bus: str) -> np.ndarray:
        """All that enters a bus: in byte order of the ids, outputs before sends (SOUND §1)."""
        total = np.zeros((self.total, 2))
        names = sorted([*self.tracks, *self.buses])
        for name in names:
            if self.definition(name).get("output", "main") == bus:
                total += self.node(name).post
        for name in names:
            send = self.sends(name).get(bus)
            if send is not None:
                total += self.sent(self.node(name), send)
        return total

    def sent(self, node: Node, send: dict[str, str]) -> np.ndarray:
        """One send: a mono signal takes the law, a stereo one is balanced (SOUND §1)."""
        self.only(send, {"level", "pan", "tap"}, "send")
        gain = 10 ** (q.level(send.get("level", "0 dB")) / 20)
        place = q.pan(send.get("pan", "C"))
        if node.silent:
            return np.zeros((self.total, 2))
        signal = node.pre if send.get("tap", "post_fader") == "pre_fader" else node.post
        panned = kernels.pan_mono(signal, place, node.law) if signal.shape[1] == 1 else kernels.balance(signal, place)
        return panned * gain

    # The strip

    def render_node(self, name: str) -> Node:
        """Clip → trim → polarity → delay → inserts → level → width, pan → mute (FORMAT §3)."""
        strip = self.definition(name)
        self.only(strip, TRACK_KEYS, name)
        if name in self.tracks:
            stem = self.stems[name]
            signal = np.zeros((self.total, stem.shape[1]))
            count = min(len(stem), self.total)
            signal[:count] = stem[:count]
        else:
            signal = self.summed(name)
        pre, post, law = self.strip(name, strip, signal)
        silent = name in self.silenced
        return Node(pre, np.zeros((self.total, 2)) if silent else post, silent, law)

    def strip(self, name: str, strip: dict[str, Any], signal: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Everything between a node's input and its mute; returns pre, post and the law in force."""
        law = q.level(strip["pan_law"]) if "pan_law" in strip else self.law
        signal = signal * 10 ** (q.level(strip.get("trim", "0")) / 20)
        if strip.get("polarity", "normal") == "inverted":
            signal = -signal
        signal = kernels.later(signal, self.frames(strip.get("delay", "0")))
        for key, settings in (strip.get("inserts") or {}).items():
            signal = self.insert(settings.get("type", key), settings, signal, law)
        post = signal * 10 ** (q.level(strip.get("level", "0")) / 20)
        place = q.pan(strip.get("pan", "C"))
        if post.shape[1] == 1:
            post = kernels.pan_mono(post, place, law)
        else:
            if "width" in strip:
                mid, side = kernels.mid_side(post)
                post = kernels.left_right(mid, side * q.percent(strip["width"]))
            stereo = strip.get("pan_mode", "balance") == "stereo"
            post = kernels.pan_stereo(post, place) if stereo else kernels.balance(post, place)
        return signal, post, law

    def main(self) -> np.ndarray:
        """The sum at `main`, through its own strip when it has one."""
        strip = self.session.get("main") or {}
        self.only(strip, TRACK_KEYS - {"stem", "channels", "sends", "output"}, "main")
        return self.strip("main", strip, self.summed("main"))[1]

    # Inserts

    def insert(self, kind: str, settings: dict[str, Any], x: np.ndarray, law: float) -> np.ndarray:
        """One insert with `bypass`, `mix` and `channels` (FORMAT §4)."""
        if q.boolean(settings.get("bypass", "false")):
            return x
        stereo_by_nature = kind == "width" or (kind == "delay" and settings.get("ping_pong") == "true")
        if stereo_by_nature and x.shape[1] == 1:
            x = kernels.pan_mono(x, 0.0, law)
        own = {k: v for k, v in settings.items() if k not in ("type", "bypass", "mix", "channels")}
        mix = q.percent(settings.get("mix", "100 %"))
        channels = settings.get("channels", "stereo")
        if channels == "stereo":
            wet, dry = self.process(kind, own, x)
            return wet if mix == 1 else dry * (1 - mix) + wet * mix
        assert x.shape[1] == 2
        mid_and_side = channels in ("mid", "side")
        parts = list(kernels.mid_side(x)) if mid_and_side else [x[:, :1], x[:, 1:]]
        chosen = 0 if channels in ("mid", "left") else 1
        wet, dry = self.process(kind, own, parts[chosen])
        parts[chosen] = wet if mix == 1 else dry * (1 - mix) + wet * mix
        return kernels.left_right(*parts) if mid_and_side else np.hstack(parts)

    def process(self, kind: str, own: dict[str, Any], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The wet signal, and the dry one that belongs to it."""
        match kind:
            case "gain":
                self.only(own, {"gain", "polarity"}, kind)
                sign = -1.0 if own.get("polarity", "normal") == "inverted" else 1.0
                return x * (sign * 10 ** (q.level(own.get("gain", "0")) / 20)), x
            case "width":
                self.only(own, {"width", "mono_below"}, kind)
                below = q.frequency(own["mono_below"]) if "mono_below" in own else None
                return kernels.width(x, q.percent(own.get("width", "100 %")), below, self.rate)
            case "dc_block":
                self.only(own, {"frequency"}, kind)
                high_pass = filters.first_order_high_pass(q.frequency(own.get("frequency", "5 Hz")), self.rate)
                return filters.run(high_pass, x), x
            case "delay":
                return self.delay(own, x), x
            case "compressor":
                return self.compressor(own, x), x
            case "eq":
                return self.eq(own, x), x
        raise NotImplementedError(kind)

    def delay(self, own: dict[str, Any], x: np.ndarray) -> np.ndarray:
        """`delay` (SOUND §7)."""
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
            q.percent(own.get("width", "100 %")),
            loop_filter,
        )

    def compressor(self, own: dict[str, Any], x: np.ndarray) -> np.ndarray:
        """`compressor` (SOUND §3) with SOUND's defaults."""
        known = {
            "threshold", "ratio", "knee", "attack", "release", "makeup", "detector", "link", "lookahead", "range",
            "sidechain",
        }  # fmt: skip
        self.only(own, known, "compressor")
        makeup = own.get("makeup", "0")
        return kernels.compressor(
            x,
            self.rate,
            threshold=q.level(own.get("threshold", "-18 dB")),
            ratio=q.ratio(own.get("ratio", "2:1")),
            knee=q.level(own.get("knee", "6 dB")),
            attack=q.seconds(own.get("attack", "10 ms"), self.rate),
            release=q.seconds(own.get("release", "120 ms"), self.rate),
            makeup="auto" if makeup == "auto" else q.level(makeup),
            detector=own.get("detector", "peak"),
            link=q.boolean(own.get("link", "true")),
            lookahead=self.frames(own.get("lookahead", "0")),
            range_=q.level(own["range"]) if "range" in own else math.inf,
            key=self.node(own["sidechain"]).pre if "sidechain" in own else None,
        )

    def eq(self, own: dict[str, Any], x: np.ndarray) -> np.ndarray:
        """`eq` through SOUND's suggested formulas; for information, but for notch and all-pass, which are bilinear."""
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
                words = master[key].split()
                curve = words.pop() if words[-1].isidentifier() and words[-1] not in ("ms", "s") else "linear"
                count = min(self.frames(" ".join(words)), len(out))
                gains = kernels.fade_in(count, curve)
                if key == "fade_in":
                    out[:count] *= gains[:, None]
                else:
                    out[len(out) - count :] *= gains[::-1, None]
        if (self.session["deliverables"][identifier] or {}).get("channels", "stereo") == "mono":
            out = (out[:, :1] + out[:, 1:]) / 2
        return out
