import DSP
import Platform
import Quantities
import Renderer

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Frames on disk, in a file without a name: a mix of any length in memory of one block.
///
/// Written once from front to back, then read from any place by any number of threads. The space is given back
/// when the object goes, whatever happens to the program.
final class Scratch: FrameSink, @unchecked Sendable {
  private let descriptor: Int32
  private(set) var frameCount = 0

  struct Failure: Error, CustomStringConvertible {
    var message: String
    var description: String { message }
  }

  init() throws {
    let folder = Self.folder
    #if canImport(Glibc)
      // O_TMPFILE of asm-generic/fcntl.h, which Swift does not import.
      let tmpfile: Int32 = 0o20_000_000
      // Without a name from the start, where the file system can: nothing is left even by a run killed right here.
      let unnamed = unsafe open(folder, tmpfile | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o600)
    #else
      let unnamed: Int32 = -1
    #endif
    descriptor = unnamed >= 0 ? unnamed : Self.named(in: folder)
    guard descriptor >= 0 else {
      throw Failure(message: "no scratch file can be made in `\(folder)`: \(unsafe String(cString: strerror(errno)))")
    }
  }

  /// Frames of all scratch files of an untrusted project take no more than this, in bytes.
  private static let untrustedLimit = 16.0 * 1_073_741_824

  /// Refuses a render whose scratch files would not find room: before the work, not after most of it.
  static func refuse(frames: Int, count: Int, isUntrusted: Bool) throws {
    let needed = Double(frames) * Double(count) * Double(MemoryLayout<Frame>.stride)
    var status = statvfs()
    guard unsafe statvfs(folder, &status) == 0 else { return }
    let free = Double(status.f_bavail) * Double(status.f_frsize)
    /// What is needed is rounded up, what is there down.
    func size(_ bytes: Double, _ rule: FloatingPointRoundingRule = .up) -> String {
      bytes < 1e9
        ? plainDecimal((bytes / 1e6).rounded(rule)) + " MB" : plainDecimal((bytes / 1e8).rounded(rule) / 10) + " GB"
    }
    if needed > free {
      throw Failure(
        message:
          "the render needs \(size(needed)) for scratch files in `\(folder)`, and \(size(free, .down)) are free: make room, set TMPDIR to a larger place, or make fewer deliverables at once with `--only`"
      )
    }
    if isUntrusted, needed > untrustedLimit {
      throw Failure(
        message:
          "the render needs \(size(needed)) for scratch files, and an untrusted project has \(size(untrustedLimit))"
      )
    }
  }

  /// Where scratch files are.
  private static var folder: String { unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp" }

  private static func named(in folder: String) -> Int32 {
    var template = Array("\(folder)/mixdown-XXXXXX".utf8CString)
    let descriptor = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe mkstemp($0) } ?? -1
    }
    guard descriptor >= 0 else { return -1 }
    unsafe template.withUnsafeBufferPointer { buffer in
      if let name = buffer.baseAddress { unsafe _ = unlink(name) }
    }
    return descriptor
  }

  /// Frames that were kept by an earlier run; `nil` when those of `range` are not there, or not what they were.
  init?(keptAs path: String, frames: Int, range: Range<Int>) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return nil }
    descriptor = file
    frameCount = frames
    var status = stat()
    let size = frames * MemoryLayout<Frame>.stride
    guard unsafe fstat(file, &status) == 0, Int(status.st_size) == size + Self.sumBytes(frames),
      let sums = Self.words(file, Self.sumBytes(frames) / 8, at: size)
    else { return nil }
    let range = range.clamped(to: 0..<frames)
    guard !range.isEmpty else { return }
    for block in range.lowerBound / Self.sumFrames...(range.upperBound - 1) / Self.sumFrames {
      let start = block * Self.sumFrames
      guard sum(start..<min(frames, start + Self.sumFrames)) == sums[block] else { return nil }
    }
  }

  deinit { close(descriptor) }

  /// Starts anew; the space is kept, so that another run over it costs no new pages.
  func rewind() { frameCount = 0 }

  func receive(_ frames: Span<Frame>) throws {
    var offset = frameCount * MemoryLayout<Frame>.stride
    try unsafe frames.bytes.withUnsafeBytes { bytes in
      var rest = unsafe bytes
      while unsafe !rest.isEmpty {
        let count = unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          throw Failure(message: "the scratch file cannot be written: \(unsafe String(cString: strerror(errno)))")
        }
        offset += count
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
    frameCount += frames.count
  }

  /// Fills `frames` with those from `start` on; what lies past the end is silence.
  func read(_ frames: inout MutableSpan<Frame>, from start: Int) throws {
    let available = max(0, min(frames.count, frameCount - start))
    try unsafe frames.withUnsafeMutableBytes { bytes in
      var offset = start * MemoryLayout<Frame>.stride
      var rest = unsafe UnsafeMutableRawBufferPointer(
        rebasing: bytes[..<(available * MemoryLayout<Frame>.stride)])
      while unsafe !rest.isEmpty {
        let count = unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw Failure(message: "the scratch file cannot be read back") }
        offset += count
        unsafe rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...])
      }
    }
    for index in available..<frames.count { frames[index] = .zero }
  }
}

// MARK: - Kept frames

extension Scratch {
  private static let sumFrames = 65_536

  private static func sumBytes(_ frames: Int) -> Int { (frames + sumFrames - 1) / sumFrames * 8 }

  /// Keeps the first `frames` frames, with a check sum a block behind them. Returns whether they are there now.
  func keep(_ frames: Int, in cache: Cache, as key: String) -> Bool {
    guard frames > 0, frames <= frameCount else { return false }
    let size = frames * MemoryLayout<Frame>.stride
    var sums: [UInt64] = []
    for start in stride(from: 0, to: frames, by: Self.sumFrames) {
      guard let sum = sum(start..<min(frames, start + Self.sumFrames)) else { return false }
      sums.append(sum)
    }
    // Behind the frames, where a pass may have left some more than belong to the song.
    let isWritten = unsafe sums.withUnsafeBytes {
      unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(size)) == $0.count
    }
    frameCount = frames
    return isWritten && cache.store(descriptor, bytes: size + Self.sumBytes(frames), "masters", key)
  }

  /// A check sum against damage; `nil` when the frames cannot be read.
  private func sum(_ range: Range<Int>) -> UInt64? {
    let stride = MemoryLayout<Frame>.stride
    guard let words = Self.words(descriptor, range.count * stride / 8, at: range.lowerBound * stride) else {
      return nil
    }
    // Two lanes, as frames have, each multiplied by an odd number and folded (after Knuth's multiplicative hashing).
    var (left, right): (UInt64, UInt64) = (1, 2)
    for index in Swift.stride(from: 0, to: words.count, by: 2) {
      left = (left ^ words[index]) &* 0x9E37_79B9_7F4A_7C15
      left ^= left >> 32
      right = (right ^ words[index + 1]) &* 0x9E37_79B9_7F4A_7C15
      right ^= right >> 32
    }
    return left &+ right
  }

  private static func words(_ descriptor: Int32, _ count: Int, at offset: Int) -> [UInt64]? {
    var words = [UInt64](repeating: 0, count: count)
    let isWhole = unsafe words.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < bytes.count {
        let got = unsafe pread(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done, off_t(offset + done))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return false }
        done += got
      }
      return true
    }
    return isWhole ? words : nil
  }
}
