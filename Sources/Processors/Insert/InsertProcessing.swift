public import DSP
import Quantities

/// An insert at work: one call a block, whatever the processor.
public protocol InsertProcessing: AnyObject, Sendable {
  /// Processes the first `frameCount` frames of `buffer` in place, heard by the detector through `key` if there
  /// is one.
  func process(_ buffer: FrameBuffer, key: FrameBuffer?, frameCount: Int)
  /// The greatest gain reduction so far in dB; `nil` for what does not reduce.
  var reductionDecibels: Double? { get }
  /// Asks for `trace`, before the first block. What does not reduce keeps none.
  func traceReduction()
  /// What has been noted so far; `nil` when nothing was asked for, or the kernel does not reduce.
  var trace: InsertTrace? { get }
}

/// The gain reduction of an insert over time.
public struct InsertTrace: Sendable {
  /// The frame of the time line that the first step begins at.
  public var firstFrame: Int
  /// The greatest reduction of every `flushInterval` frames, in dB, 0 or more.
  public var decibels: [Float] = []
}

/// A kernel with its dry path, channel selection, automation and clock.
///
/// It is used by one thread at a time; the renderer sees to that.
final class RunningInsert<P: Processor>: InsertProcessing, @unchecked Sendable {
  private var kernel: P.Kernel
  private let mix: Double
  private let mixLane: AutomationLane?
  private let channels: ChannelMode
  /// The unprocessed signal, late by the kernel's latency; `nil` when nothing of it is heard.
  private let dry: FrameBuffer?
  private var dryDelay: DelayLine
  private var dryFilter: BiquadCascade?
  private var motion: SettingsMotion<P>?
  /// The number of the next frame.
  private var clock: Int
  /// Frames by which what leaves the kernel lags behind the time line: lanes are read there.
  private let lag: Int
  private(set) var trace: InsertTrace?
  /// The greatest reduction of the steps that are noted.
  private var tracedDecibels = 0.0

  init(
    _ insert: Insert, _ settings: P.Settings, _ automation: InsertAutomation, _ context: ProcessorContext,
    blockFrames: Int
  ) {
    motion = SettingsMotion(settings, automation, context)
    let initial = motion?.settings ?? settings
    kernel = P.makeKernel(initial, reaching: motion?.furthest ?? initial, context)
    mix = insert.mix.fraction
    mixLane = automation.mix
    channels = insert.channels
    let latencyFrames = P.latencyFrames(settings, context)
    lag = automation.inputLatency + latencyFrames
    clock = automation.firstFrame
    let isBlended = mix < 1 || mixLane != nil
    dry = isBlended || channels != .stereo ? FrameBuffer(capacity: blockFrames) : nil
    dryDelay = DelayLine(frameCount: dry == nil ? 0 : latencyFrames)
    dryFilter = isBlended ? P.makeDryFilter(initial, context) : nil
  }

  var reductionDecibels: Double? { kernel.reductionDecibels.map { max($0, tracedDecibels) } }

  func traceReduction() {
    if kernel.reductionDecibels != nil { trace = InsertTrace(firstFrame: clock - lag) }
  }

  /// Notes what was taken since the last note; `clock` stands at the end of a step.
  private func noteReduction() {
    guard clock - lag > trace?.firstFrame ?? .max, let taken = kernel.reductionDecibels else { return }
    trace?.decibels.append(Float(taken))
    tracedDecibels = max(tracedDecibels, taken)
    kernel.resetReduction()
  }

  func process(_ buffer: FrameBuffer, key: FrameBuffer?, frameCount: Int) {
    if let dry { keepDry(buffer, dry, frameCount) }
    if channels != .stereo { buffer.edit(0..<frameCount) { selectChannel(&$0) } }
    let first = clock
    var start = 0
    while start < frameCount {
      if clock % flushInterval == 0 {
        kernel.flushDenormals()
        if trace != nil { noteReduction() }
        dryFilter?.flushDenormals()
      }
      let untilFlush = min(frameCount - start, flushInterval - clock % flushInterval)
      let count = motion?.advance(&kernel, &dryFilter, at: clock - lag, limit: untilFlush) ?? untilFlush
      let range = start..<start + count
      if let key {
        key.read(range) { key in buffer.edit(range) { kernel.process(&$0, key: key) } }
      } else {
        buffer.edit(range) { kernel.process(&$0) }
      }
      dry?.edit(range) { _ = dryFilter?.process(&$0) }
      clock += count
      start += count
    }
    if let dry {
      dry.read(0..<frameCount) { dry in buffer.edit(0..<frameCount) { blend(&$0, dry, from: first - lag) } }
    }
  }

  private func keepDry(_ buffer: FrameBuffer, _ dry: FrameBuffer, _ frameCount: Int) {
    buffer.read(0..<frameCount) { source in
      dry.edit(0..<frameCount) { copy in
        for i in 0..<frameCount { copy[i] = source[i] }
        dryDelay.process(&copy)
      }
    }
  }

  /// The chosen channel on both lanes, so that every kernel hears it as mono.
  private func selectChannel(_ frames: inout MutableSpan<Frame>) {
    for i in 0..<frames.count {
      let frame = frames[i]
      let chosen =
        switch channels {
        case .left: frame.x
        case .right: frame.y
        case .mid: (frame.x + frame.y) * 0.5
        case .side: (frame.x - frame.y) * 0.5
        case .stereo: 0.0
        }
      frames[i] = Frame(chosen, chosen)
    }
  }

  /// Puts the processed part back beside what was left alone, then mixes wet and dry.
  private func blend(_ wet: inout MutableSpan<Frame>, _ dry: Span<Frame>, from frame: Int) {
    guard let mixLane else {
      blend(&wet, dry, 0..<wet.count, mix: mix)
      return
    }
    var done = 0
    while done < wet.count {
      let (end, isMoving) = mixLane.stretch(from: frame + done, limit: frame + wet.count)
      // Percent.
      func mix(_ place: Int) -> Double { mixLane.value(at: frame + place) / 100 }
      if isMoving {
        for place in done..<end - frame { blend(&wet, dry, place..<place + 1, mix: mix(place)) }
      } else {
        blend(&wet, dry, done..<end - frame, mix: mix(done))
      }
      done = end - frame
    }
  }

  private func blend(_ wet: inout MutableSpan<Frame>, _ dry: Span<Frame>, _ range: Range<Int>, mix: Double) {
    for i in range {
      let kept = dry[i]
      var frame = wet[i]
      switch channels {
      case .stereo: break
      case .left: frame.y = kept.y
      case .right: frame.x = kept.x
      case .mid:
        let side = (kept.x - kept.y) * 0.5
        frame = Frame(frame.x + side, frame.x - side)
      case .side:
        let middle = (kept.x + kept.y) * 0.5
        frame = Frame(middle + frame.x, middle - frame.x)
      }
      wet[i] = mix < 1 ? kept * (1 - mix) + frame * mix : frame
    }
  }
}
