"""The formats that the delivery checks go through. A new one joins by a line here.

What the program under test does not know yet (S0204) is left out with a note, so that the list can be ahead of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import common

LATER = "S0204"  # part of the format, but not in this version


@dataclass(frozen=True)
class Format:
    """A way to deliver: its id, what a session says, its suffix; bits of an integer format, 0 of any other."""

    id: str
    text: str
    suffix: str
    bits: int = 0
    lossy: bool = False
    rate: int | None = None  # the file's, where the deliverable names one

    @property
    def line(self) -> str:
        """A deliverable."""
        return f"  {self.id}: {{{self.text}}}\n"

    @property
    def kind(self) -> str:
        """The format's name."""
        return self.text.split(",")[0].removeprefix("format: ")


FORMATS = [
    Format("wav16", "format: wav, bit_depth: 16", ".wav", 16),
    Format("wav24", "format: wav, bit_depth: 24", ".wav", 24),
    Format("wav32", "format: wav, bit_depth: 32", ".wav", 32),
    Format("wav32f", "format: wav, bit_depth: 32f", ".wav"),
    Format("aiff16", "format: aiff, bit_depth: 16", ".aiff", 16),
    Format("aiff24", "format: aiff, bit_depth: 24", ".aiff", 24),
    Format("caf16", "format: caf, bit_depth: 16", ".caf", 16),
    Format("caf24", "format: caf, bit_depth: 24", ".caf", 24),
    Format("caf32f", "format: caf, bit_depth: 32f", ".caf"),
    Format("flac16", "format: flac, bit_depth: 16", ".flac", 16),
    Format("flac24", "format: flac, bit_depth: 24", ".flac", 24),
    Format("cd", "format: wav, bit_depth: 16, sample_rate: 44.1 kHz", ".wav", 16, rate=44_100),
    Format("hires", "format: flac, bit_depth: 24, sample_rate: 96 kHz", ".flac", 24, rate=96_000),
    Format("mp3_128", "format: mp3, bitrate: 128 kbps", ".mp3", lossy=True),
    Format("mp3_192", "format: mp3, bitrate: 192 kbps", ".mp3", lossy=True),
    Format("mp3_320", "format: mp3, bitrate: 320 kbps", ".mp3", lossy=True),
    Format("mp3_v0", "format: mp3, quality: V0", ".mp3", lossy=True),
    Format("mp3_v4", "format: mp3, quality: V4", ".mp3", lossy=True),
    Format("vorbis", "format: ogg_vorbis", ".ogg", lossy=True),
    Format("vorbis_96", "format: ogg_vorbis, bitrate: 96 kbps", ".ogg", lossy=True),
    Format("opus", "format: opus, sample_rate: 48 kHz", ".opus", lossy=True, rate=48_000),
    Format("opus_64", "format: opus, bitrate: 64 kbps, sample_rate: 48 kHz", ".opus", lossy=True, rate=48_000),
    Format("opus_192", "format: opus, bitrate: 192 kbps, sample_rate: 48 kHz", ".opus", lossy=True, rate=48_000),
]


def known(tally: common.Tally, wanted: list[Format] | None = None) -> list[Format]:
    """The formats that this version takes; the others are noted, and a line that it finds wrong fails."""
    wanted = FORMATS if wanted is None else wanted
    with common.Project("formats") as project:
        project.stem("a.wav", common.np.zeros((4800, 1)) + 0.1, 48_000)
        text = "mixdown: 1\ntracks: {a: {stem: stems/a.wav}}\ndeliverables:\n" + "".join(f.line for f in wanted)
        found = common.mixdown("check", project.session("formats", text), "--json").diagnostics
    later: set[str] = set()
    for problem in found:
        if problem.get("severity") == "error":
            words = (problem.get("path") or "").split(".")
            name = words[1] if len(words) > 1 else "formats"
            if problem.get("code") != LATER:
                tally.check(f"{name} is taken", False, f"{problem.get('code')}: {problem.get('message')}")
            later.add(name)
    if later:
        tally.note(f"not in this version: {', '.join(sorted(later))}")
    return [f for f in wanted if f.id not in later]


# Target in LUFS and ceiling in dBTP of the built-in presets; None where one has none.
PRESETS: dict[str, tuple[float | None, float | None]] = {
    "streaming": (-14, -1),
    "spotify": (-14, -1),
    "apple_music": (-16, -1),
    "youtube": (-14, -1),
    "amazon_music": (-14, -2),
    "tidal": (-14, -1),
    "deezer": (-15, -1),
    "soundcloud": (-14, -1),
    "podcast": (-16, -1),
    "ebu_r128": (-23, -1),
    "atsc_a85": (-24, -2),
    "cd": (None, -0.3),
    "vinyl": (None, None),
    "club": (-8, -1),
    "streaming_loud": (-9, -1),
    "transparent": (None, -1),
}
