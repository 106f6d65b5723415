/// What the sound passes before it meets the space: low cut, high cut and predelay.
///
/// The cuts are Butterworth sections in state-variable form, whose coefficients may move at any frame without a
/// click (Zavalishin, *The Art of VA Filter Design*, rev. 2.1.2, section 4.2; Simper's arrangement of its
/// trapezoidal integrators). They are warped to be exact at their corner.
struct ReverbInput: Sendable {
  /// tan(π f/fs) of the two corners, now and to come.
  struct Corners: Sendable {
    var low: Double
    var high: Double

    /// A low cut of 0 passes everything exactly; a high cut from 0.49 fs on is laid there, past hearing.
    init(_ design: Reverb.Design, sampleRate: Double) {
      let highest = 0.49 * sampleRate
      low = Maths.tangent(Maths.pi * min(design.lowCut, highest) / sampleRate)
      high = Maths.tangent(Maths.pi * min(design.highCut, highest) / sampleRate)
    }
  }

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
    cut(&frames, range)
    postpone(&frames, range)
  }

  private mutating func cut(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    let damping = 1.4142135623730951
    let low = corners.low, high = corners.high
    let low1 = 1 / (1 + low * (low + damping)), low2 = low * low1, low3 = low * low2
    let high1 = 1 / (1 + high * (high + damping)), high2 = high * high1, high3 = high * high2
    var first = lowCut1, second = lowCut2, third = highCut1, fourth = highCut2
    for index in range {
      let input = frames[index]
      let a = input - second
      let band = first * low1 + a * low2
      let below = second + first * low2 + a * low3
      first = band + band - first
      second = below + below - second
      let above = input - band * damping - below

      let b = above - fourth
      let middle = third * high1 + b * high2
      let output = fourth + third * high2 + b * high3
      third = middle + middle - third
      fourth = output + output - fourth
      frames[index] = output
    }
    lowCut1 = first
    lowCut2 = second
    highCut1 = third
    highCut2 = fourth
  }

  private mutating func postpone(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    let count = ring.count, delay = delay, nextDelay = nextDelay
    let later = share, sooner = 1 - share
    var place = position
    var ring = ring.mutableSpan
    for index in range {
      ring[place] = frames[index]
      var heard = place - delay
      if heard < 0 { heard += count }
      if later == 0 {
        frames[index] = ring[heard]
      } else {
        var coming = place - nextDelay
        if coming < 0 { coming += count }
        frames[index] = ring[heard] * sooner + ring[coming] * later
      }
      place += 1
      if place == count { place = 0 }
    }
    position = place
  }

  mutating func reset() {
    for index in ring.indices { ring[index] = .zero }
    position = 0
    lowCut1 = .zero
    lowCut2 = .zero
    highCut1 = .zero
    highCut2 = .zero
    corners = target
    delay = wantedDelay
    nextDelay = wantedDelay
    share = 0
  }

  mutating func flushDenormals() {
    flush(&lowCut1)
    flush(&lowCut2)
    flush(&highCut1)
    flush(&highCut2)
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
