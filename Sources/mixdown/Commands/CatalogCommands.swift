import ArgumentParser
import Diagnostics
import MixdownKit

struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets", abstract: "List the built-in presets, or show one.",
    subcommands: [List.self, Show.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List the built-in presets.")

    @OptionGroup var json: JSONOption

    func run() {
      let presets = Mixdown.presets
      if json.json {
        let list = presets.map { preset -> JSONValue in
          ["name": .string(preset.name), "about": .string(preset.about)]
        }
        let object: JSONValue = ["version": 1, "presets": .array(list)]
        Output.standard.line(object.text(indented: true))
      } else {
        Output.standard.write(table(presets.map { ($0.name, $0.about) }))
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Print a built-in preset as the file that it is.")

    @Argument(
      help: ArgumentHelp("A built-in preset.", valueName: "NAME"),
      completion: .custom { _, _, _ in Mixdown.presets.map(\.name) })
    var name: String

    func run() throws {
      guard let preset = Mixdown.presets.first(where: { $0.name == name }) else {
        throw unknown("preset", name, among: Mixdown.presets.map(\.name))
      }
      Output.standard.write(preset.text)
    }
  }
}

struct ProcessorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "processors", abstract: "List the processors, or the parameters of one.")

  @Argument(
    help: ArgumentHelp("A processor.", valueName: "NAME"),
    completion: .custom { _, _, _ in Mixdown.processors.map(\.type) })
  var name: String?

  @OptionGroup var json: JSONOption

  func run() throws {
    let all = Mixdown.processors
    guard let name else {
      if json.json {
        let object: JSONValue = ["version": 1, "processors": .array(all.map(\.json))]
        Output.standard.line(object.text(indented: true))
      } else {
        Output.standard.write(table(all.map { ($0.type, $0.summary) }))
      }
      return
    }
    guard let processor = all.first(where: { $0.type == name }) else {
      throw unknown("processor", name, among: all.map(\.type))
    }
    if json.json {
      let object: JSONValue = ["version": 1, "processors": [processor.json]]
      Output.standard.line(object.text(indented: true))
    } else {
      Output.standard.write(processor.text(columns: Output.standard.columns))
    }
  }
}

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say more about the code of a diagnostic; without one, list them all.")

  @Argument(
    help: ArgumentHelp("A code, like S0202.", valueName: "CODE"),
    completion: .custom { _, _, _ in Mixdown.codes.map(\.id) })
  var code: String?

  @OptionGroup var json: JSONOption

  func run() throws {
    guard let id = code else {
      let codes = Mixdown.codes
      if json.json {
        let object: JSONValue = ["version": 1, "codes": .array(codes.map(object))]
        Output.standard.line(object.text(indented: true))
      } else {
        Output.standard.write(table(codes.map { ($0.id, $0.title) }))
      }
      return
    }
    guard let code = Mixdown.explain(id) else { throw unknown("code", id, among: Mixdown.codes.map(\.id)) }
    if json.json {
      let object: JSONValue = ["version": 1, "codes": [object(code)]]
      Output.standard.line(object.text(indented: true))
    } else {
      Output.standard.line("\(code.id): \(code.title)\n\n\(code.explanation)")
    }
  }

  private func object(_ code: DiagnosticCode) -> JSONValue {
    ["code": .string(code.id), "title": .string(code.title), "explanation": .string(code.explanation)]
  }
}

/// Two columns, the second broken at the terminal's width.
func table(_ rows: [(String, String)]) -> String {
  let width = (rows.map(\.0.count).max() ?? 0) + 2
  return rows.map { name, prose in
    let lines = wrapped(prose, columns: max(30, Output.standard.columns - width)).split(separator: "\n")
    return padded(name, width) + lines.joined(separator: "\n" + padded("", width)) + "\n"
  }.joined()
}

/// The usage error for a name that does not exist.
func unknown(_ noun: String, _ name: String, among names: [String]) -> ValidationError {
  let meant = closestMatch(to: name, among: names)
  return ValidationError(
    "there is no \(noun) '\(name)'"
      + (meant.map { "; did you mean '\($0)'?" }
        ?? "; `mixdown \(noun == "code" ? "explain" : noun + "s")` lists them"))
}
