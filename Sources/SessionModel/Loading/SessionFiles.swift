import Diagnostics
import FoundationEssentials
import Tables
import YAMLSyntax

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The project that a session belongs to, and the files it has read.
///
/// Paths are relative to the file that names them and stay inside the project's root: the nearest folder upwards
/// with `.git` or `.mixdown`, else the file's own folder. A `.mixdown` file may list further folders.
public struct Project: Sendable {
  public var root: String
  /// Folders that paths may lead to: the root, and what `.mixdown` lists.
  public var allowed: [String]
  public var allowsOutside = false
  /// Whether its files may be anybody's: nothing in them, a `.mixdown` file among it, leads out of the root, neither to
  /// read nor to write, and a song has an hour at most.
  public var isUntrusted = false

  /// The longest song, in seconds: a day (docs/format.md), or an hour of a stranger's.
  public var songLimit: Double { isUntrusted ? 3600 : Timeline.limit }

  /// The project of the file at `path`.
  public init(
    for path: String, root explicitRoot: String? = nil, allowsOutside: Bool = false, isUntrusted: Bool = false
  ) {
    self.allowsOutside = allowsOutside
    self.isUntrusted = isUntrusted
    let folder = Project.parent(Project.canonical(path) ?? Project.absolute(path))
    root = folder
    if let explicitRoot {
      root = Project.canonical(explicitRoot) ?? Project.absolute(explicitRoot)
    } else {
      var candidate = folder
      while true {
        if Project.exists(candidate + "/.git") || !isUntrusted && Project.exists(candidate + "/.mixdown") {
          root = candidate
          break
        }
        if candidate == "/" || candidate.isEmpty { break }
        candidate = Project.parent(candidate)
      }
    }
    allowed = [root]
    guard !isUntrusted else { return }
    guard case .success(let bytes) = Project.contents(of: root + "/.mixdown", limit: 64 * 1024) else { return }
    // `\r\n` is one character, and a newline too.
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let entry = line.trimmingPrefix { $0 == " " }
      guard !entry.isEmpty, entry.first != "#" else { continue }
      if let extra = Project.canonical(Project.spelled(Project.join(root, String(entry)))) { allowed.append(extra) }
    }
  }

  /// The file beside `path` whose name is most like its own; `nil` when none is.
  public static func nearest(to path: String) -> String? {
    let folder = parent(path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if let other = names.first(where: { $0.lowercased() == name.lowercased() }) { return other }
    return closestMatch(to: name, among: names.sorted())
  }

  /// Whether the file or folder at `path`, links followed, may be used.
  public func contains(_ path: String) -> Bool {
    let real = Project.canonical(path) ?? Project.canonicalParent(path)
    return allowsOutside || allowed.contains { real == $0 || real.hasPrefix($0 == "/" ? "/" : $0 + "/") }
  }

  /// Whether something may be written at `path`, links followed: of a stranger's project only inside its root, or in the
  /// folder that the command names.
  public func mayWrite(_ path: String, into folder: String?) -> Bool {
    guard isUntrusted else { return true }
    let real = Project.canonical(path) ?? Project.canonicalParent(path)
    return ([root] + [folder.map(Project.canonicalParent)].compactMap(\.self)).contains {
      real.hasPrefix($0 == "/" ? "/" : $0 + "/")
    }
  }

  // MARK: Paths

  public static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  public static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  public static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") { return path }
    return folder == "." ? path : folder + "/" + path
  }

  /// The path as the disk spells it: `é` may be one character there or two, an `e` and an accent, whichever way it is
  /// typed (a Mac's archives have the second, keyboards give the first). A name that is there to the letter is taken
  /// before one that only looks the same. What is not there stays as it is.
  public static func spelled(_ path: String) -> String {
    if exists(path) { return path }
    var result = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      let next = result + part
      if exists(next) {
        result = next + "/"
        continue
      }
      // Strings are equal when they look the same.
      let names = (try? FileManager.default.contentsOfDirectory(atPath: result.isEmpty ? "." : result)) ?? []
      let twins = names.filter { $0 == part }
      guard let twin = twins.min(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) else { return path }
      result += twin + "/"
    }
    return String(result.dropLast())
  }

  /// The path with links followed; `nil` when nothing is there.
  public static func canonical(_ path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// The canonical form of a path that need not exist: `..` behind a folder that is not there leads back out of it.
  static func canonicalParent(_ path: String) -> String {
    var result = "/"
    for part in absolute(path).split(separator: "/") where part != "." {
      let next = part == ".." ? parent(result) : (result == "/" ? "" : result) + "/" + part
      result = canonical(next) ?? next
    }
    return result
  }

  public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  enum ReadFailure: Error { case missing, notRegular, denied(String), tooLarge(Int) }

  static func contents(of path: String, limit: Int) -> Result<[UInt8], ReadFailure> {
    // O_NONBLOCK: opening a pipe must not wait for a writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      return .failure(errno == ENOENT || errno == ENOTDIR ? .missing : .denied(unsafe String(cString: strerror(errno))))
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .failure(.notRegular)
    }
    let size = Int(status.st_size)
    guard size <= limit else { return .failure(.tooLarge(size)) }
    var bytes = [UInt8](repeating: 0, count: size)
    var count = 0
    while count < size {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe read(descriptor, buffer.baseAddress?.advanced(by: count), size - count)
      }
      if got < 0 { return .failure(.denied(unsafe String(cString: strerror(errno)))) }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(size - count)
    return .success(bytes)
  }
}

