#!/bin/sh
# Builds the fuzzers and runs them, one after the other; `make fuzz` calls this.
#   run.sh            every target
#   run.sh NAME…      only these: wav, aiff, caf, flac, mpeg, vorbis, opus, cover, yaml, session, set
# TIME: seconds a target (60). RUNS: executions a target (no limit). KEEP_GOING=1: not to end with the first crasher.
# TIMEOUT: seconds that an input may take (5); more where others need the machine.
# FUZZ_BUILD: where builds, inputs and logs live (.build/fuzz).
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${FUZZ_BUILD:-$root/.build/fuzz}
mkdir -p "$build/logs" "$build/crashers" "$build/corpus"

audio="wav aiff caf flac mpeg vorbis opus cover"
text="yaml session set"
targets=${*:-$audio $text}
products=
for target in $targets; do
  case " $audio " in
    *" $target "*) product=fuzz-audio ;;
    *) product=fuzz-text ;;
  esac
  case " $products " in
    *" $product "*) ;;
    *) products="$products $product" ;;
  esac
done
if [ -z "${NO_BUILD:-}" ]; then
  for product in $products; do
    MIXDOWN_FUZZING=1 ${SWIFT:-swift} build --package-path "$root" -c release --scratch-path "$build/swift" \
      --product "$product" || exit 1
  done
fi
[ -d "$build/seeds" ] || "$here/seeds.sh" "$build/seeds" || exit 1

# Words of the text targets: what is in this folder, and every key and choice of the schema.
{
  cat "$here/text.dict"
  grep -ohE '"[a-z_0-9]+"' "$root/schemas/session.schema.json" | sort -u
} >"$build/text.dict"

# A folder in memory, for what the programs read.
FUZZ_FOLDER=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" mixdown-fuzz-XXXXXX)
FUZZ_SESSION=$root/Tests/MixdownKitTests/Crashers/everything.mix.yaml
export FUZZ_FOLDER FUZZ_SESSION
trap 'rm -rf "$FUZZ_FOLDER"' EXIT
trap 'exit 130' INT TERM

# Stacks of allocations and Swift's own report of a crash take longer than the rest.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:malloc_context_size=0:quarantine_size_mb=8}
export SWIFT_BACKTRACE=enable=no

failed=
for target in $targets; do
  log=$build/logs/$target.log
  mkdir -p "$build/corpus/$target"
  # Long inputs are slow, and short ones reach as far; a Vorbis stream needs its codebooks.
  case $target in
    vorbis) length=6144 ;;
    flac | mpeg | opus) length=3072 ;;
    yaml) length=768 ;;
    set) length=512 ;;
    *) length=2048 ;;
  esac
  case " $audio " in
    *" $target "*) program=fuzz-audio dictionary=$here/audio.dict ;;
    *) program=fuzz-text dictionary=$build/text.dict ;;
  esac
  export FUZZ_TARGET=$target
  "$build/swift/release/$program" ${KEEP_GOING:+-fork=1 -ignore_crashes=1 -ignore_ooms=1 -ignore_timeouts=1} \
    -max_total_time="${TIME:-60}" -runs="${RUNS:--1}" -max_len=$length -timeout="${TIMEOUT:-5}" -rss_limit_mb=2048 \
    -malloc_limit_mb=512 -dict="$dictionary" -artifact_prefix="$build/crashers/$target-" -print_final_stats=1 \
    "$build/corpus/$target" "$build/seeds/$target" >"$log" 2>&1 </dev/null
  status=$?
  [ $status = 0 ] || failed="$failed $target"
  printf '%-8s %s\n' "$target" "$(grep -E '^#[0-9]+' "$log" | tail -1)"
  [ $status = 0 ] || grep -hE 'ERROR|Fatal error|SUMMARY|Test unit written' "$log" | sed 's/^/         /'
done
if [ -n "$failed" ]; then
  echo "failed:$failed; what did it is in $build/crashers"
  exit 1
fi
