internal import Diagnostics

/// Looks at the bytes before YAML does: what is no UTF-8 and which characters a session may not hold.
struct CharacterCheck {
  private let file: SourceFile
  private(set) var problems: [Diagnostic] = []
  /// The file's bytes, each that libyaml would stumble over replaced by `_`, so that it can go on and every place
  /// stays where it is. Nil when it cannot go on.
  private(set) var readable: [UInt8]?
  /// Past this many problems a file is no text; the rest is not looked at.
  private static let maximumProblems = 100

  init(_ file: SourceFile) {
    self.file = file
    if let encoding = Self.foreignEncoding(file.bytes) {
      problems.append(
        Diagnostic(
          .foreignEncoding, "the file is in \(encoding), not in UTF-8", at: SourceRange(file, 0..<0),
          hints: ["save it as UTF-8 (in most editors under \"Save with encoding\")"]))
      return
    }
    readable = file.bytes
    checkCharacters()
    if problems.count >= Self.maximumProblems { readable = nil }
  }

  /// The encoding that a byte order mark, or every other byte being NUL, gives away.
  private static func foreignEncoding(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return "UTF-32" }
    if bytes.starts(with: [0xFF, 0xFE]) { return "UTF-16 (little-endian)" }
    if bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16 (big-endian)" }
    guard bytes.count >= 4 else { return nil }
    let isNUL = bytes.prefix(4).map { $0 == 0 }
    if isNUL == [false, true, false, true] { return "UTF-16 (little-endian)" }
    if isNUL == [true, false, true, false] { return "UTF-16 (big-endian)" }
    return nil
  }

  private mutating func checkCharacters() {
    let bytes = file.bytes
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while index < bytes.count, problems.count < Self.maximumProblems {
      let byte = bytes[index]
      if byte < 0x80 {
        checkASCII(byte, at: index)
        index += 1
      } else {
        let (scalar, length) = decode(bytes, at: index)
        let range = index..<index + length
        if let scalar { checkScalar(scalar, range) } else { refuseNonUTF8(range) }
        index += length
      }
    }
  }

  private mutating func checkASCII(_ byte: UInt8, at index: Int) {
    switch byte {
    case 0x20..<0x7F, UInt8(ascii: "\n"), UInt8(ascii: "\t"): break
    case UInt8(ascii: "\r"):
      guard index + 1 == file.bytes.count || file.bytes[index + 1] != UInt8(ascii: "\n") else { break }
      problems.append(
        Diagnostic(
          .lineBreak, "a carriage return (U+000D) without a line feed ends this line",
          at: SourceRange(file, index..<index + 1),
          hints: ["end lines with LF or CRLF; old Macintosh files need converting"],
          edit: Diagnostic.Edit(SourceRange(file, index..<index + 1), "\n")))
    default: refuseCharacter(Unicode.Scalar(byte), index..<index + 1)
    }
  }

  private mutating func checkScalar(_ scalar: Unicode.Scalar, _ range: Range<Int>) {
    switch scalar.value {
    case 0x85, 0x2028, 0x2029:
      let name = ["NEL", "line separator", "paragraph separator"][
        scalar.value == 0x85 ? 0 : Int(scalar.value - 0x2027)]
      problems.append(
        Diagnostic(
          .lineBreak, "the invisible line break \(codePointName(scalar)) (\(name)) is not allowed",
          at: SourceRange(file, range),
          hints: ["remove it, or end the line with LF; in a text write \"\\n\" between double quotes"],
          edit: Diagnostic.Edit(SourceRange(file, range), " ")))
      replace(range)
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
      problems.append(
        Diagnostic(
          .bidiControl,
          "the invisible character \(codePointName(scalar)) changes the direction of the text after it",
          at: SourceRange(file, range),
          hints: [
            "remove it; a title that needs it is written between double quotes as "
              + "\"\\u\(codePointName(scalar).dropFirst(2))\""
          ],
          edit: Diagnostic.Edit(SourceRange(file, range), "")))
    case 0x80..<0xA0, 0xFEFF, 0xFFFE, 0xFFFF: refuseCharacter(scalar, range)
    default: break
    }
  }

  private mutating func refuseCharacter(_ scalar: Unicode.Scalar, _ range: Range<Int>) {
    let name: String? =
      switch scalar.value {
      case 0: "NUL"
      case 0x08: "backspace"
      case 0x0B: "vertical tab"
      case 0x0C: "form feed"
      case 0x1B: "escape"
      case 0x7F: "delete"
      case 0xFEFF: "byte order mark"
      default: nil
      }
    let what = name.map { "\($0) (\(codePointName(scalar)))" } ?? codePointName(scalar)
    problems.append(
      Diagnostic(
        .controlCharacter, "the invisible control character \(what) is not allowed",
        at: SourceRange(file, range),
        hints: ["remove it; editors show it when asked to show invisible characters"],
        edit: Diagnostic.Edit(SourceRange(file, range), "")))
    replace(range)
  }

  private mutating func refuseNonUTF8(_ range: Range<Int>) {
    let byte = file.bytes[range.lowerBound]
    let hex = hexadecimal(UInt32(byte), digits: 2)
    var hints = ["save the file as UTF-8"]
    if range.count == 1, byte >= 0xA0 {
      hints.insert("0x\(hex) is `\(Character(Unicode.Scalar(byte)))` in Latin-1 (Windows-1252)", at: 0)
    }
    problems.append(
      Diagnostic(
        .notUTF8, "the byte 0x\(hex) is not UTF-8 here", at: SourceRange(file, range), hints: hints))
    replace(range)
  }

  private mutating func replace(_ range: Range<Int>) {
    for index in range { readable?[index] = UInt8(ascii: "_") }
  }
}

/// The code point at a byte and its length; without one, the length of what is wrong there (Unicode 16.0,
/// table 3-7, "maximal subpart").
private func decode(_ bytes: [UInt8], at index: Int) -> (scalar: Unicode.Scalar?, length: Int) {
  let first = bytes[index]
  let (length, second): (Int, ClosedRange<UInt8>) =
    switch first {
    case 0xC2...0xDF: (2, 0x80...0xBF)
    case 0xE0: (3, 0xA0...0xBF)
    case 0xED: (3, 0x80...0x9F)
    case 0xE1...0xEF: (3, 0x80...0xBF)
    case 0xF0: (4, 0x90...0xBF)
    case 0xF1...0xF3: (4, 0x80...0xBF)
    case 0xF4: (4, 0x80...0x8F)
    default: (0, 0x80...0xBF)
    }
  guard length > 0 else { return (nil, 1) }
  var value = UInt32(first) & (0x7F >> UInt32(length))
  for step in 1..<length {
    let allowed = step == 1 ? second : 0x80...0xBF
    guard index + step < bytes.count, allowed.contains(bytes[index + step]) else { return (nil, step) }
    value = value << 6 | UInt32(bytes[index + step] & 0x3F)
  }
  return (Unicode.Scalar(value), length)
}

/// `U+202E`.
func codePointName(_ scalar: Unicode.Scalar) -> String { "U+" + hexadecimal(scalar.value, digits: 4) }

func hexadecimal(_ value: UInt32, digits: Int) -> String {
  let text = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}
