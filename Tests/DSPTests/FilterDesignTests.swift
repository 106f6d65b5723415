import DSP
import Foundation
import Testing

/// Every design against its analogue prototype, 20 Hz … 20 kHz.
@Suite struct FilterDesignTests {
  static let qs = [0.5, 0.6, FilterDesign.butterworthQ, 0.85, 1, 1.4, 2, 3, 5, 8]

  static func logarithmic(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    (0..<count).map { low * pow(high / low, Double($0) / Double(count - 1)) }
  }

  static let audible = logarithmic(20, 20_000, 160)

  static func decibels(_ squaredMagnitude: Double) -> Double { 10 * log10(squaredMagnitude) }

  /// The greatest distance in dB from the prototype, where that is above −60 dB.
  func error(_ section: BiquadCoefficients, _ prototype: AnalogueSection, _ f0: Double, _ rate: Double)
    -> Double
  {
    var worst = 0.0
    for frequency in Self.audible {
      let target = Self.decibels(prototype.squaredMagnitude(at: frequency / f0))
      guard target > -60 else { continue }
      let magnitude = section.magnitude(at: frequency, sampleRate: rate)
      worst = max(worst, abs(Self.decibels(magnitude * magnitude) - target))
    }
    return worst
  }

  /// The worst error over centres up to `top` and the given Qs.
  func worst(
    _ rate: Double, top: Double = 18_000, qs: [Double] = FilterDesignTests.qs,
    _ design: (_ f0: Double, _ q: Double) -> (BiquadCoefficients, AnalogueSection)
  ) -> Double {
    var worst = 0.0
    for f0 in Self.logarithmic(20, top, 40) {
      for q in qs {
        let (section, prototype) = design(f0, q)
        if !section.isStable { return .infinity }
        worst = max(worst, error(section, prototype, f0, rate))
      }
    }
    return worst
  }

  @Test(
    arguments: zip([44_100.0, 48_000, 96_000], [[0.35, 0.6, 1.0], [0.25, 0.45, 0.7], [0.25, 0.25, 0.25]]))
  func bells(rate: Double, bounds: [Double]) {
    for (gains, bound) in zip([[1.0, 3, -3], [4.5, 6, -6], [9.0, 12, -12]], bounds) {
      for gain in gains {
        let error = worst(rate) { f0, q in
          (FilterDesign.bell(frequency: f0, gain: gain, q: q, sampleRate: rate), .bell(gain: gain, q: q))
        }
        #expect(error <= bound, "\(gain) dB at \(rate) Hz")
      }
    }
  }

  @Test(arguments: zip([44_100.0, 48_000, 96_000], [[0.45, 0.7], [0.4, 0.5], [0.25, 0.25]]))
  func shelves(rate: Double, bounds: [Double]) {
    let qs = [0.5, 0.6, FilterDesign.butterworthQ, 0.85, 1]
    for (gains, bound) in zip([[3.0, -3, 6, -6], [9.0, 12, -12]], bounds) {
      for gain in gains {
        let high = worst(rate, qs: qs) { f0, q in
          (
            FilterDesign.highShelf(frequency: f0, gain: gain, q: q, sampleRate: rate),
            .highShelf(gain: gain, q: q)
          )
        }
        let low = worst(rate, qs: qs) { f0, q in
          (
            FilterDesign.lowShelf(frequency: f0, gain: gain, q: q, sampleRate: rate),
            .lowShelf(gain: gain, q: q)
          )
        }
        #expect(high <= bound && low <= bound, "\(gain) dB at \(rate) Hz")
      }
    }
  }

