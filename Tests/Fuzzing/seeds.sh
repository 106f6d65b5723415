#!/bin/sh
# Writes the fuzzers' first inputs: short valid files of every kind, a folder a target.
#   seeds.sh FOLDER
# Needs ffmpeg, sox, flac, metaflac, lame, oggenc and opusenc.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
cd "$1"
for target in wav aiff caf flac mpeg vorbis opus cover yaml session set; do mkdir -p $target; done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
quiet="ffmpeg -nostdin -loglevel error -y"

# 20 ms each: what is long is slow, and says nothing new.
sox -n -r 48000 -c 2 -b 16 "$scratch/a.wav" synth 0.02 sine 440 vol 0.3
sox -n -r 8000 -c 1 -b 16 "$scratch/low.wav" synth 0.02 sine 440 vol 0.3
sox -n -r 44100 -c 6 -b 24 "$scratch/six.wav" synth 0.005 sine 440 vol 0.3
sox -n -r 44100 -c 2 -b 16 "$scratch/long.wav" synth 0.15 pinknoise vol 0.2
sox -n -r 8000 -c 1 -b 16 "$scratch/second.wav" synth 1.2 sine 300-900 vol 0.2

# What a container is called, what the encodings in it.
container() {
  folder=$1 name=$2 source=$3
  shift 3
  $quiet -i "$scratch/$source.wav" "$@" "$folder/$name" 2>/dev/null || rm -f "$folder/$name"
}
for codec in pcm_u8 pcm_s16le pcm_s24le pcm_s32le pcm_f32le pcm_f64le pcm_alaw pcm_mulaw adpcm_ima_wav adpcm_ms libgsm_ms \
  libmp3lame mp2; do
  for source in a low; do container wav $codec-$source.wav $source -c:a $codec; done
  container wav $codec.rf64 low -c:a $codec -rf64 always -f wav
done
container wav six.wav six -c:a pcm_s24le
container wav tagged.wav low -metadata title=a -write_bext 1
$quiet -i "$scratch/low.wav" -f wav - >wav/pipe.wav
$quiet -i "$scratch/low.wav" -rf64 always -f wav - >wav/pipe.rf64
cat "$scratch/low.wav" | sox -t wav - -t wav - >wav/pipe-sox.wav 2>/dev/null
lame --quiet --decode "$scratch/low.wav" - >wav/pipe-lame.wav 2>/dev/null || rm -f wav/pipe-lame.wav

for codec in pcm_s8 pcm_s16be pcm_s24be pcm_s32be; do container aiff $codec.aiff low -c:a $codec; done
for codec in pcm_s16le pcm_f32be pcm_f64be pcm_alaw pcm_mulaw adpcm_ima_qt; do
  container aiff $codec.aifc low -c:a $codec -f aiff
done
sox "$scratch/a.wav" aiff/sox.aiff
sox "$scratch/low.wav" aiff/sox.aifc
$quiet -i "$scratch/low.wav" -f aiff - >aiff/pipe.aiff
sox "$scratch/low.wav" -t aiff - >aiff/pipe-sox.aiff 2>/dev/null

for codec in pcm_s8 pcm_s16le pcm_s16be pcm_s24le pcm_s32be pcm_f32le pcm_f64be pcm_alaw pcm_mulaw alac adpcm_ima_qt; do
  container caf $codec.caf low -c:a $codec
  container caf $codec-stereo.caf a -c:a $codec
done

flac --silent --force --no-padding "$scratch/a.wav" -o flac/a.flac
flac --silent --force --no-padding --no-md5-sum --no-seektable "$scratch/low.wav" -o flac/bare.flac
flac --silent --force --no-padding --blocksize=64 -0 "$scratch/low.wav" -o flac/small-blocks.flac
flac --silent --force --no-padding -8 -e -p "$scratch/long.wav" -o flac/long.flac
flac --silent --force --no-padding "$scratch/six.wav" -o flac/six.flac
flac --silent --force --no-padding --tag=TITLE=a "$scratch/low.wav" -o flac/tagged.flac
flac --silent --force --no-padding --stdout "$scratch/low.wav" | cat >flac/pipe.flac
flac --silent --force --no-padding --ogg "$scratch/low.wav" -o vorbis/flac.ogg
flac --silent --force --no-padding --ogg --stdout "$scratch/a.wav" >vorbis/flac-pipe.ogg
sox -n -r 44100 -c 1 -b 8 "$scratch/eight.wav" synth 0.02 square 99 vol 0.5
flac --silent --force --no-padding "$scratch/eight.wav" -o flac/eight.flac
{ printf 'ID3\004\000\000\000\000\000\012'; printf '\000%.0s' 1 2 3 4 5 6 7 8 9 0; cat flac/bare.flac; } >flac/id3.flac

