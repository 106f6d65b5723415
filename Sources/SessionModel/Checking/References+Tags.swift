import Diagnostics
import Quantities

// Metadata that has a form of its own.

extension ReferenceCheck {
  /// Of the Gregorian calendar.
  private func days(inMonth month: String, of year: String) -> Int {
    let year = Int(year) ?? 0
    switch Int(month) {
    case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  mutating func tags(_ metadata: Metadata, at path: String) {
    func digits(_ text: String) -> [Int]? {
      let values = text.compactMap(\.wholeNumberValue)
      return values.count == text.count && text.allSatisfy(\.isASCII) ? values : nil
    }
    if let isrc = metadata.isrc {
      let code = isrc.filter { $0 != "-" && $0 != " " }
      let isValid =
        code.count == 12 && code.prefix(2).allSatisfy { $0.isASCII && $0.isLetter }
        && code.dropFirst(2).prefix(3).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        && digits(String(code.dropFirst(5))) != nil
      if !isValid {
        report(
          .badTag,
          "\(quoted(isrc)) is no ISRC: two letters, three letters or digits, seven digits, like `QZ-ABC-26-00001`",
          path: "\(path).isrc")
      }
    }
    if let upc = metadata.upc {
      let code = digits(upc) ?? []
      let padded = Array(repeating: 0, count: max(0, 13 - code.count)) + code
      let sum = padded.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3) }
      if ![12, 13].contains(code.count) || sum % 10 != 0 {
        report(
          .badTag, "\(quoted(upc)) is no UPC or EAN: 12 or 13 digits, the last of which checks the others",
          path: "\(path).upc")
      }
    }
    if let date = metadata.date {
      let parts = date.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      let isValid =
        (1...3).contains(parts.count) && zip(parts, [4, 2, 2]).allSatisfy { $0.count == $1 && digits($0) != nil }
        && (parts.count < 2 || (1...12).contains(Int(parts[1]) ?? 0))
        && (parts.count < 3 || (1...days(inMonth: parts[1], of: parts[0])).contains(Int(parts[2]) ?? 0))
      if !isValid {
        report(
          .badTag, "\(quoted(date)) is no date: write `2026-11-22`, `2026-11` or `2026`", path: "\(path).date")
      }
    }
    for (key, value) in [("track", metadata.track), ("disc", metadata.disc)] {
      guard let value else { continue }
      let parts = value.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      if !(1...2).contains(parts.count) || parts.contains(where: { $0 < 1 })
        || (parts.count == 2 && parts[0] > parts[1])
      {
        report(.badTag, "\(quoted(value)) is no number on a release: write `3` or `3/10`", path: "\(path).\(key)")
      }
    }
    if let language = metadata.language, language.count != 3 || !language.allSatisfy({ ("a"..."z").contains($0) }) {
      report(.badTag, "\(quoted(language)) is no ISO 639-2 code, like `eng` or `deu`", path: "\(path).language")
    }
  }
}
