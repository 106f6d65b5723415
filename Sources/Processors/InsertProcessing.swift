public import DSP

/// An insert at work: one call a block, whatever the processor.
public protocol InsertProcessing: AnyObject, Sendable {
  /// Processes the first `frameCount` frames of `buffer` in place.
  func process(_ buffer: FrameBuffer, frameCount: Int)
  /// The greatest gain reduction so far in dB; `nil` for what does not reduce.
  var reductionDecibels: Double? { get }
}

/// A kernel with its dry path, channel selection and clock.
///
/// It is used by one thread at a time; the renderer sees to that.
final class RunningInsert<P: Processor>: InsertProcessing, @unchecked Sendable {
  private var kernel: P.Kernel
  private let mix: Double
  private let channels: ChannelMode
  /// The unprocessed signal, late by the kernel's latency; `nil` when nothing of it is heard.
  private let dry: FrameBuffer?
  private var dryDelay: DelayLine
  private var dryFilter: BiquadCascade?
  private var clock = 0

  init(
    kernel: P.Kernel, latencyFrames: Int, dryFilter: BiquadCascade?, mix: Double, channels: ChannelMode,
    blockFrames: Int
  ) {
    self.kernel = kernel
    self.mix = mix
    self.channels = channels
    dry = mix < 1 || channels != .stereo ? FrameBuffer(capacity: blockFrames) : nil
    dryDelay = DelayLine(frameCount: dry == nil ? 0 : latencyFrames)
    self.dryFilter = mix < 1 ? dryFilter : nil
  }

  var reductionDecibels: Double? { kernel.reductionDecibels }

  func process(_ buffer: FrameBuffer, frameCount: Int) {
    if let dry { keepDry(buffer, dry, frameCount) }
    if channels != .stereo { buffer.edit(0..<frameCount) { selectChannel(&$0) } }
    var start = 0
    while start < frameCount {
      if clock % flushInterval == 0 {
        kernel.flushDenormals()
        dryFilter?.flushDenormals()
      }
      let end = min(frameCount, start + flushInterval - clock % flushInterval)
      buffer.edit(start..<end) { kernel.process(&$0) }
      dry?.edit(start..<end) { _ = dryFilter?.process(&$0) }
      clock += end - start
      start = end
    }
    if let dry {
      dry.read(0..<frameCount) { dry in buffer.edit(0..<frameCount) { blend(&$0, dry) } }
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
  private func blend(_ wet: inout MutableSpan<Frame>, _ dry: Span<Frame>) {
    for i in 0..<wet.count {
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
