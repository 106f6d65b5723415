"""Six mixes as unlike each other as programme gets, each from its stems, for `check_masters.py`.

Everything is synthetic and seeded. Each has its own rate, stems in mono and stereo, and a few faders and pans that
`reference.py` renders as well, so that the premaster is known from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import signal

import stems as make


@dataclass
class Stem:
    """A stem and its strip; `rate` differs from the mix's where the program has to resample."""

    samples: np.ndarray
    strip: str = ""
    rate: int | None = None
    subtype: str = "PCM_24"


@dataclass
class Mix:
    """Stems by track name."""

    rate: int
    stems: dict[str, Stem]

    def head(self) -> str:
        """The session's text up to the master."""
        tracks = "".join(
            f"  {name}: {{stem: stems/{name}.wav{', ' + stem.strip if stem.strip else ''}}}\n"
            for name, stem in self.stems.items()
        )
        return f"mixdown: 1\nsample_rate: {self.rate}\ntail: none\ntracks:\n{tracks}"

    @property
    def resampled(self) -> bool:
        """Whether a stem has another rate."""
        return any(stem.rate not in (None, self.rate) for stem in self.stems.values())


def at_peak(x: np.ndarray, peak: float) -> np.ndarray:
    """Scaled to a peak; two-dimensional."""
    x = x[:, None] if x.ndim == 1 else x
    return x / np.max(np.abs(x)) * peak


