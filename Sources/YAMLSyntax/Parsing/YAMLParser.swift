internal import Diagnostics

/// Builds nodes from tokens by recursive descent (YAML 1.1, chapter 4; its productions' shape as libyaml takes
/// it), pulling one token at a time so that every bound stops it at once.
///
/// What a reader can go on after is added to `problems`; what he cannot is thrown.
struct YAMLParser {
  let file: SourceFile
  private let scanner: YAMLScanner
  /// Lines that were blanked because of an earlier failure: a value missing there is not missing.
  private let repairedLines: Set<Int>

  private(set) var tokens: [YAMLToken] = []
  private var problems: [Diagnostic] = []
  /// Set when the tree's shape is not to be relied upon.
  private(set) var isDistorted = false
  private(set) var token = YAMLScanner.Token(kind: .streamStart, bytes: 0..<0)
  private(set) var previous = YAMLScanner.Token(kind: .streamStart, bytes: 0..<0)
  private var anchors: [String: Anchor] = [:]
  private var unknownAliases: Set<String> = []
  private var nodeCount = 0
  /// Where the block collections being read start, outermost first.
  private(set) var openBlocks: [Int] = []
  /// Where the one that ended last starts.
  private(set) var lastClosedBlock: Int?

  private struct Anchor {
    var range: SourceRange
    /// Nil while the node is being read.
    var node: YAMLNode?
  }

  enum Context { case block, blockOrIndentlessSequence, flow }

  init(_ file: SourceFile, scanner: YAMLScanner, repairedLines: Set<Int>) {
    self.file = file
    self.scanner = scanner
    self.repairedLines = repairedLines
  }

  /// The tree; nil for a file without any value.
  mutating func document() throws(SyntaxFailure) -> YAMLNode? {
    try advance()
    while token.kind == .directive {
      report(.directive(token.bytes, in: file))
      try advance()
    }
    if token.kind == .documentStart { try advance() }
    if token.kind == .streamEnd { return nil }
    if token.kind == .documentEnd || token.kind == .documentStart {
      try finish()
      return nil
    }
    let root = try node(.block, depth: 1)
    try finish()
    reportMissingColon(after: root)
    if scanner.wasCutShort, !problems.contains(where: { $0.code == .textTooLong }) {
      report(.textTooLong(root.range))  // blanks without end within it
    }
    return root
  }

  /// All problems found so far, and what the tokens alone show.
  func allProblems() -> [Diagnostic] { problems + cutTexts(tokens, in: file) }

  private mutating func finish() throws(SyntaxFailure) {
    var hasEnded = false
    while true {
      switch token.kind {
      case .streamEnd: return
      case .documentEnd:
        hasEnded = true
        try advance()
      case .documentStart, .directive: return report(.severalDocuments(token.bytes, in: file))
      default:
        if hasEnded { return report(.severalDocuments(token.bytes, in: file)) }
        guard token.kind == .blockMappingStart || token.kind == .blockSequenceStart else {
          throw unexpected(.afterRoot)
        }
        try skipMisplacedBlock(depth: 1)
      }
    }
  }

  mutating func openBlock(at start: Int) { openBlocks.append(start) }

  mutating func closeBlock() { lastClosedBlock = openBlocks.removeLast() }

  mutating func distort() { isDistorted = true }

  // MARK: Tokens

  mutating func advance() throws(SyntaxFailure) {
    let next: YAMLScanner.Token
    do {
      next = try scanner.next()
    } catch {
      if scanner.wasCutShort { throw SyntaxFailure(.textTooLong(range(error.contextOffset..<error.offset))) }
      throw translated(error)
    }
    if scanner.wasCutShort { isDistorted = true }
    if token.kind != .streamStart || !tokens.isEmpty { previous = token }
    token = next
    if token.kind != .streamStart { tokens.append(YAMLToken(token.kind, token.bytes)) }
    if token.kind == .streamStart { try advance() }
  }

  /// A hostile file may hold a million problems: after this many it is not read on.
  private static let maximumProblems = 1000

  mutating func report(_ problem: Diagnostic) { problems.append(problem) }

  func range(_ bytes: Range<Int>) -> SourceRange { SourceRange(file, bytes) }

  func unexpected(_ place: SyntaxFailure.Place) -> SyntaxFailure {
    unexpected(token, previous: previous, at: place)
  }

  /// The index of the token at hand.
  var tokenIndex: Int { tokens.count - 1 }

  mutating func countNode(_ bytes: Range<Int>, by number: Int = 1) throws(SyntaxFailure) {
    nodeCount = nodeCount.addingSaturated(number)
    if nodeCount > YAMLBounds.nodes { throw SyntaxFailure(.tooManyNodes(range(bytes))) }
  }

  // MARK: Nodes