/// Reads YAML files into settings, remembering each file's folder.
struct SettingReader {
  private(set) var folders: [SourceFile: String] = [:]
  private(set) var filesRead: [String] = []
  var diagnostics: [Diagnostic] = []

  /// Reads the file at `path`, shown to the user as `shown`.
  mutating func read(_ path: String, named: SourceRange? = nil) -> Setting? {
    switch Project.contents(of: path, limit: YAMLBounds.fileBytes) {
    case .success(let bytes):
      let file = SourceFile(path: path, bytes: bytes)
      folders[file] = Project.parent(path)
      filesRead.append(path)
      return parse(file)
    case .failure(.tooLarge(let size)):
      if var problem = fileSizeProblem(path: path, byteCount: size) {
        if problem.primary == nil, let named { problem.primary = Diagnostic.Label(named, "") }
        diagnostics.append(problem)
      }
    case .failure(.missing):
      diagnostics.append(
        Diagnostic(.missingFile, .error, "there is no file \(quotedPath(path))", at: named))
    case .failure(.notRegular):
      diagnostics.append(
        Diagnostic(.missingFile, .error, "\(quotedPath(path)) is not a regular file", at: named))
    case .failure(.denied(let reason)):
      diagnostics.append(
        Diagnostic(.missingFile, .error, "\(quotedPath(path)) cannot be read: \(reason)", at: named))
    }
    return nil
  }

  /// Reads text that is part of the program, or of the command line.
  mutating func read(_ text: String, as name: String, folder: String) -> Setting? {
    let file = SourceFile(path: name, bytes: Array(text.utf8))
    folders[file] = folder
    return parse(file)
  }

  func folder(of range: SourceRange) -> String { folders[range.file] ?? "." }

  private mutating func parse(_ file: SourceFile) -> Setting? {
    let (document, problems) = parseYAML(file)
    diagnostics += problems
    return document.map { setting(from: $0.root) }
  }

  private func setting(from node: YAMLNode) -> Setting {
    let content: Setting.Content
    if node.isInvalid { return Setting(.unreadable, at: node.range) }
    switch node.content {
    case .scalar(let scalar): content = scalar.isNull ? .null : .text(scalar.text)
    case .sequence(let items): content = .list(items.map { setting(from: $0) })
    case .mapping(let entries):
      // What the user's own tools find under `x-` is no matter of ours.
      let known = entries.filter { !$0.key.hasPrefix("x-") }
      content = .mapping(known.map { Setting.Entry($0.key, at: $0.keyRange, setting(from: $0.value)) })
    }
    return Setting(content, at: node.range)
  }
}

func quotedPath(_ path: String) -> String { "`\(path)`" }
