"""Acceptance, point 5: tags, cover, codes, ReplayGain and BWF fields, written awkwardly, read back equal.

    python check_tags.py [-v]

Every format of `formats.py`, every key of `metadata`, by as many readers as know it: our own parsers (RIFF, CAF, ID3),
ffprobe, metaflac, mutagen, mediainfo. The texts hold umlauts, CJK, emoji, quotes, slashes, semicolons, equals
signs, a line break, 12 000 characters. The five loudness fields of `bext` and ReplayGain are compared with measurements
of the delivered file by `meter.py` and `peaks.py`; what cannot be measured must be 0x7FFF and absent.

`check_files.py` has the common values, one PNG, gapless lengths and the containers' own soundness. What it lacks:
CAF, Ogg and Opus; JPEG; every `bext` field but the first; the ReplayGain peak; equality of INFO; `id3: 2.3` beyond its
version; a deliverable's own `metadata`; partial dates, lone track numbers; files too short or silent to measure.

A reader's own limit is a note, and says which: mediainfo takes RIFF INFO for Latin-1, and UTF-16 surrogates for `?`.
"""

from __future__ import annotations

import base64
import json
import math
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen
import mutagen.aiff
import mutagen.flac
import mutagen.id3
import mutagen.mp3
import mutagen.oggopus
import mutagen.oggvorbis
import mutagen.wave
import numpy as np
import yaml

import check_files
import common
import formats
import meter
import peaks
import stems as make

RATE = 44_100
UNUSED = 0x7FFF
KEYS = [
    "title", "artist", "album", "album_artist", "composer", "lyricist", "genre", "date", "track", "disc", "isrc", "upc",
    "label", "catalog_number", "copyright", "comment", "language",
]  # fmt: skip
ID3 = {
    "title": "TIT2", "artist": "TPE1", "album_artist": "TPE2", "album": "TALB", "track": "TRCK", "disc": "TPOS",
    "genre": "TCON", "composer": "TCOM", "lyricist": "TEXT", "isrc": "TSRC", "copyright": "TCOP", "label": "TPUB",
    "language": "TLAN", "date": "TDRC", "comment": "COMM", "upc": "TXXX:BARCODE",
    "catalog_number": "TXXX:CATALOGNUMBER",
}  # fmt: skip
VORBIS = {
    "title": "TITLE", "artist": "ARTIST", "album": "ALBUM", "album_artist": "ALBUMARTIST", "genre": "GENRE",
    "composer": "COMPOSER", "lyricist": "LYRICIST", "isrc": "ISRC", "copyright": "COPYRIGHT", "label": "LABEL",
    "catalog_number": "CATALOGNUMBER", "upc": "BARCODE", "comment": "COMMENT", "date": "DATE", "language": "LANGUAGE",
}  # fmt: skip
INFO = {
    "title": "INAM", "artist": "IART", "album": "IPRD", "genre": "IGNR", "date": "ICRD", "track": "ITRK",
    "comment": "ICMT", "copyright": "ICOP",
}  # fmt: skip
FFPROBE = {"title", "artist", "album", "genre", "comment", "copyright"}  # under these names in every container
MEDIAINFO = {
    "title": "Title", "artist": "Performer", "album": "Album", "album_artist": "Album_Performer", "genre": "Genre",
    "composer": "Composer", "isrc": "ISRC", "copyright": "Copyright", "comment": "Comment", "date": "Recorded_Date",
}  # fmt: skip

PLAIN = {key: check_files.METADATA[key] for key in KEYS} | {
    "upc": "012345678905",
    "comment": "終わり ✅ — first and only line",
}
AWKWARD = {
    "title": "\"Quoted\" 'both' ways = 100 % \\ ¿? 𝄞",
    "artist": "AC/DC; Björk, feat. K=V & <Ö>",
    "album": "  spaces inside   and  – dashes —",
    "album_artist": "हिन्दी العربية עברית",
    "composer": "é́́ combining ﬁ ligature",
    "lyricist": "🧑‍🎤👩🏽‍🎤🏳️‍🌈",
    "genre": "Rock/Pop (17)",
    "date": "2026-11",
    "track": "7",
    "disc": "2",
    "isrc": "usrc17607839",
    "upc": "4006381333931",
    "label": "A" * 300,
    "catalog_number": "#42: no, yes, null, 010, 1e3",
    "copyright": "℗ & © ½ ™",
    "comment": "line one\nline two\n\nline four\twith a tab; " + "lang und breit — 長い文 " * 600 + "end.",
    "language": "jpn",
}
LONE = {"title": "x", "date": "2026", "comment": "0"}
LATIN = {"title": "Plain ASCII", "artist": "Café del Mar", "date": "1999-12-31", "track": "1/1", "comment": "c"}


