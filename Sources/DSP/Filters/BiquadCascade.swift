/// Second-order sections in series, each with its own coefficients in the left and the right lane.
///
/// Every section runs as a state-variable filter with trapezoidal integrators (Simper, *Linear Trapezoidal
/// Integrated SVF*, 2013; Zavalishin, *The Art of VA Filter Design*, chapter 4), a form any stable biquad can be
/// given. Its state matrix is the Cayley transform of a passive circuit and so never lengthens the state; a mean
/// of two such matrices does not either. Hence coefficients may be moved along straight lines, at any speed,
/// and the state's energy never grows by it: no bursts, where direct forms are only stable if nothing moves.
///
/// State: two frames a section. Latency 0. No allocation while processing; `setCoefficients` allocates only when
/// it is given more sections than ever before. Silence in gives decaying output, and zeros after
/// `flushDenormals`. The bits do not depend on how a signal is cut into blocks.
public struct BiquadCascade: Sendable {
  /// What moves a section's state and output by one frame:
  /// v = x − s2; s1 ← p s1 + q v; s2 ← s2 + q s1 + r v; y = c2 s2 + c1 s1 + d x, with the old states on the
  /// right.
  @usableFromInline
  struct Section: Sendable {
    var p = Frame(repeating: -1), q = Frame.zero, r = Frame.zero
    var d = Frame(repeating: 1), c1 = Frame.zero, c2 = Frame.zero
    var s1 = Frame.zero, s2 = Frame.zero
  }

  private var sections: [Section] = []
  /// A ramp: where it goes, its step a frame, and the frames left.
  private var targets: [Section] = []
  private var steps: [Section] = []
  private var rampFramesLeft = 0

  /// A cascade with the same `sections` for both channels.
  public init(_ sections: [BiquadCoefficients] = []) { setCoefficients(sections) }

  /// A cascade with sections of their own for each channel; the shorter list is filled with identity.
  public init(left: [BiquadCoefficients], right: [BiquadCoefficients]) {
    setCoefficients(left: left, right: right)
  }

  public var sectionCount: Int { sections.count }

  // MARK: - Coefficients

  /// New coefficients, reached along straight lines after `rampFrames` frames (0: at once). Sections that are
  /// new start from identity with an empty state; sections that are gone are dropped at once.
  public mutating func setCoefficients(_ sections: [BiquadCoefficients], rampFrames: Int = 0) {
    setCoefficients(left: sections, right: sections, rampFrames: rampFrames)
  }

  /// As above, with sections of their own for each channel; the shorter list is filled with identity.
  public mutating func setCoefficients(
    left: [BiquadCoefficients], right: [BiquadCoefficients], rampFrames: Int = 0
  ) {
    let count = left.count > right.count ? left.count : right.count
    if sections.count > count { sections.removeLast(sections.count - count) }
    while sections.count < count { sections.append(Section()) }
    targets.removeAll(keepingCapacity: true)
    steps.removeAll(keepingCapacity: true)
    for index in 0..<count {
      targets.append(
        Section(
          left: index < left.count ? left[index] : .identity,
          right: index < right.count ? right[index] : .identity))
    }
    rampFramesLeft = rampFrames > 0 ? rampFrames : 0
    guard rampFramesLeft > 0 else {
      arrive()
      return
    }
    for index in 0..<count { steps.append(sections[index].step(to: targets[index], frames: rampFrames)) }
  }

  // MARK: - Processing

  /// Filters `frames` in place.
  public mutating func process(_ frames: inout MutableSpan<Frame>) {
    var start = 0
    if rampFramesLeft > 0 {
      start = rampFramesLeft < frames.count ? rampFramesLeft : frames.count
      processRamp(&frames, start)
      rampFramesLeft -= start
      if rampFramesLeft == 0 { arrive() }
    }
    guard start < frames.count else { return }
    var index = 0
    while index + 1 < sections.count {
      processPair(index, &frames, start)
      index += 2
    }
    if index < sections.count { processLast(&frames, start) }
  }

  /// Filters the first `count` frames of `frames` in place.
  mutating func process(_ frames: inout [Frame], _ count: Int) {
    var whole = frames.mutableSpan
    whole.editPart(0..<count) { process(&$0) }
  }

  /// Empties the state and ends a ramp at its target.
  public mutating func reset() {
    if rampFramesLeft > 0 { arrive() }
    rampFramesLeft = 0
    for index in sections.indices {
      sections[index].s1 = .zero
      sections[index].s2 = .zero
    }
  }

  /// Sets state below 1e−30 (−600 dBFS) to zero. To be called at fixed places in time, every 1024 frames or so:
  /// decaying state would otherwise reach numbers with which processors are slow.
  public mutating func flushDenormals() {
    for index in sections.indices {
      sections[index].s1 = flushed(sections[index].s1)
      sections[index].s2 = flushed(sections[index].s2)
    }
  }

