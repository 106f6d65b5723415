"""Sessions written by hand for the timeline: each rule of docs/format.md and the definition alone, where it is tricky.

`CASES` maps a name to what `session` puts below a common head; the stems are those of `write_stems`. A name that
begins with `~` is a question that the contract leaves open (or a lane it does not promise exact, where the reading
matters): this suite's reading is compared and what differs is noted, not judged.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import soundfile

import stems as make

RATE = 16_000
SECONDS = 3.0

# Three changes of tempo, one of them off the beat, and three of meter, 7/8 among them.
MAPS = """
tempo: [{at: 1|1, bpm: 171.3}, {at: 2|3.5, bpm: 240}, {at: 4|1, bpm: 133.7}, {at: 5|2, bpm: 281.04}]
meter: [{at: 1|1, meter: 4/4}, {at: 2|1, meter: 7/8}, {at: 4|1, meter: 3/4}, {at: 6|1, meter: 5/8}]
markers: {verse: 3|4.5, chorus: 5|1, clock: 1.2345 s, late: 6|2}
"""


def write_stems(folder: Path) -> None:
    """Music, noise and bursts; and `one*.wav`, a constant 0.5, that shows a gain as it is."""
    n = int(RATE * SECONDS)

    def put(name: str, x: np.ndarray, subtype: str = "PCM_24") -> None:
        soundfile.write(folder / name, x, RATE, subtype=subtype)

    put("mono.wav", make.music(601, n, RATE))
    put("stereo.wav", make.music(602, n, RATE, 2))
    put("noise.wav", make.noise(603, n, 2, 0.4), "FLOAT")
    put("four.wav", make.noise(604, n // 2, 4, 0.3))
    put("burst.wav", make.noise(605, 1_237, 1, 0.5))
    put("hit.wav", make.noise(606, 333, 2, 0.5))
    put("one.wav", np.full((n, 1), 0.5), "FLOAT")
    put("one2.wav", np.full((n, 2), 0.5) * [1, -0.5], "FLOAT")


def session(case: str) -> str:
    """A case as a whole session. What it says itself (`tail`) replaces the common head's."""
    body = CASES[case].lstrip("\n")
    tail = "" if re.search("^tail:", body, re.M) else "tail: none\n"
    deliver = "deliverables: {mix: {format: wav, bit_depth: 32f, dither: none}}\n"
    return f"mixdown: 1\nsample_rate: {RATE}\n{tail}{deliver}{body.rstrip()}\n"


CASES: dict[str, str] = {}

# Lanes: each curve on each scale, with `over` and from the point before; and jumps

CURVES = ("linear", "smooth", "fast_start", "fast_end", "jump")

# name: (the strip's text without automation, path, first value, second value, third value)
SCALES: dict[str, tuple[str, str, str, str, str]] = {
    "level": ("stem: stems/one.wav, level: -3 dB", "level", "-20 dB", "+2 dB", "-11"),
    "level_from_and_to_silence": ("stem: stems/one.wav, level: -inf dB", "level", "-4 dB", "-inf", "-9 dB"),
    "trim": ("stem: stems/one.wav", "trim", "-20 dB", "+2 dB", "-inf dB"),
    "pan_law": ("stem: stems/one.wav, pan: L80", "pan", "R100", "C", "L35"),
    "pan_law_4.5": ("stem: stems/one.wav, pan_law: -4.5 dB, pan: R10", "pan", "L100", "R60", "+20"),
    "pan_law_0": ("stem: stems/one.wav, pan_law: 0 dB, pan: R10", "pan", "L100", "R60", "+20"),
    "balance": ("stem: stems/one2.wav, pan: L80", "pan", "R100", "C", "L35"),
    "pan_mode_stereo": ("stem: stems/one2.wav, pan: L80, pan_mode: stereo", "pan", "R100", "C", "L35"),
    "width": ("stem: stems/one2.wav, width: 20 %", "width", "200 %", "0 %", "85 %"),
    "gain": ("stem: stems/one.wav, inserts: {gain: {gain: -2 dB}}", "inserts.gain.gain", "-20 dB", "+2 dB", "-7"),
    "mix": (
        "stem: stems/one.wav, inserts: {g: {type: gain, gain: -9 dB, mix: 10 %}}",
        "inserts.g.mix", "100 %", "0 %", "35%",
    ),
    "width_insert": (
        "stem: stems/one2.wav, inserts: {width: {width: 20 %, mix: 70 %}}",
        "inserts.width.width", "200 %", "0 %", "85 %",
    ),
    "delay_width": (
        "stem: stems/noise.wav, inserts: {delay: {time: 50 ms, feedback: 40 %, width: 20 %, mix: 70 %}}",
        "inserts.delay.width", "200 %", "0 %", "85 %",
    ),
    "send_level": ("stem: stems/one.wav, level: -12, sends: {fx: -3 dB}", "sends.fx.level", "-20 dB", "+2 dB", "-inf"),
    "send_pan_post": (
        "stem: stems/one.wav, level: -12, pan: L40, sends: {fx: {level: -3, pan: L80}}",
        "sends.fx.pan", "R100", "C", "L35",
    ),
    "send_pan_pre": (
        "stem: stems/one.wav, level: -12, sends: {fx: {level: -3, pan: L80, tap: pre_fader}}",
        "sends.fx.pan", "R100", "C", "L35",
    ),
}  # fmt: skip

