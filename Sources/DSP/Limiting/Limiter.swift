/// A look-ahead true-peak limiter: the master's, and the insert.
///
/// It works on windows of 512 frames counted from the first frame it is given, whatever the blocks. Peaks of the
/// input, estimated at four points a frame, give the reduction needed (`LimiterGain` makes the gain of it). Since a
/// varying gain moves peaks about, the true peak of the *output* is then measured by the judge, 16-fold with 256
/// taps (`TruePeakWindow`), and more reduction asked for where it exceeds, until it does so nowhere. A frame leaves
/// when nothing measured later can change it: that is the latency. Peaks are brought 0.09 dB under the ceiling and
/// measured against 0.06 dB under it; the rest is room for dither and for other meters.
///
/// Where nothing exceeds, the output is the input delayed, bit for bit. Silence gives silence; feed `latencyFrames`
/// of it to get the end of a signal.
public struct Limiter: Sendable {
  public struct Settings: Sendable, Equatable {
    /// The true peak never exceeded, in dBTP, −60 … 0 and above.
    public var ceiling: Double
    /// How long before a peak the gain begins to fall, in seconds, 0.001 … 0.05.
    public var lookahead: Double
    /// Time constant of the recovery from what lasts, in seconds, 0.01 … 2; a lone peak is let go in milliseconds.
    public var release: Double
    /// One gain for both channels, which keeps the stereo image; or one each.
    public var link: Bool

    public init(ceiling: Double = -1, lookahead: Double = 0.001, release: Double = 0.1, link: Bool = true) {
      self.ceiling = ceiling
      self.lookahead = lookahead
      self.release = release
      self.link = link
    }
  }

  static let hop = 512
  /// How far the output may change before what has just been measured: two falls of the gain, and the judge.
  private static let slack = 384
  /// Input frames after an interval that its estimate needs, rounded to whole steps of the gain.
  private let inputReach: Int

  /// Frames from input to output, by lookahead and rate alone.
  public let latencyFrames: Int
  /// The greatest reduction applied to a frame that has left, in dB ≥ 0, per channel.
  public var maximumReduction: (left: Double, right: Double) {
    (Self.decibels(ofReduction: greatest.x), Self.decibels(ofReduction: greatest.y))
  }
  /// Frames whose gain had to be lowered abruptly because smooth lowering came too late. Expected to be 0.
  package private(set) var forcedFrames = 0
  /// Times an output was measured again, for tests and benchmarks.
  package private(set) var rounds = 0

  private let aim: Double
  private let limit: Double
  private let linked: Bool
  private let quickTaps = TruePeakKernel.standard.quick

  private var input: [Frame]
  private var output: TruePeakWindow
  /// One gain, or left and right.
  private var gains: [LimiterGain]
  private var greatest = Frame.zero

  /// Places in the window, all multiples of the gain's `grain`: input received up to `received`; gain and output computed up to
  /// `computed`; true peak measured up to `measured`; final up to `finished`.
  private let past: Int
  private var received: Int
  private let computedLag: Int
  private let finishedLag: Int
  /// Frames of the hop received so far.
  private var pending = 0

  public init(_ settings: Settings, sampleRate: Double) {
    let lookahead = max(8, Int(Maths.roundedHalfUp(settings.lookahead * sampleRate)))
    aim = Maths.amplitude(decibels: settings.ceiling - 0.09)
    limit = Maths.amplitude(decibels: settings.ceiling - 0.06)
    linked = settings.link
    let release = max(1, settings.release * sampleRate)
    func gain(_ capacity: Int) -> LimiterGain {
      LimiterGain(lookahead: lookahead, release: release, sampleRate: sampleRate, capacity: capacity)
    }
    let shape = gain(Self.hop)
    let grain = shape.grain
    func rounded(_ frames: Int) -> Int { (frames + grain - 1) / grain * grain }
    inputReach = grain
    computedLag = inputReach + rounded(shape.bodyLookahead) + shape.reach
    finishedLag = rounded(computedLag + TruePeakWindow.reach + 2 * shape.reach + Self.slack)
    latencyFrames = Self.hop + finishedLag

    let past = rounded(max(shape.history, Self.hop) + 2 * TruePeakWindow.reach + finishedLag)
    let capacity = past + 16 * Self.hop
    self.past = past
    received = past
    input = Array(repeating: .zero, count: capacity)
    output = TruePeakWindow(capacity: capacity)
    gains = Array(repeating: gain(capacity), count: settings.link ? 1 : 2)
  }

  /// Limits `frames` in place, `latencyFrames` late.
  public mutating func process(_ frames: inout MutableSpan<Frame>) {
    var index = 0
    while index < frames.count {
      let count = min(frames.count - index, Self.hop - pending)
      exchange(&frames, index..<index + count)
      index += count
      advance(by: count)
    }
  }

  /// The same, and writes the reduction each output frame got, 1 − gain per channel, into `reduction`, which is as
  /// long as `frames`.
  public mutating func process(
    _ frames: inout MutableSpan<Frame>, reduction: inout MutableSpan<Frame>
  ) {
    var index = 0
    while index < frames.count {
      let count = min(frames.count - index, Self.hop - pending)
      exchange(&frames, index..<index + count)
      let delayed = received + pending - latencyFrames
      for offset in 0..<count { reduction[index + offset] = reductionOfFrame(delayed + offset) }
      index += count
      advance(by: count)
    }
  }

  /// Takes the frames of `range` in, and puts finished ones in their place.
  private mutating func exchange(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    var place = received + pending
    var samples = input.mutableSpan
    for index in range {
      samples[place] = frames[index]
      place += 1
    }
    place = received + pending - latencyFrames
    let limited = output.frames.span
    for index in range {
      frames[index] = limited[place]
      place += 1
    }
  }

