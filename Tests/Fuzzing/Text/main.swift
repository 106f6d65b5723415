import Diagnostics
import Fuzzing
import MixdownKit
import SessionModel
import YAMLSyntax

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

// What a session and a command line can do to the process.

let project = FuzzedProject()

exit(
  runFuzzer([
    FuzzTarget("yaml") { bytes in
      let (document, problems) = parseYAML(SourceFile(path: "song.mix.yaml", bytes: bytes))
      // A file is read, or the reason why not is told; and what is told lies inside the file.
      precondition(document != nil || problems.contains { $0.severity == .error }, "no document and no reason")
      for problem in problems {
        for range in [problem.primary?.range, problem.edit?.range].compactMap(\.self) + problem.secondary.map(\.range) {
          precondition(range.bytes.upperBound <= bytes.count, "a place outside the file")
        }
      }
      if let document { precondition(isLossless(document), "a token is missing") }
      show(problems)
      return true
    },
    FuzzTarget("session") { bytes in
      project.write(bytes)
      check(LoadOptions())
      return true
    },
    // Over the session that FUZZ_SESSION names.
    FuzzTarget("set", prepare: { project.write(contents(ofFileNamedBy: "FUZZ_SESSION")) }) { bytes in
      var options = LoadOptions()
      options.overrides = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
      check(options)
      return true
    },
  ]))

/// The bytes of the file whose path is in the environment.
func contents(ofFileNamedBy variable: String) -> [UInt8] {
  guard let path = unsafe getenv(variable), let stream = unsafe fopen(path, "rb") else { return [] }
  defer { unsafe fclose(stream) }
  var bytes = [UInt8](repeating: 0, count: 65_536)
  let count = unsafe fread(&bytes, 1, bytes.count, stream)
  return Array(bytes[..<count])
}

/// All that is done with a session before it is rendered.
func check(_ options: LoadOptions) {
  let checked = Mixdown.check(project.session, options)
  show(checked.diagnostics)
  guard let session = checked.session else { return }
  _ = checked.expectedSeconds
  _ = Mixdown.plan(session, checked)
  _ = Mixdown.show(session, defaults: true)
  _ = Mixdown.show(session, as: .json)
}

/// Nothing in a file reaches the terminal as a control character.
func show(_ problems: [Diagnostic]) {
  for style in DiagnosticPrinter.Style.allCases {
    let text = DiagnosticPrinter(style: style).text(problems)
    precondition(!text.utf8.contains { $0 < 0x20 && $0 != 0x0A }, "a control character")
  }
}

/// Tokens and gaps, in their order, cover the bytes.
func isLossless(_ document: YAMLDocument) -> Bool {
  var end = 0
  for token in document.tokens {
    if token.bytes.lowerBound < end { return false }
    end = token.bytes.upperBound
  }
  return end <= document.file.bytes.count
}