def code(text: str) -> str:
    """An ISRC as tags have it."""
    return text.replace("-", "").upper()


def expected(key: str, metadata: dict[str, str]) -> str:
    """A key's text as a file should hold it."""
    return code(metadata[key]) if key == "isrc" else metadata[key]


def jpeg() -> bytes:
    """A small baseline JPEG, made by ffmpeg from our PNG."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "image2pipe", "-c:v", "png", "-i", "-", "-pix_fmt", "yuvj420p"]
        + ["-c:v", "mjpeg", "-f", "image2pipe", "-"],
        input=check_files.png(),
        capture_output=True,
        check=True,
    )
    return done.stdout


def quoted(metadata: dict[str, str]) -> str:
    """A YAML mapping with every text in double quotes (JSON strings are YAML)."""
    return "{" + ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in metadata.items()) + "}"


# What a delivered file holds


@dataclass
class Tags:
    """What one reader found; None where it cannot hold a key."""

    reader: str
    texts: dict[str, str | None]
    gain: str | None = None
    peak: str | None = None
    pictures: list[tuple[bytes, str, int]] | None = None
    complete: bool = True


def from_id3(reader: str, tags: mutagen.id3.ID3 | None) -> Tags:
    """ID3 frames by the definition's names."""
    if tags is None:
        return Tags(reader, {key: None for key in KEYS})
    texts: dict[str, str | None] = {}
    for key, frame in ID3.items():
        name, _, description = frame.partition(":")
        found = [f for f in tags.getall(name) if not description or f.desc == description]
        # More texts than one would be a value cut at a separator.
        texts[key] = None if not found else "\0".join(str(text) for f in found for text in f.text)
    extra = {f.desc.lower(): str(f.text[0]) for f in tags.getall("TXXX")}
    pictures = [(p.data, p.mime, int(p.type)) for p in tags.getall("APIC")]
    return Tags(reader, texts, extra.get("replaygain_track_gain"), extra.get("replaygain_track_peak"), pictures)


def from_comments(reader: str, comments: dict[str, list[str]]) -> Tags:
    """Vorbis comments by the definition's names; numbers and totals joined again."""
    upper: dict[str, list[str]] = {}
    for key, values in comments.items():
        upper.setdefault(key.upper(), []).extend(values)

    def one(name: str) -> str | None:
        return "\0".join(upper[name]) if name in upper else None

    texts = {key: one(name) for key, name in VORBIS.items()}
    for key, number, total in (("track", "TRACKNUMBER", "TRACKTOTAL"), ("disc", "DISCNUMBER", "DISCTOTAL")):
        texts[key] = one(number) if one(total) is None else f"{one(number)}/{one(total)}"
    pictures = None
    if "METADATA_BLOCK_PICTURE" in upper:
        blocks = [mutagen.flac.Picture(base64.b64decode(text)) for text in upper["METADATA_BLOCK_PICTURE"]]
        pictures = [(p.data, p.mime, int(p.type)) for p in blocks]
    return Tags(reader, texts, one("REPLAYGAIN_TRACK_GAIN"), one("REPLAYGAIN_TRACK_PEAK"), pictures)


def by_mutagen(path: Path) -> Tags:
    """The container's tags by mutagen."""
    match path.suffix:
        case ".wav":
            return from_id3("mutagen", mutagen.wave.WAVE(path).tags)
        case ".aiff":
            return from_id3("mutagen", mutagen.aiff.AIFF(path).tags)
        case ".mp3":
            return from_id3("mutagen", mutagen.mp3.MP3(path).tags)
        case ".flac":
            file = mutagen.flac.FLAC(path)
            tags = from_comments("mutagen", (file.tags or mutagen.flac.VCFLACDict()).as_dict())
            tags.pictures = [(p.data, p.mime, int(p.type)) for p in file.pictures]
            return tags
        case ".ogg":
            return from_comments("mutagen", (mutagen.oggvorbis.OggVorbis(path).tags or {}).as_dict())
        case ".opus":
            return from_comments("mutagen", (mutagen.oggopus.OggOpus(path).tags or {}).as_dict())
    raise NotImplementedError(path.suffix)


