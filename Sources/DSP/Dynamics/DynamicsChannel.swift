/// One channel's way from level to gain inside ``DynamicsKernel``: the static curve or the gate, the ballistics,
/// and the scratch in which a chunk's levels become reductions and then gains.
struct DynamicsChannel: Sendable {
  /// Levels in dB going in, amplitude factors coming out.
  var values: [Double]
  var gate: GateComputer?
  var ballistics: Ballistics

  init(gate: GateComputer?, ballistics: Ballistics, chunkFrames: Int) {
    values = Array(repeating: 0, count: chunkFrames)
    self.gate = gate
    self.ballistics = ballistics
  }

  /// Turns the first `count` magnitudes into gains, and returns the greatest reduction on the way, before `range`.
  ///
  /// `isQuiet` says that none of them is reduced. The logarithms, the curve and, once the ballistics are at rest, the
  /// powers would then give what is known before, to the bit, and are left out.
  mutating func makeGains(
    _ count: Int, _ detector: LevelDetector, _ computer: GainComputer, _ isQuiet: Bool, range: Double, makeup: Double
  ) -> Double {
    if isQuiet, gate == nil {
      if ballistics.reduction == 0 {
        let gain = Self.gain(reduction: 0, range: range, makeup: makeup)
        values.replaceFirst(count) { _ in gain }
        return 0
      }
      values.replaceFirst(count) { _ in 0 }
    } else {
      detector.toDecibels(&values, count)
      if gate != nil { gate?.apply(to: &values, count) } else { computer.apply(to: &values, count) }
    }
    let greatest = ballistics.smooth(&values, count)
    values.replaceFirst(count) { Self.gain(reduction: $0, range: range, makeup: makeup) }
    return greatest
  }

  /// The amplitude factor of a reduction in dB.
  @inline(__always)
  private static func gain(reduction: Double, range: Double, makeup: Double) -> Double {
    // log₂ 10 / 20 a decibel.
    Maths.exp2((makeup - (reduction < range ? reduction : range)) * 0.16609640474436813)
  }

  /// Takes a new gate and new ballistics into the state of the old ones.
  mutating func change(gate newGate: GateComputer?, ballistics newBallistics: Ballistics) {
    var next = newGate
    if let gate { next?.resume(gate) }
    gate = next
    let reduction = ballistics
    ballistics = newBallistics
    ballistics.resume(reduction)
  }

  mutating func reset() {
    gate?.reset()
    ballistics.reset()
  }
}
