import AudioFiles
import Diagnostics
import Quantities
import SessionModel
import Tables

// What a master is made for: its own checks, which refuse a file, and the frames of a CD.

extension Deliverer {
  /// Judges files that are whole, but not yet in their places, by the checks of their masters. Those that miss one
  /// are given up, each with its reasons; the others are returned.
  func accepted(
    _ finished: [(DeliveredFile, AudioFileWriter)], _ result: inout DeliveryResult
  ) throws -> [(DeliveredFile, AudioFileWriter)] {
    // A part of a song is not what the checks are about.
    if options.range != nil { return finished }
    var accepted: [(DeliveredFile, AudioFileWriter)] = []
    for (file, writer) in finished {
      let place = deliverable(file.id).master == nil ? "master" : "deliverables.\(file.id).master"
      let checks = try judgement(of: file, at: writer.unpublishedPath).results(
        master(of: file.id).checks, .master, "\(place).checks")
      result.checks += checks
      if checks.allSatisfy(\.passed) {
        accepted.append((file, writer))
      } else {
        writer.abandon()
      }
    }
    return accepted
  }

  /// The frames of a file, from those of its master: with `pad: cd_frames`, up to a whole number of CD frames.
  func fileFrameCount(_ id: String, _ premaster: Premaster) -> Int {
    guard options.range == nil, master(of: id).pad == .cdFrames,
      let rest = CDFrames.remainder(premaster.frameCount, rate: premaster.sampleRate), rest > 0
    else { return premaster.frameCount }
    return premaster.frameCount + premaster.sampleRate / CDFrames.perSecond - rest
  }

  /// A file for CD that is none yet.
  func noteOnCDFormat(_ encoding: Encoding) -> Diagnostic? {
    guard master(of: encoding.id).pad == .cdFrames else { return nil }
    var others: [String] = []
    if encoding.sampleRate != 44_100 { others.append(SampleRate(magnitude: Double(encoding.sampleRate)).text) }
    if encoding.format.isLossy {
      others.append("a lossy format")
    } else if encoding.format.integerBits != 16 {
      others.append(encoding.format.integerBits.map { "\($0) bits" } ?? "floating point")
    }
    if encoding.channelCount != 2 { others.append("one channel") }
    guard !others.isEmpty else { return nil }
    return Diagnostic(
      .otherThanCD, .note,
      "`\(encoding.id)` is mastered for CD, but has \(others.joined(separator: ", ")): a CD holds 44.1 kHz, 16 bits, stereo",
      path: "deliverables.\(encoding.id)",
      hints: ["for the disc itself write `format: wav, sample_rate: 44.1 kHz, bit_depth: 16`"])
  }
}

/// The frames of a Compact Disc, 75 a second (IEC 60908): 588 samples at 44.1 kHz.
enum CDFrames {
  static let perSecond = 75

  /// Samples over whole frames; `nil` at a rate that has no whole number of samples in a frame.
  static func remainder(_ frameCount: Int, rate: Int) -> Int? {
    rate % perSecond == 0 ? frameCount % (rate / perSecond) : nil
  }
}
