/// What the sound passes before it meets the space: low cut, high cut and predelay.
///
/// The cuts are Butterworth sections in state-variable form, whose coefficients may move at any frame
/// without a click (Zavalishin, *The Art of VA Filter Design*, rev. 2.1.2, chapter 4; Simper's
/// arrangement of its trapezoidal integrators). They are warped to be exact at their corner.
struct ReverbInput: Sendable {
  /// tan(π f/fs) of the two corners, now and to come.
  struct Corners: Sendable {
    var low: Double
    var high: Double

    /// Cuts that are off are laid past hearing, at 1 Hz and at 0.49 fs, where a change can lead to.
    init(_ design: Reverb.Design, sampleRate: Double) {
      let highest = 0.49 * sampleRate
      low = Maths.tangent(Maths.pi * min(max(design.lowCut, 1), highest) / sampleRate)
      high = Maths.tangent(Maths.pi * min(design.highCut, highest) / sampleRate)
    }
  }

  /// A cut that has never been on does not run and leaves the sound as it is.
  private var cutsLow = false
  private var cutsHigh = false
  private var corners: Corners
  private var target: Corners
  private var lowCut1 = Frame.zero, lowCut2 = Frame.zero
  private var highCut1 = Frame.zero, highCut2 = Frame.zero

  /// The predelay's ring holds the longest predelay and a run.
  private var ring: [Frame]
  private var position = 0
  /// Predelay in frames: the one that is heard, and the one that is fading in by `share`.
  private var delay: Int
  private var nextDelay: Int
  private var share = 0.0
  private var wantedDelay: Int

  static let longestPredelay = 0.5

  init(_ design: Reverb.Design, sampleRate: Double, longestRun: Int) {
    corners = Corners(design, sampleRate: sampleRate)
    target = corners
    delay = Self.delayFrames(design, sampleRate: sampleRate)
    nextDelay = delay
    wantedDelay = delay
    let longest = Int(Self.longestPredelay * sampleRate + 0.5)
    ring = [Frame](repeating: .zero, count: longest + longestRun)
  }

  private static func delayFrames(_ design: Reverb.Design, sampleRate: Double) -> Int {
    Int(design.predelay * sampleRate + 0.5)
  }

  var delayFrames: Int { max(delay, nextDelay, wantedDelay) }

  mutating func update(_ design: Reverb.Design, sampleRate: Double) {
    target = Corners(design, sampleRate: sampleRate)
    wantedDelay = Self.delayFrames(design, sampleRate: sampleRate)
    cutsLow = cutsLow || design.lowCut > 0
    cutsHigh = cutsHigh || design.highCut < 0.49 * sampleRate
  }

  /// Takes one step towards what was asked for: `part` of the way that is left, 1 the last.
  mutating func approach(_ part: Double) {
    corners.low = approached(corners.low, target.low, part)
    corners.high = approached(corners.high, target.high, part)
    // A new predelay fades in over one whole ramp; one that comes during a fade waits for the next.
    if share == 0 && wantedDelay != delay { nextDelay = wantedDelay }
    if nextDelay != delay {
      share = approached(share, 1, part)
      if share == 1 {
        delay = nextDelay
        share = 0
      }
    }
  }

  var isSettled: Bool { delay == wantedDelay && share == 0 }

  mutating func process(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= frames.count)
    if cutsLow { cutLow(&frames, range) }
    if cutsHigh { cutHigh(&frames, range) }
    postpone(&frames, range)
  }

  private mutating func cutLow(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    let step = StateVariableStep(corners.low)
    var band = lowCut1, below = lowCut2
    for index in range {
      let input = unsafe frames[unchecked: index]
      let (nextBand, nextBelow) = step.next(band, below, input)
      let passed = input - (band + nextBand) * 0.7071067811865476 - (below + nextBelow) * 0.5
      unsafe frames[unchecked: index] = passed
      (band, below) = (nextBand, nextBelow)
    }
    lowCut1 = band
    lowCut2 = below
  }

  private mutating func cutHigh(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    let step = StateVariableStep(corners.high)
    var band = highCut1, below = highCut2
    for index in range {
      let input = unsafe frames[unchecked: index]
      let (nextBand, nextBelow) = step.next(band, below, input)
      unsafe frames[unchecked: index] = (below + nextBelow) * 0.5
      (band, below) = (nextBand, nextBelow)
    }
    highCut1 = band
    highCut2 = below
  }

  private mutating func postpone(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    let count = ring.count, delay = delay, nextDelay = nextDelay
    let later = share, sooner = 1 - share
    var place = position
    var ring = ring.mutableSpan
    var start = range.lowerBound
    while start < range.upperBound {
      // A run ends where the first of the three places wraps around.
      let heard = wrapped(place - delay, count), coming = wrapped(place - nextDelay, count)
      let run = min(range.upperBound - start, count - max(place, heard, coming))
      for index in 0..<run {
        unsafe ring[unchecked: place &+ index] = frames[unchecked: start &+ index]
      }
      if later == 0 {
        for index in 0..<run {
          unsafe frames[unchecked: start &+ index] = ring[unchecked: heard &+ index]
        }
      } else {
        for index in 0..<run {
          unsafe frames[unchecked: start &+ index] =
            ring[unchecked: heard &+ index] * sooner + ring[unchecked: coming &+ index] * later
        }
      }
      start += run
      place += run
      if place == count { place = 0 }
    }
    position = place
  }

  mutating func flushFilters() {
    flush(&lowCut1)
    flush(&lowCut2)
    flush(&highCut1)
    flush(&highCut2)
  }
}

/// One step of a state-variable filter with 1/Q = √2 and two trapezoidal integrators; g = tan(π f/fs).
///
/// The band-pass and low-pass outputs are the means of an integrator's state before and after the step, which
/// keeps the recursion to a product and two sums.
private struct StateVariableStep {
  private let bandOfBand: Double
  private let cross: Double
  private let belowOfBelow: Double
  private let belowOfInput: Double

  init(_ g: Double) {
    let a = 1 / (1 + g * (g + 1.4142135623730951))
    bandOfBand = 2 * a - 1
    cross = 2 * g * a
    belowOfInput = 2 * g * g * a
    belowOfBelow = 1 - belowOfInput
  }

  @inline(__always)
  func next(_ band: Frame, _ below: Frame, _ input: Frame) -> (band: Frame, below: Frame) {
    (
      (band * bandOfBand + input * cross) - below * cross,
      (below * belowOfBelow + input * belowOfInput) + band * cross
    )
  }
}

/// `part` of the way from `value` to `target`; exactly there when `part` is 1.
@inline(__always)
func approached(_ value: Double, _ target: Double, _ part: Double) -> Double {
  part == 1 ? target : value + (target - value) * part
}

@inline(__always)
func approached(_ value: Frame, _ target: Frame, _ part: Double) -> Frame {
  part == 1 ? target : value + (target - value) * part
}
