"""What other programs read in the delivered files: tags, cover, lengths, containers.

    python check_files.py [-v]

Readers: ffprobe, metaflac, mutagen, mediainfo, ogginfo, opusinfo, oggdec, opusdec, and for MP3 a frame parser of our
own.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import struct
import subprocess
import zlib
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

import common
import meter
import stems as make

RATE = 44_100
METADATA = {
    "title": "Nächte über 日本 🎧",
    "artist": "Björk Ödegård",
    "album": "Erste Töne 🌙",
    "album_artist": "Various Ärtists",
    "composer": "Søren Kœnig",
    "lyricist": "Łucja Ñandú",
    "genre": "Électronique",
    "date": "2026-11-22",
    "track": "3/12",
    "disc": "1/2",
    "isrc": "QZ-ABC-26-00001",
    "upc": '"012345678905"',
    "label": "Tønder Records",
    "catalog_number": "TØN-001",
    "copyright": "© 2026 Ödegård",
    "comment": "first line — 終わり ✅",
    "language": "deu",
    "cover": "cover.png",
}
ISRC = "QZABC2600001"
DELIVERABLES = {
    "wav": "format: wav, bit_depth: 24",
    "wav16": "format: wav, bit_depth: 16",
    "wav32": "format: wav, bit_depth: 32",
    "float": "format: wav, bit_depth: 32f",
    "aiff": "format: aiff, bit_depth: 24",
    "aiff16": "format: aiff, bit_depth: 16",
    "flac": "format: flac, bit_depth: 24",
    "flac16": "format: flac, bit_depth: 16, compression: 0",
    "mp3": "format: mp3, bitrate: 320 kbps",
    "low": "format: mp3, bitrate: 128 kbps",
    "vbr": "format: mp3, quality: V0",
    "old": "format: mp3, bitrate: 192 kbps, id3: 2.3",
    "vorbis": "format: ogg_vorbis",
    "vorbis128": "format: ogg_vorbis, bitrate: 128 kbps, channels: mono",
    "opus": "format: opus, sample_rate: 48 kHz",
    "opus64": "format: opus, sample_rate: 48 kHz, bitrate: 64 kbps, channels: mono",
}
LOSSY = (".mp3", ".ogg", ".opus")


def png() -> bytes:
    """A small picture."""
    side = 64
    rows = b"".join(
        b"\0" + bytes((x * 4 % 256, y * 4 % 256, 128)[i] for x in range(side) for i in range(3)) for y in range(side)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def session(frames_stem: str, deliverables: dict[str, str], metadata: bool) -> str:
    """A session that delivers one stem in many formats."""
    lines = "".join(f"  {name}: {{{what}}}\n" for name, what in deliverables.items())
    fields = "".join(f"  {key}: {value}\n" for key, value in METADATA.items())
    return (
        f"mixdown: 1\nsample_rate: {RATE}\ntail: none\ntracks: {{a: {{stem: {frames_stem}}}}}\n"
        + (f"metadata:\n{fields}" if metadata else "")
        + f"deliverables:\n{lines}"
    )


def probe(path: Path) -> dict[str, Any]:
    """ffprobe's format and stream tags, lower-cased keys, and its streams."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)],
        capture_output=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    tags = {key.lower(): value for key, value in answer["format"].get("tags", {}).items()}
    for stream in answer["streams"]:
        tags.update(
            {key.lower(): value for key, value in stream.get("tags", {}).items() if stream["codec_type"] == "audio"}
        )
    return {"tags": tags, "streams": answer["streams"], "errors": done.stderr.decode()}


def mediainfo(path: Path) -> dict[str, Any]:
    """mediainfo's General track."""
    done = subprocess.run(["mediainfo", "--Output=JSON", str(path)], capture_output=True, check=True)
    tracks = json.loads(done.stdout)["media"]["track"]
    return next(track for track in tracks if track["@type"] == "General")


def id3_frames(tags: mutagen.id3.ID3) -> dict[str, str]:
    """ID3 frames as text, with the names the definition gives them."""
    found = {}
    for key, frame in tags.items():
        if key.startswith("TXXX:"):
            found[key] = str(frame.text[0])
        elif hasattr(frame, "text"):
            found[frame.FrameID] = str(frame.text[0])
    return found


