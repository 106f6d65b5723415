"""The sessions whose render is compared sample by sample with the reference: each feature alone, then together.

`CASES` maps a name to what `session` puts below a common head. Stems are those of `write_stems`. A name that begins
with `~` goes through coefficients that the definition only suggests (not judged); with `?` may be refused in this version.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import soundfile

import stems as make

RATE = 48_000
SECONDS = 4.0


def write_stems(folder: Path, rate: int = RATE, seconds: float = SECONDS) -> None:
    """The stems all cases draw on, in `folder`: mono and stereo, 24-bit and float WAV, FLAC, AIFF, four channels."""
    n = int(rate * seconds)

    def put(name: str, x: np.ndarray, subtype: str) -> None:
        soundfile.write(folder / name, x, rate, subtype=subtype)

    put("mono.wav", make.music(1, n, rate), "PCM_24")
    put("stereo.wav", make.music(2, n, rate, 2), "PCM_24")
    put("voice.flac", make.music(3, n, rate), "PCM_24")
    put("noise.wav", make.noise(4, n, 2, 0.4), "FLOAT")
    put("drums.aiff", make.music(5, n - 4801, rate, 2), "PCM_24")
    put("sixteen.wav", make.music(6, n, rate), "PCM_16")
    put("four.wav", make.noise(7, n, 4, 0.3), "PCM_24")
    put("burst.wav", make.noise(8, rate // 10, 1, 0.5), "PCM_24")
    put("offset.wav", make.music(9, n, rate, 2, 0.5) + 0.25, "PCM_24")
    put("hot.wav", make.noise(10, n, 2, 1.7), "FLOAT")


def session(case: str, rate: int = RATE) -> str:
    """A case as a whole session. What it says itself (`tail`, `deliverables`) replaces the common head's."""
    body = CASES[case].lstrip("\n")
    text = f"mixdown: 1\nsample_rate: {rate}\n"
    if not re.search("^tail:", body, re.M):
        text += "tail: none\n"
    if not re.search("^deliverables:", body, re.M):
        text += "deliverables:\n  float: {format: wav, bit_depth: 32f}\n"
        text += "  integer: {format: wav, bit_depth: 24, dither: none}\n"
    return text + body


CASES: dict[str, str] = {}

# Alone: level, trim, polarity

CASES["level"] = "tracks: {a: {stem: stems/mono.wav, level: -7.3 dB}}"
CASES["level_up_over_full_scale"] = "tracks: {a: {stem: stems/stereo.wav, level: +9.75}}"
CASES["level_silent"] = """
tracks:
  a: {stem: stems/mono.wav, level: -inf dB}
  b: {stem: stems/sixteen.wav, level: -20 dB}
"""
CASES["trim_and_polarity"] = """
tracks:
  a: {stem: stems/stereo.wav, trim: -3.5 dB, polarity: inverted}
  b: {stem: stems/mono.wav, trim: +4 dB, level: −12 dB}
"""
CASES["over_full_scale_stem"] = "tracks: {a: {stem: stems/hot.wav, level: -1 dB}}"
CASES["channels"] = """
tracks:
  a: {stem: stems/four.wav, channels: [3, 4], level: -6 dB}
  b: {stem: stems/four.wav, channels: [2], pan: L50}
  c: {stem: stems/stereo.wav, channels: [2], pan: R25}
"""
CASES["?track_delay"] = """
tracks:
  a: {stem: stems/mono.wav, delay: 12.34 ms}
  b: {stem: stems/burst.wav, delay: 1001 samples, pan: L70}
"""

# Alone: pan, width

for law in ("-3 dB", "-4.5 dB", "-6 dB", "0 dB"):
    lines = "".join(
        f"  t{i}: {{stem: stems/{stem}, pan: {pan}, level: -9 dB}}\n"
        for i, (stem, pan) in enumerate(
            [
                ("mono.wav", "C"),
                ("voice.flac", "L37"),
                ("sixteen.wav", "R82"),
                ("burst.wav", "L100"),
                ("burst.wav", "R100"),
            ]
        )
    )
    CASES[f"pan_law_{law.split()[0].strip('-')}"] = f"pan_law: {law}\ntracks:\n{lines}"
