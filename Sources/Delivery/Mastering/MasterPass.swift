import DSP
import Renderer
import SessionModel
import Synchronization

/// One way through the end of the master: gain, clipper, limiter, fades, and a meter on what comes out.
struct MasterPass {
  var source: Scratch
  /// Where the result of the latest run is.
  var output: Scratch
  var frameCount: Int
  var sampleRate: Double
  var clipper: DSP.Clipper.Settings?
  var limiter: DSP.Limiter.Settings?
  var fadeIn: DSP.Fade?
  var fadeOut: DSP.Fade?
  var workers: Int
  /// Whether what the limiter takes is noted over time.
  var isTraced = false
  var isCancelled: @Sendable () -> Bool

  struct Result {
    var measurement: Measurement
    /// The greatest mean reduction over 50 ms of clipper and limiter together, in dB.
    var reduction: Double
    /// The greatest reduction that the clipper made at any time, in dB.
    var clipping: Double
    /// The greatest reduction that the limiter made at any time, in dB.
    var limiting: Double
    /// The same for each `LimiterTrace.step` of the song; empty when it was not asked for.
    var trace: [Double]
  }

  /// Masters with `gain` dB into `output`, over what was there. While a block is measured, the next one is being limited.
  func run(gain: Double) throws -> Result {
    output.rewind()
    let blockFrames = MixRenderer.standardBlockFrames
    let stage = LimiterStage(self, gain: gain, blockFrames: blockFrames)
    let meter = MeterStage(output, sampleRate: sampleRate, expectedFrames: frameCount)
    let blockCount = (frameCount + stage.latencyFrames + blockFrames - 1) / blockFrames
    let failure = Mutex<(any Error)?>(nil)
    for step in 0...blockCount {
      if isCancelled() { throw CancellationError() }
      forEachParallel(2, workers: workers) { index in
        do {
          if index == 0, step < blockCount {
            try stage.process(step)
          } else if index == 1, step > 0 {
            try stage.finished(step - 1) { try meter.receive($0) }
          }
        } catch {
          failure.withLock { if $0 == nil { $0 = error } }
        }
      }
      if let error = failure.withLock({ $0 }) { throw error }
    }
    return Result(
      measurement: meter.measurement, reduction: stage.heard.decibels, clipping: stage.clipping,
      limiting: stage.limiting, trace: stage.trace)
  }
}

/// Reads, gains, clips, limits and fades block after block, into two buffers in turn.
private final class LimiterStage: @unchecked Sendable {
  private let pass: MasterPass
  private let gain: MixMatrix
  private var clipper: DSP.Clipper?
  private var limiter: DSP.Limiter?
  private let buffers: [FrameBuffer]
  private let blockFrames: Int
  let latencyFrames: Int
  /// Room for what the limiter and the clipper take from a block, and the greatest of each step so far.
  private let reduction: FrameBuffer
  private let clipped: FrameBuffer
  /// What the clipper takes, as late as the limiter's output.
  private var clippedDelay: DelayLine
  private(set) var heard: ReductionMeter
  private var steps: [Double] = []
  private let stepFrames: Int

  init(_ pass: MasterPass, gain: Double, blockFrames: Int) {
    self.pass = pass
    self.gain = MixMatrix(gain: Maths.amplitude(decibels: gain))
    self.blockFrames = blockFrames
    limiter = pass.limiter.map { DSP.Limiter($0, sampleRate: pass.sampleRate) }
    clipper = pass.clipper.map { DSP.Clipper($0) }
    let limiterLatency = limiter?.latencyFrames ?? 0
    latencyFrames = limiterLatency + (clipper == nil ? 0 : DSP.Clipper.latencyFrames)
    clippedDelay = DelayLine(frameCount: clipper == nil ? 0 : limiterLatency)
    heard = ReductionMeter(sampleRate: pass.sampleRate)
    buffers = [FrameBuffer(capacity: blockFrames), FrameBuffer(capacity: blockFrames)]
    reduction = FrameBuffer(capacity: limiter == nil ? 0 : blockFrames)
    clipped = FrameBuffer(capacity: clipper == nil ? 0 : blockFrames)
    stepFrames = max(1, Int(LimiterTrace.step * pass.sampleRate))
  }

