internal import Diagnostics

/// Tokens that do not fit where they stand, in words for people.
extension YAMLParser {
  func unexpected(
    _ token: YAMLScanner.Token, previous: YAMLScanner.Token, at place: SyntaxFailure.Place
  ) -> SyntaxFailure {
    if case .flow(let open) = place { return unexpectedInFlow(token, previous: previous, open: open) }
    switch token.kind {
    case .flowSequenceEnd, .flowMappingEnd:
      let bracket = file.text(token.bytes)
      return failed(
        .strayBracket, "this `\(bracket)` closes nothing", token.bytes,
        hints: ["remove it, or put the text between double quotes"])
    case .blockEntry:
      return failed(
        .misplacedItem, "a list item stands where a key is expected", token.bytes,
        hints: ["a mapping has keys only; indent the item below the key that it belongs to"])
    case .key where isSequence(place):
      return failed(
        .misplacedItem, "a key stands where the next `- ` of the list is expected",
        lineText(token.bytes.lowerBound),
        hints: ["write `- ` before it, or indent it to belong to the item above"])
    default: return afterValue(token, previous: previous)
    }
  }

  private func isSequence(_ place: SyntaxFailure.Place) -> Bool {
    if case .blockSequence = place { true } else { false }
  }

  private func lineText(_ start: Int) -> Range<Int> {
    withoutComment(start..<max(start, file.line(file.line(ofByte: start)).upperBound))
  }

  /// Something follows a value that is complete.
  private func afterValue(_ token: YAMLScanner.Token, previous: YAMLScanner.Token) -> SyntaxFailure {
    let isQuoted =
      previous.kind == .scalar && (previous.style == .doubleQuoted || previous.style == .singleQuoted)
    if isQuoted, spansLines(previous.bytes) { return unclosedQuote(previous.bytes.lowerBound) }
    let rest = lineText(token.bytes.lowerBound)
    guard
      isQuoted || previous.kind == .flowSequenceEnd || previous.kind == .flowMappingEnd
        || previous.kind == .alias,
      file.line(ofByte: previous.bytes.lowerBound) == file.line(ofByte: token.bytes.lowerBound)
    else {
      return failed(
        .otherSyntax, "a key or the end of the file is expected here", rest.isEmpty ? token.bytes : rest,
        hints: ["a file is one mapping: lines of `key: value`, indented by spaces"])
    }
    if isQuoted, previous.bytes.upperBound == token.bytes.lowerBound {
      return innerQuote(previous)
    }
    let before =
      isQuoted ? "the closing quote" : previous.kind == .alias ? "an alias" : "the closing bracket"
    let value = valueRange(endingAt: rest)
    return failed(
      .needsQuotes, "\(before) is followed by more text", rest,
      hints: ["put the whole value between double quotes"],
      edit: value.map { Diagnostic.Edit(SourceRange(file, $0), doubleQuoted(file.text($0))) })
  }

  /// `'Don't'`: the text's own quote, taken for its end.
  private func innerQuote(_ scalar: YAMLScanner.Token) -> SyntaxFailure {
    let isSingle = scalar.style == .singleQuoted
    let (quote, written) = isSingle ? ("'", "''") : ("\"", "\\\"")
    let place = scalar.bytes.upperBound - 1..<scalar.bytes.upperBound
    let value = valueRange(endingAt: lineText(scalar.bytes.lowerBound))
    var edit: Diagnostic.Edit?
    if let value, value.lowerBound == scalar.bytes.lowerBound,
      file.text(value.upperBound - 1..<value.upperBound) == quote
    {
      let inner = value.lowerBound + 1..<value.upperBound - 1
      edit = Diagnostic.Edit(
        SourceRange(file, inner),
        file.text(inner).split(separator: quote, omittingEmptySubsequences: false).joined(separator: written))
    }
    return failed(
      .needsQuotes, "the text ends at this \(quote), but more follows", place,
      hints: [
        isSingle ? "an apostrophe within '…' is written twice: ''" : "a \" within \"…\" is written \\\""
      ],
      edit: edit)
  }

  /// From behind the line's `key:` to the end of these bytes.
  private func valueRange(endingAt rest: Range<Int>) -> Range<Int>? {
    let line = file.line(file.line(ofByte: rest.lowerBound))
    guard let colon = keyColon(in: afterIndentation(line, file), file: file), colon < rest.lowerBound
    else { return nil }
    return trimmed(colon + 1..<rest.upperBound)
  }

  private func spansLines(_ bytes: Range<Int>) -> Bool {
    file.line(ofByte: bytes.lowerBound) != file.line(ofByte: bytes.upperBound)
  }

  // MARK: Within brackets

