"""One PCM hash, whatever the threads, blocks, key order, build or processor.

    python check_determinism.py [-v] [SESSION]

The session is SESSION, else `examples/01-first-mix`, and always a generated one with every processor. Environment:
MIXDOWN_DEBUG: a debug binary to compare with. MIXDOWN_BLOCK_FRAMES is set by this script to vary the block size.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import yaml

import common
import random_sessions
import render_cases

ORDERED = {"inserts", "songs"}  # mappings whose order means something
OBJECT_CALLS = re.compile(
    r"\bU\s+_?(?:exp|exp2|log|log2|log10|pow|sin|cos|tan|tanh|atan|sqrt|floor|ceil|fma|fmod|round)f?$", re.M
)

EVERYTHING = """
mixdown: 1
sample_rate: 48000
tempo: 120
seed: 7
tail: 1.5 s
tracks:
  kick: {stem: stems/mono.wav, output: drums, level: -4, inserts: {compressor: {threshold: -22, ratio: 4:1, detector: rms}}}
  over: {stem: stems/drums.aiff, output: drums, pan: L12, width: 130 %, sends: {hall: -14, slap: {level: -18, pan: R40}}}
  lead:
    stem: stems/voice.flac
    pan: R9
    inserts:
      eq:
        bands:
          low_cut: {type: high_pass, frequency: 95 Hz, slope: 24 dB/oct}
          body: {type: bell, frequency: 260 Hz, gain: -3 dB, q: 1.2}
          presence: {type: bell, frequency: 4.2 kHz, gain: +3 dB, q: 0.8}
          shelf: {type: low_shelf, frequency: 180 Hz, gain: -2 dB}
          air: {type: high_shelf, frequency: 11 kHz, gain: +2.5 dB, q: 0.6}
          tilt: {frequency: 900 Hz, gain: +1 dB}
          notch: {frequency: 3 kHz, q: 6}
          phase: {type: all_pass, frequency: 400 Hz}
          top: {type: low_pass, frequency: 17 kHz, slope: 6}
      compressor: {threshold: -24, ratio: 3:1, lookahead: 2 ms, makeup: auto, mix: 80 %}
      dc_block: {}
    sends: {hall: {level: -9, tap: pre_fader}, plate: -12, slap: -15}
  pad: {stem: stems/stereo.wav, level: -7, inserts: {width: {width: 150 %, mono_below: 160 Hz}, limiter: {ceiling: -6 dBTP}}, sends: {room: -10}}
  hiss: {stem: stems/noise.wav, level: -30, polarity: inverted, trim: -3, output: drums}
buses:
  drums: {inserts: {compressor: {threshold: -14, attack: 30 ms, mix: 60 %}, gain: {gain: +1 dB}}, sends: {room: -16}}
  hall: {inserts: {reverb: {model: hall, decay: 2.2 s, predelay: 20 ms, low_cut: 200 Hz}}}
  room: {inserts: {reverb: {model: room, decay: 0.6 s}}}
  plate: {inserts: {reverb: {model: plate, decay: 1.4 s}}}
  slap: {inserts: {delay: {time: 1/8d, feedback: 35 %, ping_pong: true, low_cut: 150 Hz, high_cut: 6 kHz}}, sends: {hall: -10}}
main: {inserts: {glue: {type: compressor, threshold: -10, ratio: 1.5}}}
master: {loudness: {integrated: -14 LUFS, max_limiting: 20 dB}, limiter: {ceiling: -1 dBTP}, fade_in: 10 ms, fade_out: 400 ms smooth}
deliverables:
  cd: {format: wav, bit_depth: 16}
  wav: {format: wav, bit_depth: 24}
  float: {format: wav, bit_depth: 32f}
  aiff: {format: aiff, bit_depth: 24}
  flac: {format: flac, bit_depth: 24, compression: 8}
  mp3: {format: mp3, bitrate: 320 kbps}
  vbr: {format: mp3, quality: V2}
  vorbis: {format: ogg_vorbis}
  opus: {format: opus, sample_rate: 48 kHz}
