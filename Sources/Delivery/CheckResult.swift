import AudioFiles
import DSP
import Diagnostics
public import Quantities
public import SessionModel
import Tables

/// What a check found of a file.
public struct CheckResult: Sendable {
  public var name: String
  public var deliverable: String
  public var passed: Bool
  /// `nil` when it does not exist: the loudness of silence.
  public var value: Double?
  /// The bounds, as a sentence says them.
  public var limit: String
  /// The value with its unit.
  var valueText: String

  /// Where the session asks for it.
  var path: String
}

extension Deliverer {
  /// Judges the files: those of the session's own master by its checks or their version's, each by its own.
  func judge(_ files: [DeliveredFile]) throws -> [CheckResult] {
    try files.flatMap { file in
      let deliverable = deliverable(file.id)
      var shared: [CheckResult] = []
      if deliverable.master == nil, deliverable.split == nil {
        let version = deliverable.version
        shared = try results(
          version.map { session.versions[$0]?.checks ?? Checks() } ?? session.checks, file,
          version.map { "versions.\($0).checks" } ?? "checks")
      }
      return shared + (try results(deliverable.checks, file, "deliverables.\(file.id).checks"))
    }
  }

  func diagnostic(_ check: CheckResult) -> Diagnostic? {
    guard !check.passed else { return nil }
    let found = check.value == nil ? "it does not exist" : "it is \(check.valueText)"
    return Diagnostic(
      .checkFailed, .error,
      "`\(check.deliverable)` misses its check `\(check.name)`: \(found), and should be \(check.limit)",
      at: resolved.tree.part(at: check.path)?.range, path: check.path)
  }

  private func results(_ checks: Checks, _ file: DeliveredFile, _ path: String) throws -> [CheckResult] {
    var results: [CheckResult] = []
    func check<Value>(_ name: String, _ limits: Limits<Value>?, _ value: () throws -> Double?) rethrows {
      guard let limits, !limits.text.isEmpty else { return }
      let value = try value()
      let shown = value.map { Value(magnitude: ($0 * 100).rounded() / 100).text } ?? ""
      results.append(
        CheckResult(
          name: name, deliverable: file.id, passed: value.map { limits.contains($0) } ?? false, value: value,
          limit: limits.text, valueText: shown, path: "\(path).\(name)"))
    }
    let measured = file.measurement
    check("integrated_loudness", checks.integratedLoudness) { measured.integrated }
    check("short_term_max", checks.shortTermMax) { measured.maxShortTerm }
    check("momentary_max", checks.momentaryMax) { measured.maxMomentary }
    check("loudness_range", checks.loudnessRange) { measured.loudnessRange }
    check("true_peak", checks.truePeak) { measured.truePeak }
    check("plr", checks.plr) { measured.plr }
    try check("mono_compatibility", checks.monoCompatibility) { try monoCompatibility(of: file) }
    check("correlation", checks.correlation) { measured.channels == 1 ? 1 : measured.correlation }
    check("dc_offset", checks.dcOffset) { decibels(ofAmplitude: abs(measured.dcOffset)) }
    check("clipped_samples", checks.clippedSamples) { Double(measured.clippedSamples) }
    return results
  }

  /// Loudness of (L + R)/2 on both channels minus the file's, in LU.
  private func monoCompatibility(of file: DeliveredFile) throws(AudioFileError) -> Double? {
    guard let integrated = file.measurement.integrated else { return nil }
    if file.measurement.channels == 1 { return 0 }
    let reader = try AudioFileReader(file.path)
    var meter = LoudnessMeter(
      sampleRate: Double(reader.info.sampleRate), expectedFrames: reader.info.frameCount)
    let buffer = FrameBuffer(capacity: 16_384)
    while true {
      let count = try buffer.edit(0..<buffer.capacity) { frames throws(AudioFileError) in
        let count = try reader.readFrames(into: &frames)
        for index in 0..<count { frames[index] = Frame(repeating: frames[index].sum() * 0.5) }
        return count
      }
      if count == 0 { break }
      buffer.read(0..<count) { meter.process($0) }
    }
    return meter.programme.integrated.map { $0 - integrated }
  }
}
