public enum Severity: String, Sendable, Hashable {
  /// The file cannot be used.
  case error
  /// It can be used, but probably means something else than was wanted.
  case warning
  /// Good to know.
  case note
}

/// One kind of problem: a stable id (`Y0105`), its name in a few words, and the page that `explain` shows.
public struct DiagnosticCode: Sendable, Hashable {
  public let id: String
  public let title: String
  /// Markdown: what it means, why it is so, an example of the problem and one of its cure.
  public let explanation: String

  public init(_ id: String, title: String, explanation: String) {
    self.id = id
    self.title = title
    self.explanation = explanation
  }

  public static func == (left: DiagnosticCode, right: DiagnosticCode) -> Bool { left.id == right.id }

  public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// One problem in a user's file: what is so, where, and what to write instead.
public struct Diagnostic: Sendable {
  /// A place, and what is to be said about it there (may be empty).
  public struct Label: Sendable {
    public var range: SourceRange
    public var text: String

    public init(_ range: SourceRange, _ text: String = "") {
      self.range = range
      self.text = text
    }
  }

  /// A change that cures the problem: these bytes become that text.
  public struct Edit: Sendable {
    public var range: SourceRange
    public var replacement: String

    public init(_ range: SourceRange, _ replacement: String) {
      self.range = range
      self.replacement = replacement
    }
  }

  public var code: DiagnosticCode
  public var severity: Severity
  public var message: String
  /// The value's place; nil when there is none, as for a missing file named on the command line.
  public var primary: Label?
  /// Further places: the rule's or the template's, the first definition.
  public var secondary: [Label]
  /// The path of the value in the session, as `tracks.vocals.level`.
  public var path: String?
  /// What to do about it, a sentence each.
  public var hints: [String]
  public var edit: Edit?

  public init(
    _ code: DiagnosticCode, _ severity: Severity, _ message: String, at range: SourceRange? = nil,
    label: String = "", also secondary: [Label] = [], path: String? = nil, hints: [String] = [],
    edit: Edit? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.primary = range.map { Label($0, label) }
    self.secondary = secondary
    self.path = path
    self.hints = hints
    self.edit = edit
  }
  /// An error.
  public init(
    _ code: DiagnosticCode, _ message: String, at range: SourceRange? = nil, label: String = "",
    also secondary: [Label] = [], path: String? = nil, hints: [String] = [], edit: Edit? = nil
  ) {
    self.init(
      code, .error, message, at: range, label: label, also: secondary, path: path, hints: hints, edit: edit)
  }
}
