import Diagnostics
import Testing
import YAMLSyntax

func read(_ text: String) -> (document: YAMLDocument?, diagnostics: [Diagnostic]) { read(Array(text.utf8)) }

func read(_ bytes: [UInt8]) -> (document: YAMLDocument?, diagnostics: [Diagnostic]) {
  parseYAML(SourceFile(path: "song.mix.yaml", bytes: bytes))
}

/// `Y0105 3:1` for each diagnostic.
func places(_ diagnostics: [Diagnostic]) -> [String] {
  diagnostics.map { diagnostic in
    let start = diagnostic.primary?.range.start ?? SourcePosition(line: 0, column: 0)
    return "\(diagnostic.code.id) \(start.line):\(start.column)"
  }
}

func document(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> YAMLDocument {
  let (document, diagnostics) = read(text)
  #expect(places(diagnostics) == [], sourceLocation: sourceLocation)
  return try #require(document, sourceLocation: sourceLocation)
}

/// `2:3-2:7` for a range.
func place(_ range: SourceRange?) -> String {
  guard let range else { return "none" }
  return "\(range.start.line):\(range.start.column)-\(range.end.line):\(range.end.column)"
}

/// Every node below one, itself included; aliased content only once.
func allNodes(_ node: YAMLNode) -> [YAMLNode] {
  if node.alias != nil { return [node] }
  return [node] + ((node.mapping?.map(\.value) ?? []) + (node.sequence ?? [])).flatMap(allNodes)
}

/// Tokens and gaps, in their order, give the bytes back.
func isLossless(_ document: YAMLDocument) -> Bool {
  var bytes: [UInt8] = []
  for (index, token) in document.tokens.enumerated() {
    bytes += document.file.bytes[document.gap(before: index)]
    bytes += document.file.bytes[token.bytes]
  }
  bytes += document.file.bytes[document.gap(before: document.tokens.count)]
  return bytes == document.file.bytes
}
