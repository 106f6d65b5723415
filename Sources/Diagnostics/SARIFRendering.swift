/// A log in the Static Analysis Results Interchange Format (OASIS SARIF 2.1.0), which code hosts and editors read.
func sarifLog(_ diagnostics: [Diagnostic]) -> JSONValue {
  var rules: [DiagnosticCode] = []
  var places: [DiagnosticCode: Int] = [:]
  for diagnostic in diagnostics where places[diagnostic.code] == nil {
    places[diagnostic.code] = rules.count
    rules.append(diagnostic.code)
  }
  return [
    "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
    "version": "2.1.0",
    "runs": [
      [
        "tool": ["driver": ["name": "mixdown", "rules": .array(rules.map(sarifRule))]],
        "columnKind": "unicodeCodePoints",
        "results": .array(diagnostics.map { sarifResult($0, ruleIndex: places[$0.code] ?? 0) }),
      ]
    ],
  ]
}

private func sarifRule(_ code: DiagnosticCode) -> JSONValue {
  [
    "id": .string(code.id),
    "shortDescription": ["text": .string(code.title)],
    "help": ["text": .string(code.explanation), "markdown": .string(code.explanation)],
  ]
}

private func sarifResult(_ diagnostic: Diagnostic, ruleIndex: Int) -> JSONValue {
  var members: [JSONValue.Member] = [
    .init("ruleId", .string(diagnostic.code.id)),
    .init("ruleIndex", .integer(ruleIndex)),
    .init("level", .string(diagnostic.severity.rawValue)),
    .init("message", ["text": .string(([diagnostic.message] + diagnostic.hints).joined(separator: "\n"))]),
    .init(
      "locations", .array(diagnostic.primary.map { [["physicalLocation": sarifLocation($0.range)]] } ?? [])),
  ]
  if !diagnostic.secondary.isEmpty {
    members.append(
      .init(
        "relatedLocations",
        .array(
          diagnostic.secondary.map {
            ["physicalLocation": sarifLocation($0.range), "message": ["text": .string($0.text)]]
          })))
  }
  if let edit = diagnostic.edit {
    let replacement: JSONValue = [
      "deletedRegion": sarifRegion(edit.range), "insertedContent": ["text": .string(edit.replacement)],
    ]
    members.append(
      .init(
        "fixes",
        [
          [
            "artifactChanges": [
              ["artifactLocation": sarifFile(edit.range.file), "replacements": [replacement]]
            ]
          ]
        ]))
  }
  return .object(members)
}

private func sarifLocation(_ range: SourceRange) -> JSONValue {
  ["artifactLocation": sarifFile(range.file), "region": sarifRegion(range)]
}

private func sarifFile(_ file: SourceFile) -> JSONValue { ["uri": .string(uriReference(file.path))] }

private func sarifRegion(_ range: SourceRange) -> JSONValue {
  let (start, end) = (range.start, range.end)
  return [
    "startLine": .integer(start.line), "startColumn": .integer(start.column), "endLine": .integer(end.line),
    "endColumn": .integer(end.column),
  ]
}

/// A path as a URI reference (RFC 3986): what is neither unreserved nor a slash becomes %XX.
private func uriReference(_ path: String) -> String {
  path.utf8.map { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"), UInt8(ascii: "/"):
      String(Unicode.Scalar(byte))
    default:
      "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }.joined()
}