_COMPRESSOR = (
    "stem: stems/noise.wav, inserts: {compressor: {threshold: -30 dB, ratio: 2:1, attack: 2 ms, release: 60 ms"
)
# Not promised exact per sample: the limit is wider (see `approximate` in reference.py).
SETTINGS: dict[str, tuple[str, str, str, str, str]] = {
    "threshold": (_COMPRESSOR + "}}", "inserts.compressor.threshold", "-10 dB", "-40 dB", "-25 dB"),
    "makeup": (_COMPRESSOR + "}}", "inserts.compressor.makeup", "+12 dB", "-6 dB", "3"),
    "knee": (_COMPRESSOR + "}}", "inserts.compressor.knee", "24 dB", "0 dB", "12 dB"),
    "range": (_COMPRESSOR + ", range: 12 dB}}", "inserts.compressor.range", "1 dB", "10 dB", "3 dB"),
    "ratio": (_COMPRESSOR + "}}", "inserts.compressor.ratio", "20:1", "1.2:1", "inf:1"),
    "attack": (_COMPRESSOR + "}}", "inserts.compressor.attack", "200 ms", "1 ms", "40 ms"),
    "attack_zero": (_COMPRESSOR + "}}", "inserts.compressor.attack", "200 ms", "0", "40 ms"),
    "release": (_COMPRESSOR + "}}", "inserts.compressor.release", "2 s", "20 ms", "300 ms"),
}


def _lane(strip: str, path: str, points: str) -> str:
    bus = "buses: {fx: {}}\n" if "sends:" in strip else ""
    return f"{bus}tracks:\n  a: {{{strip}, automation: {{{path}: [{points}]}}}}\n"


for _name, (_strip, _path, _a, _b, _c) in (SCALES | SETTINGS).items():
    for _curve in CURVES:
        if _curve == "jump":
            _points = f"{{at: 0.3 s, value: {_a}}}, {{at: 0.9 s, value: {_b}}}, {{at: 1.7 s, value: {_c}}}"
        else:
            _points = (
                f"{{at: 0.7 s, value: {_a}, curve: {_curve}}}, {{at: 1.5 s, value: {_b}, over: 600 ms, curve: {_curve}}}, "
                f"{{at: 2.2 s, value: {_c}, curve: {_curve}}}"
            )
        # Whether a jump of these is de-clicked is a matter of reading.
        _open = "~" if _curve == "jump" and _name in SETTINGS else ""
        CASES[f"{_open}lane_{_name}_{_curve}"] = _lane(_strip, _path, _points)

