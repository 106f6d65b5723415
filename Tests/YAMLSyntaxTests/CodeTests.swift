import Diagnostics
import Testing
import YAMLSyntax

@Suite("Codes")
struct CodeTests {
  @Test("ids are unique, ordered and of this module")
  func ids() {
    let ids = DiagnosticCode.yamlCodes.map(\.id)
    #expect(ids == Set(ids).sorted())
    #expect(ids.allSatisfy { $0.hasPrefix("Y01") && $0.count == 5 })
  }

  @Test("pages say something", arguments: DiagnosticCode.yamlCodes)
  func pages(_ code: DiagnosticCode) {
    #expect(code.explanation.count > 100)
    #expect(
      !code.title.isEmpty && code.title.first?.isUppercase == false || code.id == "Y0103"
        || code.id == "Y0199")
  }

  @Test("a page's first example has the problem, its last has not", arguments: DiagnosticCode.yamlCodes)
  func examples(_ code: DiagnosticCode) {
    let parts = code.explanation.split(separator: "```").map(String.init)
    let examples = parts.filter { $0.hasPrefix("yaml\n") }.map { String($0.dropFirst(5)) }
    guard examples.count > 1, let first = examples.first, let last = examples.last else { return }
    #expect(read(first).diagnostics.contains { $0.code == code })
    #expect(!read(last).diagnostics.contains { $0.code == code })
  }
}
