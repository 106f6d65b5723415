#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A regular file opened for reading, known not to be a pointer of Git LFS or git-annex.
@safe
final class InputFile {
  let path: String
  let descriptor: Int32
  let size: Int

  init(_ path: String) throws(AudioFileError) {
    self.path = path
    // Looking before opening: to open a pipe or a device may wait or do something.
    try Self.checkKind(path)
    descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    var status = stat()
    size = unsafe descriptor >= 0 && fstat(descriptor, &status) == 0 ? Int(status.st_size) : -1
    guard size >= 0 else { throw AudioFileError(.unreadable(reason: systemErrorText()), path) }
    guard size > 0 else { throw AudioFileError(.emptyFile, path) }
    try refusePointers()
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Up to `count` bytes from `offset`; fewer only at the end of the file.
  func bytes(at offset: Int, count: Int) throws(AudioFileError) -> [UInt8] {
    guard offset >= 0, offset < size, count > 0 else { return [] }
    let wanted = min(count, size - offset)
    var failed = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted {
        let rest = unsafe UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        let got = unsafe pread(descriptor, rest.baseAddress, wanted - filled, off_t(offset + filled))
        if got > 0 {
          filled += got
        } else if got == 0 {
          break
        } else if errno != EINTR {
          failed = true; break
        }
      }
    }
    if failed { throw AudioFileError(.unreadable(reason: systemErrorText()), path) }
    return bytes
  }

  func failure(_ kind: AudioFileError.Kind) -> AudioFileError { AudioFileError(kind, path) }

  private static func checkKind(_ path: String) throws(AudioFileError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      switch errno {
      case ENOENT, ENOTDIR, ELOOP:
        throw AudioFileError(linkTarget(path).contains("annex/objects/") ? .gitAnnexPointer : .missing, path)
      default:
        throw AudioFileError(.unreadable(reason: systemErrorText()), path)
      }
    }
    if let what = kindOtherThanRegular(status.st_mode) {
      throw AudioFileError(.notARegularFile(what: what), path)
    }
  }

  /// What `path` links to, or nothing. A file of git-annex is a link into `.git/annex/objects`, broken as
  /// long as its content has not been fetched.
  private static func linkTarget(_ path: String) -> String {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, filled in
      let count = unsafe buffer.withMemoryRebound(to: CChar.self) { text in
        guard let start = text.baseAddress else { return 0 }
        return unsafe readlink(path, start, text.count)
      }
      filled = max(0, count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Pointer files are short texts: `version https://git-lfs.github.com/spec/v1`, `oid sha256:…`, `size …`,
  /// and `/annex/objects/KEY` in an unlocked git-annex file.
  private func refusePointers() throws(AudioFileError) {
    guard size <= 1024 else { return }
    let text = String(decoding: try bytes(at: 0, count: size), as: UTF8.self)
    if text.hasPrefix("version https://git-lfs.github.com/") {
      let oid = text.split(separator: "\n").first { $0.hasPrefix("oid ") }?.dropFirst(4)
      throw failure(.gitLFSPointer(oid: String(oid ?? "")))
    }
    if text.hasPrefix("/annex/objects/") { throw failure(.gitAnnexPointer) }
  }
}

/// `a folder`, `a named pipe`, …; nil for a regular file.
func kindOtherThanRegular(_ mode: mode_t) -> String? {
  switch mode & S_IFMT {
  case S_IFREG: nil
  case S_IFDIR: "a folder"
  case S_IFIFO: "a named pipe"
  case S_IFSOCK: "a socket"
  default: "a device"
  }
}

/// What the system says about the call that just failed: `No space left on device`.
func systemErrorText(_ code: Int32 = errno) -> String {
  unsafe String(cString: strerror(code))
}
