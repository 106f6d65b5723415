import AudioFiles
import DSP
import Renderer

/// Lends the frames of a mono or stereo file, or those of `range`, to meters: a block is decoded while the one before
/// is measured. With one worker they take turns.
func readBlocks(
  _ reader: AudioFileReader, _ range: Range<Int>? = nil, workers: Int = 2,
  _ measure: @escaping (Span<Frame>) -> Void
) throws(AudioFileError) {
  let range = (range ?? 0..<reader.info.frameCount).clamped(to: 0..<reader.info.frameCount)
  if range.lowerBound > 0 { try reader.seek(to: range.lowerBound) }
  let reading = MeteredReading(reader, count: range.count, Unchecked(measure))
  var block = 0
  while try reading.step(block, workers: workers) { block += 1 }
}

private final class MeteredReading: @unchecked Sendable {
  private let reader: AudioFileReader
  private let meters: Unchecked<(Span<Frame>) -> Void>
  private let buffers = [
    FrameBuffer(capacity: MixRenderer.standardBlockFrames), FrameBuffer(capacity: MixRenderer.standardBlockFrames),
  ]
  /// Frames in each buffer, and those still to be read.
  private var counts = [0, 0]
  private var rest: Int
  private var failure: AudioFileError?

  init(_ reader: AudioFileReader, count: Int, _ meters: Unchecked<(Span<Frame>) -> Void>) {
    self.reader = reader
    self.meters = meters
    rest = count
  }

  /// Returns whether there is more.
  func step(_ block: Int, workers: Int) throws(AudioFileError) -> Bool {
    let (decoded, measured) = (block % 2, (block + 1) % 2)
    forEachParallel(2, workers: workers) { index in
      if index == 0 { decode(decoded) } else { measure(measured) }
    }
    if let failure { throw failure }
    return counts[decoded] > 0
  }

  private func decode(_ place: Int) {
    let buffer = buffers[place]
    do throws(AudioFileError) {
      counts[place] = try buffer.edit(0..<min(rest, buffer.capacity)) { frames throws(AudioFileError) in
        frames.count == 0 ? 0 : try reader.readFrames(into: &frames)
      }
      rest -= counts[place]
    } catch {
      failure = error
    }
  }

  private func measure(_ place: Int) {
    buffers[place].read(0..<counts[place]) { meters.value($0) }
  }
}

/// Lends the samples of a file of any number of channels, interleaved.
func readInterleaved(_ reader: AudioFileReader, _ measure: (Span<Double>) -> Void) throws(AudioFileError) {
  let channels = reader.info.channelCount
  var samples = [Double](repeating: 0, count: channels * 4096)
  while true {
    var span = samples.mutableSpan
    let count = try reader.read(into: &span)
    if count == 0 { return }
    measure(samples.span.extracting(0..<count * channels))
  }
}
