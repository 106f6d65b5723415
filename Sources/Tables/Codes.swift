public import Diagnostics

/// Codes of shape (`S`) and of units and ranges (`U`).
extension DiagnosticCode {
  public static let wrongKind = DiagnosticCode(
    "S0201", title: "a mapping, list or text where another is wanted",
    explanation: """
      A key holds the wrong kind of thing: a text where a mapping of keys is wanted, or the other way round.

          tracks: stems/kick.wav          # wrong: `tracks` is a mapping of names

          tracks:
            kick: {stem: stems/kick.wav}  # right
      """)
  public static let unknownKey = DiagnosticCode(
    "S0202", title: "unknown key",
    explanation: """
      A key is not part of the format at this place. Unknown keys are errors, because a misspelt `treshold` that
      is silently ignored is a wrong mix.

          compressor: {treshold: -18 dB}  # wrong
          compressor: {threshold: -18 dB} # right

      A key of your own, for your own tools, starts with `x-` and is ignored everywhere.
      """)
  public static let missingKey = DiagnosticCode(
    "S0203", title: "a key is missing",
    explanation: """
      Something that cannot be guessed was not said: a session without `mixdown: 1`, a deliverable without
      `format`, an insert whose name is no type and that has no `type:`.

          inserts: {glue: {threshold: -14 dB}}                    # wrong: what is `glue`?
          inserts: {glue: {type: compressor, threshold: -14 dB}}  # right
      """)
  public static let notInThisVersion = DiagnosticCode(
    "S0204", title: "part of the format, but not in this version",
    explanation: """
      The session uses a part of the format that this version of Mixdown does not render yet. It is refused
      rather than ignored: a mix that leaves out its automation is not your mix. Take the part out, or render
      with a later version.
      """)
  public static let badName = DiagnosticCode(
    "S0205", title: "a name that is no id",
    explanation: """
      Tracks, buses, inserts, bands, sends, markers and deliverables are named by ids: lower-case letters, digits
      and `_`, starting with a letter. The name is part of every path (`tracks.lead_vocal.level`), so it has no
      spaces, dots or capitals.

          Lead Vocal: {stem: v.wav}   # wrong
          lead_vocal: {stem: v.wav}   # right
      """)
  public static let unknownType = DiagnosticCode(
    "S0206", title: "unknown type",
    explanation: """
      A `type:` names no processor or band type. `mixdown processors` lists them all.
      """)
  public static let malformed = DiagnosticCode(
    "U0301", title: "not a value of the wanted kind",
    explanation: """
      A text is not a value of the quantity that the key takes. Units are part of the value: `-4 dB`, `3.5 kHz`,
      `10 ms`, `35 %`, `3:1`, `L30`, `-14 LUFS`, `-1 dBTP`; switches are `true` and `false`.
      """)
  public static let numberForm = DiagnosticCode(
    "U0302", title: "a number in a form that is not taken",
    explanation: """
      Numbers are plain decimals with an optional sign. Exponents, `_`, leading zeros, hex and a bare point are
      refused, because programs disagree about what they mean (`010` is 8 to some readers of YAML).

          frequency: 1e3     # wrong
          frequency: 1 kHz   # right
      """)
  public static let wrongUnit = DiagnosticCode(
    "U0303", title: "a unit of another dimension",
    explanation: """
      The value has a unit, but not one of this key's quantity: a time where a level is wanted, or one that the
      format does not have. The units are `dB`, `Hz`, `kHz`, `ms`, `s`, `LUFS`, `dBTP`, `kbps`, in any case.
      """)
  public static let missingUnit = DiagnosticCode(
    "U0304", title: "a number whose unit cannot be guessed",
    explanation: """
      A bare number is taken only where one unit is customary (`level: -4` is dB, `frequency: 80` is Hz). A time
      could be milliseconds or seconds, so it always says which; only `0` needs no unit.

          attack: 10      # wrong
          attack: 10 ms   # right
      """)
  public static let outOfRange = DiagnosticCode(
    "U0305", title: "outside the allowed range",
    explanation: """
      The value is of the right kind, but outside what the parameter allows. Mixdown never clamps silently: the
      file says what you hear. `mixdown processors NAME` shows every range.
      """)

  public static let looksLikeFraction = DiagnosticCode(
    "U0307", title: "a value that looks like a fraction of 1",
    explanation: """
      Percentages go from 0 to 100, pans from L100 to R100. A bare number up to 1 is taken as it stands, and does
      next to nothing; most likely it was meant as a fraction. With its unit it is taken without a word. Or silence it
      with `allow: [U0307]`.

          mix: 0.5     # half a percent
          mix: 50 %    # half
      """)

  public static let tables: [DiagnosticCode] = [
    .wrongKind, .unknownKey, .missingKey, .notInThisVersion, .badName, .unknownType, .malformed, .numberForm,
    .wrongUnit, .missingUnit, .outOfRange, .looksLikeFraction,
  ]
}
