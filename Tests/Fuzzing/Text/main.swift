import Diagnostics
import Fuzzing
import RenderPlan
import SessionModel
import Tables
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
      show(problems, bytes)
      return true
    },
    FuzzTarget("session") { bytes in
      project.write(bytes)
      check(LoadOptions(), bytes)
      return true
    },
    // Over the session that FUZZ_SESSION names.
    FuzzTarget("set", prepare: { project.write(contents(ofFileNamedBy: "FUZZ_SESSION")) }) { bytes in
      var options = LoadOptions()
      options.overrides = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
      check(options, bytes)
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
func check(_ options: LoadOptions, _ bytes: [UInt8]) {
  let (session, problems) = loadSession(project.session, options)
  show(problems, bytes)
  guard let session else { return }
  plan(session)
  for (_, version) in session.versions { plan(version) }
}

/// A plan with a stem for each clip that has a day of audio and all channels that there may be, so that nothing a
/// session says is more than its file holds.
func plan(_ session: ResolvedSession) {
  let stem = StemFile(path: "a.wav", channelCount: 64, frameCount: 8000 * 86_400, sampleRate: 8000)
  var stems: [String: StemFile] = [:]
  for (id, track) in session.session.tracks {
    for (name, _) in track.clips { stems["\(id).\(name)"] = stem }
  }
  let plan = RenderPlan(session.session, stems: stems)
  precondition(plan.length.frameLimit >= 0 && !plan.description.isEmpty)
}

/// Nothing in a file reaches the terminal as a control character. One in 32 inputs chooses a form to be shown in: to
/// print takes longer than to read.
func show(_ problems: [Diagnostic], _ bytes: [UInt8]) {
  let choice = bytes.reduce(0) { ($0 * 31 + Int($1)) % 65_536 }
  guard choice % 32 == 0 else { return }
  let styles = DiagnosticPrinter.Style.allCases
  let text = DiagnosticPrinter(style: styles[choice / 32 % styles.count]).text(problems)
  precondition(!text.utf8.contains { $0 < 0x20 && $0 != 0x0A }, "a control character")
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
