/// A diagnostic as a GitHub Actions workflow command, which shows it beside the changed lines
/// (GitHub Docs, "Workflow commands for GitHub Actions", "Setting an error message").
func gitHubCommand(_ diagnostic: Diagnostic) -> String {
  let command =
    switch diagnostic.severity {
    case .error: "error"
    case .warning: "warning"
    case .note: "notice"
    }
  var properties: [(String, String)] = []
  if let range = diagnostic.primary?.range {
    properties = [
      ("file", visible(range.file.path)), ("line", String(range.start.line)),
      ("endLine", String(range.end.line)),
      ("col", String(range.start.column)), ("endColumn", String(range.end.column)),
    ]
  }
  properties.append(("title", "\(diagnostic.code.id): \(diagnostic.code.title)"))
  let list = properties.map { "\($0.0)=\(escaped($0.1, alsoSeparators: true))" }.joined(separator: ",")
  let lines = [diagnostic.message] + diagnostic.hints
  let message = lines.map(visible).joined(separator: "\n")
  return "::\(command) \(list)::\(escaped(message, alsoSeparators: false))"
}

private func escaped(_ text: String, alsoSeparators: Bool) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "%": result += "%25"
    case "\r": result += "%0D"
    case "\n": result += "%0A"
    case ":" where alsoSeparators: result += "%3A"
    case "," where alsoSeparators: result += "%2C"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