def by_metaflac(path: Path) -> Tags:
    """FLAC's tags by metaflac, one at a time, so that line breaks stay inside their text, and its picture."""
    wanted = [*VORBIS.values(), "TRACKNUMBER", "TRACKTOTAL", "DISCNUMBER", "DISCTOTAL"]
    wanted += ["REPLAYGAIN_TRACK_GAIN", "REPLAYGAIN_TRACK_PEAK"]
    comments: dict[str, list[str]] = {}
    for name in wanted:
        text = run("metaflac", "--no-utf8-convert", f"--show-tag={name}", str(path)).decode("utf-8")
        if text:
            parts = text[:-1].split(f"{name}=")[1:]
            comments[name] = [part.removesuffix("\n") if k < len(parts) - 1 else part for k, part in enumerate(parts)]
    tags = from_comments("metaflac", comments)
    done = subprocess.run(["metaflac", "--export-picture-to=-", str(path)], capture_output=True, check=False)
    tags.pictures = [(done.stdout, "", 3)] if done.returncode == 0 and done.stdout else []
    return tags


def by_tool(path: Path) -> Tags | None:
    """Ogg's tags by vorbiscomment or opusinfo, where present."""
    if path.suffix != ".ogg":
        return None
    text = run("vorbiscomment", "-R", "-e", "-l", str(path)).decode("utf-8")
    comments: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, _, value = line.partition("=")
        value = value.replace("\\n", "\n").replace("\\r", "\r").replace("\\0", "\0").replace("\\\\", "\\")
        comments.setdefault(key, []).append(value)
    return from_comments("vorbiscomment", comments)


def run(*words: str) -> bytes:
    """A program's standard output."""
    return subprocess.run(words, capture_output=True, check=True).stdout


def info(path: Path) -> tuple[dict[str, str], list[str]]:
    """RIFF INFO by our own parser, and all chunks' names in their order."""
    data = path.read_bytes()
    chunks = check_files.riff(data)
    found = {}
    for name, body in chunks:
        if name == b"LIST" and body.startswith(b"INFO"):
            for key, value in check_files.riff(body[4:], header=0):
                found[key.decode()] = value.removesuffix(b"\0").decode("utf-8", "replace")
    return found, [name.decode("latin-1") for name, _ in chunks]


def caf_info(path: Path) -> dict[str, str]:
    """CAF's `info` chunk by our own parser: a count, then pairs of texts that end in NUL."""
    data = path.read_bytes()
    assert data[:4] == b"caff", "not CAF"
    at = 8
    while at + 12 <= len(data):
        size = struct.unpack(">q", data[at + 4 : at + 12])[0]
        if data[at : at + 4] == b"info":
            body = data[at + 12 : at + 12 + size]
            count, parts = struct.unpack(">I", body[:4])[0], body[4:].split(b"\0")
            texts = [part.decode("utf-8") for part in parts]
            assert len(texts) >= 2 * count, "info chunk shorter than its count"
            return dict(zip(texts[0 : 2 * count : 2], texts[1 : 2 * count : 2]))
        at += 12 + (size if size >= 0 else len(data))
    return {}


# Judging


def check_texts(
    tally: common.Tally, name: str, tags: Tags, metadata: dict[str, str], cover: tuple[bytes, str] | None
) -> None:
    """Every key equal, nothing more, and the cover byte for byte."""
    for key in KEYS:
        got = tags.texts.get(key)
        wanted = expected(key, metadata) if key in metadata else None
        tally.check(f"{name}: {key} by {tags.reader}", got == wanted, f"{short(got)}, expected {short(wanted)}")
    if tags.pictures is not None or cover:
        pictures = tags.pictures or []
        if cover is None:
            tally.check(f"{name}: no cover by {tags.reader}", not pictures)
        else:
            good = (
                len(pictures) == 1
                and pictures[0][0] == cover[0]
                and pictures[0][1] in (cover[1], "")
                and pictures[0][2] == 3
            )
            tally.check(f"{name}: cover by {tags.reader}", good, f"{[(len(p[0]), p[1], p[2]) for p in pictures]}")


def short(text: str | None) -> str:
    """A text for one line."""
    return repr(text if text is None or len(text) < 60 else text[:40] + f"… ({len(text)})")


