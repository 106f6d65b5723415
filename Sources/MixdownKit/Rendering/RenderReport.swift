import AudioFiles
public import Delivery
public import Diagnostics
public import Reporting
import SessionModel
import Tables

/// What became of a render.
public struct RenderReport: Sendable {
  /// The session's file, as it was given.
  public let path: String
  public let files: [DeliveredFile]
  public let checks: [CheckResult]
  public let sums: [StemSum]
  public internal(set) var diagnostics: [Diagnostic]
  public internal(set) var status: ExitStatus
  /// What was laid over the session for this render alone; `nil` for what is meant to last.
  public let audition: Audition?
  /// The length of the song.
  public let audioSeconds: Double
  /// How long the render took.
  public internal(set) var seconds: Double
  /// What the page says, if one was asked for, and where it is.
  public internal(set) var page: ReportModel?
  public internal(set) var pagePath: String?

  /// Seconds of music a second.
  public var realtimeFactor: Double? { seconds > 0 && !files.isEmpty ? audioSeconds / seconds : nil }

  /// A session that cannot be rendered.
  init(_ checked: CheckedSession) {
    path = checked.path
    audition = checked.isAudition ? Audition(checked.options) : nil
    files = []
    checks = []
    sums = []
    diagnostics = sorted(checked.diagnostics + [checked.templateProblem].compactMap(\.self))
    status = ExitStatus(diagnostics)
    audioSeconds = 0
    seconds = 0
  }

  init(_ checked: CheckedSession, _ result: DeliveryResult) {
    path = checked.path
    audition = checked.isAudition ? Audition(checked.options) : nil
    files = result.files
    checks = result.checks
    sums = result.sums
    diagnostics = sorted(checked.diagnostics + result.diagnostics)
    status = Self.status(of: result.diagnostics)
    audioSeconds = result.audioSeconds
    seconds = result.seconds
  }

  /// A render that ended early.
  init(_ checked: CheckedSession, _ session: ResolvedSession, _ error: any Error) {
    path = checked.path
    audition = checked.isAudition ? Audition(checked.options) : nil
    files = []
    checks = []
    sums = []
    audioSeconds = 0
    seconds = 0
    switch error {
    case is CancellationError:
      status = .interrupted
      diagnostics = checked.diagnostics
    case let error as AudioFileError:
      status =
        switch error.side {
        case .input: .input
        case .settings: .unusable
        case .output: .output
        }
      diagnostics = sorted(checked.diagnostics + [Self.diagnostic(error, session)])
    default:
      status = .output
      diagnostics = checked.diagnostics + [Diagnostic(.writeFailed, .error, "\(error)")]
    }
  }

  /// A file that turned out unusable on the way, at the place that names it.
  private static func diagnostic(_ error: AudioFileError, _ session: ResolvedSession) -> Diagnostic {
    let paths =
      session.session.tracks.flatMap { id, track in track.clips.map { "tracks.\(id).clips.\($0.id).stem" } }
      + ["metadata.cover"]
      + session.session.deliverables.map { "deliverables.\($0.id).metadata.cover" }
    let place = paths.first { session.file(at: $0) == error.path }
    let code: DiagnosticCode = error.side == .output ? .writeFailed : .badMedia
    return Diagnostic(
      code, .error, error.message, at: place.flatMap { session.tree.part(at: $0)?.range }, path: place,
      hints: error.hints)
  }

  /// Of several failures the one that a script should know of first: an input in danger, an output that is not
  /// there, a target that cannot be met.
  private static func status(of diagnostics: [Diagnostic]) -> ExitStatus {
    let codes = Set(diagnostics.filter { $0.severity == .error }.map(\.code))
    if codes.isEmpty { return .done }
    if codes.contains(.unknownDeliverable) || codes.contains(.badRange) || codes.contains(.unknownVersion) {
      return .unusable
    }
    if codes.contains(.overwritesInput) { return .refused }
    return codes.contains(.writeFailed) ? .output : .finding
  }

  /// The object that scripts rely on.
  public var json: JSONValue {
    [
      "version": 1, "session": .string(path), "status": .string(status == .done ? "rendered" : "failed"),
      "audition": audition?.json ?? .null,
      "deliverables": .array(files.map { .object(members($0)) }), "checks": checksJSON,
      "sums": .array(
        sums.map { sum in
          [
            "deliverable": .string(sum.id), "kept": .bool(sum.isKept), "residual_dbfs": JSONValue(sum.residual),
            "limit_dbfs": .number(sum.limit),
          ]
        }), "report": JSONValue(pagePath), "diagnostics": .array(diagnostics.map(jsonValue)),
      "seconds": .number(seconds),
      "realtime_factor": JSONValue(realtimeFactor),
    ]
  }

  var checksJSON: JSONValue {
    .array(
      checks.map { check in
        [
          "name": .string(check.name), "section": JSONValue(check.section), "source": .string(check.source.rawValue),
          "deliverable": .string(check.deliverable), "passed": .bool(check.passed),
          "value": JSONValue(check.value), "limit": .string(check.limit),
        ]
      })
  }
}

extension Audition {
  var json: JSONValue {
    [
      "set": .array(settings.map { .string($0) }), "solo": .array(solo.map { .string($0) }),
      "mute": .array(mute.map { .string($0) }),
    ]
  }
}

/// The keys of a file in `render --json`, in their order.
func members(_ file: DeliveredFile) -> [JSONValue.Member] {
  [
    .init("id", .string(file.id)), .init("version", JSONValue(file.version)), .init("node", JSONValue(file.node)),
    .init("path", .string(file.path)),
    .init("pcm_sha256", .string(file.pcmSHA256)), .init("sha256", .string(file.sha256)),
  ] + members(file.measurement) + [
    .init("gain_db", .number(file.gainDecibels)), .init("limiting_db", .number(file.limitingDecibels)),
    .init("clipping_db", .number(file.clippingDecibels)), .init("reduction_50ms_db", .number(file.reductionDecibels)),
  ]
}

/// The measured keys of `measure --json` and `render --json`, in their order.
func members(_ measurement: Measurement) -> [JSONValue.Member] {
  let platforms = Platform.all.map { platform -> JSONValue.Member in
    .init(platform.name, ["gain_db": JSONValue(platform.gain(measurement))])
  }
  return [
    .init("sample_rate", .integer(measurement.sampleRate)), .init("channels", .integer(measurement.channels)),
    .init("frames", .integer(measurement.frames)),
    .init("integrated_lufs", JSONValue(measurement.integrated)),
    .init("max_momentary_lufs", JSONValue(measurement.maxMomentary)),
    .init("max_short_term_lufs", JSONValue(measurement.maxShortTerm)),
    .init("loudness_range_lu", JSONValue(measurement.loudnessRange)),
    .init("true_peak_dbtp", JSONValue(measurement.truePeak)),
    .init("sample_peak_dbfs", JSONValue(measurement.samplePeak)), .init("plr_lu", JSONValue(measurement.plr)),
    .init("dc_offset", .number(measurement.dcOffset)),
    .init("correlation", JSONValue(measurement.correlation)),
    .init("clipped_samples", .integer(measurement.clippedSamples)), .init("platforms", .object(platforms)),
  ]
}