_ONE = "stem: stems/one.wav, level: -6 dB"
CASES["over_without_curve_is_linear"] = _lane(_ONE, "level", "{at: 1 s, value: -20 dB, over: 800 ms}")
CASES["over_back_to_the_point_before"] = _lane(
    _ONE, "level", "{at: 0.5 s, value: -20, over: 500 ms}, {at: 1 s, value: 0, over: 0.5 s, curve: fast_end}"
)
CASES["over_of_one_frame"] = _lane(_ONE, "level", "{at: 0.5 s, value: -20, over: 1 samples}")
CASES["over_along_the_maps"] = MAPS + _lane(
    _ONE, "level",
    "{at: 2|2, value: -20, over: 1 beat}, {at: verse, value: 0, over: 1 bar}, {at: chorus, value: -30, over: 1.5 beats}, "
    "{at: late, value: -3, over: 1/4t, curve: smooth}, {at: late + 2 bars, value: -12, over: 0.5 bars}",
)  # fmt: skip
CASES["curve_between_musical_places"] = MAPS + _lane(
    _ONE, "level", "{at: 2|2.5, value: -20, curve: smooth}, {at: verse - 1/8d, value: 0, curve: fast_start}"
)
CASES["jump_cut_short_by_the_point_before"] = _lane(
    _ONE, "level", "{at: 500 ms, value: -20 dB}, {at: 502 ms, value: 0 dB}, {at: 8100 samples, value: -inf dB}, "
    "{at: 8130 samples, value: -3 dB}, {at: 0.6 s, value: -9, over: 10 ms}, {at: 0.603 s, value: 0}",
)  # fmt: skip
CASES["jump_cut_short_by_time_zero"] = _lane(_ONE, "level", "{at: 2 ms, value: -20 dB}")
CASES["point_at_zero"] = _lane(_ONE, "level", "{at: 0, value: -20 dB}, {at: 1 s, value: 0, curve: linear}")
CASES["curve_at_zero"] = _lane(_ONE, "level", "{at: 0, value: -20 dB, curve: smooth}, {at: 1 s, value: 0}")
CASES["jump_of_pan_is_linear_in_p"] = _lane(
    "stem: stems/one.wav", "pan", "{at: 1 s, value: L100}, {at: 2 s, value: R80}"
)
CASES["jump_of_width_is_linear_in_w"] = _lane("stem: stems/one2.wav", "width", "{at: 1 s, value: 0 %}")
CASES["offset"] = """
tracks:
  a: {stem: stems/one.wav, level: -6 dB, automation: {level: [{at: 0.5 s, offset: +3 dB, over: 200 ms}, {at: 1 s, offset: -9}, {at: 2 s, offset: 0, curve: smooth}]}}
  b:
    stem: stems/stereo.wav
    trim: -2 dB
    inserts: {gain: {gain: -4 dB}}
    sends: {fx: {level: -10 dB}}
    automation:
      trim: [{at: 0.7 s, offset: +2 dB}]
      inserts.gain.gain: [{at: 1.1 s, offset: -12 dB, curve: fast_end}]
      sends.fx.level: [{at: 1.3 s, offset: +7.5, over: 100 ms, curve: fast_start}]
buses:
  fx: {level: -1, automation: {level: [{at: 1.6 s, offset: -20 dB}]}}
vcas:
  v: {members: [a], level: -2 dB, automation: {level: [{at: 1.5 s, offset: -10 dB, curve: linear}]}}
"""
CASES["silence"] = """
tracks:
  a: {stem: stems/one.wav, automation: {level: [{at: 0.5 s, value: -inf dB, over: 400 ms}, {at: 1 s, value: -inf}, {at: 1.5 s, value: 0, over: 200 ms, curve: smooth}, {at: 2 s, value: -inf dB}]}}
  b: {stem: stems/one.wav, level: -inf dB, pan: R40, automation: {level: [{at: 1 s, value: -inf dB, curve: smooth}, {at: 2 s, value: -6 dB, curve: fast_end}]}}
"""
CASES["move_past_the_end"] = "length: 1.5 s\n" + _lane(_ONE, "level", "{at: 2.8 s, value: -40 dB, curve: fast_end}")
CASES["lane_under_a_start"] = "start: 0.8 s\n" + _lane(_ONE, "level", "{at: 1.2 s, value: -12 dB, curve: smooth}")
CASES["lanes_on_buses_and_main"] = """
tracks:
  a: {stem: stems/mono.wav, output: g, pan: L30}
  b: {stem: stems/stereo.wav, output: g, sends: {fx: -6}}
buses:
  g: {automation: {level: [{at: 1 s, value: -12 dB, over: 0.5 s}], trim: [{at: 2 s, value: -3 dB}], pan: [{at: 1.4 s, value: R60, curve: smooth}], width: [{at: 0.9 s, value: 0 %, curve: linear}], mute: [{at: 2.5 s, value: true}], sends.fx.level: [{at: 2 s, value: 0, curve: linear}]}, sends: {fx: -30}}
  fx: {pan_mode: stereo, inserts: {delay: {time: 100 ms, feedback: 40 %}}, automation: {pan: [{at: 2 s, value: L100, curve: fast_end}], inserts.delay.mix: [{at: 1 s, value: 20 %}]}}
main: {inserts: {gain: {gain: 0}}, automation: {level: [{at: 2.9 s, value: -30 dB, over: 1 s}], inserts.gain.gain: [{at: 0.5 s, value: -6}], pan: [{at: 1 s, value: L10}]}}
"""
CASES["insert_mix_with_lookahead"] = _lane(
    "stem: stems/stereo.wav, inserts: {c: {type: compressor, threshold: -30, ratio: 8, lookahead: 5 ms, makeup: 6}}",
    "inserts.c.mix", "{at: 0.5 s, value: 0 %}, {at: 1.5 s, value: 100 %, curve: smooth}, {at: 2 s, value: 40 %}",
)  # fmt: skip
CASES["insert_mix_of_one_side"] = _lane(
    "stem: stems/noise.wav, inserts: {g: {type: gain, gain: -12, channels: side}}",
    "inserts.g.mix", "{at: 1.5 s, value: 0 %, curve: smooth}",
)  # fmt: skip

# Mute

