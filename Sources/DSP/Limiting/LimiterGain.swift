/// The gain of a limiter over a moving window: from the reduction each frame needs to the smooth one it gets.
///
/// Reduction is 1 − gain, so that unity is exactly 0. It is the sum of two parts. The slow one, `LimiterBody`, is what
/// every period of the bass needs, and keeps it clean. The fast one takes the rest, in steps of a few frames:
///
/// 1. *needed*: the least reduction that brings a step's peaks under the ceiling; may be raised again later.
/// 2. *rest*: what of it the body does not take, as early as a lookahead ahead, so that it is there in time.
/// 3. *released*: the rest, at once; back from there within milliseconds, because a gain that stays down after a
///    peak costs loudness and is heard to pump.
/// 4. *smoothed*: the mean over the last lookahead with a bell of positive weights (three running means in a row).
///
/// Every value that 4 averages for frame n is at least the rest of frame n, by 2; so is the mean, and with the body
/// it is at least what frame n needs.
///
/// Running means are integer sums, hence exact: they can begin anywhere and give the same bits.
struct LimiterGain: Sendable {
  /// Reduction of each frame of the window.
  private(set) var reduction: [Double]
  /// Frames a step covers is 2 to this power.
  let stepShift: Int
  /// Frames after a frame whose needed reduction, and whose body, must be known for that frame's gain, a multiple of
  /// `grain`.
  let reach: Int
  /// Updates begin and end at multiples of this.
  let grain: Int

  private let lookaheadSteps: Int
  private let decay: Double
  private let lengths: (Int, Int, Int)
  private let scale: Double
  private let unit: Double

  private var body: LimiterBody
  // Per step.
  private var needed: [Double]
  /// The last step that needs any reduction; far in the past if none does.
  private var lastNeeded = -1
  private var rest: [Double]
  private var fast: [Double]
  private var released: [Int64]
  // Per frame: the running means, as sums.
  private var sums: [SIMD2<Int64>]
  private var lastSum: [Int64]
  /// Reduction that is applied unsmoothed, per frame; see `Limiter`.
  private var forced: [Double]
  private var anyForced = false

  /// Below this a recovering reduction is over (−144 dB: the step is inaudible, and unity exact again).
  static let negligible = 0x1p-24
  /// Time constant of the fast part's recovery. The shorter it is, the less a drum hit pumps; what it would bend of
  /// the bass the body has taken before.
  private static let restSeconds = 0.001

  /// - Parameters:
  ///   - lookahead: in frames, at least 8.
  ///   - release: time constant of the slow part's recovery, in frames.
  ///   - sampleRate: in hertz.
  ///   - capacity: of the window, in frames, a multiple of `grain`.
  init(lookahead: Int, release: Double, sampleRate: Double, capacity: Int) {
    // Steps of at most an eighth of the lookahead, so that the smoothing hides them, and at most 32 frames.
    var shift = 0
    while shift < 5 && (16 << shift) <= lookahead { shift += 1 }
    stepShift = shift
    let step = 1 << shift
    lookaheadSteps = (lookahead + step - 1) / step
    body = LimiterBody(release: release, sampleRate: sampleRate, capacity: capacity)
    grain = 1 << body.shift
    reach = ((lookaheadSteps + 1) * step + grain - 1) / grain * grain
    decay = Maths.exp(-Double(step) / min(release, Self.restSeconds * sampleRate))

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
    rest = needed
    fast = needed
    released = Array(repeating: 0, count: steps)
    sums = Array(repeating: .zero, count: capacity)
    lastSum = Array(repeating: 0, count: capacity)
    reduction = Array(repeating: 0, count: capacity)
    forced = reduction
  }

  /// Frames of history before a frame that its gain is computed from.
  var history: Int { max(max(lengths.0, lengths.2) + 2 << stepShift, body.history) }

  /// Frames after a frame whose needs of the input must be known for the body there, a multiple of `grain`.
  var bodyLookahead: Int { body.lookahead }

  /// Asks for at least `value` at the frames of `range`, for what the input needs: before `updateBody` of them.
  mutating func needOfInput(_ value: Double, _ range: Range<Int>) {
    need(value, range)
    body.need(value, atFrame: range.lowerBound)
  }

  /// Takes in the needs of the input at the frames of `range`, a multiple of `grain` and next to those before.
  mutating func updateBody(_ range: Range<Int>) { body.update(range) }

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

  /// Computes the gain of the frames of `range`, whose bounds are multiples of `grain`, from the needs up to `reach`
  /// frames later and the gain before. Returns whether any is below unity.
  mutating func update(_ range: Range<Int>) -> Bool {
    let steps = range.lowerBound >> stepShift..<range.upperBound >> stepShift
    let before = range.lowerBound - 1
    let known = range.lowerBound..<range.upperBound + reach
    guard
      lastNeeded >= steps.lowerBound || fast[steps.lowerBound - 1] > 0 || lastSum[before] > 0
        || sums[before] != .zero || anyForced || body.isActive(known)
    else {
      // Nothing needed, nothing recovering: all of it is zero, and always was.
      return false
    }
    let step = 1 << stepShift
    for index in known.lowerBound >> stepShift..<known.upperBound >> stepShift {
      // It rises or falls throughout a step, so one end is its least.
      let (first, last) = (body.level(index << stepShift), body.level(index << stepShift + step - 1))
      let above = needed[index] - (first < last ? first : last)
      rest[index] = above > 0 ? above : 0
    }
    for index in steps {
      var most = 0.0
      for other in index...index + lookaheadSteps { most = rest[other] > most ? rest[other] : most }
      let recovered = fast[index - 1] * decay
      let value = most > recovered ? most : recovered
      fast[index] = value < Self.negligible ? 0 : value
      // Rounded up: never less than needed.
      released[index] = fast[index] > 0 ? Int64(fast[index] * scale) + 1 : 0
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
      // Both parts together are never more than all.
      let whole = Double(third) * unit + body.level(frame)
      reduction[frame] = whole < 1 ? whole : 1
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

  /// Drops the first `count` frames (a multiple of `grain`) of the window; those that enter need nothing.
  mutating func advance(by count: Int) {
    body.advance(by: count)
    lastNeeded = max(-1, lastNeeded - count >> stepShift)
    shift(&needed, count >> stepShift, 0)
    shift(&rest, count >> stepShift, 0)
    shift(&fast, count >> stepShift, 0)
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
