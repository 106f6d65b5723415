import Diagnostics
import Testing
import YAMLSyntax

@Suite("Refusals")
struct RefusalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var text: String
    var places: [String]
    var testDescription: String { text.debugDescription }

    init(_ text: String, _ places: String...) {
      self.text = text
      self.places = places
    }
  }

  static let cases: [Case] = [
    // Characters.
    Case("a: 1\0\nb: 2\n", "Y0104 1:5"),
    Case("a: x\u{1B}[31m\n", "Y0104 1:5"),
    Case("a: x\u{FEFF}y\n", "Y0104 1:5"),
    Case("a: \"x\\0y\"\n", "Y0104 1:4"),
    Case("a: ö\u{85}b: 2\n", "Y0106 1:5"),
    Case("a: x\u{2028}y\nb: \u{2029}z\n", "Y0106 1:5", "Y0106 2:4"),
    Case("a: 1\rb: 2\r\nc: 3\n", "Y0106 1:5"),
    Case("a: x\u{202E}y\nb: \u{2066}z\n", "Y0107 1:5", "Y0107 2:4"),
    // Keys.
    Case("a: 1\nö: 2\nb:\n  a: 1\n  ö: 1\n  ö: 2\na: 3\n", "Y0105 6:3", "Y0105 7:1"),
    Case("{a: 1, 'a': 2}\n", "Y0105 1:8"),
    Case(
      "k0: 0\nk1: 0\nk2: 0\nk3: 0\nk4: 0\nk5: 0\nk6: 0\nk7: 0\nk8: 0\nk9: 0\nk9: 1\nk1: 1\n", "Y0105 11:1",
      "Y0105 12:1"),
    Case("a: &x {b: 1}\nc: {<<: *x}\n", "Y0111 2:5"),
    Case("a: &x b\n*x : 1\n", "Y0118 2:1"),
    Case(
      "{a: b}: c\n[1, 2]: d\n? - e\n: f\n: g\n?\n", "Y0119 1:1", "Y0119 2:1", "Y0119 3:3", "Y0119 5:1",
      "Y0119 6:1"),
    // Anchors, tags, documents.
    Case("a: &x 1\nb: &x 2\n", "Y0115 2:4"),
    Case("a: *x\nb: &y 1\nc: *z\n", "Y0116 1:4", "Y0116 3:4"),
    Case("a: &a [1, *a]\nb: &b\n  c: *b\n", "Y0117 1:11", "Y0117 3:6"),
    Case("a: &x &y 1\nb: &z *x\n", "Y0133 1:7", "Y0133 2:4"),
    Case("a: !!str 1\nb: !x {c: !y d}\n", "Y0112 1:4", "Y0112 2:4", "Y0112 2:11"),
    Case("%YAML 1.2\n---\na: 1\n", "Y0113 1:1"),
    Case("%FOO bar\n---\na: 1\n", "Y0113 1:1"),
    Case("a: 1\n---\nb: 2\n", "Y0114 2:1"),
    Case("a: 1\n...\nb: 2\n", "Y0114 3:1"),
    Case("", "Y0131 1:1"),
    Case("# nothing\n\n", "Y0131 1:1"),
    Case("---\n...\n", "Y0131 1:1"),
    // Layout.
    Case("a:\n\tb: 1\n\tc: 2\n", "Y0120 2:1"),
    Case("a:\n  b: 1\n  \tc: 2\n", "Y0120 3:3"),
    Case("a: \"b\nc: 1\n", "Y0121 1:4"),
    Case("t:\n  a: \"Night\n  b: \"Ada\"\n  c: 1\n  c: 2\n", "Y0121 2:6", "Y0105 5:3"),
    Case("a: 'b", "Y0121 1:4"),
    Case("a:\n  b:\n    c: 1\n   d: 2\n", "Y0122 4:4"),
    Case("a: 1\n  b: 2\n", "Y0122 2:3"),
    Case("  a: 1\nb: 2\n", "Y0122 2:1"),
    Case("a: 'x'\n  b: 2\n", "Y0122 2:3"),
    Case("a:\n  level -4 dB\n  pan: C\n", "Y0123 2:3"),
    Case("a: 1\nlevel\nb: 2\n", "Y0123 2:1"),
    Case("a: 1\nlevel:-4 dB\nb: 2\n", "Y0124 2:6"),
    Case("ö: {gain:-3 dB, q: 1}\n", "Y0124 1:9"),
    Case("title: Intro: Night\n", "Y0125 1:13"),
    Case(
      "a: @x\nb: `y`\nc: %z\nd: *.wav\ne: & f\n", "Y0125 1:4", "Y0125 2:4", "Y0125 3:4", "Y0125 4:4",
      "Y0125 5:4"),
    Case("a: 'Don't'\nb: \"x\" y\nc: [Live] at\n", "Y0125 1:8", "Y0125 2:8", "Y0125 3:11"),
    Case("a: {b: 1\nc: {d: 2}\n", "Y0126 1:4"),
    Case("a: [1, 2", "Y0126 1:4"),
    Case("a: [1, 2}\nb: ]\nc: [1, , 2]\n", "Y0127 1:9", "Y0127 2:4", "Y0127 3:8"),
    Case("a: {b: 1 c: 2}\n", "Y0134 1:11"),
    Case("a: {\n  b: 1\n  c: 2,\n}\n", "Y0134 3:3"),
    Case("a: \"\\k\"\nb: \"\\uXYZ\"\n", "Y0128 1:5", "Y0128 2:5"),
    Case("a: > b\nc: |d\n", "Y0129 1:4", "Y0129 2:4"),
    Case("a: - b\nc: 1\n", "Y0130 1:4"),
    Case("a: 1\n- b\n", "Y0130 2:1"),
    Case("- a\nb: 1\n", "Y0130 2:1"),
    Case("a: [- b]\n", "Y0130 1:5"),
    // Warnings.
    Case(
      "a: Take #2\nb: #ff8800\nc: # fine\nd: -4 dB #old\ne: [x #1\n  ]\nf: 'x' #y\n", "Y0132 1:9",
      "Y0132 2:4", "Y0132 5:7"),
    // Many at once.
    Case(
      "a: \"x\nb: [1, 2}\nc: 1\nc: 2\nd: T: x\ne: *f\n", "Y0121 1:4", "Y0127 2:9", "Y0105 4:1", "Y0125 5:5",
      "Y0116 6:4"),
    Case("a: x\0 'y\na: \"z\n", "Y0104 1:5", "Y0121 2:4", "Y0105 2:1").sorted,
  ]

  @Test("code, line and column", arguments: cases)
  func refusal(_ refusal: Case) {
    let (document, diagnostics) = read(refusal.text)
    #expect(places(diagnostics) == refusal.places)
    for diagnostic in diagnostics {
      #expect(!diagnostic.hints.isEmpty, "every problem says what to write instead")
      #expect(diagnostic.severity == (diagnostic.code.id == "Y0132" ? .warning : .error))
    }
    if document == nil { #expect(diagnostics.contains { $0.severity == .error }) }
  }

  @Test("both places of what is there twice")
  func bothPlaces() {
    let (_, diagnostics) = read("a: &x 1\nb: &x 2\nb: 3\n")
    #expect(diagnostics.map { place($0.secondary.first?.range) } == ["1:4-1:6", "2:1-2:2"])
    #expect(diagnostics.map { place($0.primary?.range) } == ["2:4-2:6", "3:1-3:2"])
  }

  @Test("the first of two keys is kept, the unreadable marked")
  func whatIsLeft() throws {
    let (document, _) = read("a: 1\na: 2\nb: \"x\nc: *nope\nd: 4\n")
    let root = try #require(document?.root)
    #expect(root.mapping?.map(\.key) == ["a", "b", "c", "d"])
    #expect(root["a"]?.scalar?.text == "1")
    #expect(root.mapping?.map(\.value.isInvalid) == [false, true, true, false])
  }

  @Test(
    "no tree where the layout is in doubt",
    arguments: ["a:\n  b:\n    c: 1\n   d: 2\n", "a:\n\tb: 1\n", "a: 1\nb\n"])
  func noTree(_ text: String) { #expect(read(text).document == nil) }

  @Test("edits that are offered cure the problem")
  func edits() throws {
    let texts = [
      "a: \"b\nc: 1\n", "level:-4 dB\nb: 1\n", "title: Intro: Night # x\n", "a: @x\n", "a: 'Don't'\n",
      "b: \"x \"y\" z\"\n", "c: [Live] at\n", "a: [1, 2}\n", "a: \"\\k\"\n", "a: > b\n", "a: Take #2 # c\n",
      "b: #ff8800\n",
      "e: [x #1]\n", "a:\n\tb: 1\n", "a: &lead 1\nb: *laed\n", "a: x\u{202E}y\n", "a: 1\rb: 2\n", "a: x\0y\n",
    ]
    for text in texts {
      let diagnostics = read(text).diagnostics
      let edit = try #require(diagnostics.compactMap(\.edit).last, "\(text.debugDescription)")
      var bytes = Array(text.utf8)
      bytes.replaceSubrange(edit.range.bytes, with: edit.replacement.utf8)
      #expect(places(read(bytes).diagnostics) == [], "\(text.debugDescription)")
    }
  }

  @Test("encodings: UTF-16 by its name, Latin-1 at each place")
  func encodings() {
    let utf16: [UInt8] = [0xFF, 0xFE] + "a: 1".utf8.flatMap { [$0, 0] }
    for bytes in [utf16, Array(utf16.dropFirst(2)), [0xFE, 0xFF, 0, 0x61], [0, 0x61, 0, 0x3A, 0, 0x20]] {
      let (document, diagnostics) = read(bytes)
      #expect(document == nil)
      #expect(places(diagnostics) == ["Y0103 1:1"])
      #expect(diagnostics.first?.message.contains("UTF-16") == true)
    }
    let latin = Array("a: N".utf8) + [0xE4] + Array("cht\nb: ".utf8) + [0xF6] + Array("\nb: 1\n".utf8)
    #expect(places(read(latin).diagnostics) == ["Y0102 1:5", "Y0102 2:4", "Y0105 3:1"])
    #expect(read(latin).diagnostics.first?.hints.first?.contains("`ä`") == true)
    // Overlong, surrogate, past U+10FFFF, cut off.
    for wrong: [UInt8] in [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
      #expect(read(Array("a: ".utf8) + wrong + [0x0A]).diagnostics.first?.code.id == "Y0102")
    }
  }
}

extension RefusalTests.Case {
  /// With the expected places in the file's order.
  var sorted: Self {
    var copy = self
    copy.places.sort { place($0) < place($1) }
    return copy
  }

  private func place(_ text: String) -> (Int, Int) {
    let parts = text.split { $0 == " " || $0 == ":" }.dropFirst().compactMap { Int($0) }
    return (parts.first ?? 0, parts.last ?? 0)
  }
}
