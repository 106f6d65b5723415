/// An algorithmic reverb of room, hall or plate: a feedback delay network of sixteen lines, fully wet.
///
/// ```
/// input ▶ cuts ▶ predelay ▶ two all-passes ┬▶ early reflections ─────────┐
///                                          └▶ four all-passes ▶ network ─┴▶ balance ▶ width
/// ```
/// (a plate's early reflections come after all six all-passes)
///
/// - Shape: stereo in, stereo out, in place; each side of the input keeps its place among the early
///   reflections.
/// - Level: a click of 1 on one side, or noise, comes back with the energy it had (both sides together, at
///   the frequencies `decay` is judged by, before the cuts), whatever the model and the decay.
/// - State: what is still to be heard, in rings allocated by `init`. No latency: what comes late is the
///   sound.
/// - Silence in after `reset()` is silence out. The bits do not depend on how a signal is cut into blocks.
///
/// Source: Jot and Chaigne, *Digital delay networks for designing artificial reverberators*, AES 90th
/// convention, 1991 (network and absorbent filters); Schroeder, *Natural sounding artificial
/// reverberation*, JAES 10(3), 1962 (all-pass diffusion).
public struct Reverb: Sendable {
  /// What the kernel is working towards; `model`, `size` and `seed` are those of the space that was built.
  public private(set) var design: Design
  public let sampleRate: Double

  private var input: ReverbInput
  private var shortDiffusion: InlineArray<2, ReverbAllPass>
  private var early: ReverbEarlyReflections
  private var longDiffusion: InlineArray<4, ReverbAllPass>
  private var network: ReverbNetwork
  private var balance: Balance
  private var targetBalance: Balance
  /// The early reflections of the run at hand.
  private var reflections: [Frame]

  private let reflectionsAreDiffuse: Bool
  private var hasRun = false
  /// Frames left of the ramp towards `design`, of how many, and whether it begins and ends level.
  private var rampFrames = 0
  private var rampTotal = 0
  private var rampIsSmooth = true
  private var flushCalls = 0

  /// Longest stretch that passes all stages at once, so that it stays in the nearest cache.
  private static let longestRun = 512
  /// A change is spread over this many frames.
  public static let rampLength = 2048
  /// One call of `flushDenormals` in this many looks at the rings: the fastest decay falls by 900 dB
  /// meanwhile, which is still far above the denormal.
  private static let flushInterval = 64

  /// Factors of the last stage.
  private struct Balance: Sendable {
    var tail: Double
    var early: Double
    var width: Double

    init(_ design: Design) {
      let ratio = Maths.power10(design.early / 10)
      // Sides that share nothing lose 3 dB in mono by the mean, and more by chance; a side signal of 0.9
      // makes that 2.6 dB. The factor gives back the energy that it takes at width 1.
      width = 0.9 * design.width
      let whole = (2 / (1 + 0.9 * 0.9)).magnitude.squareRoot()
      tail = whole / (1 + ratio).magnitude.squareRoot()
      early = ratio.magnitude.squareRoot() * tail
    }
  }

  /// Builds the space and allocates all its memory (about 2 MB at 48 kHz). Values out of range are taken to
  /// the nearest allowed ones (see `Design`). `sampleRate` in Hz, 8 000…384 000.
  public init(design: Design, sampleRate: Double) {
    let design = design.bounded
    let character = ReverbCharacter(design.model)
    let scale = character.scale(size: design.size, decay: design.decay)
    self.design = design
    self.sampleRate = sampleRate
    input = ReverbInput(design, sampleRate: sampleRate, longestRun: Self.longestRun)
    shortDiffusion = InlineArray { index in
      ReverbAllPass(
        seconds: character.shortDiffusion[index] * scale, sampleRate: sampleRate, steepest: 0.75)
    }
    early = ReverbEarlyReflections(
      design, sampleRate: sampleRate, scale: scale, longestRun: Self.longestRun)
    longDiffusion = InlineArray { index in
      ReverbAllPass(seconds: character.longDiffusion[index] * scale, sampleRate: sampleRate, steepest: 0.7)
    }
    network = ReverbNetwork(design, sampleRate: sampleRate, scale: scale, longestRun: Self.longestRun)
    reflectionsAreDiffuse = character.reflectionsAreDiffuse
    balance = Balance(design)
    targetBalance = balance
    reflections = [Frame](repeating: .zero, count: Self.longestRun)
    aim()
    settle()
  }

