#!/usr/bin/env python3
"""Plays "Slow Tide" and writes its fourteen stems into stems/ (48 kHz, 24-bit FLAC).

Debian:  apt install fluidsynth fluid-soundfont-gm flac python3-numpy python3-scipy python3-soundfile
Then:    python3 score.py

The acoustic and electric instruments come from the sound font FluidR3 GM (MIT licence), played dry by
FluidSynth; the pad, the bells, the lead and the body of kick and snare are synthesised below. All chance
is seeded. The stems are dry on purpose: everything one does at a desk is left to first-mix.mix.yaml.
"""
import os
import struct
import subprocess
import tempfile

import numpy as np
import soundfile
from scipy.signal import butter, lfilter, sosfilt

RATE = 48_000
TEMPO = 104.0                    # quarter notes a minute
BEAT = 60 / TEMPO
STEP = BEAT / 4                  # the grid: sixteenths, numbered 0…15 in a bar
BAR = 4 * BEAT
BARS = 20                        # the last chord falls on bar 20
END = BARS * BAR + 2.6           # seconds, ring included
SOUND_FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
STEMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stems")

INTRO, VERSE, BUILD, CHORUS, TAG, LAST = 1, 5, 9, 11, 19, 20     # first bars of the sections

# -------------------------------------------------------------------------------------------- the band's feel

chance = np.random.default_rng(20_26)
SWING = 0.09                                            # odd sixteenths come this part of a step late
BREATH = chance.normal(0, 0.0025, (BARS + 2, 16))       # the band moves together …


def at(bar, step, late=0.0, loose=0.002):
    """Seconds of a sixteenth of a bar: swung, breathing with the band, each player a little loose."""
    whole = int(step)
    swing = SWING * STEP if whole % 2 else 0.0
    time = (bar - 1) * BAR + step * STEP + swing + BREATH[bar, whole % 16] + late + chance.normal(0, loose)
    return max(0.0, time)


def touch(velocity, spread=4.0):
    return int(np.clip(round(velocity + chance.normal(0, spread)), 1, 127))


# ---------------------------------------------------------------------------------------------------- harmony

# Bass note, and a close voicing for the keys, around middle C. B minor and D major share the intro and the
# verse; the chorus walks IV V iii vi.
CHORDS = {
    "Bm9": (35, [57, 61, 62, 66]), "G": (31, [57, 59, 62, 66]), "D/F#": (30, [57, 62, 64, 66]),
    "Asus": (33, [57, 62, 64, 69]), "A": (33, [57, 61, 64, 69]), "Aadd9": (33, [57, 61, 64, 71]),
    "Em9": (28, [55, 59, 62, 66]), "A13sus": (33, [55, 59, 62, 66]), "A13": (33, [55, 61, 64, 66]),
    "F#m7": (30, [57, 61, 64, 66]), "Bm7": (35, [57, 62, 64, 66]), "D": (38, [57, 62, 66, 69]),
    "F#7/A#": (34, [58, 61, 64, 66]), "A6": (33, [57, 61, 64, 66]), "D6/9": (26, [57, 62, 64, 66, 71]),
}
FORM = {                                # bar: one chord, or two halves
    1: ["Bm9"], 2: ["G"], 3: ["D/F#"], 4: ["Asus", "A"],
    5: ["Bm9"], 6: ["G"], 7: ["D/F#"], 8: ["Asus", "A"],
    9: ["Em9"], 10: ["A13sus"],
    11: ["G"], 12: ["Aadd9"], 13: ["F#m7"], 14: ["Bm7"],
    15: ["G"], 16: ["Asus", "A"], 17: ["D", "F#7/A#"], 18: ["Bm7", "A6"],
    19: ["Em9", "A13"], 20: ["D6/9"],
}


NO_PUSH = (4, 8, 17, 18)                 # elsewhere keys and guitar play the next bar's chord an eighth early


def chord(bar, step=0):
    """Bass note and voicing at a step of a bar."""
    halves = FORM[bar]
    return CHORDS[halves[0] if len(halves) == 1 or step < 8 else halves[1]]


def spans():
    """(bar, first step, steps, chord) of the whole form, for the parts that hold."""
    for bar, halves in FORM.items():
        for half, name in enumerate(halves):
            yield bar, half * 8, 16 // len(halves), CHORDS[name]


# ---------------------------------------------------------------------------------------- players and signals

def write_midi(path, notes, program, drums):
    """A one-track MIDI file. A note is (seconds, length in seconds, key, velocity)."""
    ticks_a_second = 960 * TEMPO / 60
    channel = 9 if drums else 0
    events = [(0, 0, bytes([0xC0 | channel, program]))]
    following = {}                           # a key is let go before it is struck again
    for start, length, key, velocity in sorted(notes, reverse=True):
        length = min(length, following.get(key, np.inf) - start - 0.004)
        following[key] = start
        if length <= 0:
            continue
        events.append((round(start * ticks_a_second), 2, bytes([0x90 | channel, key, velocity])))
        events.append((round((start + length) * ticks_a_second), 1, bytes([0x80 | channel, key, 0])))
    events.append((round(END * ticks_a_second), 3, b"\xff\x2f\x00"))
    data, now = b"\x00\xff\x51\x03" + round(60e6 / TEMPO).to_bytes(3, "big"), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        wait, now = tick - now, tick
        digits = [wait & 0x7F]
        while wait := wait >> 7:
            digits.insert(0, 0x80 | wait & 0x7F)
        data += bytes(digits) + message
    with open(path, "wb") as file:
        file.write(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 960))
        file.write(b"MTrk" + struct.pack(">I", len(data)) + data)


def sampled(notes, program=0, drums=False):
    """Notes played by the sound font, without reverb or chorus: frames × 2."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = os.path.join(folder, "part.mid"), os.path.join(folder, "part.wav")
        write_midi(midi, notes, program, drums)
        subprocess.run(["fluidsynth", "-niq", "-R", "0", "-C", "0", "-g", "0.5", "-r", str(RATE),
                        "-O", "float", "-T", "wav", "-F", wave, SOUND_FONT, midi],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sound, _ = soundfile.read(wave, always_2d=True)
    return fit(sound)


def fit(sound):
    frames = round(END * RATE)
    sound = sound[:frames]
    return np.pad(sound, [(0, frames - len(sound))] + [(0, 0)] * (sound.ndim - 1))


def mono(sound):
    return sound.mean(axis=1)


def struck(notes):
    """Drums of the sound font, in mono."""
    return mono(sampled(notes, drums=True))


def add(target, sound, time):
    """Adds a sound to a stem at a time in seconds."""
    first = round(time * RATE)
    count = min(len(sound), len(target) - first)
    target[first:first + count] += sound[:count]


def low_pass(sound, frequency, order=2):
    return sosfilt(butter(order, frequency, "low", fs=RATE, output="sos"), sound, axis=0)


def high_pass(sound, frequency, order=2):
    return sosfilt(butter(order, frequency, "high", fs=RATE, output="sos"), sound, axis=0)


def drive(sound, amount, bias=0.0):
    """Soft clipping of a signal scaled to a peak of one, as a small amplifier would; lopsided with a bias."""
    sound = sound / np.abs(sound).max()
    return (np.tanh(amount * sound + bias) - np.tanh(bias)) / np.tanh(amount)


def pair(sound, side):
    """A mono source between a pair of microphones: `side` −1…1 by level, and a wall's answer from across."""
    angle = (side + 1) * np.pi / 4
    wall = np.concatenate([np.zeros(round(0.0071 * RATE)), low_pass(sound, 3_000, 1)])[:len(sound)] * 0.12
    left, right = sound * np.cos(angle), sound * np.sin(angle)
    return np.stack([left + wall * (side > 0), right + wall * (side <= 0)], axis=1)


# ------------------------------------------------------------------------------------------------------ drums

def kick_steps(bar):
    if bar in (3, 4):
        return [0, 10]
    if VERSE <= bar < BUILD:
        return [0, 6, 10] if bar % 2 else [0, 6, 9, 10]
    if bar == 9:
        return [0, 4, 8, 12]
    if bar == 10:
        return [0, 4, 8]
    if CHORUS <= bar < TAG:
        return [0, 3, 8, 10] if bar % 2 else [0, 3, 8, 11, 14]
    return {19: [0, 6, 8, 14], 20: [0]}.get(bar, [])


def kick():
    hits = [(at(bar, step, loose=0.0012), touch(116 if step in (0, 8) else 102, 3))
            for bar in FORM for step in kick_steps(bar)]
    beater = high_pass(struck([(time, 0.2, 36, velocity) for time, velocity in hits]), 150)
    stem = fit(np.zeros(1))
    seconds = np.arange(round(0.30 * RATE)) / RATE
    for time, velocity in hits:          # the body: a sine that falls from 170 to 51 Hz
        phase = 2 * np.pi * (51 * seconds + 119 * 0.022 * (1 - np.exp(-seconds / 0.022)))
        add(stem, (velocity / 127) ** 1.4 * np.sin(phase) * np.exp(-seconds / 0.085)
            * np.minimum(1, seconds / 0.0015) * np.minimum(1, (0.30 - seconds) / 0.05), time)
    return drive(stem + 0.75 * beater / np.abs(beater).max(), 1.7)


def snare():
    notes = []
    for bar in range(VERSE, TAG):
        if bar in (9, 10):
            continue
        for step in (4, 12):
            notes.append((at(bar, step, late=0.005), 118 if bar >= CHORUS else 108))
        for step in ((7, 15) if bar % 2 else (7, 9)):                        # ghost notes
            notes.append((at(bar, step, late=0.003), 34))
    for step, velocity in ((13, 62), (14, 88), (15, 104)):                   # pick-ups into verse and build
        notes += [(at(4, step), velocity), (at(8, step), velocity - 10)]
    for step in range(0, 16, 2):                               # the build: eighths, then sixteenths
        notes.append((at(9, step), 44 + 2 * step))
    for step in range(0, 12):
        notes.append((at(10, step), 70 + 3 * step + (8 if step % 4 == 0 else 0)))
    notes += [(at(18, 8), 112), (at(18, 9), 84), (at(19, 4, late=0.005), 118), (at(19, 12, late=0.005), 120)]
    notes += [(at(19, step), velocity) for step, velocity in ((10, 70), (11, 86), (15, 96))]
    notes = [(time, touch(velocity, 3)) for time, velocity in notes if time < at(18, 11) or time > at(19, 2)]
    shell = struck([(time, 0.3, 40, velocity) for time, velocity in notes])
    stem = fit(np.zeros(1))
    seconds = np.arange(round(0.22 * RATE)) / RATE
    for time, velocity in notes:         # more shell (192 Hz) and more wire under the sampled drum
        wire = high_pass(chance.normal(0, 1, len(seconds)), 1800) * np.exp(-seconds / 0.05)
        phase = 2 * np.pi * (192 * seconds + 0.7 * (1 - np.exp(-seconds / 0.012)))
        body = np.sin(phase) * np.exp(-seconds / 0.06) * 0.55 + 0.09 * wire
        add(stem, (velocity / 127) ** 2 * body * np.minimum(1, (0.22 - seconds) / 0.05), time)
    return low_pass(drive(shell / np.abs(shell).max() + 0.6 * stem / np.abs(stem).max(), 2.2), 12_000)


def hats():
    closed, opened = [], []
    for bar in range(3, TAG):
        if bar in (9, 10):
            continue
        busy = (3, 7, 11) if bar >= CHORUS else (7, 11)
        for step in range(16):
            if bar == 3 and step < 8 or bar == 18 and step > 8 or step % 2 and step not in busy:
                continue
            velocity = 96 if step % 4 == 0 else 78 if step % 4 == 2 else 48
            if step == 14 and bar % 2 == 0:
                opened.append((at(bar, step), STEP * 1.8, 46, touch(92)))
            else:
                softer = 18 if bar < VERSE else 0
                closed.append((at(bar, step, late=-0.002), 0.08, 42, touch(velocity - softer, 6)))
    sound = struck(closed)
    tight = np.zeros(len(sound))                                  # a short, dry closed hat
    for time, *_ in closed:
        shape = np.exp(-np.maximum(0, np.arange(round(0.16 * RATE)) / RATE - 0.045) / 0.020)
        first = round(time * RATE) - 96
        tight[max(0, first):first + len(shape)] = shape[max(0, -first):][:max(0, len(tight) - first)]
    sound = sound * tight
    # The foot shuts the open hat on the next beat.
    ring = struck(opened + [(time + 2 * STEP, 0.05, 44, 60) for time, *_ in opened])
    return pair(low_pass(high_pass(sound + ring, 300), 15_000), 0.45)


def toms():
    fills = [(10, 12, 50, 104), (10, 13, 48, 98), (10, 14, 45, 110), (10, 15, 43, 118), (14, 15, 45, 84),
             (18, 10, 50, 96), (18, 11, 50, 108), (18, 12, 48, 104), (18, 13, 47, 110), (18, 14, 45, 112),
             (18, 15, 43, 120), (20, 0, 43, 112)]
    places = {50: -0.7, 48: -0.35, 47: 0.0, 45: 0.35, 43: 0.75}
    stem = fit(np.zeros((1, 2)))
    for key, side in places.items():
        notes = [(at(bar, step), 0.4, key, touch(velocity, 3))
                 for bar, step, note, velocity in fills if note == key]
        stem += pair(struck(notes), side)
    return low_pass(high_pass(stem, 55), 9_000)


def overheads():
    stem = fit(np.zeros((1, 2)))
    for key, bar, velocity, side, beats in (              # caught by hand after some beats
            (49, 5, 88, -0.6, 4), (57, 9, 78, 0.6, 3), (49, 11, 118, -0.6, 6), (57, 15, 104, 0.6, 5),
            (49, 19, 96, -0.6, 4), (49, 20, 122, -0.6, 8), (57, 20, 96, 0.6, 8)):
        cymbal = struck([(0, 4, key, velocity)])[:round(beats * BEAT * RATE)]
        add(stem, pair(cymbal * np.linspace(1, 0, len(cymbal)) ** 1.5, side), at(bar, 0))
    beats = [(bar, step) for bar in (15, 16, 17) for step in (0, 4, 8, 12)]
    ride = struck([(at(bar, step), 0.5, 51, touch(74 if step % 8 else 88)) for bar, step in beats])
    stem += 0.8 * pair(ride, 0.35)
    # A cymbal played backwards pulls into the chorus.
    swell = struck([(0, 4, 57, 110)])[:round(3 * BEAT * RATE)][::-1]
    swell = low_pass(swell * np.linspace(0, 1, len(swell)) ** 3, 9_000)
    add(stem, 0.7 * pair(swell, -0.2), (CHORUS - 1) * BAR - len(swell) / RATE)
    return low_pass(high_pass(stem, 350), 14_000)


def percussion():
    shaker, tambourine, clap = [], [], []
    for bar in range(VERSE, TAG):
        if bar in (9, 10):
            continue
        for step in range(16):
            if bar < CHORUS and (bar >= 7 or step >= 8) and step % 2 == 0:
                shaker.append((at(bar, step), 0.1, 82, touch(86 if step % 4 == 2 else 60, 6)))
            if bar >= CHORUS and step % 2 == 0 and (bar >= 15 or step % 8 == 4):
                tambourine.append((at(bar, step), 0.1, 54, touch(92 if step % 8 == 4 else 62, 6)))
        if bar >= CHORUS:
            clap += [(at(bar, step, late=0.008), 0.1, 39, touch(100)) for step in (4, 12)]
    clap += [(at(10, step), 0.1, 39, touch(70 + 6 * step)) for step in (0, 4, 8)]
    sound = (pair(struck(shaker), -0.6) + 0.55 * pair(struck(tambourine), -0.5)
             + 0.9 * pair(struck(clap), 0.25))
    return low_pass(high_pass(sound, 350), 13_000)


# ----------------------------------------------------------------------------------------------- bass, chords

def bass():
    notes = []

    def note(bar, step, steps, key, velocity):
        notes.append((at(bar, step, late=0.003, loose=0.001), steps * STEP * 0.92, key, touch(velocity, 3)))

    def up(key):                         # roots below E1 would be lost on small speakers
        return key + 12 if key < 28 else key

    for bar in range(3, BARS):
        root, later, following = up(chord(bar)[0]), up(chord(bar, 8)[0]), up(chord(bar + 1)[0])
        if abs(following - later) <= 2:      # into the next root by a semitone, or by its fifth
            approach = following + (1 if following < later else -1)
        else:
            approach = following + (7 if following <= 31 else -5)
        high = later + (12 if later < 34 else 7)
        if bar < VERSE:
            line = [(0, 8, root, 92), (10, 5, later, 86)]
        elif bar < BUILD:                    # with the kick: 0, 6, 10
            line = [(0, 4, root, 108), (6, 2, root, 96), (10, 2, later, 100), (12, 1, later + 12, 88),
                    (14, 2, approach, 94)]
        elif bar == 9:
            line = [(step, 1.7, root, 84 + step) for step in range(0, 16, 2)]
        elif bar == 10:
            line = [(step, 1.7, root, 94 + 2 * step) for step in range(0, 12, 2)]
        elif bar < TAG:                      # with the kick: 0, 3, 8, 10 or 11
            line = [(0, 2.6, root, 114), (3, 2, root, 104), (6, 1, root + 12, 92), (8, 2, later, 112),
                    (10 + (bar + 1) % 2, 1.5, later, 100), (12, 1.2, high, 96), (14, 2, approach, 100)]
        else:
            line = [(0, 5, root, 114), (6, 2, root + 12, 96), (8, 5, later, 112), (14, 2, later + 4, 104)]
        for step, steps, key, velocity in line:
            note(bar, step, steps, key, velocity)
    for key, velocity in ((38, 112), (26, 90)):
        note(LAST, 0, 15, key, velocity)
    sound = mono(sampled(notes, program=33))
    return low_pass(drive(high_pass(sound, 30), 2.4, bias=0.15), 3_500, 4)


def keys():
    notes = []
    patterns = {
        "hold": [(0, 7), (8, 7)],
        "comp": [(0, 3), (3, 2), (6, 3), (10, 3), (14, 2)],
        "stab": [(0, 2.5), (3, 1.5), (6, 3), (11, 2), (14, 2)],
    }
    for bar in FORM:
        if bar == LAST:
            break
        pattern = patterns["hold" if bar < 3 or bar in (9, 10, 19) else "comp" if bar < CHORUS else "stab"]
        for step, steps in pattern:
            voicing = chord(bar, step)[1]
            if step == 14 and bar not in NO_PUSH:
                voicing = chord(bar + 1)[1]
            time = at(bar, step, late=0.002)
            level = 70 if bar < VERSE else 78 if bar < CHORUS else 86
            level += 8 if step == 0 else -6 if step == 14 else 0
            for place, key in enumerate(voicing):
                rolled = 0.006 * place * (bar < 3) + abs(chance.normal(0, 0.002))
                top = place == len(voicing) - 1
                notes.append((time + rolled, steps * STEP * 0.95, key, touch(level + 3 * top, 4)))
    for place, key in enumerate([50] + CHORDS["D6/9"][1]):
        notes.append((at(LAST, 0) + 0.022 * place, 4.2, key, touch(84)))
    sound = mono(sampled(notes, program=4))
    sound = low_pass(high_pass(sound, 90), 6_000, 3)
    # The suitcase piano's own vibrato: it walks between the two speakers.
    sweep = 0.42 * np.sin(2 * np.pi * 5.2 * np.arange(len(sound)) / RATE)
    return np.stack([sound * (1 + sweep), sound * (1 - sweep)], axis=1) / 1.4


def guitar(side):
    """Two rhythm guitars that answer each other: one chops sixteenths, the other plays on the holes."""
    clean, muted = [], []
    for bar in range(VERSE, TAG):
        if bar in (9, 10):
            continue
        if side == "left":
            open_steps = (3, 6, 11, 14) if bar < CHORUS else (2, 6, 7, 10, 14)
            dead_steps = (2, 5, 10, 13) if bar < CHORUS else (4, 5, 9, 12, 13)
            lowest, highest = 64, 80
        else:
            if bar < 7:
                continue
            open_steps = (4, 12) if bar < CHORUS else (0, 4, 11, 12)
            dead_steps = (7, 15) if bar < CHORUS else (3, 7, 8, 15)
            lowest, highest = 60, 75
        for step in open_steps:
            voicing = chord(bar + 1)[1] if step == 14 and bar not in NO_PUSH else chord(bar, step)[1]
            tones = sorted({key for key in voicing + [key + 12 for key in voicing] if lowest <= key <= highest})
            tones = tones[-3:] if side == "left" else tones[:4]
            if step % 4 == 2:
                tones = tones[::-1]                      # an up-stroke
            length = STEP * (1.1 if side == "left" else 2.2 if bar >= CHORUS else 1.4)
            time, level = at(bar, step, late=-0.001), 84 if bar < CHORUS else 94
            clean += [(time + 0.007 * place, length, key, touch(level, 5)) for place, key in enumerate(tones)]
        for step in dead_steps:
            tones = sorted(chord(bar, step)[1])[1:3]
            time = at(bar, step)
            muted += [(time + 0.005 * place, STEP / 2, key + 12, touch(58, 7)) for place, key in enumerate(tones)]
    if side == "right":
        for step in (0, 8):
            for place, key in enumerate(chord(TAG, step)[1][:3]):
                clean.append((at(TAG, step) + 0.012 * place, STEP * 7, key + 12, touch(84)))
    ring = [62, 66, 69, 76] if side == "left" else [57, 64, 66, 71]
    clean += [(at(LAST, 0) + 0.02 * place, 3.6, key, touch(90)) for place, key in enumerate(ring)]
    sound = mono(sampled(clean, program=27)) + 0.8 * mono(sampled(muted, program=28))
    # A small amplifier: treble into a soft clip, then what a 12-inch speaker lets through.
    bite = sound + 0.6 * high_pass(sound, 1_500)
    gain, cone = (1.8, 5_200) if side == "left" else (1.5, 4_600)
    return low_pass(high_pass(drive(bite, gain), 110), cone, 3)


# ----------------------------------------------------------------------------------------------- synthesisers

def frequency_of(key):
    return 440 * 2 ** ((np.asarray(key, float) - 69) / 12)


def pad():
    """A slow stack of detuned saws, three a side, left and right detuned differently."""
    stem = fit(np.zeros((1, 2)))
    for bar, step, steps, (root, voicing) in spans():
        if VERSE <= bar < BUILD and bar % 2 == 0 and bar != 8 or CHORUS <= bar < TAG:
            continue                                     # air in the verse; strings take over in the chorus
        last = bar == LAST
        length = (steps * STEP + 0.35) if not last else 5.0
        seconds = np.arange(round(length * RATE)) / RATE
        attack, release = (0.35, 0.40) if not last else (0.12, 2.8)
        shape = np.minimum(1, seconds / attack) * np.clip((length - seconds) / release, 0, 1) ** 1.5
        bright = 700 if bar < BUILD else 900 if bar == BUILD else 1400       # opens over the build
        cutoff = bright * (1 + 0.25 * np.sin(2 * np.pi * 0.21 * (seconds + bar * BAR)))
        for key in voicing[:4]:
            for channel in (0, 1):
                for cents in ((-9, 1, 8) if channel == 0 else (-7, -2, 10)):
                    pitch = float(frequency_of(key + cents / 100))
                    phase = 2 * np.pi * (pitch * seconds + chance.random())
                    sound = sum(np.sin(n * phase) / (n * np.sqrt(1 + (n * pitch / cutoff) ** 4))
                                for n in range(1, int(5000 / pitch) + 1))
                    add(stem[:, channel], sound * shape, (bar - 1) * BAR + step * STEP)
    stem = high_pass(stem, 120)
    centre, wide = stem.mean(axis=1), 0.65 * (stem[:, 0] - stem[:, 1]) / 2       # holds together in mono
    return np.stack([centre + wide, centre - wide], axis=1)


def strings():
    notes = []
    for bar, step, steps, (root, voicing) in spans():
        if bar < BUILD:
            continue
        length = steps * STEP * 0.99 if bar < LAST else 4.0
        level = 58 + 18 * (bar == 10) if bar < CHORUS else 84
        for key in (voicing[-1] + 12, voicing[-2], voicing[1] - 12 if voicing[1] > 60 else voicing[1]):
            notes.append((max(0, at(bar, step) - 0.03), length + 0.05, key, touch(level, 3)))
    sound = sampled(notes, program=48)
    centre, wide = sound.mean(axis=1), 0.75 * (sound[:, 0] - sound[:, 1]) / 2
    return low_pass(high_pass(np.stack([centre + wide, centre - wide], axis=1), 160), 6_500, 3)


def bells():
    """Two-operator bells: arpeggios in the intro and the build, then an octave over the hook."""
    stem = fit(np.zeros((1, 2)))

    def strike(time, key, velocity, side, decay):
        pitch = float(frequency_of(key))
        seconds = np.arange(round(4 * decay * RATE)) / RATE
        index = 1.7 * velocity * np.exp(-seconds / (0.25 * decay))
        sound = np.sin(2 * np.pi * pitch * seconds + index * np.sin(2 * np.pi * 3.0 * pitch * seconds + 0.3))
        edges = np.minimum(1, seconds / 0.002) * np.minimum(1, (seconds[-1] - seconds) / 0.05)
        add(stem, pair(sound * edges * velocity ** 1.3 * np.exp(-seconds / decay), side), time)

    order = (0, 2, 1, 3, 2, 1, 3, 0)
    for bar in (1, 2, 3, 4, 9, 10):
        for count, step in enumerate(range(0, 16, 2) if bar < 9 else range(16)):
            voicing = chord(bar, step)[1]
            key = voicing[order[count % 8]] + 12
            accent = 0.62 if step % 4 == 0 else 0.45
            if bar >= 9:
                accent *= 0.65 + 0.35 * ((bar - 9) * 16 + step) / 31
            decay = 0.30 if bar < 9 else 0.16
            strike(at(bar, step), key, accent + chance.normal(0, 0.03), 0.7 * (-1) ** count, decay)
    for bar, step, steps, key in HOOK:
        if bar >= 15 and steps >= 2 and bar < LAST:
            strike(at(bar, step), key + 12, 0.42 + chance.normal(0, 0.03), 0.45 if step < 8 else -0.45, 0.32)
    for place, key in enumerate([74, 78, 81, 86, 88]):
        strike(at(LAST, 0) + 0.09 * place + 0.02, key, 0.6 - 0.05 * place, -0.7 + 0.35 * place, 0.6)
    return stem


