/// Cuts off the tips of peaks, without aliases.
///
/// What lies above the curve, the *excess*, is computed 16-fold oversampled (`ClipperCurve` averages it between the
/// points, which is second-order antiderivative anti-aliasing: Parker, Zavalishin, Le Bivic, DAFx 2016; Bilbao,
/// Esqueda, Parker, Välimäki, IEEE Signal Processing Letters 24(7), 2017), brought back to the rate of the signal by
/// the same low-pass filter, and taken off. So the signal itself goes through no filter: where nothing is cut, the
/// output is the input delayed, bit for bit, and costs next to nothing.
///
/// What is taken off has no treble above the filter's edge, so a peak may stand over the ceiling by a little. It takes
/// a limiter to hold one.
public struct Clipper: Sendable {
  public struct Settings: Sendable, Equatable {
    /// Where peaks are cut, in dBFS.
    public var ceiling: Double
    public var shape: ClipperShape

    public init(ceiling: Double = 0, shape: ClipperShape = .hard) {
      self.ceiling = ceiling
      self.shape = shape
    }
  }

  /// Frames from input to output.
  public static let latencyFrames = 2 * reach
  /// The greatest part of a frame that was taken off, in dB ≥ 0.
  public var maximumReduction: Double { greatest > 0 ? -Maths.decibels(amplitude: 1 - greatest) : 0 }

  static let phases = 16
  static let taps = 128
  /// Frames on either side of a point that its filter hears.
  static let reach = taps / 2
  private static let room = 2048

  private let curve: ClipperCurve
  /// `taps` for each phase.
  private let kernel: [Double]
  private var input: [Frame]
  /// What is taken off, as far as it is known.
  private var excess: [Frame]
  /// The part of a frame that the curve takes, at most.
  private var taken: [Frame]
  /// The 16 points of an interval, with the one before and the one after.
  private var points = Array(repeating: Frame.zero, count: phases + 2)
  private var hasPoints = false
  private var place: Int
  private var greatest = 0.0

  /// Frames that are kept: those that a filter hears, and those that are still late.
  private static let past = latencyFrames + 2 * reach

  public init(_ settings: Settings) {
    curve = ClipperCurve(ceiling: Maths.amplitude(decibels: settings.ceiling), shape: settings.shape)
    kernel = Self.lowPass()
    input = Array(repeating: .zero, count: Self.past + Self.room)
    excess = input
    taken = input
    place = Self.past
  }

  /// A windowed sinc that ends at the Nyquist frequency, 110 dB down.
  private static func lowPass() -> [Double] {
    let window = KaiserWindow(attenuation: 110)
    // The transition band that this many taps have at that depth.
    let transition = (110 - 7.95) / (14.36 * Double(taps - 1))
    let cutoff = 1 - transition
    var kernel: [Double] = []
    for phase in 0..<phases {
      var row: [Double] = []
      for tap in 0..<taps {
        let time = Double(phase) / Double(phases) + Double(reach - 1 - tap)
        let angle = Maths.pi * time * cutoff
        let sinc = time == 0 ? 1 : Maths.sine(angle) / angle
        row.append(sinc * window.value(at: time / Double(reach)))
      }
      let sum = row.reduce(0, +)
      kernel += row.map { $0 / sum }
    }
    return kernel
  }

  /// Clips `frames` in place, `latencyFrames` late.
  public mutating func process(_ frames: inout MutableSpan<Frame>) {
    for index in 0..<frames.count { frames[index] = next(frames[index]) }
  }

  /// The same, and writes the greatest part that was taken off within each output frame, 0 … 1 per channel, into
  /// `reduction`, which is as long as `frames`.
  public mutating func process(_ frames: inout MutableSpan<Frame>, reduction: inout MutableSpan<Frame>) {
    for index in 0..<frames.count {
      frames[index] = next(frames[index])
      reduction[index] = taken[place - 1 - Self.latencyFrames]
    }
  }

  /// Forgets the greatest reduction, and nothing else.
  public mutating func resetMaximum() { greatest = 0 }

  private mutating func next(_ frame: Frame) -> Frame {
    if place == input.count { makeRoom() }
    input[place] = frame
    cut(place - Self.reach - 1)
    let late = place - Self.latencyFrames
    place += 1
    let (dry, off) = (input[late], excess[late])
    return dry.replacing(with: dry - off, where: off .!= .zero)
  }

