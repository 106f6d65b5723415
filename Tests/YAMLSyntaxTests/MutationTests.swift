import Diagnostics
import Testing
import YAMLSyntax

@Suite("Random changes")
struct MutationTests {
  @Test("nothing crashes; every tree is lossless, every refusal has its reason")
  func mutations() {
    var random = SplitMix64(state: 1)
    let pieces = [
      "\"", "'", "{", "}", "[", "]", ":", ": ", "- ", "\n", "\r", "\t", "  ", "#", " #", "&a ", "*a", "!",
      "? ", "|", ">", "%",
      "\0", "\u{85}", "\u{202E}", "ö", "🎛", "<<: ", "---\n", "...\n", ",", "\\", "@", "a: b\n",
    ]
    for _ in 0..<3000 {
      var bytes = Array(corpus[Int.random(in: 0..<corpus.count, using: &random)].utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
          bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)].utf8, at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...6, using: &random)))
        case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
        default: bytes = Array(bytes.prefix(place))
        }
      }
      check(bytes)
    }
  }

  private func check(_ bytes: [UInt8]) {
    let (document, diagnostics) = read(bytes)
    if let document {
      #expect(isLossless(document), "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    } else {
      #expect(
        diagnostics.contains { $0.severity == .error },
        "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
    for diagnostic in diagnostics {
      let ranges =
        [diagnostic.primary?.range, diagnostic.edit?.range].compactMap(\.self)
        + diagnostic.secondary.map(\.range)
      for range in ranges { #expect(range.bytes.upperBound <= bytes.count) }
    }
    // Nothing in a file reaches the terminal as a control character.
    for style in DiagnosticPrinter.Style.allCases {
      let text = DiagnosticPrinter(style: style).text(diagnostics)
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
  }
}
