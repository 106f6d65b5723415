/// Well-formed files of many shapes.
let corpus: [String] = [
  "mixdown: 1\n",
  "mixdown: 1",
  "\u{FEFF}mixdown: 1\nname: \u{FEFF}x\n".replacing("\u{FEFF}x", with: "x"),
  """
  # yaml-language-server: $schema=session.schema.json
  mixdown: 1
  metadata: {title: Night Drive, artist: "Ada Väle 🎛", isrc: QZ-ABC-26-00001}   # who
  tempo: 112                      # or a list
  markers: {verse: 5|1, chorus: 17|1, end: 65|1}

  tracks:
    kick:
      stem: stems/kick.wav
      level: -4 dB

      inserts:   # in order
        eq:
          bands:
            sub:   {type: high_pass, frequency: 30 Hz, slope: 12 dB/oct}
        compressor: {threshold: -18 dB, ratio: 3:1, attack: 10 ms, release: 120 ms}
      automation:
        level:
          - {at: chorus, offset: +1.5 dB, over: 1 beat}

          -   at: end
              value: -3 dB
      # the last words about kick
    bass: {stem: stems/bass.flac}
  # the end
  """,
  "list:\n- a\n- - b\n  - c\n-\n- {x: 1, y: [1, 2, {z: }]}\n-   k: v\n    l: w\n",
  "text: |\n  line one\n   line two\n\n  line four\n\n\nfolded: >-  # joined\n  a\n  b\n\nkeep: |+\n  x\n\nend: 1\n",
  "a: 'it''s'\nb: \"tab\\t \\u00F6 \\\"q\\\"\"\nc: \"over\n  lines\n\n  here\"\nd: plain over\n  lines\ne: ''\n",
  "base: &base {level: -3 dB, pan: C}\nvocals: *base\nlist: [*base, &n 1, *n]\nempty: &nothing\nlast: *nothing\n",
  "a: 1\r\nb:\r\n  - ö\r\n  - 🎛: x\r\n# c\r\nc: |\r\n  text\r\n",
  "flow: {\n  a: 1,   # one\n  b: [\n    2, 3,\n  ],\n  \"c\": 'd',\n  e,\n}\n",
  "? explicit\n: value\n? other\n",
  "---\na: 1\n...\n# after\n",
  "[a: 1, b: 2, c]\n",
  "日本: 語\n\"ключ\": значение\né: e\u{301}\n",
  "a:\t1\nb: [1,\t2]\t# tab\nc: \"a\tb\"\n",
  "x-note: {anything: [goes, {here: ~}]}\nempty:\n",
  "just text\n",
  "a: http://example.org/x#y\nb: a:b\nc: -1\nd: [a#b]\n",
]

/// A fixed sequence of random numbers (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
