internal import Diagnostics

/// A problem after which the text cannot be read on, and what to blank so that a further reading gets past it.
struct SyntaxFailure: Error {
  /// What the grammar was reading when a token did not fit.
  enum Place {
    case node, blockMapping, blockSequence, afterRoot
    case flow(_ open: Range<Int>)
  }

  /// Nil when enough has been said.
  var diagnostic: Diagnostic?
  var repair: Repair?

  /// Bytes that are read as blanks the next time.
  enum Repair {
    /// The rest of a line behind its key: the tree keeps its shape.
    case value(Range<Int>)
    /// A whole line.
    case line(Range<Int>)
    /// All tabs that indent.
    case tabs

    /// The value's bytes if they all belong to one key, else the line's.
    static func around(_ offset: Int, in file: SourceFile) -> Repair {
      let line = file.line(file.line(ofByte: offset))
      if let colon = keyColon(in: afterIndentation(line, file), file: file), colon < offset {
        return .value(colon + 1..<line.upperBound)
      }
      return .line(line)
    }
  }

  init(_ diagnostic: Diagnostic?, _ repair: Repair? = nil) {
    self.diagnostic = diagnostic
    self.repair = repair
  }
}

/// A line without its indentation and the dashes of list items.
func afterIndentation(_ line: Range<Int>, _ file: SourceFile) -> Range<Int> {
  var start = line.lowerBound
  while start < line.upperBound {
    let isDash =
      file.bytes[start] == UInt8(ascii: "-") && start + 1 < line.upperBound && isBlank(file.bytes[start + 1])
    guard isDash || isBlank(file.bytes[start]) else { break }
    start += 1
  }
  return start..<line.upperBound
}

/// Where the colon stands, if some bytes start with a key as `level:` or `x-note:`; by default one that YAML would
/// take for a key's, with a blank or nothing behind it.
func keyColon(in bytes: Range<Int>, file: SourceFile, requiringSpace: Bool = true) -> Int? {
  var index = bytes.lowerBound
  func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): index > bytes.lowerBound
    default: false
    }
  }
  while index < bytes.upperBound, isName(file.bytes[index]) { index += 1 }
  guard index > bytes.lowerBound, index < bytes.upperBound, file.bytes[index] == UInt8(ascii: ":") else {
    return nil
  }
  let isFollowed = index + 1 < bytes.upperBound && !isBlank(file.bytes[index + 1])
  return isFollowed == requiringSpace ? nil : index
}

/// The text between double quotes, escaped so that YAML reads it back.
func doubleQuoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\t": result += "\\t"
    case "\n": result += "\\n"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
