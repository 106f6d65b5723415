import ArgumentParser
import Diagnostics
import MixdownKit

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema (draft-07) of a kind of file, for editors, or the reference in Markdown."
  )

  @Argument(help: ArgumentHelp("session, template, preset or reference.", valueName: "KIND"))
  var kind: Kind

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case session, template, preset, reference
  }

  func run() {
    switch kind {
    case .session: Output.standard.write(Mixdown.schema(.session))
    case .template: Output.standard.write(Mixdown.schema(.template))
    case .preset: Output.standard.write(Mixdown.schema(.preset))
    case .reference: Output.standard.write(Mixdown.reference())
    }
  }
}

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Print versions, cores and room for temporary files.")

  @OptionGroup var json: JSONOption

  func run() throws {
    let report = Mixdown.doctor()
    if json.json {
      Output.standard.line(report.json.text(indented: true))
    } else {
      Output.standard.write(report.text)
    }
    if !report.problems.isEmpty { throw ExitStatus.finding }
  }
}

struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions", abstract: "Print the completion script of a shell.",
    discussion: "In bash: source <(mixdown completions bash)")

  enum Shell: String, ExpressibleByArgument, CaseIterable {
    case bash, zsh, fish
  }

  @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "SHELL"))
  var shell: Shell

  func run() {
    let known: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    Output.standard.line(shellScript(for: known))
  }
}
