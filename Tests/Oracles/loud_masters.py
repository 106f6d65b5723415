"""Loud masters: what it costs to bring four mixes to −14, −9 and −7 LUFS, for Mixdown and for the limiters of others.

    python loud_masters.py [--only NAME,…] [--mixes NAME,…] [--targets -14,-9,-7] [--seconds 24] [--markdown] [--bounds]

Every limiter gets the same mix in 32-bit float and the gain with which its output has the target, found by secants,
and is asked for a ceiling of −1 dBTP (−1 dBFS where it knows no true peak). Then output and input are compared:

- *over*: true peak above the ceiling, dB (16-fold, 256 taps).
- *tips*: the greatest reduction at any time; *heard*: the greatest mean over 50 ms; *mean*: over the whole mix, dB.
- *ripple*: the gain's own movement from 2 to 10 Hz, RMS, dB: what is heard as pumping.
- *onset*: by how much less the first 20 ms of an onset stand out of the 300 ms around them, mean over the onsets, dB.
- *THD*: of 50 Hz, 6 dB into limiting; *IMD*: of 7 kHz at a quarter of such a 50 Hz, sidebands up to 500 Hz away, dB;
  *pulse*: time until a lone frame of +12 dB is back to −3 dB, ms.

Others are run with their own defaults, apart from the ceiling; what makes louder or levels by itself is off. The LV2
plugins (Debian: lsp-plugins-lv2, x42-plugins, calf-plugins) run inside ffmpeg's `lv2` filter; Matchering's limiter is
called from Python (`pip install matchering`). What is not found is said and left out. `--bounds` fails when Mixdown
misses its own bounds.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

import common
import meter
import mixes
import peaks

RATE = 48_000
CEILING = -1.0
STEP = RATE // 1000
MISS = 0.03  # LU that a found gain may be off
CLIPPED = "-1 dB"  # the clipper of the presets `club` and `streaming_loud`


@dataclass
class Tool:
    """A limiter: what it is called, and what it makes of samples at a gain in dB."""

    name: str
    run: Callable[[np.ndarray, float], np.ndarray]


# -- the limiters ------------------------------------------------------------------------------------------------


def through_ffmpeg(chain: str) -> Callable[[np.ndarray, float], np.ndarray]:
    """An ffmpeg filter between two files of 32-bit float."""

    def run(x: np.ndarray, gain: float) -> np.ndarray:
        with tempfile.TemporaryDirectory() as folder:
            before, after = Path(folder) / "a.wav", Path(folder) / "b.wav"
            # Some plugins fade in when they begin; a second of silence at the end pushes the latency out.
            silence = np.zeros((RATE, 2))
            padded = np.concatenate([silence, x * common.amplitude(gain), silence])
            soundfile.write(before, padded, RATE, subtype="FLOAT")
            words = ["ffmpeg", "-v", "error", "-y", "-i", str(before), "-af", chain, "-c:a", "pcm_f32le", str(after)]
            done = subprocess.run(words, capture_output=True, text=True)
            if done.returncode or not after.exists():
                raise RuntimeError(done.stderr.strip().splitlines()[0] if done.stderr.strip() else "ffmpeg failed")
            return soundfile.read(after, always_2d=True)[0][RATE:]

    return run


def through_matchering() -> Callable[[np.ndarray, float], np.ndarray]:
    """Matchering's limiter; it is imported here because it is large and not everybody has it."""
    import scipy.ndimage

    # It asks for a name that newer releases of scipy no longer have.
    sys.modules.setdefault("scipy.ndimage.filters", scipy.ndimage)
    from matchering import Config
    from matchering.limiter import limit

    settings = Config(internal_sample_rate=RATE, threshold=common.amplitude(CEILING))
    return lambda x, gain: limit(x * common.amplitude(gain), settings)


