/// How fast a reduction follows the static curve: the branching smooth detector of Giannoulis, Massberg, Reiss,
/// JAES 60(6), 2012, equation 16, on reductions in dB: y ← α y + (1 − α) r, α being the rising coefficient when
/// r > y, else the falling one. A time constant is the time to 63 % of a step. State: one number.
public struct Ballistics: Sendable {
  private let rising: Double
  private let falling: Double
  private(set) var reduction = 0.0

  /// `rise` and `fall` in seconds, how fast a reduction grows and ends: a compressor's attack and release, an
  /// expander's release and attack. 0 follows at once.
  public init(rise: Double, fall: Double, sampleRate: Double) {
    rising = Self.coefficient(time: rise, sampleRate: sampleRate)
    falling = Self.coefficient(time: fall, sampleRate: sampleRate)
  }

  /// α = e^(−1/(τ fs)); 0 for τ = 0.
  public static func coefficient(time: Double, sampleRate: Double) -> Double {
    time > 0 ? Maths.exp(-1 / (time * sampleRate)) : 0
  }

  /// Takes over the state of `other`, when settings change on the way.
  mutating func resume(_ other: Ballistics) { reduction = other.reduction }

  /// Smooths the first `count` reductions in place and returns the greatest.
  mutating func smooth(_ values: inout [Double], _ count: Int) -> Double {
    var reductions = values.mutableSpan
    var y = reduction
    var greatest = 0.0
    let (risingRest, fallingRest) = (1 - rising, 1 - falling)
    for index in 0..<count {
      let target = reductions[index]
      // Both ways at once: the choice then costs no time on the path from frame to frame.
      let risen = rising * y + risingRest * target
      let fallen = falling * y + fallingRest * target
      y = target > y ? risen : fallen
      reductions[index] = y
      greatest = y > greatest ? y : greatest
    }
    reduction = y
    return greatest
  }

  mutating func reset() { reduction = 0 }

  mutating func flushDenormals() { reduction = reduction < 1e-30 ? 0 : reduction }
}