CASES["mute_lane"] = """
tracks:
  a: {stem: stems/one.wav, pan: L20, sends: {fx: {level: -6, tap: pre_fader}, post: -3}, automation: {mute: [{at: 0.5 s, value: true}, {at: 1 s, value: false}, {at: 1.002 s, value: true}, {at: 2 s, value: false}]}}
  b: {stem: stems/stereo.wav, mute: true, level: -9, automation: {mute: [{at: 0, value: true}, {at: 1.5 s, value: false}]}}
buses:
  fx: {inserts: {delay: {time: 30 ms, feedback: 50 %}}}
  post: {polarity: inverted, automation: {mute: [{at: 2.5 s, value: true}]}}
"""
CASES["mute_lane_leaves_the_key"] = """
tracks:
  key: {stem: stems/mono.wav, level: -3, automation: {mute: [{at: 0.5 s, value: true}], level: [{at: 0.2 s, value: -inf}]}}
  a: {stem: stems/one2.wav, inserts: {duck: {type: compressor, sidechain: key, threshold: -30, ratio: 6}}}
"""
CASES["~mute_lane_with_over"] = _lane(_ONE, "mute", "{at: 1 s, value: true, over: 500 ms}, {at: 2 s, value: false}")

# Positions

_TRACKS = "tracks: {{a: {{clips: {{{}}}}}}}"


def _hits(*places: str) -> str:
    clips = (f"c{i}: {{stem: stems/hit.wav, at: {at}, gain: -{i}}}" for i, at in enumerate(places))
    return MAPS + "length: 4 s\n" + _TRACKS.format(", ".join(clips))


CASES["places_on_the_clock"] = _hits("0", "0.25 s", "0:00.750", "0:01.2", "0:00:01.6", "33000 samples", "2.71828 s")
CASES["places_in_bars"] = _hits(
    "1|1", "1|3.5", "1|4.999", "2|1", "2|3.25", "2|3.5", "2|7.5", "3|1", "4|3", "5|1.999", "6|5"
)
CASES["places_at_markers"] = _hits("verse", "chorus", "clock", "late")
CASES["places_by_bars"] = _hits(
    "verse - 1 bar", "chorus - 3 bars", "chorus + 1 bar", "verse + 2 bars", "chorus - 1.5 bars", "late - 0.25 bars"
)
CASES["places_by_beats"] = _hits(
    "verse - 1 beat",
    "chorus - 9 beats",
    "chorus + 4 beats",
    "verse + 2.5 beats",
    "verse - 7.25 beats",
    "late - 6 beats",
)
CASES["places_by_notes"] = _hits(
    "verse - 1/8", "verse + 1/8t", "chorus - 1/4d", "chorus + 1/2d", "chorus - 1/16t", "late - 1/1", "clock + 1/4"
)
CASES["places_by_the_clock"] = _hits(
    "verse - 250 ms",
    "verse + 0.333 s",
    "chorus - 1001 samples",
    "chorus + 0:00.5",
    "clock - 1.2345 s",
    "clock + 1 samples",
)
CASES["places_from_a_marker_on_the_clock"] = _hits(
    "clock + 1 bar", "clock - 0.5 bars", "clock + 3 beats", "clock - 1/8d"
)
CASES["places_half_up"] = (
    f"tracks: {{a: {{clips: {{b: {{stem: stems/hit.wav, at: {1500.5 / RATE:.8f} s}}, c: {{stem: stems/hit.wav, at: {5000.4999 / RATE:.10f} s}}}}}}}}"
)
CASES["places_half_up_in_bars"] = """
tempo: 120
tracks: {a: {clips: {b: {stem: stems/hit.wav, at: 1|2.0000625}, c: {stem: stems/hit.wav, at: 2|1.0001874}, d: {stem: stems/hit.wav, at: 2|2.0001875}}}}
"""
CASES["places_of_start_and_length"] = MAPS + "start: 2|2\nlength: late - 1 beat\ntracks: {a: {stem: stems/stereo.wav}}"
CASES["compound_meter"] = """
tempo: 200
meter: 6/8
tracks: {a: {clips: {b: {stem: stems/hit.wav, at: 1|6.5}, c: {stem: stems/hit.wav, at: 2|2}, d: {stem: stems/hit.wav, at: 3|1, length: 0.05 bars}}}}
"""
CASES["~places_by_bars_into_another_meter"] = _hits("chorus", "verse + 0.5 bars", "verse - 2.5 bars", "late - 2 bars")
CASES["~a_marker_by_a_marker"] = """
tempo: 150
markers: {verse: 2|1, before: verse - 2 beats}
tracks: {a: {clips: {b: {stem: stems/hit.wav, at: before}, c: {stem: stems/hit.wav, at: before + 1 bar}}}}
"""

# Clips


def _clips(*clips: str, more: str = "") -> str:
    return more + _TRACKS.format(", ".join(f"c{i}: {{{text}}}" for i, text in enumerate(clips)))


