public import Delivery
public import Diagnostics
import RenderPlan
public import SessionModel

/// Mixdown as a library: what the command line does, as functions from files to values.
///
/// ```swift
/// let checked = Mixdown.check("song.mix.yaml")
/// print(DiagnosticPrinter().text(checked.diagnostics))
/// ```
///
/// A session is data, so a function that reads one returns its problems as `Diagnostic`s beside the value; only
/// what has no place in a file is thrown. Nothing here prints, exits or keeps state.
public enum Mixdown {
  /// The version of the program. The edition, which names the sound, is another number.
  public static let version = "0.1.0"

  /// Everything short of rendering: syntax, types, references, routing, the headers of all files.
  /// - Parameter audio: also reads every stem to its end.
  public static func check(
    _ path: String, _ options: LoadOptions = LoadOptions(), audio: Bool = false
  ) -> CheckedSession {
    CheckedSession(reading: path, options, audio: audio)
  }

  /// The session with all its layers laid, without a look at its audio; `nil` when there is an error.
  public static func resolve(_ path: String, _ options: LoadOptions = LoadOptions()) -> (
    ResolvedSession?, [Diagnostic]
  ) {
    let (session, diagnostics) = loadSession(path, options)
    return (session, sorted(diagnostics))
  }

  /// How a command other than `check` ends over these problems.
  public static func status(_ diagnostics: [Diagnostic]) -> ExitStatus { ExitStatus(diagnostics) }

  /// The session after everything is resolved, each value with the place that it came from.
  public static func show(
    _ session: ResolvedSession, as form: ShownSession.Form = .yaml, defaults: Bool = false
  ) -> String {
    ShownSession(session, defaults: defaults).text(form)
  }

  /// The same of what stands at a dotted path.
  public static func show(
    _ session: ResolvedSession, at path: String, as form: ShownSession.Form = .yaml, defaults: Bool = false
  ) throws(MissingPart) -> String {
    let shown = ShownSession(session, defaults: defaults)
    if let part = shown.part(at: path) { return part.text(form) }
    // A default is there, too, although nobody wrote it.
    if let part = ShownSession(session, defaults: true).part(at: path) { return part.text(form) }
    let (message, hint) = shown.missing(path)
    throw MissingPart(message: message, hint: hint)
  }

  /// A path of a session that leads nowhere.
  public struct MissingPart: Error {
    public var message: String
    public var hint: String
  }

  /// Renders a checked session into its deliverables and, where it is asked for, a report beside them. A session with
  /// something laid over it is rendered as an `Audition`, which replaces nothing that is finished.
  ///
  /// - Parameters:
  ///   - progress: called from several threads, often.
  ///   - isCancelled: asked between blocks; with `true` nothing is left behind.
  public static func render(
    _ checked: CheckedSession, _ options: RenderOptions = RenderOptions(),
    progress: @escaping @Sendable (RenderProgress) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) -> RenderReport {
    guard let session = checked.session else { return RenderReport(checked) }
    var options = options
    if checked.isAudition { options.audition = audition(checked) }
    let deliverer = Deliverer(
      session, stems: checked.stems, versionStems: checked.versionStems, options: options,
      processors: processorCount())
    let clock = ContinuousClock()
    let began = clock.now
    do {
      let result = try deliverer.run(progress: progress, isCancelled: isCancelled)
      var report = RenderReport(checked, result)
      if options.isReported {
        report.writePage(session, checked.stems, result, by: deliverer)
        report.seconds = (clock.now - began) / .seconds(1)
      }
      return report
    } catch {
      return RenderReport(checked, session, error)
    }
  }

  /// What is laid over a session, beside the session as it is written.
  private static func audition(_ overlaid: CheckedSession) -> Audition {
    let written = check(overlaid.path, overlaid.options.bare)
    let original = written.session.map {
      MixSource($0, stems: written.stems, versionStems: written.versionStems)
    }
    return Audition(overlaid.options, of: original)
  }

  /// Loudness, peaks and faults of audio files, and of all those in folders, measured side by side.
  public static func measure(
    _ paths: [String], _ options: MeasureReport.Options = MeasureReport.Options()
  ) -> MeasureReport { MeasureReport(paths, options) }

  /// What a render of a checked session would run, as text.
  public static func plan(_ session: ResolvedSession, _ checked: CheckedSession) -> String {
    RenderPlan(session.session, stems: checked.stems).description
  }

  /// What a render of a checked session would make, each with a fingerprint of all that it depends on; empty where a
  /// stem cannot be read.
  public static func jobs(_ session: ResolvedSession, _ checked: CheckedSession) -> [Job] {
    var options = RenderOptions()
    options.rememberMasters()
    let deliverer = Deliverer(
      session, stems: checked.stems, versionStems: checked.versionStems, options: options,
      processors: processorCount())
    return deliverer.jobs() ?? []
  }

  /// The processors of edition 1.
  public static var processors: [ProcessorPage] { ProcessorPage.all }

  /// The built-in presets, each with a line about it and its text.
  public static var presets: [(name: String, about: String, text: String)] {
    BuiltInPresets.all.map { name, text in
      (name, text.split(separator: "\n").first.map { String($0.drop { "# ".contains($0) }) } ?? "", text)
    }
  }

  /// The JSON Schema (draft-07) of a file kind, for editors.
  public static func schema(_ kind: SchemaKind) -> String { schemaText(kind) }

  /// Every key, value and processor of the format, in Markdown.
  public static func reference() -> String { referenceText() }

  /// Every code a diagnostic can have.
  public static var codes: [DiagnosticCode] { allCodes }

  /// The code with this id, written in any case.
  public static func explain(_ id: String) -> DiagnosticCode? {
    allCodes.first { $0.id == id.uppercased() }
  }

  /// What this machine has and what the program was put together from.
  public static func doctor(scratchFolder: String? = nil) -> DoctorReport { DoctorReport(scratchFolder) }
}