  mutating func node(_ context: Context, depth: Int) throws(SyntaxFailure) -> YAMLNode {
    if problems.count >= Self.maximumProblems { throw SyntaxFailure(nil) }
    let firstToken = tokenIndex
    let anchor = try properties()
    if token.kind == .alias {
      if let anchor { report(.anchorOnAlias(range(anchor.bytes))) }
      return try aliasNode(depth: depth)
    }
    let content: YAMLNode.Content
    var bytes = token.bytes
    var isInvalid = false
    try countNode(bytes)
    switch (token.kind, context) {
    case (.scalar, _):
      (content, bytes, isInvalid) = try scalar()
    case (.flowSequenceStart, _):
      (content, bytes) = try flowSequence(depth: depth)
    case (.flowMappingStart, _):
      (content, bytes) = try flowMapping(depth: depth)
    case (.blockMappingStart, .block), (.blockMappingStart, .blockOrIndentlessSequence):
      (content, bytes) = try blockMapping(depth: depth)
    case (.blockSequenceStart, .block), (.blockSequenceStart, .blockOrIndentlessSequence):
      (content, bytes) = try blockSequence(depth: depth, isIndentless: false)
    case (.blockEntry, .blockOrIndentlessSequence):
      (content, bytes) = try blockSequence(depth: depth, isIndentless: true)
    default:
      guard firstToken < tokenIndex else { throw unexpected(.node) }
      bytes = previous.bytes.upperBound..<previous.bytes.upperBound  // an anchor or tag on nothing
      content = .scalar(YAMLScalar(text: "", style: .plain))
    }
    let node = YAMLNode(
      content, range: range(bytes), tokens: firstToken..<tokenIndex, anchor: anchor?.text,
      isInvalid: isInvalid)
    if let anchor, anchors[anchor.text]?.range.bytes == anchor.bytes { anchors[anchor.text]?.node = node }
    return node
  }

  /// The anchor before a node, if there is one; tags are refused.
  private mutating func properties() throws(SyntaxFailure) -> YAMLScanner.Token? {
    var anchor: YAMLScanner.Token?
    while true {
      switch token.kind {
      case .tag: report(.tag(range(token.bytes)))
      case .anchor:
        if let first = anchor {
          report(.secondAnchor(range(token.bytes), first: range(first.bytes)))
        } else {
          anchor = token
          if let earlier = anchors[token.text] {
            report(.redefinedAnchor(token.text, range(token.bytes), first: earlier.range))
          } else {
            anchors[token.text] = Anchor(range: range(token.bytes))
          }
        }
      default: return anchor
      }
      try advance()
    }
  }

  private mutating func aliasNode(depth: Int) throws(SyntaxFailure) -> YAMLNode {
    let bytes = token.bytes
    let name = token.text
    try advance()
    let aliasTokens = tokenIndex - 1..<tokenIndex
    guard let anchor = anchors[name] else {
      // A missing anchor is one slip, however many aliases stand for it.
      if unknownAliases.insert(name).inserted {
        report(.unknownAlias(name, range(bytes), known: anchors.count > 200 ? [] : anchors.keys.sorted()))
      }
      return invalidNode(bytes, tokens: aliasTokens)
    }
    guard let target = anchor.node else {
      report(.aliasWithinItself(name, range(bytes), anchor: anchor.range))
      return invalidNode(bytes, tokens: aliasTokens)
    }
    if depth - 1 + target.height > YAMLBounds.depth {
      throw SyntaxFailure(.tooDeep(range(bytes), through: target.range))
    }
    nodeCount = nodeCount.addingSaturated(target.nodeCount)
    if nodeCount > YAMLBounds.nodes {
      throw SyntaxFailure(.tooManyNodes(range(bytes), through: target))
    }
    return YAMLNode(
      target.content, range: range(bytes), tokens: aliasTokens, alias: YAMLAlias(name: name, target: target),
      isInvalid: target.isInvalid)
  }

  private func invalidNode(_ bytes: Range<Int>, tokens: Range<Int>) -> YAMLNode {
    YAMLNode(
      .scalar(YAMLScalar(text: "", style: .plain)), range: range(bytes), tokens: tokens, isInvalid: true)
  }

  mutating func emptyNode() throws(SyntaxFailure) -> YAMLNode {
    let end = previous.bytes.upperBound
    try countNode(end..<end)
    return YAMLNode(
      .scalar(YAMLScalar(text: "", style: .plain)), range: range(end..<end), tokens: tokenIndex..<tokenIndex,
      isInvalid: !repairedLines.isEmpty && repairedLines.contains(file.line(ofByte: end)))
  }

  private mutating func scalar() throws(SyntaxFailure) -> (YAMLNode.Content, Range<Int>, isInvalid: Bool) {
    let scalar = token
    var bytes = token.bytes
    if scalar.style == .literal || scalar.style == .folded {  // libyaml counts the empty lines after it in
      while bytes.count > 1, isBlank(file.bytes[bytes.upperBound - 1]) {
        bytes = bytes.lowerBound..<bytes.upperBound - 1
      }
    }
    var isInvalid = true
    if scalar.textBytes > YAMLBounds.scalarBytes {
      report(.textTooLong(range(bytes)))
    } else if let escaped = scalar.text.unicodeScalars.first(where: isForbiddenWhenEscaped) {
      report(.escapedControlCharacter(escaped, range(bytes)))
    } else {
      isInvalid = false
    }
    try advance()
    return (.scalar(YAMLScalar(text: scalar.text, style: scalar.style)), bytes, isInvalid)
  }

  func enter(_ depth: Int) throws(SyntaxFailure) {
    if depth > YAMLBounds.depth { throw SyntaxFailure(.tooDeep(range(token.bytes))) }
  }
}

func isBlank(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
    || byte == UInt8(ascii: "\r")
}

/// Characters that a text may not get through an escape either; those for direction and lines it may.
private func isForbiddenWhenEscaped(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x09, 0x0A, 0x0D, 0x85: false
  case 0..<0x20, 0x7F..<0xA0: true
  default: false
  }
}