_CUT = "stem: stems/noise.wav, from: 0.3 s, to: 0.9 s"
for _curve in ("linear", "equal_power", "smooth", "exponential"):
    CASES[f"fade_{_curve}"] = _clips(
        f"stem: stems/one.wav, at: 0.1 s, fade_in: 700 ms {_curve}, fade_out: 1.1 s {_curve}, gain: -3 dB"
    )
CASES["fade_default"] = _clips("stem: stems/one2.wav, fade_in: 0.9 s, fade_out: 2001 samples")
CASES["fade_longer_than_its_clip"] = _clips("stem: stems/one.wav, to: 0.5 s, fade_in: 2 s smooth, fade_out: 600 ms")
CASES["fades_overlap"] = _clips("stem: stems/one.wav, fade_in: 2 s equal_power, fade_out: 2.5 s exponential")
CASES["fade_of_one_frame"] = _clips("stem: stems/one.wav, fade_in: 1 samples exponential, fade_out: 1 samples")
CASES["fade_in_by_beats"] = MAPS + _clips("stem: stems/one.wav, at: 2|3, fade_in: 2 beats, fade_out: 10 ms")
CASES["fade_in_by_bars_and_notes"] = MAPS + _clips(
    "stem: stems/one.wav, at: 3|6, to: 0.8 s, fade_in: 1 bar smooth",
    "stem: stems/one.wav, at: 4|3.5, to: 0.7 s, fade_in: 1/4d",
)
CASES["~fade_out_by_beats"] = MAPS + _clips("stem: stems/one.wav, at: 1|3, to: 1.5 s, fade_out: 2 beats")
CASES["cut"] = _clips(
    "stem: stems/noise.wav, at: 0.2 s, from: 0.5 s, to: 1.25 s", "stem: stems/mono.wav, from: 40000 samples",
    "stem: stems/mono.wav, at: 1 s, to: 0:00.4, gain: -6 dB", "stem: stems/mono.wav, at: 2 s, from: 1 s, length: 300 ms",
)  # fmt: skip
CASES["cut_the_earlier_end_wins"] = _clips(
    "stem: stems/noise.wav, from: 0.5 s, to: 1 s, length: 0.3 s",
    "stem: stems/noise.wav, at: 1 s, from: 0.5 s, to: 1 s, length: 0.8 s",
)
CASES["cut_past_the_stem"] = _clips("stem: stems/burst.wav, length: 2 s", "stem: stems/hit.wav, at: 1 s, to: 2 s")
CASES["length_by_bars"] = MAPS + _clips(
    "stem: stems/noise.wav, at: 2|3, length: 2 bars", "stem: stems/mono.wav, at: verse, length: 1.5 beats"
)
CASES["reverse"] = _clips("stem: stems/stereo.wav, reverse: true, fade_in: 100 ms", _CUT + ", at: 1 s, reverse: true")
CASES["loop"] = _clips(_CUT + ", loop: 3, fade_in: 0.9 s, fade_out: 0.7 s smooth", "stem: stems/burst.wav, loop: 17")
CASES["loop_once"] = _clips(_CUT + ", loop: 1")
CASES["loop_reverse"] = _clips(_CUT + ", at: 0.25 s, loop: 2, reverse: true, fade_in: 80 ms equal_power, fade_out: 1 s")
CASES["loop_of_a_length"] = _clips(
    _CUT + ", loop: 3, length: 250 ms", _CUT + ", at: 1 s, reverse: true, loop: 2, length: 250 ms"
)
CASES["fill_until_the_length"] = _clips(_CUT + ", at: 0.1 s, loop: fill, length: 2.05 s, fade_out: 300 ms")
CASES["fill_reverse"] = _clips(_CUT + ", loop: fill, length: 2.05 s, reverse: true")
CASES["fill_shorter_than_the_part"] = _clips(_CUT + ", loop: fill, length: 200 ms, fade_in: 150 ms, reverse: true")
CASES["fill_by_bars"] = MAPS + _clips("stem: stems/burst.wav, at: 2|2, loop: fill, length: 3 bars")
CASES["fill_until_the_song_length"] = _clips(
    "stem: stems/burst.wav, at: 0.4 s, loop: fill, fade_out: 1 s", more="length: 2.2 s\n"
)
CASES["fill_until_the_last_clip"] = _clips(
    "stem: stems/burst.wav, loop: fill, fade_out: 1 s", "stem: stems/hit.wav, at: 1.7 s"
)
CASES["clips_cross_and_sum"] = _clips(
    "stem: stems/stereo.wav, to: 1.5 s, fade_out: 500 ms equal_power",
    "stem: stems/noise.wav, at: 1 s, fade_in: 500 ms equal_power",
)
CASES["clips_mono_and_stereo"] = """
pan_law: -4.5 dB
tracks:
  a: {pan: L30, clips: {x: {stem: stems/mono.wav, to: 2 s}, y: {stem: stems/stereo.wav, at: 1 s, gain: -6}}, sends: {fx: {tap: pre_fader, level: -6, pan: R20}}}
  b: {pan: L30, clips: {x: {stem: stems/mono.wav, to: 2 s}, y: {stem: stems/burst.wav, at: 1 s}}}
buses: {fx: {}}
"""
CASES["clip_channels"] = _clips(
    "stem: stems/four.wav, channels: [4, 2]", "stem: stems/four.wav, at: 0.5 s, channels: [3]"
)
CASES["clip_channels_mono"] = _clips(
    "stem: stems/four.wav, channels: [1]", "stem: stems/stereo.wav, at: 0.5 s, channels: [2], gain: -inf dB"
)
CASES["clip_mute_counts_for_length"] = _clips(
    "stem: stems/noise.wav, to: 1 s", "stem: stems/hit.wav, at: 2.5 s, mute: true"
)
CASES["muted_track_counts_for_length"] = """
tracks: {a: {stem: stems/burst.wav}, b: {mute: true, clips: {c: {stem: stems/hit.wav, at: 1 s}}}}
"""
CASES["clip_past_the_end"] = _clips(
    "stem: stems/noise.wav, at: 1 s, fade_out: 2.5 s", "stem: stems/hit.wav, at: 2 s", more="length: 1.9 s\n"
)
CASES["stem_is_a_clip"] = (
    "tracks: {a: {stem: stems/mono.wav}, b: {clips: {stem: {stem: stems/mono.wav}}, polarity: inverted, level: -1}}"
)
CASES["~track_channels_over_clips"] = """
tracks: {a: {channels: [2], clips: {x: {stem: stems/stereo.wav}, y: {stem: stems/stereo.wav, channels: [1], at: 1 s}}}}
"""
# On which side of a frame a duration at a fractional place ends: frames between rounded places, or a rounded duration.
CASES["~length_in_seconds_at_a_fractional_place"] = _clips("stem: stems/one.wav, at: 0.10003 s, length: 0.40003 s")
CASES["~fade_in_seconds_at_a_fractional_place"] = _clips("stem: stems/one.wav, at: 0.10003 s, fade_in: 0.40003 s")
CASES["~length_in_beats_at_a_fractional_place"] = "tempo: 133.7\n" + _clips(
    "stem: stems/one.wav, at: 1|2, length: 1 beat", "stem: stems/one.wav, at: 1|4, length: 0.5 bars, gain: -6"
)
CASES["~fade_in_beats_at_a_fractional_place"] = "tempo: 133.7\n" + _clips(
    "stem: stems/one.wav, at: 1|2, fade_in: 1 beat"
)
CASES["~over_in_seconds_at_a_fractional_place"] = _lane(_ONE, "level", "{at: 0.50006 s, value: -20, over: 0.40003 s}")
CASES["~over_in_beats_at_a_fractional_place"] = "tempo: 133.7\n" + _lane(
    _ONE, "level", "{at: 1|3, value: -20, over: 1 beat}, {at: 2|2.2, value: -3, over: 1.5 beats}"
)

