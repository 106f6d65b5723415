/// A text as it was read: its name as shown to the user and its bytes, never changed afterwards.
///
/// Two source files are equal when they are the same object, so that a range always belongs to one reading.
public final class SourceFile: Sendable, Hashable {
  /// The name as the user wrote or knows it.
  public let path: String
  public let bytes: [UInt8]

  /// The byte at which each line starts; the first is 0. Four bytes each and no more room than needed: a
  /// hostile file may be line ends only.
  private let lineStarts: [UInt32]

  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    lineStarts = Self.lineStarts(in: bytes)
  }

  /// The line and column of a byte, both from 1; a column counts code points, a tab is one and a byte order
  /// mark none. Lines end at `\n`, `\r\n` or a lone `\r`. An offset past the end is taken for the end; one
  /// inside a code point counts as that code point.
  public func position(ofByte offset: Int) -> SourcePosition {
    let offset = min(max(offset, 0), bytes.count)
    let line = line(ofByte: offset)
    let start = lineStart(line)
    guard offset > start else { return SourcePosition(line: line, column: 1) }
    var column = 1
    let bytes = bytes  // a span must not outlive what it is taken from
    let span = bytes.span
    for index in start..<offset { column &+= isContinuation(span[index]) ? 0 : 1 }
    if offset < bytes.count, isContinuation(bytes[offset]), column > 1 { column -= 1 }
    return SourcePosition(line: line, column: column)
  }

  /// The text of some bytes; what is no UTF-8 becomes U+FFFD.
  public func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
  }

  /// How many lines there are; a text that ends with a line end has an empty last line.
  package var lineCount: Int { lineStarts.count }

  /// The bytes of a line (from 1), without its line end and without the byte order mark.
  package func line(_ number: Int) -> Range<Int> {
    let start = lineStart(number)
    var end = number < lineStarts.count ? Int(lineStarts[number]) : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<max(start, end)
  }

  /// The number (from 1) of the line that holds a byte.
  package func line(ofByte offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while low < high {  // the first line that starts after the offset
      let middle = (low + high) / 2
      if Int(lineStarts[middle]) <= offset { low = middle + 1 } else { high = middle }
    }
    return max(low, 1)
  }

  /// Where a line's text starts: after the byte order mark in the first.
  private func lineStart(_ number: Int) -> Int {
    number == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : Int(lineStarts[number - 1])
  }

  private static func lineStarts(in bytes: [UInt8]) -> [UInt32] {
    var ends = 0
    for byte in bytes where byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { ends += 1 }
    var starts: [UInt32] = [0]
    starts.reserveCapacity(ends + 1)
    for index in bytes.indices where endsLine(bytes, index) { starts.append(UInt32(index + 1)) }
    return starts
  }

  private static func endsLine(_ bytes: [UInt8], _ index: Int) -> Bool {
    if bytes[index] == UInt8(ascii: "\n") { return true }
    guard bytes[index] == UInt8(ascii: "\r") else { return false }
    return index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n")
  }

  public static func == (left: SourceFile, right: SourceFile) -> Bool { left === right }

  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A place as an editor counts it: line from 1, column from 1 in code points.
public struct SourcePosition: Sendable, Hashable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A stretch of bytes of one file.
public struct SourceRange: Sendable, Hashable {
  public let file: SourceFile
  public let bytes: Range<Int>

  public init(_ file: SourceFile, _ bytes: Range<Int>) {
    self.file = file
    self.bytes = bytes
  }

  public var start: SourcePosition { file.position(ofByte: bytes.lowerBound) }
  public var end: SourcePosition { file.position(ofByte: bytes.upperBound) }
  public var text: String { file.text(bytes) }
}

func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
