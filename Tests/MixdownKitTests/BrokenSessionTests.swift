import Diagnostics
import MixdownKit
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder that all cases share, to be removed at the end.
nonisolated(unsafe) private var shared: String?

/// The sessions of `Tests/Oracles/broken`: every problem at its place with its code, all of a file in one run.
@Suite("Broken sessions") struct BrokenSessionTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    var about: String
    var code: String
    /// Line and column; one of them is right.
    var places: [[Int]]

    var testDescription: String { about }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// How `render` ends.
    var status: Int32
    var problems: [Problem]

    var testDescription: String { name }
  }

  static let folder = "\(repository)/Tests/Oracles/broken"

  static let cases: [Case] = {
    guard case .object(let entries)? = yamlValue("\(folder)/expected.json") else { return [] }
    return entries.map { entry in
      var problems: [Problem] = []
      if case .array(let list)? = entry.value["problems"] {
        problems = list.map {
          Problem(about: $0["about"].string, code: $0["code"].string, places: $0["places"].pairs)
        }
      }
      return Case(name: entry.name, status: Int32(entry.value["render"].whole), problems: problems)
    }
  }()

  /// What the sessions refer to, made once: the sessions beside their stems, in a project of its own.
  private static let project = Result {
    let folder = Folder()
    // A static value is never let go of.
    unsafe shared = folder.path
    atexit { unsafe shared.map { Folder.remove($0) } }
    folder.file("project/.mixdown", "")
    // As bytes: some are no text.
    for name in names(in: Self.folder) {
      save(contents("\(Self.folder)/\(name)"), to: "\(folder.path)/project/\(name)")
    }
    try folder.wav("project/stems/tone.wav")
    try folder.wav("project/stems/mono.wav", channels: 1)
    try folder.wav("project/stems/four.wav", channels: 4)
    try folder.wav("project/stems/ninety_six.wav", rate: 96_000)
    try folder.wav("secret.wav")
    folder.file("project/stems/text.wav", String(repeating: "This is no audio.\n", count: 20))
    folder.file(
      "project/stems/pointer.wav",
      "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "0123456789abcdef", count: 4))\nsize 1234567\n"
    )
    link("../../secret.wav", at: "\(folder.path)/project/stems/link.wav")
    return folder
  }

  @Test("there are as many as issue 2 asks for") func count() { #expect(Self.cases.count >= 30) }

  @Test("every problem is found where it is, and nothing else", arguments: cases)
  func problems(broken: Case) throws {
    let folder = try Self.project.get()
    let checked = Mixdown.check("\(folder.path)/project/\(broken.name).mix.yaml")
    var errors = checked.diagnostics.filter { $0.severity == .error }
    for problem in broken.problems {
      let place = errors.firstIndex { $0.code.id == problem.code && problem.places.contains(self.place($0)) }
      #expect(place != nil, "no \(problem.code) for \(problem.about) at \(problem.places)")
      if let place { errors.remove(at: place) }
    }
    #expect(errors.map { "\($0.code.id) \(place($0)) \($0.message)" } == [])
    #expect(checked.status.rawValue == broken.status)
    #expect(checked.session == nil)
  }

  private func place(_ diagnostic: Diagnostic) -> [Int] {
    guard let start = diagnostic.primary?.range.start else { return [] }
    return [start.line, start.column]
  }
}

extension JSONValue? {
  fileprivate var string: String { if case .string(let text)? = self { text } else { "" } }
  fileprivate var whole: Int { if case .integer(let whole)? = self { whole } else { -1 } }
  fileprivate var pairs: [[Int]] {
    guard case .array(let pairs)? = self else { return [] }
    return pairs.map { pair in
      guard case .array(let numbers) = pair else { return [] }
      return numbers.map { Optional($0).whole }
    }
  }
}