  /// Takes the excess of the time from frame `start` to the next.
  private mutating func cut(_ start: Int) {
    let (before, left) = (input[start - 1], input[start])
    let (right, after) = (input[start + 1], input[start + 2])
    // A tone rises between its samples by an eighth of its second difference; twice that is looked at.
    let bend = greater(magnitude(before + right - left - left), magnitude(left + after - right - right))
    let highest = greater(magnitude(left), magnitude(right)) + bend * 0.25
    let isBegun = hasPoints && (curve.cuts(points[Self.phases]) || curve.cuts(points[Self.phases + 1]))
    guard isBegun || curve.cuts(highest) else {
      hasPoints = false
      return
    }
    if hasPoints {
      points[0] = points[Self.phases]
      points[1] = points[Self.phases + 1]
    } else {
      points[0] = point(start - 1, Self.phases - 1)
      points[1] = point(start, 0)
    }
    for phase in 1..<Self.phases { points[phase + 1] = point(start, phase) }
    points[Self.phases + 1] = point(start + 1, 0)
    hasPoints = true
    for phase in 0..<Self.phases {
      let (first, middle, last) = (points[phase], points[phase + 1], points[phase + 2])
      guard curve.cuts(greater(greater(magnitude(first), magnitude(middle)), magnitude(last))) else { continue }
      let off = Frame(
        curve.excess(first.x, middle.x, last.x), curve.excess(first.y, middle.y, last.y))
      note(off, middle, start)
      spread(off * (1 / Double(Self.phases)), start, phase)
    }
  }

  private mutating func note(_ off: Frame, _ level: Frame, _ start: Int) {
    let part = magnitude(off) / greater(magnitude(level), magnitude(off)).replacing(with: 1, where: level .== .zero)
    // Next to a peak's flank the mean may be of more than its middle holds.
    let bounded = part.replacing(with: 0.999, where: part .> 0.999)
    taken[start] = greater(taken[start], bounded)
    greatest = max(greatest, bounded.x, bounded.y)
  }

  /// The oversampled signal, `phase` sixteenths after frame `start`.
  private func point(_ start: Int, _ phase: Int) -> Frame {
    let (samples, kernel) = (input.span, kernel.span)
    var (even, odd) = (Frame.zero, Frame.zero)
    let (from, row) = (start - Self.reach + 1, phase * Self.taps)
    for tap in stride(from: 0, to: Self.taps, by: 2) {
      even += samples[from + tap] * kernel[row + tap]
      odd += samples[from + tap + 1] * kernel[row + tap + 1]
    }
    return even + odd
  }

  /// Brings a point of the excess back to the rate of the signal.
  private mutating func spread(_ off: Frame, _ start: Int, _ phase: Int) {
    let taps = kernel
    let kernel = taps.span
    var excess = excess.mutableSpan
    let (from, row) = (start - Self.reach + 1, phase * Self.taps)
    for tap in 0..<Self.taps { excess[from + tap] += off * kernel[row + tap] }
  }

  private mutating func makeRoom() {
    let count = place - Self.past
    shift(&input, count, .zero)
    shift(&excess, count, .zero)
    shift(&taken, count, .zero)
    place = Self.past
  }
}

/// The curve of a clipper.
public enum ClipperShape: String, Sendable, CaseIterable {
  /// Straight up to the ceiling.
  case hard
  /// Bends from 3 dB under the ceiling on.
  case soft
}

/// What a clipper takes off, averaged over the two intervals around a point of a signal that runs straight from point
/// to point, with triangular weights.
///
/// For a function with the second antiderivative F that is 2 F[a, b, c], a divided difference. The curves are made of
/// truncated powers, for which it has closed forms without cancellation.
struct ClipperCurve: Sendable {
  /// From here on something is taken.
  private let start: Double
  /// Where the bend ends; `start` of the hard curve.
  private let end: Double

  init(ceiling: Double, shape: ClipperShape) {
    // 3 dB: ours. Above and below the ceiling alike, so that the bend ends on it.
    let bend = shape == .hard ? 0 : ceiling * (1 - Maths.amplitude(decibels: -3))
    start = ceiling - bend
    end = ceiling + bend
  }

  @inline(__always)
  func cuts(_ level: Frame) -> Bool { level.x > start || level.y > start || level.x < -start || level.y < -start }

  @inline(__always)
  func excess(_ a: Double, _ b: Double, _ c: Double) -> Double { above(a, b, c) - above(-a, -b, -c) }

  @inline(__always)
  private func above(_ a: Double, _ b: Double, _ c: Double) -> Double {
    let (high, low) = (max(a, b, c), min(a, b, c))
    guard high > start else { return 0 }
    let middle = max(min(a, b), min(max(a, b), c))
    if end == start { return Self.cubic(high - start, middle - start, low - start) / 3 }
    let bent = Self.quartic(high - start, middle - start, low - start)
    let straight = high > end ? Self.quartic(high - end, middle - end, low - end) : 0
    return (bent - straight) / (12 * (end - start))
  }

  /// The divided difference of max(0, t)³ at a ≥ b ≥ c, a > 0.
  private static func cubic(_ a: Double, _ b: Double, _ c: Double) -> Double {
    if b <= 0 { return a * a * a / ((a - b) * (a - c)) }
    let all = a + b + c
    return c >= 0 ? all : all - c * c * c / ((a - c) * (b - c))
  }

  /// The divided difference of max(0, t)⁴ at a ≥ b ≥ c, a > 0.
  private static func quartic(_ a: Double, _ b: Double, _ c: Double) -> Double {
    if b <= 0 { return a * a * a * a / ((a - b) * (a - c)) }
    let all = a * a + b * b + c * c + a * b + a * c + b * c
    return c >= 0 ? all : all - c * c * c * c / ((a - c) * (b - c))
  }
}
