import DSP
import Delivery
import Diagnostics
import SessionModel
import Testing

@Suite("Balances", .enabled(if: isOptimised)) struct BalanceTests {
  /// A kilohertz of this level in dBFS, from one second to another.
  private func tone(_ level: Double, _ seconds: Double, silentBefore: Double = 0) -> [Frame] {
    let amplitude = Maths.amplitude(decibels: level)
    return (0..<Int(seconds * 48_000)).map { index in
      guard Double(index) >= silentBefore * 48_000 else { return .zero }
      let turns = (Double(index) / 48).truncatingRemainder(dividingBy: 1)
      return Frame(repeating: Maths.sineAndCosine(turns: turns).sine * amplitude)
    }
  }

  @Test("vocals over the rest, over some of it, and in a section") func levels() throws {
    let workshop = try Workshop()
    try workshop.stem("vocals.wav", tone(-20, 6, silentBefore: 3))
    try workshop.stem("drums.wav", tone(-26, 6))
    try workshop.stem("bass.wav", tone(-32, 6))
    try workshop.session(
      """
      tail: none
      tracks:
        vocals: {stem: vocals.wav}
        drums: {stem: drums.wav, level: -6 dB, output: band}
        bass: {stem: bass.wav, output: band}
      buses: {band: {inserts: {gain: {gain: +6 dB}}}}
      main: {level: -3 dB}
      markers: {verse: 0, chorus: 3 s}
      versions: {quiet: {set: {tracks.vocals.level: -6 dB}, checks: {balance: {vocals: {max: 0 LU}}}}}
      deliverables: {mix: {format: wav}, quiet: {format: wav, version: quiet}}
      checks:
        balance:
          vocals: {min: -10 LU, max: +10 LU}
          chorus: {of: [vocals], from: chorus, min: -10 LU}
          verse: {of: [vocals], from: verse, min: -10 LU}
          band: {over: [vocals], from: chorus, max: 0 LU, because: words come first, advice: turn the band down}
          low: {of: [bass], over: [drums], min: +0.1 LU}

      """)
    let result = try workshop.render()
    // Drums −26 and bass −32 + 6, both at −26: in phase they are at −20 together.
    let expected: [(String, Bool, Double?)] = [
      ("balance.vocals", true, 0), ("balance.chorus", true, 0), ("balance.verse", false, nil),
      ("balance.band", true, 0), ("balance.low", false, 0), ("balance.vocals", true, -6),
    ]
    #expect(result.checks.map(\.name) == expected.map(\.0))
    for (check, (name, passed, value)) in zip(result.checks, expected) {
      // The gate takes blocks in which only half of the window sounds.
      let tolerance = name == "balance.vocals" ? 0.3 : 0.05
      if let value {
        #expect(abs((check.value ?? .infinity) - value) < tolerance, "\(name) \(String(describing: check.value))")
      } else {
        #expect(check.value == nil)
      }
      if abs(value ?? 1) > 0.001 { #expect(check.passed == passed, "\(name)") }
    }
    #expect(
      result.messages.contains(
        "`main` misses its check `balance.verse`: it does not exist, and should be at least -10 LU"),
      "\(result.messages)")
    #expect(result.files.count == 2)
    #expect(try workshop.render { $0.only = ["mix"] }.checks.isEmpty)
  }
}