def check_id3(tally: common.Tally, name: str, tags: mutagen.id3.ID3 | None, cover: bytes, old: bool) -> None:
    """Every frame of the definition, its cover, and its version."""
    if not tally.check(f"{name}: mutagen finds ID3", tags is not None):
        return
    assert tags is not None
    version = (2, 3) if old else (2, 4)
    tally.check(f"{name}: ID3 version", tags.version[:2] == version, f"{tags.version}")
    found = id3_frames(tags)
    expected = {
        "TIT2": METADATA["title"],
        "TPE1": METADATA["artist"],
        "TPE2": METADATA["album_artist"],
        "TALB": METADATA["album"],
        "TRCK": METADATA["track"],
        "TPOS": METADATA["disc"],
        "TCON": METADATA["genre"],
        "TCOM": METADATA["composer"],
        "TEXT": METADATA["lyricist"],
        "TSRC": ISRC,
        "TCOP": METADATA["copyright"],
        "TPUB": METADATA["label"],
        "TLAN": METADATA["language"],
        "TDRC": METADATA["date"],
        "COMM": METADATA["comment"],
        "TXXX:BARCODE": METADATA["upc"].strip('"'),
        "TXXX:CATALOGNUMBER": METADATA["catalog_number"],
    }
    for frame, text in expected.items():
        got = found.get(frame)
        if frame == "TDRC" and old:  # mutagen joins 2.3's TYER and TDAT
            tally.check(f"{name}: {frame}", (got or "").startswith("2026"), f"{got!r}")
        else:
            tally.check(f"{name}: {frame}", got == text, f"{got!r}, expected {text!r}")
    comments = tags.getall("COMM")
    tally.check(
        f"{name}: COMM language and description",
        len(comments) == 1 and (comments[0].lang, comments[0].desc) == ("eng", ""),
    )
    gains = {key.lower(): value for key, value in found.items() if "replaygain" in key.lower()}
    check_replay_gain(tally, name, {key.removeprefix("txxx:"): value for key, value in gains.items()})
    pictures = tags.getall("APIC")
    good = (
        len(pictures) == 1 and pictures[0].data == cover and pictures[0].mime == "image/png" and pictures[0].type == 3
    )
    tally.check(f"{name}: cover", good, f"{[(len(p.data), p.mime, p.type) for p in pictures]}")


def check_replay_gain(tally: common.Tally, name: str, found: dict[str, str]) -> None:
    """ReplayGain 2.0: −18 − I with two decimals, peak linear with six."""
    gain, peak = found.get("replaygain_track_gain", ""), found.get("replaygain_track_peak", "")
    good = gain.endswith(" dB") and len(gain.split(" ")[0].split(".")[-1]) == 2 and len(peak.split(".")[-1]) == 6
    tally.check(f"{name}: ReplayGain", good, f"gain {gain!r}, peak {peak!r}")


def check_gain_value(tally: common.Tally, name: str, path: Path, text: str, reference: float = -18) -> None:
    """The written gain is −18 − I of the delivered file, or what leads to another reference."""
    samples, rate = meter.decoded(path)
    if samples.shape[1] == 1:  # Mono is as loud as from two speakers.
        samples = np.repeat(samples, 2, axis=1)
    loudness = meter.integrated(samples, rate)
    # What a lossy encoder takes away is not in it: the gain is that of the master.
    tolerance = 0.15 if path.suffix in (".ogg", ".opus") else 0.05
    good = loudness is not None and bool(text) and abs(float(text.split()[0]) - (reference - loudness)) < tolerance
    tally.check(f"{name}: ReplayGain value", good, f"{text!r} for {loudness} LUFS")


def vorbis_comments() -> dict[str, str]:
    """The comments of the definition that hold METADATA."""
    return {
        "title": METADATA["title"],
        "artist": METADATA["artist"],
        "album": METADATA["album"],
        "albumartist": METADATA["album_artist"],
        "tracknumber": "3",
        "tracktotal": "12",
        "discnumber": "1",
        "date": METADATA["date"],
        "genre": METADATA["genre"],
        "composer": METADATA["composer"],
        "isrc": ISRC,
        "copyright": METADATA["copyright"],
        "label": METADATA["label"],
        "catalognumber": METADATA["catalog_number"],
        "barcode": METADATA["upc"].strip('"'),
        "comment": METADATA["comment"],
    }


