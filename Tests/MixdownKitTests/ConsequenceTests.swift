import Diagnostics
import MixdownKit
import Testing
import YAMLSyntax

/// No consequence of an error is an error: what is told is what the person did.
@Suite("Consequences") struct ConsequenceTests {
  /// Files of the corpus with more than one mistake.
  static let mistakes: [String: Int] = [:]

  @Test(
    "every invalid file has as many errors as mistakes",
    arguments: SchemaTests.invalid.filter { $0.hasSuffix(".mix.yaml") })
  func corpusErrors(name: String) {
    let found = errors("\(corpus)/invalid/\(name)")
    #expect(found.count == Self.mistakes[name] ?? 1, "\(found)")
  }

  private func errors(_ path: String) -> [String] {
    Mixdown.resolve(path).1.filter { $0.severity == .error }.map { "\($0.code.id) \($0.message)" }
  }

  /// Texts that are no quantity, no choice and no name.
  static let wrong = ["wrong value!", "[wrong, value]"]

  @Test(
    "a value that cannot be read is one error, whatever depends on it",
    arguments: SchemaTests.valid.filter { $0.hasSuffix(".mix.yaml") })
  func values(name: String) throws {
    let folder = Folder()
    for file in SchemaTests.valid { save(contents("\(corpus)/valid/\(file)"), to: "\(folder.path)/\(file)") }
    try expectOneError(name, contents("\(corpus)/valid/\(name)"), in: folder)
  }

  @Test(
    "in the examples, too",
    arguments: ["06-automation/automation", "07-clips-and-fades/clips-and-fades", "08-tempo-and-bars/tempo-and-bars"])
  func examples(name: String) throws {
    let folder = Folder()
    try expectOneError("example.mix.yaml", contents("\(repository)/examples/\(name).mix.yaml"), in: folder)
  }

  private func expectOneError(_ name: String, _ bytes: [UInt8], in folder: Folder) throws {
    let document = try #require(parseYAML(SourceFile(path: name, bytes: bytes)).document)
    let path = folder.file(name, String(decoding: bytes, as: UTF8.self))
    let before = warnings(path)
    for range in scalars(document.root) {
      for text in Self.wrong {
        let changed = bytes[..<range.lowerBound] + Array(text.utf8) + bytes[range.upperBound...]
        save(Array(changed), to: path)
        let found = errors(path).filter { !$0.hasPrefix("P05") }
        let was = String(decoding: bytes[range], as: UTF8.self)
        #expect(found.count <= 1, "`\(was)` at \(range) as `\(text)`: \(found)")
        if !found.isEmpty { #expect(warnings(path).subtracting(before) == [], "`\(was)` as `\(text)`") }
      }
    }
  }

  private func warnings(_ path: String) -> Set<String> {
    Set(Mixdown.resolve(path).1.filter { $0.severity != .error }.map { "\($0.code.id) \($0.message)" })
  }

  /// Where the values stand that are no keys; anchors and what is below `x-` are left alone.
  private func scalars(_ node: YAMLNode) -> [Range<Int>] {
    switch node.content {
    case .scalar: node.alias == nil && node.anchor == nil && !node.range.bytes.isEmpty ? [node.range.bytes] : []
    case .sequence(let items): items.flatMap(scalars)
    case .mapping(let entries):
      entries.filter { !$0.key.hasPrefix("x-") && $0.key != "mixdown" }.flatMap { scalars($0.value) }
    }
  }
}
