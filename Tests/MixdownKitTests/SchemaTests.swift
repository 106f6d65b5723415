import Diagnostics
import MixdownKit
import Testing

@Suite("Schemas") struct SchemaTests {
  static let valid = names(in: "\(corpus)/valid")
  static let invalid = names(in: "\(corpus)/invalid")

  @Test("the committed schemas are fresh; `make schemas` writes them", arguments: SchemaKind.allCases)
  func fresh(kind: SchemaKind) {
    #expect(text("\(repository)/schemas/\(kind.rawValue).schema.json") == Mixdown.schema(kind))
  }

  @Test("the committed reference is fresh; `make schemas` writes it")
  func freshReference() {
    #expect(text("\(repository)/docs/reference.md") == Mixdown.reference())
  }

  @Test("the corpus is large enough to mean something")
  func corpusSize() {
    #expect(Self.valid.count { $0.hasSuffix(".mix.yaml") } >= 25)
    #expect(Self.invalid.count { $0.hasSuffix(".mix.yaml") } >= 25)
  }

  @Test("schema and decoder accept the valid files", arguments: valid)
  func accepts(name: String) throws {
    let path = "\(corpus)/valid/\(name)"
    #expect(try schemaFaults(path) == [])
    guard name.hasSuffix(".mix.yaml") else { return }
    let (session, diagnostics) = Mixdown.resolve(path)
    #expect(session != nil)
    #expect(diagnostics.filter { $0.severity == .error }.map(\.message) == [])
  }

  @Test("schema and decoder refuse the invalid files", arguments: invalid)
  func refuses(name: String) throws {
    let path = "\(corpus)/invalid/\(name)"
    let faults = try schemaFaults(path)
    #expect(!faults.isEmpty)
    // A keyword that the validator does not know would refuse everything.
    #expect(!faults.contains { $0.contains("the schema at") })
    if name.hasSuffix(".mix.yaml") {
      #expect(Mixdown.resolve(path).0 == nil)
    } else {
      let folder = Folder()
      folder.file("p.preset.yaml", text(path))
      let strip = folder.file("s.mix.yaml", "mixdown: 1\ntracks: {a: {stem: a.wav, preset: p.preset.yaml}}\n")
      #expect(Mixdown.resolve(strip).0 == nil)
    }
  }

  @Test("every example is valid by the schema", arguments: names(in: "\(repository)/examples"))
  func examples(name: String) throws {
    for file in names(in: "\(repository)/examples/\(name)") where file.hasSuffix(".mix.yaml") {
      #expect(try schemaFaults("\(repository)/examples/\(name)/\(file)") == [])
    }
  }

  @Test("built-in presets are valid by the schema", arguments: Mixdown.presets.map(\.name))
  func builtIn(name: String) throws {
    let preset = try #require(Mixdown.presets.first { $0.name == name })
    let folder = Folder()
    #expect(try schemaFaults(folder.file("p.preset.yaml", preset.text)) == [])
  }

  private func schemaFaults(_ path: String) throws -> [String] {
    let kind: SchemaKind =
      path.hasSuffix(".preset.yaml") ? .preset : path.hasSuffix(".template.yaml") ? .template : .session
    let value = try #require(yamlValue(path))
    return SchemaValidator(root: Self.schemas[kind] ?? nil).faults(value)
  }

  private static let schemas = Dictionary(
    uniqueKeysWithValues: SchemaKind.allCases.map { ($0, schemaValue($0)) })
}
