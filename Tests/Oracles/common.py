"""What the oracles share: the program under test, projects on disk, audio files, and the tally of results.

The program is found by the environment variable MIXDOWN (default `.build/release/mixdown` in this repository).
Nothing here knows how it works inside: sessions go in as text, files and JSON come out.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

REPOSITORY = Path(__file__).resolve().parents[2]


def program() -> Path:
    """The program under test, as an absolute path."""
    path = Path(os.environ.get("MIXDOWN", ".build/release/mixdown"))
    return path if path.is_absolute() else REPOSITORY / path


def need_program() -> None:
    """Ends the run with one clear line when there is no program to test."""
    if not os.access(program(), os.X_OK):
        sys.exit(f"no program at {program()}: build a release, or set MIXDOWN to its path")


@dataclass
class Outcome:
    """How one run of the program ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any] | None:
        """The object on standard output, or None when there is none."""
        try:
            value = json.loads(self.stdout)
        except json.JSONDecodeError:
            return None
        return value if isinstance(value, dict) else None

    @property
    def diagnostics(self) -> list[dict[str, Any]]:
        """The diagnostics of `render --json` or `check --json`, of all files, in their order."""
        answer = self.json or {}
        found = list(answer.get("diagnostics") or [])
        for file in answer.get("files") or []:
            found += file.get("diagnostics") or []
        return found

    @property
    def reason(self) -> str:
        """One line that says why it failed, for the tally."""
        errors = [d for d in self.diagnostics if d.get("severity") == "error"]
        if errors:
            return " · ".join(f"{d.get('code')}: {d.get('message')}" for d in errors[:3])
        lines = [line for line in self.stderr.strip().splitlines() if line.strip()]
        return lines[0] if lines else "(nothing said)"


def mixdown(
    *arguments: str | Path,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
    before: Sequence[str] = (),
    binary: Path | None = None,
    timeout: float = 600,
) -> Outcome:
    """Runs the program; `before` puts words in front of it (an emulator, `nice`)."""
    words = [*before, str(binary or program()), *map(str, arguments)]
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
    )
    return Outcome(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


class Project:
    """A folder with stems and sessions that is its own root and vanishes after use.

    Set KEEP_ORACLE_FILES=1 to leave it in place and have its path printed.
    """

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"oracle-{name}-"))
        (self.folder / ".mixdown").touch()
        (self.folder / "stems").mkdir()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        if os.environ.get("KEEP_ORACLE_FILES"):
            print(f"files kept in {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def stem(self, name: str, samples: np.ndarray, rate: int, subtype: str = "PCM_24") -> str:
        """Writes `stems/NAME` (its suffix names the container) and returns the path a session says."""
        soundfile.write(self.folder / "stems" / name, samples, rate, subtype=subtype)
        return f"stems/{name}"

    def session(self, name: str, text: str) -> Path:
        """Writes NAME.mix.yaml and returns its path."""
        path = self.folder / f"{name}.mix.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def render(self, session: Path, *more: str, **options: Any) -> Outcome:
        """Renders into `out/NAME` with `--json`, without a report; the files are found by `delivered`."""
        name = session.name.removesuffix(".mix.yaml")
        return mixdown("render", session, "--json", "--no-report", "-o", self.folder / "out" / name, *more, **options)

    def delivered(self, session: Path, identifier: str, outcome: Outcome | None = None) -> Path:
        """The file of one deliverable: from the JSON when it names it, else by the default name."""
        for entry in ((outcome and outcome.json) or {}).get("deliverables") or []:
            if entry.get("id") == identifier and entry.get("path"):
                path = Path(entry["path"])
                for base in (Path.cwd(), session.parent):
                    if (base / path).is_file():
                        return base / path
        name = session.name.removesuffix(".mix.yaml")
        found = sorted((self.folder / "out" / name).glob(f"{name}-{identifier}.*"))
        if not found:
            raise FileNotFoundError(f"no file for the deliverable {identifier} of {session.name}")
        return found[0]


def read_audio(path: Path) -> tuple[np.ndarray, int]:
    """All frames as float64, shape (frames, channels), integers scaled by 2^(bits−1), and the rate."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    return samples, rate


def read_integers(path: Path) -> tuple[np.ndarray, int]:
    """All frames as int32, left-justified, shape (frames, channels), and the rate."""
    samples, rate = soundfile.read(path, dtype="int32", always_2d=True)
    return samples, rate


def write_extensible(path: Path, samples: np.ndarray, rate: int, mask: int) -> None:
    """A 24-bit WAVE_FORMAT_EXTENSIBLE file with a channel mask (which libsndfile does not let one choose)."""
    frames, channels = samples.shape
    codes = np.clip(np.floor(samples * 2**23 + 0.5), -(2**23), 2**23 - 1).astype("<i4")
    data = codes.reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    guid = struct.pack("<IHH8s", 1, 0, 0x10, bytes.fromhex("800000aa00389b71"))
    form = struct.pack("<HHIIHHHHI", 0xFFFE, channels, rate, rate * channels * 3, channels * 3, 24, 22, 24, mask) + guid
    pad = b"\0" * (len(data) % 2)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data + pad
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)


def amplitude(decibels: float) -> float:
    """10^(dB/20)."""
    return 10.0 ** (decibels / 20.0)


def decibels(value: float | np.floating) -> float:
    """20 log10 of an amplitude; −inf for zero."""
    return 20.0 * float(np.log10(value)) if value > 0 else -np.inf


@dataclass
class Tally:
    """Counts and prints results; `finish` ends the script with 0, or 1 when anything failed."""

    title: str
    verbose: bool = field(default_factory=lambda: "-v" in sys.argv)
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def check(self, name: str, good: bool | np.bool_, detail: str = "") -> bool:
        """Records one result."""
        if good:
            self.passed += 1
            if self.verbose:
                print(f"  ok    {name}  {detail}", flush=True)
        else:
            self.failures.append(name)
            print(f"  FAIL  {name}  {detail}", flush=True)
        return bool(good)

    def expect(self, name: str, passed: bool, detail: str = "") -> bool:
        """What is noted, not judged, when it does not hold: parts of later versions, and oracles out of their depth."""
        if passed:
            return self.check(name, passed, detail)
        self.note(f"{name}: {detail}")
        return False

    def note(self, text: str) -> None:
        """Something worth reading that is neither good nor bad."""
        self.notes.append(text)
        print(f"  note  {text}", flush=True)

    def say(self, text: str) -> None:
        """A line of the report."""
        print(f"  {text}", flush=True)

    def finish(self) -> None:
        """Prints the sum and exits."""
        print(f"{self.title}: {self.passed} passed, {len(self.failures)} failed, {len(self.notes)} notes")
        sys.exit(1 if self.failures else 0)
