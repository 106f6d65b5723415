internal import Diagnostics

/// Mappings and lists, in blocks and within brackets.
extension YAMLParser {
  // MARK: Block collections

  mutating func blockSequence(
    depth: Int, isIndentless: Bool
  ) throws(SyntaxFailure) -> (YAMLNode.Content, Range<Int>) {
    try enter(depth)
    let start = token.bytes.lowerBound
    var end = token.bytes.upperBound
    var nodes: [YAMLNode] = []
    openBlock(at: start)
    defer { closeBlock() }
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

  mutating func blockMapping(depth: Int) throws(SyntaxFailure) -> (YAMLNode.Content, Range<Int>) {
    try enter(depth)
    let start = token.bytes.lowerBound
    var entries = YAMLEntries()
    openBlock(at: start)
    defer { closeBlock() }
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
  mutating func skipMisplacedBlock(depth: Int) throws(SyntaxFailure) {
    let start = token.bytes.lowerBound
    report(wrongIndentation(at: start, beside: blocksAround(start)))
    distort()
    _ = try node(.block, depth: depth)
  }

  // MARK: Entries

  /// A key and its value, either of which may be missing. `ends` are the tokens before which there is none.
  private mutating func entry(
    into entries: inout YAMLEntries, _ context: Context, depth: Int, ends: [YAMLToken.Kind]
  ) throws(SyntaxFailure) {
    let start = token
    var key: YAMLNode?
    var value: YAMLNode?
    if start.kind == .key { try advance() }
    if token.kind != .value, !ends.contains(token.kind) { key = try node(context, depth: depth + 1) }
    if token.kind == .value, start.kind == .key || start.kind == .value {
      let colon = token.bytes
      try advance()
      value = ends.contains(token.kind) ? try emptyNode() : try node(context, depth: depth + 1)
      if key == nil { report(.missingKey(range(colon))) }
    } else if let key {  // a key alone, as in `{mute}`
      if let last = entries.list.last, let problem = decimalComma(last.value, key) {
        report(problem)
        entries.spoilLast()
        entries.end = key.range.bytes.upperBound
        return
      }
      reportMissingColon(after: key)
    } else {
      report(.missingKey(range(start.bytes)))
    }
    let entryValue: YAMLNode
    if let value { entryValue = value } else { entryValue = try emptyNode() }
    guard let key else { return }
    entries.end = max(key.range.bytes.upperBound, entryValue.range.bytes.upperBound)
    if let name = checkedKey(key) {
      let entry = YAMLEntry(key: name, keyRange: key.range, value: entryValue)
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

  /// `{decay: 1,2 s}`: within brackets a comma ends the value, so the rest stands there as a key of its own.
  private func decimalComma(_ value: YAMLNode, _ rest: YAMLNode) -> Diagnostic? {
    let bytes = value.range.bytes, after = rest.range.bytes
    let isDigit = { (byte: UInt8) in byte &- 48 < 10 }
    guard value.scalar?.style == .plain, rest.scalar?.style == .plain, after.lowerBound == bytes.upperBound + 1,
      let first = file.bytes[after].first, isDigit(first), let last = file.bytes[bytes].last, isDigit(last),
      file.bytes[bytes.upperBound] == UInt8(ascii: ",")
    else { return nil }
    let number = "\(file.text(bytes)).\(file.text(after))"
    let whole = range(bytes.lowerBound..<after.upperBound)
    return Diagnostic(
      .strayBracket, "the comma of `\(shortened(file.text(whole.bytes)))` ends the value; decimals have a point",
      at: whole, hints: ["write `\(shortened(number))`"], edit: Diagnostic.Edit(whole, number))
  }

  /// `{gain:-3 dB}`: without a space YAML takes it all for a key; a file of one such line for a text.
  mutating func reportMissingColon(after key: YAMLNode) {
    guard let scalar = key.scalar, key.alias == nil, scalar.style == .plain,
      let colon = keyColon(in: key.range.bytes, file: file, requiringSpace: false)
    else { return }
    let bytes = key.range.bytes
    report(.missingSpace(in: file, key: bytes.lowerBound..<colon, value: colon + 1..<bytes.upperBound))
    distort()
  }

  // MARK: Flow collections

  mutating func flowSequence(depth: Int) throws(SyntaxFailure) -> (YAMLNode.Content, Range<Int>) {
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

  mutating func flowMapping(depth: Int) throws(SyntaxFailure) -> (YAMLNode.Content, Range<Int>) {
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

  /// The last entry's value was misread, and that has been reported.
  mutating func spoilLast() {
    guard let last = list.popLast() else { return }
    let value = YAMLNode(
      last.value.content, range: last.value.range, tokens: last.value.tokens, isInvalid: true)
    list.append(YAMLEntry(key: last.key, keyRange: last.keyRange, value: value))
  }

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
