#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The audio files of a folder, told by their names' endings.
public enum AudioFolder {
  /// In lower case; names may have them in any.
  public static let endings = [
    "wav", "wave", "bwf", "rf64", "aif", "aiff", "aifc", "flac", "caf", "ogg", "oga", "opus", "mp3",
  ]

  public static func isFolder(_ path: String) -> Bool { kind(of: path, followsLinks: true) == S_IFDIR }

  /// The paths of its audio files, each below `folder`, in the order of their bytes. Names that begin with a point are
  /// passed over, and so are links to folders, which could lead round in circles.
  public static func files(in folder: String, deeper: Bool) throws(AudioFileError) -> [String] {
    var found: [String] = []
    var open = [folder]
    while let next = open.popLast() {
      for name in try names(in: next) where !name.hasPrefix(".") {
        let path = next.hasSuffix("/") ? next + name : "\(next)/\(name)"
        if deeper, kind(of: path, followsLinks: false) == S_IFDIR {
          open.append(path)
        } else if isAudio(name), kind(of: path, followsLinks: true) != S_IFDIR {
          found.append(path)
        }
      }
    }
    guard !found.isEmpty else { throw AudioFileError(.noAudioInFolder(deeper: deeper), folder) }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func isAudio(_ name: String) -> Bool {
    guard let point = name.lastIndex(of: ".") else { return false }
    return endings.contains(name[name.index(after: point)...].lowercased())
  }

  /// `S_IFDIR` and the like; 0 when there is nothing.
  private static func kind(of path: String, followsLinks: Bool) -> mode_t {
    var status = stat()
    let result = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
    return result == 0 ? status.st_mode & S_IFMT : 0
  }

  private static func names(in folder: String) throws(AudioFileError) -> [String] {
    guard let listing = unsafe opendir(folder) else {
      throw AudioFileError(.unreadable(reason: systemErrorText()), folder)
    }
    defer { unsafe _ = closedir(listing) }
    var names: [String] = []
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
