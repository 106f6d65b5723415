/// Finds the one gain with which the mastered file has its target loudness.
///
/// Without limiting the answer is exact after one measurement. With it, a limiter takes a little loudness away,
/// so the gain is raised by secants on what each pass delivers, within a bracket as soon as there is one. Loudness grows
/// with gain but for one thing: a limiter lifts what is quiet against what is loud, and where that comes through the
/// gate of BS.1770, the loudness of the whole falls. So a gain that brings nothing is no reason to give up.
struct LoudnessSearch {
  var target: Double
  /// The greatest mean reduction over 50 ms that clipper and limiter may make, in dB.
  var maximumLimiting: Double
  /// The loudness that is meant, of a file.
  var loudness: (Measurement) -> Double? = \.integrated

  /// Half the tenth that docs/format.md promises, less what dither and other meters' rounding may take.
  static let tolerance = 0.02
  static let passLimit = 16

  enum Outcome {
    case reached(gain: Double, MasterPass.Result)
    /// Nothing to measure: silence, or less than 400 ms.
    case nothingToMeasure
    /// The target takes more limiting than allowed; the loudest target that fits, when there is one.
    case tooMuchLimiting(taken: Double, loudest: Double?)
    /// More limiting than allowed does not get there either.
    case beyondLimiting(closest: Double, loudest: Double?)
    /// No gain gives it: a little more of it, and quiet parts that come through the gate change the loudness at once.
    case skipped(quieter: Double, louder: Double)
    /// The file cannot get there whatever the gain.
    case unreachable(closest: Double)
  }

  /// - Parameters:
  ///   - start: the loudness before any gain, in LUFS.
  ///   - pass: masters with a gain.
  func run(from start: Double?, _ pass: (Double) throws -> MasterPass.Result) throws -> Outcome {
    guard let start else { return .nothingToMeasure }
    var gain = target - start
    var below: Point?
    var above: Point?
    var latest: Point?
    var loudest = -Double.infinity
    var excessive: Point?
    for _ in 0..<Self.passLimit {
      let result = try pass(gain)
      guard let loudness = loudness(result.measurement) else { return .nothingToMeasure }
      let miss = target - loudness
      let point = Point(gain: gain, loudness: loudness, limiting: result.limiting, reduction: result.reduction)
      if point.reduction > maximumLimiting, gain <= excessive?.gain ?? .infinity { excessive = point }
      if abs(miss) <= Self.tolerance {
        guard point.reduction > maximumLimiting else { return .reached(gain: gain, result) }
        return .tooMuchLimiting(taken: point.reduction, loudest: try loudestFit(excessive ?? point, pass))
      }
      if miss > 0 {
        if latest.map({ $0.loudness < target }) == true { above?.weight /= 2 }
        below = point
        loudest = max(loudest, loudness)
        if let known = above, known.gain < gain { above = nil }
      } else {
        if latest.map({ $0.loudness > target }) == true { below?.weight /= 2 }
        above = point
        if let known = below, known.gain > gain { below = nil }
      }
      gain = next(point, below, above, latest)
      latest = point
    }
    if let below, let above { return .skipped(quieter: below.loudness, louder: above.loudness) }
    let closest = loudest.isFinite ? loudest : above?.loudness ?? start
    guard let excessive else { return .unreachable(closest: closest) }
    return .beyondLimiting(closest: closest, loudest: try loudestFit(excessive, pass))
  }

  /// What a pass found.
  private struct Point {
    var gain: Double
    var loudness: Double
    /// At any time, and as it is heard.
    var limiting, reduction: Double
    /// What its distance from the target counts in the secant.
    var weight = 1.0
  }

  /// LU that a dB of gain must bring for more of it to be worth trying.
  private static let flatSlope = 0.02

  private func next(_ point: Point, _ below: Point?, _ above: Point?, _ latest: Point?) -> Double {
    let miss = target - point.loudness
    if let below, let above {
      // An end that stays counts half each time, so that the bracket closes from both sides (the Illinois method:
      // Dowell, Jarratt, BIT 11, 1971).
      let under = (target - below.loudness) * below.weight
      let over = (above.loudness - target) * above.weight
      let part = under / (under + over)
      return below.gain + (above.gain - below.gain) * min(max(part, 0.02), 0.98)
    }
    guard miss > 0 else { return point.gain + miss }
    if let latest, latest.gain != point.gain {
      // The slope falls as the limiter works harder, so a little more is asked for than it says.
      let slope = (point.loudness - latest.loudness) / (point.gain - latest.gain)
      return point.gain + min(3, 1.1 * miss / max(slope, Self.flatSlope))
    }
    // What the limiter takes grows about as the square of how far the gain is past where it starts to work.
    guard point.limiting > 0 else { return point.gain + miss }
    return point.gain + miss / max(0.3, 1 - 2 * miss / point.limiting)
  }

  /// The loudness where clipper and limiter take just what they may, to a tenth, rounded down: found by halving the
  /// gains between one that takes too much and one that does not.
  private func loudestFit(_ excessive: Point, _ pass: (Double) throws -> MasterPass.Result) throws -> Double? {
    var high = excessive.gain
    // Lower by what is too much at least, then by more each time.
    var low = high - max(0.5, excessive.reduction - maximumLimiting)
    var fitting: Double?
    for _ in 0..<Self.passLimit {
      let gain = fitting == nil ? low : (low + high) / 2
      let result = try pass(gain)
      if result.reduction <= maximumLimiting {
        low = gain
        fitting = loudness(result.measurement)
      } else {
        if fitting == nil { low = gain - 2 * (excessive.gain - gain) }
        high = gain
      }
      if fitting != nil, high - low < 0.04 { break }
    }
    return fitting.map { ($0 * 10).rounded(.down) / 10 }
  }
}
