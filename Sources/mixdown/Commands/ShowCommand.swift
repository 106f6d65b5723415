import ArgumentParser
import Delivery
import Diagnostics
import MixdownKit
import RenderPlan

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print the session after everything is resolved, each value with its origin.")

  @Argument(help: ArgumentHelp("A session file.", valueName: "FILE"), completion: sessionCompletion)
  var file: String

  @Argument(
    help: ArgumentHelp("Print this part only, like tracks.vocals.inserts.", valueName: "PATH"))
  var path: String?

  @Flag(help: "A line for each value, its whole path in front.")
  var flat = false

  @Flag(help: "Also print what nobody wrote: the defaults.")
  var defaults = false

  @Flag(
    help: "Print the render plan instead: nodes, gains, latencies, in order; then what is made, with fingerprints.")
  var plan = false

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var session: SessionOptions

  func validate() throws {
    if flat, json.json { throw ValidationError("--flat and --json exclude each other") }
    if plan, path != nil || flat { throw ValidationError("--plan prints the whole plan, without PATH and --flat") }
  }

  func run() throws {
    if plan {
      let (session, checked) = try usableSession(file, session, isQuiet: quiet.quiet)
      let text = Mixdown.plan(session, checked)
      let jobs = Mixdown.jobs(session, checked)
      let object: JSONValue = [
        "version": 1, "path": .string(file), "plan": .string(text),
        "jobs": .array(
          jobs.map { job in
            [
              "id": .string(job.id.description), "needs": .array(job.needs.map { .string($0.description) }),
              "fingerprint": .string(job.fingerprint.text),
            ]
          }),
      ]
      let lines = jobs.map { "\($0.fingerprint.text.prefix(12))  \($0.id)" }
      Output.standard.line(
        json.json ? object.text(indented: true) : "\(text)\njobs:\n\(lines.joined(separator: "\n"))")
    } else {
      let (resolved, problems) = Mixdown.resolve(file, session.loading)
      Output.messages.diagnostics(quiet.quiet ? problems.filter { $0.severity == .error } : problems)
      guard let resolved else { throw Mixdown.status(problems) }
      let form: ShownSession.Form = json.json ? .json : flat ? .flat : .yaml
      guard let path else {
        Output.standard.write(Mixdown.show(resolved, as: form, defaults: defaults))
        return
      }
      do throws(Mixdown.MissingPart) {
        Output.standard.write(try Mixdown.show(resolved, at: path, as: form, defaults: defaults))
      } catch {
        Output.messages.line("Error: \(error.message)\n  \(error.hint)")
        throw ExitStatus.unusable
      }
    }
  }
}