def check_gain(tally: common.Tally, name: str, tags: Tags, reading: Reading) -> None:
    """ReplayGain 2.0: −18 − I with two decimals, the true peak or sample peak linear with six."""
    if reading.integrated is None:
        tally.check(f"{name}: no ReplayGain without a loudness, by {tags.reader}", tags.gain is None, f"{tags.gain!r}")
        return
    wanted = -18 - reading.integrated
    words = (tags.gain or "").split(" ")
    good = len(words) == 2 and words[1] == "dB" and len(words[0].partition(".")[2]) == 2
    tally.check(f"{name}: ReplayGain's form by {tags.reader}", good, f"{tags.gain!r}")
    if good:
        tally.check(
            f"{name}: ReplayGain by {tags.reader}",
            abs(float(words[0]) - wanted) <= 0.015,
            f"{tags.gain!r}, measured {wanted:.4f}",
        )
    peak = tags.peak or ""
    good = len(peak.partition(".")[2]) == 6
    tally.check(f"{name}: ReplayGain peak's form by {tags.reader}", good, f"{peak!r}")
    if good:
        levels = {"sample": reading.sample_peak, "true": common.amplitude(reading.true_peak)}
        near = [kind for kind, level in levels.items() if abs(float(peak) - level) <= 2e-4 * max(level, 0.01)]
        tally.check(f"{name}: ReplayGain peak by {tags.reader}", bool(near), f"{peak}, measured {levels}")


@dataclass
class Reading:
    """Our measurements of a delivered file."""

    integrated: float | None
    loudness_range: float | None
    true_peak: float
    sample_peak: float
    momentary: float | None
    short_term: float | None

    @classmethod
    def of(cls, path: Path) -> Reading:
        """Decoded by ffmpeg."""
        x, rate = meter.decoded(path)
        values = meter.maximum(x, rate, 0.4, 0.01), meter.maximum(x, rate, 3.0, 0.01)
        long_enough = len(x) >= 3 * rate
        sample = float(np.max(np.abs(x))) if x.size else 0.0
        return cls(
            meter.integrated(x, rate),
            meter.loudness_range(x, rate) if long_enough else None,
            peaks.true_peak(x),
            sample,
            *values,
        )


def check_bext(tally: common.Tally, name: str, path: Path, metadata: dict[str, str], reading: Reading) -> None:
    """BWF version 2 (EBU Tech 3285): every field, the loudness ones against our measurements."""
    chunks = check_files.riff(path.read_bytes())
    bodies = [body for key, body in chunks if key == b"bext"]
    if not tally.check(f"{name}: one bext chunk", len(bodies) == 1, f"{len(bodies)}"):
        return
    body = bodies[0]
    tally.check(f"{name}: bext is 602 bytes and history", len(body) >= 602, f"{len(body)}")
    names = [key for key, _ in chunks]
    tally.check(f"{name}: bext before the samples", names.index(b"bext") < names.index(b"data"), f"{names}")
    fields = {
        "description": body[:256], "originator": body[256:288], "reference": body[288:320], "date": body[320:330],
        "time": body[330:338],
    }  # fmt: skip
    for key, raw in fields.items():
        text = raw.split(b"\0")[0]
        clean = all(32 <= byte < 127 for byte in text) and not raw[len(text) :].strip(b"\0")
        tally.check(f"{name}: bext {key} is ASCII, NUL-padded", clean, f"{raw!r}")
    day = fields["date"].rstrip(b"\0").decode("latin-1")
    written = metadata.get("date", "")
    # The field needs a whole date; a partial one cannot be written without inventing.
    tally.check(f"{name}: bext date", day == (written if len(written) == 10 else ""), f"{day!r} for {written!r}")
    time = fields["time"].rstrip(b"\0").decode("latin-1")
    tally.check(f"{name}: bext time is not invented", time in ("", "00:00:00"), f"{time!r}")
    if "title" in metadata and not fields["description"].strip(b"\0"):
        tally.note(f"{name}: bext description is empty, though the session has a title")
    low, high, version = struct.unpack("<IIH", body[338:348])
    tally.check(f"{name}: bext time reference 0", (low, high) == (0, 0), f"{low} {high}")
    tally.check(f"{name}: bext version 2", version == 2, f"{version}")
    tally.check(
        f"{name}: bext UMID and reserved bytes are zero",
        not body[348:412].strip(b"\0") and not body[422:602].strip(b"\0"),
    )
    values = struct.unpack("<5h", body[412:422])
    for field, got, wanted, tolerance in (
        ("LoudnessValue", values[0], reading.integrated, 2),
        ("LoudnessRange", values[1], reading.loudness_range, 15),
        ("MaxTruePeakLevel", values[2], reading.true_peak if math.isfinite(reading.true_peak) else None, 2),
        ("MaxMomentaryLoudness", values[3], reading.momentary, 3),
        ("MaxShortTermLoudness", values[4], reading.short_term, 3),
    ):
        if wanted is None:
            tally.check(f"{name}: {field} unused", got == UNUSED, f"{got}, measured {wanted}")
        elif not -99.99 <= wanted <= 99.99:  # outside the range of the fields
            tally.expect(f"{name}: {field} out of range is unused", got == UNUSED, f"{got}, measured {wanted:.2f}")
        else:
            tally.check(
                f"{name}: {field}", abs(got - round(100 * wanted)) <= tolerance, f"{got}, measured {100 * wanted:.1f}"
            )
    general = mediainfo(path)["audio"].get("extra", {})
    for field, got in zip(
        ("LoudnessValue", "LoudnessRange", "MaxTruePeakLevel", "MaxMomentaryLoudness", "MaxShortTermLoudness"), values
    ):
        said = general.get(field)
        if got == UNUSED:
            tally.expect(f"{name}: {field} by mediainfo", said is None, f"{said!r}")
        else:
            tally.check(
                f"{name}: {field} by mediainfo",
                said is not None and abs(float(said) * 100 - got) < 0.6,
                f"{said!r}, {got}",
            )


