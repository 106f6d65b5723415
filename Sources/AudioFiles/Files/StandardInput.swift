#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What comes in by standard input, kept in a file: a reader wants to know the end before the beginning. The file
/// vanishes with the object.
public final class StandardInput: Sendable {
  /// What stands for it on a command line.
  public static let name = "-"

  public let path: String

  /// Bytes after which what comes in must have shown itself to be audio, so that an endless stream of something else
  /// does not fill the disk.
  private static let sampleSize = 2 << 20

  /// Reads to the end.
  public init() throws(AudioFileError) {
    if isatty(STDIN_FILENO) != 0 {
      throw AudioFileError(.unreadable(reason: "it is a terminal, and audio should come in by it"), Self.name)
    }
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/mixdown-XXXXXX".utf8CString)
    let descriptor = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe mkstemp($0) } ?? -1
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard descriptor >= 0 else {
      throw AudioFileError(.unreadable(reason: "no file can be made in `\(folder)`: \(systemErrorText())"), Self.name)
    }
    defer { close(descriptor) }
    do throws(AudioFileError) {
      try Self.copy(to: descriptor, at: path)
    } catch {
      unsafe unlink(path)
      throw AudioFileError(error.kind, Self.name)
    }
  }

  deinit { unsafe _ = unlink(path) }

  private static func copy(to descriptor: Int32, at path: String) throws(AudioFileError) {
    var block = [UInt8](repeating: 0, count: 65_536)
    var total = 0
    var isAudio = false
    while true {
      let got = unsafe block.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
      if got == 0 { return }
      if got < 0 {
        if errno == EINTR { continue }
        throw AudioFileError(.unreadable(reason: systemErrorText()), path)
      }
      var written = 0
      while written < got {
        let count = unsafe block.withUnsafeBytes {
          unsafe write(descriptor, $0.baseAddress?.advanced(by: written), got - written)
        }
        if count < 0 && errno != EINTR {
          throw AudioFileError(.unreadable(reason: "it does not fit beside `\(path)`: \(systemErrorText())"), path)
        }
        written += max(0, count)
      }
      total += got
      if !isAudio && total >= sampleSize {
        try refuseNoAudio(path)
        isAudio = true
      }
    }
  }

  /// What has come in so far is not whole, so only what it is counts.
  private static func refuseNoAudio(_ path: String) throws(AudioFileError) {
    do throws(AudioFileError) {
      _ = try openSource(path)
    } catch {
      switch error.kind {
      case .notAudio, .unsupported, .rateOutOfRange, .channelCountOutOfRange: throw error
      default: return
      }
    }
  }
}
