public import Diagnostics

/// Codes of delivery (`D`).
extension DiagnosticCode {
  public static let nothingToMeasure = DiagnosticCode(
    "D0811", title: "nothing to measure",
    explanation: """
      A loudness target needs at least 400 ms of programme above −70 LUFS (3 s for `short_term_max`). This master is
      shorter, or lies below that throughout: bring it up with `main: {level: +40 dB}` or so, or write
      `loudness: none`. The deliverable is not written.
      """)
  public static let tooMuchLimiting = DiagnosticCode(
    "D0812", title: "the target takes more limiting than allowed",
    explanation: """
      To be as loud as the target asks, clipper and limiter would have to turn it down by more than
      `max_limiting`, the greatest mean reduction over 50 ms.
      That is heard as distortion and loss of punch, so the deliverable is not written; the others are.

      The message names what it would take and the loudest target that fits, or says that no amount of limiting gets
      there. Lower the target, tame the
      peaks in the mix (a compressor on the drums, say), or raise `loudness.max_limiting` if you mean it.
      """)
  public static let muchLimiting = DiagnosticCode(
    "D0813", title: "clipper and limiter work hard",
    explanation: """
      Clipper and limiter take 4 dB or more, in the mean over 50 ms where they take most. That may be meant; a lower target or tamer peaks in
      the mix keep more punch. `allow: [D0813]` silences the note.
      """)
  public static let targetUnreachable = DiagnosticCode(
    "D0814", title: "the target loudness cannot be reached",
    explanation: """
      More gain no longer makes the file louder: the limiter takes away what the gain adds, or, without one, full scale
      does. Or the file has too few bits for so quiet a target. The deliverable is not written.
      """)
  public static let clipped = DiagnosticCode(
    "D0815", title: "samples were clipped",
    explanation: """
      The master exceeds full scale, and an integer file has nothing above it. Add a limiter
      (`master: {limiter: {ceiling: -1 dBTP}}`), turn `main` down, or deliver `bit_depth: 32f`.
      """)
  public static let decodedMiss = DiagnosticCode(
    "D0816", title: "a lossy file cannot hold its target",
    explanation: """
      A lossy encoder changes the waveform: decoded peaks grow, and a little loudness goes. Mixdown encodes, decodes,
      measures, and masters again with a lower ceiling or another gain, up to six times. This file still missed its
      target loudness or its ceiling, so it is not written. A higher bitrate or a lower target leaves more room.
      """)
  public static let ditherFallback = DiagnosticCode(
    "D0817", title: "shaped dither is not made for this rate",
    explanation: """
      The noise shaping of `dither: shaped` is designed for 44.1 and 48 kHz. At other rates TPDF is used instead.
      """)
  public static let writeFailed = DiagnosticCode(
    "D0818", title: "a file could not be written",
    explanation: """
      The output folder cannot be written, or the disk is full. Nothing half-written was left.
      """)
  public static let overwritesInput = DiagnosticCode(
    "D0819", title: "an output would overwrite an input",
    explanation: """
      A deliverable's path leads, links followed, to a file that the session reads, or to one that another session of
      the same command has made. Inputs are never written.
      """)
  public static let unknownDeliverable = DiagnosticCode(
    "D0820", title: "`--only` names no deliverable",
    explanation: "`--only` takes the id of a deliverable, as it stands under `deliverables:`.")
  public static let rangeNeedsMore = DiagnosticCode(
    "D0821", title: "more than a range was rendered",
    explanation: """
      `--range A..B` gives the samples that the whole render has there. Filters, compressors and reverbs remember
      what came before, a loudness is that of the whole song, and a tail ends where it ends: then more than the range
      has to be rendered for it.
      """)
  public static let badRange = DiagnosticCode(
    "D0822", title: "a range that is none",
    explanation: "`--range` takes two places in the song, the first before the second: `17|1..25|1`, `verse..1:10`.")
  public static let checkFailed = DiagnosticCode(
    "D0823", title: "a check that a file misses",
    explanation: """
      The session's `checks:` say what its files must be, and what was measured of this one lies outside. The file is
      there; the render ends with 1.

          checks:
            integrated_loudness: {min: -14.5 LUFS, max: -13.5 LUFS}
            true_peak: {max: -1 dBTP}
            mono_compatibility: {min: -3 LU}
      """)

  public static let coverLeftOut = DiagnosticCode(
    "D0824", title: "a cover that a format cannot hold",
    explanation: "CAF has fields for texts and none for pictures, so the file has no cover. All else is in it.")

  public static let balanceUnjudged = DiagnosticCode(
    "D0825", title: "balances that were not judged",
    explanation: """
      `checks: {balance: …}` is about the whole mix, so it is judged when the session is rendered whole: without
      `--only`, `--mix` and `--range`. `allow: [D0825]` silences the note.
      """)

  public static let auditionGain = DiagnosticCode(
    "D0826", title: "an audition with a gain of its own",
    explanation: """
      A render with `--set`, `--solo` or `--mute` is an audition: it keeps the master gain that the session has as it is
      written, so that one hears the change alone. Where the session cannot be rendered by itself, or its rate, its tempo
      or its `start` are others, there is no such gain, and the audition is brought to its loudness by itself.
      """)

  public static let refusedByMaster = DiagnosticCode(
    "D0831", title: "a file that its master's checks refuse",
    explanation: """
      A master may have `checks:` of its own: what its medium asks for. A file that misses one is not written; the
      others are. The built-in masters `vinyl` and `cd` bring such checks, `mixdown presets show vinyl` prints them.
      They are overridden key by key, and `null` takes one away:

          deliverables:
            record: {format: wav, master: {preset: vinyl, checks: {length: {max: 22:00}, sibilance: null}}}
      """)
  public static let otherThanCD = DiagnosticCode(
    "D0832", title: "a master for CD in another format",
    explanation: """
      The master fills its files up to whole frames of a CD, but this file has another rate, depth or format than
      the 44.1 kHz, 16 bits and two channels of a CD. That is fine for who makes the disc from it; for the disc
      itself write `format: wav, sample_rate: 44.1 kHz, bit_depth: 16`. Silence it with `allow: [D0832]`.
      """)
  public static let stemsDoNotAddUp = DiagnosticCode(
    "D0841", title: "stems that do not add up to the mix",
    explanation: """
      The files of `split: stems` were read back, added up and compared with the mix before its master, and they
      differ by more than their format explains: -140 dB under full scale, or under a peak above it, for `32f`, one and a half
      steps a file for integers. Integer files clip above full scale; `32f` does not.
      """)
  public static let silentParts = DiagnosticCode(
    "D0842", title: "parts without a file",
    explanation: """
      A track or bus that is muted, or that a solo leaves out, gives nothing to the mix, so a split has no file of it.
      """)

  public static let delivery: [DiagnosticCode] = [
    .nothingToMeasure, .tooMuchLimiting, .muchLimiting, .targetUnreachable, .clipped, .decodedMiss, .ditherFallback,
    .writeFailed, .overwritesInput, .unknownDeliverable, .rangeNeedsMore, .badRange, .checkFailed, .coverLeftOut,
    .balanceUnjudged, .auditionGain, .refusedByMaster, .otherThanCD,
    .stemsDoNotAddUp, .silentParts,
  ]
}
