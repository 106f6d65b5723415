/// The static curve of a dynamics processor: from a level in dB to a reduction in dB, 0 or more.
///
/// Giannoulis, Massberg, Reiss, JAES 60(6), 2012, section 2.2, equation 4. The knee is quadratic over `knee` dB
/// around the threshold. With over = level − threshold (an expander: threshold − level) and the excess
/// e = c²/(2·knee) + max(over − knee/2, 0), c being over + knee/2 held to 0 … knee, the reduction is slope · e.
/// A pure value.
public struct GainComputer: Sendable, Equatable {
  private let direction: Double
  private let threshold: Double
  private let knee: Double
  private let kneeFactor: Double
  private let slope: Double
  private let limit: Double

  /// No reduction goes further, in dB: an expander's of digital silence would be infinite.
  public static let greatestReduction = 200.0

  private init(direction: Double, threshold: Double, knee: Double, slope: Double, limit: Double) {
    self.direction = direction
    self.threshold = threshold
    self.knee = knee > 0 ? knee : 0
    kneeFactor = knee > 0 ? 1 / (2 * knee) : 0
    self.slope = slope
    self.limit = Maths.clamp(limit, 0, Self.greatestReduction)
  }

  /// Reduces what lies above `threshold` dB: slope 1 − 1/`ratio`, `ratio` 1 … ∞, `knee` ≥ 0 dB.
  public static func compressor(threshold: Double, ratio: Double, knee: Double) -> GainComputer {
    GainComputer(
      direction: 1, threshold: threshold, knee: knee, slope: 1 - 1 / ratio, limit: greatestReduction)
  }

  /// Reduces what lies below `threshold` dB: slope `ratio` − 1, `ratio` ≥ 1, by `range` dB at most.
  public static func expander(
    threshold: Double, ratio: Double, knee: Double, range: Double
  ) -> GainComputer {
    GainComputer(direction: -1, threshold: threshold, knee: knee, slope: ratio - 1, limit: range)
  }

  /// The level in dB below which nothing is reduced, by a hair: −∞ for an expander.
  var quietLevel: Double { direction > 0 ? threshold - 0.5 * knee - 1e-6 : -.infinity }

  /// The reduction in dB at `level` dB, −∞ included.
  @inline(__always)
  public func reduction(level: Double) -> Double {
    let over = direction * (level - threshold)
    let inKnee = Maths.clamp(over + 0.5 * knee, 0, knee)
    let aboveKnee = over - 0.5 * knee
    let excess = kneeFactor * inKnee * inKnee + (aboveKnee > 0 ? aboveKnee : 0)
    let reduction = slope * excess
    // An expander of 1:1 multiplies a slope of 0 by silence's infinity: no number, hence no reduction.
    let atLeastZero = reduction > 0 ? reduction : 0
    return atLeastZero < limit ? atLeastZero : limit
  }

  /// Replaces the first `count` levels by their reductions.
  func apply(to values: inout [Double], _ count: Int) {
    let computer = self
    values.replaceFirst(count) { computer.reduction(level: $0) }
  }
}
