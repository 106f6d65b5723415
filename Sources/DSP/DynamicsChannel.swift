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

  /// Turns the first `count` levels into gains, and returns the greatest reduction on the way, before `range`.
  mutating func makeGains(_ count: Int, _ computer: GainComputer, range: Double, makeup: Double) -> Double {
    if gate != nil {
      gate?.apply(to: &values, count)
    } else {
      computer.apply(to: &values, count)
    }
    let greatest = ballistics.smooth(&values, count)
    values.replaceFirst(count) { reduction in
      // log₂ 10 / 20 a decibel.
      Maths.exp2((makeup - (reduction < range ? reduction : range)) * 0.16609640474436813)
    }
    return greatest
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