def mediainfo(path: Path) -> dict[str, dict[str, Any]]:
    """mediainfo's General and Audio parts."""
    tracks = json.loads(run("mediainfo", "--Output=JSON", str(path)))["media"]["track"]
    return {
        "general": next(t for t in tracks if t["@type"] == "General"),
        "audio": next((t for t in tracks if t["@type"] == "Audio"), {}),
    }


def check_mediainfo(tally: common.Tally, name: str, path: Path, metadata: dict[str, str], old: bool) -> None:
    """What mediainfo shows of the texts. It joins lines by ` / ` and quotes what holds its own separators."""
    general = {key: plain(value) for key, value in mediainfo(path)["general"].items() if key != "extra"} | {
        "extra": {key: plain(value) for key, value in mediainfo(path)["general"].get("extra", {}).items()}
    }
    if path.suffix == ".caf":
        extra = {key.replace("_", "").lower(): value for key, value in general.get("extra", {}).items()}
        general = {field: extra.get(key.replace("_", "")) for key, field in MEDIAINFO.items()}
        general["Comment"], general["Recorded_Date"] = extra.get("comments"), extra.get("year")
        general["ISRC"] = extra.get("isrc")
    for key, field in MEDIAINFO.items():
        if key not in metadata:
            continue
        wanted = expected(key, metadata)
        got = general.get(field)
        if isinstance(got, str):
            got = got[1:-1].replace('""', '"') if got.startswith('"') and got.endswith('"') and ";" in wanted else got
        same = isinstance(got, str) and squeeze(got) == squeeze(wanted)
        limited = old and any(ord(c) > 0xFFFF for c in wanted)
        limited |= path.suffix == ".wav" and key == "title" and not wanted.isascii()  # INAM wins over the ID3 chunk
        own_ways = key in ("date", "genre", "comment") or "/" in wanted  # reshaped for display
        verdict = tally.expect if limited or own_ways else tally.check
        verdict(f"{name}: {key} by mediainfo", same, f"{short(got)}, expected {short(wanted)}")


def plain(value: Any) -> Any:
    """A value of mediainfo's JSON, which wraps what holds a tab in Base64."""
    if isinstance(value, dict) and value.get("@dt") == "binary.base64":
        return base64.b64decode(value["#value"]).decode("utf-8", "replace")
    return value


def squeeze(text: str) -> str:
    """Without what mediainfo changes for display."""
    return " ".join(text.replace(" / ", "\n").replace("\r", "\n").split())


