import ArgumentParser
import Diagnostics
import MixdownKit

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// The program: parse the arguments, call the kit, print, exit with a code that scripts can rely on.
@main
enum Program {
  static func main() {
    // A reader that closes its end early (`| head`) ends the output, not the program in the middle of a file.
    signal(SIGPIPE, SIG_IGN)
    // A file that may grow no more (`ulimit -f`) is an error like a full disk.
    signal(SIGXFSZ, SIG_IGN)
    do {
      if let text = meantCommand(Array(CommandLine.arguments.dropFirst())) {
        Output.messages.line(text)
        exit(ExitStatus.unusable.rawValue)
      }
      var command = try RootCommand.parseAsRoot()
      try command.run()
    } catch let status as ExitStatus {
      exit(status.rawValue)
    } catch {
      finish(error)
    }
  }

  /// What to say to a first word that is no command; `nil` for all that ArgumentParser understands.
  private static func meantCommand(_ arguments: [String]) -> String? {
    guard let first = arguments.first, !first.hasPrefix("-") else { return nil }
    let commands = RootCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard !commands.contains(first), first != "help" else { return nil }
    let rest = arguments.joined(separator: " ")
    if first.hasSuffix(".yaml") || first.hasSuffix(".yml") {
      return "Error: `\(first)` is a file, not a command\n  did you mean `mixdown render \(rest)`?"
    }
    let endings = ["wav", "aiff", "aif", "caf", "flac", "mp3", "ogg", "opus"]
    if let ending = first.split(separator: ".").last, endings.contains(ending.lowercased()), first.contains(".") {
      return "Error: `\(first)` is a file, not a command\n  did you mean `mixdown measure \(rest)`?"
    }
    let meant = closestMatch(to: first, among: commands).map { "did you mean `mixdown \($0)`?" }
    return "Error: there is no command `\(first)`\n  "
      + (meant ?? "the commands are \(commands.joined(separator: ", "))")
  }

  /// Help, the version, and usage errors: these are ArgumentParser's texts with our exit codes.
  private static func finish(_ error: any Error) -> Never {
    let isClean = RootCommand.exitCode(for: error).isSuccess
    let text = RootCommand.fullMessage(for: error)
    if !text.isEmpty { (isClean ? Output.standard : Output.messages).line(text) }
    exit(isClean ? ExitStatus.done.rawValue : ExitStatus.unusable.rawValue)
  }
}

/// A command ends with a status by throwing it.
extension ExitStatus: Error {}

struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mixdown",
    abstract: "Mixes as code: from a session file and its stems to finished masters.",
    discussion: "A first look: mixdown check song.mix.yaml && mixdown render song.mix.yaml",
    version: "mixdown \(Mixdown.version)",
    subcommands: [
      CheckCommand.self, RenderCommand.self, ReportCommand.self, MeasureCommand.self, ShowCommand.self,
      PresetsCommand.self,
      ProcessorsCommand.self, SchemaCommand.self, ExplainCommand.self, DoctorCommand.self, CacheCommand.self,
      CompletionsCommand.self, ManualCommand.self,
    ])
}
