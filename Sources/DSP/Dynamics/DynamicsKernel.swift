/// Compressor, expander and gate: a level detector, a static curve and ballistics on a key, and the gain they
/// make on the signal (Giannoulis, Massberg, Reiss, JAES 60(6), 2012, figure 7c: feed-forward, log domain, the
/// smoothing after the gain computer).
///
/// The key is the signal itself or another one, `process(_:key:)`, through an optional high-pass. `lookahead`
/// delays the signal against the key. After smoothing, `range` bounds the reduction; then comes the makeup gain.
/// Works in passes over scratch of fixed size, each a plain loop. State: detectors, ballistics, filter, delay.
/// No allocation after `init` but for a lookahead that changes. Silence gives silence; the bits do not depend on
/// how a signal is cut into blocks.
public struct DynamicsKernel: Sendable {
  /// The static curve.
  public enum Curve: Sendable, Equatable {
    case compressor(threshold: Double, ratio: Double, knee: Double)
    case expander(threshold: Double, ratio: Double, knee: Double)
    case gate(threshold: Double, hysteresis: Double, hold: Double)
  }

  public enum Makeup: Sendable, Equatable {
    case decibels(Double)
    /// Half the static reduction of a 0 dBFS level, range included.
    case auto
  }

  public struct Settings: Sendable, Equatable {
    /// Levels in dB; a ratio of 3 is 3:1; hold in seconds.
    public var curve: Curve
    /// In seconds: to 63 % of a step. An expander or gate opens with `attack` and closes with `release`.
    public var attack = 0.010
    public var release = 0.120
    public var makeup = Makeup.decibels(0)
    public var detector = LevelDetector.Mode.peak
    /// One reduction for both channels, from the louder one.
    public var isLinked = true
    /// In seconds, rounded to frames.
    public var lookahead = 0.0
    /// The corner in Hz of a 12 dB/oct Butterworth high-pass on the key; nil: none.
    public var keyHighPass: Double?
    /// The greatest reduction in dB, 0 or more; nil: ``GainComputer/greatestReduction``.
    public var range: Double?

    public init(curve: Curve = .compressor(threshold: -18, ratio: 2, knee: 6)) { self.curve = curve }
  }

  private static let chunkFrames = 256

  private let sampleRate: Double
  private var settings: Settings
  private var range: Double
  private var makeup: Double
  private var keyFilter: BiquadCascade
  private var delay: DelayLine
  private var computer: GainComputer
  /// Below this a compressor reduces nothing.
  private var quietMagnitude: Double
  private var detector: LevelDetector
  /// Both channels' when they are linked.
  private var left: DynamicsChannel
  private var right: DynamicsChannel
  /// Scratch: the filtered key.
  private var keyFrames = [Frame](repeating: .zero, count: Self.chunkFrames)
  private var greatest = 0.0

  public init(_ settings: Settings, sampleRate: Double) {
    self.sampleRate = sampleRate
    self.settings = settings
    range = Self.range(settings)
    makeup = Self.makeup(settings)
    keyFilter = BiquadCascade(Self.keySections(settings, sampleRate))
    delay = DelayLine(frameCount: Self.lookaheadFrames(settings, sampleRate))
    computer = Self.computer(settings)
    detector = LevelDetector(mode: settings.detector, sampleRate: sampleRate)
    quietMagnitude = detector.magnitude(decibels: computer.quietLevel)
    left = DynamicsChannel(
      gate: Self.gate(settings, sampleRate), ballistics: Self.ballistics(settings, sampleRate),
      chunkFrames: Self.chunkFrames)
    right = left
  }

  /// The lookahead in frames.
  public var latencyFrames: Int { delay.frameCount }

  /// The greatest reduction since `init`, `reset` or `resetMaximum`, in dB, 0 or more.
  public var maximumReduction: Double { greatest }

  /// The reduction after the last frame, of the channel reduced more, in dB.
  public var currentReduction: Double {
    let (left, right) = (left.ballistics.reduction, right.ballistics.reduction)
    let more = settings.isLinked || left > right ? left : right
    return more < range ? more : range
  }

  public mutating func resetMaximum() { greatest = 0 }

  /// The makeup gain in dB that is in force.
  public var makeupDecibels: Double { makeup }

  /// Takes new settings and keeps the state, so that a reduction under way goes on. A new lookahead or detector
  /// begins empty; the key's filter moves over `rampFrames`.
  public mutating func setSettings(_ new: Settings, rampFrames: Int = 0) {
    let old = settings
    settings = new
    range = Self.range(new)
    makeup = Self.makeup(new)
    computer = Self.computer(new)
    if old.keyHighPass != new.keyHighPass {
      keyFilter.setCoefficients(Self.keySections(new, sampleRate), rampFrames: rampFrames)
    }
    let lookahead = Self.lookaheadFrames(new, sampleRate)
    if lookahead != delay.frameCount { delay = DelayLine(frameCount: lookahead) }
    if old.detector != new.detector { detector = LevelDetector(mode: new.detector, sampleRate: sampleRate) }
    quietMagnitude = detector.magnitude(decibels: computer.quietLevel)
    if old.isLinked && !new.isLinked { right = left }
    let (gate, ballistics) = (Self.gate(new, sampleRate), Self.ballistics(new, sampleRate))
    left.change(gate: gate, ballistics: ballistics)
    right.change(gate: gate, ballistics: ballistics)
  }

