/// Finds the one gain with which the mastered file has its target loudness.
///
/// Without limiting the answer is exact after one measurement. With it, a limiter takes a little loudness away,
/// so the gain is raised by secants on what each pass delivers; loudness grows with gain, so a bracket keeps
/// every step honest.
struct LoudnessSearch {
  var target: Double
  /// The greatest reduction that the limiter may make, in dB.
  var maximumLimiting: Double

  /// Half the tenth that FORMAT promises, less what dither and other meters' rounding may take.
  static let tolerance = 0.02
  static let passLimit = 12

  enum Outcome {
    case reached(gain: Double, MasterPass.Result)
    /// Nothing to measure: silence, or less than 400 ms.
    case nothingToMeasure
    /// The target would take more limiting than allowed; the loudest target that fits, when there is one.
    case tooMuchLimiting(taken: Double, loudest: Double?)
    /// The file cannot get there whatever the gain.
    case unreachable(closest: Double)
  }

  /// - Parameters:
  ///   - start: the loudness before any gain, in LUFS.
  ///   - pass: masters with a gain.
  func run(from start: Double?, _ pass: (Double) throws -> MasterPass.Result) throws -> Outcome {
    guard let start else { return .nothingToMeasure }
    var gain = target - start
    var below: (gain: Double, loudness: Double)?
    var above: (gain: Double, loudness: Double)?
    for _ in 0..<Self.passLimit {
      let result = try pass(gain)
      guard let loudness = result.measurement.integrated else { return .nothingToMeasure }
      let miss = target - loudness
      if abs(miss) <= Self.tolerance {
        if result.limiting > maximumLimiting {
          return .tooMuchLimiting(taken: result.limiting, loudest: try loudestFit(from: gain, result, pass))
        }
        return .reached(gain: gain, result)
      }
      if miss > 0 {
        // Already over the limit and still too quiet: more gain only takes more limiting.
        if result.limiting > maximumLimiting {
          return .tooMuchLimiting(taken: result.limiting, loudest: try loudestFit(from: gain, result, pass))
        }
        if let below, below.gain < gain, loudness - below.loudness < 0.02 * (gain - below.gain) {
          return .unreachable(closest: loudness)
        }
        below = (gain, loudness)
      } else {
        above = (gain, loudness)
      }
      gain = next(gain, miss, limiting: result.limiting, below, above)
    }
    return .unreachable(closest: below?.loudness ?? above?.loudness ?? start)
  }

  private func next(
    _ gain: Double, _ miss: Double, limiting: Double, _ below: (gain: Double, loudness: Double)?,
    _ above: (gain: Double, loudness: Double)?
  ) -> Double {
    guard let below, let above else {
      // What the limiter takes grows about as the square of how far the gain is past where it starts to work.
      guard limiting > 0, miss > 0 else { return gain + miss }
      return gain + miss / max(0.3, 1 - 2 * miss / limiting)
    }
    let slope = (above.loudness - below.loudness) / (above.gain - below.gain)
    let secant = below.gain + (target - below.loudness) / slope
    let width = above.gain - below.gain
    return min(max(secant, below.gain + 0.02 * width), above.gain - 0.02 * width)
  }

  /// The loudness where the limiter takes just what it may, to a tenth, rounded down.
  private func loudestFit(
    from gain: Double, _ result: MasterPass.Result, _ pass: (Double) throws -> MasterPass.Result
  ) throws -> Double? {
    var gain = gain, limiting = result.limiting
    for _ in 0..<4 {
      gain -= limiting - maximumLimiting + 0.05
      let fit = try pass(gain)
      limiting = fit.limiting
      if limiting <= maximumLimiting {
        return fit.measurement.integrated.map { ($0 * 10).rounded(.down) / 10 }
      }
    }
    return nil
  }
}
