/// Echoes: y = Σ (fb·F)ᵏ x[n − (k + 1)D], the wet signal alone. F are the filters in the feedback; the first echo
/// is at unity and unfiltered.
///
/// With `pingPong` the sum (L + R)/2 enters on the left and each echo changes sides. `width` scales the side
/// signal of what is heard, not of what goes round. A time that moves glides as a tape head does, between the
/// samples by six-point Lagrange interpolation (Laakso, Välimäki, Karjalainen, Laine, *Splitting the unit delay*,
/// IEEE SPM 13(1), 1996, eq. 42), or is cross-faded. State: the longest D in frames and the filters'; latency 0.
/// No allocation after `init`.
public struct DelayKernel: Sendable {
  public struct Settings: Sendable, Equatable {
    /// D, the time between echoes, in frames, at least 1; between whole frames only on the way.
    public var frameCount: Double
    /// The amplitude factor from echo to echo, 0 … 1 (below 1 for the echoes to end).
    public var feedback = 0.0
    public var pingPong = false
    /// Corner frequencies in Hz of a high-pass and a low-pass of 12 dB/oct in the feedback; nil: none.
    public var lowCut: Double?
    public var highCut: Double?
    /// 0 (mono) … 2.
    public var width = 1.0

    public init(
      frameCount: Double, feedback: Double = 0, pingPong: Bool = false, lowCut: Double? = nil,
      highCut: Double? = nil, width: Double = 1
    ) {
      self.frameCount = frameCount
      self.feedback = feedback
      self.pingPong = pingPong
      self.lowCut = lowCut
      self.highCut = highCut
      self.width = width
    }
  }

  /// Where the reading head goes.
  private enum Motion: Sendable {
    case still
    /// By `step` frames a frame, `left` more times.
    case gliding(step: Double, left: Int)
    /// To another head at `target`, `done` of `total` frames on the way.
    case fading(target: Double, done: Int, total: Int)
  }

  /// Frames filtered in one go.
  private static let chunkFrames = 256
  /// Frames that the interpolation needs on the late side of the head, and two on the early side.
  private static let reach = 3

  private let sampleRate: Double
  private var settings: Settings
  private var filters: BiquadCascade
  /// Input plus feedback, as far back as the longest D reaches.
  private var memory: [Frame]
  /// Where the next frame is written.
  private var position = 0
  /// D in force.
  private var distance: Double
  private var motion = Motion.still
  /// The feedback in force, and where it goes.
  private var feedback: Double
  private var feedbackMove: (from: Double, done: Int, total: Int)?
  private var feedbackChunk = [Frame](repeating: .zero, count: Self.chunkFrames)

  /// - Parameter longest: the longest D that will ever be asked for, in frames.
  public init(_ settings: Settings, longest: Int = 0, sampleRate: Double) {
    self.sampleRate = sampleRate
    self.settings = settings
    feedback = settings.feedback
    distance = Maths.roundedHalfUp(settings.frameCount > 1 ? settings.frameCount : 1)
    filters = BiquadCascade(Self.sections(settings, sampleRate))
    let own = Int(distance)
    // A delay that never moves needs no room for the interpolation.
    memory = Array(repeating: .zero, count: longest > own ? longest + Self.reach + 1 : own)
  }

  /// Takes new settings, with a delay time and filters that get there evenly within `frames`; 0 is at once.
  public mutating func glide(to new: Settings, over frames: Int) {
    take(new, frames)
    let target = bounded(new.frameCount)
    if target == distance {
      motion = .still
    } else if frames <= 1 {
      distance = target
      motion = .still
    } else {
      motion = .gliding(step: (target - distance) / Double(frames), left: frames)
    }
  }

  /// Takes new settings, with a delay time that is cross-faded within `frames` and filters that move.
  public mutating func fade(to new: Settings, over frames: Int) {
    take(new, frames)
    let target = bounded(new.frameCount)
    if target == distance || frames == 0 {
      distance = target
      motion = .still
    } else {
      motion = .fading(target: target, done: 0, total: frames)
    }
  }

  private mutating func take(_ new: Settings, _ frames: Int) {
    let old = settings
    settings = new
    feedbackMove = frames > 1 && feedback != new.feedback ? (feedback, 0, frames) : nil
    if frames <= 1 { feedback = new.feedback }
    guard old.lowCut != new.lowCut || old.highCut != new.highCut else { return }
    filters.setCoefficients(Self.sections(new, sampleRate), rampFrames: frames)
  }

  /// A distance that the memory holds; a rounding beside a whole frame is that frame.
  private func bounded(_ frames: Double) -> Double {
    let whole = Maths.roundedHalfUp(frames)
    let longest = Double(memory.count)
    let near = Maths.magnitude(frames - whole) < 1e-6 ? whole : frames
    return near < 1 ? 1 : near > longest ? longest : near
  }

  private static func sections(_ settings: Settings, _ sampleRate: Double) -> [BiquadCoefficients] {
    let q = FilterDesign.butterworthQ
    var sections: [BiquadCoefficients] = []
    if let frequency = settings.lowCut {
      sections.append(FilterDesign.highPass(frequency: frequency, q: q, sampleRate: sampleRate))
    }
    if let frequency = settings.highCut {
      sections.append(FilterDesign.lowPass(frequency: frequency, q: q, sampleRate: sampleRate))
    }
    return sections
  }

