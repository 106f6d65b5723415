import DSP
import Quantities

// Words and numbers as a page shows them.

/// `text` as HTML; what cannot be seen becomes a replacement character.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n", "\r": result += " "
    case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{200E}", "\u{200F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
      result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// `path` as the address of a file beside the page.
func address(_ path: String) -> String {
  let hexadecimal = Array("0123456789ABCDEF")
  // A colon in the first part would make it a scheme.
  return path.utf8.reduce(into: "./") { result, byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      result.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      result += "%"
      result.append(hexadecimal[Int(byte >> 4)])
      result.append(hexadecimal[Int(byte & 15)])
    }
  }
}

/// A number with a true minus sign; `–` for what does not exist, `−∞` for silence.
func figure(_ value: Double?, _ places: Int, signed: Bool = false) -> String {
  if value == -.infinity { return "−∞" }
  return typographic(decimals(value, places, "", signed: signed))
}

/// The same with a unit, set smaller.
func figure(_ value: Double?, _ places: Int, _ unit: String, signed: Bool = false) -> String {
  let number = figure(value, places, signed: signed)
  return value == nil ? number : "\(number)<small> \(unit)</small>"
}

/// A text of the session's own numbers: `-3 dB` with a true minus sign, and `24-bit` as it is.
func typographic(_ text: String) -> String {
  var result = ""
  var before: Character = " "
  for character in text.replacing("-inf", with: "−∞") {
    result.append(character == "-" && !before.isLetter && !before.isNumber ? "−" : character)
    before = character
  }
  return result
}

/// A number of a path, plain and short.
func coordinate(_ value: Double) -> Int { Int(Maths.roundedHalfUp(value)) }

/// A place in percent of a width or height, with two decimals.
func percent(_ part: Double) -> String { decimals(min(max(part, 0), 1) * 100, 2, "") + "%" }

/// Minutes, seconds and milliseconds: `1:02.345`.
func exactTime(_ seconds: Double) -> String {
  let thousandths = Int(Maths.roundedHalfUp(max(0, seconds) * 1000))
  let minutes = thousandths / 60_000, rest = thousandths % 60_000
  let text = decimals(Double(rest) / 1000, 3, "")
  return "\(minutes):\(rest < 10_000 ? "0" : "")\(text)"
}

/// `guitar_left` as words.
func words(_ id: String) -> String { id.replacing("_", with: " ") }
