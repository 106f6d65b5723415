import MixdownKit
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// A folder of our own for a file that goes to standard output: it is written whole and measured before the first
/// byte leaves, as every deliverable is.
final class StreamFolder: Sendable {
  let path: String

  private static let made = Mutex<StreamFolder?>(nil)
  /// The one that is in use, for an interruption to remove.
  static var current: StreamFolder? { made.withLock { $0 } }

  init() throws(ExitStatus) {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/mixdown-XXXXXX".utf8CString)
    let isMade = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
    }
    guard isMade else {
      Output.messages.line("error: no folder for temporary files can be made in \(parent)")
      throw .output
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    Self.made.withLock { $0 = self }
  }

  /// Removes the folder with all that is in it: a deliverable's name may have folders.
  func remove() {
    Self.remove(path)
    Self.made.withLock { $0 = nil }
  }

  private static func remove(_ folder: String) {
    guard let listing = unsafe opendir(folder) else { return }
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      let path = "\(folder)/\(name)"
      if unsafe unlink(path) != 0 { remove(path) }
    }
    unsafe closedir(listing)
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
