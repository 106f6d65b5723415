import Diagnostics
import MixdownKit
import Testing

@Suite("Codes") struct CodeTests {
  @Test("ids are unique") func unique() {
    let ids = Mixdown.codes.map(\.id)
    #expect(Set(ids).count == ids.count)
  }

  @Test("every code has a phase, a title and an explanation", arguments: Mixdown.codes.map(\.id))
  func complete(id: String) throws {
    let code = try #require(Mixdown.explain(id))
    #expect(id.wholeMatch(of: /[YSURPGADNI][0-9]{4}/) != nil)
    #expect(!code.title.isEmpty)
    #expect(code.explanation.count > 30)
    #expect(!code.explanation.contains("TODO"))
  }

  @Test("a code is found in any case, an unknown one is not") func lookUp() {
    #expect(Mixdown.explain("s0202")?.id == "S0202")
    #expect(Mixdown.explain("S9999") == nil)
  }

  /// A code that a module declares and does not list would have no page.
  @Test("every declared code is listed") func listed() {
    let known = Set(Mixdown.codes.map(\.id))
    let modules = names(in: "\(repository)/Sources")
    for module in modules {
      for file in names(in: "\(repository)/Sources/\(module)") where file.hasSuffix(".swift") {
        for match in text("\(repository)/Sources/\(module)/\(file)").matches(
          of: /"([YSURPGADNI]\d{4})", title:/)
        {
          #expect(known.contains(String(match.1)), "\(match.1) of \(module)/\(file) is in no list")
        }
      }
    }
  }
}