def placed(frames: int, rate: int, events: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """Events, each at its second, summed."""
    out = np.zeros(frames)
    for second, event in events:
        start = int(second * rate)
        count = min(len(event), frames - start)
        if count > 0:
            out[start : start + count] += event[:count]
    return out


def drum(rate: int, seed: int, pitch: float, decay: float, body: float, snap: float) -> np.ndarray:
    """A pitched body that falls, and a burst of noise."""
    time = np.arange(int(rate * decay * 7)) / rate
    phase = 2 * np.pi * (pitch * time + pitch * 1.6 * 0.02 * (1 - np.exp(-time / 0.02)))
    random = np.random.default_rng(seed)
    out = body * np.sin(phase) * np.exp(-time / decay)
    return out + snap * random.normal(0, 0.4, len(time)) * np.exp(-time / (decay * 0.5))


def chord(frames: int, rate: int, roots: list[float], seconds: float, harmonics: int, seed: int) -> np.ndarray:
    """Changing chords of saw-like notes, one root after another."""
    time = np.arange(frames) / rate
    pick = (time // seconds).astype(int) % len(roots)
    root = np.asarray(roots)[pick]
    phase = 2 * np.pi * np.cumsum(root) / rate
    random = np.random.default_rng(seed)
    out = np.zeros(frames)
    for ratio in (1.0, 1.5, 2.0, 2.52):
        for k in range(1, harmonics + 1):
            out += np.sin(ratio * k * phase + random.uniform(0, 6.28)) / k * (ratio * k * 500 < rate / 2)
    return out


def rock(seconds: float) -> Mix:
    """Dense and loud at 48 kHz; the sum goes over full scale."""
    rate = 48_000
    n = int(rate * seconds)
    beat = 60 / 132
    kick = placed(n, rate, [(k * beat, drum(rate, 1, 58, 0.09, 1.0, 0.25)) for k in range(int(seconds / beat))])
    snare = placed(
        n, rate, [((2 * k + 1) * beat, drum(rate, 2, 190, 0.07, 0.5, 1.0)) for k in range(int(seconds / beat / 2))]
    )
    hats = placed(
        n, rate, [(k * beat / 2, drum(rate, 3, 9000, 0.02, 0.0, 1.0)) for k in range(int(2 * seconds / beat))]
    )
    high = signal.butter(2, 5000, "highpass", fs=rate, output="sos")
    hats_wide = np.column_stack([signal.sosfilt(high, hats), signal.sosfilt(high, np.roll(hats, 23) * 0.8)])
    bass = np.tanh(2.5 * chord(n, rate, [55.0, 55.0, 65.41, 49.0], 4 * beat, 4, 4) / 3)
    left, right = (np.tanh(4 * chord(n, rate, [110.0, 110.0, 130.8, 98.0], 4 * beat, 9, s) / 4) for s in (5, 6))
    voice = make.music(7, n, rate)[:, 0]
    return Mix(
        rate,
        {
            "kick": Stem(at_peak(kick, 0.9), "level: -2 dB"),
            "snare": Stem(at_peak(snare, 0.9), "level: -3 dB, pan: L5"),
            "hats": Stem(at_peak(hats_wide, 0.6), "level: -9 dB"),
            "bass": Stem(at_peak(bass, 0.7), "level: -5 dB"),
            "guitar_left": Stem(at_peak(left, 0.6), "level: -6 dB, pan: L90"),
            "guitar_right": Stem(at_peak(right, 0.6), "level: -6 dB, pan: R90"),
            "vocals": Stem(at_peak(voice, 0.8), "level: -3 dB"),
        },
    )


def piano(seconds: float) -> Mix:
    """Few notes with long decays at 44.1 kHz, soft ones among loud ones."""
    rate = 44_100
    n = int(rate * seconds)
    random = np.random.default_rng(11)
    sides = [[], []]
    second = 0.0
    while second < seconds - 1:
        pitch = 65.4 * 2 ** (random.integers(0, 36) / 12)
        time = np.arange(int(rate * 5)) / rate
        loud = 10 ** (random.uniform(-22, 0) / 20)
        note = sum(
            np.sin(2 * np.pi * pitch * k * (1 + 0.0004 * k * k) * time + random.uniform(0, 6.28))
            * np.exp(-time * (0.5 + 0.35 * k) * (pitch / 200) ** 0.5)
            / k**1.2
            for k in range(1, 9)
        ) * np.minimum(1, time / 0.003)
        hammer = random.normal(0, 0.2, len(time)) * np.exp(-time / 0.004)
        where = 0.35 + 0.3 * random.uniform()
        for side, gain in zip(sides, (1 - where, where)):
            side.append((second, loud * gain * (note + hammer)))
        second += random.uniform(0.3, 1.6)
    stereo = np.column_stack([placed(n, rate, side) for side in sides])
    room = signal.lfilter([1], [1, -0.97], np.mean(make.reverberant(12, stereo[:, :1], rate, 2.5, 0.5), axis=1))
    return Mix(
        rate,
        {
            "piano": Stem(at_peak(stereo, 0.55), "level: -4 dB", subtype="PCM_16"),
            "room": Stem(at_peak(room, 0.3), "level: -16 dB"),
        },
    )


def speech(seconds: float) -> Mix:
    """Syllables and pauses, mono at 44.1 kHz in a session of 48 kHz, over a quiet stereo room tone."""
    rate, own = 48_000, 44_100
    n = int(own * seconds)
    random = np.random.default_rng(21)
    out = np.zeros(n)
    second = 0.2
    while second < seconds - 0.5:
        for _ in range(random.integers(4, 11)):
            count = int(own * random.uniform(0.09, 0.24))
            start = int(second * own)
            if start + count >= n:
                break
            time = np.arange(count) / own
            pitch = 118 * (1 + 0.12 * np.sin(2 * np.pi * 0.7 * second)) * (1 - 0.1 * time / time[-1])
            pulses = np.diff(np.floor(np.cumsum(pitch) / own), prepend=0)
            voiced = random.uniform() < 0.8
            source = pulses if voiced else random.normal(0, 0.06, count)
            shaped = np.zeros(count)
            for centre in random.uniform([300, 900, 2300], [800, 1900, 3200]) if voiced else [5200.0, 7600.0]:
                b, a = signal.iirpeak(centre, centre / (90 + centre * 0.04), fs=own)
                shaped += signal.lfilter(b, a, source)
            envelope = np.sin(np.pi * np.arange(count) / count) ** 0.6
            out[start : start + count] += shaped * envelope * 10 ** (random.uniform(-7, 0) / 20)
            second += count / own * random.uniform(0.85, 1.1)
        second += random.uniform(0.35, 0.9)
    tone = make.coloured(22, int(rate * seconds), rate, 60, 4000, 2)
    return Mix(
        rate,
        {
            "voice": Stem(at_peak(out, 0.7), "level: -1 dB", own),
            "room": Stem(at_peak(tone, 0.5), "level: -44 dB"),
        },
    )


def electronic(seconds: float) -> Mix:
    """Sub-bass and a four-on-the-floor kick at 44.1 kHz, pads that pump, bright hats."""
    rate = 44_100
    n = int(rate * seconds)
    time = np.arange(n) / rate
    beat = 60 / 124
    since = time % beat
    kick = placed(n, rate, [(k * beat, drum(rate, 31, 47, 0.16, 1.0, 0.08)) for k in range(int(seconds / beat))])
    note = np.asarray([43.65, 43.65, 51.91, 38.89])[(time // (4 * beat)).astype(int) % 4]
    sub = np.tanh(1.6 * np.sin(2 * np.pi * np.cumsum(note) / rate)) * np.minimum(1, since / 0.12)
    pad_left, pad_right = (chord(n, rate, [174.6, 174.6, 207.7, 155.6], 4 * beat, 12, s) for s in (32, 33))
    pad = np.column_stack([pad_left, pad_right]) * (0.25 + 0.75 * np.minimum(1, since / 0.25))[:, None]
    hats = placed(
        n, rate, [((k + 0.5) * beat, drum(rate, 34, 11_000, 0.03, 0.3, 1.0)) for k in range(int(seconds / beat))]
    )
    return Mix(
        rate,
        {
            "kick": Stem(at_peak(kick, 0.95), "level: -3 dB"),
            "sub": Stem(at_peak(sub, 0.8), "level: -5 dB", subtype="FLOAT"),
            "pad": Stem(at_peak(pad, 0.6), "level: -12 dB"),
            "hats": Stem(at_peak(hats, 0.6), "level: -14 dB, pan: R25"),
        },
    )


def percussion(seconds: float) -> Mix:
    """Bare transients at 48 kHz: a crest factor that no streaming loudness fits."""
    rate = 48_000
    n = int(rate * seconds)
    random = np.random.default_rng(41)
    tracks = {}
    for number, (name, pitch, decay) in enumerate([("claves", 2500, 0.007), ("block", 900, 0.012), ("rim", 420, 0.01)]):
        hits = []
        for k in range(int(seconds * 4)):
            if random.uniform() < 0.3:
                hit = drum(rate, 42 + number * 100 + k, pitch, decay, 1.0, 0.6)
                hits.append((k / 4 + number * 0.083, hit * 10 ** (random.uniform(-9, 0) / 20)))
        tracks[name] = placed(n, rate, hits)
    clicks = np.zeros(n)
    clicks[rate // 2 :: rate] = 0.98
    clicks[rate // 2 + 1 :: rate] = -0.98  # neighbours of opposite sign peak between the samples
    return Mix(
        rate,
        {
            "claves": Stem(at_peak(tracks["claves"], 0.9), "level: -5 dB, pan: L35"),
            "block": Stem(at_peak(tracks["block"], 0.9), "level: -4 dB, pan: R30"),
            "rim": Stem(at_peak(tracks["rim"], 0.9), "level: -4 dB"),
            "clicks": Stem(at_peak(clicks, 0.9), "level: -12 dB"),
            "shaker": Stem(at_peak(make.coloured(45, n, rate, 4000, 14000, 2), 0.3), "level: -30 dB"),
        },
    )


def pad(seconds: float) -> Mix:
    """Wide noise, in part against phase, at 48 kHz after a third of near silence."""
    rate = 48_000
    n = int(rate * seconds)
    time = np.arange(n) / rate
    swell = np.where(time < seconds / 3, 10 ** (-34 / 20), 1.0)
    swell = signal.oaconvolve(swell, np.hanning(rate // 5) / np.sum(np.hanning(rate // 5)), mode="same")
    wash = make.coloured(51, n, rate, 90, 9000, 2)
    side = make.coloured(52, n, rate, 500, 15000)
    wide = (wash + side * [0.8, -0.8]) * (1 + 0.3 * np.sin(2 * np.pi * 0.21 * time))[:, None] * swell[:, None]
    low = make.coloured(53, n, rate, 30, 200)[:, 0] * swell
    return Mix(
        rate,
        {
            "wash": Stem(at_peak(wide, 0.8), "level: -7 dB"),
            "low": Stem(at_peak(low, 0.8), "level: -12 dB"),
            "bells": Stem(make.music(54, n, rate, 2, 0.25) * swell[:, None], "level: -9 dB, width: 160 %"),
        },
    )


def drums(seconds: float) -> Mix:
    """A drum kit at 48 kHz and 120 beats a minute over a bass and a quiet pad: loud onsets, much room between them."""
    rate = 48_000
    n = int(rate * seconds)
    beat = 0.5
    kick = placed(n, rate, [(k * beat, drum(rate, 1, 52, 0.11, 1.0, 0.25)) for k in range(int(seconds / beat))])
    snare = placed(
        n, rate, [((2 * k + 1) * beat, drum(rate, 2, 190, 0.07, 0.5, 1.0)) for k in range(int(seconds / beat / 2))]
    )
    hats = placed(
        n, rate, [(k * beat / 4, drum(rate, 3, 9000, 0.02, 0.0, 1.0)) for k in range(int(4 * seconds / beat))]
    )
    hats = signal.sosfilt(signal.butter(2, 5000, "highpass", fs=rate, output="sos"), hats)
    bass = np.tanh(2 * chord(n, rate, [55.0, 55.0, 65.41, 49.0], 4 * beat, 4, 4) / 3)
    pad = chord(n, rate, [220.0, 220.0, 261.6, 196.0], 4 * beat, 8, 5)
    return Mix(
        rate,
        {
            "kick": Stem(at_peak(kick, 0.9)),
            "snare": Stem(at_peak(snare, 0.7)),
            "hats": Stem(at_peak(hats, 0.2)),
            "bass": Stem(at_peak(bass, 0.22)),
            "pad": Stem(at_peak(np.column_stack([pad * 1.2, np.roll(pad, 300)]), 0.12)),
        },
    )


MIXES: dict[str, Callable[[float], Mix]] = {
    "rock": rock,
    "piano": piano,
    "speech": speech,
    "electronic": electronic,
    "percussion": percussion,
    "pad": pad,
}
