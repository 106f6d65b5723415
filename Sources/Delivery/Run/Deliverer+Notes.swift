import AudioFiles
import DSP
import Diagnostics
import Processors
import Quantities
import SessionModel
import Tables

// What a person should know of a render.

extension Deliverer {
  /// The greatest mean reduction over 50 ms that passes without a word, in dB (docs/format.md).
  static let muchLimiting = 4.0

  /// - Parameters:
  ///   - made: the files of a master that were written, each with its reduction in dB.
  ///   - aim: the loudness that the limiting is for.
  func notesOnLimiting(
    _ made: [(id: String, limiting: Double)], _ master: Master, aim: LoudnessTarget?
  ) -> [Diagnostic] {
    let hard = made.filter { $0.limiting >= Self.muchLimiting }
    let takers = master.clipper == nil ? "the limiter takes" : "clipper and limiter take"
    let aim = aim.map { "to reach \($0.goal.text), \(takers)" } ?? takers
    return Set(hard.map { rounded($0.limiting) }).sorted().map { taken in
      let ids = hard.filter { rounded($0.limiting) == taken }.map(\.id)
      return Diagnostic(
        .muchLimiting, .warning,
        "\(aim) up to \(taken) dB from \(listed(ids, conjunction: "and"))",
        hints: ["a lower target or tamer peaks in the mix keep more punch"])
    }
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
    if case .caf = encoding.format, resolved.metadata(of: encoding.id).cover != nil {
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
