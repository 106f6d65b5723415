import ArgumentParser
import Diagnostics
import MixdownKit

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print the session after everything is resolved, each value with its origin.")

  @Argument(help: ArgumentHelp("A session file.", valueName: "FILE"), completion: sessionCompletion)
  var file: String

  @Flag(help: "Also print what nobody wrote: the defaults.")
  var defaults = false

  @Flag(help: "Print the render plan instead: nodes, gains, latencies, in order.")
  var plan = false

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var session: SessionOptions

  func run() throws {
    if plan {
      let (session, checked) = try usableSession(file, session, isQuiet: quiet.quiet)
      let text = Mixdown.plan(session, checked)
      let object: JSONValue = ["version": 1, "path": .string(file), "plan": .string(text)]
      Output.standard.line(json.json ? object.text(indented: true) : text)
    } else {
      let (resolved, problems) = Mixdown.resolve(file, session.loading)
      Output.messages.diagnostics(quiet.quiet ? problems.filter { $0.severity == .error } : problems)
      guard let resolved else { throw Mixdown.status(problems) }
      Output.standard.write(Mixdown.show(resolved, as: json.json ? .json : .yaml, defaults: defaults))
    }
  }
}