  /// Changes the settings: before the first frame (of all, or since `reset()`) the space is built anew;
  /// later everything but `model`, `size` and `seed` moves to its new value within `rampFrames` without a
  /// click, and the delays stay as the first `decay` laid them. A new `predelay` is cross-faded over the
  /// same time. `smoothly` begins and ends level (half a cosine), as a jump needs it; steps of a longer move
  /// are straight.
  public mutating func update(
    design newDesign: Design, rampFrames: Int = rampLength, smoothly: Bool = true
  ) {
    var next = newDesign.bounded
    if hasRun {
      next.model = design.model
      next.size = design.size
      next.seed = design.seed
    }
    if next == design { return }
    guard hasRun else {
      self = Reverb(design: next, sampleRate: sampleRate)
      return
    }
    design = next
    aim()
    self.rampFrames = rampFrames
    rampTotal = rampFrames
    rampIsSmooth = smoothly
    if rampFrames == 0 { approach(1) }
  }

  /// The part of the way left that the next frame of the ramp goes.
  private var nextPart: Double {
    guard rampIsSmooth, rampFrames > 1 else { return 1 / Double(rampFrames) }
    func course(_ done: Int) -> Double {
      0.5 - 0.5 * Maths.sineAndCosine(turns: 0.5 * Double(done) / Double(rampTotal)).cosine
    }
    let done = rampTotal - rampFrames
    let before = course(done)
    return (course(done + 1) - before) / (1 - before)
  }

  private mutating func aim() {
    input.update(design, sampleRate: sampleRate)
    early.update(design)
    network.update(design)
    targetBalance = Balance(design)
    for stage in 0..<2 { shortDiffusion[stage].update(design) }
    for stage in 0..<4 { longDiffusion[stage].update(design) }
  }

  private mutating func approach(_ part: Double) {
    input.approach(part)
    early.approach(part)
    network.approach(part)
    balance.tail = approached(balance.tail, targetBalance.tail, part)
    balance.early = approached(balance.early, targetBalance.early, part)
    balance.width = approached(balance.width, targetBalance.width, part)
    for stage in 0..<2 { shortDiffusion[stage].approach(part) }
    for stage in 0..<4 { longDiffusion[stage].approach(part) }
  }

  private mutating func settle() {
    approach(1)
    while !input.isSettled { input.approach(1) }
  }

  /// Replaces `frames` by the reverb's sound. Any number of frames; the bits are those of one long block.
  public mutating func process(_ frames: inout MutableSpan<Frame>) {
    if !frames.isEmpty { hasRun = true }
    var start = 0
    while start < frames.count {
      var run = min(frames.count - start, Self.longestRun)
      if rampFrames > 0 {
        // Frame by frame: steps of several would be heard as a buzz.
        approach(nextPart)
        run = 1
        rampFrames -= 1
        // A predelay asked for during the last fade gets a ramp of its own.
        if rampFrames == 0 && !input.isSettled {
          rampFrames = Self.rampLength
          rampTotal = rampFrames
        }
      }
      process(&frames, start..<start + run)
      start += run
    }
  }

  private mutating func process(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    input.process(&frames, range)
    for stage in 0..<2 { shortDiffusion[stage].process(&frames, range) }
    if !reflectionsAreDiffuse { early.process(frames, range, into: &reflections) }
    for stage in 0..<4 { longDiffusion[stage].process(&frames, range) }
    if reflectionsAreDiffuse { early.process(frames, range, into: &reflections) }
    network.process(&frames, range)

    let tail = balance.tail, near = balance.early
    let own = (1 + balance.width) / 2, other = (1 - balance.width) / 2
    let reflections = reflections.span
    precondition(range.lowerBound >= 0 && range.upperBound <= frames.count)
    precondition(range.count <= reflections.count)
    for index in 0..<range.count {
      let place = range.lowerBound &+ index
      let sound = unsafe frames[unchecked: place] * tail + reflections[unchecked: index] * near
      unsafe frames[unchecked: place] = sound * own + Frame(sound.y, sound.x) * other
    }
  }

  /// Forgets all sound: the kernel is as `init` would make it for `design`. Allocates.
  public mutating func reset() {
    self = Reverb(design: design, sampleRate: sampleRate)
  }

  /// Silences what is below −600 dBFS: filters at once, rings in every 64th call. To be called at fixed
  /// multiples of 1024 frames from time zero.
  public mutating func flushDenormals() {
    input.flushFilters()
    early.flushFilters()
    network.flushFilters()
    flushCalls += 1
    guard flushCalls % Self.flushInterval == 0 else { return }
    for stage in 0..<2 { shortDiffusion[stage].flushRing() }
    for stage in 0..<4 { longDiffusion[stage].flushRing() }
    network.flushRings()
  }

  /// Frames after which what is left of a full-scale input lies below −120 dBFS.
  public var tailFrames: Int {
    let built = network.longestLine + early.lastFrame
    // The low end lives at most 1.5 times as long as `decay` (ReverbAbsorption).
    return input.delayFrames + built + Int(3 * design.decay * sampleRate)
  }
}