def through_mixdown(master: str) -> Callable[[np.ndarray, float], np.ndarray]:
    """Mixdown, as a session with one stem and no dither; `master.gain` is the gain."""

    def run(x: np.ndarray, gain: float) -> np.ndarray:
        with common.Project("loud") as project:
            project.stem("mix.wav", x * common.amplitude(gain), RATE, "FLOAT")
            session = project.session(
                "loud",
                f"mixdown: 1\nsample_rate: {RATE}\ntail: none\ntracks: {{mix: {{stem: stems/mix.wav}}}}\n"
                f"master: {{{master}limiter: {{ceiling: {CEILING:g} dBTP}}}}\n"
                "deliverables: {out: {format: wav, bit_depth: 32f}}\n",
            )
            outcome = project.render(session)
            if outcome.code:
                raise RuntimeError(outcome.reason)
            return common.read_audio(project.delivered(session, "out", outcome))[0]

    return run


def tools() -> tuple[list[Tool], list[str]]:
    """The limiters that are here, and a line for each that is not."""
    found = [
        Tool("Mixdown", through_mixdown("")),
        Tool("Mixdown, clipper", through_mixdown(f"clipper: {{ceiling: {CLIPPED}}}, ")),
    ]
    missing = []
    # What a target costs at the very least: it takes the same gain whoever holds the peaks.
    bound = common.amplitude(CEILING)
    found.append(Tool("every sample clipped", lambda x, gain: np.clip(x * common.amplitude(gain), -bound, bound)))
    limit = common.amplitude(CEILING)
    if shutil.which("ffmpeg"):
        found.append(Tool("ffmpeg alimiter", through_ffmpeg(f"alimiter=limit={limit}:level=false")))
        plugins = {
            "LSP": f"http\\\\://lsp-plug.in/plugins/lv2/limiter_stereo:c=th={limit}|boost=0|alr=0",
            "x42 dpl": f"http\\\\://gareus.org/oss/lv2/dpl#stereo:c=threshold={CEILING}|truepeak=1",
            "Calf": f"http\\\\://calf.sourceforge.net/plugins/Limiter:c=limit={limit}|auto_level=0",
        }
        for name, plugin in plugins.items():
            tool = Tool(name, through_ffmpeg(f"lv2=p={plugin}"))
            try:
                if len(tool.run(np.zeros((RATE, 2)), 0)):
                    found.append(tool)
            except RuntimeError as error:
                missing.append(f"{name}: {error}")
    else:
        missing.append("ffmpeg, and with it the LV2 plugins: no such program")
    try:
        found.append(Tool("Matchering", through_matchering()))
    except ImportError as error:
        missing.append(f"Matchering: {error}")
    return found, missing


# -- the mixes ---------------------------------------------------------------------------------------------------


def summed(mix: mixes.Mix) -> np.ndarray:
    """A mix of `mixes.py` with its faders; pans do not matter here."""
    out = np.zeros(1)
    for stem in mix.stems.values():
        x = np.repeat(stem.samples, 2, axis=1) if stem.samples.shape[1] == 1 else stem.samples
        level = re.search(r"level: ([-+\d.]+)", stem.strip)
        out = out + x * common.amplitude(float(level[1]) if level else 0)
    return out


def example(seconds: float) -> np.ndarray:
    """Example 01 as it enters the limiter, its loudest stretch."""
    source = common.REPOSITORY / "examples/01-first-mix"
    with common.Project("loud") as project:
        folder = project.folder / "song"
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("renders"))
        if not list((folder / "stems").glob("*.flac")):
            subprocess.run([sys.executable, "score.py"], cwd=folder, check=True, capture_output=True)
        outcome = common.mixdown(
            "render", folder / "first-mix.mix.yaml", "--json", "--no-report", "-o", project.folder / "out",
            "--set", "master.loudness=none", "--set", "master.limiter=none",
            "--set", "deliverables.wav.bit_depth=32f", "--only", "wav",
        )  # fmt: skip
        if outcome.code:
            sys.exit(f"example 01: {outcome.reason}")
        found = sorted((project.folder / "out").rglob("*.wav"))
        x, rate = common.read_audio(found[0])
    if rate != RATE:
        x = signal.resample_poly(x, RATE, rate)
    count = min(len(x), int(seconds * RATE))
    energy = np.concatenate([[0.0], np.cumsum((x * x).sum(axis=1))])
    start = int(np.argmax(energy[count:] - energy[:-count]))
    return x[start : start + count]