lame --quiet -b 64 "$scratch/a.wav" mpeg/a.mp3
lame --quiet -b 32 -t "$scratch/a.wav" mpeg/bare.mp3
lame --quiet -V 9 --tt a --ta b "$scratch/low.wav" mpeg/vbr.mp3
lame --quiet -b 8 --resample 8 -m m "$scratch/long.wav" mpeg/lowest.mp3
lame --quiet -b 64 -p "$scratch/low.wav" mpeg/checked.mp3
lame --quiet -b 24 --resample 22.05 --id3v2-only --tt a "$scratch/a.wav" mpeg/half.mp3
lame --quiet -b 32 -m f "$scratch/a.wav" mpeg/forced.mp3
$quiet -i "$scratch/a.wav" -c:a mp2 -b:a 64k mpeg/a.mp2
$quiet -i "$scratch/low.wav" -c:a mp2 -ar 16000 -b:a 32k mpeg/half.mp2
cat mpeg/bare.mp3 mpeg/bare.mp3 >mpeg/twice.mp3
{ printf '\000%.0s' 1 2 3 4 5; cat mpeg/bare.mp3; printf 'TAG%0125d' 0; } >mpeg/filled.mp3
{ cat mpeg/bare.mp3; printf 'APETAGEX\320\007\000\000\000\000\000\000\000\000\000\000\000\000\000\240\000\000\000\000\000\000\000\000'; } >mpeg/ape.mp3
{ cat mpeg/bare.mp3; printf 'LYRICSBEGININD0000210000042LYRICS200'; } >mpeg/lyrics.mp3

oggenc --quiet -q -1 "$scratch/low.wav" -o vorbis/low.ogg
oggenc --quiet -q 2 "$scratch/a.wav" -o vorbis/a.ogg
oggenc --quiet -q -1 "$scratch/long.wav" -o vorbis/long.ogg
cat vorbis/low.ogg vorbis/low.ogg >vorbis/chain.ogg
$quiet -i vorbis/long.ogg -ss 0.05 -c copy vorbis/cut.ogg
{ cat vorbis/low.ogg; printf 'TAG'; } >vorbis/more.ogg

opusenc --quiet --bitrate 24 "$scratch/a.wav" opus/a.opus
opusenc --quiet --bitrate 8 --framesize 60 "$scratch/long.wav" opus/long.opus
opusenc --quiet --bitrate 24 --framesize 2.5 "$scratch/low.wav" opus/short.opus
opusenc --quiet --bitrate 6 --framesize 60 "$scratch/second.wav" opus/second.opus
opusenc --quiet --bitrate 64 "$scratch/six.wav" opus/six.opus
cat opus/a.opus opus/a.opus >opus/chain.opus
$quiet -i opus/second.opus -ss 0.5 -c copy opus/cut.opus

$quiet -f lavfi -i color=red:s=2x2 -frames:v 1 cover/red.png
$quiet -f lavfi -i color=red:s=8x8 -frames:v 1 cover/red.jpg
$quiet -f lavfi -i color=red:s=8x8 -frames:v 1 -pix_fmt gray cover/gray.png

# One name is every stem, so that less is to be changed.
for file in "$root"/examples/*/*.yaml "$root"/Tests/MixdownKitTests/corpus/*/*.yaml; do
  name=$(basename "$(dirname "$file")")-$(basename "$file")
  cp "$file" "yaml/$name"
  sed -E 's/[A-Za-z0-9_ .\/-]*\.(wav|flac|aiff|mp3|ogg|opus)/ a.wav/g' "$file" >"session/$name"
done
# Behind a line `%%%` comes the parent, behind another the preset.
cat >session/family <<'END'
mixdown: 1
extends: parent.mix.yaml
with: {loud: -3 dB}
tracks: {a: {level: -2 dB}, b: {stem: a.wav, preset: a.preset.yaml}}
%%%
mixdown: 1
parameters: {loud: {type: level, default: 0 dB}}
tracks: {a: {stem: a.wav, level: $loud}}
%%%
mixdown: 1
preset: channel
inserts: {eq: {type: eq, bands: {low: {type: bell, frequency: 100 Hz, gain: 2 dB}}}}
END

# Texts of `--set`, one a line.
while IFS= read -r line; do
  number=$((${number:-0} + 1))
  printf '%b' "$line" >set/$number
done <<'END'
tracks.lead.level=-3 dB
tracks.lead.pan=L30\ntracks.kick.mute=true
tracks.lead.inserts.eq.bands.low.gain=+2 dB
tracks.lead.inserts={}
master.loudness={integrated: -14 LUFS}
deliverables.a={format: flac, bit_depth: 24}
tempo=[{at: 1|1, bpm: 120}, {at: 9|1, bpm: 90}]
tracks.lead.automation.level=[{at: 1 s, value: -3 dB}, {at: 5 s, value: -inf dB}]
buses.hall.inserts.reverb.decay=1.2 s
markers.solo=40|1\nversions.tv.mute=[lead]
tracks.lead.sends.hall.level=-12 dB
metadata.title="a: b"
sample_rate=44.1 kHz\nstart=5 s\nlength=9 s
tracks.lead.clips.one.at=3|1.5 - 0.5 bars
END
find . -type f -size 0 -exec rm -f {} +
for target in */; do echo "$target $(ls "$target" | wc -l)"; done
