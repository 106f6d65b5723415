public import Diagnostics

/// What a file says at one place: a tree of named settings, before any type is known.
///
/// Layers, presets, parameters and `--set` all work on this tree; each part remembers the place it was written
/// at, so that every later message and every `show` can name it.
public struct Setting: Sendable {
  public enum Content: Sendable {
    case text(String)
    case null
    case mapping([Entry])
    case list([Setting])
    /// What could not be read, and has been reported: nothing more is said about it.
    case unreadable
  }

  /// A key and what it names.
  public struct Entry: Sendable {
    public var key: String
    public var keyRange: SourceRange
    public var value: Setting

    public init(_ key: String, at keyRange: SourceRange, _ value: Setting) {
      self.key = key
      self.keyRange = keyRange
      self.value = value
    }
  }

  public var content: Content
  /// Where it was written.
  public var range: SourceRange
  /// Where a template brought it in: the uses of parameters, outermost first.
  public var via: [SourceRange]

  /// The values of lower layers that this one stands for, the nearest first.
  public var replaced: [Setting] = []

  public init(_ content: Content, at range: SourceRange, via: [SourceRange] = []) {
    self.content = content
    self.range = range
    self.via = via
  }

  public var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  public var text: String? {
    if case .text(let text) = content { text } else { nil }
  }

  public var isNull: Bool {
    if case .null = content { true } else { false }
  }

  public var isUnreadable: Bool {
    if case .unreadable = content { true } else { false }
  }

  /// The direct part called `key`, if this is a mapping that has it.
  public subscript(key: String) -> Setting? {
    entry(key)?.value
  }

  public func entry(_ key: String) -> Entry? {
    entries?.first { $0.key == key }
  }

  /// The part at a dotted path.
  public func part(at path: String) -> Setting? {
    path.split(separator: ".").reduce(self) { part, key in part?[String(key)] }
  }

  /// What a sentence calls its kind.
  public var kind: String {
    switch content {
    case .text(let text): text.isEmpty ? "an empty text" : "`\(text.prefix(40))`"
    case .null: "nothing"
    case .mapping: "a mapping"
    case .list: "a list"
    case .unreadable: "something unreadable"
    }
  }
}