CASES["pan_law_by_track"] = """
pan_law: -6 dB
tracks:
  a: {stem: stems/mono.wav, pan: L20, pan_law: -4.5 dB, level: -6}
  b: {stem: stems/voice.flac, pan: -45, pan_law: 0 dB, level: -6}
  c: {stem: stems/sixteen.wav, pan: +60, level: -6}
"""
CASES["balance"] = """
tracks:
  a: {stem: stems/stereo.wav, pan: L40, level: -6}
  b: {stem: stems/noise.wav, pan: R100, level: -6}
  c: {stem: stems/drums.aiff, pan: R1, level: -6}
"""
CASES["pan_mode_stereo"] = """
tracks:
  a: {stem: stems/stereo.wav, pan: L40, pan_mode: stereo, level: -6}
  b: {stem: stems/noise.wav, pan: R75, pan_mode: stereo, level: -6}
  c: {stem: stems/drums.aiff, pan: C, pan_mode: stereo, level: -6}
  d: {stem: stems/drums.aiff, pan: R100, pan_mode: stereo, level: -12}
"""
CASES["width"] = """
tracks:
  a: {stem: stems/stereo.wav, width: 0 %, level: -6}
  b: {stem: stems/noise.wav, width: 55 %, pan: L30, level: -6}
  c: {stem: stems/drums.aiff, width: 180 %, level: -6}
  d: {stem: stems/mono.wav, width: 150 %, level: -6}
"""

# Alone: routing

CASES["sends_post"] = """
tracks:
  a: {stem: stems/mono.wav, level: -5 dB, pan: L60, sends: {fx: -8 dB}}
  b: {stem: stems/stereo.wav, level: -3 dB, pan: R30, sends: {fx: {level: -11 dB, pan: R50}}}
buses:
  fx: {level: -2 dB, polarity: inverted}
"""
CASES["sends_pre"] = """
tracks:
  a: {stem: stems/mono.wav, level: -25 dB, pan: L60, sends: {fx: {level: -8 dB, tap: pre_fader}}}
  b: {stem: stems/voice.flac, level: -inf, sends: {fx: {level: -8 dB, tap: pre_fader, pan: R45}}}
  c: {stem: stems/stereo.wav, level: -30 dB, pan: R30, sends: {fx: {level: -11 dB, pan: L50, tap: pre_fader}}}
buses:
  fx: {}
"""
CASES["sends_pre_law"] = """
pan_law: -4.5 dB
tracks:
  a: {stem: stems/mono.wav, level: -25 dB, sends: {fx: {level: -8 dB, tap: pre_fader}}}
  b: {stem: stems/voice.flac, pan_law: -6 dB, level: -20, sends: {fx: {level: -8 dB, tap: pre_fader, pan: R45}}}
buses:
  fx: {}
"""
CASES["groups"] = """
tracks:
  kick: {stem: stems/mono.wav, output: drums, level: -4}
  snare: {stem: stems/sixteen.wav, output: drums, level: -6, pan: R10}
  bass: {stem: stems/voice.flac, output: rhythm}
  keys: {stem: stems/stereo.wav, level: -9}
buses:
  drums: {output: rhythm, level: -1.5 dB, pan: L15, width: 80 %, sends: {room: {level: -12 dB, tap: pre_fader}}}
  rhythm: {trim: -2 dB, level: +1 dB, sends: {room: -15 dB}}
  room: {level: -3 dB, pan: R5, pan_mode: stereo}
"""
CASES["mute"] = """
tracks:
  a: {stem: stems/mono.wav, mute: true, sends: {fx: {level: 0 dB, tap: pre_fader}}}
  b: {stem: stems/stereo.wav, level: -6, output: g}
  c: {stem: stems/voice.flac, level: -6, output: h, sends: {fx: -10}}
buses:
  g: {mute: true, sends: {fx: {level: 0, tap: pre_fader}}}
  h: {}
  fx: {level: -6}
"""
CASES["solo_track"] = """
tracks:
  a: {stem: stems/mono.wav, solo: true, output: g, sends: {fx: {level: -6 dB, tap: pre_fader}}}
  b: {stem: stems/stereo.wav, output: g}
  c: {stem: stems/voice.flac, sends: {fx: -10, other: 0}}
buses:
  g: {level: -3, sends: {other: -12}}
  other: {level: -2}
  fx: {level: -6}
"""
CASES["solo_bus"] = """
tracks:
  a: {stem: stems/mono.wav, output: g, sends: {fx: -3}}
  b: {stem: stems/stereo.wav, output: g, mute: true}
  c: {stem: stems/voice.flac, sends: {g: {level: -10, tap: pre_fader}}}
  d: {stem: stems/sixteen.wav}
buses:
  g: {solo: true, output: h}
  h: {level: -3}
  fx: {}
"""
CASES["solo_and_mute"] = """
tracks:
  a: {stem: stems/mono.wav, solo: true, mute: true}
  b: {stem: stems/stereo.wav, solo: true, level: -6}
  c: {stem: stems/voice.flac}
"""
CASES["main_strip"] = """
tracks: {a: {stem: stems/stereo.wav}, b: {stem: stems/mono.wav, pan: L90}}
main: {trim: -1 dB, level: -6 dB, pan: R12, width: 130 %, inserts: {gain: {gain: -2 dB, polarity: inverted}}}
"""

