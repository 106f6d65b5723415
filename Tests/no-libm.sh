#!/usr/bin/env bash
# The DSP target must not call the C mathematics library, whose bits differ between processors.
# Builds DSP for release and fails when its objects leave one of libm's functions undefined.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --target DSP >/dev/null
objects=$(find "$(swift build -c release --show-bin-path)/DSP.build" -name '*.o')
[ -n "$objects" ] || { echo "no objects of DSP found" >&2; exit 1; }
names='a?(sin|cos|tan)h?|atan2|sincos|exp(2|10|m1)?|log(2|10|1p|b)?|pow|cbrt|hypot|sqrt|fma|fmod|remainder|modf|floor|ceil|round(even)?|trunc|rint|nearbyint|l?lrint|l?lround|ldexp|frexp|scalbl?n|erfc?|[lt]gamma'
found=$(nm -u $objects | awk '{print $NF}' | sed 's/@.*//' | grep -E "^_?($names)[fl]?\$" | sort -u || true)
if [ -n "$found" ]; then
  echo "DSP calls the C mathematics library:" >&2
  echo "$found" >&2
  exit 1
fi
echo "DSP calls nothing of the C mathematics library."