def check_ogg(tally: common.Tally, name: str, path: Path, cover: bytes) -> None:
    """Comments by mutagen and by the format's own program, the gain, the picture, and no warnings."""
    opus = path.suffix == ".opus"
    file = mutagen.oggopus.OggOpus(path) if opus else mutagen.oggvorbis.OggVorbis(path)
    tool = "opusinfo" if opus else "ogginfo"
    listing = ""
    if shutil.which(tool):
        done = subprocess.run(
            [tool, str(path)], capture_output=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        listing = done.stdout.decode("utf-8", "replace")
        clean = done.returncode == 0 and "WARNING" not in listing and "ERROR" not in listing
        tally.check(f"{name}: {tool} finds nothing wrong", clean, listing[-300:])
    else:
        tally.note(f"{tool} is not installed")
    tags = file.tags.as_dict()
    for key, text in vorbis_comments().items():
        got = tags.get(key, [None])
        tally.check(f"{name}: {key} by mutagen", got == [text], f"{got!r}, expected {text!r}")
        if listing:
            tally.check(f"{name}: {key} by {tool}", f"{key.upper()}={text}" in listing)
    if opus:
        steps = tags.get("r128_track_gain", [""])[0]
        good = steps.lstrip("-").isdigit() and not [key for key in tags if key.startswith("replaygain")]
        if tally.check(f"{name}: R128_TRACK_GAIN alone", good, f"{tags}"):
            check_gain_value(tally, name, path, f"{int(steps) / 256}", -23)
    else:
        gains = {key: value[0] for key, value in tags.items() if key.startswith("replaygain")}
        check_replay_gain(tally, name, gains)
        check_gain_value(tally, name, path, gains.get("replaygain_track_gain", ""))
    pictures = [mutagen.flac.Picture(base64.b64decode(text)) for text in tags.get("metadata_block_picture", [])]
    good = len(pictures) == 1 and pictures[0].data == cover and (pictures[0].type, pictures[0].mime) == (3, "image/png")
    tally.check(f"{name}: cover", good and (pictures[0].width, pictures[0].height, pictures[0].depth) == (64, 64, 24))


def check_flac(tally: common.Tally, name: str, path: Path, cover: bytes) -> None:
    """Vorbis comments, picture, seek table, MD5, and libFLAC's own verdict."""
    file = mutagen.flac.FLAC(path)
    expected = vorbis_comments()
    listing = subprocess.run(
        ["metaflac", "--no-utf8-convert", "--export-tags-to=-", str(path)], capture_output=True, check=True
    ).stdout.decode("utf-8")
    lines = dict(line.split("=", 1) for line in listing.splitlines() if "=" in line)
    upper = {key.upper(): value for key, value in lines.items()}
    for key, text in expected.items():
        got = (file.tags or {}).get(key, [None])[0]
        tally.check(f"{name}: {key} by mutagen", got == text, f"{got!r}, expected {text!r}")
        tally.check(f"{name}: {key} by metaflac", upper.get(key.upper()) == text, f"{upper.get(key.upper())!r}")
    gains = {key: value[0] for key, value in (file.tags or {}).as_dict().items() if key.startswith("replaygain")}
    check_replay_gain(tally, name, gains)
    check_gain_value(tally, name, path, gains.get("replaygain_track_gain", ""))
    good = len(file.pictures) == 1 and file.pictures[0].data == cover and file.pictures[0].type == 3
    tally.check(f"{name}: cover", good and (file.pictures[0].width, file.pictures[0].height) == (64, 64))
    tally.check(f"{name}: seek table", file.seektable is not None and len(file.seektable.seekpoints) > 0)
    tally.check(f"{name}: MD5 is there", file.info.md5_signature != 0)
    done = subprocess.run(["flac", "-t", "-s", str(path)], capture_output=True, check=False)
    tally.check(f"{name}: flac -t", done.returncode == 0, done.stderr.decode()[:200])


def check_info(tally: common.Tally, name: str, path: Path) -> None:
    """RIFF INFO by ffprobe and by our own parser; the ISRC chunk means *source* and must not be there."""
    data = path.read_bytes()
    chunks = dict(riff(data))
    info = dict(riff(chunks.get(b"LIST", b"")[4:], header=0)) if chunks.get(b"LIST", b"").startswith(b"INFO") else {}
    text = {key.decode(): value.rstrip(b"\0").decode("utf-8", "replace") for key, value in info.items()}
    for key, field in {
        "INAM": "title",
        "IART": "artist",
        "IPRD": "album",
        "IGNR": "genre",
        "ICMT": "comment",
        "ICOP": "copyright",
    }.items():
        tally.check(f"{name}: INFO {key}", text.get(key) == METADATA[field], f"{text.get(key)!r}")
    tally.check(f"{name}: INFO ICRD", text.get("ICRD", "").startswith("2026"), f"{text.get('ICRD')!r}")
    tally.check(f"{name}: INFO ITRK", text.get("ITRK", "").startswith("3"), f"{text.get('ITRK')!r}")
    tally.check(f"{name}: no INFO ISRC", "ISRC" not in text)
    tally.check(f"{name}: no PEAK chunk (it holds the time of day)", b"PEAK" not in chunks)
    tally.check(f"{name}: sizes add up", struct.unpack("<I", data[4:8])[0] == len(data) - 8)
    bext = chunks.get(b"bext")
    if bext is None:
        tally.note(f"{name}: no bext chunk")
    else:
        version, loudness = struct.unpack("<H", bext[346:348])[0], struct.unpack("<h", bext[412:414])[0]
        samples, rate = meter.decoded(path)
        value = meter.integrated(samples, rate)
        tally.check(f"{name}: bext version 2", version == 2, f"{version}")
        tally.check(
            f"{name}: bext loudness",
            value is not None and abs(loudness / 100 - value) < 0.03,
            f"{loudness}, {value}",
        )


def riff(data: bytes, header: int = 12) -> list[tuple[bytes, bytes]]:
    """The chunks of a RIFF file or list, later ones of the same name after earlier ones."""
    chunks, at = [], header
    while at + 8 <= len(data):
        size = struct.unpack("<I", data[at + 4 : at + 8])[0]
        chunks.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return chunks


def tags(tally: common.Tally) -> None:
    """Every format, every reader."""
    cover = png()
    with common.Project("files") as project:
        project.stem("a.wav", make.music(70, RATE * 5 + 123, RATE, 2, 0.6), RATE)
        (project.folder / "cover.png").write_bytes(cover)
        path = project.session("tags", session("stems/a.wav", DELIVERABLES, True))
        outcome = project.render(path)
        if not tally.check("tags render", outcome.code == 0, outcome.reason):
            return
        for identifier in DELIVERABLES:
            file = project.delivered(path, identifier, outcome)
            found = probe(file)
            tally.check(
                f"{identifier}: ffprobe reads it without complaint",
                not found["errors"],
                found["errors"][:200],
            )
            for key in ("title", "artist", "album", "genre", "comment"):
                got = found["tags"].get(key)
                tally.check(
                    f"{identifier}: {key} by ffprobe",
                    got == METADATA[key],
                    f"{got!r}, expected {METADATA[key]!r}",
                )
            general = mediainfo(file)
            for key, field in (("Title", "title"), ("Performer", "artist"), ("Album", "album")):
                got = general.get(key) or (general.get("Track") if key == "Title" else None)
                # mediainfo takes RIFF INFO, which names no encoding, for Latin-1, and knows no surrogates in ID3v2.3.
                verdict = tally.expect if file.suffix == ".wav" or identifier == "old" else tally.check
                verdict(f"{identifier}: {field} by mediainfo", got == METADATA[field], f"{got!r}")
            pictures = [stream for stream in found["streams"] if stream["codec_type"] == "video"]
            if file.suffix in (".flac", ".mp3", ".aiff", ".aif", ".ogg", ".opus"):
                tally.check(
                    f"{identifier}: cover by ffprobe",
                    len(pictures) == 1 and pictures[0]["codec_name"] == "png",
                )
                tally.check(
                    f"{identifier}: cover by mediainfo",
                    general.get("Cover") == "Yes",
                    f"{general.get('Cover')}",
                )
            match file.suffix:
                case ".flac":
                    check_flac(tally, identifier, file, cover)
                case ".mp3":
                    mp3_tags = mutagen.mp3.MP3(file).tags
                    check_id3(tally, identifier, mp3_tags, cover, identifier == "old")
                    if mp3_tags is not None:
                        gain = next(
                            (
                                str(f.text[0])
                                for f in mp3_tags.getall("TXXX")
                                if f.desc.lower() == "replaygain_track_gain"
                            ),
                            "",
                        )
                        check_gain_value(tally, identifier, file, gain)
                case ".ogg" | ".opus":
                    check_ogg(tally, identifier, file, cover)
                case ".aiff" | ".aif":
                    check_id3(tally, identifier, mutagen.aiff.AIFF(file).tags, cover, False)
                case ".wav":
                    check_info(tally, identifier, file)
                    wave = mutagen.wave.WAVE(file)
                    if wave.tags is not None:
                        check_id3(tally, identifier, wave.tags, cover, False)
                    else:
                        tally.note(f"{identifier}: no id3 chunk, so no cover and no ISRC but in bext")


def mp3_frames(data: bytes) -> tuple[int, bytes | None, bool]:
    """Audio frames after the Info frame, that frame's LAME part, and whether the stream is unbroken."""
    at = 0
    if data[:3] == b"ID3":
        at = 10 + (data[6] << 21 | data[7] << 14 | data[8] << 7 | data[9])
    rates = {3: [44100, 48000, 32000], 2: [22050, 24000, 16000], 0: [11025, 12000, 8000]}
    kbps = {
        3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        0: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    }
    count, info = 0, None
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] & 0xE0 == 0xE0:
        version = data[at + 1] >> 3 & 3
        rate = rates[version][data[at + 2] >> 2 & 3]
        bitrate = kbps[version][data[at + 2] >> 4]
        size = (144 if version == 3 else 72) * bitrate * 1000 // rate + (data[at + 2] >> 1 & 1)
        frame = data[at : at + size]
        mark = max(frame.find(b"Info", 4, 48), frame.find(b"Xing", 4, 48))
        if count == 0 and info is None and mark > 0:
            info = frame[mark:]
        else:
            count += 1
        at += size
    return count, info, at == len(data)


