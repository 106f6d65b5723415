import Diagnostics
import Testing
import YAMLSyntax

@Suite("Lossless tree")
struct TreeTests {
  @Test("tokens and gaps give the bytes back", arguments: corpus)
  func lossless(_ text: String) throws {
    let document = try document(text)
    #expect(isLossless(document))
    for index in 0...document.tokens.count {  // a gap holds nothing but blanks and comments
      for line in document.file.text(document.gap(before: index)).split(whereSeparator: \.isNewline) {
        let rest = line.drop { $0 == " " || $0 == "\t" || $0 == "\u{FEFF}" }
        #expect(rest.isEmpty || rest.hasPrefix("#"), "a gap holds \(rest)")
      }
    }
  }

  @Test("the same with CRLF line ends and a byte order mark", arguments: corpus)
  func losslessCRLF(_ text: String) throws {
    let changed =
      "\u{FEFF}"
      + text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n").replacing("\u{FEFF}", with: "")
    #expect(isLossless(try document(changed)))
  }

  @Test("a node's range lies in its parent's and holds its own text", arguments: corpus)
  func ranges(_ text: String) throws {
    let document = try document(text)
    for node in allNodes(document.root) where node.alias == nil {
      for child in (node.mapping?.map(\.value) ?? []) + (node.sequence ?? []) {
        #expect(node.range.bytes.lowerBound <= child.range.bytes.lowerBound)
        #expect(child.range.bytes.upperBound <= node.range.bytes.upperBound)
      }
      for entry in node.mapping ?? [] {
        #expect(entry.keyRange.text.contains(entry.key) || entry.keyRange.text.hasPrefix("\""))
        #expect(entry.keyRange.bytes.upperBound <= entry.value.range.bytes.lowerBound)
      }
      if let scalar = node.scalar, scalar.style == .plain, !node.range.text.contains("\n") {
        #expect(node.range.text == scalar.text)
      }
      #expect(!node.range.text.hasSuffix("\n") && !node.range.text.hasSuffix(" "))
    }
  }

  @Test("scalars: style, folding, escapes, null")
  func scalars() throws {
    let root = try document(
      "a: 'it''s'\nb: \"x\\u00F6\\n\"\nc: |\n  one\n   two\nd: >\n  one\n  two\ne:\nf: ~\ng: null\nh: 'null'\ni: no\nj: \"\"\n"
    ).root
    let expected: [(String, String, YAMLScalar.Style, Bool)] = [
      ("a", "it's", .singleQuoted, false), ("b", "xö\n", .doubleQuoted, false),
      ("c", "one\n two\n", .literal, false), ("d", "one two\n", .folded, false), ("e", "", .plain, true),
      ("f", "~", .plain, true), ("g", "null", .plain, true), ("h", "null", .singleQuoted, false),
      ("i", "no", .plain, false), ("j", "", .doubleQuoted, false),
    ]
    for (key, text, style, isNull) in expected {
      let scalar = try #require(root[key]?.scalar)
      #expect(scalar.text == text)
      #expect(scalar.style == style)
      #expect(scalar.isNull == isNull)
    }
  }

  @Test("an alias has its own place and the anchored content")
  func aliases() throws {
    let root = try document("a: &x {b: 1}\nc: *x\n").root
    let node = try #require(root["c"])
    #expect(root["a"]?.anchor == "x")
    #expect(place(root["a"]?.range) == "1:7-1:13")
    #expect(place(node.range) == "2:4-2:6")
    #expect(node.alias?.name == "x")
    #expect(node.alias?.target === root["a"])
    #expect(place(node["b"]?.range) == "1:11-1:12")
    #expect(node["b"] === root["a"]?["b"])  // shared, not copied
  }

  @Test("block collections end at their last descendant")
  func blockEnds() throws {
    let root = try document("a:\n  b: 1   # c\n\n  # d\ne:\n- x\n\n# f\ng: |\n  t\n\n\nh: 1\n").root
    #expect(place(root["a"]?.range) == "2:3-2:7")
    #expect(place(root["e"]?.range) == "6:1-6:4")
    #expect(place(root["g"]?.range) == "9:4-10:4")
    #expect(place(root.range) == "1:1-13:5")
  }

  @Test("a node's tokens cover it")
  func tokens() throws {
    let document = try document("a: &x [1, {b: 2}]\nc:\n  d: e\n")
    for node in allNodes(document.root) where !node.tokens.isEmpty {
      let bytes =
        document.tokens[node.tokens.lowerBound].bytes
        .lowerBound..<document.tokens[node.tokens.upperBound - 1].bytes.upperBound
      #expect(
        bytes.lowerBound <= node.range.bytes.lowerBound && bytes.upperBound >= node.range.bytes.upperBound)
    }
    let list = try #require(document.root["a"])
    #expect(document.tokens[list.tokens.lowerBound].kind == .anchor)
    #expect(document.tokens[list.tokens.upperBound - 1].kind == .flowSequenceEnd)
  }

  @Test("exact places after ö, emoji, a byte order mark, CRLF and tabs")
  func positions() throws {
    let root = try document("\u{FEFF}ö: ü\r\n🎛🎛: {日本: [\tx, y ]}\r\nz:\t'é'\t# c\r\n").root
    #expect(place(root["ö"]?.range) == "1:4-1:5")
    #expect(root["ö"]?.range.bytes == 7..<9)
    #expect(place(root["🎛🎛"]?.range) == "2:5-2:19")
    #expect(place(root["🎛🎛"]?["日本"]?.sequence?[0].range) == "2:12-2:13")
    #expect(place(root["🎛🎛"]?["日本"]?.sequence?[1].range) == "2:15-2:16")
    #expect(place(root["z"]?.range) == "3:4-3:7")
    #expect(place(root.mapping?[2].keyRange) == "3:1-3:2")
  }

  @Test("places far into a long line of wide characters")
  func longLine() throws {
    let text = "a: [" + String(repeating: "\"日🎛\", ", count: 500) + "end]\n"
    let last = try #require(try document(text).root["a"]?.sequence?.last)
    #expect(place(last.range) == "1:\(5 + 500 * 6)-1:\(8 + 500 * 6)")
    #expect(last.range.text == "end")
  }

  @Test("an empty value has its place behind the colon or dash")
  func emptyValues() throws {
    let root = try document("a:   # c\nb: [x: ]\nc:\n-\n- 1\n").root
    #expect(place(root["a"]?.range) == "1:3-1:3")
    #expect(place(root["b"]?.sequence?[0]["x"]?.range) == "2:7-2:7")
    #expect(place(root["c"]?.sequence?[0].range) == "4:2-4:2")
  }

  @Test("edits change their bytes and no other")
  func edits() throws {
    let document = try document("a: 1 # ö\nb: 2\n")
    let b = try #require(document.root["b"]).range.bytes
    let a = try #require(document.root["a"]).range.bytes
    let changed = document.bytes(after: [
      YAMLEdit(b, "-3 dB"), YAMLEdit(a.upperBound..<a.upperBound, "0"), YAMLEdit(a, "x"),
    ])
    #expect(changed.map { String(decoding: $0, as: UTF8.self) } == "a: x0 # ö\nb: -3 dB\n")
    #expect(document.bytes(after: []) == document.file.bytes)
    #expect(document.bytes(after: [YAMLEdit(0..<3, ""), YAMLEdit(2..<4, "")]) == nil)
    #expect(document.bytes(after: [YAMLEdit(0..<100, "")]) == nil)
  }
}
