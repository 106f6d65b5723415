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
  private var token = YAMLScanner.Token(kind: .streamStart, bytes: 0..<0)
  private(set) var previous = YAMLScanner.Token(kind: .streamStart, bytes: 0..<0)
  private var anchors: [String: Anchor] = [:]
  private var nodeCount = 0
  /// The block collections being read, outermost first.
  private(set) var openBlocks: [OpenBlock] = []
  /// The one that ended last.
  private(set) var lastClosedBlock: OpenBlock?

  private struct Anchor {
    var range: SourceRange
    /// Nil while the node is being read.
    var node: YAMLNode?
  }

  struct OpenBlock {
    var start: Int
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

  // MARK: Tokens

  private mutating func advance() throws(SyntaxFailure) {
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

  private mutating func report(_ problem: Diagnostic) { problems.append(problem) }

  private func range(_ bytes: Range<Int>) -> SourceRange { SourceRange(file, bytes) }

  func unexpected(_ place: SyntaxFailure.Place) -> SyntaxFailure {
    unexpected(token, previous: previous, at: place)
  }

  /// The index of the token at hand.
  private var tokenIndex: Int { tokens.count - 1 }

  private mutating func countNode(_ bytes: Range<Int>, by number: Int = 1) throws(SyntaxFailure) {
    nodeCount = nodeCount.addingSaturated(number)
    if nodeCount > YAMLBounds.nodes { throw SyntaxFailure(.tooManyNodes(range(bytes))) }
  }

  // MARK: Nodes

  private mutating func node(_ context: Context, depth: Int) throws(SyntaxFailure) -> YAMLNode {
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
      report(.unknownAlias(name, range(bytes), known: anchors.keys.sorted()))
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

  private mutating func emptyNode() throws(SyntaxFailure) -> YAMLNode {
    let end = previous.bytes.upperBound
    try countNode(end..<end)
    return YAMLNode(
      .scalar(YAMLScalar(text: "", style: .plain)), range: range(end..<end), tokens: tokenIndex..<tokenIndex,
      isInvalid: repairedLines.contains(file.line(ofByte: end)))
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

  private func enter(_ depth: Int) throws(SyntaxFailure) {
    if depth > YAMLBounds.depth { throw SyntaxFailure(.tooDeep(range(token.bytes))) }
  }

  // MARK: Block collections

  private mutating func blockSequence(
    depth: Int, isIndentless: Bool
  ) throws(SyntaxFailure) -> (YAMLNode.Content, Range<Int>) {
    try enter(depth)
    let start = token.bytes.lowerBound
    var end = token.bytes.upperBound
    var nodes: [YAMLNode] = []
    openBlocks.append(OpenBlock(start: start))
    defer { lastClosedBlock = openBlocks.removeLast() }
    if !isIndentless { try advance() }
    while true {
      switch token.kind {
      case .blockEntry:
        end = token.bytes.upperBound
        try advance()
        let isEmpty =
          token.kind == .blockEntry || token.kind == .blockEnd
          || isIndentless && (token.kind == .key || token.kind == .value)
        let node = isEmpty ? try emptyNode() : try node(.block, depth: depth + 1)
        nodes.append(node)
        end = max(end, node.range.bytes.upperBound)
      case .blockEnd where !isIndentless:
        try advance()
        return (.sequence(nodes), start..<end)
      case _ where isIndentless: return (.sequence(nodes), start..<end)
      case .blockMappingStart, .blockSequenceStart: try skipMisplacedBlock(depth: depth)
      default: throw unexpected(.blockSequence)
      }
    }
  }

  private mutating func blockMapping(depth: Int) throws(SyntaxFailure) -> (YAMLNode.Content, Range<Int>) {
    try enter(depth)
    let start = token.bytes.lowerBound
    var entries = YAMLEntries()
    openBlocks.append(OpenBlock(start: start))
    defer { lastClosedBlock = openBlocks.removeLast() }
    try advance()
    var end = start
    while true {
      switch token.kind {
      case .key, .value:
        try entry(into: &entries, .blockOrIndentlessSequence, depth: depth, ends: [.key, .value, .blockEnd])
        end = max(end, entries.end)
      case .blockEnd:
        try advance()
        return (.mapping(entries.list), start..<end)
      case .blockMappingStart, .blockSequenceStart: try skipMisplacedBlock(depth: depth)
      default: throw unexpected(.blockMapping)
      }
    }
  }

  /// A block whose indentation fits none above it: reported, read, and left out.
  private mutating func skipMisplacedBlock(depth: Int) throws(SyntaxFailure) {
    let start = token.bytes.lowerBound
    report(wrongIndentation(at: start, beside: blocksAround(start)))
    isDistorted = true
    _ = try node(.block, depth: depth)
  }

  // MARK: Entries

  /// A key and its value, either of which may be missing. `ends` are the tokens before which there is none.
  private mutating func entry(
    into entries: inout YAMLEntries, _ context: Context, depth: Int, ends: [YAMLToken.Kind]
  ) throws(SyntaxFailure) {
    var key: YAMLNode?
    if token.kind == .key {
      try advance()
      if !ends.contains(token.kind) { key = try node(context, depth: depth + 1) }
    } else if token.kind != .value {
      key = try node(context, depth: depth + 1)  // a flow mapping's key alone, as in `{mute}`
    }
    let value: YAMLNode
    if token.kind == .value {
      let colon = token.bytes
      try advance()
      value = ends.contains(token.kind) ? try emptyNode() : try node(context, depth: depth + 1)
      if key == nil { report(.missingKey(range(colon))) }
    } else {
      value = try emptyNode()
      if let key { reportMissingColon(after: key) }
    }
    guard let key else { return }
    entries.end = max(key.range.bytes.upperBound, value.range.bytes.upperBound)
    if let name = checkedKey(key) {
      let entry = YAMLEntry(key: name, keyRange: key.range, value: value)
      if let first = entries.add(entry) { report(.duplicateKey(entry, first: first)) }
    }
  }

  /// The text of a key; nil when it cannot be one, which is then reported.
  private mutating func checkedKey(_ key: YAMLNode) -> String? {
    if let alias = key.alias {
      report(.aliasAsKey(alias, key.range))
      return nil
    }
    if key.isInvalid { return nil }
    guard let scalar = key.scalar else {
      report(.keyNotText(key))
      return nil
    }
    if scalar.style == .plain, scalar.text == "<<" {
      report(.mergeKey(key.range))
      return nil
    }
    return scalar.text
  }

  /// `{gain:-3 dB}`: without a space YAML takes it all for a key; a file of one such line for a text.
  private mutating func reportMissingColon(after key: YAMLNode) {
    guard let scalar = key.scalar, key.alias == nil, scalar.style == .plain,
      let colon = keyColon(in: key.range.bytes, file: file, requiringSpace: false)
    else { return }
    let bytes = key.range.bytes
    report(.missingSpace(in: file, key: bytes.lowerBound..<colon, value: colon + 1..<bytes.upperBound))
    isDistorted = true
  }

  // MARK: Flow collections

  private mutating func flowSequence(depth: Int) throws(SyntaxFailure) -> (YAMLNode.Content, Range<Int>) {
    try enter(depth)
    let open = token.bytes
    var nodes: [YAMLNode] = []
    try advance()
    while token.kind != .flowSequenceEnd {
      if token.kind == .key || token.kind == .value {
        nodes.append(try singlePair(depth: depth + 1))
      } else {
        guard startsFlowNode else { throw unexpected(.flow(open)) }
        nodes.append(try node(.flow, depth: depth + 1))
      }
      try separator(.flowSequenceEnd, open: open)
    }
    let end = token.bytes.upperBound
    try advance()
    return (.sequence(nodes), open.lowerBound..<end)
  }

  /// `[a: 1, b: 2]` is a list of mappings with one key each.
  private mutating func singlePair(depth: Int) throws(SyntaxFailure) -> YAMLNode {
    try enter(depth)
    let firstToken = tokenIndex
    var entries = YAMLEntries()
    let start = token.bytes.lowerBound
    try countNode(token.bytes)
    try entry(into: &entries, .flow, depth: depth, ends: [.value, .flowEntry, .flowSequenceEnd])
    return YAMLNode(
      .mapping(entries.list), range: range(start..<max(start, entries.end)), tokens: firstToken..<tokenIndex)
  }

  private mutating func flowMapping(depth: Int) throws(SyntaxFailure) -> (YAMLNode.Content, Range<Int>) {
    try enter(depth)
    let open = token.bytes
    var entries = YAMLEntries()
    try advance()
    while token.kind != .flowMappingEnd {
      guard startsFlowNode || token.kind == .key || token.kind == .value else {
        throw unexpected(.flow(open))
      }
      try entry(into: &entries, .flow, depth: depth, ends: [.value, .flowEntry, .flowMappingEnd])
      try separator(.flowMappingEnd, open: open)
    }
    let end = token.bytes.upperBound
    try advance()
    return (.mapping(entries.list), open.lowerBound..<end)
  }

  private var startsFlowNode: Bool {
    switch token.kind {
    case .scalar, .alias, .anchor, .tag, .flowSequenceStart, .flowMappingStart: true
    default: false
    }
  }

  private mutating func separator(_ close: YAMLToken.Kind, open: Range<Int>) throws(SyntaxFailure) {
    if token.kind == .flowEntry { return try advance() }
    if token.kind != close { throw unexpected(.flow(open)) }
  }
}

/// The entries of a mapping as they come in.
private struct YAMLEntries {
  private(set) var list: [YAMLEntry] = []
  /// Where the last entry ends, kept or not.
  var end = 0
  /// Kept from the ninth key on; before that looking through the list is faster.
  private var places: [String: Int] = [:]

  /// Adds an entry, unless its key is there already: then the one that is.
  mutating func add(_ entry: YAMLEntry) -> YAMLEntry? {
    if list.count < 8 {
      if let first = list.first(where: { $0.key == entry.key }) { return first }
    } else {
      if places.isEmpty { for (place, entry) in list.enumerated() { places[entry.key] = place } }
      if let first = places[entry.key] { return list[first] }
      places[entry.key] = list.count
    }
    list.append(entry)
    return nil
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
