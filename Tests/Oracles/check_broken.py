"""Broken sessions and hostile files.

`broken/` holds one session a problem (and some with many); `broken/expected.json` says for each how many errors there
are, where each may be reported (line and column, from 1, in code points; several places where more than one is
right), the letters its code may begin with, the code itself once it is settled (null:
not compared), and the exit code of `render` (2, or 3 for inputs that are missing). `check` must exit with 1, `render`
must write nothing.

    python check_broken.py [-v] [NAME…] [--record]     --record fills the codes of expected.json with those found
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import common
import stems as make

HERE = Path(__file__).parent / "broken"
KEYS = {"code", "severity", "message", "file", "line", "column", "end_line", "end_column", "path", "hints"}
SECONDS, KILOBYTES = 0.2, 50 * 1024


def write_inputs(folder: Path) -> None:
    """What the broken sessions refer to; `secret.wav` lies outside the project."""
    stems = folder / "stems"
    stems.mkdir(exist_ok=True)
    half = 24_000

    def put(path: Path, samples: np.ndarray, rate: int = 48_000) -> None:
        common.soundfile.write(path, samples, rate, subtype="PCM_24")

    put(stems / "tone.wav", make.noise(1, half, 2))
    put(stems / "mono.wav", make.noise(2, half))
    put(stems / "four.wav", make.noise(3, half, 4))
    put(stems / "ninety_six.wav", make.noise(4, half, 2), 96_000)
    put(folder.parent / "secret.wav", make.noise(5, half, 2))
    (stems / "text.wav").write_text("This is no audio.\n" * 20)
    (stems / "pointer.wav").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0123456789abcdef' * 4}\nsize 1234567\n"
    )
    (stems / "link.wav").symlink_to("../../secret.wav")
    (folder / ".mixdown").touch()


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below a folder with its size and time, to show that nothing was written."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
        if not path.is_dir()
    }


def errors_of(outcome: common.Outcome) -> list[dict[str, Any]]:
    """The errors among the diagnostics."""
    return [d for d in outcome.diagnostics if d.get("severity") == "error"]


def place(diagnostic: dict[str, Any]) -> list[int]:
    """Line and column."""
    return [diagnostic.get("line", 0), diagnostic.get("column", 0)]


def matched(problems: list[dict[str, Any]], errors: list[dict[str, Any]]) -> tuple[list[str], list[int | None]]:
    """What is wrong with the errors found, and which error answers which problem."""
    faults: list[str] = []
    left = list(range(len(errors)))
    answers: list[int | None] = []
    for problem in problems:
        here = [i for i in left if place(errors[i]) in problem["places"]]
        if not here:
            faults.append(f"no error for {problem['about']!r} at {problem['places']}")
            answers.append(None)
            continue
        right = [i for i in here if str(errors[i].get("code", "?"))[:1] in problem["phase"]]
        found = (right or here)[0]
        left.remove(found)
        answers.append(found)
        code = errors[found].get("code")
        if not right:
            faults.append(f"{problem['about']}: code {code}, expected one of phase {problem['phase']}")
        elif problem["code"] is not None and code != problem["code"]:
            faults.append(f"{problem['about']}: code {code}, expected {problem['code']}")
    faults += [f"not expected: {place(errors[i])} {errors[i].get('code')} {errors[i].get('message')}" for i in left]
    return faults, answers


def sessions(tally: common.Tally, folder: Path, wanted: list[str], record: bool) -> None:
    """Every session of `broken/`."""
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    shapes_seen = False
    for name, entry in expected.items():
        if wanted and not any(word in name for word in wanted):
            continue
        path = folder / f"{name}.mix.yaml"
        before = listing(folder.parent)
        checked = common.mixdown("check", path, "--json", cwd=folder)
        rendered = common.mixdown("render", path, "-o", folder / "out", cwd=folder)
        plain = common.mixdown("render", path, cwd=folder)
        errors = errors_of(checked)
        faults, answers = matched(entry["problems"], errors)
        if not checked.json:
            faults = [f"no JSON: {checked.stdout[:80]!r} {checked.stderr[:160]!r}"]
        tally.check(f"{name}: diagnostics", not faults, " | ".join(faults))
        tally.check(f"{name}: check exits with 1", checked.code == 1, f"{checked.code}")
        wants = entry["render"]
        tally.check(
            f"{name}: render exits with {wants}",
            rendered.code == plain.code == wants,
            f"{rendered.code} {plain.code}",
        )
        after = listing(folder.parent)
        tally.check(f"{name}: nothing written", before == after, f"{sorted(set(after) ^ set(before))}")
        tally.check(f"{name}: no output folder", not (folder / "out").exists() and not (folder / "renders").exists())
        for leftover in ("out", "renders"):
            shutil.rmtree(folder / leftover, ignore_errors=True)
        if errors and not shapes_seen:
            shapes_seen = True
            tally.check("a diagnostic has the documented keys", set(errors[0]) >= KEYS, f"{sorted(errors[0])}")
            human = common.mixdown("check", path, cwd=folder)
            tally.check("human text has a caret", "^" in human.stdout + human.stderr)
            short = common.mixdown("check", path, "--format", "short", cwd=folder)
            pattern = r"^.+?:\d+:\d+: (error|warning|note)\[[A-Z]\d+\]: .+"
            tally.check("short text", re.search(pattern, short.stdout, re.M), f"{short.stdout[:120]!r}")
        for problem, answer in zip(entry["problems"], answers):
            if record and answer is not None and not faults:
                problem["code"] = errors[answer]["code"]
    if record:
        (HERE / "expected.json").write_text(compact(expected), encoding="utf-8")


def compact(expected: dict[str, Any]) -> str:
    """expected.json with a problem a line."""
    blocks = []
    for name, entry in expected.items():
        lines = ",\n".join("      " + json.dumps(problem, ensure_ascii=False) for problem in entry["problems"])
        blocks.append(
            f'  {json.dumps(name)}: {{\n    "render": {entry["render"]},\n    "problems": [\n{lines}\n    ]\n  }}'
        )
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def clean(tally: common.Tally, folder: Path) -> None:
    """A good session has no errors: else the tests above prove little. A warning does not fail."""
    good = folder / "good.mix.yaml"
    good.write_text(
        'mixdown: 1\nx-note: {any: [thing]}\nmetadata:\n  title: "Größe"\n  comment: Take #2\n'
        "tracks: {a: {stem: stems/tone.wav, level: −3 dB, pan: -20}}\n"
        "deliverables: {out: {format: wav, bit_depth: 16}}\n",
        encoding="utf-8",
    )
    outcome = common.mixdown("check", good, "--json", cwd=folder)
    tally.check("a good session: exit 0", outcome.code == 0, outcome.reason)
    warned = [d for d in outcome.diagnostics if d.get("severity") == "warning" and d.get("line") == 5]
    tally.check("`Take #2` unquoted is a warning", len(warned) >= 1, f"{outcome.diagnostics}")
    sixty = "".join(f"  t{n:02}: {{stem: stems/tone.wav, level: loud}}\n" for n in range(60))
    (folder / "sixty.mix.yaml").write_text(f"mixdown: 1\ntracks:\n{sixty}")
    outcome = common.mixdown("check", folder / "sixty.mix.yaml", "--json", cwd=folder)
    notes = [d for d in outcome.diagnostics if d.get("severity") == "note" and "10" in str(d.get("message"))]
    tally.check(
        "60 errors: 50 and a count",
        len(errors_of(outcome)) == 50 and len(notes) == 1,
        f"{len(errors_of(outcome))} errors",
    )
    outcome = common.mixdown("check", folder / "good.mix.yaml", folder / "u_level.mix.yaml", "--json", cwd=folder)
    files = (outcome.json or {}).get("files", [])
    tally.check(
        "check of two files",
        outcome.code == 1 and len(files) == 2,
        f"exit {outcome.code}, {len(files)} files",
    )
    outcome = common.mixdown("check", "nowhere.mix.yaml", cwd=folder)
    tally.check("a session that is missing", outcome.code in (1, 3), f"exit {outcome.code}")
    outcome = common.mixdown("render", "nowhere.mix.yaml", cwd=folder)
    tally.check("render of a session that is missing exits with 3", outcome.code == 3, f"exit {outcome.code}")
    outcome = common.mixdown("render", "--no-such-option", cwd=folder)
    tally.check("bad usage exits with 2", outcome.code == 2, f"exit {outcome.code}")


def damaged(tally: common.Tally, folder: Path) -> None:
    """Inputs that only the samples give away: `render` exits with 3 and leaves nothing."""
    stems = folder / "stems"
    whole = (stems / "tone.wav").read_bytes()
    (stems / "truncated.wav").write_bytes(whole[: len(whole) // 2])
    bad = make.noise(9, 24_000, 2)
    bad[12_345, 1] = np.nan
    common.soundfile.write(stems / "nan.wav", bad, 48_000, subtype="FLOAT")
    bad[12_345, 1] = np.inf
    common.soundfile.write(stems / "infinite.wav", bad, 48_000, subtype="FLOAT")
    common.soundfile.write(stems / "sound.flac", make.noise(10, 96_000, 2), 48_000, subtype="PCM_24")
    flac = bytearray((stems / "sound.flac").read_bytes())
    flac[len(flac) // 2] ^= 0x55
    (stems / "damaged.flac").write_bytes(flac)
    common.soundfile.write(stems / "empty.wav", np.zeros((0, 2)), 48_000, subtype="PCM_24")
    (stems / "nothing.wav").write_bytes(b"")
    for name in ("truncated.wav", "nan.wav", "infinite.wav", "damaged.flac", "empty.wav", "nothing.wav"):
        path = folder / "damaged.mix.yaml"
        path.write_text(f"mixdown: 1\ntracks: {{a: {{stem: stems/{name}}}, b: {{stem: stems/tone.wav}}}}\n")
        outcome = common.mixdown("render", path, "--json", "-o", folder / "out", cwd=folder)
        detail = f"exit {outcome.code}: {outcome.reason}"
        # A file without frames is sound but unusable: 2 would be as true.
        codes = (2, 3) if name == "empty.wav" else (3,)
        tally.check(f"damaged {name}: render exits with {codes[-1]}", outcome.code in codes, detail)
        left = [p for p in (folder / "out").rglob("*") if p.is_file()] if (folder / "out").exists() else []
        tally.check(f"damaged {name}: nothing left", not left, f"{left}")
        if name == "nan.wav":
            tally.check(
                "NaN is named with its place",
                "12345" in re.sub(r"\D", "", outcome.stdout + outcome.stderr),
                detail,
            )
        shutil.rmtree(folder / "out", ignore_errors=True)
    # An output may never replace an input, also through another name of the same file (exit 6).
    shutil.copy(stems / "tone.wav", folder / "self-mix.wav")
    path = folder / "self.mix.yaml"
    path.write_text("mixdown: 1\ntracks: {a: {stem: self-mix.wav}}\n")
    before = listing(folder)
    outcome = common.mixdown("render", path, "-o", folder, cwd=folder)
    tally.check("an output over an input exits with 6", outcome.code == 6, f"exit {outcome.code}: {outcome.reason}")
    tally.check("an output over an input leaves it alone", listing(folder) == before)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Files made to hurt a reader: named, as bytes."""
    head = b"mixdown: 1\ntracks: {a: {stem: stems/tone.wav}}\n"
    yield "200 KB of [", b"[" * 200_000
    yield "200 KB of [ as a value", head + b"x-deep: " + b"[" * 200_000
    yield "200 KB of {a:", b"{a: " * 50_000
    yield "200 KB of - ", b"- " * 100_000
    yield "200 KB of ? ", b"? " * 100_000
    yield "deep indentation", head + b"x-deep:\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 600))
    lines = b"x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for n in range(1, 12):
        lines += f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n".encode()
    yield "alias bomb of lists", head + lines
    lines = b"x-0: &a0 {a: 1, b: 1}\n"
    for n in range(1, 40):
        lines += f"x-{n}: &a{n} {{a: *a{n - 1}, b: *a{n - 1}}}\n".encode()
    yield "alias bomb of mappings", head + lines
    yield "alias bomb as tracks", b"mixdown: 1\n" + lines.replace(b"x-39:", b"tracks:")
    yield "an alias to itself", b"mixdown: 1\ntracks: &t {a: *t}\n"
    yield "an alias to itself at the root", b"&r\nmixdown: 1\ntracks: *r\n"
    yield "a scalar of 100 MB", head + b"x-long: " + b"a" * 100_000_000
    yield "a key of 100 MB", b"mixdown: 1\n" + b"k" * 100_000_000 + b": 1\n"
    yield "a quoted scalar of 8 MB", head + b'x-long: "' + b"\\n" * 4_100_000 + b'"\n'
    yield "a scalar over 64 KiB", head + b"x-long: " + b"a" * 65_537 + b"\n"
    yield "a file over 8 MiB of comments", head + b"# comment\n" * 839_000
    yield "a million nodes", head + b"x-many: [" + b"1," * 1_100_000 + b"1]\n"
    yield "depth 33", head + b"x-deep: " + b"[" * 33 + b"]" * 33 + b"\n"
    yield "a NUL", head + b"x-nul: a\0b\n"
    yield "a NUL in the stem's path", b"mixdown: 1\ntracks: {a: {stem: stems/tone.wav\0}}\n"
    yield "an escaped NUL", b'mixdown: 1\ntracks: {a: {stem: "stems/tone.wav\\0"}}\n'
    yield "UTF-16, little end first", b"\xff\xfe" + head.decode().encode("utf-16-le")
    yield "UTF-16, big end first", b"\xfe\xff" + head.decode().encode("utf-16-be")
    yield "UTF-16 without a mark", head.decode().encode("utf-16-le")
    yield "a NEL", head + b"x-nel: a\xc2\x85b\n"
    yield "a line separator", head + b"x-ls: a\xe2\x80\xa8b\n"
    yield "a paragraph separator", head + b"x-ps: a\xe2\x80\xa9b\n"
    yield "a lone surrogate", head + b"x-bad: \xed\xa0\x80\n"
    yield "an overlong slash", head + b"x-bad: \xc0\xaf\n"
    yield "20 000 duplicate keys", head + b"".join(b"x-same: 1\n" for _ in range(20_000))
    yield (
        "100 000 keys, the last twice",
        head + b"".join(f"x-{n}: 1\n".encode() for n in range(100_000)) + b"x-99999: 1\n",
    )
    yield "20 000 unknown keys", head + b"".join(f"unknown_{n}: 1\n".encode() for n in range(20_000))
    yield (
        "1001 tracks",
        b"mixdown: 1\ntracks:\n" + b"".join(f"  t{n}: {{stem: stems/tone.wav}}\n".encode() for n in range(1001)),
    )
    long_chain = b"".join(f"  b{n}: {{output: b{n + 1}}}\n".encode() for n in range(900))
    yield "a loop of 900 buses", head + b"buses:\n" + long_chain + b"  b900: {output: b0}\n"
    yield "an empty file", b""
    yield "only a BOM", b"\xef\xbb\xbf"
    yield "only a comment", b"# nothing\n"
    yield "random bytes", np.random.default_rng(1).integers(0, 256, 100_000, dtype=np.uint8).tobytes()
    yield "a number of 60 000 digits", head + b"start: " + b"9" * 60_000 + b" s\n"