  var limiting: Double {
    limiter.map { max($0.maximumReduction.left, $0.maximumReduction.right) } ?? 0
  }

  var clipping: Double { clipper?.maximumReduction ?? 0 }

  func process(_ block: Int) throws {
    try buffers[block % 2].edit(0..<blockFrames) { frames in
      try pass.source.read(&frames, from: block * blockFrames)
      // The mix may hold more than the song: past its end there is silence.
      let end = max(0, min(blockFrames, pass.frameCount - block * blockFrames))
      for index in end..<blockFrames { frames[index] = .zero }
      gain.apply(to: &frames)
      let first = block * blockFrames - latencyFrames
      if clipper != nil {
        clipped.edit(0..<blockFrames) { taken in
          clipper?.process(&frames, reduction: &taken)
          clippedDelay.process(&taken)
        }
        silence(&frames, outsideOf: DSP.Clipper.latencyFrames - block * blockFrames)
      }
      if limiter != nil {
        reduction.edit(0..<blockFrames) { taken in
          limiter?.process(&frames, reduction: &taken)
          if pass.isTraced { note(taken.span, first) }
          if clipper != nil { clipped.read(0..<blockFrames) { Self.join($0, &taken) } }
          listen(taken.span, first)
        }
      } else if clipper != nil {
        clipped.read(0..<blockFrames) { listen($0, first) }
      }
      pass.fadeIn?.applyIn(to: &frames, from: first)
      if let fade = pass.fadeOut { fade.applyOut(to: &frames, from: first - (pass.frameCount - fade.length)) }
    }
  }

  /// Silences what does not belong to the song, whose first frame is at `start`: a clipper's filter rings before and
  /// after it, and the limiter must hear the signal that the file will hold, which is cut there.
  private func silence(_ frames: inout MutableSpan<Frame>, outsideOf start: Int) {
    for index in 0..<max(0, min(start, frames.count)) { frames[index] = .zero }
    for index in max(0, min(start + pass.frameCount, frames.count))..<frames.count { frames[index] = .zero }
  }

  /// Makes `taken` what both take, one after the other.
  private static func join(_ clipped: Span<Frame>, _ taken: inout MutableSpan<Frame>) {
    for index in 0..<taken.count { taken[index] = taken[index] + clipped[index] * (1 - taken[index]) }
  }

  /// Measures the reductions of the part of a block that belongs to the song.
  private func listen(_ taken: Span<Frame>, _ first: Int) {
    let from = max(0, -first), to = min(taken.count, pass.frameCount - first)
    if from < to { heard.process(taken.extracting(from..<to)) }
  }

  /// Takes the reductions of a block in, whose first frame is `first` of the song.
  private func note(_ taken: Span<Frame>, _ first: Int) {
    var index = max(0, -first)
    let end = min(taken.count, pass.frameCount - first)
    while index < end {
      let step = (first + index) / stepFrames
      let stepEnd = min(end, (step + 1) * stepFrames - first)
      var most = 0.0
      while index < stepEnd {
        most = max(most, taken[index].x, taken[index].y)
        index += 1
      }
      if step == steps.count { steps.append(most) } else { steps[step] = max(steps[step], most) }
    }
  }

  /// dB, for each step.
  var trace: [Double] { steps.map { $0 > 0 ? -Maths.decibels(amplitude: 1 - $0) : 0 } }

  /// Lends the part of a block that belongs to the song.
  func finished(_ block: Int, _ body: (Span<Frame>) throws -> Void) throws {
    let first = block * blockFrames - latencyFrames
    let from = max(first, 0), to = min(first + blockFrames, pass.frameCount)
    guard from < to else { return }
    try buffers[block % 2].read(from - first..<to - first) { try body($0) }
  }
}

/// Keeps and measures what was mastered.
private final class MeterStage: @unchecked Sendable {
  private let output: Scratch
  private var meter: ProgrammeMeter

  init(_ output: Scratch, sampleRate: Double, expectedFrames: Int) {
    self.output = output
    meter = ProgrammeMeter(sampleRate: sampleRate, channelCount: 2, expectedFrames: expectedFrames)
  }

  func receive(_ frames: Span<Frame>) throws {
    try output.receive(frames)
    meter.process(frames)
  }

  var measurement: Measurement { Measurement(meter.measurement) }
}
