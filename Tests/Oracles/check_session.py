"""A whole session, with stems made for it, renders, and every deliverable is what it says.

    python check_session.py

It has what a song has: clips, groups, a sidechain, sends, automation at markers, a VCA, a master from a preset, versions,
stems, a vinyl premaster and checks. Only the de-esser is replaced, by a compressor that hears the esses.
"""

from __future__ import annotations

import numpy as np

import common
import meter
import peaks

RATE = 48_000
BEAT = 60 / 112

SESSION = """
mixdown: 1
metadata: {title: Night Drive, artist: Ada Vale, isrc: QZ-ABC-26-00001}
sample_rate: 48 kHz
tempo: 112
meter: 4/4
markers: {verse: 5|1, chorus: 17|1, end: 65|1}

tracks:
  kick:
    stem: stems/kick.wav
    level: -4 dB
    output: drums
    inserts:
      eq:
        bands:
          sub:   {type: high_pass, frequency: 30 Hz, slope: 12 dB/oct}
          click: {type: bell, frequency: 3.5 kHz, gain: +2 dB, q: 1.4}
      compressor: {threshold: -18 dB, ratio: 3:1, attack: 10 ms, release: 120 ms}
  bass:
    stem: stems/bass.flac
    level: -6 dB
    inserts:
      duck: {type: compressor, sidechain: kick, threshold: -24 dB, ratio: 4:1, release: 90 ms}
  vocals:
    clips:
      lead:  {stem: stems/vocals_take3.wav, at: verse, fade_in: 5 ms}
      adlib: {stem: stems/adlib.wav, at: chorus + 2 bars, from: 1.25 s, gain: -2 dB, fade_out: 80 ms equal_power}
    level: -3 dB
    pan: L10
    inserts:
      eq:
        bands:
          low_cut:  {type: high_pass, frequency: 90 Hz}
          presence: {type: bell, frequency: 4 kHz, gain: 0 dB, q: 0.9}
      de_ess: {type: compressor, sidechain_high_pass: 6.5 kHz, threshold: -28 dB, ratio: 4:1, attack: 1 ms, release: 60 ms, range: 6 dB}
      compressor: {threshold: -20 dB, ratio: 2.5:1, attack: 8 ms, release: 140 ms}
    sends: {hall: -14 dB, slap: {level: -20 dB, tap: pre_fader}}
    automation:
      level:
        - {at: chorus, offset: +1.5 dB, over: 1 beat}
      inserts.eq.bands.presence.gain:
        - {at: chorus, value: +2 dB}
      sends.hall.level:
        - {at: end - 2 bars, value: -14 dB}
        - {at: end, value: -6 dB, curve: smooth}

buses:
  drums: {inserts: {compressor: {threshold: -14 dB, ratio: 2:1, attack: 30 ms, release: 100 ms, mix: 60 %}}}
  hall:  {inserts: {reverb: {model: hall, decay: 1.8 s, predelay: 20 ms, low_cut: 200 Hz}}}
  slap:  {inserts: {delay: {time: 1/8d, feedback: 25 %, high_cut: 5 kHz}}}

vcas:
  rhythm: {members: [drums, bass], level: 0 dB}

master:
  preset: streaming
  inserts: {eq: {bands: {air: {type: high_shelf, frequency: 12 kHz, gain: +0.8 dB}}}}
  loudness: {integrated: -14 LUFS}
  limiter: {ceiling: -1 dBTP}

versions:
  instrumental: {mute: [vocals]}
  acapella: {solo: [vocals]}

deliverables:
  hires: {format: wav, bit_depth: 24}
  cd:    {format: wav, sample_rate: 44.1 kHz, bit_depth: 16}
  flac:  {format: flac, bit_depth: 24, compression: 8}
  mp3:   {format: mp3, bitrate: 320 kbps}
  tv:    {format: wav, version: instrumental}
  vinyl: {format: wav, master: {preset: vinyl}}
  stems: {split: stems, format: wav}
  before: {format: wav, bit_depth: 32f, master: none}

checks:
  integrated_loudness: {min: -14.5 LUFS, max: -13.5 LUFS}
  true_peak: {max: -1 dBTP}
  mono_compatibility: {min: -3 LU}
"""


def hits(seconds: float, every: float, make: np.ndarray) -> np.ndarray:
    """A sound again and again."""
    x = np.zeros(round(seconds * RATE))
    for start in np.arange(0, seconds - len(make) / RATE, every):
        place = round(start * RATE)
        x[place : place + len(make)] += make
    return x


