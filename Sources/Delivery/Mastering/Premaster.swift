import DSP
import Processors
import Renderer

/// What files are made from: the mix after its master's inserts, or a part of it before the master, at the rate and
/// with the channels of the files.
struct Premaster {
  var take: MasterTake
  var frameCount: Int
  /// The frames that go into files.
  var kept: Range<Int>
  /// The number of its first frame in the song.
  var firstFrame: Int
  /// Both lanes hold the mean of left and right.
  var isMono = false
  var context: ProcessorContext

  var sampleRate: Int { Int(context.sampleRate) }

  /// Where it lies at another rate, without its frames.
  func placed(at rate: Int, isMono: Bool) -> Premaster {
    let resampler = Resampler(from: sampleRate, to: rate)
    var result = self
    result.isMono = isMono
    result.context.sampleRate = Double(rate)
    guard rate != sampleRate else { return result }
    result.frameCount = resampler.outputFrameCount(frameCount)
    let first = resampler.outputFrameCount(kept.lowerBound)
    let end = max(first + 1, min(result.frameCount, resampler.outputFrameCount(kept.upperBound)))
    result.kept = min(first, end - 1)..<end
    result.firstFrame = resampler.outputFrameCount(firstFrame)
    return result
  }

  /// The same at another rate, or as the mean of its channels. What lies outside it is silence.
  func converted(to rate: Int, isMono: Bool, isCancelled: () -> Bool) throws -> Premaster {
    guard rate != sampleRate || isMono else { return self }
    var resampler = Resampler(from: sampleRate, to: rate)
    var result = placed(at: rate, isMono: isMono)
    result.take = try MasterTake(
      sampleRate: Double(rate), expectedFrames: result.frameCount, isMeasured: take.isMeasured)
    let block = MixRenderer.standardBlockFrames
    let output = FrameBuffer(capacity: block)
    var input = FrameBuffer(capacity: 0)
    var start = 0
    while start < result.frameCount {
      if isCancelled() { throw CancellationError() }
      let count = min(block, result.frameCount - start)
      let wanted = resampler.inputRange(for: start..<start + count).clamped(to: 0..<frameCount)
      if input.capacity < wanted.count { input = FrameBuffer(capacity: wanted.count) }
      try input.edit(0..<wanted.count) { frames in try take.scratch.read(&frames, from: wanted.lowerBound) }
      input.read(0..<wanted.count) { heard in
        output.edit(0..<count) { frames in
          resampler.process(heard, startingAt: wanted.lowerBound, into: &frames, from: start)
          if isMono { for index in 0..<count { frames[index] = Frame(repeating: frames[index].sum() * 0.5) } }
        }
      }
      try output.read(0..<count) { try result.take.receive($0) }
      start += count
    }
    return result
  }
}