def limits(tally: common.Tally, folder: Path) -> None:
    """A diagnostic for each, in under 0.2 s and 50 MB (the best of three runs: the machine may be busy)."""
    path = folder / "hostile.mix.yaml"
    for name, content in hostile():
        path.write_bytes(content)
        best, size, code, found = measured(["check", str(path), "--json"], folder)
        tally.check(f"{name}: a diagnostic", code == 1 and found >= 1, f"exit {code}, {found} errors")
        tally.check(f"{name}: time", best < SECONDS, f"{best:.2f} s")
        tally.check(f"{name}: memory", size < KILOBYTES, f"{size / 1024:.0f} MB")
    path.unlink()
    for name in ("/dev/zero", str(folder / "stems"), "/dev/null"):
        best, size, code, _ = measured(["check", name, "--json"], folder)
        good = code in (1, 2, 3) and best < SECONDS and size < KILOBYTES
        tally.check(f"check of {Path(name).name}", good, f"exit {code}, {best:.2f} s, {size / 1024:.0f} MB")


def measured(arguments: list[str], folder: Path) -> tuple[float, int, int, int]:
    """Best seconds, greatest kilobytes, exit code and count of errors of three runs under /usr/bin/time."""
    seconds, kilobytes, code, found = 1e9, 0, 0, 0
    for _ in range(3):
        command = [
            "/usr/bin/time",
            "-q",
            "-f",
            "%e %M",
            "-o",
            str(folder / "time"),
            str(common.program()),
            *arguments,
        ]
        child = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            text, _ = child.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # the group holds this one command and what it started
            child.wait()
            return 20.0, 0, -1, 0
        words = (folder / "time").read_text().split()
        seconds, kilobytes = min(seconds, float(words[-2])), max(kilobytes, int(words[-1]))
        code = child.returncode
        outcome = common.Outcome(code, text.decode("utf-8", "replace"), "")
        found = len(errors_of(outcome))
    (folder / "time").unlink()
    return seconds, kilobytes, code, found


if __name__ == "__main__":
    common.need_program()
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    results = common.Tally("broken sessions and hostile files")
    with common.Project("broken") as project:
        inside = project.folder / "project"
        shutil.copytree(HERE, inside)
        write_inputs(inside)
        os.remove(project.folder / ".mixdown")
        sessions(results, inside, words, "--record" in sys.argv)
        if not words:
            clean(results, inside)
            damaged(results, inside)
            limits(results, inside)
    results.finish()