# Track and bus delay

CASES["track_delay"] = """
tracks:
  a: {stem: stems/mono.wav, delay: 123 ms}
  b: {stem: stems/stereo.wav, delay: -1 samples, level: -6}
  c: {clips: {x: {stem: stems/burst.wav}, y: {stem: stems/hit.wav, at: 1 s}}, delay: -40 ms}
"""
CASES["delay_sets_the_length"] = (
    "tracks: {a: {stem: stems/burst.wav, delay: 1 s}, b: {clips: {x: {stem: stems/hit.wav, at: 1.2 s}}, delay: -300 ms}}"
)
CASES["delay_of_a_bus"] = """
length: 3 s
tracks: {a: {stem: stems/mono.wav, output: g, sends: {fx: -3}}, b: {stem: stems/stereo.wav}}
buses: {g: {delay: -25 ms, sends: {fx: {level: -6, tap: pre_fader}}}, fx: {delay: 77 samples, inserts: {delay: {time: 20 ms, feedback: 30 %}}}}
"""
CASES["delay_and_lanes"] = """
tracks:
  a: {stem: stems/one.wav, delay: 300 ms, automation: {trim: [{at: 1 s, value: -12 dB}], level: [{at: 1 s, value: -6 dB, over: 0.5 s}]}}
  b: {stem: stems/one.wav, pan: R50, delay: -300 ms, automation: {trim: [{at: 1 s, value: -12 dB}], level: [{at: 1 s, value: -6 dB, over: 0.5 s}]}}
"""
CASES["delay_before_inserts_and_key"] = """
tracks:
  key: {stem: stems/burst.wav, delay: 500 ms}
  a: {stem: stems/one2.wav, delay: -200 ms, inserts: {duck: {type: compressor, sidechain: key, threshold: -30, ratio: 6, attack: 0}}}
"""
CASES["~delay_of_half_frames"] = (
    "tracks: {a: {stem: stems/burst.wav, delay: 0.15625 ms}, b: {stem: stems/hit.wav, delay: -0.15625 ms}}"
)
CASES["~delay_in_notes"] = (
    "tempo: 133.7\ntracks: {a: {stem: stems/burst.wav, delay: 1/8}, b: {stem: stems/burst.wav, delay: -1/16t, pan: L50}}"
)
CASES["~fill_under_a_delay"] = """
length: 2 s
tracks: {a: {delay: 300 ms, clips: {c: {stem: stems/burst.wav, loop: fill, fade_out: 100 ms}}}, b: {delay: -300 ms, pan: L50, clips: {c: {stem: stems/burst.wav, loop: fill, fade_out: 100 ms}}}}
"""

