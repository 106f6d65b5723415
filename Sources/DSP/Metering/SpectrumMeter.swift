/// The average and the peak spectrum of a programme of one or two channels, in bands of a sixth of an octave.
///
/// Windows of Hann's shape (Harris, *On the Use of Windows for Harmonic Analysis*, Proc. IEEE 66(1), 1978), some
/// 170 ms long and half over each other, are transformed; the powers of their points add up to the powers of bands.
/// A band is as wide as Hann's main lobe at least, five points, so a sine is never cut by its own band: at full scale
/// in both channels it reads 0 dB at its frequency, whatever that is. Noise reads by its power in the band, so pink
/// noise is level where bands are a sixth of an octave wide, from about 250 Hz on.
///
/// The power of a frame is the mean of its channels'. Any block size gives the same bits. Silence gives −∞.
public struct SpectrumMeter: Sendable {
  /// A finished spectrum.
  public struct Spectrum: Sendable, Equatable {
    /// Centres of the bands in Hz: a 24th of an octave apart, from 20 Hz to 20 kHz or just under half the rate.
    public var frequencies: [Double]
    /// dB for each band, of the mean power of all windows; a full-scale sine is 0.
    public var average: [Double]
    /// The same, of the window that has the most in the band.
    public var peak: [Double]
  }

  /// Points of a transform, a power of two: 8 192 at 44.1 and 48 kHz.
  public let size: Int

  private let frequencies: [Double]
  /// Each band's ends, in points.
  private let ends: [(low: Double, high: Double)]
  private let window: [Double]
  private var transform: FourierTransform
  private var real: [Frame]
  private var imaginary: [Frame]
  /// Frames not yet transformed, room for two windows that overlap by half.
  private var frames: [Frame]
  private var frameCount = 0
  /// Sums of the powers of the points below each, of two windows.
  private var below: [SIMD2<Double>]
  private var sums: [Double]
  private var greatest: [Double]
  private var windowCount = 0

  private static let pointsPerOctave = 24.0
  private static let lowest = 20.0, highest = 20_000.0
  /// Half the width of a band, in octaves.
  private static let halfWidth = 1.0 / 12
  /// Half the least width of a band, in points of the transform.
  private static let leastHalfWidth = 2.5

  /// - Parameter sampleRate: in hertz, 8 000 … 768 000.
  public init(sampleRate: Double) {
    var size = 1024
    while Double(size) < 0.15 * sampleRate { size *= 2 }
    self.size = size
    var frequencies: [Double] = []
    var ends: [(Double, Double)] = []
    let pointWidth = sampleRate / Double(size)
    let half = Maths.exp2(Self.halfWidth)
    while true {
      let frequency = Self.lowest * Maths.exp2(Double(frequencies.count) / Self.pointsPerOctave)
      let centre = frequency / pointWidth
      let high = max(centre * half, centre + Self.leastHalfWidth)
      // The powers of 2 miss 20 kHz by a hair.
      if frequency > Self.highest * 1.001 || high > Double(size / 2) - 1 { break }
      frequencies.append(frequency)
      // The mean of the signal, at point 0, is no sound.
      ends.append((max(0.5, min(centre / half, centre - Self.leastHalfWidth)), high))
    }
    self.frequencies = frequencies
    self.ends = ends
    window = (0..<size).map { 0.5 - 0.5 * Maths.sineAndCosine(turns: Double($0) / Double(size)).cosine }
    transform = FourierTransform(size: size)
    real = Array(repeating: .zero, count: size)
    imaginary = real
    frames = Array(repeating: .zero, count: size + size / 2)
    below = Array(repeating: .zero, count: size / 2 + 1)
    sums = Array(repeating: 0, count: frequencies.count)
    greatest = sums
  }

  /// Measures a block.
  public mutating func process(_ block: Span<Frame>) {
    var index = 0
    while index < block.count {
      let count = min(block.count - index, frames.count - frameCount)
      for offset in 0..<count { frames[frameCount + offset] = block[index + offset] }
      frameCount += count
      index += count
      if frameCount == frames.count {
        analyse(windows: 2)
        // Both windows are done; the second half of the later one begins the next.
        for place in 0..<size / 2 { frames[place] = frames[size + place] }
        frameCount = size / 2
      }
    }
  }

  /// What has been measured so far. What does not fill a window at the end is left out; a programme shorter than one
  /// window is measured with silence after it.
  public var spectrum: Spectrum {
    var copy = self
    if copy.frameCount >= size || copy.windowCount == 0 {
      for place in copy.frameCount..<copy.frames.count { copy.frames[place] = .zero }
      copy.analyse(windows: 1)
    }
    func decibels(_ power: Double) -> Double { power > 0 ? 10 * Maths.log10(power) : -.infinity }
    let count = Double(copy.windowCount)
    return Spectrum(
      frequencies: frequencies, average: copy.sums.map { decibels($0 / count) }, peak: copy.greatest.map(decibels))
  }

  /// Transforms the first window as the real part and the second as the imaginary one: a real signal's transform is
  /// symmetric, so the two can be told apart (Press et al., *Numerical Recipes*, 12.3).
  private mutating func analyse(windows: Int) {
    let half = size / 2
    for place in 0..<size {
      real[place] = frames[place] * window[place]
      imaginary[place] = windows == 2 ? frames[half + place] * window[place] : .zero
    }
    transform.forward(&real, &imaginary)
    // A sine's lobe has 1 + ½² + ½² times the power of its middle, whose amplitude is a quarter of the size. Half of
    // each channel; a quarter from taking the two transforms apart.
    let scale = 16 / (1.5 * Double(size) * Double(size)) / 8
    Self.accumulate(real, imaginary, scale, &below)
    for band in ends.indices {
      let power = sum(to: ends[band].high) - sum(to: ends[band].low)
      for lane in 0..<windows {
        sums[band] += power[lane]
        greatest[band] = max(greatest[band], power[lane])
      }
    }
    windowCount += windows
  }

  /// Tells the two windows apart and adds up their powers from point 1 on.
  private static func accumulate(
    _ real: [Frame], _ imaginary: [Frame], _ scale: Double, _ sums: inout [SIMD2<Double>]
  ) {
    let (real, imaginary) = (real.span, imaginary.span)
    var below = sums.mutableSpan
    var total = SIMD2<Double>.zero
    for point in 1..<real.count / 2 {
      let mirror = real.count - point
      let first = (real[point] + real[mirror], imaginary[point] - imaginary[mirror])
      let second = (imaginary[point] + imaginary[mirror], real[mirror] - real[point])
      below[point] = total
      total +=
        SIMD2(
          (first.0 * first.0 + first.1 * first.1).sum(), (second.0 * second.0 + second.1 * second.1).sum()) * scale
    }
    below[real.count / 2] = total
  }

  /// The powers of all points up to `place`, where point k reaches from k − ½ to k + ½.
  private func sum(to place: Double) -> SIMD2<Double> {
    let point = Int(place + 0.5)
    let part = place + 0.5 - Double(point)
    return below[point] + (below[point + 1] - below[point]) * part
  }
}
