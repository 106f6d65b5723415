#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// SHA-256 of files, remembered as long as a file does not change, as git's index does: a file of the same device, inode,
/// size and times is taken to hold what it held.
public struct ContentHashes: Sendable {
  private let cache: Cache

  public init(_ cache: Cache) { self.cache = cache }

  /// The hash of the bytes at `path`; `nil` when they cannot be read.
  public func hash(of path: String) -> String? {
    guard let state = FileState(path) else { return nil }
    if let known = cache.text("hashes", state.key)?.split(separator: " ").map(String.init), known.count == 2,
      known[0] == state.text, known[1].utf8.count == 64
    {
      return known[1]
    }
    let began = unsafe time(nil)
    guard let hash = SHA256.text(ofFile: path) else { return nil }
    // A file that changed under the reading, or so lately that a later change could have the same times, is not
    // remembered ("racy git").
    guard FileState(path) == state, state.changed < began - 1 else { return hash }
    cache.store("\(state.text) \(hash)", "hashes", state.key)
    return hash
  }

  private struct FileState: Equatable {
    /// Device and inode.
    var key: String
    /// Size and times.
    var text: String
    /// Seconds since 1970 of the latest change.
    var changed: Int

    init?(_ path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      #if canImport(Darwin)
        let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
      #else
        let (modified, changed) = (status.st_mtim, status.st_ctim)
      #endif
      key = "\(status.st_dev)-\(status.st_ino)"
      text = [
        Int(status.st_size), modified.tv_sec, Int(modified.tv_nsec), changed.tv_sec, Int(changed.tv_nsec),
      ].map(String.init).joined(separator: ":")
      self.changed = max(modified.tv_sec, changed.tv_sec)
    }
  }
}