# VCAs

CASES["vca_nest"] = """
tracks:
  a: {stem: stems/mono.wav, level: -3, pan: L20, sends: {fx: -6, pre: {level: -9, tap: pre_fader}}}
  b: {stem: stems/stereo.wav, output: g}
  c: {stem: stems/noise.wav, level: -20}
buses: {g: {level: -2}, fx: {polarity: inverted}, pre: {}}
vcas:
  inner: {members: [a, b], level: -4 dB}
  outer: {members: [inner, c, g], level: +2.5 dB}
  top: {members: [outer], level: -1}
"""
CASES["vca_counts_once"] = """
tracks: {a: {stem: stems/mono.wav}, b: {stem: stems/stereo.wav, level: -6}}
vcas:
  left: {members: [a, b], level: -1 dB}
  right: {members: [a, left], level: -2 dB}
  top: {members: [left, right, a], level: -4 dB}
"""
CASES["vca_lanes"] = """
tracks:
  a: {stem: stems/one.wav, level: -3, automation: {level: [{at: 1 s, value: -9, curve: smooth}]}}
  b: {stem: stems/one2.wav, pan: L30}
vcas:
  inner: {members: [a], level: -4, automation: {level: [{at: 0.8 s, value: 0}, {at: 1.8 s, value: -inf, curve: linear}, {at: 2.4 s, value: -3, over: 0.2 s}]}}
  outer: {members: [inner, b], automation: {level: [{at: 1.3 s, value: -12 dB, over: 1 s, curve: fast_end}]}}
"""
CASES["vca_silent"] = """
tracks: {a: {stem: stems/mono.wav, sends: {fx: {tap: pre_fader, level: -3}}}, b: {stem: stems/burst.wav}}
buses: {fx: {}}
vcas: {v: {members: [a], level: -inf dB}}
"""
CASES["vca_mute"] = """
tracks:
  a: {stem: stems/mono.wav, sends: {fx: {tap: pre_fader, level: -3}}}
  b: {stem: stems/stereo.wav, inserts: {duck: {type: compressor, sidechain: a, threshold: -30}}}
  c: {stem: stems/noise.wav, level: -12}
buses: {fx: {}}
vcas: {inner: {members: [a]}, outer: {members: [inner, c], mute: true}}
"""
CASES["vca_mute_lane"] = """
tracks:
  a: {stem: stems/one.wav, sends: {fx: {tap: pre_fader, level: -3}}, automation: {mute: [{at: 0.4 s, value: true}, {at: 1 s, value: false}]}}
  b: {stem: stems/one2.wav, pan: L30}
buses: {fx: {}}
vcas: {inner: {members: [a], mute: true, automation: {mute: [{at: 0.2 s, value: false}]}}, outer: {members: [inner, b], automation: {mute: [{at: 1.5 s, value: true}, {at: 2 s, value: false}]}}}
"""
CASES["vca_solo"] = """
tracks:
  a: {stem: stems/mono.wav, output: g, sends: {fx: -6}}
  b: {stem: stems/stereo.wav, output: g}
  c: {stem: stems/noise.wav, level: -12, mute: true}
  d: {stem: stems/burst.wav}
buses: {g: {level: -3}, fx: {}}
vcas: {inner: {members: [a, c]}, outer: {members: [inner], level: -2, solo: true}}
"""
CASES["vca_solo_of_a_bus"] = """
tracks: {a: {stem: stems/mono.wav, output: g}, b: {stem: stems/stereo.wav, sends: {g: -9}}, c: {stem: stems/noise.wav}}
buses: {g: {level: -3}}
vcas: {v: {members: [g], solo: true}}
"""

# Sidechains and latency

