import Diagnostics
import Testing

private let code = DiagnosticCode("X0001", title: "an example", explanation: "Why.")

/// The range of the n-th occurrence of a text.
private func range(_ file: SourceFile, _ text: String, occurrence: Int = 1) -> SourceRange {
  let wanted = Array(text.utf8)
  var left = occurrence
  for start in file.bytes.indices where file.bytes[start...].starts(with: wanted) {
    left -= 1
    if left == 0 { return SourceRange(file, start..<start + wanted.count) }
  }
  return SourceRange(file, 0..<0)
}

private func human(_ diagnostics: Diagnostic..., color: Bool = false) -> String {
  DiagnosticPrinter(style: .human, color: color).text(diagnostics)
}

@Suite("Renderings for people")
struct HumanRenderingTests {
  private let song = SourceFile(
    path: "song.mix.yaml",
    bytes: Array(
      "mixdown: 1\ntracks:\n  kick:\n    level: -4 db\n    pan: C\n    width: 1\n    level: -6 dB\n".utf8))

  @Test("one place, a path, help and an edit")
  func onePlace() {
    let range = range(song, "-4 db")
    #expect(
      human(
        Diagnostic(
          code, "`db` is no unit", at: range, label: "a level", path: "tracks.kick.level",
          hints: ["did you mean `dB`?"],
          edit: Diagnostic.Edit(range, "-4 dB"))) == """
          error[X0001]: `db` is no unit
           --> song.mix.yaml:4:12
            |
          4 |     level: -4 db
            |            ^^^^^ a level
            |
            = in: tracks.kick.level
            = help: did you mean `dB`?
            |
          4 -     level: -4 db
          4 +     level: -4 dB

          """)
  }

  @Test("two places in one file, with what lies between")
  func twoPlaces() {
    #expect(
      human(
        Diagnostic(
          code, .warning, "twice", at: range(song, "level", occurrence: 2), label: "again here",
          also: [Diagnostic.Label(range(song, "level"), "first here")])) == """
          warning[X0001]: twice
           --> song.mix.yaml:7:5
            |
          4 |     level: -4 db
            |     ----- first here
          ...
          7 |     level: -6 dB
            |     ^^^^^ again here

          """)
  }

  @Test("two places in two files")
  func twoFiles() {
    let band = SourceFile(
      path: "band.mix.yaml", bytes: Array((String(repeating: "\n", count: 11) + "p: {type: level}\n").utf8))
    #expect(
      human(
        Diagnostic(
          code, "wrong type", at: range(song, "C"),
          also: [Diagnostic.Label(range(band, "level"), "declared here")]),
        Diagnostic(code, .note, "another")) == """
          error[X0001]: wrong type
            --> song.mix.yaml:5:10
             |
           5 |     pan: C
             |          ^
            ::: band.mix.yaml:12:11
             |
          12 | p: {type: level}
             |           ----- declared here

          note[X0001]: another

          """)
  }

  @Test("several places on one line")
  func oneLine() {
    let file = SourceFile(path: "a", bytes: Array("x: {aa: 1, bb: 2, cc: 3}\n".utf8))
    #expect(
      human(
        Diagnostic(
          code, "three", at: range(file, "bb"), label: "two",
          also: [Diagnostic.Label(range(file, "aa"), "one"), Diagnostic.Label(range(file, "cc"), "three")]))
          == """
          error[X0001]: three
           --> a:1:12
            |
          1 | x: {aa: 1, bb: 2, cc: 3}
            |     --     ^^     -- three
            |     |      |
            |     |      two
            |     one

          """)
  }

  @Test("tabs, wide characters, emoji and combining marks: the marks stand below their text")
  func columns() {
    let file = SourceFile(path: "a", bytes: Array("日本\t🎛e\u{301}👩‍🎤: wrong\n".utf8))
    #expect(
      human(Diagnostic(code, "m", at: range(file, "wrong"), also: [Diagnostic.Label(range(file, "本"))]))
        == """
        error[X0001]: m
         --> a:1:12
          |
        1 | 日本    🎛e\u{301}👩‍🎤: wrong
          |   --          ^^^^^

        """)
  }

  @Test("what is invisible is made visible, in lines and in messages")
  func invisible() {
    let file = SourceFile(path: "a\u{1B}b", bytes: Array("a: x\u{202E}\u{1B}[31my\0\n".utf8) + [0xF6, 0x0A])
    #expect(
      human(Diagnostic(code, "odd \n\u{202E}", at: range(file, "y"))) == """
        error[X0001]: odd ␊<U+202E>
         --> a␛b:1:11
          |
        1 | a: x<U+202E>␛[31my␀
          |                  ^

        """)
    #expect(
      human(Diagnostic(code, "m", at: SourceRange(file, file.bytes.count - 2..<file.bytes.count - 1)))
        .contains("2 | \u{FFFD}\n  | ^\n"))
  }

  @Test("long lines are cut around the place")
  func longLines() {
    let text =
      "start " + String(repeating: "äöü ", count: 10_000) + "HERE " + String(repeating: "xyz ", count: 10_000)
    let file = SourceFile(path: "a", bytes: Array(text.utf8))
    let rows = human(Diagnostic(code, "m", at: range(file, "HERE"), label: "l")).split(separator: "\n")
    #expect(rows[3].count < 110)
    #expect(rows[3].hasPrefix("1 | …") && rows[3].hasSuffix("…"))
    let column = rows[3].firstRange(of: "HERE").map {
      rows[3].distance(from: rows[3].startIndex, to: $0.lowerBound)
    }
    #expect(column == rows[4].firstIndex(of: "^").map { rows[4].distance(from: rows[4].startIndex, to: $0) })
    #expect(rows[4].hasSuffix("^^^^ l"))
  }

  @Test("a place behind the last character, and one of several lines")
  func edges() {
    let file = SourceFile(path: "a", bytes: Array("ab\ncd\n".utf8))
    #expect(
      human(Diagnostic(code, "m", at: SourceRange(file, 6..<6)))
        == "error[X0001]: m\n --> a:3:1\n  |\n3 |\n  | ^\n")
    #expect(human(Diagnostic(code, "m", at: SourceRange(file, 1..<5))).contains("1 | ab\n  |  ^\n"))
    #expect(
      human(Diagnostic(code, "m", at: SourceRange(SourceFile(path: "a", bytes: []), 0..<0)))
        == "error[X0001]: m\n --> a:1:1\n")
  }

  @Test("colours only when asked for")
  func colors() {
    let diagnostic = Diagnostic(code, "m", at: range(song, "C"))
    #expect(!human(diagnostic).contains("\u{1B}"))
    #expect(
      human(diagnostic, color: true).hasPrefix("\u{1B}[1;31merror[X0001]\u{1B}[0m\u{1B}[1m: m\u{1B}[0m\n"))
    let plain = human(diagnostic, color: true).replacing(/\u{1B}\[[0-9;]*m/, with: "")
    #expect(plain == human(diagnostic))
  }
}

