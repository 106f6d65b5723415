public import Diagnostics
public import RenderPlan
public import SessionModel
import Tables

/// A session with all that could be told about it without rendering.
public struct CheckedSession: Sendable {
  /// The file, as it was given.
  public let path: String
  /// The session with all layers laid; `nil` when there is an error.
  public let session: ResolvedSession?
  /// What was found of each track's file, by the track's id: what a `RenderPlan` needs.
  public let stems: [String: StemFile]
  /// The same for each of the session's versions.
  public let versionStems: [String: [String: StemFile]]
  let options: LoadOptions
  /// Whether something is laid over the session, so that a render of it is an `Audition`.
  public var isAudition: Bool { options.isOverlaid }
  /// In the order of their places; after 50 errors the rest is counted.
  public let diagnostics: [Diagnostic]

  /// Reads the session at `path`, its parents and presets, and the header of every file that it names.
  init(reading path: String, _ options: LoadOptions, audio: Bool) {
    self.path = path
    self.options = options
    let (session, problems) = Self.otherKind(path).map { (nil, [$0]) } ?? readSession(path, options)
    var media = MediaCheck()
    if let session {
      media.run(session)
      let isSound = !(problems + media.diagnostics).contains { $0.severity == .error }
      if isSound { media.ends(session) }
    }
    var scan = AudioCheck()
    if audio, let session { scan.run(session, media.stems, workers: processorCount()) }
    let allowed = Set(session?.session.allow ?? [])
    let found = (problems + media.diagnostics + scan.diagnostics).filter {
      $0.severity == .error || !allowed.contains($0.code.id)
    }
    let isUsable = !found.contains { $0.severity == .error }
    self.session = isUsable && !isTemplate(path) ? session : nil
    stems = media.stems
    versionStems = media.versionStems
    diagnostics = sorted(found)
    status = ExitStatus(found)
  }

  /// Why a file of another kind is not read as a session; `nil` for a session.
  private static func otherKind(_ path: String) -> Diagnostic? {
    if path.hasSuffix(".release.yaml") {
      return Diagnostic(
        .notInThisVersion, .error,
        "`\(path)` is a release; releases are part of the format, but not in this version")
    }
    guard path.hasSuffix(".preset.yaml") else { return nil }
    return Diagnostic(
      .notInThisVersion, .error, "`\(path)` is a preset, which is checked where a session uses it",
      hints: ["check the session; for the file alone, editors have `mixdown schema preset`"])
  }

  /// Why a file without an error is no song: a template is there to be extended. `nil` for a session.
  public var templateProblem: Diagnostic? {
    guard isTemplate(path) else { return nil }
    return Diagnostic(
      .notASong, .error, "`\(path)` is a template, which is no song by itself",
      hints: ["write a session that says `extends: \(path.split(separator: "/").last ?? "")` and gives its parameters"])
  }

  /// How a command other than `check` ends over this session. A session that cannot be used outranks a missing
  /// input.
  public let status: ExitStatus

  /// How long the song will be at most, in seconds; 0 when it cannot be rendered.
  public var expectedSeconds: Double {
    guard let session else { return 0 }
    let plan = RenderPlan(session.session, stems: stems)
    return Double(plan.length.frameLimit) / plan.sampleRate
  }
}