_DUCK = "type: compressor, threshold: -32 dB, ratio: 5:1, attack: 1 ms, release: 50 ms"
_FAST = _DUCK.replace("1 ms", "0")
CASES["sidechain"] = f"""
tracks:
  key: {{stem: stems/mono.wav, level: -inf dB, mute: true, trim: +3, inserts: {{gain: {{gain: -4 dB}}}}}}
  a: {{stem: stems/one2.wav, inserts: {{duck: {{{_DUCK}, sidechain: key}}}}}}
  b: {{stem: stems/one.wav, pan: L40, inserts: {{duck: {{{_DUCK}, sidechain: key, detector: rms, mix: 60 %}}}}}}
"""
CASES["sidechain_of_a_stereo_key"] = f"""
tracks:
  key: {{stem: stems/stereo.wav, solo: true, level: -40}}
  a: {{stem: stems/one.wav, solo: true, inserts: {{duck: {{{_DUCK}, sidechain: key}}}}}}
"""
CASES["sidechain_of_a_bus"] = f"""
tracks:
  k: {{stem: stems/mono.wav, output: keys, pan: L70, level: -3}}
  l: {{stem: stems/burst.wav, output: keys}}
  a: {{stem: stems/one2.wav, inserts: {{duck: {{{_DUCK}, sidechain: keys}}}}}}
buses: {{keys: {{mute: true, inserts: {{delay: {{time: 200 ms, feedback: 50 %, mix: 40 %}}}}, level: -60}}}}
"""
CASES["sidechain_of_a_silenced_track"] = f"""
tracks:
  key: {{stem: stems/mono.wav}}
  a: {{stem: stems/one2.wav, solo: true, inserts: {{duck: {{{_DUCK}, sidechain: key}}}}}}
"""
CASES["sidechain_high_pass"] = f"""
tracks:
  key: {{stem: stems/noise.wav, level: -inf}}
  a: {{stem: stems/one2.wav, inserts: {{duck: {{{_DUCK}, sidechain: key, sidechain_high_pass: 300 Hz}}}}}}
  b: {{stem: stems/stereo.wav, pan: L20, inserts: {{compressor: {{threshold: -30, ratio: 4, sidechain_high_pass: 120 Hz}}}}}}
"""
CASES["sidechain_with_lookahead"] = f"""
tracks:
  key: {{stem: stems/mono.wav, level: -9}}
  a: {{stem: stems/one2.wav, inserts: {{duck: {{{_DUCK}, sidechain: key, lookahead: 6 ms}}}}}}
"""
CASES["sidechain_through_latency"] = f"""
tracks:
  key: {{stem: stems/burst.wav, delay: 500 ms, mute: true, inserts: {{c: {{type: compressor, ratio: 1:1, lookahead: 9 ms}}}}}}
  a: {{stem: stems/one2.wav, inserts: {{duck: {{{_FAST}, sidechain: key}}}}}}
  b: {{stem: stems/one.wav, inserts: {{c: {{type: compressor, ratio: 1:1, lookahead: 20 ms}}, duck: {{{_FAST}, sidechain: key}}}}}}
"""
CASES["lookahead_is_no_delay"] = """
tracks:
  a: {stem: stems/stereo.wav, inserts: {c: {type: compressor, ratio: 1:1, lookahead: 7 ms}}, automation: {level: [{at: 1 s, value: -12}]}}
  b: {stem: stems/stereo.wav, polarity: inverted, level: -1}
"""
CASES["lanes_behind_latency"] = """
tracks:
  a:
    stem: stems/stereo.wav
    inserts: {c: {type: compressor, threshold: -30, lookahead: 10 ms}, gain: {gain: 0}, w: {type: width}}
    sends: {fx: {level: -6, tap: pre_fader}}
    automation: {trim: [{at: 0.5 s, value: -9}], inserts.gain.gain: [{at: 1 s, value: -12}], inserts.w.width: [{at: 1.2 s, value: 0 %}], level: [{at: 1.5 s, value: 0}, {at: 2 s, value: -20}], sends.fx.level: [{at: 2.2 s, value: -inf}], mute: [{at: 2.5 s, value: true}]}
buses: {fx: {inserts: {c: {type: compressor, ratio: 3, lookahead: 4 ms}}, automation: {trim: [{at: 1.7 s, value: -6}], pan: [{at: 1 s, value: L50}]}}}
main: {inserts: {c: {type: compressor, ratio: 1:1, lookahead: 3 ms}}, automation: {level: [{at: 2 s, value: -3}]}}
"""
CASES["~bypassed_width_on_mono"] = "tracks: {a: {stem: stems/mono.wav, pan: L60, inserts: {width: {bypass: true}}}}"
CASES["~threshold_lane_with_lookahead"] = _lane(
    "stem: stems/noise.wav, inserts: {compressor: {threshold: -6, ratio: 8, attack: 0, lookahead: 20 ms}}",
    "inserts.compressor.threshold", "{at: 1 s, value: -40 dB, over: 1 samples}",
)  # fmt: skip
