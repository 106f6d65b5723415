internal import Diagnostics

/// What libyaml's scanner says, in words for people: what is there, what it means to YAML, what to write.
extension YAMLParser {
  func translated(_ failure: YAMLScanner.Failure) -> SyntaxFailure {
    let offset = min(failure.offset, max(0, file.bytes.count))
    if offset < file.bytes.count, file.bytes[offset] == UInt8(ascii: "\t"), isInIndentation(offset) {
      return tab(at: offset)
    }
    switch failure.problem {
    case "could not find expected ':'": return missingColon(failure.contextOffset)
    case "mapping values are not allowed in this context": return misplacedColon(offset)
    case "block sequence entries are not allowed in this context":
      return failed(
        .misplacedItem, "a list item cannot start here", offset..<offset + 1,
        hints: ["start the list on a line of its own, or write it as `[one, two]`"]
          + quoteHint(valueStart(offset)))
    case "mapping keys are not allowed in this context", "found character that cannot start any token":
      return reservedCharacter(offset)
    case "did not find expected alphabetic or numeric character":
      return reservedCharacter(failure.contextOffset)
    default: break
    }
    if failure.context.contains("quoted scalar") {
      return failure.problem.contains("escape") || failure.problem.contains("hexdecimal")
        ? unknownEscape(near: offset, from: failure.contextOffset) : unclosedQuote(failure.contextOffset)
    }
    if failure.context.contains("directive") {
      let line = file.line(file.line(ofByte: failure.contextOffset))
      return SyntaxFailure(.directive(line, in: file), .line(line))
    }
    if failure.context.contains("tag") {
      let end = wordEnd(failure.contextOffset)
      return SyntaxFailure(
        .tag(SourceRange(file, failure.contextOffset..<end)), .around(failure.contextOffset, in: file))
    }
    if failure.context.contains("block scalar") { return blockScalarHeader(failure.contextOffset) }
    if failure.context.contains("plain scalar"), offset < file.bytes.count {
      return failed(
        .needsQuotes, "a `:` cannot stand here", offset..<offset + 1,
        hints: ["write a space after it, or put the text between double quotes"])
    }
    let end = min(offset + 1, file.bytes.count)
    return failed(.otherSyntax, "this is not YAML: \(failure.problem)", offset..<max(offset, end))
  }

  /// The failure with its place and the usual repair.
  func failed(
    _ code: DiagnosticCode, _ message: String, _ bytes: Range<Int>, label: String = "",
    also: [Diagnostic.Label] = [], hints: [String] = [], edit: Diagnostic.Edit? = nil
  ) -> SyntaxFailure {
    SyntaxFailure(
      Diagnostic(
        code, message, at: SourceRange(file, bytes), label: label, also: also, hints: hints, edit: edit),
      .around(bytes.lowerBound, in: file))
  }

  // MARK: Keys and colons

  private func missingColon(_ start: Int) -> SyntaxFailure {
    let line = file.line(file.line(ofByte: start))
    let rest = withoutComment(start..<max(start, line.upperBound))
    let text = shortened(file.text(rest))
    if let colon = keyColon(in: rest, file: file, requiringSpace: false) {
      return SyntaxFailure(
        .missingSpace(in: file, key: start..<colon, value: colon + 1..<rest.upperBound),
        .value(colon + 1..<line.upperBound))
    }
    if let quote = file.bytes[start..<rest.upperBound].first,
      quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
      file.bytes[start + 1..<rest.upperBound].firstIndex(of: quote) == nil
    {
      return unclosedQuote(start)
    }
    if rest.count > 1024 {
      return failed(
        .missingColon, "a key must be followed by `:` within 1024 characters", start..<start + 1,
        hints: ["shorten the key, or look for a missing line end"])
    }
    var hints = [
      "write `name: value` with a colon and a space, or put the text on the line above between quotes"
    ]
    if text.hasPrefix("-"), !text.hasPrefix("--") {
      hints = ["a list item needs a space after its dash: `- \(text.dropFirst())`"]
    } else if text.contains("：") {
      hints = ["this `：` is the full-width colon; YAML knows the plain `:` only"]
    } else if text.contains(" = ") {
      hints = ["YAML joins a key and its value by a colon: `\(text.replacingFirst(" = ", by: ": "))`"]
    } else if let space = text.firstIndex(of: " ") {
      hints = [
        "write `\(text[..<space]): \(text[space...].drop { $0 == " " })` if `\(text[..<space])` is the key"
      ]
    }
    return failed(.missingColon, "this line has no `:` after its key", rest, hints: hints)
  }

