/// Turns diagnostics into the text of one of the formats.
public struct DiagnosticPrinter: Sendable {
  public enum Style: String, Sendable, CaseIterable {
    /// For people: an excerpt with the places marked, and what to write instead.
    case human
    /// One line each: `file:line:col: severity[code]: message`.
    case short
    /// Workflow commands that GitHub shows beside the changed lines.
    case github
    /// An array of the objects of ``json(_:)``.
    case json
    /// A SARIF 2.1.0 log.
    case sarif
  }

  public var style: Style
  /// Whether the human style may use ANSI colours.
  public var color: Bool

  public init(style: Style = .human, color: Bool = false) {
    self.style = style
    self.color = color
  }

  /// The text of all diagnostics, in the order given, each ending with a line end; empty for none (but JSON
  /// and SARIF are always whole documents).
  public func text(_ diagnostics: [Diagnostic]) -> String {
    switch style {
    case .human:
      diagnostics.map { HumanRendering(diagnostic: $0, color: color).text() }.joined(separator: "\n")
    case .short: diagnostics.map { short($0) + "\n" }.joined()
    case .github: diagnostics.map { gitHubCommand($0) + "\n" }.joined()
    case .json: JSONValue.array(diagnostics.map(jsonValue)).text(indented: true) + "\n"
    case .sarif: sarifLog(diagnostics).text(indented: true) + "\n"
    }
  }

  func short(_ diagnostic: Diagnostic) -> String {
    let what = "\(diagnostic.severity.rawValue)[\(diagnostic.code.id)]: \(visible(diagnostic.message))"
    guard let range = diagnostic.primary?.range else { return what }
    return "\(visible(range.file.path)):\(range.start.line):\(range.start.column): \(what)"
  }
}

/// "2 errors and 1 warning", for the line after all of them; empty without any.
public func summary(_ diagnostics: [Diagnostic]) -> String {
  let errors = diagnostics.count { $0.severity == .error }
  let warnings = diagnostics.count { $0.severity == .warning }
  return [count(errors, "error"), count(warnings, "warning")].compactMap(\.self).joined(separator: " and ")
}
