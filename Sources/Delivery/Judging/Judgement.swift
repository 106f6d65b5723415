import AudioFiles
import Quantities
import SessionModel
import Tables

/// A file before its checks. It is read again only for what was not measured when it was made, once for the whole
/// and once for each section.
final class Judgement {
  private let deliverable: String
  private let path: String
  private let measurement: Measurement
  /// LU that the loudness of this mono file counts less.
  private let monoOffset: Double
  private let timeline: Timeline
  /// The frame of the song that the file begins with.
  private let firstFrame: Int
  private var inspected: Inspection?

  init(
    deliverable: String, path: String, measurement: Measurement, monoOffset: Double, timeline: Timeline,
    songStart: Position
  ) {
    self.deliverable = deliverable
    self.path = path
    self.measurement = measurement
    self.monoOffset = monoOffset
    self.timeline = timeline
    firstFrame = timeline.frame(songStart)
  }

  /// What `checks`, which stand at `place` of the session, find.
  func results(_ checks: Checks, _ source: CheckResult.Source, _ place: String) throws -> [CheckResult] {
    var results = try checks.stated(timeline).map { check in
      result(
        check, try value(check.name, measurement, whole), source, section: nil, "\(place).\(check.name.rawValue)")
    }
    for (name, section) in checks.sections {
      let stated = section.limits.stated(timeline)
      if stated.isEmpty { continue }
      let found = try part(name, section)
      results += stated.map { check in
        result(
          check, found.flatMap { found in value(check.name, found.measurement) { found.inspection } }, source,
          section: name, "\(place).sections.\(name).\(check.name.rawValue)")
      }
    }
    return results
  }

  private func result(
    _ check: StatedCheck, _ value: Double?, _ source: CheckResult.Source, section: String?, _ path: String
  ) -> CheckResult {
    CheckResult(
      name: check.name.rawValue, section: section, source: source, deliverable: deliverable,
      passed: value.map(check.contains) ?? false, value: value, limit: check.text,
      valueText: value.map(check.shown) ?? "", miss: value.flatMap(check.miss), because: check.because,
      advice: check.advice, path: path)
  }

  private func whole() throws -> Inspection {
    if let inspected { return inspected }
    let found = try inspect(audioFile: path).inspection
    inspected = found
    return found
  }

  /// The measurement of a section; `nil` when nothing of it is in the file.
  private func part(
    _ name: String, _ section: SectionChecks
  ) throws -> (measurement: Measurement, inspection: Inspection)? {
    guard let (from, to) = try? timeline.frames(of: name, section) else { return nil }
    let first = fileFrame(from), end = min(measurement.frames, to.map(fileFrame) ?? measurement.frames)
    guard first >= 0, first < end else { return nil }
    let found = try inspect(audioFile: path, first..<end)
    return (found.measurement.quieter(by: monoOffset), found.inspection)
  }

  /// The frame of the file at a frame of the song, half up.
  private func fileFrame(_ frame: Int) -> Int {
    nearestFrame(seconds: Double(frame - firstFrame) / timeline.sampleRate, sampleRate: Double(measurement.sampleRate))
  }

  /// In the base unit of the check's quantity. The levels of silence are −∞: they keep every upper bound.
  private func value(
    _ name: CheckName, _ measured: Measurement, _ look: () throws -> Inspection
  ) rethrows -> Double? {
    let isMono = measured.channels == 1
    let silent = measured.samplePeak == nil ? -Double.infinity : nil
    switch name {
    case .integratedLoudness: return measured.integrated ?? silent
    case .shortTermMax: return measured.maxShortTerm ?? silent
    case .momentaryMax: return measured.maxMomentary ?? silent
    case .loudnessRange: return measured.loudnessRange
    case .truePeak: return measured.truePeak ?? silent
    case .plr: return measured.plr
    case .correlation: return isMono ? 1 : measured.correlation
    case .dcOffset: return decibels(ofAmplitude: abs(measured.dcOffset))
    case .clippedSamples: return Double(measured.clippedSamples)
    case .samplePeak: return measured.samplePeak ?? silent
    case .length: return Double(measured.frames) / Double(measured.sampleRate)
    case .cdFrameRemainder: return CDFrames.remainder(measured.frames, rate: measured.sampleRate).map(Double.init)
    case .monoCompatibility: return try look().monoCompatibility
    case .noiseFloor: return try look().noiseFloor ?? silent
    case .sibilance: return try look().sibilance ?? silent
    case .silenceHead: return try look().silenceHead
    case .silenceTail: return try look().silenceTail
    // A mono file has no side at all.
    case .sideLevel: return isMono ? -.infinity : try look().sideLevel ?? silent
    case .bassSideLevel: return isMono ? -.infinity : try look().bassSideLevel ?? silent
    }
  }
}
