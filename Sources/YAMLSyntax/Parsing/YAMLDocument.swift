public import Diagnostics

/// A YAML file as a lossless tree: its bytes, its tokens (the bytes between two of them are a gap: white space,
/// line ends, comments), and the nodes built from them.
public struct YAMLDocument: Sendable {
  public let file: SourceFile
  public let root: YAMLNode
  /// All tokens in the file's order; they never overlap, and some (the ends of blocks) are empty.
  public let tokens: [YAMLToken]

  /// The bytes before token `index`, after the one before it; `tokens.count` gives what follows the last.
  public func gap(before index: Int) -> Range<Int> {
    let start = index == 0 ? 0 : tokens[index - 1].bytes.upperBound
    let end = index < tokens.count ? tokens[index].bytes.lowerBound : file.bytes.count
    return start..<end
  }
}

/// The smallest meaningful stretch of bytes.
public struct YAMLToken: Sendable, Hashable {
  public enum Kind: UInt8, Sendable, Hashable {
    case directive, documentStart, documentEnd
    case blockSequenceStart, blockMappingStart, blockEnd
    case flowSequenceStart, flowSequenceEnd, flowMappingStart, flowMappingEnd
    case blockEntry, flowEntry, key, value
    case alias, anchor, tag, scalar
    case streamStart, streamEnd
  }

  public let kind: Kind
  private let start: UInt32
  private let end: UInt32

  public var bytes: Range<Int> { Int(start)..<Int(end) }

  init(_ kind: Kind, _ bytes: Range<Int>) {
    self.kind = kind
    start = UInt32(bytes.lowerBound)
    end = UInt32(bytes.upperBound)
  }
}

/// A value in the file. An alias is a node of its own, at its own place, that shares the anchored node's content.
public final class YAMLNode: Sendable {
  public enum Content: Sendable {
    case scalar(YAMLScalar)
    case mapping([YAMLEntry])
    case sequence([YAMLNode])
  }

  public let content: Content
  /// The value's own bytes, without anchor or tag: a quoted text with its quotes, a flow collection with its
  /// brackets, a block collection from its first key or dash to the end of its last descendant, an alias with its
  /// asterisk. A value left empty has an empty range just behind its `:` or `-`.
  public let range: SourceRange
  /// The tokens of the value, anchor and tag included: indices into the document's tokens.
  public let tokens: Range<Int>
  /// The name that an anchor (`&name`) gives to this node.
  public let anchor: String?
  /// Set when this node is an alias (`*name`).
  public let alias: YAMLAlias?
  /// An error in this node has been reported and its content stands in for what could not be read: say nothing
  /// more about it.
  public let isInvalid: Bool

  /// How many levels of collections there are from here on, aliases followed; 0 for a scalar.
  let height: Int
  /// How many nodes there are from here on, keys and this one included, aliases followed.
  let nodeCount: Int

  init(
    _ content: Content, range: SourceRange, tokens: Range<Int>, anchor: String? = nil,
    alias: YAMLAlias? = nil, isInvalid: Bool = false
  ) {
    self.content = content
    self.range = range
    self.tokens = tokens
    self.anchor = anchor
    self.alias = alias
    self.isInvalid = isInvalid
    if let target = alias?.target {
      (height, nodeCount) = (target.height, target.nodeCount)
      return
    }
    switch content {
    case .scalar: (height, nodeCount) = (0, 1)
    case .mapping(let entries):
      height = 1 + (entries.map(\.value.height).max() ?? 0)
      nodeCount = entries.reduce(1) { $0.addingSaturated($1.value.nodeCount + 1) }
    case .sequence(let nodes):
      height = 1 + (nodes.map(\.height).max() ?? 0)
      nodeCount = nodes.reduce(1) { $0.addingSaturated($1.nodeCount) }
    }
  }

  public var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
  public var mapping: [YAMLEntry]? { if case .mapping(let entries) = content { entries } else { nil } }
  public var sequence: [YAMLNode]? { if case .sequence(let nodes) = content { nodes } else { nil } }
  public var isNull: Bool { scalar?.isNull ?? false }

  /// The value of a mapping's key; nil when this is no mapping or has no such key.
  public subscript(key: String) -> YAMLNode? { mapping?.first { $0.key == key }?.value }
}

/// What an alias stands for.
public final class YAMLAlias: Sendable {
  public let name: String
  /// The anchored node, whose range is where the value is written.
  public let target: YAMLNode

  init(name: String, target: YAMLNode) {
    self.name = name
    self.target = target
  }
}

/// A text as YAML gives it; what it means is the reader's matter.
public struct YAMLScalar: Sendable, Hashable {
  public enum Style: Sendable, Hashable { case plain, singleQuoted, doubleQuoted, literal, folded }

  /// The value, its quotes and escapes resolved and its lines folded; at most 64 KiB.
  public let text: String
  public let style: Style

  /// Whether it says "nothing": an unquoted `null` or `~`, or no text at all.
  public var isNull: Bool { style == .plain && (text.isEmpty || text == "null" || text == "~") }
}

/// A key of a mapping and its value; keys are unique within their mapping.
public struct YAMLEntry: Sendable {
  public let key: String
  public let keyRange: SourceRange
  public let value: YAMLNode
}

extension Int {
  /// Sums of node counts stop growing far above every bound, so that they cannot overflow.
  func addingSaturated(_ other: Int) -> Int { Swift.min(self + other, 1 << 40) }
}