def check_file(
    tally: common.Tally,
    form: formats.Format,
    path: Path,
    title: str,
    metadata: dict[str, str],
    cover: tuple[bytes, str] | None,
    old: bool = False,
) -> None:
    """Every reader on one file."""
    name = f"{title} {path.stem.rpartition('-')[2]}"
    reading = Reading.of(path)
    found = check_files.probe(path)
    tally.check(f"{name}: ffprobe without complaint", not found["errors"], found["errors"][:200])
    for key in FFPROBE & set(metadata):
        got = found["tags"].get(key, found["tags"].get(key + "s"))
        # ffmpeg reads at most 1023 bytes of a text in CAF.
        verdict = tally.expect if path.suffix == ".caf" and len(metadata[key].encode()) > 1023 else tally.check
        verdict(f"{name}: {key} by ffprobe", got == metadata[key], f"{short(got)}, expected {short(metadata[key])}")
    pictures = [stream for stream in found["streams"] if stream["codec_type"] == "video"]
    if cover and path.suffix in (".flac", ".mp3", ".aiff", ".ogg", ".opus"):
        kind = {"image/png": "png", "image/jpeg": "mjpeg"}[cover[1]]
        good = len(pictures) == 1 and pictures[0]["codec_name"] == kind
        tally.check(f"{name}: cover by ffprobe", good, f"{[p.get('codec_name') for p in pictures]}")
    check_mediainfo(tally, name, path, metadata, old)
    if path.suffix == ".caf":
        texts = caf_info(path)
        keys = {
            **{key: key.replace("_", "") for key in KEYS},
            "comment": "comments",
            "date": "year",
            "upc": "barcode",
            "catalog_number": "catalognumber",
            "track": "track number",
            "disc": "discnumber",
        }
        total = {"track": "tracktotal", "disc": "disctotal"}
        for key in KEYS:
            got = texts.get(keys[key])
            got = f"{got}/{texts[total[key]]}" if key in total and total[key] in texts else got
            wanted = expected(key, metadata) if key in metadata else None
            tally.check(f"{name}: {key} in info", got == wanted, f"{short(got)}, expected {short(wanted)}")
        check_gain(
            tally,
            name,
            Tags("our parser", {}, texts.get("replaygain_track_gain"), texts.get("replaygain_track_peak")),
            reading,
        )
        return
    readers = [by_mutagen(path)]
    if path.suffix == ".flac":
        readers.append(by_metaflac(path))
    extra = by_tool(path)
    readers += [extra] if extra else []
    # ID3v2.3 has fields for a year and for a day of a month: a month alone has no place.
    held = metadata | ({"date": metadata["date"][:4]} if old and len(metadata.get("date", "")) == 7 else {})
    for tags in readers:
        check_texts(tally, name, tags, held, cover)
        if path.suffix == ".opus":
            check_opus_gain(tally, name, path, reading)
        else:
            check_gain(tally, name, tags, reading)
    if path.suffix == ".mp3":
        tags = mutagen.mp3.MP3(path).tags
        version = tags.version[:2] if tags is not None else None
        tally.check(f"{name}: ID3 version", version == ((2, 3) if old else (2, 4)), f"{version}")
        check_id3_bytes(tally, name, path, metadata, old)
    if path.suffix == ".wav":
        texts, order = info(path)
        for key, field in INFO.items():
            wanted = metadata.get(key)
            tally.check(
                f"{name}: INFO {field}",
                texts.get(field) == wanted,
                f"{short(texts.get(field))}, expected {short(wanted)}",
            )
        tally.check(
            f"{name}: no INFO ISRC (it means source), no PEAK", "ISRC" not in texts and "PEAK" not in order, f"{order}"
        )
        check_bext(tally, name, path, metadata, reading)
    if path.suffix == ".flac":
        done = subprocess.run(["flac", "-t", "-s", str(path)], capture_output=True, check=False)
        tally.check(f"{name}: flac -t", done.returncode == 0, done.stderr.decode()[:200])


def check_opus_gain(tally: common.Tally, name: str, path: Path, reading: Reading) -> None:
    """R128_TRACK_GAIN: Q7.8, to −23 LUFS, on top of the header's output gain; no REPLAYGAIN_* (RFC 7845)."""
    tags = {key.upper(): value[0] for key, value in (mutagen.oggopus.OggOpus(path).tags or {}).as_dict().items()}
    wrong = [key for key in tags if key.startswith("REPLAYGAIN")]
    tally.check(f"{name}: no REPLAYGAIN in Opus", not wrong, f"{wrong}")
    text = tags.get("R128_TRACK_GAIN")
    if reading.integrated is None:
        tally.check(f"{name}: no R128_TRACK_GAIN without a loudness", text is None, f"{text!r}")
        return
    wanted = 256 * (-23 - reading.integrated)
    good = text is not None and text.lstrip("-+").isdigit() and abs(int(text) - wanted) <= 5
    tally.check(f"{name}: R128_TRACK_GAIN", good, f"{text!r}, measured {wanted:.1f}")


