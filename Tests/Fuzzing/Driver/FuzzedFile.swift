#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file whose content changes with every input.
public final class FuzzedFile: Sendable {
  public let path: String
  private let descriptor: Int32

  /// - Parameter name: in a folder of this process's own.
  public init(_ name: String) {
    path = "\(folder)/\(name)"
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "the file cannot be made")
  }

  public func write(_ bytes: [UInt8]) {
    let isWritten = unsafe pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
    precondition(isWritten && ftruncate(descriptor, off_t(bytes.count)) == 0, "the file cannot be written")
  }
}

/// A folder in the one that FUZZ_FOLDER names, which should be in memory; whoever made that one takes it away.
private let folder: String = {
  let outer = unsafe getenv("FUZZ_FOLDER").map { unsafe String(cString: $0) } ?? "."
  let path = "\(outer)/\(getpid())"
  unsafe mkdir(path, 0o700)
  return path
}()