def gapless(tally: common.Tally) -> None:
    """The Info tag's delay and padding, and the length and place of the decoded samples."""
    lengths = [1, 100, 575, 576, 577, 1105, 1151, 1152, 1153, 44_100, 100_003]
    with common.Project("gapless") as project:
        for count in lengths:
            music = make.music(71, max(count, 2000), RATE, 2, 0.5)[:count]
            project.stem(f"l{count}.wav", music, RATE)
            four = {key: DELIVERABLES[key] for key in ("mp3", "low", "vbr")}
            path = project.session(f"l{count}", session(f"stems/l{count}.wav", four, False))
            outcome = project.render(path)
            if not tally.check(f"{count} frames render", outcome.code == 0, outcome.reason):
                continue
            for identifier in four:
                file = project.delivered(path, identifier, outcome)
                frames, info, whole = mp3_frames(file.read_bytes())
                name = f"{count} frames as {identifier}"
                tally.check(f"{name}: unbroken stream", whole)
                if tally.check(f"{name}: Info frame", info is not None):
                    assert info is not None
                    lame = info[120:]
                    delay = lame[21] << 4 | lame[22] >> 4
                    padding = (lame[22] & 15) << 8 | lame[23]
                    tally.check(f"{name}: delay 576", delay == 576, f"{delay}")
                    same = frames * 1152 == count + delay + padding
                    tally.check(f"{name}: length adds up", same, f"{frames} × 1152 = {count} + {delay} + {padding}?")
                    said = struct.unpack(">I", info[8:12])[0]
                    tally.check(f"{name}: frame count", said == frames, f"{said}, there are {frames}")
                decoded, _ = meter.decoded(file)
                tally.check(f"{name}: length by ffmpeg", len(decoded) == count, f"{len(decoded)}")
                if shutil.which("mpg123"):
                    done = subprocess.run(
                        ["mpg123", "-q", "-e", "s16", "-s", str(file)], capture_output=True, check=False
                    )
                    tally.check(
                        f"{name}: length by mpg123",
                        len(done.stdout) // 4 == count,
                        f"{len(done.stdout) // 4}",
                    )
                if count >= 44_100 and len(decoded) == count:
                    shift = shift_of(decoded, music)
                    tally.check(f"{name}: in its place", shift == 0, f"shifted by {shift}")


