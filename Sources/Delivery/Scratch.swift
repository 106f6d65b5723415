import DSP
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