  /// Replaces the signal by its echoes.
  public mutating func process(_ frames: inout MutableSpan<Frame>) {
    var start = 0
    while start < frames.count {
      if case .still = motion, distance == Maths.roundedHalfUp(distance) {
        // What comes out next is known until the head reaches what is written now, so it is filtered as a block.
        let distance = Int(distance)
        let head = wrapped(position - distance)
        let count = Self.least(
          frames.count - start, Self.chunkFrames, distance, memory.count - position, memory.count - head)
        processChunk(&frames, start, count, head)
        start += count
        position = wrapped(position + count)
      } else {
        processMoving(&frames, start)
        start += 1
        position = wrapped(position + 1)
      }
    }
  }

  private static func least(_ a: Int, _ b: Int, _ c: Int, _ d: Int, _ e: Int) -> Int {
    var least = a < b ? a : b
    if c < least { least = c }
    if d < least { least = d }
    return e < least ? e : least
  }

  /// A place in the memory, for indices less than one round away.
  private func wrapped(_ index: Int) -> Int {
    index < 0 ? index + memory.count : index < memory.count ? index : index - memory.count
  }

  private mutating func processChunk(_ frames: inout MutableSpan<Frame>, _ start: Int, _ count: Int, _ head: Int) {
    if feedbackMove == nil {
      let feedback = feedback
      for index in 0..<count { feedbackChunk[index] = feedback * memory[head + index] }
    } else {
      for index in 0..<count { feedbackChunk[index] = nextFeedback() * memory[head + index] }
    }
    filters.process(&feedbackChunk, count)
    for index in 0..<count {
      let input = frames[start + index]
      let echo = feedbackChunk[index]
      frames[start + index] = memory[head + index]
      memory[position + index] =
        settings.pingPong ? Frame(0.5 * (input.x + input.y) + echo.y, echo.x) : input + echo
    }
    let width = MixMatrix.width(settings.width)
    frames.editPart(start..<start + count) { width.apply(to: &$0) }
  }

  /// One frame with a head between the samples, on its way, or two.
  private mutating func processMoving(_ frames: inout MutableSpan<Frame>, _ place: Int) {
    let heard = nextEcho()
    feedbackChunk[0] = nextFeedback() * heard
    filters.process(&feedbackChunk, 1)
    let input = frames[place]
    let echo = feedbackChunk[0]
    memory[position] = settings.pingPong ? Frame(0.5 * (input.x + input.y) + echo.y, echo.x) : input + echo
    frames[place] = MixMatrix.width(settings.width).applied(to: heard)
  }

  /// The feedback of the next frame. It goes to a new value along half a cosine, whose slope is even: a straight line
  /// would be heard where it begins and ends.
  private mutating func nextFeedback() -> Double {
    guard let move = feedbackMove else { return feedback }
    let done = move.done + 1
    let share = 0.5 - 0.5 * Maths.sineAndCosine(turns: 0.5 * Double(done) / Double(move.total)).cosine
    feedback = done == move.total ? settings.feedback : move.from + (settings.feedback - move.from) * share
    feedbackMove = done == move.total ? nil : (move.from, done, move.total)
    return feedback
  }

  private mutating func nextEcho() -> Frame {
    switch motion {
    case .still: return read(distance)
    case .gliding(let step, let left):
      distance += step
      motion = left > 1 ? .gliding(step: step, left: left - 1) : .still
      if left == 1 { distance = bounded(settings.frameCount) }
      return read(distance)
    case .fading(let target, let done, let total):
      let share = Double(done + 1) / Double(total)
      let heard = (1 - share) * read(distance) + share * read(target)
      if done + 1 == total {
        distance = target
        motion = .still
      } else {
        motion = .fading(target: target, done: done + 1, total: total)
      }
      return heard
    }
  }

  /// The memory `distance` frames back.
  private func read(_ distance: Double) -> Frame {
    let whole = Int(distance)
    let fraction = distance - Double(whole)
    // The memory's oldest frame is that which is about to be overwritten.
    if fraction == 0 { return memory[wrapped(position - whole)] }
    // Points −2 … 3 frames earlier than the whole one; a head too near either end is read at the nearest frame.
    guard whole > 2, whole + Self.reach < memory.count else {
      return memory[wrapped(position - (fraction < 0.5 ? whole : whole + 1))]
    }
    var sum = Frame.zero
    for point in -2...3 {
      var weight = 1.0
      for other in -2...3 where other != point {
        weight *= (fraction - Double(other)) / Double(point - other)
      }
      sum += weight * memory[wrapped(position - whole - point)]
    }
    return sum
  }

  public mutating func reset() {
    for index in memory.indices { memory[index] = .zero }
    position = 0
    filters.reset()
    feedback = settings.feedback
    feedbackMove = nil
    if case .still = motion { return }
    distance = bounded(settings.frameCount)
    motion = .still
  }

  public mutating func flushDenormals() {
    filters.flushDenormals()
    for index in memory.indices { memory[index] = flushed(memory[index]) }
  }
}
