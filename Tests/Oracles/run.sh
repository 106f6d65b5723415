#!/bin/sh
# Runs every oracle against a release build; `make oracles` calls this.
#   run.sh            everything (about a quarter of an hour)
#   run.sh --quick    fewer settings
#   run.sh NAME…      only these: self_check, self_check_timeline, check_render, check_timeline, check_eq,
#                     ebu_cases, check_loudness, check_checks, check_reverb, check_determinism, check_files, check_broken,
#                     check_masters, check_dither, check_tags, check_stems, check_session
# MIXDOWN: the program under test. ORACLES_VENV: where the Python environment lives.
set -u
here=$(cd "$(dirname "$0")" && pwd)
venv=${ORACLES_VENV:-$here/../../.build/oracles-venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv" || exit 1
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt" || exit 1

quick=
names=
for word in "$@"; do
  case $word in
    --quick) quick=--quick ;;
    *) names="$names $word" ;;
  esac
done
if [ -z "$names" ]; then
  names="self_check self_check_timeline check_broken check_render check_timeline check_eq ebu_cases"
  names="$names check_files check_tags check_stems check_session check_checks check_dither check_reverb check_determinism check_loudness"
  names="$names check_masters"
fi

failed=
for name in $names; do
  echo "== $name"
  case $name in
    check_reverb | check_loudness | check_masters | check_dither) more=$quick ;;
    check_timeline) more=${quick:+--seeds 1..16} ;;
    check_eq) more=${quick:+--rates 48000} ;;
    ebu_cases) more=${quick:+--rate 48000} ;;
    *) more= ;;
  esac
  # shellcheck disable=SC2086
  "$venv/bin/python" "$here/$name.py" $more || failed="$failed $name"
done
if [ -n "$failed" ]; then
  echo "failed:$failed"
  exit 1
fi
echo "all oracles agree"
