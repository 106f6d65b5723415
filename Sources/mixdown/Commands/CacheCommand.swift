import ArgumentParser
import Diagnostics
import MixdownKit

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Tell what is kept between renders, or remove it.",
    discussion: """
      Renders keep finished masters, their gains and hashes of stems outside the project, so that `render --range` of a \
      song that was rendered before takes a moment, and an audition mixes only what changed. Nothing depends on it: what \
      is missing is made again. It lies in $MIXDOWN_CACHE; else in mixdown/ in $XDG_CACHE_HOME, ~/.cache or, on a Mac, \
      ~/Library/Caches. `render --no-cache` does without.
      """,
    subcommands: [Clean.self])

  @OptionGroup var json: JSONOption

  func run() throws { try Self.tell(Mixdown.cache(), json) }

  struct Clean: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "clean", abstract: "Remove all of it.")

    @OptionGroup var json: JSONOption

    func run() throws { try CacheCommand.tell(Mixdown.cleanCache(), json) }
  }

  private static func tell(_ report: CacheReport?, _ json: JSONOption) throws {
    guard let report else {
      Output.messages.line("Error: there is no place for a cache\n  set MIXDOWN_CACHE to a folder, with its whole path")
      throw ExitStatus.unusable
    }
    Output.standard.write(json.json ? report.json.text(indented: true) + "\n" : report.text)
  }
}
