import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The names of files in the making, and which of them nobody makes any more.
///
/// Two runs may have one process number: in containers both are the first, and hosts that share a folder do not know
/// of each other. So a name is random, and what tells a file in the making from one that was left behind is a lock on
/// the file itself, which the system lets go of when a run ends, however it ends.
package enum TemporaryName {
  private static let prefix = ".mixdown-", suffix = ".tmp"
  /// Hexadecimal digits of 64 random bits.
  private static let digits = 16

  static func next() -> String {
    let number = String(UInt64.random(in: .min ... .max), radix: 16)
    return prefix + String(repeating: "0", count: digits - number.count) + number + suffix
  }

  /// Whether a file's name is one that `next` may have given.
  static func matches(_ name: String) -> Bool {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.utf8.count == prefix.count + digits + suffix.count
    else { return false }
    return name.dropFirst(prefix.count).prefix(digits).allSatisfy(\.isHexDigit)
  }

  /// Locks a file or folder that was just made; false when another run has removed it meanwhile.
  ///
  /// Where the file system has no locks nothing is locked, and nothing is ever cleared either.
  package static func lock(_ descriptor: Int32) -> Bool {
    // One that clears holds the lock for a moment only.
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    var status = stat()
    return unsafe fstat(descriptor, &status) != 0 || status.st_nlink > 0
  }

  /// Removes what killed runs left in a folder. What a living run holds stays, and so does what cannot be opened.
  static func clear(_ folder: String) {
    for name in names(in: folder) where matches(name) {
      let path = folder + name
      // A lock over a network needs a file that is open for writing.
      let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unsafe unlink(path) }
      close(descriptor)
    }
  }

  private static let cleared = Mutex<Set<String>>([])

  /// The same, when this run has not looked there yet.
  static func clearOnce(_ folder: String) {
    if cleared.withLock({ $0.insert(folder).inserted }) { clear(folder) }
  }

  package static func names(in folder: String) -> [String] {
    guard let listing = unsafe opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { unsafe closedir(listing) }
    var names: [String] = []
    while let entry = unsafe readdir(listing) {
      names.append(
        unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        })
    }
    return names.filter { $0 != "." && $0 != ".." }
  }
}
