import ArgumentParser
import Diagnostics
import MixdownKit
import SessionModel

/// What every command that reads a session takes.
struct SessionOptions: ParsableArguments {
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Lay a value over the session, like 'tracks.vocals.level=-3 dB'.", valueName: "PATH=VALUE"),
    completion: pathCompletion)
  var overrides: [String] = []

  @Option(
    help: ArgumentHelp("The project's folder, which paths must not leave.", valueName: "DIR"),
    completion: .directory)
  var root: String?

  @Flag(help: "Let paths leave the project's folder.")
  var allowOutside = false

  @Flag(
    help: """
      Take nothing for granted, for CI on what strangers send: ignore .mixdown, keep all paths inside the project, and \
      bound time, memory and disk.
      """)
  var untrusted = false

  func validate() throws {
    if untrusted { Untrusted.begin() }
    if untrusted, allowOutside { throw ValidationError("--untrusted and --allow-outside exclude each other") }
    for text in overrides where !text.contains("=") || text.first == "=" {
      throw ValidationError("--set takes PATH=VALUE, like 'tracks.vocals.level=-3 dB', not '\(text)'")
    }
  }

  var loading: LoadOptions {
    var options = LoadOptions()
    options.overrides = overrides
    options.root = root
    options.allowsOutside = allowOutside
    options.isUntrusted = untrusted
    return options
  }
}

struct QuietOption: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but what is asked for and what is wrong.")
  var quiet = false
}

struct JSONOption: ParsableArguments {
  @Flag(help: "Print one JSON object.")
  var json = false
}

let sessionCompletion = CompletionKind.file(extensions: ["yaml", "yml"])

/// A session that can be used, or the end of the command: its problems are told on standard error.
func usableSession(
  _ path: String, _ options: SessionOptions, isQuiet: Bool
) throws(ExitStatus) -> (session: ResolvedSession, checked: CheckedSession) {
  let checked = Mixdown.check(path, options.loading)
  let shown = isQuiet ? checked.diagnostics.filter { $0.severity == .error } : checked.diagnostics
  Output.messages.diagnostics(shown)
  if let problem = checked.templateProblem {
    Output.messages.diagnostics([problem])
    throw .unusable
  }
  guard let session = checked.session else { throw checked.status }
  return (session, checked)
}
