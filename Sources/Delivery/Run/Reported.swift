/// What a render gathers of a file for its report.
public struct Reported: Sendable {
  /// Of the file as it was read back.
  public var analysis: FileAnalysis
  /// The integrated loudness of the mix after the master's inserts, at the file's rate and with its channels, before
  /// any gain; LUFS.
  public var premasterLoudness: Double?
  /// The greatest reduction that the limiter made in every `LimiterTrace.step` seconds, in dB; empty without one.
  public var limiting: [Double]
}

/// How the reduction of a master's limiter is noted.
public enum LimiterTrace {
  /// Seconds of a step.
  public static let step = 0.05
}

extension Deliverer {
  /// - Parameter offset: LU by which a mono file counts as quieter.
  func reported(
    _ file: Encoding.Encoded, _ mastered: Mastered, _ premaster: Premaster, offset: Double
  ) -> Reported? {
    file.analysis.map { analysis in
      Reported(
        analysis: analysis.quieter(by: offset),
        premasterLoudness: premaster.take.loudness(.integrated, of: premaster.frameCount).map { $0 - offset },
        limiting: mastered.result.trace)
    }
  }
}
