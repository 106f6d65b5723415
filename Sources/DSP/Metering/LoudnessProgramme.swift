/// The loudness of a measured programme: the weighted energy of each 10 ms of it, and what ITU-R BS.1770-5 and
/// EBU Tech 3341 and 3342 derive from these.
///
/// Results are `nil` where the standard gives none: a programme shorter than the window, or one that is silent
/// or gated away. Loudness is in LUFS, ranges in LU, gains in dB. A value; nothing here depends on block sizes.
public struct LoudnessProgramme: Sendable {
  /// The grid of the series: seconds between two values. Tech 3341 asks for 20 ms at most for the maxima.
  public static let hop = 0.01

  public let sampleRate: Double
  /// Mean powers of the 400 ms gating blocks, which overlap by 75 % (BS.1770-5 Annex 1, eq. 3).
  public let gatingBlocks: [Double]
  /// Mean powers of the windows that end at each hop: 400 ms (first at 0.4 s), 3 s (first at 3 s).
  private let momentaryPowers: [Double]
  private let shortTermPowers: [Double]

  init(sampleRate: Double, segmentEnergies: [Double]) {
    self.sampleRate = sampleRate
    // Sums of ten hops are shared by both windows, and are added afresh for each: no drift, no cancellation.
    let tenths = Self.sums(of: 10, step: 1, segmentEnergies)
    momentaryPowers = Self.means(Self.sums(of: 4, step: 10, tenths), hops: 40, sampleRate)
    shortTermPowers = Self.means(Self.sums(of: 30, step: 10, tenths), hops: 300, sampleRate)
    gatingBlocks = stride(from: 0, to: momentaryPowers.count, by: 10).map { [momentaryPowers] in
      momentaryPowers[$0]
    }
  }

  /// From the energies of each 100 ms, of a programme that is only asked for its integrated loudness.
  init(sampleRate: Double, tenthEnergies: [Double]) {
    self.sampleRate = sampleRate
    momentaryPowers = []
    shortTermPowers = []
    gatingBlocks = Self.sums(of: 4, step: 1, tenthEnergies).enumerated().map { place, energy in
      energy
        / Double(Self.boundary(10 * place + 40, sampleRate) - Self.boundary(10 * place, sampleRate))
    }
  }

  // MARK: - Results

  /// Integrated loudness (BS.1770-5 Annex 1, eqs. 5–7): gates at −70 LUFS and at 10 LU under the rest.
  public var integrated: Double? { integrated(gain: 0) }

  /// The integrated loudness this programme would have, louder by `gain` dB: both gates are applied anew.
  public func integrated(gain: Double) -> Double? {
    Self.integrated(of: [self], gains: [gain])
  }

  /// Several programmes measured as one: both gates over all their blocks together (album loudness).
  ///
  /// - Parameter gains: dB for each programme; missing ones are 0.
  public static func integrated(of programmes: [LoudnessProgramme], gains: [Double] = []) -> Double? {
    let factors = programmes.indices.map { $0 < gains.count ? Maths.power10(gains[$0] / 10) : 1 }
    let absolute = power(loudness: -70)
    guard let ungated = gatedMean(programmes, factors, above: absolute) else { return nil }
    // Where what passes the first gate is very quiet, the second lies under it; a block has to exceed both (eq. 7).
    let relative = ungated * Maths.power10(-1)
    guard let gated = gatedMean(programmes, factors, above: max(absolute, relative)) else { return nil }
    return loudness(power: gated)
  }

  /// The greatest momentary loudness, 400 ms windows every 10 ms.
  public var maxMomentary: Double? { Self.loudest(momentaryPowers) }

  /// The greatest short-term loudness, 3 s windows every 10 ms.
  public var maxShortTerm: Double? { Self.loudest(shortTermPowers) }

  /// Momentary loudness over time: value k is the window that ends at 0.4 s + 10 ms · k; −∞ for silence.
  public var momentary: [Double] { momentaryPowers.map(Self.loudness(power:)) }

  /// Short-term loudness over time: value k is the window that ends at 3 s + 10 ms · k; −∞ for silence.
  public var shortTerm: [Double] { shortTermPowers.map(Self.loudness(power:)) }

  /// Loudness range (EBU Tech 3342, section 3): 3 s windows at 10 Hz, gates at −70 LUFS and at 20 LU under the
  /// rest, from the 10th to the 95th percentile.
  public var loudnessRange: Double? {
    let threshold = Self.power(loudness: -70)
    var kept = stride(from: 0, to: shortTermPowers.count, by: 10).map { shortTermPowers[$0] }
    kept.removeAll { $0 < threshold }
    guard !kept.isEmpty else { return nil }
    let relative = kept.reduce(0, +) / Double(kept.count) * Maths.power10(-2)
    kept.removeAll { $0 < relative }
    guard !kept.isEmpty else { return nil }
    kept.sort()
    func percentile(_ fraction: Double) -> Double {
      kept[Int(Maths.roundedHalfUp(Double(kept.count - 1) * fraction))]
    }
    return Self.loudness(power: percentile(0.95)) - Self.loudness(power: percentile(0.10))
  }

  // MARK: - The scale

  /// L = −0.691 + 10 log10 Σ G z (BS.1770-5 Annex 1, eq. 2); −∞ for no power.
  static func loudness(power: Double) -> Double {
    power > 0 ? -0.691 + 10 * Maths.log10(power) : -.infinity
  }

  static func power(loudness: Double) -> Double {
    Maths.power10((loudness + 0.691) / 10)
  }

  /// The frame at which hop `index` begins. Rates that 100 does not divide get hops of two lengths.
  static func boundary(_ index: Int, _ sampleRate: Double) -> Int {
    Int(Double(index) * sampleRate / 100)
  }

  // MARK: - Windows and gates

  private static func sums(of count: Int, step: Int, _ values: [Double]) -> [Double] {
    let span = (count - 1) * step
    guard values.count > span else { return [] }
    return (0..<values.count - span).map { first in
      var sum = 0.0
      for term in 0..<count { sum += values[first + term * step] }
      return sum
    }
  }

  private static func means(_ energies: [Double], hops: Int, _ sampleRate: Double) -> [Double] {
    energies.indices.map { first in
      energies[first] / Double(boundary(first + hops, sampleRate) - boundary(first, sampleRate))
    }
  }

  private static func loudest(_ powers: [Double]) -> Double? {
    guard let greatest = powers.max(), greatest > 0 else { return nil }
    return loudness(power: greatest)
  }

  /// The mean power of the blocks that exceed `threshold`, or `nil` if none does.
  private static func gatedMean(
    _ programmes: [LoudnessProgramme], _ factors: [Double], above threshold: Double
  ) -> Double? {
    var sum = 0.0
    var count = 0
    for (programme, factor) in zip(programmes, factors) {
      for power in programme.gatingBlocks where power * factor > threshold {
        sum += power * factor
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : nil
  }
}
