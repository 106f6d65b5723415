import Diagnostics
import FoundationEssentials
import SessionModel
import Tables
import Testing

/// A folder of files that goes away with the object.
final class ProjectFolder: Sendable {
  let path: String

  /// Writes `files`, by their paths. A `.mixdown` file makes the folder a project of its own.
  init(_ files: [String: String] = [:], isProject: Bool = true) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/mixdown-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // The canonical path, so that it compares with what the product prints.
    path = Project.canonical(folder) ?? folder
    if isProject { try write("", to: ".mixdown") }
    for (name, text) in files { try write(text, to: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    let file = "\(path)/\(name)"
    try FileManager.default.createDirectory(atPath: Project.parent(file), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: file))
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
  }

  func load(_ name: String = "song.mix.yaml", _ configure: (inout LoadOptions) -> Void = { _ in }) -> Loaded {
    var options = LoadOptions()
    configure(&options)
    let (resolved, diagnostics) = loadSession("\(path)/\(name)", options)
    return Loaded(resolved: resolved, diagnostics: diagnostics)
  }
}

struct Loaded {
  var resolved: ResolvedSession?
  var diagnostics: [Diagnostic]

  /// `CODE line:column` of each problem, in the order of the file; of another file with its name before.
  var places: [String] {
    diagnostics.map { problem in
      guard let range = problem.primary?.range else { return "\(problem.code.id) -" }
      let name = range.file.path.split(separator: "/").last.map(String.init) ?? ""
      let prefix = name == "song.mix.yaml" ? "" : "\(name) "
      return "\(problem.code.id) \(prefix)\(range.start.line):\(range.start.column)"
    }.sorted()
  }

  var messages: String {
    diagnostics.map { "\($0.code.id) \($0.message) [\($0.hints.joined(separator: "; "))]" }.joined(
      separator: "\n")
  }

  /// The value at a dotted path of the tree, as it was written.
  subscript(path: String) -> String? { resolved?.tree.part(at: path)?.text }

  /// Where the value at `path` was written: file, line and column.
  func origin(_ path: String) -> String? {
    guard let range = resolved?.tree.part(at: path)?.range else { return nil }
    let name = range.file.path.split(separator: "/").last.map(String.init) ?? ""
    return "\(name) \(range.start.line):\(range.start.column)"
  }
}

/// Loads `text` as the only file of a project.
func load(
  _ text: String, _ configure: (inout LoadOptions) -> Void = { _ in }
) throws -> Loaded {
  try ProjectFolder(["song.mix.yaml": text]).load("song.mix.yaml", configure)
}

/// A session with one track and these lines more.
func session(_ lines: String) -> String { "mixdown: 1\ntracks: {a: {stem: a.wav}}\n" + lines }
