/// A gate's decision: opens when the level reaches the threshold, closes when it has been below
/// threshold − hysteresis for longer than the hold time. State: open or not, and the frames held.
public struct GateComputer: Sendable {
  private let openLevel: Double
  private let closeLevel: Double
  private let holdFrames: Int
  private let range: Double
  private var isOpen = false
  private var framesBelow = 0

  /// `threshold`, `hysteresis` ≥ 0 and `range` (the reduction of a closed gate) in dB, `hold` in seconds.
  public init(threshold: Double, hysteresis: Double, hold: Double, range: Double, sampleRate: Double) {
    openLevel = threshold
    closeLevel = threshold - hysteresis
    holdFrames = Int(Maths.roundedHalfUp(hold * sampleRate))
    self.range = Maths.clamp(range, 0, GainComputer.greatestReduction)
  }

  mutating func resume(_ other: GateComputer) {
    isOpen = other.isOpen
    framesBelow = other.framesBelow
  }

  /// Replaces the first `count` levels in dB by reductions: 0 while open, the range while closed.
  mutating func apply(to values: inout [Double], _ count: Int) {
    var levels = values.mutableSpan
    for index in 0..<count {
      let level = levels[index]
      if level >= openLevel {
        isOpen = true
        framesBelow = 0
      } else if level < closeLevel {
        framesBelow += 1
        if framesBelow > holdFrames {
          isOpen = false
          framesBelow = holdFrames
        }
      } else {
        framesBelow = 0
      }
      levels[index] = isOpen ? 0 : range
    }
  }

  mutating func reset() {
    isOpen = false
    framesBelow = 0
  }
}
