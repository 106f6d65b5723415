internal import Diagnostics

/// `Take #2` without quotes, which YAML cuts to `Take`, and `#ff8800`, of which nothing is left: a comment that
/// starts with no space behind its `#` on the line of an unquoted value.
///
/// After a quantity (`-4 dB #too loud?`) only a `#` with a digit counts, because there it most often is a comment.
func cutTexts(_ tokens: [YAMLToken], in file: SourceFile) -> [Diagnostic] {
  var problems: [Diagnostic] = []
  var openBrackets = 0
  for (index, token) in tokens.enumerated() {
    switch token.kind {
    case .flowSequenceStart, .flowMappingStart: openBrackets += 1
    case .flowSequenceEnd, .flowMappingEnd: openBrackets -= 1
    default: break
    }
    guard canBeCut(token, in: file), problems.count < 1000 else { continue }
    let next = index + 1 < tokens.count ? tokens[index + 1].bytes.lowerBound : file.bytes.count
    guard let hash = hash(in: token.bytes.upperBound..<next, file) else { continue }
    let first = file.bytes[hash + 1]
    let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    if token.kind == .scalar {
      guard isDigit || !startsLikeQuantity(file.bytes[token.bytes.lowerBound]) else { continue }
    } else if !isLast(tokens, index, on: file.line(ofByte: hash), file) {
      continue
    }
    problems.append(cutText(token, hash: hash, isWithinBrackets: openBrackets > 0, in: file))
  }
  return problems
}

/// Unquoted scalars, and the marks after which a value may follow.
private func canBeCut(_ token: YAMLToken, in file: SourceFile) -> Bool {
  switch token.kind {
  case .value, .blockEntry: return true
  case .scalar:
    guard let first = file.bytes[token.bytes].first else { return false }
    return ![UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "|"), UInt8(ascii: ">")].contains(first)
  default: return false
  }
}

/// The `#` that follows on the same line after blanks, if something other than a blank or `#` follows it.
private func hash(in gap: Range<Int>, _ file: SourceFile) -> Int? {
  var index = gap.lowerBound
  while index < gap.upperBound, file.bytes[index] == UInt8(ascii: " ") { index += 1 }
  guard index > gap.lowerBound, index + 1 < gap.upperBound, file.bytes[index] == UInt8(ascii: "#") else {
    return nil
  }
  let next = file.bytes[index + 1]
  return isBlank(next) || next == UInt8(ascii: "#") || next == UInt8(ascii: "!") ? nil : index
}

private func startsLikeQuantity(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    || byte == UInt8(ascii: "+")
}

/// Whether a `:` or `-` has no value at all: a block below it counts as one, `tracks: #all of them` is fine.
private func isLast(_ tokens: [YAMLToken], _ index: Int, on line: Int, _ file: SourceFile) -> Bool {
  guard index + 1 < tokens.count else { return true }
  switch tokens[index + 1].kind {
  case .key, .value, .blockEnd, .streamEnd, .documentEnd, .flowEntry, .flowSequenceEnd, .flowMappingEnd:
    return true
  case .blockEntry: return tokens[index].kind == .blockEntry
  default: return false
  }
}

private func cutText(_ token: YAMLToken, hash: Int, isWithinBrackets: Bool, in file: SourceFile) -> Diagnostic {
  let line = file.line(file.line(ofByte: hash))
  var end = hash + 1
  while end + 1 < line.upperBound, !(isBlank(file.bytes[end]) && file.bytes[end + 1] == UInt8(ascii: "#")) {
    end += 1
  }
  if end + 1 >= line.upperBound { end = line.upperBound }
  if isWithinBrackets {  // the text ends where it would have without the `#`
    let marks = [UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}")]
    end = file.bytes[hash..<end].firstIndex { marks.contains($0) } ?? end
  }
  while end > hash, isBlank(file.bytes[end - 1]) { end -= 1 }
  let isValue = token.kind == .scalar
  let whole = SourceRange(file, (isValue ? token.bytes.lowerBound : hash)..<end)
  let quoted = doubleQuoted(whole.text)
  let left = isValue ? "`\(file.text(token.bytes))`" : "nothing"
  return Diagnostic(
    .cutText, .warning, "a `#` after a space starts a comment: \(left) is left of this value",
    at: SourceRange(file, hash..<end), label: "read as a comment",
    hints: ["write \(quoted) if it belongs to the value, or `# ` with a space for a comment"],
    edit: Diagnostic.Edit(whole, quoted))
}
