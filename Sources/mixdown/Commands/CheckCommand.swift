import ArgumentParser
import Diagnostics
import MixdownKit

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check sessions without rendering: syntax, values, routing, the headers of all files.",
    discussion: "Exits with 1 when a session has an error. `mixdown explain CODE` says more about one.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case human, short, github, sarif, json
  }

  @Argument(help: ArgumentHelp("Session files.", valueName: "FILE"), completion: sessionCompletion)
  var files: [String]

  @Flag(help: "Read every stem to its end: silent, clipped, offset, damaged and inverted ones.")
  var audio = false

  @Option(help: ArgumentHelp("How problems are printed.", valueName: "FORMAT"))
  var format: Format?

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var session: SessionOptions

  func validate() throws {
    if json.json, let format, format != .json {
      throw ValidationError("--json and --format \(format.rawValue) exclude each other")
    }
  }

  func run() throws {
    let format = json.json ? .json : format ?? .human
    var printed: [(path: String, diagnostics: [Diagnostic])] = []
    var hasErrors = false
    for (index, path) in files.enumerated() {
      let checked = Mixdown.check(path, session.loading, audio: audio)
      hasErrors = hasErrors || checked.status != .done
      let shown = quiet.quiet ? checked.diagnostics.filter { $0.severity == .error } : checked.diagnostics
      printed.append((path, shown))
      if format == .human { human(checked, shown, isFirst: index == 0) }
    }
    switch format {
    case .human: break
    case .json: Output.standard.line(report(printed).text(indented: true))
    case .short: Output.standard.write(DiagnosticPrinter(style: .short).text(printed.flatMap(\.diagnostics)))
    case .github:
      Output.standard.write(DiagnosticPrinter(style: .github).text(printed.flatMap(\.diagnostics)))
    case .sarif: Output.standard.write(DiagnosticPrinter(style: .sarif).text(printed.flatMap(\.diagnostics)))
    }
    if hasErrors { throw ExitStatus.finding }
  }

  private func human(_ checked: CheckedSession, _ shown: [Diagnostic], isFirst: Bool) {
    if !shown.isEmpty, !isFirst { Output.standard.write("\n") }
    Output.standard.diagnostics(shown)
    guard !quiet.quiet else { return }
    let sum = summary(checked.diagnostics)
    Output.messages.line("\(checked.path): \(sum.isEmpty ? "no problems" : sum)")
  }

  private func report(_ files: [(path: String, diagnostics: [Diagnostic])]) -> JSONValue {
    [
      "version": 1,
      "files": .array(
        files.map { ["path": .string($0.path), "diagnostics": .array($0.diagnostics.map(jsonValue))] }),
    ]
  }
}
