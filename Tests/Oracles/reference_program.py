#!/usr/bin/env python3
"""The reference renderer behind as much of the command line as the checks use, to try a check without the program.

MIXDOWN=$PWD/reference_program.py python check_timeline.py; `python3` must find numpy.
"""

from __future__ import annotations

import sys
from pathlib import Path

import soundfile

from reference import Reference

if __name__ == "__main__":
    session = Path(sys.argv[2])
    out = Path(sys.argv[sys.argv.index("-o") + 1])
    try:
        reference = Reference(session.parent, session.read_text(encoding="utf-8"))
    except NotImplementedError as problem:
        print(f"the reference does not know {problem}", file=sys.stderr)
        sys.exit(2)
    out.mkdir(parents=True, exist_ok=True)
    name = session.name.removesuffix(".mix.yaml")
    for identifier in reference.session["deliverables"]:
        samples = reference.delivered(identifier)
        soundfile.write(out / f"{name}-{identifier}.wav", samples, int(reference.rate), subtype="FLOAT")
    print("{}")
