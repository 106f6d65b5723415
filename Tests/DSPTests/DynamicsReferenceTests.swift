import DSP
import Foundation
import Testing

/// The compressor against its definition, written once more: frame by frame, with the C library's functions.
@Suite struct DynamicsReferenceTests {
  typealias Settings = DynamicsKernel.Settings

  let rate = 48_000.0

  func compressor(_ threshold: Double, _ ratio: Double, _ knee: Double) -> Settings {
    Settings(curve: .compressor(threshold: threshold, ratio: ratio, knee: knee))
  }

  /// The static curve as the literature writes it, in three cases.
  func reduction(_ level: Double, _ threshold: Double, _ ratio: Double, _ knee: Double) -> Double {
    let over = level - threshold
    if 2 * over < -knee { return 0 }
    if 2 * over <= knee && knee > 0 { return (1 - 1 / ratio) * pow(over + knee / 2, 2) / (2 * knee) }
    return over > 0 ? (1 - 1 / ratio) * over : 0
  }

  /// The gains of one channel as factors, for the amplitudes its detector sees.
  func gains(_ settings: Settings, _ amplitudes: [Double]) -> [Double] {
    guard case .compressor(let threshold, let ratio, let knee) = settings.curve else { return [] }
    func coefficient(_ seconds: Double) -> Double { seconds > 0 ? exp(-1 / (seconds * rate)) : 0 }
    let range = settings.range ?? .infinity
    let makeup =
      switch settings.makeup {
      case .decibels(let gain): gain
      case .auto: min(reduction(0, threshold, ratio, knee), range) / 2
      }
    let (attack, release) = (coefficient(settings.attack), coefficient(settings.release))
    let memory = coefficient(0.010)
    var (mean, y) = (0.0, 0.0)
    return amplitudes.map { amplitude in
      mean = memory * mean + (1 - memory) * amplitude * amplitude
      let level = settings.detector == .rms ? 10 * log10(mean) : 20 * log10(amplitude)
      let r = reduction(level, threshold, ratio, knee)
      let alpha = r > y ? attack : release
      y = alpha * y + (1 - alpha) * r
      return pow(10, (makeup - min(y, range)) / 20)
    }
  }

  func reference(_ settings: Settings, _ input: [Frame], key: [Frame]) -> [Frame] {
    let linked = gains(settings, key.map { max(abs($0.x), abs($0.y)) })
    let left = settings.isLinked ? linked : gains(settings, key.map { abs($0.x) })
    let right = settings.isLinked ? linked : gains(settings, key.map { abs($0.y) })
    let delay = Int((settings.lookahead * rate).rounded())
    return input.indices.map { n in
      n < delay ? .zero : input[n - delay] * Frame(left[n], right[n])
    }
  }

  /// Noise that is loud, soft and silent by turns, its right channel out of step with its left.
  func programme(_ seed: UInt64) -> [Frame] {
    let loudness = [0.9, 0.02, 0.3, 0, 0.7, 0.1, 0.001]
    return noise(21_000, peak: 1, seed: seed).enumerated().map { n, frame in
      frame * Frame(loudness[n / 1500 % 7], loudness[(n / 1100 + 3) % 7])
    }
  }

  /// The greatest difference in dBFS.
  func residual(_ settings: Settings, keyed: Bool = false) -> Double {
    let input = programme(1)
    let key = keyed ? programme(2) : input
    var kernel = DynamicsKernel(settings, sampleRate: rate)
    var output = input
    var span = output.mutableSpan
    if keyed { kernel.process(&span, key: key.span) } else { kernel.process(&span) }
    let worst = zip(output, reference(settings, input, key: key)).reduce(0.0) { worst, pair in
      let difference = pair.0 - pair.1
      // A NaN must not pass for a small number.
      guard difference.x.isFinite && difference.y.isFinite else { return .infinity }
      return max(worst, abs(difference.x), abs(difference.y))
    }
    return 20 * log10(worst)
  }

  @Test(arguments: [LevelDetector.Mode.peak, .rms], [true, false])
  func followsItsDefinition(_ detector: LevelDetector.Mode, _ isLinked: Bool) {
    for (threshold, ratio, knee) in [(-18.0, 2.0, 6.0), (-40, 4, 12), (-30, .infinity, 0), (-24, 1, 6)] {
      for (attack, release) in [(0.010, 0.120), (0, 0.050), (0.003, 0.001), (0, 0)] {
        var settings = compressor(threshold, ratio, knee)
        settings.attack = attack
        settings.release = release
        settings.detector = detector
        settings.isLinked = isLinked
        #expect(residual(settings) < -250, "\(settings)")
        settings.range = 4.5
        settings.makeup = .auto
        settings.lookahead = 0.0015
        #expect(residual(settings, keyed: true) < -250, "\(settings)")
      }
    }
  }

