#!/usr/bin/env bash
# Takes the pictures of the report that README.md and docs/report.md show, in light and dark. Needs Chromium.
# Called by `make pictures`; MIXDOWN is the program, CHROMIUM the browser.
set -euo pipefail
cd "$(dirname "$0")/../.."
mixdown=${MIXDOWN:-.build/release/mixdown}
chromium=${CHROMIUM:-chromium}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# picture PAGE NAME WIDTH HEIGHT [CSS]: a picture in each colour scheme, of what CSS leaves of the page.
picture() {
  sed "s|</head>|<style>${5:-}</style></head>|" "$1" > "${1%.html}.shown.html"
  for scheme in 1:light 0:dark; do
    "$chromium" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size="$3,$4" \
      --blink-settings=preferredColorScheme="${scheme%:*}" --screenshot="docs/pictures/$2-${scheme#*:}.png" \
      "file://${1%.html}.shown.html" 2>/dev/null
  done
}

only() { echo "header, nav, footer, main > section:not(#$1) { display: none !important } #$1 { padding-top: .5rem }"; }

"$mixdown" render --quiet examples/01-first-mix/first-mix.mix.yaml -o "$work"
picture "$work/first-mix.report.html" report 1180 1125
"$mixdown" render --quiet examples/05-groups-vcas-and-sidechain/groups-vcas-and-sidechain.mix.yaml -o "$work"
picture "$work/groups-vcas-and-sidechain.report.html" flow 1180 620 "$(only routing)"
picture "$work/groups-vcas-and-sidechain.report.html" bridge 1180 540 "$(only bridge)"
