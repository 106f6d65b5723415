/// What a mastering engineer looks at beside loudness and peaks: the noise floor, and how much lies in the side, in
/// the side's bass and in the band of esses.
///
/// `nil` where there is nothing to say. Levels are root mean squares in dB; a full-scale square wave is 0 dBFS.
public struct BandMeasurement: Sendable, Equatable {
  /// dBFS: the quietest 400 ms that hold no digital silence, that is, of which no 10 ms are all zeros. The quietest
  /// stretch is how noise floors are told where nobody marks a pause (the checks of audiobook makers do so). In music
  /// without a rest it is its quietest passage; in a fade-out, the fade's end.
  public var noiseFloor: Double?
  /// dB: the side over the mid, of all frames. −∞ for mono; ∞ where both channels are opposite.
  public var sideLevel: Double?
  /// dB: the loudest 400 ms of the side below 150 Hz over the loudest 400 ms of all sound. 0 at most.
  ///
  /// The side moves a stylus up and down, the mid from side to side, and a record is cut as loud as its loudest
  /// passage allows: so the side's bass is told against that. −∞ where there is none.
  public var bassSideLevel: Double?
  /// LUFS: the loudest 50 ms of what lies between 5 and 10 kHz, weighted as loudness is.
  /// `nil` where the sample rate does not reach up to 10 kHz.
  public var sibilantLevel: Double?
  /// Greatest |sample| in each 10 ms, of either channel.
  public var peaks: [Double]
}

/// Measures levels in bands, for stereo or mono (both lanes equal).
///
/// The bands are cut by Linkwitz–Riley crossovers of 24 dB/oct at 150 Hz, 5 kHz and 10 kHz; windows lie on the grid
/// of `LoudnessProgramme`, every 10 ms, and the last, incomplete 10 ms do not count. Latency of no consequence.
/// Storage grows by 32 bytes each 10 ms. Any block size gives the same result.
public struct BandMeter: Sendable {
  /// Hz.
  public static let bassEdge = 150.0, sibilantBand = 5_000.0...10_000.0
  private static let longWindow = 40, shortWindow = 5

  private let sampleRate: Double
  /// On mid and side in the lanes' places.
  private var bass: BiquadCascade
  private var sibilants: BiquadCascade
  private let weighting: KWeighting
  private var weighted = KWeighting.State()
  private var midSide: [Frame]
  private var plain: [Frame]

  /// Per 10 ms: energies of L² + R², of the side's bass, of the sibilants in both channels, and the greatest sample.
  private var energies: [Double] = []
  private var bassEnergies: [Double] = []
  private var sibilantEnergies: [Double] = []
  private var peaks: [Double] = []

  private var running = (all: 0.0, bass: 0.0, sibilants: 0.0, peak: Frame.zero)
  /// Energies of the mid and of the side.
  private var total = Frame.zero
  private var frame = 0
  private var segmentEnd: Int

  /// - Parameter sampleRate: in hertz, 8 000 … 768 000.
  public init(sampleRate: Double) {
    self.sampleRate = sampleRate
    bass = BiquadCascade(LinkwitzRiley(frequency: Self.bassEdge, sampleRate: sampleRate).lowPass)
    let low = LinkwitzRiley(frequency: Self.sibilantBand.lowerBound, sampleRate: sampleRate)
    let high = LinkwitzRiley(frequency: Self.sibilantBand.upperBound, sampleRate: sampleRate)
    sibilants = BiquadCascade(low.highPass + high.lowPass)
    weighting = KWeighting(sampleRate: sampleRate)
    segmentEnd = LoudnessProgramme.boundary(1, sampleRate)
    let longest = Int(sampleRate / 100) + 1
    midSide = Array(repeating: .zero, count: longest)
    plain = Array(repeating: .zero, count: longest)
  }

  public mutating func process(_ frames: Span<Frame>) {
    var index = 0
    while index < frames.count {
      let count = min(frames.count - index, segmentEnd - frame)
      measure(frames, index, count)
      frame += count
      index += count
      if frame == segmentEnd { endSegment() }
    }
  }

  private mutating func measure(_ frames: Span<Frame>, _ first: Int, _ count: Int) {
    var (all, peak, total) = (running.all, running.peak, total)
    for offset in 0..<count {
      let input = frames[first + offset]
      let crossed = Frame(0.5 * (input.x + input.y), 0.5 * (input.x - input.y))
      let square = input * input
      all += square.x + square.y
      total += crossed * crossed
      peak = greater(peak, magnitude(input))
      plain[offset] = input
      midSide[offset] = crossed
    }
    (running.all, running.peak, self.total) = (all, peak, total)
    bass.process(&midSide, count)
    sibilants.process(&plain, count)
    var (low, high, state) = (running.bass, running.sibilants, weighted)
    for offset in 0..<count {
      low += midSide[offset].y * midSide[offset].y
      let heard = weighting.weighted(plain[offset], &state)
      let square = heard * heard
      high += square.x + square.y
    }
    (running.bass, running.sibilants, weighted) = (low, high, state)
  }

  private mutating func endSegment() {
    energies.append(running.all)
    bassEnergies.append(running.bass)
    sibilantEnergies.append(running.sibilants)
    peaks.append(max(running.peak.x, running.peak.y))
    running = (0, 0, 0, .zero)
    bass.flushDenormals()
    sibilants.flushDenormals()
    weighted.flushDenormals()
    segmentEnd = LoudnessProgramme.boundary(energies.count + 1, sampleRate)
  }

  public var measurement: BandMeasurement {
    let loudest = powers(energies, Self.longWindow).max() ?? 0
    let bass = powers(bassEnergies, Self.longWindow).max() ?? 0
    let sibilant = powers(sibilantEnergies, Self.shortWindow).max() ?? 0
    let hasSibilants = sampleRate > 2 * Self.sibilantBand.upperBound
    return BandMeasurement(
      noiseFloor: quietest().map { level($0 / 2) },
      sideLevel: total == .zero ? nil : level(total.y) - level(total.x),
      // (L² + R²)/2 = M² + S².
      bassSideLevel: loudest > 0 ? level(bass) - level(loudest / 2) : nil,
      sibilantLevel: hasSibilants && sibilant > 0 ? LoudnessProgramme.loudness(power: sibilant) : nil, peaks: peaks)
  }

  /// The power of the quietest window without digital silence.
  private func quietest() -> Double? {
    var least: Double?
    var sounding = 0
    for (first, power) in powers(energies, Self.longWindow).enumerated() {
      let last = first + Self.longWindow - 1
      if first == 0 {
        sounding = 0
        for segment in 0...last { sounding = energies[segment] > 0 ? sounding + 1 : 0 }
      } else {
        sounding = energies[last] > 0 ? sounding + 1 : 0
      }
      if sounding >= Self.longWindow, power < least ?? .infinity { least = power }
    }
    return least
  }

  /// Mean powers of windows of so many 10 ms, added afresh for each.
  private func powers(_ energies: [Double], _ window: Int) -> [Double] {
    guard energies.count >= window else { return [] }
    return (0...energies.count - window).map { first in
      var sum = 0.0
      for segment in first..<first + window { sum += energies[segment] }
      let frames =
        LoudnessProgramme.boundary(first + window, sampleRate) - LoudnessProgramme.boundary(first, sampleRate)
      return sum / Double(frames)
    }
  }

  /// In dB; −∞ for no power.
  private func level(_ power: Double) -> Double { power > 0 ? 10 * Maths.log10(power) : -.infinity }
}
