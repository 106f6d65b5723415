import Diagnostics
import Testing

private let code = DiagnosticCode("X0001", title: "an example", explanation: "Why.")

@Suite("Order, cap, suggestions, JSON values")
struct ListTests {
  private let one = SourceFile(path: "1", bytes: Array("abcdef".utf8))
  private let two = SourceFile(path: "2", bytes: Array("abcdef".utf8))

  @Test("by file as they first come, then by place, else as found")
  func order() {
    let found = [
      Diagnostic(code, "c", at: SourceRange(two, 3..<4)), Diagnostic(code, "e", at: SourceRange(one, 2..<3)),
      Diagnostic(code, "a", at: SourceRange(two, 1..<2)), Diagnostic(code, "b", at: SourceRange(two, 1..<2)),
      Diagnostic(code, "d", at: SourceRange(one, 0..<1)), Diagnostic(code, "f"),
    ]
    #expect(sorted(found).map(\.message) == ["a", "b", "c", "d", "e", "f"])
  }

  @Test("50 errors, then a note with the count of the rest")
  func cap() {
    func list(_ errors: Int, _ warnings: Int) -> [Diagnostic] {
      (0..<errors).map { Diagnostic(code, "e\($0)", at: SourceRange(one, 0..<1)) }
        + (0..<warnings).map { Diagnostic(code, .warning, "w\($0)", at: SourceRange(one, 1..<2)) }
    }
    #expect(sorted(list(50, 50)).count == 100)
    let many = sorted(list(53, 2))
    #expect(many.count == 53)
    #expect(many.last?.message == "3 more errors are not shown")
    #expect(many.last?.severity == .note)
    #expect(sorted(list(51, 52)).last?.message == "1 more error and 2 more warnings are not shown")
    #expect(sorted(list(51, 0)).last?.message == "1 more error is not shown")
    #expect(sorted(list(90, 0), limit: nil).count == 90)
    #expect(summary(list(2, 1)) == "2 errors and 1 warning")
    #expect(summary([]) == "")
  }

  @Test(
    "did you mean",
    arguments: [
      ("treshold", "threshold"), ("thershold", "threshold"), ("dB", "dB"), ("db", "dB"), ("LEVEL", "level"),
      ("lvl", nil), ("x", nil), ("banana", nil), ("ratoi", "ratio"), ("atack", "attack"), ("", nil),
      ("releas", "release"),
    ] as [(String, String?)])
  func suggestions(_ written: String, _ meant: String?) {
    let names = ["threshold", "ratio", "attack", "release", "level", "dB", "Hz", "q"]
    #expect(closestMatch(to: written, among: names) == meant)
  }

  @Test("the nearest wins, the first among equals")
  func nearest() {
    #expect(closestMatch(to: "kick1", among: ["kick_2", "kick2", "kick3"]) == "kick2")
    #expect(closestMatch(to: "Kick", among: ["kicks", "kick"]) == "kick")
  }

  @Test("JSON values: order, escapes, shortest numbers, null")
  func json() {
    let value: JSONValue = [
      "z": 1, "a": -14.0, "b": .number(0.1), "c": .number(.infinity), "d": JSONValue(nil as Double?),
      "e": true,
      "f": "q\"\\\n\t\u{1}\u{2028}ö🎛", "g": [], "h": [:], "i": [1, "x"], "j": .number(1e-7),
    ]
    #expect(
      value.text()
        == #"{"z": 1, "a": -14, "b": 0.1, "c": null, "d": null, "e": true, "f": "q\"\\\n\t\u0001\u2028ö🎛", "g": [], "h": {}, "#
        + #""i": [1, "x"], "j": 1e-07}"#)
    let small: JSONValue = ["a": [1, 2], "b": [:]]
    #expect(small.text(indented: true) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}")
    #expect(small["a"] == [1, 2])
    #expect(small["c"] == nil)
  }
}
