#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A folder of what could be worked out again: small texts by key, and files beside them.
///
/// It lies outside every project. Nothing depends on it: what is damaged, missing or cannot be written is as if it had
/// never been there. Several programs may use it at once; an entry is written elsewhere and put in its place whole.
public struct Cache: Sendable {
  public let folder: String
  /// Bytes of all entries, beyond which the oldest go.
  public var limit = 4 << 30

  /// The cache of this user: `$MIXDOWN_CACHE`; else `mixdown` in `$XDG_CACHE_HOME`, `~/.cache` or, on a Mac,
  /// `~/Library/Caches`. `nil` where none of these is known.
  public init?() {
    func variable(_ name: String) -> String? {
      guard let text = unsafe getenv(name).map({ unsafe String(cString: $0) }), text.hasPrefix("/") else { return nil }
      return text
    }
    #if canImport(Darwin)
      let home = "Library/Caches"
    #else
      let home = ".cache"
    #endif
    if let own = variable("MIXDOWN_CACHE") {
      folder = own
    } else if let common = variable("XDG_CACHE_HOME") {
      folder = common + "/mixdown"
    } else if let user = variable("HOME") {
      folder = "\(user)/\(home)/mixdown"
    } else {
      return nil
    }
  }

  public init(folder: String) { self.folder = folder }

  /// Where an entry is, whether it is there or not. Keys are hexadecimal digits and words, without `/`.
  public func path(_ kind: String, _ key: String) -> String { "\(folder)/\(kind)/\(key)" }

  /// The text of an entry; `nil` when there is none. To read it makes it the youngest.
  public func text(_ kind: String, _ key: String) -> String? {
    let path = path(kind, key)
    guard let bytes = Self.bytes(path) else { return nil }
    _ = unsafe utimensat(AT_FDCWD, path, nil, 0)
    return String(validating: bytes, as: UTF8.self)
  }

  /// Puts a text in its place.
  public func store(_ text: String, _ kind: String, _ key: String) {
    store(kind, key) { descriptor in Self.write(Array(text.utf8), to: descriptor) }
  }

  /// Puts the first `count` bytes of an open file in their place, after making room for them; the file is written no
  /// more. It is linked there where it has no name yet and lies on the same file system, else copied. Nothing larger
  /// than half of all room is kept.
  public func store(_ file: Int32, bytes count: Int, _ kind: String, _ key: String) -> Bool {
    guard count <= limit / 2, Self.makeFolder("\(folder)/\(kind)") else { return false }
    makeRoom(for: count)
    #if canImport(Glibc)
      let temporary = temporaryPath(kind)
      if ftruncate(file, off_t(count)) == 0,
        unsafe linkat(AT_FDCWD, "/proc/self/fd/\(file)", AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0
      {
        return put(temporary, kind, key)
      }
    #endif
    return store(kind, key) { descriptor in Self.copy(file, count, to: descriptor) }
  }

  @discardableResult
  private func store(_ kind: String, _ key: String, _ fill: (Int32) -> Bool) -> Bool {
    guard Self.makeFolder("\(folder)/\(kind)") else { return false }
    let temporary = temporaryPath(kind)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    let isWhole = fill(descriptor)
    let isClosed = close(descriptor) == 0
    guard isWhole, isClosed else {
      unsafe unlink(temporary)
      return false
    }
    return put(temporary, kind, key)
  }

  private func temporaryPath(_ kind: String) -> String {
    path(kind, ".\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).tmp")
  }

  private func put(_ temporary: String, _ kind: String, _ key: String) -> Bool {
    guard unsafe rename(temporary, path(kind, key)) == 0 else {
      unsafe unlink(temporary)
      return false
    }
    return true
  }

  // MARK: What it holds

  public struct Entry: Sendable {
    public var path: String
    public var bytes: Int
    /// Seconds since 1970 when it was last used.
    public var used: Int
  }

  /// All entries, the oldest first.
  public var entries: [Entry] {
    Self.names(folder).flatMap { kind in
      Self.names("\(folder)/\(kind)").compactMap { name -> Entry? in
        let path = path(kind, name)
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
          let used = status.st_mtimespec.tv_sec
        #else
          let used = status.st_mtim.tv_sec
        #endif
        return Entry(path: path, bytes: Int(status.st_blocks) * 512, used: used)
      }
    }.sorted { $0.used < $1.used }
  }

  /// Removes all entries. Returns how many there were, and their bytes.
  @discardableResult
  public func clean() -> (count: Int, bytes: Int) {
    let entries = entries
    for entry in entries { unsafe unlink(entry.path) }
    for kind in Self.names(folder) { unsafe rmdir("\(folder)/\(kind)") }
    unsafe rmdir(folder)
    return (entries.count, entries.reduce(0) { $0 + $1.bytes })
  }

  /// Removes the oldest entries until `count` bytes more are within the limit.
  private func makeRoom(for count: Int) {
    let entries = entries
    var total = entries.reduce(0) { $0 + $1.bytes }
    for entry in entries where total + count > limit {
      unsafe unlink(entry.path)
      total -= entry.bytes
    }
  }

  // MARK: Files

  private static func names(_ folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func makeFolder(_ path: String) -> Bool {
    if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return true }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex,
      makeFolder(String(path[..<slash]))
    else { return false }
    return unsafe mkdir(path, 0o700) == 0 || errno == EEXIST
  }

  /// A small file, whole.
  private static func bytes(_ path: String) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return count >= 0 && count < bytes.count ? Array(bytes[..<count]) : nil
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        #if canImport(Darwin)
          unsafe Darwin.write(descriptor, $0.baseAddress, $0.count)
        #else
          unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        #endif
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func copy(_ file: Int32, _ count: Int, to descriptor: Int32) -> Bool {
    var place = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while place < count {
      let got = unsafe pread(file, &buffer, min(buffer.count, count - place), off_t(place))
      if got < 0, errno == EINTR { continue }
      guard got > 0, write(Array(buffer[..<got]), to: descriptor) else { return false }
      place += got
    }
    return true
  }
}