def check_id3_bytes(tally: common.Tally, name: str, path: Path, metadata: dict[str, str], old: bool) -> None:
    """What mutagen smooths over: the frames as they are, by our own parser."""
    data = path.read_bytes()
    size = data[6] << 21 | data[7] << 14 | data[8] << 7 | data[9]
    tally.check(
        f"{name}: ID3 header", data[:3] == b"ID3" and data[3] == (3 if old else 4) and data[5] == 0, f"{data[:10]!r}"
    )
    at, frames, encodings = 10, [], set()
    while at + 10 <= 10 + size and data[at] != 0:
        key = data[at : at + 4].decode("latin-1")
        raw = data[at + 4 : at + 8]
        length = struct.unpack(">I", raw)[0] if old else raw[0] << 21 | raw[1] << 14 | raw[2] << 7 | raw[3]
        frames.append((key, data[at + 10 : at + 10 + length]))
        if key != "APIC":
            encodings.add(data[at + 10])
        at += 10 + length
    allowed = {0, 1} if old else {0, 1, 2, 3}
    tally.check(f"{name}: text encodings that ID3v2.{3 if old else 4} knows", encodings <= allowed, f"{encodings}")
    names = [key for key, _ in frames]
    if old and "date" in metadata:
        tally.check(f"{name}: no TDRC in 2.3", "TDRC" not in names, f"{names}")
        texts = {key: text(body) for key, body in frames if key in ("TYER", "TDAT")}
        date = metadata["date"]
        wanted = {"TYER": date[:4]} | ({"TDAT": date[8:10] + date[5:7]} if len(date) == 10 else {})
        tally.check(f"{name}: TYER and TDAT", texts == wanted, f"{texts}, expected {wanted}")
    after = data[10 + size : 12 + size]
    tally.check(
        f"{name}: frames begin right after the tag", after[:1] == b"\xff" and after[1] & 0xE0 == 0xE0, f"{after!r}"
    )
    tally.check(f"{name}: no ID3v1 that would cut the texts", data[-128:-125] != b"TAG")


def text(body: bytes) -> str:
    """A text frame's content."""
    codec = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}[body[0]]
    return body[1:].decode(codec).rstrip("\0")


# The sessions


def session(metadata: dict[str, str], deliverables: str, stem: str = "stems/a.wav") -> str:
    """One stem, tags, deliverables."""
    return (
        f"mixdown: 1\nsample_rate: {RATE}\ntail: none\ntracks: {{a: {{stem: {stem}, level: -3 dB}}}}\n"
        f"metadata: {quoted(metadata)}\ndeliverables:\n{deliverables}"
    )


def every_format(tally: common.Tally, wanted: list[formats.Format]) -> None:
    """Two sets of texts, two kinds of cover, and ID3 2.3, on every format."""
    covers = {"cover.png": (check_files.png(), "image/png"), "cover.jpg": (jpeg(), "image/jpeg")}
    with common.Project("tags") as project:
        project.stem("a.wav", make.music(90, RATE * 8 + 123, RATE, 2, 0.6), RATE)
        for name, (data, _) in covers.items():
            (project.folder / name).write_bytes(data)
        sets: list[tuple[str, dict[str, str], str | None]] = [
            ("plain", PLAIN, "cover.png"),
            ("awkward", AWKWARD, "cover.jpg"),
            ("lone", LONE, None),
            ("latin", LATIN, "cover.png"),
        ]
        for title, metadata, cover in sets:
            again = yaml.safe_load(quoted(metadata))
            assert again == metadata, "the texts survive YAML"
            fields = metadata | ({"cover": cover} if cover else {})
            old = [f for f in wanted if f.id == "mp3_192"]
            lines = "".join(f.line for f in wanted)
            lines += "".join(f"  old_{f.id}: {{{f.text}, id3: 2.3}}\n" for f in old)
            path = project.session(title, session(fields, lines))
            outcome = project.render(path, "--jobs", "1")
            if not tally.check(f"{title} renders", outcome.code == 0, outcome.reason):
                continue
            for form in wanted:
                check_file(
                    tally, form, project.delivered(path, form.id, outcome), title, metadata, covers.get(cover or "")
                )
                if cover and form.suffix == ".caf":
                    said = [
                        d
                        for d in outcome.diagnostics
                        if d.get("code") == "D0824" and form.id in d.get("message", "") + (d.get("path") or "")
                    ]
                    tally.check(
                        f"{title} {form.id}: a cover that CAF cannot hold is said",
                        bool(said),
                        f"{[d['message'] for d in outcome.diagnostics]}",
                    )
            for form in old:
                file = project.delivered(path, f"old_{form.id}", outcome)
                check_file(tally, form, file, title, metadata, covers.get(cover or ""), old=True)