def is_lossy(deliverable: str) -> bool:
    """Whether a deliverable's format knows no bits."""
    return any(name in deliverable for name in ("mp3", "ogg_vorbis", "opus"))


def shift_of(decoded: np.ndarray, music: np.ndarray) -> int:
    """Frames that `decoded` comes late, by correlation of the left channels."""
    size = 2 * len(music)
    correlation = np.fft.irfft(np.fft.rfft(decoded[:, 0], size) * np.conj(np.fft.rfft(music[:, 0], size)))
    return int(np.argmax(correlation))


def ogg_lengths(tally: common.Tally) -> None:
    """Length and place of the samples that ffmpeg, oggdec and opusdec decode."""
    cases = {
        44_100: {"vorbis": "format: ogg_vorbis", "vorbis128": "format: ogg_vorbis, bitrate: 128 kbps"},
        48_000: {
            "vorbis_best": "format: ogg_vorbis, quality: 10",
            "opus": "format: opus",
            "opus32": "format: opus, bitrate: 32 kbps",
        },
    }
    for rate, deliverables in cases.items():
        with common.Project("ogg") as project:
            for count in [1, 100, 311, 312, 313, 647, 648, 649, 960, 1025, 4_096, 44_100, 100_003]:
                music = make.music(73, max(count, 2000), rate, 2, 0.5)[:count]
                project.stem(f"l{count}.wav", music, rate)
                text = session(f"stems/l{count}.wav", deliverables, False).replace(
                    f"sample_rate: {RATE}", f"sample_rate: {rate}"
                )
                path = project.session(f"l{count}", text)
                outcome = project.render(path)
                if not tally.check(f"{count} frames render at {rate}", outcome.code == 0, outcome.reason):
                    continue
                for identifier in deliverables:
                    file = project.delivered(path, identifier, outcome)
                    name = f"{count} frames as {identifier}"
                    decoded, _ = meter.decoded(file)
                    # ffmpeg cuts the last of several pages of Vorbis; a song of two packets has only one.
                    verdict = tally.expect if "vorbis" in identifier and count <= 1024 else tally.check
                    verdict(f"{name}: length by ffmpeg", len(decoded) == count, f"{len(decoded)}")
                    tool = "opusdec" if file.suffix == ".opus" else "oggdec"
                    if shutil.which(tool):
                        raw = project.folder / "decoded.raw"
                        if tool == "opusdec":
                            command = [tool, "--quiet", "--rate", str(rate), str(file), str(raw)]
                        else:
                            command = [tool, "-Q", "-R", "-o", str(raw), str(file)]
                        subprocess.run(command, capture_output=True, check=False)
                        frames = (raw.stat().st_size if raw.exists() else 0) // 4
                        raw.unlink(missing_ok=True)
                        tally.check(f"{name}: length by {tool}", frames == count, f"{frames}")
                    if count >= 44_100 and len(decoded) == count:
                        shift = shift_of(decoded, music)
                        tally.check(f"{name}: in its place", shift == 0, f"shifted by {shift}")