# Alone: length

CASES["start_and_length"] = """
start: 0.75 s
length: 2.5 s
tracks: {a: {stem: stems/stereo.wav}, b: {stem: stems/mono.wav}}
"""
CASES["length_beyond"] = """
length: 5.5 s
tracks: {a: {stem: stems/drums.aiff, level: -3}}
"""
CASES["tail_seconds"] = """
tail: 700 ms
tracks: {a: {stem: stems/burst.wav, inserts: {delay: {time: 250 ms, feedback: 70 %}}}}
"""
CASES["tail_auto"] = """
tail: auto
tracks: {a: {stem: stems/burst.wav, level: -3, inserts: {delay: {time: 330 ms, feedback: 45 %, mix: 50 %}}}}
"""

# Alone: inserts

CASES["gain"] = """
tracks:
  a: {stem: stems/mono.wav, inserts: {gain: {gain: -5.5 dB}}}
  b: {stem: stems/stereo.wav, inserts: {one: {type: gain, gain: +3 dB, polarity: inverted}, two: {type: gain, gain: -12 dB}}}
"""
CASES["insert_bypass_and_mix"] = """
tracks:
  a: {stem: stems/mono.wav, inserts: {gain: {gain: +24 dB, bypass: true}}}
  b: {stem: stems/stereo.wav, inserts: {gain: {gain: -30 dB, mix: 40 %}}}
"""
CASES["insert_channels"] = """
tracks:
  a: {stem: stems/stereo.wav, level: -9, inserts: {gain: {gain: -8 dB, channels: side}}}
  b: {stem: stems/noise.wav, level: -9, inserts: {gain: {gain: +4 dB, channels: mid}}}
  c: {stem: stems/drums.aiff, level: -9, inserts: {l: {type: gain, gain: -9 dB, channels: left}, r: {type: gain, polarity: inverted, channels: right}}}
"""
CASES["width_insert"] = """
tracks:
  a: {stem: stems/stereo.wav, level: -9, inserts: {width: {width: 160 %}}}
  b: {stem: stems/mono.wav, level: -9, pan: L50, inserts: {width: {width: 120 %}}}
  c: {stem: stems/noise.wav, level: -9, inserts: {width: {width: 30 %, mix: 65 %}}}
"""
CASES["width_insert_law"] = """
pan_law: -6 dB
tracks:
  a: {stem: stems/mono.wav, pan: R35, inserts: {width: {width: 100 %}}, sends: {fx: {level: -3, tap: pre_fader, pan: L20}}}
buses: {fx: {}}
"""
CASES["mono_below"] = """
tracks:
  a: {stem: stems/stereo.wav, level: -6, inserts: {width: {mono_below: 140 Hz}}}
  b: {stem: stems/noise.wav, level: -6, inserts: {width: {width: 140 %, mono_below: 1.2 kHz}}}
  c: {stem: stems/drums.aiff, level: -6, inserts: {width: {width: 50 %, mono_below: 300 Hz, mix: 50 %}}}
"""
CASES["dc_block"] = """
tracks:
  a: {stem: stems/offset.wav, level: -6, inserts: {dc_block: {}}}
  b: {stem: stems/offset.wav, level: -6, inserts: {dc_block: {frequency: 20 Hz}}}
"""
CASES["delay"] = """
tracks:
  a: {stem: stems/mono.wav, level: -9, inserts: {delay: {time: 171.3 ms, feedback: 35 %}}}
  b: {stem: stems/stereo.wav, level: -9, inserts: {delay: {time: 90 ms, feedback: 60 %, width: 40 %, mix: 30 %}}}
  c: {stem: stems/burst.wav, inserts: {delay: {time: 480 samples, feedback: 0 %}}}
"""
CASES["delay_ping_pong"] = """
tempo: 112
tracks:
  a: {stem: stems/mono.wav, level: -9, inserts: {delay: {time: 1/8d, feedback: 50 %, ping_pong: true}}}
  b: {stem: stems/stereo.wav, level: -9, pan: L20, inserts: {delay: {time: 1/16, feedback: 30 %, ping_pong: true, mix: 25 %}}}
  c: {stem: stems/drums.aiff, level: -9, inserts: {delay: {time: 1/4t, feedback: 40 %, ping_pong: true, width: 150 %}}}
"""