def layers(tally: common.Tally) -> None:
    """A deliverable's own `metadata` lies over the session's, key by key."""
    with common.Project("layers") as project:
        project.stem("a.wav", make.music(91, RATE * 2, RATE, 2, 0.6), RATE)
        lines = (
            "  a: {format: flac}\n"
            '  b: {format: flac, metadata: {title: "Other 日本", isrc: QZABC2600002, comment: null}}\n'
            '  c: {format: mp3, metadata: {title: "Other 日本", isrc: QZABC2600002, comment: null}}\n'
        )
        path = project.session("layers", session(PLAIN, lines))
        outcome = project.render(path, "--jobs", "1")
        if tally.check("layers render", outcome.code == 0, outcome.reason):
            over = {key: value for key, value in PLAIN.items() if key != "comment"}
            over |= {"title": "Other 日本", "isrc": "QZABC2600002"}
            for identifier, metadata in (("a", PLAIN), ("b", over), ("c", over)):
                tags = by_mutagen(project.delivered(path, identifier, outcome))
                check_texts(tally, f"layers {identifier}", tags, metadata, None)


def unmeasurable(tally: common.Tally, wanted: list[formats.Format]) -> None:
    """Too short, silent, very quiet: unused fields, no ReplayGain, never a made-up number."""
    second = make.music(92, RATE * 4, RATE, 2, 0.6)
    cases: dict[str, np.ndarray] = {
        "silent": np.zeros((RATE * 4, 2)),
        "tenth": second[: RATE // 10],
        "two_seconds": second[: RATE * 2],
        "faint": second * 10 ** (-75 / 20),
        "fainter": make.music(93, RATE * 4, RATE, 2, 1.0) * 10 ** (-108 / 20),
    }
    forms = [f for f in wanted if f.id in ("wav24", "wav32f", "flac24", "aiff24", "caf24", "mp3_320", "vorbis", "opus")]
    with common.Project("unmeasurable") as project:
        for name, samples in cases.items():
            project.stem(f"{name}.wav", samples, RATE, "FLOAT")
            lines = "".join(f.line for f in forms)
            path = project.session(name, session(LATIN, lines, f"stems/{name}.wav").replace(", level: -3 dB", ""))
            outcome = project.render(path, "--jobs", "1")
            if not tally.check(f"{name} renders", outcome.code == 0, outcome.reason):
                continue
            for form in forms:
                file = project.delivered(path, form.id, outcome)
                reading = Reading.of(file)
                if form.suffix == ".wav":
                    check_bext(tally, f"{name} {form.id}", file, LATIN, reading)
                if form.suffix == ".caf":
                    texts = caf_info(file)
                    check_gain(
                        tally,
                        f"{name} {form.id}",
                        Tags("our parser", {}, texts.get("replaygain_track_gain"), texts.get("replaygain_track_peak")),
                        reading,
                    )
                elif form.suffix == ".opus":
                    check_opus_gain(tally, f"{name} {form.id}", file, reading)
                else:
                    check_gain(tally, f"{name} {form.id}", by_mutagen(file), reading)


def refused(tally: common.Tally) -> None:
    """What no store takes is refused with its place; what a format cannot hold is said."""
    bad: dict[str, str] = {
        "isrc of 11": "isrc: QZABC260000",
        "isrc with a letter": "isrc: QZABC26O0001",
        "upc with a wrong digit": 'upc: "012345678906"',
        "date of month 13": "date: 2026-13-01",
        "date of February 30": "date: 2026-02-30",
        "date in words": "date: 22 Nov 2026",
    }
    with common.Project("refused") as project:
        project.stem("a.wav", make.music(94, RATE, RATE, 2, 0.6), RATE)
        for name, line in bad.items():
            text = f"mixdown: 1\ntracks: {{a: {{stem: stems/a.wav}}}}\nmetadata:\n  {line}\n"
            outcome = common.mixdown("check", project.session("bad", text), "--json")
            found = [(d.get("code"), d.get("line")) for d in outcome.diagnostics if d.get("severity") == "error"]
            tally.check(
                f"{name} is refused at its line",
                outcome.code == 1 and any(line == 4 for _, line in found),
                f"{outcome.code} {found}",
            )
        for name, content in (
            ("empty.png", b""),
            ("text.png", b"hello, I am no picture"),
            ("gif.png", b"GIF89a" + bytes(20)),
        ):
            (project.folder / name).write_bytes(content)
            text = f"mixdown: 1\ntracks: {{a: {{stem: stems/a.wav}}}}\nmetadata:\n  cover: {name}\n"
            outcome = project.render(project.session("cover", text))
            tally.check(f"cover {name} is refused", outcome.code in (1, 2, 3), f"exit {outcome.code}: {outcome.reason}")


PARTS: list[Callable[..., None]] = [every_format, unmeasurable]

if __name__ == "__main__":
    common.need_program()
    results = common.Tally("tags")
    taken = formats.known(results)
    for part in PARTS:
        part(results, taken)
    layers(results)
    refused(results)
    results.finish()