# bar, step, length in steps, key: a question in the verse, the hook from bar 11
HOOK = [
    (6, 8, 2, 78), (6, 10, 2, 76), (6, 12, 2, 74), (6, 14, 4, 71),
    (8, 6, 2, 74), (8, 8, 2, 73), (8, 10, 5, 76),
    (10, 14, 1, 69), (10, 15, 1, 73),
    (11, 0, 2, 74), (11, 2, 2, 78), (11, 4, 6, 81), (11, 10, 2, 78), (11, 12, 2, 79), (11, 14, 2, 78),
    (12, 0, 6, 76), (12, 6, 2, 73), (12, 8, 4, 76), (12, 12, 2, 69), (12, 14, 2, 71),
    (13, 0, 2, 73), (13, 2, 2, 76), (13, 4, 6, 81), (13, 10, 2, 76), (13, 12, 2, 78), (13, 14, 2, 76),
    (14, 0, 6, 74), (14, 6, 2, 71), (14, 8, 5, 74), (14, 14, 2, 76),
    (15, 0, 2, 74), (15, 2, 2, 78), (15, 4, 6, 83), (15, 10, 2, 81), (15, 12, 2, 78), (15, 14, 2, 81),
    (16, 0, 4, 76), (16, 4, 2, 78), (16, 6, 2, 79), (16, 8, 4, 81), (16, 12, 2, 76), (16, 14, 2, 78),
    (17, 0, 6, 78), (17, 6, 2, 81), (17, 8, 2, 76), (17, 10, 2, 73), (17, 12, 2, 70), (17, 14, 2, 73),
    (18, 0, 4, 74), (18, 4, 4, 78), (18, 8, 6, 76), (18, 14, 2, 74),
    (19, 0, 4, 79), (19, 4, 2, 78), (19, 6, 2, 76), (19, 8, 2, 78), (19, 10, 2, 76), (19, 12, 4, 73),
    (20, 0, 14, 74),
]


def lead():
    """A mono synthesiser played like a voice: glide, late vibrato, a filter that opens with each note."""
    frames = round(END * RATE)
    pitch, gate, bright = np.full(frames, np.nan), np.zeros(frames), np.full(frames, 1500.0)
    vibrato = np.zeros(frames)
    for bar, step, steps, key in HOOK:
        first = round(at(bar, step, late=0.004, loose=0.003) * RATE)
        held = steps * STEP * (0.93 if steps > 2 else 0.86)
        last = min(frames, first + round(held * RATE))
        seconds = np.arange(last - first) / RATE
        long = steps >= 4
        pitch[first:] = key
        swell = 0.86 + 0.14 * np.minimum(1, seconds / 0.4) if long else 0.92
        gate[first:last] = swell * (1.0 if bar >= CHORUS else 0.72) * (1.0 + chance.normal(0, 0.03))
        if bar == LAST:
            gate[first:last] *= np.clip(1 - seconds / held, 0, 1) ** 0.8
        bright[first:last] = (3200 if bar >= CHORUS else 2000) + 2600 * np.exp(-seconds / 0.12)
        vibrato[first:last] = np.clip((seconds - 0.22) / 0.35, 0, 1) * (0.28 if long else 0)
    first_note = np.flatnonzero(~np.isnan(pitch))[0]
    pitch[:first_note] = pitch[first_note]

    def smooth(signal, seconds):
        keep = np.exp(-1 / (seconds * RATE))
        return lfilter([1 - keep], [1, -keep], signal, zi=[signal[0] * keep])[0]

    pitch = smooth(pitch, 0.014)
    time = np.arange(frames) / RATE
    pitch += smooth(vibrato, 0.03) * np.sin(2 * np.pi * 5.4 * time)
    pitch += smooth(chance.normal(0, 0.24, frames), 0.08)                 # no hand is quite steady
    loud = np.maximum(smooth(gate, 0.006), smooth(gate, 0.035) * 0.98)
    bright = smooth(bright, 0.012)
    base = frequency_of(pitch)
    sound = np.zeros(frames)
    for cents, level in ((0, 1.0), (6, 0.5)):
        phase = 2 * np.pi * np.cumsum(base * 2 ** (cents / 1200)) / RATE
        for n in range(1, 13):
            # A saw with the odd harmonics leant on, through a 12 dB filter that follows `bright`.
            strength = (1.0 if n % 2 else 0.7) / n / np.sqrt(1 + (n * base / bright) ** 4)
            sound += level * strength * np.sin(n * phase)
    breath = high_pass(low_pass(chance.normal(0, 1, frames), 6_000), 2_000) * 0.002
    sound = (sound + breath) * loud
    return high_pass(drive(sound, 1.1), 180)


