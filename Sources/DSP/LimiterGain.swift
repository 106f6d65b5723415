/// The gain of a limiter over a moving window: from the reduction each frame needs to the smooth one it gets.
///
/// Reduction is 1 − gain, so that unity is exactly 0. Along the signal, in steps of a few frames:
///
/// 1. *needed*: the least reduction that brings a step's peaks under the ceiling; may be raised again later.
/// 2. *held*: its maximum from 10 ms before to a lookahead after, so that it is there in time, and so that the
///    crests of a bass tone (100 a second at 50 Hz) join without ripple.
/// 3. *released*: what is held, at once; back from there quickly towards a slow average of it. A lone peak barely
///    moves the average and is forgotten quickly; dense ones charge it, and the gain then stays, and recovers
///    slowly. (Two stages as in the opto and bus compressors; Giannoulis, Massberg, Reiss, JAES 60(6), 2012, 3.2
///    for the one-pole smoothing.)
/// 4. *smoothed*: the mean over the last lookahead with a bell of positive weights (three running means in a row).
///
/// Every value that 4 averages for frame n is at least what frame n needs, by 2; so is the mean.
///
/// Running means are integer sums, hence exact: they can begin anywhere and give the same bits.
struct LimiterGain: Sendable {
  /// Reduction of each frame of the window.
  private(set) var reduction: [Double]
  /// Frames a step covers is 2 to this power.
  let stepShift: Int
  /// Frames after a frame whose needed reduction must be known for that frame's gain.
  let reach: Int

  private let lookaheadSteps: Int
  private let holdSteps: Int
  private let fastDecay: Double
  private let slowDecay: Double
  private let slowCharge: Double
  private let lengths: (Int, Int, Int)
  private let scale: Double
  private let unit: Double

  // Per step.
  private var needed: [Double]
  /// The last step that needs any reduction; far in the past if none does.
  private var lastNeeded = -1
  private var fast: [Double]
  private var slow: [Double]
  private var released: [Int64]
  // Per frame: the running means, as sums.
  private var sums: [SIMD2<Int64>]
  private var lastSum: [Int64]
  /// Reduction that is applied unsmoothed, per frame; see `Limiter`.
  private var forced: [Double]
  private var anyForced = false

  /// Below this a recovering reduction is over (−144 dB: the step is inaudible, and unity exact again).
  private static let negligible = 0x1p-24
  /// Fast recovery's part of the release time.
  private static let fastPart = 0.15
  private static let holdSeconds = 0.01

  /// - Parameters:
  ///   - lookahead: in frames, at least 8.
  ///   - release: time constant of the slow recovery, in frames.
  ///   - sampleRate: in hertz, for the hold.
  ///   - capacity: of the window, in frames, a multiple of 32.
  init(lookahead: Int, release: Double, sampleRate: Double, capacity: Int) {
    // Steps of at most an eighth of the lookahead, so that the smoothing hides them, and at most 32 frames.
    var shift = 0
    while shift < 5 && (16 << shift) <= lookahead { shift += 1 }
    stepShift = shift
    let step = 1 << shift
    lookaheadSteps = (lookahead + step - 1) / step
    holdSteps = Int(Self.holdSeconds * sampleRate) / step + 1
    reach = (((lookaheadSteps + 1) * step + 31) / 32) * 32

    let frames = Double(step)
    fastDecay = Maths.exp(-frames / (release * Self.fastPart))
    slowDecay = 1 - Maths.exp(-frames / release)
    slowCharge = 1 - Maths.exp(-frames / (2 * release))

    // Three lengths whose sum is lookahead + 3: together they reach back `lookahead` frames.
    let third = (lookahead + 3) / 3
    lengths = (third, third, lookahead + 3 - 2 * third)
    let weight = Double(lengths.0) * Double(lengths.1) * Double(lengths.2)
    // As fine as keeps the sums within 62 bits.
    var scale = 0x1p+40
    while scale * weight > 0x1p+62 { scale /= 2 }
    self.scale = scale
    unit = 1 / (scale * weight)

    let steps = capacity >> shift
    needed = Array(repeating: 0, count: steps)
    fast = needed
    slow = needed
    released = Array(repeating: 0, count: steps)
    sums = Array(repeating: .zero, count: capacity)
    lastSum = Array(repeating: 0, count: capacity)
    reduction = Array(repeating: 0, count: capacity)
    forced = reduction
  }