def no_metadata(tally: common.Tally) -> None:
    """Without `metadata` nothing is invented: no software names, no dates; and all formats hold the same samples."""
    with common.Project("plain") as project:
        project.stem("a.wav", make.music(72, RATE * 2, RATE, 2, 0.6), RATE)
        plain = {key: f"{what}, dither: none" if not is_lossy(what) else what for key, what in DELIVERABLES.items()}
        path = project.session("plain", session("stems/a.wav", plain, False))
        outcome = project.render(path)
        if not tally.check("plain render", outcome.code == 0, outcome.reason):
            return
        samples = {}
        for identifier in DELIVERABLES:
            file = project.delivered(path, identifier, outcome)
            found = probe(file)["tags"]
            invented = [key for key in found if key in ("date", "creation_time", "title", "artist", "album")]
            tally.check(f"{identifier}: nothing invented", not invented, f"{found}")
            if file.suffix not in LOSSY:
                samples[identifier] = common.read_integers(file)[0]
        for one, other in (
            ("wav", "aiff"),
            ("wav", "flac"),
            ("wav16", "aiff16"),
            ("wav16", "flac16"),
            ("wav", "wav32"),
        ):
            tally.check(f"{one} and {other} hold the same samples", np.array_equal(samples[one], samples[other]))


if __name__ == "__main__":
    common.need_program()
    results = common.Tally("files")
    tags(results)
    gapless(results)
    ogg_lengths(results)
    no_metadata(results)
    results.finish()