  private func misplacedColon(_ colon: Int) -> SyntaxFailure {
    let line = file.line(file.line(ofByte: colon))
    let content = afterIndentation(line, file)
    if let first = tokens.last(where: { $0.kind == .value })?.bytes.lowerBound, line.contains(first) {
      let value = trimmed(withoutComment(first + 1..<line.upperBound))
      return SyntaxFailure(
        Diagnostic(
          .needsQuotes, "the value holds a second `: `, which YAML takes for another key",
          at: SourceRange(file, colon..<colon + 1), label: "a `:` followed by a space",
          hints: ["put a text with `: ` between double quotes"],
          edit: Diagnostic.Edit(SourceRange(file, value), doubleQuoted(file.text(value)))),
        .value(first + 1..<line.upperBound))
    }
    if let above = lineAbove(line), keyColon(in: afterIndentation(above, file), file: file) == nil {
      let words = afterIndentation(above, file)
      let isBeside = words.lowerBound - above.lowerBound == content.lowerBound - line.lowerBound
      // `lead` with lines below it that are indented more: most probably `lead:`.
      let isWord = file.bytes[trimmed(words)].allSatisfy { $0 == UInt8(ascii: "_") || isLetterOrDigit($0) }
      if isBeside || isWord { return missingColon(words.lowerBound) }
    }
    let key = tokens.last { $0.kind == .key }
    var diagnostic = wrongIndentation(at: content.lowerBound, beside: key.map { [$0.bytes.lowerBound] } ?? [])
    diagnostic.message = "this key is indented more than the one above it, which has a value already"
    return SyntaxFailure(diagnostic, .line(line))
  }

  /// The last line before another that holds more than blanks or a comment.
  private func lineAbove(_ line: Range<Int>) -> Range<Int>? {
    var number = file.line(ofByte: line.lowerBound) - 1
    while number >= 1 {
      let above = file.line(number)
      let content = trimmed(above)
      if !content.isEmpty, file.bytes[content.lowerBound] != UInt8(ascii: "#") { return above }
      number -= 1
    }
    return nil
  }

  // MARK: Quotes and reserved characters

  func unclosedQuote(_ start: Int) -> SyntaxFailure {
    let line = file.line(file.line(ofByte: start))
    let quote = file.text(start..<min(start + 1, file.bytes.count))
    let end = trimmed(start..<max(start + 1, line.upperBound)).upperBound
    return SyntaxFailure(
      Diagnostic(
        .unclosedQuote, "the quote \(quote) opened here is not closed",
        at: SourceRange(file, start..<start + 1),
        hints: [
          "write \(quote) at the end of the text"
            + (quote == "'"
              ? "; an apostrophe within it is written twice: ''" : "; a \" within it is written \\\"")
        ],
        edit: Diagnostic.Edit(SourceRange(file, end..<end), quote)),
      .around(start, in: file))
  }

  private func unknownEscape(near offset: Int, from start: Int) -> SyntaxFailure {
    // The mark stands at the backslash or behind it.
    let backslash =
      file.bytes[start...min(offset, file.bytes.count - 1)].lastIndex(of: UInt8(ascii: "\\")) ?? offset
    let end = min(nextCharacter(nextCharacter(backslash)), file.bytes.count)
    let range = backslash..<end
    let escape = file.text(range)
    let isCode = ["\\x", "\\u", "\\U"].contains(escape)
    return failed(
      .unknownEscape,
      isCode
        ? "`\(escape)` must be followed by the \(escape == "\\x" ? 2 : escape == "\\u" ? 4 : 8) hexadecimal digits "
          + "of a character" : "`\(escape)` is no escape that YAML knows",
      range,
      hints: ["write `\\\\` for a backslash, or use '…', where a backslash is a plain character"],
      edit: isCode ? nil : Diagnostic.Edit(SourceRange(file, backslash..<backslash + 1), "\\\\"))
  }

