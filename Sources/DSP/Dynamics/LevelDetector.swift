/// What a dynamics processor listens to: the level of each frame, in dB.
///
/// Giannoulis, Massberg, Reiss, *Digital Dynamic Range Compressor Design*, JAES 60(6), 2012, section 2.1; levels
/// of −∞ (digital silence) are passed on as such. State: one mean square a channel; latency 0.
public struct LevelDetector: Sendable {
  public enum Mode: String, CaseIterable, Sendable {
    /// 20 log₁₀ |x|.
    case peak
    /// 10 log₁₀ of the mean square over 10 ms (a one-pole mean).
    case rms
  }

  /// The time constant of the mean square, in seconds.
  private static let meanTime = 0.010

  private let mode: Mode
  private let coefficient: Double
  private var mean = Frame.zero

  public init(mode: Mode, sampleRate: Double) {
    self.mode = mode
    coefficient = Ballistics.coefficient(time: Self.meanTime, sampleRate: sampleRate)
  }

  /// The magnitude of the larger channel (for the mean square: of the larger square) in the first `key.count` of
  /// `values`; returns the greatest. Not yet in dB, see ``toDecibels(_:_:)``.
  mutating func linked(_ key: Span<Frame>, _ values: inout [Double]) -> Double {
    let count = key.count
    switch mode {
    case .peak:
      unsafe values.withUnsafeMutableBufferPointer { levels in
        unsafe key.withUnsafeBufferPointer { key in
          for index in 0..<count {
            let frame = unsafe key[index]
            let left = Maths.magnitude(frame.x)
            let right = Maths.magnitude(frame.y)
            unsafe levels[index] = left > right ? left : right
          }
        }
      }
    case .rms:
      var levels = values.mutableSpan
      var mean = self.mean.x
      for index in 0..<count {
        let square = key[index] * key[index]
        let larger = square.x > square.y ? square.x : square.y
        mean = coefficient * mean + (1 - coefficient) * larger
        levels[index] = mean
      }
      self.mean = Frame(repeating: mean)
    }
    return values.greatestOfFirst(count)
  }

  /// The same for each channel on its own; returns the greatest of each.
  mutating func unlinked(
    _ key: Span<Frame>, _ leftValues: inout [Double], _ rightValues: inout [Double]
  ) -> (left: Double, right: Double) {
    let count = key.count
    var left = leftValues.mutableSpan
    var right = rightValues.mutableSpan
    switch mode {
    case .peak:
      for index in 0..<count {
        left[index] = Maths.magnitude(key[index].x)
        right[index] = Maths.magnitude(key[index].y)
      }
    case .rms:
      var mean = self.mean
      for index in 0..<count {
        mean = coefficient * mean + (1 - coefficient) * (key[index] * key[index])
        left[index] = mean.x
        right[index] = mean.y
      }
      self.mean = mean
    }
    return (leftValues.greatestOfFirst(count), rightValues.greatestOfFirst(count))
  }

  /// The same for the first `count` frames of an array.
  mutating func linked(_ key: [Frame], _ count: Int, _ values: inout [Double]) -> Double {
    linked(key.span.extracting(0..<count), &values)
  }

  mutating func unlinked(
    _ key: [Frame], _ count: Int, _ leftValues: inout [Double], _ rightValues: inout [Double]
  ) -> (left: Double, right: Double) {
    unlinked(key.span.extracting(0..<count), &leftValues, &rightValues)
  }

  /// What ``linked(_:_:)`` gives for a level of `decibels`.
  func magnitude(decibels: Double) -> Double {
    let amplitude = Maths.amplitude(decibels: decibels)
    return mode == .peak ? amplitude : amplitude * amplitude
  }

  /// Turns the first `count` magnitudes into levels in dB.
  func toDecibels(_ values: inout [Double], _ count: Int) {
    // 20 or 10 times log₁₀ 2.
    let factor = mode == .peak ? 6.020599913279624 : 3.010299956639812
    values.replaceFirst(count) { factor * Maths.levelLog2($0) }
  }

  mutating func reset() { mean = .zero }

  mutating func flushDenormals() { mean = flushed(mean) }
}
