import DSP
import Testing

@Suite("Automation lane")
struct AutomationLaneTests {
  /// Still to 10, a move to 20, still to 30, a jump, still.
  private let lane = AutomationLane(
    initial: -6,
    moves: [
      .init(first: 10, last: 20, from: -6, to: 0, curve: .linear, scale: .linear),
      .init(first: 25, last: 28, from: 0, to: 0, curve: .smooth, scale: .linear),
      .init(first: 30, last: 30, from: 0, to: -20, curve: .linear, scale: .linear),
    ])

  @Test("values, exact at the ends of moves")
  func values() {
    #expect([-5, 0, 10, 15, 20, 29, 30, 99].map { lane.value(at: $0) } == [-6, -6, -6, -3, 0, 0, -20, -20])
    #expect(lane.greatest == 0)
  }

  @Test("stretches say where something moves")
  func stretches() {
    #expect(lane.stretch(from: 0, limit: 100) == (10, false))
    #expect(lane.stretch(from: 10, limit: 100) == (20, true))
    #expect(lane.stretch(from: 12, limit: 15) == (15, true))
    #expect(lane.stretch(from: 20, limit: 100) == (30, false))
    #expect(lane.stretch(from: 30, limit: 100) == (100, false))
  }

  @Test("the next change, and jumps")
  func changes() {
    #expect([0, 10, 11, 20, 21, 30, 31].map { lane.nextChange(from: $0) } == [11, 11, 11, 20, 30, 30, .max])
    let chain = AutomationLane(
      initial: 0,
      moves: [
        .init(first: 0, last: 4, from: 0, to: 8, curve: .linear, scale: .linear),
        .init(first: 4, last: 8, from: 8, to: 0, curve: .linear, scale: .linear),
      ])
    #expect([0, 1, 4, 5, 8, 9].map { chain.nextChange(from: $0) } == [1, 1, 4, 5, 8, .max])
    #expect(lane.jumps(in: 28..<31) && !lane.jumps(in: 0..<30) && !lane.jumps(in: 31..<99))
  }

  @Test("amplitudes in one go are those of each frame", arguments: [0, 7, 12, 19])
  func multiply(_ start: Int) {
    let long = AutomationLane(
      initial: -60,
      moves: [
        .init(first: 10, last: 4000, from: -60, to: 12, curve: .linear, scale: .linear),
        .init(first: 4100, last: 4200, from: 12, to: -.infinity, curve: .linear, scale: .amplitude),
      ])
    for lane in [lane, long] {
      var gains = [Double](repeating: 0.5, count: 5000)
      var span = gains.mutableSpan
      lane.multiply(&span, 5000, from: start)
      for index in 0..<5000 {
        let exact = 0.5 * lane.amplitude(at: start + index)
        #expect(abs(gains[index] - exact) <= exact * 1e-13, "frame \(start + index)")
      }
    }
  }

  @Test("scales: even ratios, even reciprocals, even amplitudes")
  func scales() {
    func half(_ from: Double, _ to: Double, _ scale: AutomationLane.Scale) -> Double {
      AutomationLane(
        initial: from, moves: [.init(first: 0, last: 2, from: from, to: to, curve: .linear, scale: scale)]
      ).value(at: 1)
    }
    #expect(abs(half(100, 10_000, .logarithmic) - 1000) < 1e-9)
    #expect(half(2, .infinity, .reciprocal) == 4)
    #expect(abs(half(0, -.infinity, .amplitude) + 6.020599913279624) < 1e-12)
  }
}
