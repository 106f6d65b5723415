import AudioFiles
import DSP
import RenderPlan
import Renderer

/// A stem's file for the renderer: any stretch of it, at the session's rate.
final class FileStem: StemReader, @unchecked Sendable {
  private let reader: AudioFileReader
  /// `nil` when the file has the session's rate.
  private var resampler: Resampler?
  /// Room for what the resampler hears.
  private var input = FrameBuffer(capacity: 0)

  init(_ stem: RenderPlan.Stem) throws(AudioFileError) {
    reader = try AudioFileReader(stem.path, channels: stem.channels)
    if stem.fileRate != stem.sessionRate { resampler = Resampler(from: stem.fileRate, to: stem.sessionRate) }
  }

  func read(into frames: inout MutableSpan<Frame>, from start: Int) throws {
    guard let wanted = resampler?.inputRange(for: start..<start + frames.count) else {
      try readFile(&frames, from: start)
      return
    }
    let range = wanted.clamped(to: 0..<reader.info.frameCount)
    if input.capacity < range.count { input = FrameBuffer(capacity: range.count) }
    try input.edit(0..<range.count) { try readFile(&$0, from: range.lowerBound) }
    input.read(0..<range.count) { heard in
      resampler?.process(heard, startingAt: range.lowerBound, into: &frames, from: start)
    }
  }

  private func readFile(_ frames: inout MutableSpan<Frame>, from start: Int) throws {
    if reader.position != start { try reader.seek(to: start) }
    _ = try reader.readFrames(into: &frames)
  }
}
