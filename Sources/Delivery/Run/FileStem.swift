import AudioFiles
import DSP
import RenderPlan
import Renderer
import Synchronization

/// A stem's file for the renderer: any stretch of it, at the session's rate.
final class FileStem: StemReader, @unchecked Sendable {
  private let reader: AudioFileReader
  /// `nil` when the file has the session's rate.
  private var resampler: Resampler?
  /// What the resampler hears, and the frames of the file that it holds.
  private var input = FrameBuffer(capacity: 0)
  private var held = 0..<0
  private let audit: StemAudit
  private let path: String
  private var isVerified = false

  init(_ stem: RenderPlan.Stem, _ audit: StemAudit) throws(AudioFileError) {
    self.audit = audit
    path = stem.path
    reader = try AudioFileReader(stem.path, channels: stem.channels)
    if stem.fileRate != stem.sessionRate { resampler = Resampler(from: stem.fileRate, to: stem.sessionRate) }
    isVerified = reader.isVerified
    if !isVerified { audit.opened(path) }
  }

  func read(into frames: inout MutableSpan<Frame>, from start: Int) throws {
    guard let wanted = resampler?.inputRange(for: start..<start + frames.count) else {
      try readFile(&frames, from: start)
      return
    }
    let range = wanted.clamped(to: 0..<reader.info.frameCount)
    try hold(range)
    input.read(0..<range.count) { heard in
      resampler?.process(heard, startingAt: range.lowerBound, into: &frames, from: start)
    }
  }

  /// Fills `input` with the frames of `range`. Those that the block before had, too, are kept, so that the file is
  /// read from front to back.
  private func hold(_ range: Range<Int>) throws {
    let overlaps = held.contains(range.lowerBound) && held.upperBound <= range.upperBound
    let kept = overlaps ? held.upperBound : range.lowerBound
    let (shift, count) = (range.lowerBound - held.lowerBound, kept - range.lowerBound)
    held = 0..<0
    if input.capacity < range.count {
      let larger = FrameBuffer(capacity: range.count)
      if count > 0 {
        larger.edit(0..<count) { new in
          input.read(shift..<shift + count) { old in for index in 0..<count { new[index] = old[index] } }
        }
      }
      input = larger
    } else if count > 0, shift > 0 {
      input.edit(0..<shift + count) { frames in for index in 0..<count { frames[index] = frames[shift + index] } }
    }
    if kept < range.upperBound {
      try input.edit(count..<range.count) { try readFile(&$0, from: kept) }
    }
    held = range
  }

  private func readFile(_ frames: inout MutableSpan<Frame>, from start: Int) throws {
    if reader.position != start { try reader.seek(to: start) }
    _ = try reader.readFrames(into: &frames)
    if !isVerified && reader.isVerified {
      isVerified = true
      audit.verified(path)
    }
  }
}

/// The stems of a render whose checksums are those of the whole file, and which of them have been compared. One that
/// is read in part, backwards or with jumps has not; it is read once more when the mix is done.
final class StemAudit: Sendable {
  private let files = Mutex<[[UInt8]: Bool]>([:])

  func opened(_ path: String) {
    files.withLock { files in if files[Array(path.utf8)] == nil { files[Array(path.utf8)] = false } }
  }

  func verified(_ path: String) { files.withLock { $0[Array(path.utf8)] = true } }

  /// Reads what has not been compared, several side by side.
  func finish(workers: Int) throws(AudioFileError) {
    let rest = files.withLock { $0.filter { !$0.value }.keys.sorted { $0.lexicographicallyPrecedes($1) } }
    let results = Collected<AudioFileError?>()
    forEachParallel(rest.count, workers: workers) { index in
      do throws(AudioFileError) {
        try verify(String(decoding: rest[index], as: UTF8.self))
        results.put(nil, at: index)
      } catch {
        results.put(error, at: index)
      }
    }
    if let failure = results.inOrder.compactMap({ $0 }).first { throw failure }
  }
}
