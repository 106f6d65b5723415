/// The slow part of a limiter's reduction: what every period of the bass needs for a while.
///
/// Along the signal, in steps of about a millisecond:
///
/// 1. *held*: the greatest need of the last 25 ms, a period of 40 Hz, so that the crests of a bass tone join without
///    ripple.
/// 2. *lasting*: the least that is held throughout any 120 ms that the step is part of. A drum hit is over by then and
///    leaves nothing here; a note remains, from its beginning on. (An opening, in the words of mathematical
///    morphology; Serra, *Image Analysis and Mathematical Morphology*, 1982.)
/// 3. *released*: what lasts, at once, and back from there with the release time.
/// 4. *smoothed*: the mean over 50 ms around, and a straight line from step to step.
///
/// Where the need is the same period after period, the body is exactly that need and nothing moves. It follows from
/// the needs of the input, and knows those of `lookahead` frames to come: a bass note is turned down when it begins,
/// not after its first periods were bent by the fast part. It promises nothing: what is needed beyond it the fast
/// part takes.
struct LimiterBody: Sendable {
  /// A step covers 2 to this power frames.
  let shift: Int
  /// Frames after a frame whose needs must be known for the body there.
  let lookahead: Int
  /// Frames before the latest need that it is computed from.
  let history: Int

  private let holdSteps: Int
  private let lastingSteps: Int
  private let meanSteps: Int
  private let decay: Double
  private let scale: Double
  private let unit: Double

  // Per step.
  private var needed: [Double]
  /// The last step that needs any reduction; far in the past if none does.
  private var lastNeeded = Int.min / 2
  private var held: [Double]
  /// The least held of the 120 ms that end with a step.
  private var least: [Double]
  private var recovering: [Double]
  private var released: [Int64]
  private var sums: [Int64]
  /// The body at the end of a step.
  private var levels: [Double]

  private static let holdSeconds = 0.025
  private static let lastingSeconds = 0.12
  private static let meanSeconds = 0.05

  /// - Parameters:
  ///   - release: time constant of the recovery, in frames.
  ///   - capacity: of the window, in frames, a multiple of a step.
  init(release: Double, sampleRate: Double, capacity: Int) {
    shift = Self.shift(sampleRate)
    let stepsPerSecond = sampleRate / Double(1 << shift)
    holdSteps = Int(Self.holdSeconds * stepsPerSecond) + 1
    lastingSteps = Int(Self.lastingSeconds * stepsPerSecond)
    meanSteps = max(1, Int(Self.meanSeconds * stepsPerSecond))
    lookahead = (lastingSteps + meanSteps / 2) << shift
    history = (max(holdSteps, lastingSteps + meanSteps) + lastingSteps + 2) << shift
    decay = Maths.exp(-Double(1 << shift) / release)
    scale = 0x1p+40
    unit = 1 / (scale * Double(meanSteps))
    let steps = capacity >> shift
    needed = Array(repeating: 0, count: steps)
    held = needed
    least = needed
    recovering = needed
    levels = needed
    released = Array(repeating: 0, count: steps)
    sums = released
  }

  /// A millisecond or more, at least 32 frames and at most a hop of the limiter.
  private static func shift(_ sampleRate: Double) -> Int {
    var shift = 5
    while shift < 9 && Double(1 << shift) < 0.001 * sampleRate { shift += 1 }
    return shift
  }

  mutating func need(_ value: Double, atFrame frame: Int) {
    let step = frame >> shift
    if value > needed[step] { needed[step] = value }
    lastNeeded = max(lastNeeded, step)
  }

  /// Takes in the needs of the frames of `range`, whole steps and next to those before: the body is known up to
  /// `lookahead` frames before its end.
  mutating func update(_ range: Range<Int>) {
    let steps = range.lowerBound >> shift..<range.upperBound >> shift
    let late = steps.lowerBound - lastingSteps - 1
    guard
      lastNeeded >= late - holdSteps || recovering[late] > 0 || sums[late] > 0
        || levels[late - meanSteps / 2] > 0
    else { return }
    for step in steps {
      var most = 0.0
      for other in step - holdSteps...step { most = needed[other] > most ? needed[other] : most }
      held[step] = most
      if most > 0 {
        for other in step - lastingSteps..<step { most = held[other] < most ? held[other] : most }
      }
      least[step] = most
      settle(step - lastingSteps)
    }
  }

  /// Computes the recovery at `step`, around which everything that lasts is known, and the mean that ends with it.
  private mutating func settle(_ step: Int) {
    var lasting = 0.0
    for other in step...step + lastingSteps { lasting = least[other] > lasting ? least[other] : lasting }
    let recovered = recovering[step - 1] * decay
    let value = lasting > recovered ? lasting : recovered
    recovering[step] = value < LimiterGain.negligible ? 0 : value
    released[step] = Int64(recovering[step] * scale)
    sums[step] = sums[step - 1] + released[step] - released[step - meanSteps]
    levels[step - meanSteps / 2] = Double(sums[step]) * unit
  }

  /// Whether there is any body in the frames of `range`, whole steps.
  func isActive(_ range: Range<Int>) -> Bool {
    for step in (range.lowerBound >> shift) - 1..<range.upperBound >> shift where levels[step] > 0 { return true }
    return false
  }

  /// The body at `frame`: it rises or falls evenly over a step.
  @inline(__always)
  func level(_ frame: Int) -> Double {
    let step = frame >> shift
    let part = Double(frame & (1 << shift - 1)) * (1 / Double(1 << shift))
    return levels[step - 1] + (levels[step] - levels[step - 1]) * part
  }

  /// Drops the first `count` frames of the window.
  mutating func advance(by count: Int) {
    let steps = count >> shift
    lastNeeded = max(Int.min / 2, lastNeeded - steps)
    DSP.shift(&needed, steps, 0)
    DSP.shift(&held, steps, 0)
    DSP.shift(&least, steps, 0)
    DSP.shift(&recovering, steps, 0)
    DSP.shift(&released, steps, 0)
    DSP.shift(&sums, steps, 0)
    DSP.shift(&levels, steps, 0)
  }
}