# Alone: compressor


def _compressor(stem: str, settings: str) -> str:
    return f"tracks: {{a: {{stem: stems/{stem}, inserts: {{compressor: {{{settings}}}}}}}}}"


CASES["compressor_defaults"] = _compressor("stereo.wav", "")
CASES["compressor_mono"] = _compressor(
    "mono.wav", "threshold: -24 dB, ratio: 4:1, attack: 3 ms, release: 80 ms, makeup: +6 dB"
)
CASES["compressor_hard_knee"] = _compressor(
    "stereo.wav", "threshold: -20, ratio: 8:1, knee: 0, attack: 1 ms, release: 40 ms"
)
CASES["compressor_wide_knee"] = _compressor("noise.wav", "threshold: -30, ratio: 3:1, knee: 24 dB, attack: 20 ms")
CASES["compressor_infinite"] = _compressor("stereo.wav", "threshold: -18, ratio: inf:1, attack: 0, release: 60 ms")
CASES["compressor_rms"] = _compressor(
    "stereo.wav", "threshold: -26, ratio: 5:1, detector: rms, attack: 5 ms, release: 150 ms"
)
CASES["compressor_rms_unlinked"] = _compressor("stereo.wav", "threshold: -26, ratio: 5:1, detector: rms, link: false")
CASES["compressor_unlinked"] = _compressor(
    "drums.aiff", "threshold: -28, ratio: 6:1, link: false, attack: 2 ms, release: 90 ms"
)
CASES["compressor_auto_makeup"] = _compressor("stereo.wav", "threshold: -24, ratio: 4:1, makeup: auto")
CASES["compressor_auto_range"] = _compressor(
    "stereo.wav", "threshold: -36, ratio: 10:1, makeup: auto, range: 9 dB, attack: 1 ms"
)
CASES["compressor_range"] = _compressor(
    "mono.wav", "threshold: -36, ratio: 10:1, range: 4 dB, attack: 1 ms, release: 50 ms"
)
CASES["compressor_parallel"] = _compressor(
    "stereo.wav", "threshold: -40, ratio: 20:1, attack: 0.5 ms, makeup: 10, mix: 35 %"
)
CASES["compressor_lookahead"] = _compressor("stereo.wav", "threshold: -24, ratio: 6:1, attack: 4 ms, lookahead: 5 ms")
CASES["compressor_lookahead_mix"] = _compressor(
    "drums.aiff", "threshold: -24, ratio: 6:1, attack: 1 ms, lookahead: 1.777 ms, mix: 50 %"
)
CASES["compressor_side"] = _compressor("noise.wav", "threshold: -30, ratio: 4:1, channels: side, attack: 2 ms")
CASES["compressor_mid"] = _compressor(
    "stereo.wav", "threshold: -30, ratio: 4:1, channels: mid, attack: 2 ms, mix: 80 %"
)
CASES["lookahead_against_dry_paths"] = """
tracks:
  a: {stem: stems/stereo.wav, output: g, sends: {fx: -6, p: {level: -9, tap: pre_fader}}}
  b: {stem: stems/mono.wav, level: -6, inserts: {compressor: {threshold: -30, lookahead: 10 ms}}, sends: {p: {level: -9, tap: pre_fader}}}
  c: {stem: stems/voice.flac, level: -9}
buses:
  g: {inserts: {compressor: {threshold: -25, ratio: 3, lookahead: 7 ms}}}
  fx: {polarity: inverted, output: g}
  p: {inserts: {c: {type: compressor, lookahead: 3 ms, ratio: 8}}}
"""
CASES["?sidechain"] = """
tracks:
  key: {stem: stems/burst.wav, mute: true, level: -60, inserts: {delay: {time: 500 ms, feedback: 80 %, mix: 50 %}}}
  a: {stem: stems/stereo.wav, inserts: {duck: {type: compressor, sidechain: key, threshold: -24, ratio: 4:1, release: 90 ms}}}
"""