"""


def shuffled(text: str, seed: int) -> str:
    """The same session with the keys of every mapping in another order, but those of inserts."""
    chance = random.Random(seed)

    def turn(node: yaml.Node, key: str = "") -> None:
        if isinstance(node, yaml.MappingNode):
            if key not in ORDERED:
                chance.shuffle(node.value)
            for name, value in node.value:
                turn(value, name.value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                turn(value)
        elif ":" in node.value:
            node.tag = "tag:yaml.org,2002:str"  # YAML 1.1 takes 4:1 for a number; quoted, it is still our ratio

    root = yaml.compose(text, Loader=yaml.SafeLoader)  # composed, never constructed: plain scalars stay plain
    assert root is not None
    turn(root)
    return yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=10_000)


class Subject:
    """One session in a project folder, rendered many ways."""

    def __init__(self, tally: common.Tally, project: common.Project, session: Path) -> None:
        self.tally, self.project, self.session = tally, project, session
        self.count = 0
        self.reference: dict[str, tuple[str, str]] = {}

    def render(
        self, title: str, session: Path | None = None, *more: str, **options: object
    ) -> dict[str, tuple[str, str]] | None:
        """PCM and file hashes by deliverable; each render gets a folder of its own, and no lock is left behind."""
        self.count += 1
        folder = self.project.folder / f"out{self.count}"
        for lock in self.project.folder.glob("*.lock"):
            lock.unlink()
        outcome = common.mixdown("render", session or self.session, "--json", "-o", folder, *more, **options)  # type: ignore[arg-type]
        if outcome.code != 0:
            self.tally.check(title, False, f"exit {outcome.code}: {outcome.reason}")
            return None
        hashes = {}
        for entry in (outcome.json or {}).get("deliverables") or []:
            files = [path for path in folder.rglob("*") if path.name == Path(entry["path"]).name]
            digest = hashlib.sha256(files[0].read_bytes()).hexdigest() if files else "no file"
            if entry.get("sha256") != digest:
                self.tally.check(
                    f"{title}: sha256 of {entry['id']}",
                    False,
                    f"{entry.get('sha256')}, the file's is {digest}",
                )
            hashes[entry["id"]] = (entry["pcm_sha256"], digest)
        if self.count == 1:
            self.reference = hashes
            self.pcm_definition(folder, outcome)
        shutil.rmtree(folder)
        return hashes

    def same(self, title: str, *arguments: object, files: bool = True, **options: object) -> None:
        """Renders again and compares with the first render; `files` compares the files' bytes too."""
        hashes = self.render(title, *arguments, **options)  # type: ignore[arg-type]
        if hashes is None:
            return
        differing = [name for name, pair in self.reference.items() if hashes.get(name, ("", ""))[0] != pair[0]]
        self.tally.check(f"{self.session.name} PCM: {title}", not differing and bool(hashes), f"differs: {differing}")
        if files:
            differing = [name for name, pair in self.reference.items() if hashes.get(name, ("", ""))[1] != pair[1]]
            self.tally.check(f"{self.session.name} files: {title}", not differing, f"differs: {differing}")

    def pcm_definition(self, folder: Path, outcome: common.Outcome) -> None:
        """The PCM hash is what the documentation says: computed anew from the lossless files."""
        for entry in (outcome.json or {}).get("deliverables") or []:
            path = folder / Path(entry["path"]).name
            if not path.is_file() or path.suffix in (".mp3", ".ogg", ".opus"):
                continue
            info = common.soundfile.info(path)
            bits = {"PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 0}[info.subtype]
            if bits:
                left_justified, _ = common.read_integers(path)
                raw = (left_justified >> (32 - bits)).astype("<i4").reshape(-1, 1).view(np.uint8)
                data = raw[:, : bits // 8].tobytes()
            else:
                data = common.soundfile.read(path, dtype="float32", always_2d=True)[0].astype("<f4").tobytes()
            names = (
                [str(bits), f"s{bits}", f"pcm_{bits}", f"pcm{bits}", f"int{bits}", f"i{bits}"]
                if bits
                else ["32f", "f32", "float32"]
            )
            found = [
                name
                for name in names
                if hashlib.sha256(
                    f"mixdown-pcm 1\n{info.samplerate} {info.channels} {name} {info.frames}\n".encode() + data
                ).hexdigest()
                == entry["pcm_sha256"]
            ]
            self.tally.check(f"PCM hash of {entry['id']} as defined", bool(found), f"as none of {names}")
            if found and found[0] != names[0]:
                self.tally.note(f"PCM hash of {entry['id']}: the format is called {found[0]!r} in the header")


def examine(tally: common.Tally, project: common.Project, session: Path, emulated: bool) -> None:
    """Everything that must not matter."""
    subject = Subject(tally, project, session)
    if not subject.render("first render"):
        return
    subject.same("again")
    for jobs in (1, 2, 8):
        subject.same(f"--jobs {jobs}", None, "--jobs", str(jobs))
    for frames in (64, 1000, 16_384):
        subject.same(f"blocks of {frames}", environment={"MIXDOWN_BLOCK_FRAMES": str(frames)})
    text = session.read_text(encoding="utf-8")
    for seed in range(3):
        # The same file name, so that default output names and titles stay: only the order differs.
        # Where `../` means the same: beside the session's folder, when that is no project of its own.
        outer = session.parent if session.parent == project.folder else session.parent.parent
        other = outer / f"order{seed}"
        other.mkdir()
        for item in session.parent.iterdir():
            if item.name != ".mixdown" and not item.name.startswith(("order", "out")) and item != session:
                (other / item.name).symlink_to(item)
        path = other / session.name
        path.write_text(shuffled(text, seed), encoding="utf-8")
        subject.same(f"keys shuffled ({seed})", path)
        shutil.rmtree(other)
    subject.same("without FMA and AVX2", environment={"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2"})
    subject.same("another locale and time zone", environment={"LC_ALL": "C", "TZ": "Pacific/Chatham"})
    debug = os.environ.get("MIXDOWN_DEBUG")
    if debug:
        subject.same("debug build", binary=Path(debug).resolve(), timeout=3600)
    else:
        tally.note("MIXDOWN_DEBUG is not set: no debug build compared")
    if shutil.which("qemu-x86_64") and emulated:
        # libmp3lame and libFLAC may choose other code on another CPU; the promise for files is the same library.
        subject.same("qemu Nehalem", before=["qemu-x86_64", "-cpu", "Nehalem"], files=False, timeout=3600)
    elif emulated:
        tally.note("qemu-x86_64 is not installed (package qemu-user)")


def undefined_symbols(tally: common.Tally) -> None:
    """No libm symbol in the DSP object (point 3)."""
    objects = sorted(program_objects())
    if not objects:
        tally.note("no DSP object files beside the program: libm symbols not looked for")
        return
    for path in objects:
        listing = subprocess.run(["nm", "-u", str(path)], capture_output=True, text=True, check=False).stdout
        found = OBJECT_CALLS.findall(listing)
        names = [line.split()[-1] for line in listing.splitlines() if OBJECT_CALLS.search(line)]
        tally.check(f"no libm in {path.name}", not found, f"{names}")


def program_objects() -> list[Path]:
    """The object files of the DSP target beside the program."""
    return list(common.program().resolve().parent.glob("DSP.build/**/*.o"))


if __name__ == "__main__":
    common.need_program()
    results = common.Tally("determinism")
    with common.Project("determinism") as everything:
        render_cases.write_stems(everything.folder / "stems")
        examine(results, everything, everything.session("everything", EVERYTHING), True)
    given = argparse.ArgumentParser()
    given.add_argument("--seeds", default="1..40", help="random sessions, A..B; 0..0 for none")
    given.add_argument("--quick", action="store_true", help="one example, four random sessions, no emulation of them")
    options = given.parse_args()
    examples = common.REPOSITORY / "examples"
    sessions = sorted(examples.glob("*/*.mix.yaml"))[: 1 if options.quick else None]
    with common.Project("determinism") as copy:
        ignored = shutil.ignore_patterns("renders", "*.lock")
        shutil.copytree(examples, copy.folder, dirs_exist_ok=True, ignore=ignored)
        for source in sessions:
            examine(results, copy, copy.folder / source.parent.name / source.name, not options.quick)
    first, last = (int(word) for word in options.seeds.split(".."))
    for seed in range(max(1, first), (4 if options.quick else last) + 1):
        with common.Project("determinism") as random_project:
            drawn = random_sessions.Draw(seed)
            drawn.write_stems(random_project.folder / "stems")
            session = random_project.session(f"seed{seed}", drawn.text())
            examine(results, random_project, session, not options.quick)
    undefined_symbols(results)
    results.finish()
