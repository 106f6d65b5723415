import ArgumentParser
import FoundationEssentials
import MixdownKit

/// Prints the manual page, made from the definitions of the commands. `make install` puts it where `man` looks.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the manual page, for man.", shouldDisplay: false)

  func run() throws {
    Output.standard.write(try ManualPage(dump: RootCommand._dumpHelp(), version: Mixdown.version).text)
  }
}

/// The manual page in the macros of man(7).
struct ManualPage {
  /// A command as ArgumentParser describes it.
  private struct Command: Decodable {
    var commandName: String
    var shouldDisplay: Bool?
    var abstract: String?
    var discussion: String?
    var subcommands: [Command]?
    var arguments: [Argument]?
  }

  private struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    var kind: String
    var shouldDisplay: Bool
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var abstract: String?
    var defaultValue: String?
  }

  private struct Dump: Decodable { var command: Command }

  private let root: Command
  private let version: String

  init(dump: String, version: String) throws {
    root = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command
    self.version = version
  }

  var text: String {
    let commands = (root.subcommands ?? []).filter { $0.commandName != "help" && $0.shouldDisplay != false }
    var lines = [
      #".TH MIXDOWN 1 "" "mixdown \#(version)" "User Commands""#,
      ".SH NAME", #"mixdown \- mixes as code: from a session file and its stems to finished masters"#,
      ".SH SYNOPSIS",
    ]
    for command in commands { lines += synopsis(command) }
    lines += [
      ".SH DESCRIPTION",
      Self.line(
        """
        A song's mix is written as a YAML session beside its stems. Mixdown checks it, renders it into finished WAV, \
        FLAC, MP3, Ogg Vorbis and Opus files at the loudness that was asked for, and reports on them. The same session \
        and stems give the same samples on every machine.
        """),
      ".SH COMMANDS",
    ]
    for command in commands { lines += section(command) }
    lines += [".SH EXIT STATUS"]
    for status in ExitStatus.allCases { lines += [".TP", "\(status.rawValue)", Self.line(status.meaning)] }
    lines += [
      ".SH FILES", ".TP", ".I song.mix.yaml", "A session.", ".TP", ".I renders/",
      "Beside a session: its files, song.report.html, and song.report.json.", ".SH EXAMPLES", ".nf",
      "mixdown check song.mix.yaml", "mixdown render song.mix.yaml",
      Self.line("mixdown render song.mix.yaml --only flac -o - | ffplay -"), ".fi", ".SH SEE ALSO",
      Self.line("mixdown schema reference prints every key and every processor."), ".BR ffmpeg (1),", ".BR sox (1)",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private func synopsis(_ command: Command) -> [String] {
    let words = shown(command).filter { $0.kind == "positional" }.map { argument in
      let value = "\\fI\(Self.escaped(argument.valueName ?? "value"))\\fR"
      return (argument.isOptional ? "[\(value)]" : value) + (argument.isRepeating ? " ..." : "")
    }
    return [
      ".B mixdown \(Self.escaped(command.commandName))", "[\\fIoptions\\fR] " + words.joined(separator: " "), ".br",
    ]
  }

  private func section(_ command: Command) -> [String] {
    var lines = [".SS mixdown \(Self.escaped(command.commandName))"]
    if let abstract = command.abstract { lines.append(Self.line(abstract)) }
    if let discussion = command.discussion { lines += [".PP", Self.line(discussion)] }
    for argument in shown(command) {
      lines.append(".TP")
      let value = argument.valueName.map { "\\fI\(Self.escaped($0))\\fR" } ?? ""
      switch argument.kind {
      case "positional": lines.append(value)
      case "option": lines.append("\(names(argument)) \(value)")
      default: lines.append(names(argument))
      }
      var meaning = argument.abstract ?? ""
      if let standard = argument.defaultValue { meaning += " By default \(standard)." }
      lines.append(Self.line(meaning))
    }
    return lines
  }

  private func names(_ argument: Argument) -> String {
    (argument.names ?? []).map { "\\fB\(Self.escaped($0.text))\\fR" }.joined(separator: ", ")
  }

  private func shown(_ command: Command) -> [Argument] {
    // Every command has them; they say nothing of this one.
    (command.arguments ?? []).filter { argument in
      argument.shouldDisplay && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
    }
  }

  /// `text` as a line of its own: a point or an apostrophe at its beginning would be a macro.
  private static func line(_ text: String) -> String {
    let line = escaped(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    return line.first == "." || line.first == "'" ? "\\&" + line : line
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("…", with: "...")
      .replacing("·", with: "\\(pc")
  }
}
