/// A diagnostic as the object that scripts rely on; without a place, file, lines and columns are null.
public func jsonValue(_ diagnostic: Diagnostic) -> JSONValue {
  let range = diagnostic.primary?.range
  let start = range?.start
  let end = range?.end
  return [
    "code": .string(diagnostic.code.id),
    "severity": .string(diagnostic.severity.rawValue),
    "message": .string(diagnostic.message),
    "file": JSONValue(range?.file.path),
    "line": JSONValue(start?.line),
    "column": JSONValue(start?.column),
    "end_line": JSONValue(end?.line),
    "end_column": JSONValue(end?.column),
    "path": JSONValue(diagnostic.path),
    "hints": .array(diagnostic.hints.map { .string($0) }),
  ]
}

/// The text of ``jsonValue(_:)``, on one line.
public func json(_ diagnostic: Diagnostic) -> String { jsonValue(diagnostic).text() }