  /// Takes the targets' coefficients exactly, and keeps the state.
  private mutating func arrive() {
    for index in sections.indices {
      let (s1, s2) = (sections[index].s1, sections[index].s2)
      sections[index] = targets[index]
      sections[index].s1 = s1
      sections[index].s2 = s2
    }
  }

  /// Two sections in one pass. The state of two fits the processor's registers; more are slower (measured: 1.5
  /// ns a frame and section for two, 1.9 for six, as the state then goes through memory and the optimiser
  /// begins to shuffle lanes).
  private mutating func processPair(_ index: Int, _ frames: inout MutableSpan<Frame>, _ start: Int) {
    var first = sections[index]
    var second = sections[index + 1]
    for position in start..<frames.count {
      frames[position] = second.next(first.next(frames[position]))
    }
    sections[index] = first
    sections[index + 1] = second
  }

  private mutating func processLast(_ frames: inout MutableSpan<Frame>, _ start: Int) {
    var section = sections[sections.count - 1]
    for position in start..<frames.count { frames[position] = section.next(frames[position]) }
    sections[sections.count - 1] = section
  }

  /// The first `frameCount` frames, with coefficients that move.
  private mutating func processRamp(_ frames: inout MutableSpan<Frame>, _ frameCount: Int) {
    for index in sections.indices {
      var section = sections[index]
      let step = steps[index]
      for position in 0..<frameCount {
        section.advance(step)
        frames[position] = section.next(frames[position])
      }
      sections[index] = section
    }
  }
}

/// `x` with lanes below 1e−30 set to zero.
@inline(__always)
func flushed(_ x: Frame) -> Frame {
  Frame(Maths.magnitude(x.x) < 1e-30 ? 0 : x.x, Maths.magnitude(x.y) < 1e-30 ? 0 : x.y)
}

extension BiquadCascade.Section {
  /// From transfer functions to state variables: the bilinear transform backwards. With the prototype
  /// (n2 s² + n1 s + n0) / (s² + k s + 1) and the integrators' gain g, 1 + a1 + a2 = 4g²/(1 + kg + g²),
  /// 1 − a1 + a2 = 4/(1 + kg + g²) and 1 − a2 = 2kg/(1 + kg + g²).
  init(left: BiquadCoefficients, right: BiquadCoefficients) {
    let (l, r) = (Lane(left), Lane(right))
    self.init(
      p: Frame(l.p, r.p), q: Frame(l.q, r.q), r: Frame(l.r, r.r),
      d: Frame(left.b0, right.b0), c1: Frame(l.c1, r.c1), c2: Frame(l.c2, r.c2))
  }

  private struct Lane {
    var p: Double, q: Double, r: Double, c1: Double, c2: Double

    init(_ biquad: BiquadCoefficients) {
      let atZero = 1 + biquad.a1 + biquad.a2
      let atNyquist = 1 - biquad.a1 + biquad.a2
      let g = (atZero / atNyquist).magnitude.squareRoot()
      let n0 = (biquad.b0 + biquad.b1 + biquad.b2) / atZero
      let n2 = (biquad.b0 - biquad.b1 + biquad.b2) / atNyquist
      let kg = 2 * (1 - biquad.a2) / atNyquist
      let n1g = 2 * (biquad.b0 - biquad.b2) / atNyquist
      // Simper's a1, a2, a3 and the output mix m1 (band-pass, times g) and m2 (low-pass).
      let a1 = 1 / (1 + kg + g * g)
      let a2 = g * a1
      let a3 = g * a2
      let m1g = n1g - n2 * kg
      let m2 = n0 - n2
      p = 2 * a1 - 1
      q = 2 * a2
      r = 2 * a3
      c1 = m1g / g * a1 + m2 * a2
      c2 = m2 * (1 - a3) - m1g * a1
    }
  }

  @inline(__always)
  mutating func next(_ x: Frame) -> Frame {
    // One operation a line: longer expressions tempt the optimiser into shuffling lanes.
    let v = x - s2
    var y = c2 * s2
    y += c1 * s1
    let next = p * s1 + q * v
    s2 += q * s1
    s2 += r * v
    s1 = next
    y += d * x
    return y
  }

  @inline(__always)
  mutating func advance(_ step: Self) {
    p += step.p
    q += step.q
    r += step.r
    d += step.d
    c1 += step.c1
    c2 += step.c2
  }

  func step(to target: Self, frames: Int) -> Self {
    let share = Frame(repeating: 1 / Double(frames))
    return Self(
      p: (target.p - p) * share, q: (target.q - q) * share, r: (target.r - r) * share,
      d: (target.d - d) * share, c1: (target.c1 - c1) * share, c2: (target.c2 - c2) * share)
  }
}