  @Test func theCurveHoldsAtEveryLevel() {
    for (threshold, ratio, knee) in [(-18.0, 2.0, 6.0), (-24, 1.5, 48), (-6, 20, 0.5), (-30, .infinity, 0)] {
      let computer = GainComputer.compressor(threshold: threshold, ratio: ratio, knee: knee)
      var before = 0.0
      for step in 0...2400 {
        let level = -96 + Double(step) * 0.05
        let own = computer.reduction(level: level)
        #expect(abs(own - reduction(level, threshold, ratio, knee)) < 1e-12, "\(level) dB")
        #expect(own >= before, "falls at \(level) dB")
        before = own
      }
      #expect(computer.reduction(level: -.infinity) == 0)
    }
  }

  /// Of two channels the larger square is taken before the mean: not the larger of two means.
  @Test func linkedMeanSquaresTakeTheLargerFrameByFrame() {
    var settings = compressor(-20, .infinity, 0)
    settings.detector = .rms
    settings.attack = 0
    settings.release = 0
    // Full scale, in turns left and right: the larger is always 1, each channel's mean square ½.
    let input = (0..<48_000).map { $0 % 2 == 0 ? Frame(1, 0) : Frame(0, 1) }
    var kernel = DynamicsKernel(settings, sampleRate: rate)
    _ = kernel.output(input)
    #expect(abs(kernel.currentReduction - 20) < 1e-9)
    settings.isLinked = false
    kernel = DynamicsKernel(settings, sampleRate: rate)
    _ = kernel.output(input)
    #expect(abs(kernel.currentReduction - (20 - 10 * log10(2.0))) < 0.02)
  }

  /// Below the knee the samples themselves come out, the sign of zero included, whatever else is set.
  @Test func belowTheKneeNothingChanges() {
    func bits(_ frames: [Frame]) -> [UInt64] { frames.flatMap { [$0.x.bitPattern, $0.y.bitPattern] } }
    let input = noise(5000, peak: 0.1) + [Frame(-0.0, 0), Frame(repeating: -.leastNonzeroMagnitude)]
    for isLinked in [true, false] {
      for detector in LevelDetector.Mode.allCases {
        var settings = compressor(-16, 8, 6)
        settings.isLinked = isLinked
        settings.detector = detector
        var kernel = DynamicsKernel(settings, sampleRate: rate)
        #expect(bits(kernel.output(input)) == bits(input))
        #expect(kernel.maximumReduction == 0)
        settings.range = 0
        settings.curve = .compressor(threshold: -60, ratio: 8, knee: 6)
        kernel = DynamicsKernel(settings, sampleRate: rate)
        #expect(bits(kernel.output(input)) == bits(input), "a range of 0 dB")
      }
    }
  }

  @Test func aRatioOfOneIsNoReduction() {
    for curve in [
      DynamicsKernel.Curve.expander(threshold: -40, ratio: 1, knee: 6),
      .compressor(threshold: -40, ratio: 1, knee: 6),
    ] {
      var kernel = DynamicsKernel(Settings(curve: curve), sampleRate: rate)
      let input = [Frame](repeating: .zero, count: 4800) + noise(4800)
      #expect(kernel.output(input) == input)
      #expect(kernel.maximumReduction == 0)
    }
  }

  /// What was done is reported, though the range is narrower now.
  @Test func theGreatestReductionOutlivesItsRange() {
    var settings = compressor(-20, 4, 0)
    settings.range = 12
    var kernel = DynamicsKernel(settings, sampleRate: rate)
    let loud = [Frame](repeating: Frame(1, 1), count: 24_000)
    _ = kernel.output(loud)
    settings.range = 3
    kernel.setSettings(settings)
    _ = kernel.output(loud)
    #expect(kernel.maximumReduction == 12)
  }

  /// With the lookahead taken back, the gain is that without it, so many frames earlier.
  @Test func lookaheadMovesTheGainAlone() {
    var settings = compressor(-30, 4, 6)
    let input = programme(3).map { $0 + Frame(repeating: 2) }
    var plain = DynamicsKernel(settings, sampleRate: rate)
    let gains = zip(plain.output(input), input).map { $0.x / $1.x }
    settings.lookahead = 0.005
    var early = DynamicsKernel(settings, sampleRate: rate)
    let output = early.output(input)
    #expect(early.latencyFrames == 240)
    for n in 240..<input.count { #expect(abs(output[n].x / input[n - 240].x - gains[n]) < 1e-12) }
  }
}
