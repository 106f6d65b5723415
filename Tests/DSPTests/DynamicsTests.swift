import DSP
import Foundation
import Testing

@Suite struct DynamicsTests {
  typealias Settings = DynamicsKernel.Settings

  func level(_ decibels: Double) -> Double { pow(10, decibels / 20) }

  func constant(_ decibels: Double, _ count: Int) -> [Frame] {
    [Frame](repeating: Frame(repeating: level(decibels)), count: count)
  }

  /// The gain in dB a signal of constant level ends at.
  func gain(_ settings: Settings, at decibels: Double) -> Double {
    var kernel = DynamicsKernel(settings, sampleRate: 48_000)
    let output = kernel.output(constant(decibels, 288_000))
    return 20 * log10((output.last?.x ?? 0) / level(decibels))
  }

  @Test func compressorsStaticCurve() {
    let settings = Settings(curve: .compressor(threshold: -20, ratio: 4, knee: 6))
    for x in [-60.0, -30, -23.1] { #expect(gain(settings, at: x) == 0) }
    for x in [-16.9, -10, -3, 0, 6] { #expect(abs(gain(settings, at: x) - (1.0 / 4 - 1) * (x + 20)) < 1e-9) }
    for x in [-22.0, -20, -18] {
      #expect(abs(gain(settings, at: x) - (1.0 / 4 - 1) * pow(x + 20 + 3, 2) / 12) < 1e-9)
    }
    let hard = Settings(curve: .compressor(threshold: -20, ratio: .infinity, knee: 0))
    #expect(abs(gain(hard, at: -8) + 12) < 1e-9 && gain(hard, at: -20.001) == 0)
  }

  @Test func expandersStaticCurve() {
    var settings = Settings(curve: .expander(threshold: -40, ratio: 3, knee: 0))
    settings.range = 30
    #expect(gain(settings, at: -39.9) == 0)
    #expect(abs(gain(settings, at: -45) + 10) < 1e-9)
    #expect(abs(gain(settings, at: -70) + 30) < 1e-9)
    settings.curve = .expander(threshold: -40, ratio: 2, knee: 8)
    #expect(abs(gain(settings, at: -40) + 1) < 1e-9)
  }

  /// The gain in dB of each frame, left channel.
  func gains(_ settings: Settings, _ input: [Frame]) -> [Double] {
    var kernel = DynamicsKernel(settings, sampleRate: 48_000)
    return zip(kernel.output(input), input).map { 20 * log10($0.x / $1.x) }
  }

  @Test func timesAreTo63Percent() {
    var settings = Settings(curve: .compressor(threshold: -20, ratio: 2, knee: 0))
    settings.attack = 0.020
    settings.release = 0.100
    // 20 dB over: 10 dB of reduction.
    let gains = gains(settings, constant(0, 48_000) + constant(-40, 48_000))
    let reached = 1 - exp(-1.0)
    #expect(abs(gains[960 - 1] + 10 * reached) < 1e-6)
    #expect(abs(gains[48_000 - 1] + 10) < 1e-6)
    #expect(abs(gains[48_000 + 4800 - 1] + 10 * (1 - reached)) < 1e-6)
    settings.attack = 0
    #expect(abs(self.gains(settings, constant(0, 1))[0] + 10) < 1e-9)
  }

  @Test func anExpanderOpensWithItsAttack() {
    var settings = Settings(curve: .expander(threshold: -40, ratio: 2, knee: 0))
    settings.range = 20
    settings.attack = 0.005
    settings.release = 0.050
    let gains = gains(settings, constant(-80, 96_000) + constant(-20, 4800))
    let reached = 1 - exp(-1.0)
    #expect(abs(gains[2400 - 1] + 20 * reached) < 1e-6)
    #expect(abs(gains[96_000 + 240 - 1] + 20 * (1 - reached)) < 1e-6)
  }

  @Test func gatesHoldAndClose() {
    var settings = Settings(curve: .gate(threshold: -30, hysteresis: 6, hold: 0.010))
    settings.range = 40
    settings.attack = 0
    settings.release = 0
    let input =
      constant(-31, 100) + constant(-29, 100) + constant(-35, 1000) + constant(-37, 1000) + constant(-31, 10)
    let gains = gains(settings, input)
    func isOpen(_ n: Int) -> Bool { abs(gains[n]) < 1e-9 }
    func isClosed(_ n: Int) -> Bool { abs(gains[n] + 40) < 1e-9 }
    #expect(isClosed(0) && isClosed(99) && isOpen(100) && isOpen(199))
    // Within the hysteresis it stays open; below, for 480 frames more.
    #expect(isOpen(1199) && isOpen(1200 + 479) && isClosed(1200 + 480) && isClosed(2199) && isClosed(2205))
  }

  @Test func detectors() {
    // A sine of −6 dBFS: its peaks are 10 dB over a threshold of −16, its mean square 3 dB less.
    let sine = (0..<96_000).map {
      Frame(repeating: level(-6) * sin(2 * .pi * 1000 * (Double($0) + 0.5) / 48_000))
    }
    var settings = Settings(curve: .compressor(threshold: -16, ratio: 2, knee: 0))
    settings.attack = 0
    settings.release = 10
    var peak = DynamicsKernel(settings, sampleRate: 48_000)
    _ = peak.output(sine)
    #expect(abs(peak.maximumReduction - 5) < 0.02)
    settings.detector = .rms
    settings.release = 0.05
    var rms = DynamicsKernel(settings, sampleRate: 48_000)
    _ = rms.output(sine)
    #expect(abs(rms.currentReduction - 3.495) < 0.15)
  }

  @Test func linkedChannelsShareTheirGain() {
    let input = [Frame](repeating: Frame(level(0), level(-40)), count: 48_000)
    var settings = Settings(curve: .compressor(threshold: -20, ratio: 2, knee: 0))
    var linked = DynamicsKernel(settings, sampleRate: 48_000)
    let together = linked.output(input).last ?? .zero
    #expect(abs(together.x - level(-10)) < 1e-9 && abs(together.y - level(-50)) < 1e-9)
    settings.isLinked = false
    var unlinked = DynamicsKernel(settings, sampleRate: 48_000)
    let apart = unlinked.output(input).last ?? .zero
    #expect(abs(apart.x - level(-10)) < 1e-9 && abs(apart.y - level(-40)) < 1e-12)
    expectMonoStaysMono(DynamicsKernel(settings, sampleRate: 48_000))
  }

  @Test func rangeMakeupAndReports() {
    var settings = Settings(curve: .compressor(threshold: -20, ratio: 4, knee: 0))
    settings.range = 6
    #expect(abs(gain(settings, at: 0) + 6) < 1e-9)
    settings.makeup = .decibels(2)
    #expect(abs(gain(settings, at: 0) + 4) < 1e-9 && abs(gain(settings, at: -50) - 2) < 1e-9)
    // 15 dB of static reduction at 0 dBFS: 7.5 dB; bounded by the range: 3 dB.
    settings.makeup = .auto
    #expect(abs(gain(settings, at: -50) - 3) < 1e-9)
    settings.range = nil
    #expect(abs(gain(settings, at: -50) - 7.5) < 1e-9)
    var kernel = DynamicsKernel(settings, sampleRate: 48_000)
    _ = kernel.output(constant(0, 48_000) + constant(-60, 48_000))
    #expect(abs(kernel.maximumReduction - 15) < 0.01 && kernel.currentReduction < 0.01)
    kernel.resetMaximum()
    #expect(kernel.maximumReduction == 0)
  }

  @Test func lookaheadDelaysTheSignalAlone() {
    var settings = Settings(curve: .compressor(threshold: -20, ratio: 2, knee: 0))
    settings.lookahead = 0.001
    settings.attack = 0
    var kernel = DynamicsKernel(settings, sampleRate: 48_000)
    #expect(kernel.latencyFrames == 48)
    let output = kernel.output(constant(-60, 500) + constant(0, 500))
    #expect(output.prefix(48).allSatisfy { $0 == .zero })
    #expect(abs(output[500].x - level(-70)) < 1e-12, "turned down before the loud part comes out")
    #expect(abs(output[548].x - level(-10)) < 1e-9)
  }

  @Test func keysOfTheirOwn() {
    let settings = Settings(curve: .compressor(threshold: -20, ratio: 2, knee: 0))
    var kernel = DynamicsKernel(settings, sampleRate: 48_000)
    var frames = constant(-40, 48_000)
    let key = constant(0, 48_000)
    var span = frames.mutableSpan
    kernel.process(&span, key: key.span)
    #expect(abs((frames.last?.x ?? 0) - level(-50)) < 1e-9)
    // The signal as its own key.
    var one = DynamicsKernel(settings, sampleRate: 48_000)
    var other = one
    var keyed = noise(2000)
    var keyedSpan = keyed.mutableSpan
    other.process(&keyedSpan, key: noise(2000).span)
    #expect(one.output(noise(2000)) == keyed)
  }

  @Test func theKeysHighPassFreesTheBass() {
    let bass = (0..<96_000).map { Frame(repeating: sin(2 * .pi * 50 * Double($0) / 48_000)) }
    var settings = Settings(curve: .compressor(threshold: -20, ratio: 4, knee: 0))
    settings.keyHighPass = 200
    var kernel = DynamicsKernel(settings, sampleRate: 48_000)
    _ = kernel.output(bass)
    kernel.resetMaximum()
    _ = kernel.output(bass)
    // Two octaves below 200 Hz: 24 dB less, under the threshold but for the start.
    #expect(kernel.currentReduction < 0.1)
  }

  @Test func silenceIsNoLevel() {
    for curve in [
      DynamicsKernel.Curve.compressor(threshold: -20, ratio: 4, knee: 6),
      .expander(threshold: -40, ratio: 4, knee: 6),
      .gate(threshold: -40, hysteresis: 3, hold: 0),
    ] {
      for detector in LevelDetector.Mode.allCases {
        var settings = Settings(curve: curve)
        settings.detector = detector
        var kernel = DynamicsKernel(settings, sampleRate: 48_000)
        let silence = kernel.output([Frame](repeating: .zero, count: 5000))
        #expect(silence.allSatisfy { $0 == .zero })
        let after = kernel.output(constant(-10, 48_000))
        #expect(after.allSatisfy { $0.x.isFinite && $0.x >= 0 })
      }
    }
  }

  @Test func keepsTheContract() {
    var settings = Settings(curve: .compressor(threshold: -20, ratio: 4, knee: 6))
    expectContract(DynamicsKernel(settings, sampleRate: 48_000))
    settings.isLinked = false
    settings.detector = .rms
    settings.lookahead = 0.003
    settings.keyHighPass = 100
    expectContract(DynamicsKernel(settings, sampleRate: 48_000))
    settings.curve = .expander(threshold: -20, ratio: 2, knee: 6)
    expectContract(DynamicsKernel(settings, sampleRate: 48_000))
    settings.curve = .gate(threshold: -12, hysteresis: 3, hold: 0.002)
    expectContract(DynamicsKernel(settings, sampleRate: 48_000))
  }

  @Test func settingsMayChangeOnTheWay() {
    var kernel = DynamicsKernel(
      Settings(curve: .compressor(threshold: -20, ratio: 2, knee: 0)), sampleRate: 48_000)
    _ = kernel.output(constant(0, 48_000))
    kernel.setSettings(Settings(curve: .compressor(threshold: -20, ratio: 4, knee: 0)))
    #expect(abs(kernel.currentReduction - 10) < 1e-6, "the reduction goes on from where it was")
    _ = kernel.output(constant(0, 48_000))
    #expect(abs(kernel.currentReduction - 15) < 1e-6)
  }
}
