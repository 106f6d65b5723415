/// One character of a source line as a terminal shows it.
struct DisplayCell {
  var bytes: Range<Int>
  var text: String
  /// Terminal columns.
  var width: Int
}

/// Some bytes of one line, character by character: tabs as four blanks, invisible and broken characters made visible, so
/// that nothing in a file can move the cursor or reorder the text.
func displayCells(_ file: SourceFile, _ bytes: Range<Int>) -> [DisplayCell] {
  var cells: [DisplayCell] = []
  var start = bytes.lowerBound
  // Where the bytes are no UTF-8, characters and bytes do not match up: then every byte by itself.
  let line = file.text(bytes)
  guard line.utf8.count == bytes.count, line.utf8.elementsEqual(file.bytes[bytes]) else {
    return brokenCells(file, bytes)
  }
  for character in line {
    let end = start + character.utf8.count
    let text = visible(character)
    cells.append(
      DisplayCell(
        bytes: start..<end, text: text, width: text == String(character) ? width(character) : text.count))
    start = end
  }
  return cells
}

/// Code points and, where there are none, single bytes.
private func brokenCells(_ file: SourceFile, _ bytes: Range<Int>) -> [DisplayCell] {
  var cells: [DisplayCell] = []
  var start = bytes.lowerBound
  while start < bytes.upperBound {
    var end = start + 1
    while end < bytes.upperBound, end < start + 4, isContinuation(file.bytes[end]) { end += 1 }
    let text = file.text(start..<end)
    if text.unicodeScalars.count == 1, let character = text.first, character != "\u{FFFD}" {
      let shown = visible(character)
      cells.append(
        DisplayCell(bytes: start..<end, text: shown, width: shown == text ? width(character) : shown.count))
    } else {
      for byte in start..<end {
        cells.append(DisplayCell(bytes: byte..<byte + 1, text: "\u{FFFD}", width: 1))
      }
    }
    start = end
  }
  return cells
}

/// A text on one line, with nothing invisible in it.
func visible(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value > 0x7E }) else { return text }
  return text.map { visible($0) }.joined()
}

private func visible(_ character: Character) -> String {
  if character == "\t" { return "    " }
  if character == "\r\n" { return "␍␊" }
  guard character.unicodeScalars.contains(where: isInvisible) else { return String(character) }
  return character.unicodeScalars.map { scalar in
    switch scalar.value {
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value).map { String($0) } ?? "?"  // control pictures
    case 0x7F: "\u{2421}"
    case _ where isInvisible(scalar): "<U+\(hexadecimal(scalar.value))>"
    default: String(scalar)
    }
  }.joined()
}

private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF,
    0xFFFE, 0xFFFF:
    true
  default: false
  }
}

private func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

/// How many terminal columns a character takes: two for East Asian wide ones (Unicode Standard Annex 11, classes
/// W and F) and for emoji, none for a lone combining mark.
func width(_ character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  if first.isASCII { return character.unicodeScalars.contains("\u{FE0F}") ? 2 : 1 }
  if first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
  switch first.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: break
  }
  switch first.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
    0x20000...0x3FFFD:
    return 2
  default: return 1
  }
}

func columns(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }
