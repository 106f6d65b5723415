import ArgumentParser
import AudioFiles
import Delivery
import Diagnostics
import MixdownKit
import Quantities
import SessionModel

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render", abstract: "Render sessions into their deliverables.",
    discussion: """
      Files go into renders/ beside the session, or into the folder of -o, with a report on them: \
      SESSION.report.html, and its data in SESSION.report.json. A --range has none. With `--only ID -o -` one deliverable \
      goes to standard output: mixdown render song.mix.yaml --only hires -o - | ffplay -

      With --set, --solo or --mute a render is an audition: it keeps the master gain of the session as it is written, \
      and its files go into renders/auditions/, so that they replace nothing that is finished.
      """)

  @Argument(help: ArgumentHelp("Session files.", valueName: "FILE"), completion: sessionCompletion)
  var files: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder for the files; - is standard output.", valueName: "DIR"),
    completion: .directory)
  var output: String?

  @Option(
    help: ArgumentHelp("Make this deliverable only; may be given again.", valueName: "ID"),
    completion: deliverableCompletion)
  var only: [String] = []

  @Option(
    help: ArgumentHelp("Make the deliverables of the main mix from this version of it instead.", valueName: "VERSION"),
    completion: versionCompletion)
  var mix: String?

  @Option(
    help: ArgumentHelp(
      "Hear this track, bus or VCA with what feeds it and what it feeds; may be given again.", valueName: "ID"),
    completion: stripCompletion)
  var solo: [String] = []

  @Option(
    help: ArgumentHelp("Leave out this track, bus or VCA; may be given again.", valueName: "ID"),
    completion: stripCompletion)
  var mute: [String] = []

  @Option(
    help: ArgumentHelp(
      "Keep this part: two places, like '17|1..25|1' or 'verse..chorus + 2 bars'. It equals that part of the whole.",
      valueName: "A..B"))
  var range: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Threads; by default one for each processor.", valueName: "N"))
  var jobs: Int?

  @Flag(name: .customLong("no-report"), help: "Leave out the report: a page and its data beside the files.")
  var leavesOutReport = false

  @Flag(name: .customLong("no-cache"), help: "Neither use nor keep what outlives a render: see `mixdown cache`.")
  var goesWithoutCache = false

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption
  @OptionGroup var session: SessionOptions

  private var isStream: Bool { output == "-" }

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs takes a number from 1, not \(jobs)") }
    if let output, output.isEmpty { throw ValidationError("-o takes a folder, or - for standard output") }
    if isStream, only.count != 1 || files.count != 1 {
      throw ValidationError("`-o -` streams one file: name one session, and one deliverable with --only ID")
    }
    if isStream, json.json { throw ValidationError("`-o -` and --json would share standard output") }
    if json.json, files.count > 1 { throw ValidationError("--json is one object: name one session") }
    if isStream, Output.standard.isTerminal {
      throw ValidationError(
        "`-o -` writes audio, which a terminal cannot show; pipe it into a player or a file")
    }
  }

  func run() throws {
    var worst = ExitStatus.done
    var failures = 0
    var made: [String] = []
    for file in files {
      let status = isStream ? try stream(file) : render(file, into: output, keeping: &made)
      if status != .done {
        // A session that cannot be used outranks all else.
        if worst != .unusable { worst = status }
        failures += 1
      }
    }
    if failures > 0 { throw failures < files.count ? ExitStatus.partial : worst }
  }

  /// - Parameter made: the files of the sessions before, to which this one's are added.
  private func render(_ file: String, into folder: String?, keeping made: inout [String]) -> ExitStatus {
    let report = report(file, into: folder, keeping: made)
    made += report.files.map(\.path) + [report.pagePath].compactMap(\.self)
    if json.json {
      Output.standard.line(report.json.text(indented: true))
    } else {
      Output.messages.diagnostics(shown(report.diagnostics))
      if !report.files.isEmpty, !quiet.quiet { Output.standard.write(summary(report)) }
    }
    return report.status
  }

  /// Without the notes on what is odd about a session, which are for `check`: those on stems (`P`) and on what was
  /// delivered (`D`) are about this render.
  private func shown(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    diagnostics.filter { problem in
      switch problem.severity {
      case .error: true
      case .warning: !quiet.quiet
      case .note: !quiet.quiet && ["P", "D"].contains(problem.code.id.prefix(1))
      }
    }
  }

  private func report(_ file: String, into folder: String?, keeping made: [String] = []) -> RenderReport {
    var loading = session.loading
    loading.solo = ids(solo)
    loading.mute = ids(mute)
    let checked = Mixdown.check(file, loading)
    let isShown = Output.messages.canRedraw && !quiet.quiet && !json.json
    let bar = ProgressBar(on: .messages, isShown: isShown, songSeconds: isShown ? checked.expectedSeconds : 0)
    Interruption.watch {
      bar.clear()
      if let scratch = StreamFolder.current { scratch.remove() }
    }
    var options = RenderOptions()
    options.outputFolder = folder
    options.only = Set(only)
    options.jobs = jobs
    options.mix = mix
    options.range = range
    options.kept = made
    // What a stranger sends leaves nothing behind.
    if !goesWithoutCache, !session.untrusted { options.rememberMasters() }
    // A report is about whole files that stay where they are.
    options.isReported = !leavesOutReport && !isStream && range == nil
    // For tests: the size of a block must change nothing.
    if let text = unsafe getenv("MIXDOWN_BLOCK_FRAMES"), let frames = Int(unsafe String(cString: text)),
      frames > 0
    {
      options.blockFrames = frames
    }
    let report = Mixdown.render(checked, options, progress: { bar.update($0) })
    bar.clear()
    return report
  }

  /// Ids may be given one by one or with commas.
  private func ids(_ texts: [String]) -> [String] {
    texts.flatMap { $0.split(separator: ",").map(String.init) }
  }

  // MARK: Standard output

  private func stream(_ file: String) throws -> ExitStatus {
    let folder = try StreamFolder()
    defer { folder.remove() }
    let report = report(file, into: folder.path)
    Output.messages.diagnostics(shown(report.diagnostics))
    guard report.status == .done, let made = report.files.first else { return report.status }
    guard report.files.count == 1 else {
      Output.messages.line("error: `-o -` streams one file, and `\(only[0])` has \(report.files.count): a part each")
      return .unusable
    }
    guard Output.standard.copy(made.path) else {
      Output.messages.line("error: the file could not be copied to standard output")
      return .output
    }
    return .done
  }

  // MARK: Words

  /// That checks passed, and what balances are: those that are missed have been told.
  private func checks(_ checks: [CheckResult]) -> String {
    guard !checks.isEmpty else { return "" }
    let passed = checks.filter(\.passed)
    let count = passed.count == checks.count ? "\(passed.count)" : "\(passed.count) of \(checks.count)"
    var text = "\(count) check\(checks.count == 1 ? "" : "s") passed\n"
    for balance in passed where balance.name.hasPrefix("balance.") {
      let version = balance.source == .version ? " (\(balance.deliverable))" : ""
      text += "  \(balance.name)\(version): \(balance.valueText), allowed \(balance.limit)\n"
    }
    return text
  }

  private func summary(_ report: RenderReport) -> String {
    let width = ((report.files.map(\.path) + [report.pagePath ?? ""]).map(\.count).max() ?? 0) + 2
    var text = ""
    for file in report.files {
      var facts = [
        decimals(file.measurement.integrated, 1, "LUFS"), decimals(file.measurement.truePeak, 2, "dBTP"),
      ]
      if file.gainDecibels != 0 { facts.append("gain \(decimals(file.gainDecibels, 1, "dB", signed: true))") }
      if file.clippingDecibels > 0 { facts.append("clipper \(decimals(file.clippingDecibels, 1, "dB"))") }
      if file.limitingDecibels > 0 { facts.append("limiter \(decimals(file.limitingDecibels, 1, "dB"))") }
      text += padded(file.path, width) + facts.joined(separator: ", ") + "\n"
    }
    if let path = report.pagePath { text += padded(path, width) + "report\n" }
    text += checks(report.checks)
    if let audition = report.audition { text += "audition: \(audition.words.joined(separator: ", "))\n" }
    let length = clockTime(report.audioSeconds)
    text += "\(length) of music in \(decimals(report.seconds, 1, "s"))"
    if let factor = report.realtimeFactor { text += ", \(decimals(factor, 1, "×")) real time" }
    return text + "\n"
  }
}
