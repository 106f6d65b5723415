import ArgumentParser
import AudioFiles
import Diagnostics
import MixdownKit

struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measure audio files: loudness, peaks, faults, and what platforms will do.")

  @Argument(
    help: ArgumentHelp("Audio files.", valueName: "AUDIO"),
    completion: .file(extensions: ["wav", "aiff", "aif", "flac", "caf", "ogg", "mp3"]))
  var files: [String]

  @OptionGroup var json: JSONOption

  func run() throws {
    let report = Mixdown.measure(files)
    if json.json {
      Output.standard.line(report.json.text(indented: true))
    } else {
      Output.standard.write(report.text)
    }
    for error in report.errors {
      Output.messages.line("error: \(error.message)" + error.hints.map { "\n  help: \($0)" }.joined())
    }
    if report.status != .done { throw report.status }
  }
}
