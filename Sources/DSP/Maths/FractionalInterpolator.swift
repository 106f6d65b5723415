/// The values of an oversampled signal between its samples, by a short windowed sinc.
///
/// The kernel is sin πt/πt · w(t) with Kaiser's window (`KaiserWindow`); at the samples themselves it is the identity.
/// Between the upper end of the signal's band and its first image lies the filter's transition band; images, and
/// ripples in the pass band, are `attenuation` dB down.
///
/// Places are counted in fractions, `phaseCount` a sample. Where these are few, each has its taps in a table, 0.4 MB at
/// most; where they are many, taps are interpolated between 512 phases by Lagrange's cubic through four points. Its
/// error is at most 3/128 h⁴ max|f⁗| (Abramowitz and Stegun, *Handbook of Mathematical Functions*, section 25.2), with
/// h = 1/512 and f⁗ of a sinc π⁴/5: below 1e−11 of full scale, and below 1e−10 where the window ends. The taps of a
/// phase sum to 1, so that a constant stays what it is. No allocation after `init`.
struct FractionalInterpolator: Sendable {
  /// Taps a value, even.
  let tapCount: Int
  /// Samples before a place's own that its value needs, and, plus one, after it.
  var reach: Int { tapCount / 2 - 1 }

  /// More phases than this are interpolated.
  private static let greatestTable = 2048
  /// The phases between which they are.
  private static let nodeCount = 512

  private let phaseCount: Int
  private let isExact: Bool
  /// Taps of phase after phase, in order of time; if interpolated, from phase −1 to nodeCount + 1.
  private let table: [Double]
  /// The taps of a phase interpolated.
  private var row: [Double]

  /// For a signal that is `oversampling` > 1 times as fast as twice its band's upper end.
  init(oversampling: Double, phaseCount: Int, attenuation: Double) {
    let wanted = KaiserWindow.tapCount(attenuation: attenuation, transition: 1 - 1 / oversampling)
    tapCount = (wanted + 1) / 2 * 2
    self.phaseCount = phaseCount
    isExact = phaseCount <= Self.greatestTable
    let window = KaiserWindow(attenuation: attenuation)
    var table: [Double] = []
    if isExact {
      for phase in 0..<phaseCount {
        table += Self.taps(tapCount, Double(phase) / Double(phaseCount), window)
      }
    } else {
      for node in -1...Self.nodeCount + 1 {
        table += Self.taps(tapCount, Double(node) / Double(Self.nodeCount), window)
      }
    }
    self.table = table
    row = Array(repeating: 0, count: tapCount)
  }

  private static func taps(_ count: Int, _ place: Double, _ window: KaiserWindow) -> [Double] {
    let half = count / 2
    let taps = (1 - half...half).map { sample -> Double in
      let distance = place - Double(sample)
      guard distance != 0 else { return 1 }
      let edge = distance / Double(half)
      guard edge > -1 && edge < 1 else { return 0 }
      return Maths.sineAndCosine(turns: distance / 2).sine / (Maths.pi * distance) * window.value(at: edge)
    }
    let sum = taps.reduce(0, +)
    return taps.map { $0 / sum }
  }

  /// The values of `samples` at `phase`/phaseCount behind sample `place`, and on in steps of `step`/phaseCount, into
  /// `range` of `output`. Every sample within reach must be there.
  mutating func values(
    of samples: Span<Frame>, at place: Int, _ phase: Int, step: Int, into output: inout MutableSpan<Frame>,
    _ range: Range<Int>
  ) {
    guard !range.isEmpty else { return }
    let last = phase + step * (range.count - 1)
    precondition(phase >= 0 && phase < phaseCount && step >= 0)
    precondition(place >= reach && place + last / phaseCount + reach + 1 < samples.count)
    let (wholeStep, partStep) = step.quotientAndRemainder(dividingBy: phaseCount)
    var (first, phase) = (place - reach, phase)
    for index in range {
      let near = samples.extracting(first..<first + tapCount)
      if isExact {
        output[index] = Self.sum(near, table.span.extracting(phase * tapCount..<(phase + 1) * tapCount))
      } else {
        Self.interpolateTaps(table, phase, phaseCount, &row)
        output[index] = Self.sum(near, row.span)
      }
      first += wholeStep
      phase += partStep
      if phase >= phaseCount {
        phase -= phaseCount
        first += 1
      }
    }
  }

  /// Σ samples · taps over a multiple of two of them.
  @inline(__always)
  private static func sum(_ samples: Span<Frame>, _ taps: Span<Double>) -> Frame {
    precondition(samples.count >= taps.count && taps.count & 1 == 0)
    // Two sums, so that an addition need not wait for the one before.
    var (even, odd) = (Frame.zero, Frame.zero)
    var tap = 0
    while tap < taps.count {
      unsafe even += samples[unchecked: tap] * taps[unchecked: tap]
      unsafe odd += samples[unchecked: tap &+ 1] * taps[unchecked: tap &+ 1]
      tap &+= 2
    }
    return even + odd
  }

  private static func interpolateTaps(_ table: [Double], _ phase: Int, _ phaseCount: Int, _ row: inout [Double]) {
    let tapCount = row.count
    let scaled = phase * nodeCount
    let node = scaled / phaseCount
    let part = Double(scaled - node * phaseCount) / Double(phaseCount)
    // Lagrange's weights at −1, 0, 1 and 2.
    let outside = part * (part - 1)
    let inside = (part + 1) * (part - 2)
    let (before, after) = (outside * (2 - part) / 6, outside * (part + 1) / 6)
    let (left, right) = (inside * (part - 1) / 2, -inside * part / 2)
    let start = node * tapCount
    let nodes = table.span.extracting(start..<start + 4 * tapCount)
    var taps = row.mutableSpan
    for tap in 0..<tapCount {
      let early = unsafe nodes[unchecked: tap] * before + nodes[unchecked: tap &+ tapCount] * left
      let late = unsafe nodes[unchecked: tap &+ 2 &* tapCount] * right + nodes[unchecked: tap &+ 3 &* tapCount] * after
      unsafe taps[unchecked: tap] = early + late
    }
  }
}