@Suite("Renderings for machines")
struct MachineRenderingTests {
  private let file = SourceFile(path: "a,b ö.yaml", bytes: Array("ö: 1\n🎛: {x: 12,\n  y: 3}\n".utf8))

  @Test("short")
  func short() {
    let printer = DiagnosticPrinter(style: .short)
    #expect(
      printer.text([Diagnostic(code, "m", at: range(file, "12"))]) == "a,b ö.yaml:2:8: error[X0001]: m\n")
    #expect(printer.text([Diagnostic(code, .warning, "m\nn")]) == "warning[X0001]: m␊n\n")
    #expect(printer.text([]) == "")
  }

  @Test("GitHub")
  func gitHub() {
    let diagnostic = Diagnostic(code, .note, "50 %: yes", at: range(file, "12,\n  y"), hints: ["a\nb"])
    #expect(
      DiagnosticPrinter(style: .github).text([diagnostic])
        == "::notice file=a%2Cb ö.yaml,line=2,endLine=3,col=8,endColumn=4,title=X0001%3A an example::50 %25: yes%0Aa␊b\n"
    )
  }

  @Test("JSON has the names that scripts rely on")
  func json() {
    let diagnostic = Diagnostic(code, "say \"m\"", at: range(file, "12,\n  y"), path: "a.b", hints: ["h"])
    #expect(
      Diagnostics.json(diagnostic)
        == #"{"code": "X0001", "severity": "error", "message": "say \"m\"", "file": "a,b ö.yaml", "line": 2, "column": 8, "#
        + #""end_line": 3, "end_column": 4, "path": "a.b", "hints": ["h"]}"#)
    #expect(
      Diagnostics.json(Diagnostic(code, .warning, "m"))
        == #"{"code": "X0001", "severity": "warning", "message": "m", "file": null, "line": null, "column": null, "#
        + #""end_line": null, "end_column": null, "path": null, "hints": []}"#)
  }

  @Test("SARIF: rules once each, places in code points, fixes")
  func sarif() {
    let range = range(file, "12")
    let text = DiagnosticPrinter(style: .sarif).text([
      Diagnostic(
        code, .note, "m", at: range, also: [Diagnostic.Label(range, "l")], edit: Diagnostic.Edit(range, "13")),
      Diagnostic(code, "n"),
    ])
    for part in [
      #""version": "2.1.0""#, #""columnKind": "unicodeCodePoints""#, #""ruleIndex": 0"#, #""level": "note""#,
      #""uri": "a%2Cb%20%C3%B6.yaml""#, #""startColumn": 8"#, #""endColumn": 10"#, #""insertedContent""#,
      #""locations": []"#,
    ] { #expect(text.contains(part), "\(part)") }
    #expect(text.split(separator: #""id": "X0001""#).count == 2)
  }
}