# Alone: delivery and fades

CASES["master_fades"] = """
tracks: {a: {stem: stems/noise.wav}}
master: {fade_in: 1.2 s equal_power, fade_out: 900 ms smooth}
"""
CASES["master_fades_other_curves"] = """
tracks: {a: {stem: stems/noise.wav}}
master: {fade_in: 50 ms, fade_out: 1.5 s exponential}
"""
CASES["?mono_deliverable"] = """
tracks: {a: {stem: stems/stereo.wav}, b: {stem: stems/mono.wav, pan: L90}}
deliverables: {out: {format: wav, bit_depth: 32f, channels: mono}}
"""

# Through the definition's suggested coefficients: reported, not judged

CASES["~eq"] = """
tracks:
  a:
    stem: stems/stereo.wav
    level: -6
    inserts:
      eq:
        bands:
          low_cut: {type: high_pass, frequency: 90 Hz}
          steep: {type: low_pass, frequency: 9 kHz, slope: 24 dB/oct}
          box: {type: bell, frequency: 400 Hz, gain: -4 dB, q: 1.4}
          air: {type: bell, frequency: 11 kHz, gain: +5 dB, q: 0.7}
"""
CASES["~delay_filtered"] = """
tracks:
  a: {stem: stems/stereo.wav, level: -6, inserts: {delay: {time: 150 ms, feedback: 55 %, low_cut: 200 Hz, high_cut: 5 kHz, ping_pong: true}}}
"""
CASES["notch_and_all_pass"] = """
tracks:
  a:
    stem: stems/stereo.wav
    level: -6
    inserts: {eq: {bands: {notch: {frequency: 1 kHz, q: 4}, all_pass: {frequency: 300 Hz, q: 0.8}}}}
"""

# Together

CASES["whole_song"] = """
tempo: 97.3
pan_law: -4.5 dB
length: 4.6 s
tracks:
  kick: {stem: stems/mono.wav, output: drums, level: -4.1, inserts: {compressor: {threshold: -20, ratio: 5:1, attack: 6 ms}}}
  over: {stem: stems/drums.aiff, output: drums, pan: L8, width: 125 %, sends: {hall: -17}}
  bass: {stem: stems/sixteen.wav, trim: +2, inserts: {dc_block: {}, compressor: {detector: rms, ratio: 4, threshold: -26, lookahead: 2 ms}}}
  lead: {stem: stems/voice.flac, pan: R7, sends: {slap: -9, hall: {level: -12, tap: pre_fader, pan: R30}}, inserts: {c: {type: compressor, ratio: 2.5:1}}}
  pad: {stem: stems/stereo.wav, pan: L25, pan_mode: stereo, level: -8, inserts: {width: {width: 140 %, mono_below: 150 Hz}}}
  gone: {stem: stems/noise.wav, mute: true, sends: {slap: {level: 0, tap: pre_fader}}}
buses:
  drums: {inserts: {compressor: {threshold: -14, ratio: 2:1, attack: 30 ms, release: 100 ms, mix: 60 %}}, sends: {hall: -20}}
  slap: {inserts: {delay: {time: 1/8d, feedback: 25 %, ping_pong: true}}, level: -3, sends: {hall: -6}}
  hall: {inserts: {delay: {time: 41 ms, feedback: 60 %}, width: {width: 70 %}}, level: -5}
main: {inserts: {glue: {type: compressor, threshold: -12, ratio: 1.5, knee: 12 dB, makeup: auto, lookahead: 1 ms}}, level: -2}
"""
