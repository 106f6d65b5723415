import Diagnostics
import Testing
import YAMLSyntax

@Suite("Bounds")
struct BoundTests {
  @Test("file size, from the size alone and from the bytes")
  func fileSize() {
    #expect(fileSizeProblem(path: "a", byteCount: 8 * 1024 * 1024) == nil)
    #expect(fileSizeProblem(path: "a", byteCount: 8 * 1024 * 1024 + 1)?.code.id == "Y0101")
    #expect(fileSizeProblem(path: "a", byteCount: 100_000_000)?.message.contains("95.3 MiB") == true)
    #expect(places(read([UInt8](repeating: 0x78, count: 8 * 1024 * 1024 + 1)).diagnostics) == ["Y0101 1:1"])
  }

  @Test("32 levels and no more")
  func depth() throws {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
      let deepest = String(repeating: open, count: 32) + "x" + String(repeating: close, count: 32)
      #expect(read(deepest).document != nil)
      let tooDeep = String(repeating: open, count: 33) + "x" + String(repeating: close, count: 33)
      #expect(places(read(tooDeep).diagnostics) == ["Y0108 1:\(32 * open.count + 1)"])
    }
    let blocks = (0..<33).map { String(repeating: " ", count: $0) + "a:" }
    #expect(read(blocks.dropLast().joined(separator: "\n")).document != nil)
    #expect(places(read(blocks.joined(separator: "\n")).diagnostics) == ["Y0108 33:33"])
  }

  @Test("aliases do not get around the depth")
  func depthThroughAliases() {
    let inner = String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
    let outer = { (depth: Int) in
      String(repeating: "[", count: depth) + "*a" + String(repeating: "]", count: depth)
    }
    #expect(read("a: &a \(inner)\nb: \(outer(11))\n").document != nil)
    #expect(places(read("a: &a \(inner)\nb: \(outer(12))\n").diagnostics) == ["Y0108 2:16"])
  }

  @Test("hostile nesting ends at once", arguments: ["[", "{", "- ", "? ", "[a: ", "{a: ", "&a [", "- ? "])
  func nesting(_ piece: String) {
    let diagnostics = read(String(repeating: piece, count: 200_000 / piece.count)).diagnostics
    #expect(diagnostics.contains { $0.code.id == "Y0108" })
    #expect(diagnostics.count < 40)
  }

  @Test("alias bombs are counted, not written out")
  func bombs() {
    var lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for level in 1...25 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      lines.append("a\(level): &a\(level) [\(aliases)]")
    }
    let (document, diagnostics) = read(lines.joined(separator: "\n"))
    #expect(document == nil)
    #expect(diagnostics.map(\.code.id) == ["Y0109"])
    #expect(diagnostics.first?.primary?.range.start.line == 6)  // 10⁵ and 10⁶ values
    let (shared, problems) = read(lines.prefix(5).joined(separator: "\n"))
    #expect(problems.isEmpty)
    #expect(shared?.root["a4"]?.sequence?.count == 10)
  }

  @Test("1 000 000 nodes and no more, keys and aliased values included")
  func nodes() {
    // The root, two keys, two lists, 999 values in the first, 998 × 1000 aliased and some more in the second.
    func text(_ more: Int) -> String {
      "a: &a [" + String(repeating: "x,", count: 999) + "]\nb: [" + String(repeating: "*a,", count: 998)
        + String(repeating: "y,", count: more) + "]\n"
    }
    #expect(places(read(text(996)).diagnostics) == [])
    #expect(places(read(text(997)).diagnostics) == ["Y0109 2:\(5 + 998 * 3 + 996 * 2)"])
  }

  @Test("the count before the tree is built")
  func nodesBeforehand() {
    func excess(_ text: String, bound: Int) -> Range<Int>? {
      firstTokenPastNodeBound(Array(text.utf8), from: 0, bound: bound)
    }
    #expect(excess("[a, b, {c: d}, *e, 'f']", bound: 8) == nil)
    #expect(excess("[a, b, {c: d}, *e, 'f']", bound: 7) == 19..<22)
    #expect(excess("a:\n- b\n-\n- c\n", bound: 3) == 11..<12)
    #expect(excess(String(repeating: "[", count: 100_000), bound: 40) == nil)  // too deep: refused for that
  }

  @Test("texts of 64 KiB and no more")
  func texts() {
    let text = String(repeating: "ö", count: 32 * 1024)
    for quote in ["", "\"", "'"] {
      #expect(read("a: \(quote)\(text)\(quote)\n").document != nil)
      #expect(
        places(read("a: 1\nb: \(quote)\(text)x\(quote)\nc: 1\nc: 2\n").diagnostics) == [
          "Y0110 2:4", "Y0105 4:1",
        ])
    }
    #expect(places(read("a: |\n  \(text)x\n").diagnostics) == ["Y0110 1:4"])
  }

  @Test("endless texts", arguments: ["x", "x ", "\"x", "|\n x", "b\n\n\n\n\n\n\n"])
  func endless(_ start: String) {
    let text =
      "a: " + start
      + String(repeating: start.last == "\n" ? "\n" : "x ", count: start.last == "\n" ? 1_300_000 : 650_000)
      + " c"
    let (document, diagnostics) = read(text)
    #expect(document == nil)
    #expect(diagnostics.map(\.code.id) == ["Y0110"])
  }

  @Test("long comments are no texts")
  func comments() {
    #expect(
      places(read("a: 1 " + String(repeating: "# words\n", count: 150_000) + "b: 2\n").diagnostics) == [])
  }

  @Test("a file of problems is not read to its end", arguments: ["&x a,", "k: 1,", "!t a,"])
  func problems(_ piece: String) {
    let (document, diagnostics) = read("{" + String(repeating: piece, count: 5000) + "}")
    #expect(document == nil)
    #expect((1000...1002).contains(diagnostics.count))
  }

  @Test("a file that is no text ends after some problems")
  func binary() {
    let (document, diagnostics) = read([UInt8](repeating: 0x01, count: 100_000))
    #expect(document == nil)
    #expect(diagnostics.count == 100)
  }
}
