import AudioFiles
import DSP
import Diagnostics
import Processors
import Quantities
import SessionModel
import Tables

// What a person should know of a render.

extension Deliverer {
  /// The greatest reduction that passes without a word, in dB (FORMAT, *Master*).
  static let muchLimiting = 4.0

  func noteOnLimiting(_ mastered: Mastered, _ ids: [String], _ master: Master) -> [Diagnostic] {
    guard let loudness = master.loudness, mastered.result.limiting >= Self.muchLimiting,
      !(session.allow ?? []).contains(DiagnosticCode.muchLimiting.id)
    else { return [] }
    return [
      Diagnostic(
        .muchLimiting, .warning,
        "to reach \(loudness.goal.text), the limiter takes up to \(rounded(mastered.result.limiting)) dB from \(listed(ids, conjunction: "and"))",
        hints: ["a lower target or tamer peaks in the mix keep more punch"])
    ]
  }

  /// What a person should know of a file that was written.
  func notes(on encoding: Encoding, _ file: Encoding.Encoded) -> [Diagnostic] {
    var notes: [Diagnostic] = []
    let path = "deliverables.\(encoding.id)"
    if file.clippedSamples > 0 {
      notes.append(
        Diagnostic(
          .clipped, .warning,
          "\(file.clippedSamples) samples of `\(encoding.id)` are above full scale and were clipped",
          path: path, hints: ["add a limiter, turn `main` down, or deliver `bit_depth: 32f`"]))
    }
    if case .caf = encoding.format, deliverable(encoding.id).metadata.laid(over: session.metadata).cover != nil {
      notes.append(Diagnostic(.coverLeftOut, .note, "`\(encoding.id)` has no cover: a CAF cannot hold one", path: path))
    }
    if let note = noteOnCDFormat(encoding) { notes.append(note) }
    let dither = session.deliverables[encoding.id]?.ditherInForce
    if dither == .shaped, encoding.format.integerBits != nil, ![44_100, 48_000].contains(encoding.sampleRate) {
      notes.append(
        Diagnostic(
          .ditherFallback, .note, "`\(encoding.id)` has TPDF dither: `shaped` is made for 44.1 and 48 kHz", path: path))
    }
    return notes
  }
}
