/// The slow part of a limiter's reduction: what every period of the bass has needed for a while.
///
/// Along the signal, in steps of about a millisecond:
///
/// 1. *held*: the greatest need of the last 25 ms, a period of 40 Hz, so that the crests of a bass tone join without
///    ripple.
/// 2. *lasting*: the least that was held during the last 100 ms. A drum hit is over by then and leaves nothing here;
///    a note remains. (A closing and then an opening, in the words of mathematical morphology; Serra, *Image Analysis
///    and Mathematical Morphology*, 1982.)
/// 3. *released*: what lasts, at once, and back from there with the release time.
/// 4. *smoothed*: its mean over the last 50 ms, and a straight line from step to step.
///
/// Where the need is the same period after period, the body is exactly that need after 175 ms and nothing moves.
/// It follows from earlier needs alone. It promises nothing: what is needed beyond it the fast part takes.
struct LimiterBody: Sendable {
  /// A step covers 2 to this power frames.
  let shift: Int

  private let holdSteps: Int
  private let lastingSteps: Int
  private let meanSteps: Int
  private let decay: Double
  private let scale: Double
  private let unit: Double

  // Per step.
  private var needed: [Double]
  private var held: [Double]
  private var recovering: [Double]
  private var released: [Int64]
  private var sums: [Int64]
  /// The body at the end of a step.
  private var levels: [Double]

  private static let holdSeconds = 0.025
  private static let lastingSeconds = 0.1
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
    decay = Maths.exp(-Double(1 << shift) / release)
    scale = 0x1p+40
    unit = 1 / (scale * Double(meanSteps))
    let steps = capacity >> shift
    needed = Array(repeating: 0, count: steps)
    held = needed
    recovering = needed
    levels = needed
    released = Array(repeating: 0, count: steps)
    sums = released
  }

  /// A millisecond or more, at least 32 frames and at most a hop of the limiter.
  static func shift(_ sampleRate: Double) -> Int {
    var shift = 5
    while shift < 9 && Double(1 << shift) < 0.001 * sampleRate { shift += 1 }
    return shift
  }

  /// Frames before a step that it is computed from.
  var history: Int { (max(holdSteps, lastingSteps, meanSteps) + 2) << shift }

  /// Frames after the last need when nothing is held any more.
  var memory: Int { (holdSteps + 2) << shift }

  mutating func need(_ value: Double, atFrame frame: Int) {
    if value > needed[frame >> shift] { needed[frame >> shift] = value }
  }

  /// Whether a recovery is under way before `frame`, the first of a step.
  func isActive(before frame: Int) -> Bool {
    let step = frame >> shift - 1
    return recovering[step] > 0 || sums[step] > 0 || levels[step] > 0
  }

  /// Computes the steps that the frames of `range` cover, from the needs of the steps before them.
  mutating func update(_ range: Range<Int>) {
    for step in range.lowerBound >> shift..<range.upperBound >> shift {
      var most = 0.0
      for other in step - holdSteps..<step { most = needed[other] > most ? needed[other] : most }
      held[step] = most
      var least = most
      if least > 0 {
        for other in step - lastingSteps..<step { least = held[other] < least ? held[other] : least }
      }
      let recovered = recovering[step - 1] * decay
      let value = least > recovered ? least : recovered
      recovering[step] = value < LimiterGain.negligible ? 0 : value
      released[step] = Int64(recovering[step] * scale)
      sums[step] = sums[step - 1] + released[step] - released[step - meanSteps]
      levels[step] = Double(sums[step]) * unit
    }
  }

  /// The body at `frame`: it rises or falls evenly over a step.
  @inline(__always)
  func level(_ frame: Int) -> Double {
    let step = frame >> shift
    let part = Double(frame & (1 << shift - 1)) * (1 / Double(1 << shift))
    return levels[step - 1] + (levels[step] - levels[step - 1]) * part
  }

  mutating func advance(by count: Int) {
    let steps = count >> shift
    DSP.shift(&needed, steps, 0)
    DSP.shift(&held, steps, 0)
    DSP.shift(&recovering, steps, 0)
    DSP.shift(&released, steps, 0)
    DSP.shift(&sums, steps, 0)
    DSP.shift(&levels, steps, 0)
  }
}