  private func unexpectedInFlow(
    _ token: YAMLScanner.Token, previous: YAMLScanner.Token, open: Range<Int>
  ) -> SyntaxFailure {
    let bracket = file.text(open)
    let close = bracket == "[" ? "]" : "}"
    let here = SourceRange(file, token.bytes)
    let line = file.line(file.line(ofByte: token.bytes.lowerBound))
    if previous.kind == .scalar, previous.style == .doubleQuoted || previous.style == .singleQuoted,
      spansLines(previous.bytes)
    {
      return unclosedQuote(previous.bytes.lowerBound)
    }
    switch token.kind {
    case .flowSequenceEnd, .flowMappingEnd:
      return failed(
        .strayBracket, "`\(bracket)` is closed by `\(file.text(token.bytes))`", token.bytes,
        also: [Diagnostic.Label(SourceRange(file, open), "opened here")],
        hints: ["close it with `\(close)`"], edit: Diagnostic.Edit(here, close))
    case .flowEntry:
      return failed(
        .strayBracket, "there is nothing before this comma", token.bytes,
        hints: ["remove the comma, or write the value that is missing"])
    case .blockEntry:
      return failed(
        .misplacedItem, "a list with `- ` cannot stand within brackets", token.bytes,
        hints: ["write it as `[one, two]`"])
    default: break
    }
    let ends = token.kind == .streamEnd || token.kind == .documentStart || token.kind == .documentEnd
    let openLine = file.line(file.line(ofByte: open.lowerBound))
    let content = afterIndentation(line, file)
    let isOnLaterLine = line.lowerBound > openLine.lowerBound
    // What belongs into brackets of several lines is indented more than the line that opens them.
    let isWithin =
      content.lowerBound - line.lowerBound > afterIndentation(openLine, file).lowerBound - openLine.lowerBound
    if ends || isOnLaterLine && !isWithin {
      let noticed = SourceRange(file, content.lowerBound..<max(content.lowerBound, token.bytes.upperBound))
      return unclosedBracket(open, noticedAt: ends ? nil : noticed)
    }
    let isAfterLineEnd = isOnLaterLine && token.kind == .value && spansLines(previous.bytes)
    let place =
      isAfterLineEnd ? content.lowerBound..<max(content.lowerBound + 1, token.bytes.lowerBound) : token.bytes
    return failed(
      .missingComma, "a `,` or `\(close)` is expected before this", place,
      also: [Diagnostic.Label(SourceRange(file, open), "opened here")],
      hints: ["separate entries by `, `; put a text with special characters between double quotes"])
  }

  private func unclosedBracket(_ open: Range<Int>, noticedAt here: SourceRange?) -> SyntaxFailure {
    let bracket = file.text(open)
    let close = bracket == "[" ? "]" : "}"
    let openLine = file.line(ofByte: open.lowerBound)
    var hints = ["write `\(close)` where it ends"]
    for cut in cutTexts(tokens, in: file) {
      guard let place = cut.primary?.range, place.bytes.lowerBound > open.lowerBound else { continue }
      hints.append(
        "the ` #` in line \(place.start.line) starts a comment, so a `\(close)` after it does not count")
      break
    }
    let diagnostic = Diagnostic(
      .unclosedBracket, "the `\(bracket)` opened here is not closed", at: SourceRange(file, open),
      also: here.map { [Diagnostic.Label($0, "noticed here")] } ?? [], hints: hints)
    // Only where the bracket's own line is all that belongs to it can the rest be read on its own.
    let isShort = here.map { $0.start.line <= openLine + 1 } ?? false
    return SyntaxFailure(diagnostic, isShort ? .around(open.lowerBound, in: file) : nil)
  }

  // MARK: Indentation

  /// A line whose indentation fits none above it, with those that would.
  /// The starts of the blocks that a line could have continued: the one being read, and the one it ended.
  func blocksAround(_ start: Int) -> [Int] { [openBlocks.last, lastClosedBlock].compactMap(\.self) }

  func wrongIndentation(at start: Int, beside blocks: [Int]) -> Diagnostic {
    let found = indentation(start)
    var places: [(indentation: Int, start: Int)] = []
    for block in blocks where places.last?.indentation != indentation(block) {
      places.append((indentation(block), block))
    }
    let choices = places.map {
      let line = file.line(ofByte: $0.start)
      return $0.indentation == 0
        ? "start it in the first column to put it beside \(name(at: $0.start)) (line \(line))"
        : "indent it by \(spaces($0.indentation)) to put it beside \(name(at: $0.start)) (line \(line))"
    }
    return Diagnostic(
      .wrongIndentation,
      found == 0
        ? "this line is not indented, which fits no line above it"
        : "this line is indented by \(spaces(found)), which fits no line above it",
      at: SourceRange(file, lineText(start)),
      also: places.map {
        let text = $0.indentation == 0 ? "not indented" : "indented by \(spaces($0.indentation))"
        return Diagnostic.Label(SourceRange(file, nameRange(at: $0.start)), text)
      },
      hints: choices.isEmpty ? [] : [choices.joined(separator: ", or ")])
  }

  private func indentation(_ offset: Int) -> Int { file.position(ofByte: offset).column - 1 }

  private func spaces(_ number: Int) -> String { "\(number) space\(number == 1 ? "" : "s")" }

  private func nameRange(at start: Int) -> Range<Int> {
    let line = lineText(start)
    let colon = file.bytes[line].firstIndex(of: UInt8(ascii: ":"))
    return line.lowerBound..<(colon ?? min(line.lowerBound + 1, line.upperBound))
  }

  private func name(at start: Int) -> String { "`\(shortened(file.text(nameRange(at: start))))`" }
}
