import ArgumentParser
import AudioFiles
import Delivery
import Diagnostics
import MixdownKit
import Reporting
import SessionModel

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Render a session and keep its report only.",
    discussion: """
      The page is the one that `render` writes beside the files, without its players: the files are made to be \
      measured and then thrown away.
      """)

  @Argument(help: ArgumentHelp("A session file.", valueName: "FILE"), completion: sessionCompletion)
  var file: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The page; - is standard output. By default SESSION.report.html in renders/ beside the session.",
      valueName: "PATH"), completion: .file(extensions: ["html"]))
  var output: String?

  @Option(help: ArgumentHelp("Report on this deliverable only; may be given again.", valueName: "ID"))
  var only: [String] = []

  @OptionGroup var quiet: QuietOption
  @OptionGroup var session: SessionOptions

  func validate() throws {
    if let output, output.isEmpty { throw ValidationError("-o takes a path, or - for standard output") }
  }

  func run() throws {
    let folder = try StreamFolder()
    defer { folder.remove() }
    let (resolved, checked) = try usableSession(file, session, isQuiet: quiet.quiet)
    let isShown = Output.messages.canRedraw && !quiet.quiet
    let bar = ProgressBar(on: .messages, isShown: isShown, songSeconds: isShown ? checked.expectedSeconds : 0)
    Interruption.watch {
      bar.clear()
      folder.remove()
    }
    var options = RenderOptions()
    options.outputFolder = folder.path
    options.only = Set(only)
    options.isReported = true
    if output == "-" {
      options.pagePath = folder.path + "/page.html"
    } else {
      options.pagePath = output ?? resolved.pagePath(isAudition: checked.isAudition)
    }
    let report = Mixdown.render(checked, options, progress: { bar.update($0) })
    bar.clear()
    Output.messages.diagnostics(report.diagnostics.filter { $0.code.id.hasPrefix("D") })
    if output == "-", let page = report.page {
      Output.standard.write(page.html)
    } else if let path = report.pagePath, !quiet.quiet {
      Output.standard.line(path)
    }
    if report.status != .done { throw report.status }
  }
}