# -------------------------------------------------------------------------------------------------- the stems

def strip_silence(sound, floor):
    """What an editor does with a gap: digital silence where nothing plays, with short fades."""
    power = np.abs(sound) if sound.ndim == 1 else np.abs(sound).max(axis=1)
    window = round(0.02 * RATE)
    padded = np.pad(power, (0, -len(power) % window)).reshape(-1, window).max(axis=1)
    heard = padded > 10 ** (floor / 20)
    heard = heard | np.roll(heard, 1) | np.roll(heard, -1)
    gate = np.repeat(heard.astype(float), window)[:len(power)]
    kernel = np.hanning(window + 1)
    gate = np.clip(np.convolve(gate, kernel / kernel.sum(), "same") * 2 - 1, 0, 1)
    return sound * (gate if sound.ndim == 1 else gate[:, None])


def write(name, sound, peak, bits, floor):
    """A 24-bit file whose lowest bits are zero: more than `bits` would cost a megabyte each and be masked.

    Rounding errs by some −86 dBFS at 14 bits (hats, cymbals, shaker), −92 at 15, −107 at 17 (kick, bass).
    """
    sound = sound * (10 ** (peak / 20) / np.abs(sound).max())
    sound = strip_silence(sound, floor)
    heard = np.flatnonzero(np.abs(sound if sound.ndim == 1 else sound.max(axis=1)) > 0)
    sound = sound[:min(len(sound), heard[-1] + 480)]
    if sound.ndim == 2:                  # rounded as middle and side, which is how FLAC stores a pair
        sound = np.stack([sound.mean(axis=1), (sound[:, 0] - sound[:, 1]) / 2], axis=1)
    values = np.round(sound * 2 ** (bits - 1)).astype(np.int32) << (24 - bits)
    if sound.ndim == 2:
        values = np.stack([values[:, 0] + values[:, 1], values[:, 0] - values[:, 1]], axis=1)
    path = os.path.join(STEMS, name + ".flac")
    packed = values.reshape(-1, 1).astype("<i4").view(np.uint8)[:, :3].tobytes()
    subprocess.run(["flac", "-8", "-e", "-p", "-A", "subdivide_tukey(5)", "-s", "-f", "--force-raw-format",
                    "--endian=little", "--sign=signed", "--bps=24", f"--sample-rate={RATE}",
                    f"--channels={1 if sound.ndim == 1 else 2}", "-o", path, "-"], input=packed, check=True)
    size = os.path.getsize(path)
    kind = "mono" if sound.ndim == 1 else "stereo"
    print(f"{name:13} {kind:6} {len(sound) / RATE:5.1f} s {peak:4} dBFS {size / 1e6:5.2f} MB")
    return size


def main():
    os.makedirs(STEMS, exist_ok=True)
    parts = [                             # name, player, peak in dBFS, bits, the gap's floor in dBFS
        ("kick", kick, -8, 17, -72), ("snare", snare, -9, 15, -62), ("hats", hats, -12, 14, -54),
        ("toms", toms, -9, 16, -66), ("overheads", overheads, -11, 14, -64),
        ("percussion", percussion, -12, 14, -54),
        ("bass", bass, -9, 17, -72), ("keys", keys, -12, 15, -74), ("pad", pad, -12, 15, -74),
        ("strings", strings, -12, 15, -70), ("guitar_left", lambda: guitar("left"), -12, 15, -64),
        ("guitar_right", lambda: guitar("right"), -12, 15, -64), ("bells", bells, -12, 15, -68),
        ("lead", lead, -12, 15, -74),
    ]
    total = sum(write(name, player(), *how) for name, player, *how in parts)
    print(f"{len(parts)} stems, {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