  /// Forgets the greatest reduction, and nothing else.
  public mutating func resetMaximum() { greatest = .zero }

  public mutating func reset() {
    received = past
    pending = 0
    greatest = .zero
    forcedFrames = 0
    rounds = 0
    for place in input.indices { input[place] = .zero }
    for place in input.indices { output.frames[place] = .zero }
    output.analyse(0..<output.groups.count)
    for lane in gains.indices { gains[lane].advance(by: input.count) }
  }

  // MARK: - A hop

  private mutating func advance(by count: Int) {
    pending += count
    guard pending == Self.hop else { return }
    pending = 0
    received += Self.hop
    estimateNeeds(received - Self.hop - inputReach..<received - inputReach)

    let finished = received - Self.hop - finishedLag
    let computed = received - computedLag
    apply(computed - Self.hop..<computed)
    settle(from: computed - Self.hop - TruePeakWindow.reach, computed: computed, finished: finished)
    let left = gains[0].greatest(finished..<finished + Self.hop)
    greatest = greater(
      greatest, Frame(left, linked ? left : gains[1].greatest(finished..<finished + Self.hop)))
    if received == input.count { makeRoom() }
  }

  /// Asks for the reduction that brings the input's peaks, as estimated, under the aim.
  private mutating func estimateNeeds(_ intervals: Range<Int>) {
    let length = 1 << gains[0].stepShift
    for start in stride(from: intervals.lowerBound, to: intervals.upperBound, by: length) {
      let interval = start..<start + length
      guard
        let peaks = PeakEstimate.peaks(
          input.span, interval, taps: quickTaps.span, aim: aim, linked: linked)
      else { continue }
      for lane in gains.indices {
        if peaks.all[lane] > aim { gains[lane].needOfInput(1 - aim / peaks.all[lane], interval) }
        // The last interval ends at the first frame of the next step.
        if peaks.last[lane] > aim {
          gains[lane].needOfInput(1 - aim / peaks.last[lane], interval.upperBound..<interval.upperBound + 1)
        }
      }
    }
    for lane in gains.indices { gains[lane].updateBody(intervals) }
  }

  /// Computes gain and output of the frames of `range`, and analyses it.
  private mutating func apply(_ range: Range<Int>) {
    var active = false
    for lane in gains.indices where gains[lane].update(range) { active = true }
    if active {
      Self.attenuate(
        input, gains[0].reduction, gains[gains.count - 1].reduction, range, &output.frames)
    } else {
      Self.copy(input, range, &output.frames)
    }
    // The group before saw these frames' first as its neighbour.
    let length = TruePeakWindow.groupLength
    output.analyse(range.lowerBound / length - 1..<range.upperBound / length)
  }

  private static func copy(_ input: [Frame], _ range: Range<Int>, _ output: inout [Frame]) {
    let samples = input.span
    var limited = output.mutableSpan
    for place in range { limited[place] = samples[place] }
  }

  private static func attenuate(
    _ input: [Frame], _ left: [Double], _ right: [Double], _ range: Range<Int>, _ output: inout [Frame]
  ) {
    let (samples, left, right) = (input.span, left.span, right.span)
    var limited = output.mutableSpan
    for place in range { limited[place] = samples[place] * (1 - Frame(left[place], right[place])) }
  }

  /// Measures the output's true peak and lowers the gain until it nowhere exceeds the limit.
  private mutating func settle(from start: Int, computed: Int, finished: Int) {
    let end = computed - TruePeakWindow.reach
    var start = start
    for round in 0..<64 {
      // A wider stretch each time: what makes a peak may lie to the side of it.
      let width = round < 2 ? 0 : min(128, 1 << (round - 1))
      var earliest = Int.max
      var place = start
      while let found = output.next(from: place, to: end, above: Frame(repeating: limit), between: true) {
        let range = max(finished, found.frame - width)..<max(finished + 1, found.frame + 2 + width)
        lower(found.frame, found.peak, range, abruptly: round >= 8)
        earliest = min(earliest, range.lowerBound)
        place = found.frame + 1
      }
      guard earliest < Int.max else { return }
      rounds += 1
      let changed = max(finished, (earliest - gains[0].reach) / gains[0].grain * gains[0].grain)
      apply(changed..<computed)
      start = changed - TruePeakKernel.judgeTaps / 2
    }
  }

  private mutating func lower(_ place: Int, _ peak: Frame, _ range: Range<Int>, abruptly: Bool) {
    let present = greater(reductionOfFrame(place), reductionOfFrame(place + 1))
    for lane in gains.indices {
      let excess = linked ? max(peak.x, peak.y) : peak[lane]
      guard excess > 0 else { continue }
      let value = 1 - (1 - present[lane]) * aim / excess
      gains[lane].need(value, range)
      if abruptly {
        gains[lane].force(value, range)
        forcedFrames += range.count
      }
    }
  }

  @inline(__always)
  private func reductionOfFrame(_ place: Int) -> Frame {
    let left = gains[0].reduction[place]
    return Frame(left, linked ? left : gains[1].reduction[place])
  }

  /// Moves what is still needed to the window's front.
  private mutating func makeRoom() {
    let count = received - past
    shift(&input, count, .zero)
    output.advance(by: count)
    for lane in gains.indices { gains[lane].advance(by: count) }
    received = past
  }

  private static func decibels(ofReduction reduction: Double) -> Double {
    reduction > 0 ? -Maths.decibels(amplitude: 1 - reduction) : 0
  }
}
