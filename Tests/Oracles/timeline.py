"""Positions and durations under tempo and meter maps, exactly, in fractions.

A place on the timeline is a Fraction of seconds. Three rising lines of straight pieces carry everything: bars to
quarter notes, beats to quarter notes (both from the meter map), quarter notes to seconds (the tempo map). To walk
*n bars* from a place is to go to the bar line's coordinate, add n, and come back; beats and note lengths likewise.
Frames are taken once, at the end, half up.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_MARKER = r"[a-z][a-z0-9_]*"
_DOTS = {"": Fraction(1), "d": Fraction(3, 2), "t": Fraction(2, 3)}


class Line:
    """A rising line of straight pieces through (0, 0), each given by where it begins and its slope; exact both ways."""

    def __init__(self, pieces: list[tuple[Fraction, Fraction]]) -> None:
        assert pieces[0][0] == 0, "the first step of a map is at 1|1"
        self.xs = [x for x, _ in pieces]
        self.slopes = [slope for _, slope in pieces]
        self.ys = [Fraction(0)]
        for i in range(1, len(pieces)):
            assert self.xs[i] > self.xs[i - 1], "a map's steps are in order"
            self.ys.append(self.at(self.xs[i], i - 1))

    def at(self, x: Fraction, piece: int | None = None) -> Fraction:
        """y of x."""
        i = max(0, bisect_right(self.xs, x) - 1) if piece is None else piece
        return self.ys[i] + (x - self.xs[i]) * self.slopes[i]

    def back(self, y: Fraction) -> Fraction:
        """x of y."""
        i = max(0, bisect_right(self.ys, y) - 1)
        return self.xs[i] + (y - self.ys[i]) / self.slopes[i]

    def slope(self, x: Fraction) -> Fraction:
        """The slope that holds from x on."""
        return self.slopes[max(0, bisect_right(self.xs, x) - 1)]


@dataclass
class Timeline:
    """One session's rate, maps and markers."""

    rate: int
    tempo: str | list[dict[str, str]] | None = None
    meter: str | list[dict[str, str]] = "4/4"
    markers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        steps = [{"at": "1|1", "meter": self.meter}] if isinstance(self.meter, str) else self.meter
        bars, beats, beat = [], [], Fraction(0)
        for i, step in enumerate(steps):
            bar, first = step["at"].split("|")
            assert Fraction(first) == 1, "the meter changes at bar lines"
            count, unit = map(int, step["meter"].split("/"))
            if i:
                beat += (int(bar) - 1 - bars[-1][0]) * bars[-1][1] / beats[-1][1]
            bars.append((Fraction(int(bar) - 1), Fraction(4 * count, unit)))
            beats.append((beat, Fraction(4, unit)))
        self.bars, self.beats = Line(bars), Line(beats)
        self.times: Line | None = None
        if self.tempo is not None:
            steps = self.tempo if isinstance(self.tempo, list) else [{"at": "1|1", "bpm": self.tempo}]
            self.times = Line([(self.quarters(s["at"]), 60 / Fraction(s["bpm"])) for s in steps])

    # Places

    def quarters(self, text: str) -> Fraction:
        """`17|3.5` as quarter notes from the start."""
        bar, beat = text.split("|")
        line = self.bars.at(Fraction(int(bar) - 1))
        inside = (Fraction(beat) - 1) * self.beats.slope(self.beats.back(line))
        assert int(bar) >= 1 and 0 <= inside < self.bars.slope(Fraction(int(bar) - 1)), f"no such beat: {text}"
        return line + inside

    def position(self, text: str) -> Fraction:
        """Any position of docs/format.md → seconds."""
        text = text.strip()
        if re.fullmatch(rf"\d+\|{_NUMBER}", text):
            assert self.times, "a musical time needs a tempo"
            return self.times.at(self.quarters(text))
        walked = re.fullmatch(rf"({_MARKER})\s*(?:([+-])\s*(.+))?", text)
        if not walked:
            return self.duration(text)
        place = self.position(self.markers[walked[1]])
        if walked[2]:
            place = self.walk(place, walked[3], -1 if walked[2] == "-" else 1)
        assert place >= 0, f"before time zero: {text}"
        return place

    def walk(self, place: Fraction, text: str, sign: int = 1) -> Fraction:
        """The place `text` later (or earlier) than `place`, along the maps."""
        musical = self.musical(text)
        if not musical:
            return place + sign * self.duration(text)
        assert self.times, "a musical time needs a tempo"
        amount, line = musical
        quarters = self.times.back(place)
        if line is None:
            return self.times.at(quarters + sign * amount)
        return self.times.at(line.at(line.back(quarters) + sign * amount))

    def musical(self, text: str) -> tuple[Fraction, Line | None] | None:
        """A musical duration as an amount and what it counts: bars, beats, or (None) quarter notes."""
        note = re.fullmatch(r"(\d+)/(\d+)([dt]?)", text.strip())
        if note:
            return 4 * Fraction(int(note[1]), int(note[2])) * _DOTS[note[3]], None
        counted = re.fullmatch(rf"({_NUMBER})\s*(bar|beat)s?", text.strip())
        if counted:
            return Fraction(counted[1]), self.bars if counted[2] == "bar" else self.beats
        return None

    def duration(self, text: str) -> Fraction:
        """A time that no map bends: `0`, `10 ms`, `1.8 s`, `2:05.5`, `480 samples` → seconds; a sign is allowed."""
        text = text.strip().replace("−", "-")
        clock = re.fullmatch(r"(?:(\d+):)?(\d+):(\d+(?:\.\d*)?)", text)
        if clock:
            return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + Fraction(clock[3])
        plain = re.fullmatch(rf"({_NUMBER})\s*(ms|s|samples?|)", text)
        if not plain:
            raise ValueError(f"not a time: {text!r}")
        value = Fraction(plain[1])
        if not plain[2] and value:
            raise ValueError(f"a bare time: {text!r}")
        return value * {"": 1, "ms": Fraction(1, 1000), "s": 1}.get(plain[2], Fraction(1, self.rate))

    def steady(self, text: str) -> Fraction:
        """A duration used at no place of its own (`delay`, `attack`); a musical one needs maps without steps."""
        if self.musical(text):
            assert self.times
            if len(self.times.xs) > 1 or len(self.bars.xs) > 1:
                raise NotImplementedError(f"{text} without a place, under changing maps")
        return self.walk(Fraction(0), text.removeprefix("-")) * (-1 if text.startswith("-") else 1)

    # Frames

    def frame(self, place: Fraction) -> int:
        """The nearest frame, half up."""
        return math.floor(place * self.rate + Fraction(1, 2))

    def frame_at(self, text: str) -> int:
        """A position as a frame."""
        return self.frame(self.position(text))

    def span(self, place: Fraction, text: str, sign: int = 1) -> int:
        """A duration from (or, sign −1, back from) a place, as frames between the two rounded places."""
        return sign * (self.frame(self.walk(place, text, sign)) - self.frame(place))

    @classmethod
    def of(cls, session: dict[str, Any], rate: int) -> Timeline:
        """A session's timeline; values are text, as the BaseLoader gives them."""
        return cls(rate, session.get("tempo"), session.get("meter", "4/4"), session.get("markers") or {})