  /// Frames of history before a frame that its gain is computed from.
  var history: Int { max(lengths.0, lengths.2) + ((holdSteps + 1) << stepShift) }

  /// Asks for at least `value` at the frames of `range`.
  mutating func need(_ value: Double, _ range: Range<Int>) {
    let last = (range.upperBound - 1) >> stepShift
    for step in (range.lowerBound >> stepShift)...last where value > needed[step] { needed[step] = value }
    lastNeeded = max(lastNeeded, last)
  }

  /// Asks for at least `value` at the frames of `range`, abruptly.
  mutating func force(_ value: Double, _ range: Range<Int>) {
    anyForced = true
    for frame in range where value > forced[frame] { forced[frame] = value }
  }

  /// Computes the gain of the frames of `range`, whose bounds are multiples of 32, from the needs up to `reach`
  /// frames later and the gain before. Returns whether any is below unity.
  mutating func update(_ range: Range<Int>) -> Bool {
    let steps = range.lowerBound >> stepShift..<range.upperBound >> stepShift
    let before = range.lowerBound - 1
    guard
      lastNeeded >= steps.lowerBound - holdSteps || fast[steps.lowerBound - 1] > 0
        || slow[steps.lowerBound - 1] > 0 || lastSum[before] > 0 || sums[before] != .zero || anyForced
    else {
      // Nothing needed, nothing recovering: all of it is zero, and always was.
      return false
    }
    for step in steps {
      var held = 0.0
      for other in step - holdSteps...step + lookaheadSteps {
        held = needed[other] > held ? needed[other] : held
      }
      let average = slow[step - 1]
      let drawn = average + (held - average) * (held > average ? slowCharge : slowDecay)
      let settled = drawn < Self.negligible ? 0 : drawn
      let above = fast[step - 1] - settled
      let recovered = above > 0 ? settled + above * fastDecay : settled
      let value = held > recovered ? held : recovered
      slow[step] = settled
      fast[step] = value < Self.negligible ? 0 : value
      // Rounded up: never less than needed.
      released[step] = fast[step] > 0 ? Int64(fast[step] * scale) + 1 : 0
    }
    smooth(range)
    return true
  }

  private mutating func smooth(_ range: Range<Int>) {
    var (first, second) = (sums[range.lowerBound - 1].x, sums[range.lowerBound - 1].y)
    var third = lastSum[range.lowerBound - 1]
    for frame in range {
      first += released[frame >> stepShift] - released[(frame - lengths.0) >> stepShift]
      second += first - sums[frame - lengths.1].x
      third += second - sums[frame - lengths.2].y
      sums[frame] = SIMD2(first, second)
      lastSum[frame] = third
      reduction[frame] = Double(third) * unit
    }
    if anyForced {
      for frame in range where forced[frame] > reduction[frame] { reduction[frame] = forced[frame] }
    }
  }

  /// The greatest reduction of the frames of `range`.
  func greatest(_ range: Range<Int>) -> Double {
    let values = reduction.span
    var greatest = 0.0
    for frame in range { greatest = values[frame] > greatest ? values[frame] : greatest }
    return greatest
  }

  /// Drops the first `count` frames (a multiple of 32) of the window; those that enter need nothing.
  mutating func advance(by count: Int) {
    lastNeeded = max(-1, lastNeeded - count >> stepShift)
    shift(&needed, count >> stepShift, 0)
    shift(&fast, count >> stepShift, 0)
    shift(&slow, count >> stepShift, 0)
    shift(&released, count >> stepShift, 0)
    shift(&sums, count, .zero)
    shift(&lastSum, count, 0)
    shift(&reduction, count, 0)
    if anyForced { shift(&forced, count, 0) }
  }
}

/// Moves the values of `array` to the front by `count` and fills the end.
@inline(__always)
func shift<Value>(_ array: inout [Value], _ count: Int, _ filler: Value) {
  let kept = array.count - count
  for index in 0..<kept { array[index] = array[index + count] }
  for index in kept..<array.count { array[index] = filler }
}