def stems(project: common.Project) -> None:
    """A song of 64 bars, as five recordings."""
    chance = np.random.default_rng(112)
    song = 64 * 4 * BEAT
    t = np.arange(RATE // 4) / RATE
    kick = 0.7 * np.sin(2 * np.pi * (48 * t + 6 * (1 - np.exp(-t * 40)))) * np.exp(-t * 18)
    project.stem("kick.wav", hits(song, BEAT, kick)[:, None], RATE)
    time = np.arange(round(song * RATE)) / RATE
    notes = np.array([41.2, 55.0, 49.0, 36.7])[(time / (4 * BEAT)).astype(int) % 4]
    phase = 2 * np.pi * np.cumsum(notes) / RATE
    bass = 0.25 * sum(np.sin(k * phase) / k for k in range(1, 9))
    project.stem("bass.flac", bass[:, None], RATE)

    def voice(seconds: float, pitch: float) -> np.ndarray:
        at = np.arange(round(seconds * RATE)) / RATE
        tone = sum(np.sin(2 * np.pi * pitch * k * at + 3 * np.sin(2 * np.pi * 5 * at)) / k**1.4 for k in range(1, 20))
        phrases = (np.sin(2 * np.pi * at / (2 * BEAT)) > -0.3) * (0.5 + 0.5 * np.sin(2 * np.pi * at / 9) ** 2)
        esses = chance.standard_normal(len(at)) * (np.sin(2 * np.pi * at / BEAT) > 0.97) * 0.03
        return (0.16 * tone * phrases + esses)[:, None]

    project.stem("vocals_take3.wav", voice(58 * 4 * BEAT, 220), RATE)
    project.stem("adlib.wav", voice(20, 330), RATE)


def check(tally: common.Tally) -> None:
    """Renders it once and looks at every file."""
    with common.Project("session") as project:
        stems(project)
        session = project.session("night_drive", SESSION)
        outcome = project.render(session)
        if not tally.check("it renders", outcome.code == 0, outcome.reason):
            return
        answer = outcome.json or {}
        entries = {entry["id"]: entry for entry in answer["deliverables"] if entry["id"] != "stems"}
        tally.check("every check passed", bool(answer["checks"]) and all(c["passed"] for c in answer["checks"]), "")
        shapes = {
            "hires": ("PCM_24", RATE),
            "cd": ("PCM_16", 44_100),
            "flac": ("PCM_24", RATE),
            "tv": ("PCM_24", RATE),
            "vinyl": ("PCM_24", RATE),
            "before": ("FLOAT", RATE),
        }
        seconds = None
        for name, entry in entries.items():
            path = project.delivered(session, name, outcome)
            x, rate = meter.decoded(path)
            if name in shapes:
                found = common.soundfile.info(path)
                shape = (found.subtype, found.samplerate)
                tally.check(f"{name} is what it says", shape == shapes[name], f"{shape}")
            seconds = seconds or len(x) / rate
            tally.check(f"{name} is as long as the others", abs(len(x) / rate - seconds) < 1e-3, f"{len(x) / rate}")
            loudness, peak = meter.integrated(x, rate) or 0, peaks.true_peak(x)
            if name in ("hires", "cd", "flac", "mp3"):
                tally.check(f"{name} loudness", abs(loudness + 14) <= 0.1, f"{loudness:.2f} LUFS")
            if name in ("hires", "cd", "flac", "mp3", "tv"):
                tally.check(f"{name} peak", peak <= -1, f"{peak:.2f} dBTP")
            if name == "tv":
                gain = entries["hires"]["gain_db"]
                tally.check("tv has the main mix's gain", entry["gain_db"] == gain, f"{entry['gain_db']}, {gain}")
                tally.check("tv is quieter by its vocals", loudness < -14.3, f"{loudness:.2f} LUFS")
            if name == "vinyl":
                bare = meter.integrated(*common.read_audio(project.delivered(session, "before", outcome))) or 0
                tally.check("vinyl is as loud as the mix", abs(loudness - bare) < 0.5, f"{loudness:.2f}, {bare:.2f}")
                tally.check("vinyl peak", 20 * np.log10(np.max(np.abs(x))) <= -1, f"{peak:.2f}")
        tally.check(
            "it ends after its last clip and the hall",
            64 * 4 * BEAT - 1e-3 <= (seconds or 0) <= 65 * 4 * BEAT + 4,
            f"{seconds}",
        )
        before, _ = common.read_audio(project.delivered(session, "before", outcome))
        parts = sorted((project.folder / "out" / "night_drive").glob("night_drive-stems-*.wav"))
        names = [path.stem.split("-")[-1] for path in parts]
        tally.check("a stem for all that feeds main", names == ["bass", "drums", "hall", "slap", "vocals"], f"{names}")
        residual = before - sum(common.read_audio(path)[0] for path in parts)
        worst = common.decibels(np.max(np.abs(residual)))
        tally.check("stems add up to the mix", worst <= -140, f"{worst:.1f} dBFS")


if __name__ == "__main__":
    common.need_program()
    results = common.Tally("a whole session")
    check(results)
    results.finish()