  /// Processes `frames` in place, keyed by themselves.
  public mutating func process(_ frames: inout MutableSpan<Frame>) {
    var start = 0
    while start < frames.count {
      let count = Self.chunk(frames.count - start)
      detect(frames.span.extracting(start..<start + count))
      apply(&frames, start, count)
      start += count
    }
  }

  /// Processes `frames` in place, keyed by `key`, which must not be shorter.
  public mutating func process(_ frames: inout MutableSpan<Frame>, key: Span<Frame>) {
    precondition(frames.count <= key.count, "the key is shorter than the signal")
    var start = 0
    while start < frames.count {
      let count = Self.chunk(frames.count - start)
      detect(key.extracting(start..<start + count))
      apply(&frames, start, count)
      start += count
    }
  }

  private static func chunk(_ left: Int) -> Int { left < chunkFrames ? left : chunkFrames }

  public mutating func reset() {
    keyFilter.reset()
    delay.reset()
    detector.reset()
    left.reset()
    right.reset()
    greatest = 0
  }

  public mutating func flushDenormals() {
    keyFilter.flushDenormals()
    detector.flushDenormals()
    left.ballistics.flushDenormals()
    right.ballistics.flushDenormals()
  }
}

// MARK: - The passes

extension DynamicsKernel {
  /// From the key to gains.
  private mutating func detect(_ key: Span<Frame>) {
    let count = key.count
    if keyFilter.sectionCount > 0 {
      for index in 0..<count { keyFrames[index] = key[index] }
      keyFilter.process(&keyFrames, count)
    }
    let isFiltered = keyFilter.sectionCount > 0
    let quiet = quietMagnitude
    if settings.isLinked {
      let greatest =
        isFiltered ? detector.linked(keyFrames, count, &left.values) : detector.linked(key, &left.values)
      raiseMaximum(left.makeGains(count, detector, computer, greatest < quiet, range: range, makeup: makeup))
    } else {
      let greatest =
        isFiltered
        ? detector.unlinked(keyFrames, count, &left.values, &right.values)
        : detector.unlinked(key, &left.values, &right.values)
      raiseMaximum(left.makeGains(count, detector, computer, greatest.left < quiet, range: range, makeup: makeup))
      raiseMaximum(right.makeGains(count, detector, computer, greatest.right < quiet, range: range, makeup: makeup))
    }
  }

  /// Gains onto the delayed signal.
  private mutating func apply(_ frames: inout MutableSpan<Frame>, _ start: Int, _ count: Int) {
    frames.editPart(start..<start + count) { part in
      delay.process(&part)
      let leftGains = left.values.span
      if settings.isLinked {
        for index in 0..<part.count { part[index] *= leftGains[index] }
      } else {
        let rightGains = right.values.span
        for index in 0..<part.count { part[index] *= Frame(leftGains[index], rightGains[index]) }
      }
    }
  }

  private mutating func raiseMaximum(_ reduction: Double) {
    // Bounded by the range in force now, which automation may move later.
    let bounded = reduction < range ? reduction : range
    greatest = bounded > greatest ? bounded : greatest
  }
}

// MARK: - What settings mean

extension DynamicsKernel {
  private static func range(_ settings: Settings) -> Double {
    Maths.clamp(settings.range ?? GainComputer.greatestReduction, 0, GainComputer.greatestReduction)
  }

  private static func makeup(_ settings: Settings) -> Double {
    switch settings.makeup {
    case .decibels(let gain): return gain
    case .auto:
      if case .gate = settings.curve { return 0 }
      let reduction = computer(settings).reduction(level: 0)
      let bounded = reduction < range(settings) ? reduction : range(settings)
      return 0.5 * bounded
    }
  }

  private static func computer(_ settings: Settings) -> GainComputer {
    switch settings.curve {
    case .compressor(let threshold, let ratio, let knee):
      return .compressor(threshold: threshold, ratio: ratio, knee: knee)
    case .expander(let threshold, let ratio, let knee):
      return .expander(threshold: threshold, ratio: ratio, knee: knee, range: range(settings))
    case .gate(let threshold, _, _):
      return .compressor(threshold: threshold, ratio: 1, knee: 0)
    }
  }

  private static func gate(_ settings: Settings, _ sampleRate: Double) -> GateComputer? {
    guard case .gate(let threshold, let hysteresis, let hold) = settings.curve else { return nil }
    return GateComputer(
      threshold: threshold, hysteresis: hysteresis, hold: hold, range: range(settings), sampleRate: sampleRate
    )
  }

  private static func ballistics(_ settings: Settings, _ sampleRate: Double) -> Ballistics {
    if case .compressor = settings.curve {
      return Ballistics(rise: settings.attack, fall: settings.release, sampleRate: sampleRate)
    }
    return Ballistics(rise: settings.release, fall: settings.attack, sampleRate: sampleRate)
  }

  private static func keySections(_ settings: Settings, _ sampleRate: Double) -> [BiquadCoefficients] {
    guard let frequency = settings.keyHighPass else { return [] }
    return [
      FilterDesign.highPass(frequency: frequency, q: FilterDesign.butterworthQ, sampleRate: sampleRate)
    ]
  }

  private static func lookaheadFrames(_ settings: Settings, _ sampleRate: Double) -> Int {
    Int(Maths.roundedHalfUp(settings.lookahead * sampleRate))
  }
}