  private func reservedCharacter(_ offset: Int) -> SyntaxFailure {
    guard offset < file.bytes.count else {
      return failed(.otherSyntax, "the file ends where a value should be", offset..<offset)
    }
    let range = offset..<min(nextCharacter(offset), file.bytes.count)
    let character = file.text(range)
    let name = character == "`" ? "a backtick" : "`\(character)`"
    let meaning =
      switch character {
      case "*": "`*` starts an alias, whose name must follow"
      case "&": "`&` starts an anchor, whose name must follow"
      case "\t": "a tab cannot stand here"
      default: "\(name) cannot start a value"
      }
    var edit: Diagnostic.Edit?
    let line = file.line(file.line(ofByte: offset))
    let value = trimmed(withoutComment(offset..<line.upperBound))
    if let colon = keyColon(in: afterIndentation(line, file), file: file), colon < offset, value.count > 0 {
      edit = Diagnostic.Edit(SourceRange(file, value), doubleQuoted(file.text(value)))
    }
    return failed(
      .needsQuotes, meaning, range,
      hints: ["put a text that starts with \(name) between double quotes"],
      edit: edit)
  }

  private func blockScalarHeader(_ start: Int) -> SyntaxFailure {
    let line = file.line(file.line(ofByte: start))
    let value = trimmed(withoutComment(start..<line.upperBound))
    let sign = file.text(start..<start + 1)
    return failed(
      .blockText, "`\(sign)` starts a text of several lines; nothing else may follow on its line", value,
      hints: ["start the text on the next line, or put it between double quotes"],
      edit: Diagnostic.Edit(SourceRange(file, value), doubleQuoted(file.text(value))))
  }

  // MARK: Tabs

  private func tab(at offset: Int) -> SyntaxFailure {
    let line = file.line(file.line(ofByte: offset))
    var end = offset
    while end < line.upperBound, isBlank(file.bytes[end]) { end += 1 }
    let run = line.lowerBound..<end
    let spaces = file.bytes[run].reduce(0) { $0 + ($1 == UInt8(ascii: "\t") ? 2 : 1) }
    return SyntaxFailure(
      Diagnostic(
        .tabIndentation, "a tab indents this line; YAML allows spaces only",
        at: SourceRange(file, offset..<end),
        hints: ["use two spaces a level; most editors can convert the whole file"],
        edit: Diagnostic.Edit(SourceRange(file, run), String(repeating: " ", count: spaces))),
      .tabs)
  }

  private func isInIndentation(_ offset: Int) -> Bool {
    let line = file.line(file.line(ofByte: offset))
    return line.lowerBound <= offset && afterIndentation(line, file).lowerBound > offset
  }

  // MARK: Places

  /// `"…"` as a hint for the value that starts at a byte, when its line has a key before it.
  private func quoteHint(_ value: Range<Int>?) -> [String] {
    guard let value, !value.isEmpty else { return [] }
    return ["for a text, write \(shortened(doubleQuoted(file.text(value))))"]
  }

  private func valueStart(_ offset: Int) -> Range<Int>? {
    let line = file.line(file.line(ofByte: offset))
    guard let colon = keyColon(in: afterIndentation(line, file), file: file), colon < offset else {
      return nil
    }
    return trimmed(withoutComment(colon + 1..<line.upperBound))
  }

  /// The bytes up to a ` #`.
  func withoutComment(_ bytes: Range<Int>) -> Range<Int> {
    var index = bytes.lowerBound
    while index + 1 < bytes.upperBound {
      if isBlank(file.bytes[index]), file.bytes[index + 1] == UInt8(ascii: "#") {
        return trimmed(bytes.lowerBound..<index)
      }
      index += 1
    }
    return trimmed(bytes)
  }

  /// The bytes without blanks at both ends.
  func trimmed(_ bytes: Range<Int>) -> Range<Int> {
    var (start, end) = (bytes.lowerBound, bytes.upperBound)
    while start < end, isBlank(file.bytes[start]) { start += 1 }
    while end > start, isBlank(file.bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  private func wordEnd(_ start: Int) -> Int {
    var end = start
    while end < file.bytes.count, !isBlank(file.bytes[end]) { end += 1 }
    return end
  }

  /// The byte at which the next code point starts.
  func nextCharacter(_ offset: Int) -> Int {
    var next = offset + 1
    while next < file.bytes.count, file.bytes[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }
}

extension String {
  func replacingFirst(_ part: String, by other: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
