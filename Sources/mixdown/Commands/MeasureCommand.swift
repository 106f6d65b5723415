import ArgumentParser
import AudioFiles
import Diagnostics
import MixdownKit

struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measure audio files: loudness, peaks, faults, and what platforms will do.",
    discussion: """
      A folder stands for the audio files in it, and is told as a table: a line a file. `-` is standard input. --plot draws loudness over \
      time; `--plot out.svg` makes a picture of one file instead.
      """)

  @Argument(
    help: ArgumentHelp("Audio files and folders; `-` reads standard input.", valueName: "AUDIO"),
    completion: .file(extensions: ["wav", "aiff", "aif", "flac", "caf", "ogg", "opus", "mp3"]))
  var files: [String]

  @Flag(name: .shortAndLong, help: "Look into the folders of a folder, too.")
  var recursive = false

  @Flag(help: "Draw loudness over time; a name that ends in .svg is the picture to write.")
  var plot = false

  @OptionGroup var json: JSONOption

  /// With `--plot`, what ends in `.svg` is no audio but the picture.
  private var pictures: [String] { plot ? files.filter { $0.lowercased().hasSuffix(".svg") } : [] }

  private var audio: [String] { files.filter { !pictures.contains($0) } }

  func validate() throws {
    guard let picture = pictures.first else { return }
    if pictures.count > 1 || audio.count != 1 || AudioFolder.isFolder(audio[0]) {
      throw ValidationError("a picture shows one file: measure AUDIO --plot \(picture)")
    }
  }

  func run() throws {
    var options = MeasureReport.Options()
    options.isRecursive = recursive
    options.plots = plot
    let report = Mixdown.measure(audio, options)
    if json.json {
      Output.standard.line(report.json.text(indented: true))
    } else {
      Output.standard.write(text(report))
    }
    for note in report.notes { Output.messages.line("note: \(note)") }
    for error in report.errors { tell(error) }
    if let picture = pictures.first, let drawing = report.files.first?.picture {
      do throws(AudioFileError) {
        try AtomicFile.write(drawing, to: picture)
      } catch {
        tell(error)
        throw ExitStatus.output
      }
    }
    if report.status != .done { throw report.status }
  }

  private func text(_ report: MeasureReport) -> String {
    guard plot, pictures.isEmpty else { return report.text }
    let plots = report.files.map { file in
      let drawn = file.plot(width: Output.standard.columns, color: Output.standard.hasColor) ?? ""
      return report.files.count > 1 ? "\(file.path)\n\(drawn)" : drawn
    }
    return report.text + "\n" + plots.joined(separator: "\n")
  }

  private func tell(_ error: AudioFileError) {
    Output.messages.line("error: \(error.message)" + error.hints.map { "\n  help: \($0)" }.joined())
  }
}
