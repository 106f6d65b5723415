internal import Diagnostics

/// A change of a file's text: these bytes become that text.
public struct YAMLEdit: Sendable, Hashable {
  public var bytes: Range<Int>
  public var replacement: String

  public init(_ bytes: Range<Int>, _ replacement: String) {
    self.bytes = bytes
    self.replacement = replacement
  }
}

extension YAMLDocument {
  /// The file's bytes after some edits, every other byte as it was. Edits at one place (insertions) keep their
  /// order; nil when two overlap or one lies outside the file.
  public func bytes(after edits: [YAMLEdit]) -> [UInt8]? {
    let inOrder = edits.enumerated()
      .sorted { ($0.element.bytes.lowerBound, $0.offset) < ($1.element.bytes.lowerBound, $1.offset) }
      .map(\.element)
    var result: [UInt8] = []
    var done = 0
    for edit in inOrder {
      guard edit.bytes.lowerBound >= done, edit.bytes.upperBound <= file.bytes.count else { return nil }
      result += file.bytes[done..<edit.bytes.lowerBound]
      result += edit.replacement.utf8
      done = edit.bytes.upperBound
    }
    return result + file.bytes[done...]
  }
}
