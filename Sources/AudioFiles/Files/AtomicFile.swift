import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A file that is there whole or not at all.
///
/// It is written beside its target under a hidden temporary name (`TemporaryName`); `commit` syncs it, renames it
/// over the target and syncs the folder. Abandoned, or let go of, it vanishes with the folders that were made for
/// it. What killed runs left in the folder is cleared on the way. A target that is a link is followed; one that is
/// no regular file is refused. One caller at a time.
@safe
public final class AtomicFile: @unchecked Sendable {
  /// As the caller named it.
  public let path: String

  /// Where the next write goes, in bytes from the start; may be set back.
  public var position = 0

  private let target: String
  /// Where the file is until it is committed; empty before it is made.
  private(set) var temporary = ""
  private var descriptor: Int32 = -1
  private var madeFolders: [String] = []
  /// The permissions that the file ends with, if they differ from those that it is written with.
  private var permissions: mode_t?

  private static let attempts = 100

  /// Makes missing folders, then the temporary file.
  public init(replacing path: String) throws(AudioFileError) {
    self.path = path
    target = try Self.resolve(path)
    let folder = target.parentFolder
    do throws(AudioFileError) {
      // Another file of this program that is abandoned may take the folder away that it had made.
      for _ in 0..<Self.attempts where descriptor < 0 {
        try makeFolders(folder)
        if try !make(in: folder), errno != ENOENT, errno != EEXIST { throw failure() }
      }
      guard descriptor >= 0 else { throw failure() }
      // A file that is replaced keeps its permissions; until it is whole its owner may write it.
      var status = stat()
      if unsafe stat(target, &status) == 0 {
        permissions = status.st_mode & 0o777
        fchmod(descriptor, status.st_mode & 0o777 | 0o600)
      }
    } catch {
      abandon()
      throw error
    }
    TemporaryName.clearOnce(folder)
  }

  /// Makes the temporary file and takes its lock; false with `errno` when there is none.
  private func make(in folder: String) throws(AudioFileError) -> Bool {
    let path = folder + TemporaryName.next()
    // Nothing can come between the file and its entry in the list of what an interruption removes.
    let isMade = unfinished.add(path, madeFolders) {
      descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      return descriptor >= 0
    }
    guard let isMade else { throw failure(interrupted) }
    guard isMade else { return false }
    temporary = path
    if TemporaryName.lock(descriptor) { return true }
    // In the moment before it was locked, another run took it for one that was left behind.
    close(descriptor)
    descriptor = -1
    _ = unfinished.remove(path)
    temporary = ""
    errno = EEXIST
    return false
  }

  deinit { abandon() }

  /// Why nothing could be written at `path`, as far as that shows without writing; `nil` when nothing stands against it.
  public static func obstacle(at path: String) -> AudioFileError? {
    do throws(AudioFileError) {
      var folder = try resolve(path).parentFolder
      var status = stat()
      // The nearest folder that is there: the ones below it would be made.
      while unsafe stat(folder.isEmpty ? "." : folder, &status) != 0 {
        guard errno == ENOENT else { return AudioFileError(.writeFailed(reason: systemErrorText()), path) }
        while folder.hasSuffix("/") { folder.removeLast() }
        folder = folder.parentFolder
      }
      guard unsafe access(folder.isEmpty ? "." : folder, W_OK | X_OK) != 0 else { return nil }
      return AudioFileError(.writeFailed(reason: systemErrorText()), path)
    } catch { return error }
  }