def programme(names: list[str], seconds: float) -> dict[str, np.ndarray]:
    """The mixes by name: example 01, a sparse, a dense and a drum-heavy one."""
    makers: dict[str, Callable[[], np.ndarray]] = {
        "example 01": lambda: example(seconds),
        "sparse": lambda: signal.resample_poly(summed(mixes.piano(seconds)), 160, 147),
        "dense": lambda: summed(mixes.rock(seconds)),
        "drums": lambda: summed(mixes.drums(seconds)),
    }
    return {name: makers[name]() for name in makers if name in names or not names}


# -- measuring ---------------------------------------------------------------------------------------------------


def level(values: np.ndarray) -> np.ndarray:
    """dB of amplitudes, bounded below."""
    return 20 * np.log10(np.maximum(values, 1e-9))


def blocks(x: np.ndarray) -> np.ndarray:
    """Milliseconds of a signal, (blocks, frames)."""
    x = x if x.ndim == 2 else x[:, None]
    count = len(x) // STEP
    return x[: count * STEP].reshape(count, STEP, -1)


def course(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gain of every millisecond in dB, by energy; where nothing sounds, the one before."""
    before, after = ((blocks(z) ** 2).sum(axis=(1, 2)) for z in (x, y))
    heard = before > 1e-6 * np.max(before)
    gain = 10 * np.log10(np.where(heard, np.maximum(after, 1e-15) / np.maximum(before, 1e-15), 1))
    last = np.maximum.accumulate(np.where(heard, np.arange(len(gain)), 0))
    return gain[last]


def tips(x: np.ndarray, y: np.ndarray) -> float:
    """The greatest reduction of a peak: of the milliseconds whose peak is over the ceiling."""
    before, after = (np.abs(blocks(z)).max(axis=(1, 2)) for z in (x, y))
    over = before > common.amplitude(CEILING)
    return float(np.max((level(before) - level(after))[over])) if over.any() else 0.0


def windows(values: np.ndarray, count: int) -> np.ndarray:
    """Running means."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    return (total[count:] - total[:-count]) / count


def ripple(gain: np.ndarray) -> float:
    """RMS of a gain's movement between 2 and 10 Hz."""
    sections = signal.butter(2, [2, 10], "bandpass", fs=1000, output="sos")
    return float(np.std(signal.sosfiltfilt(sections, gain)))


def onsets(x: np.ndarray) -> np.ndarray:
    """Where onsets are, in steps of 2 ms: the energy of 10 ms is 5 dB over that of the 100 ms before."""
    energy = blocks(x)
    energy = (energy[: len(energy) // 2 * 2] ** 2).sum(axis=(1, 2)).reshape(-1, 2).mean(axis=1)
    fast = np.convolve(energy, np.ones(5) / 5)[4 : 4 + len(energy)]
    slow = np.concatenate([np.zeros(50), np.convolve(energy, np.ones(50) / 50)[: len(energy)]])[: len(energy)]
    found = signal.find_peaks(10 * np.log10((fast + 1e-9) / (slow + 1e-9)), height=5, distance=40)[0]
    return found[(found > 60) & (found < len(energy) - 120)]


def standing_out(x: np.ndarray, places: np.ndarray) -> np.ndarray:
    """By how much the 20 ms from each onset stand out of the 300 ms around it, dB."""
    energy = blocks(x)
    energy = (energy[: len(energy) // 2 * 2] ** 2).sum(axis=(1, 2)).reshape(-1, 2).mean(axis=1)
    total = np.concatenate([[0.0], np.cumsum(energy)])
    near = (total[places + 10] - total[places]) / 10
    around = (total[places + 100] - total[places - 50]) / 150
    return 10 * np.log10(near / around)


def latency(tool: Tool) -> int:
    """Frames from input to output, by a quiet click."""
    click = np.zeros((RATE, 2))
    click[RATE // 2] = 0.25
    return int(np.argmax(np.abs(tool.run(click, 0)[:, 0]))) - RATE // 2


def aligned(y: np.ndarray, lag: int, count: int) -> np.ndarray:
    """The output without its latency, as long as the input."""
    y = y[lag : lag + count]
    return np.concatenate([y, np.zeros((count - len(y), 2))])


def spectrum(tool: Tool, lag: int, x: np.ndarray) -> np.ndarray:
    """Amplitudes at whole hertz of the last second but one of what a tool makes of a signal."""
    y = aligned(tool.run(np.column_stack([x, x]), 0), lag, len(x))[-2 * RATE : -RATE, 0]
    return np.abs(np.fft.rfft(y))


def steady(tool: Tool, lag: int) -> tuple[float, float, float]:
    """THD and IMD in dB, and the time a lone pulse takes in ms."""
    time = np.arange(5 * RATE) / RATE
    over = common.amplitude(CEILING + 6)
    tone = spectrum(tool, lag, over * np.sin(2 * np.pi * 50 * time))
    fundamental, tone[46:55] = tone[50], 0
    thd = level(np.sqrt((tone[1:20_000] ** 2).sum()) / fundamental)
    bass, treble = np.sin(2 * np.pi * 50 * time), np.sin(2 * np.pi * 7000 * time)
    both = spectrum(tool, lag, over * (0.8 * bass + 0.2 * treble))
    carrier, both[6996:7005] = both[7000], 0
    imd = level(np.sqrt((both[6500:7501] ** 2).sum()) / carrier)
    pulse = np.full(2 * RATE, 0.01)
    pulse[RATE] = common.amplitude(CEILING + 12)
    y = aligned(tool.run(np.column_stack([pulse, pulse]), 0), lag, len(pulse))[RATE + 1 :, 0]
    low = np.flatnonzero(y < 0.01 * common.amplitude(-3))
    return float(thd), float(imd), float(low[-1] + 1) / STEP if len(low) else 0.0


@dataclass
class Cost:
    """What a master cost."""

    over: float
    tips: float
    heard: float
    mean: float
    ripple: float
    onset: float


def loudness_of(x: np.ndarray) -> float:
    """Integrated, LUFS."""
    found = meter.integrated(x, RATE)
    return -70.0 if found is None else found


def master(tool: Tool, lag: int, x: np.ndarray, target: float) -> tuple[float, Cost]:
    """The loudness reached, and what it cost."""
    gain, slope = target - loudness_of(x), 1.0
    previous: tuple[float, float] | None = None
    for _ in range(14):
        y = aligned(tool.run(x, gain), lag, len(x))
        loudness = loudness_of(y)
        if abs(target - loudness) < MISS or gain > 40:
            break
        if previous and abs(gain - previous[0]) > 1e-3:
            slope = min(1.0, max(0.15, (loudness - previous[1]) / (gain - previous[0])))
        previous = gain, loudness
        gain += (target - loudness) / slope
    louder = x * common.amplitude(gain)
    g = course(louder, y)
    places = onsets(louder)
    lost = standing_out(louder, places) - standing_out(y, places)
    return loudness, Cost(
        over=peaks.true_peak(y) - CEILING,
        tips=tips(louder, y),
        heard=float(np.max(windows(-g, 50))),
        mean=float(np.mean(-g)),
        ripple=ripple(g),
        onset=float(np.mean(lost)) if len(places) else 0.0,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="")
    parser.add_argument("--mixes", default="")
    parser.add_argument("--targets", default="-14,-9,-7")
    parser.add_argument("--seconds", type=float, default=24)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--bounds", action="store_true")
    arguments = parser.parse_args()
    common.need_program()
    wanted = [word.strip().lower() for word in arguments.only.split(",") if word.strip()]
    found, missing = tools()
    chosen = [tool for tool in found if not wanted or any(word in tool.name.lower() for word in wanted)]
    songs = programme([word.strip() for word in arguments.mixes.split(",") if word.strip()], arguments.seconds)
    tally = common.Tally("loud masters")
    for line in missing:
        tally.note(f"not here: {line}")
    show = Table(arguments.markdown)
    lags = {}
    show.head("limiter", "THD 50 Hz, dB", "IMD 50 Hz + 7 kHz, dB", "pulse, ms")
    for tool in chosen:
        lags[tool.name] = latency(tool)
        thd, imd, pulse = steady(tool, lags[tool.name])
        show.row(tool.name, f"{thd:.0f}", f"{imd:.0f}", f"{pulse:.1f}")
        if arguments.bounds and tool.name == "Mixdown":
            tally.check("THD", thd <= -80, f"{thd:.1f}")
            tally.check("IMD", imd <= -80, f"{imd:.1f}")
            tally.check("pulse", pulse <= 10, f"{pulse:.1f} ms")
    for target in [float(word) for word in arguments.targets.split(",")]:
        show.title(f"{target:g} LUFS")
        show.head("mix", "limiter", "over", "tips", "heard", "mean", "ripple", "onset")
        for name, song in songs.items():
            for tool in chosen:
                loudness, cost = master(tool, lags[tool.name], song, target)
                reached = "" if abs(loudness - target) < 0.1 else f" (reaches {loudness:.1f})"
                show.row(
                    name, tool.name + reached, f"{cost.over:+.2f}", f"{cost.tips:.1f}", f"{cost.heard:.1f}",
                    f"{cost.mean:.2f}", f"{cost.ripple:.2f}", f"{cost.onset:+.2f}",
                )  # fmt: skip
                if arguments.bounds and tool.name.startswith("Mixdown"):
                    judge(tally, f"{name}, {target:g}, {tool.name}", cost, target, "clipper" in tool.name)
    tally.finish()


def judge(tally: common.Tally, name: str, cost: Cost, target: float, clips: bool) -> None:
    """Mixdown's own bounds; what is heard is what bounds a limiter, see docs/loud-masters.md."""
    tally.check(f"{name}: true peak", cost.over <= 0, f"{cost.over:+.2f}")
    if target == -9 and not clips and "sparse" not in name:
        tally.check(f"{name}: heard", cost.heard <= 7.7, f"{cost.heard:.2f}")
        tally.check(f"{name}: mean", cost.mean <= 1.5, f"{cost.mean:.2f}")
        tally.check(f"{name}: ripple", cost.ripple <= 0.75, f"{cost.ripple:.2f}")
    if clips and "sparse" not in name:
        tally.check(f"{name}: onset", cost.onset <= 0.5, f"{cost.onset:.2f}")


class Table:
    """Prints rows as text or as Markdown."""

    def __init__(self, markdown: bool) -> None:
        self.markdown = markdown

    def title(self, text: str) -> None:
        print(f"\n### {text}\n" if self.markdown else f"\n{text}")

    def head(self, *words: str) -> None:
        self.row(*words)
        if self.markdown:
            print("|" + "---|" * len(words))

    def row(self, *words: str) -> None:
        if self.markdown:
            print("| " + " | ".join(words) + " |", flush=True)
            return
        line = "".join(f"{word:24}" for word in words[:2]) + "".join(f"{word:>9}" for word in words[2:])
        print(line, flush=True)


if __name__ == "__main__":
    main()
