extension DiagnosticCode {
  public static let moreProblems = DiagnosticCode(
    "N0001", title: "more problems than are shown",
    explanation: """
      A run shows at most 50 errors and 50 warnings, then says how many more there are.

      Often one mistake near the top, such as a wrong indentation, makes many of them: mend the first few
      and check again.
      """)
}

/// Diagnostics in the order in which people read: file by file, as the files first come up; within a file by
/// place (those without one first); those at one place as they were found. After `limit` errors (and as many
/// warnings and notes) the rest becomes one note with their count; `limit: nil` keeps all.
public func sorted(_ diagnostics: [Diagnostic], limit: Int? = 50) -> [Diagnostic] {
  var fileOrder: [SourceFile?: Int] = [:]
  let places = diagnostics.enumerated().map { index, diagnostic in
    let range = diagnostic.primary?.range
    let file = fileOrder[range?.file] ?? fileOrder.count
    fileOrder[range?.file] = file
    return (file, range?.bytes.lowerBound ?? -1, index)
  }
  let inOrder = places.sorted(by: <).map { diagnostics[$0.2] }
  guard let limit else { return inOrder }
  return capped(inOrder, limit: limit)
}

private func capped(_ diagnostics: [Diagnostic], limit: Int) -> [Diagnostic] {
  var shown: [Diagnostic] = []
  var errors = 0
  var others = 0
  for diagnostic in diagnostics {
    if diagnostic.severity == .error { errors += 1 } else { others += 1 }
    if (diagnostic.severity == .error ? errors : others) <= limit { shown.append(diagnostic) }
  }
  let hidden = [
    count(errors - limit, "more error"), count(others - limit, "more warning"),
  ].compactMap(\.self)
  if !hidden.isEmpty {
    let verb = errors + others - shown.count == 1 ? "is" : "are"
    shown.append(Diagnostic(.moreProblems, .note, "\(hidden.joined(separator: " and ")) \(verb) not shown"))
  }
  return shown
}

/// "1 error", "3 errors", or nil for none.
func count(_ number: Int, _ noun: String) -> String? {
  number > 0 ? "\(number) \(noun)\(number == 1 ? "" : "s")" : nil
}