  /// Writes all of `bytes` at `position` and moves on.
  public func write(_ bytes: Span<UInt8>) throws(AudioFileError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.extracting(droppingFirst: written).withUnsafeBufferPointer { rest in
        unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(position))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure()
      }
      written += count
      position += count
    }
  }

  public func write(_ bytes: [UInt8]) throws(AudioFileError) { try write(bytes.span) }

  public func write(_ bytes: ArraySlice<UInt8>) throws(AudioFileError) { try write(bytes.span) }

  public func write(_ text: String) throws(AudioFileError) { try write(Array(text.utf8)) }

  /// Puts the file in its place, safe against a loss of power.
  public func commit() throws(AudioFileError) {
    if let permissions { fchmod(descriptor, permissions) }
    guard fsync(descriptor) == 0 else { throw failure() }
    let reason = unfinished.finish(temporary) {
      unsafe rename(temporary, target) == 0 ? nil : systemErrorText()
    }
    if let reason {
      abandon()
      throw failure(reason)
    }
    // Only now: the lock holds for as long as the file has its temporary name.
    close(descriptor)
    descriptor = -1
    madeFolders = []
    // Some file systems refuse to sync a folder; the file itself is safe by then.
    let parent = target.parentFolder
    let folder = unsafe open(parent.isEmpty ? "." : parent, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Leaves nothing behind. Without effect after `commit`.
  public func abandon() {
    if unfinished.remove(temporary) { unsafe unlink(temporary) }
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    for folder in madeFolders.reversed() { unsafe rmdir(folder) }
    madeFolders = []
  }

  /// Removes the temporary files of every `AtomicFile` of this process and lets none be committed or begun
  /// any more: for the last moments of a program that is interrupted. Not for use inside a signal handler
  /// itself.
  public static func abandonAll() { unfinished.abandonAll() }

  /// Writes a whole text file.
  public static func write(_ text: String, to path: String) throws(AudioFileError) {
    let file = try AtomicFile(replacing: path)
    try file.write(text)
    try file.commit()
  }

  private func failure(_ reason: String = systemErrorText()) -> AudioFileError {
    AudioFileError(.writeFailed(reason: reason), path)
  }

  /// The file that `path` stands for: itself, or what it links to.
  private static func resolve(_ path: String) throws(AudioFileError) -> String {
    guard !path.isEmpty, !path.hasSuffix("/") else {
      throw AudioFileError(.writeFailed(reason: "it is no file name"), path)
    }
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return path }
    guard status.st_mode & S_IFMT == S_IFLNK else {
      if let what = kindOtherThanRegular(status.st_mode) {
        throw AudioFileError(.writeFailed(reason: "it is \(what)"), path)
      }
      return path
    }
    guard let resolved = unsafe realpath(path, nil) else {
      throw AudioFileError(.writeFailed(reason: "it is a link to nothing"), path)
    }
    defer { unsafe free(resolved) }
    return try resolve(unsafe String(cString: resolved))
  }

  private func makeFolders(_ folder: String) throws(AudioFileError) {
    var end = folder.startIndex
    while let slash = folder[end...].firstIndex(of: "/") {
      end = folder.index(after: slash)
      let part = String(folder[..<slash])
      if part.isEmpty { continue }
      if unsafe mkdir(part, 0o777) == 0 {
        madeFolders.append(part)
      } else if errno != EEXIST && errno != EISDIR {
        let reason = systemErrorText()
        // A folder that exists may be one that we are not allowed to make.
        var status = stat()
        guard unsafe stat(part, &status) == 0 else { throw failure("folder `\(part)`: \(reason)") }
      }
    }
  }
}

private let unfinished = UnfinishedFiles()
private let interrupted = "interrupted"

/// The temporary files of this process that are neither committed nor abandoned, each with the folders made
/// for it.
private final class UnfinishedFiles: Sendable {
  private struct State {
    var folders: [String: [String]] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())

  /// Runs `make` and, when it succeeds, remembers the file; `nil` when everything has been abandoned.
  func add(_ temporary: String, _ folders: [String], _ make: () -> Bool) -> Bool? {
    state.withLock { state in
      if state.isClosed { return nil }
      guard make() else { return false }
      state.folders[temporary] = folders
      return true
    }
  }

  func remove(_ temporary: String) -> Bool {
    state.withLock { $0.folders.removeValue(forKey: temporary) != nil }
  }

  /// Runs `rename` and, when it gives no reason against it, forgets the file; nothing can come between the
  /// two.
  func finish(_ temporary: String, _ rename: () -> String?) -> String? {
    state.withLock { state in
      if state.isClosed { return interrupted }
      if let reason = rename() { return reason }
      state.folders[temporary] = nil
      return nil
    }
  }

  func abandonAll() {
    state.withLock { state in
      state.isClosed = true
      for path in state.folders.keys { unsafe unlink(path) }
      // The longest first, which are the innermost; one that is not empty stays.
      for folder in state.folders.values.joined().sorted(by: { $0.utf8.count > $1.utf8.count }) {
        unsafe rmdir(folder)
      }
      state.folders = [:]
    }
  }
}

extension String {
  /// Up to and with the last slash; empty for a file in the working folder.
  fileprivate var parentFolder: String {
    guard let slash = lastIndex(of: "/") else { return "" }
    return String(self[...slash])
  }
}