  @Test(arguments: [(44_100.0, 1.8, 1.15, 1.9), (48_000, 1.1, 0.7, 1.3), (96_000, 0.25, 0.25, 0.25)])
  func passes(rate: Double, low: Double, high: Double, band: Double) {
    #expect(
      worst(rate) { (FilterDesign.lowPass(frequency: $0, q: $1, sampleRate: rate), .lowPass(q: $1)) } <= low)
    #expect(
      worst(rate, top: 12_000) {
        (FilterDesign.highPass(frequency: $0, q: $1, sampleRate: rate), .highPass(q: $1))
      } <= high)
    #expect(
      worst(rate) { (FilterDesign.bandPass(frequency: $0, q: $1, sampleRate: rate), .bandPass(q: $1)) }
        <= band)
  }

  @Test(arguments: [(44_100.0, 1.0), (48_000, 1.0), (96_000, 0.5)])
  func firstOrder(rate: Double, bound: Double) {
    #expect(
      worst(rate, qs: [1]) { f0, _ in
        (FilterDesign.firstOrderLowPass(frequency: f0, sampleRate: rate), .firstOrderLowPass)
      } <= bound)
    #expect(
      worst(rate, qs: [1]) { f0, _ in
        (FilterDesign.firstOrderHighPass(frequency: f0, sampleRate: rate), .firstOrderHighPass)
      } <= bound)
    for gain in [3.0, -3, 6, 12, -12] {
      #expect(
        worst(rate, qs: [1]) { f0, _ in
          (FilterDesign.tilt(frequency: f0, gain: gain, sampleRate: rate), .tilt(gain: gain))
        } <= bound, "tilt of \(gain) dB")
    }
  }

  @Test func bilinearOnesAreExactAtTheirFrequency() {
    for f0 in [50.0, 1000, 15_000] {
      let notch = FilterDesign.notch(frequency: f0, q: 2, sampleRate: 48_000)
      #expect(notch.magnitude(at: f0, sampleRate: 48_000) < 1e-9)
      let allPass = FilterDesign.allPass(frequency: f0, q: 2, sampleRate: 48_000)
      for frequency in Self.audible {
        #expect(abs(allPass.magnitude(at: frequency, sampleRate: 48_000) - 1) < 1e-9)
      }
    }
  }

  @Test func gainIsExactWhereItIsPromised() {
    for f0 in [30.0, 1000, 16_000] {
      for gain in [-12.0, -1, 6, 18] {
        let bell = FilterDesign.bell(frequency: f0, gain: gain, q: 1.4, sampleRate: 48_000)
        #expect(abs(20 * log10(bell.magnitude(at: f0, sampleRate: 48_000)) - gain) < 1e-4)
        #expect(abs(20 * log10(bell.magnitude(at: 0, sampleRate: 48_000))) < 1e-6)
        let shelf = FilterDesign.lowShelf(frequency: f0, gain: gain, q: 0.7, sampleRate: 48_000)
        #expect(abs(20 * log10(shelf.magnitude(at: 0, sampleRate: 48_000)) - gain) < 1e-6)
      }
    }
  }

  @Test func aCutIsTheInverseOfTheBoost() {
    for f0 in [30.0, 1000, 17_000] {
      let pairs = [
        (
          FilterDesign.bell(frequency: f0, gain: 9, q: 3, sampleRate: 44_100),
          FilterDesign.bell(frequency: f0, gain: -9, q: 3, sampleRate: 44_100)
        ),
        (
          FilterDesign.lowShelf(frequency: f0, gain: 9, q: 0.9, sampleRate: 44_100),
          FilterDesign.lowShelf(frequency: f0, gain: -9, q: 0.9, sampleRate: 44_100)
        ),
        (
          FilterDesign.highShelf(frequency: f0, gain: 9, q: 0.9, sampleRate: 44_100),
          FilterDesign.highShelf(frequency: f0, gain: -9, q: 0.9, sampleRate: 44_100)
        ),
        (
          FilterDesign.tilt(frequency: f0, gain: 9, sampleRate: 44_100),
          FilterDesign.tilt(frequency: f0, gain: -9, sampleRate: 44_100)
        ),
      ]
      for (boost, cut) in pairs {
        for frequency in Self.audible {
          let product =
            boost.magnitude(at: frequency, sampleRate: 44_100)
            * cut.magnitude(at: frequency, sampleRate: 44_100)
          #expect(abs(product - 1) < 1e-9)
        }
      }
    }
  }

  /// The order of a slope, and −3 dB at the corner of every Butterworth filter.
  @Test(arguments: [6, 12, 18, 24, 36, 48])
  func slopes(slope: Int) {
    let low = FilterDesign.lowPass(frequency: 1000, slope: slope, sampleRate: 96_000)
    let high = FilterDesign.highPass(frequency: 1000, slope: slope, sampleRate: 96_000)
    func level(_ sections: [BiquadCoefficients], _ frequency: Double) -> Double {
      sections.reduce(0) { $0 + 20 * log10($1.magnitude(at: frequency, sampleRate: 96_000)) }
    }
    #expect(low.count == (slope + 6) / 12 && high.count == low.count)
    #expect(abs(level(low, 1000) + 3.0103) < 0.2 && abs(level(high, 1000) + 3.0103) < 0.05)
    #expect(abs(level(low, 4000) - level(low, 8000) - Double(slope)) < 0.3 + Double(slope) / 20)
    #expect(abs(level(high, 250) - level(high, 125) - Double(slope)) < 0.3)
    #expect(abs(level(low, 20)) < 0.01 && abs(level(high, 20_000)) < 0.05)
  }

  /// Far outside of what the bounds speak of, designs stay stable, and near their prototypes' range.
  @Test func extremesAreStableAndSane() {
    for rate in [44_100.0, 48_000, 192_000] {
      for f0 in [1, 20, 200, 2000, 10_000, 15_000, 18_000, 20_000, rate * 0.48, rate * 0.4999, rate] {
        for q in [0.1, 0.3, 0.5, FilterDesign.butterworthQ, 1, 2, 5, 10, 20, 40] {
          var sections = [
            FilterDesign.lowPass(frequency: f0, q: q, sampleRate: rate),
            FilterDesign.highPass(frequency: f0, q: q, sampleRate: rate),
            FilterDesign.bandPass(frequency: f0, q: q, sampleRate: rate),
            FilterDesign.notch(frequency: f0, q: q, sampleRate: rate),
            FilterDesign.allPass(frequency: f0, q: q, sampleRate: rate),
          ]
          for gain in [-24.0, -12, -3, -0.01, 0.01, 3, 12, 24] {
            sections.append(FilterDesign.bell(frequency: f0, gain: gain, q: q, sampleRate: rate))
            sections.append(FilterDesign.lowShelf(frequency: f0, gain: gain, q: q, sampleRate: rate))
            sections.append(FilterDesign.highShelf(frequency: f0, gain: gain, q: q, sampleRate: rate))
            sections.append(FilterDesign.tilt(frequency: f0, gain: gain, sampleRate: rate))
          }
          for (index, section) in sections.enumerated() {
            #expect(section.isStable, "section \(index) at \(f0) Hz, q \(q), \(rate) Hz: \(section)")
            for frequency in stride(from: 0, to: rate / 2, by: rate / 77) {
              let level = 20 * log10(section.magnitude(at: frequency, sampleRate: rate))
              // The prototypes themselves reach ±24 dB and a resonance of 20 log₁₀ 40 = 32 dB.
              #expect(level < 62, "section \(index) at \(f0) Hz, q \(q), \(rate) Hz: \(frequency) Hz")
            }
          }
        }
      }
    }
  }

  @Test func neutralGainsPassTheSignalUnchanged() {
    var cascade = BiquadCascade([
      FilterDesign.bell(frequency: 1000, gain: 0, q: 1, sampleRate: 48_000),
      FilterDesign.lowShelf(frequency: 100, gain: 0, q: 1, sampleRate: 48_000),
      FilterDesign.highShelf(frequency: 8000, gain: 0, q: 1, sampleRate: 48_000),
      FilterDesign.tilt(frequency: 1000, gain: 0, sampleRate: 48_000), .identity,
    ])
    #expect(cascade.output(noise(2000)) == noise(2000))
  }
}
