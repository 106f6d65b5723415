import AudioFiles
import MixdownKit
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// A folder of our own for a file that goes to standard output: it is written whole and measured before the first
/// byte leaves, as every deliverable is. Its lock tells it from one that a killed run left, which the next run removes.
final class StreamFolder: Sendable {
  let path: String
  /// Of the folder itself: it holds the lock.
  private let descriptor: Int32

  private static let prefix = "mixdown-stream-"
  private static let made = Mutex<StreamFolder?>(nil)
  /// The one that is in use, for an interruption to remove.
  static var current: StreamFolder? { made.withLock { $0 } }

  init() throws(ExitStatus) {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    Self.clear(parent)
    guard let (path, descriptor) = Self.make(in: parent) else {
      Output.messages.line("error: no folder for temporary files can be made in \(parent)")
      throw .output
    }
    self.path = path
    self.descriptor = descriptor
    Self.made.withLock { $0 = self }
  }

  deinit { close(descriptor) }

  private static func make(in parent: String) -> (path: String, descriptor: Int32)? {
    while true {
      var template = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
      let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
        unsafe buffer.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
      }
      guard isMade else { return nil }
      let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      if descriptor >= 0, TemporaryName.lock(descriptor) { return (path, descriptor) }
      // In the moment before it was locked, another run took it for one that was left behind.
      if descriptor >= 0 { close(descriptor) } else if errno != ENOENT { return nil }
    }
  }

  /// Removes what killed runs left.
  private static func clear(_ parent: String) {
    for name in TemporaryName.names(in: parent) where name.hasPrefix(prefix) {
      let path = "\(parent)/\(name)"
      let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      // Of our own only: in a folder that many share, nobody else's names mean anything.
      var status = stat()
      let isOurs = unsafe fstat(descriptor, &status) == 0 && status.st_uid == geteuid()
      if isOurs, flock(descriptor, LOCK_EX | LOCK_NB) == 0 { remove(path) }
      close(descriptor)
    }
  }

  /// Removes the folder with all that is in it: a deliverable's name may have folders.
  func remove() {
    Self.remove(path)
    Self.made.withLock { $0 = nil }
  }

  private static func remove(_ folder: String) {
    for name in TemporaryName.names(in: folder) {
      let path = "\(folder)/\(name)"
      if unsafe unlink(path) != 0 { remove(path) }
    }
    unsafe rmdir(folder)
  }
}

extension Output {
  /// Writes a whole file; false when it cannot be read.
  func copy(_ path: String) -> Bool {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
      if count == 0 { return true }
      if count < 0 { return false }
      write(bytes[..<count])
    }
  }
}
