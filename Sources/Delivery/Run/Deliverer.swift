import AudioFiles
import DSP
public import Diagnostics
public import Platform
import Processors
import Quantities
public import RenderPlan
public import Renderer
public import SessionModel
import Synchronization
import Tables

/// What a render is asked for, beside the session.
public struct RenderOptions: Sendable {
  /// `nil`: `renders/` beside the session.
  public var outputFolder: String?
  /// Ids of deliverables; empty is all.
  public var only: Set<String> = []
  /// Threads; `nil` is one for each processor.
  public var jobs: Int?
  public var blockFrames = MixRenderer.standardBlockFrames
  /// The version to make deliverables of that name none; those that do are left out. `nil` makes all.
  public var mix: String?
  /// Two places, `A..B`: what is kept of the song. `nil` keeps it whole.
  public var range: String?
  /// Whether what a report shows is gathered: of files, of the limiter, of dynamics. It changes no sample.
  public var isReported = false
  /// Where the report's page goes, without its data; `nil` puts both beside the files.
  public var pagePath: String?
  /// What is laid over the session for this render alone; `nil` for what is meant to last.
  public var audition: Audition?
  /// Files that must stay as they are, beside the session's inputs: what other sessions have just made.
  public var kept: [String] = []
  /// Where masters outlive the render, so that a part of the song, or an audition, has them at once; `nil` for nowhere.
  public var cache: Cache?

  public init() {}
}

/// A file that was made.
public struct DeliveredFile: Sendable {
  public var id: String
  /// The version of the mix; `nil` is the main mix.
  public var version: String?
  /// The track or bus, for a file of a split.
  public var node: String?
  public var path: String
  public var pcmSHA256: String
  public var sha256: String
  /// Of the file as it was read back.
  public var measurement: Measurement
  /// Whether its gain comes from a loudness target of its own; that of a version may be the main mix's.
  public var aimsAtLoudness = false
  /// The gain that the loudness target took, in dB.
  public var gainDecibels: Double
  /// The greatest reduction that the limiter made, in dB.
  public var limitingDecibels: Double
  /// The greatest reduction that the clipper made, in dB.
  public var clippingDecibels = 0.0
  /// The greatest mean reduction over 50 ms of both together, in dB.
  public var reductionDecibels = 0.0
  /// What a report shows, if there is to be one.
  public var reported: Reported?
}

public struct DeliveryResult: Sendable {
  public var files: [DeliveredFile] = []
  public var checks: [CheckResult] = []
  public var sums: [StemSum] = []
  public var diagnostics: [Diagnostic] = []
  /// What dynamics took over time, if there is to be a report.
  public var reductions: [(version: String?, trace: ReductionTrace)] = []
  /// What each track and bus measures after its fader, and `main`, if there is to be a report.
  public var strips: [StripMeasurement] = []
  /// Length of the song.
  public var audioSeconds = 0.0
  public var seconds = 0.0

  public var realtimeFactor: Double { seconds > 0 ? audioSeconds / seconds : 0 }
}

/// Renders a session's mix once, masters it for every master that its deliverables ask for, and writes the files.
public struct Deliverer: Sendable {
  let source: MixSource
  let options: RenderOptions
  let workers: Int

  /// - Parameters:
  ///   - stems: what was found of each clip's file, by `track.clip`.
  ///   - versionStems: the same for each version that is not made of them all.
  public init(
    _ resolved: ResolvedSession, stems: [String: StemFile], versionStems: [String: [String: StemFile]] = [:],
    options: RenderOptions, processors: Int
  ) {
    source = MixSource(resolved, stems: stems, versionStems: versionStems)
    self.options = options
    workers = max(1, options.jobs ?? processors)
  }

  var resolved: ResolvedSession { source.resolved }
  var session: Session { resolved.session }

  /// The deliverables that this run makes.
  var deliverables: [(id: String, value: Deliverable)] { deliverables(of: session) }

  /// Those of a session. No `deliverables` means one 24-bit WAV called `mix`.
  func deliverables(of session: Session) -> [(id: String, value: Deliverable)] {
    var all = Array(session.deliverables)
    if all.isEmpty {
      var mix = Deliverable()
      mix.format = .wav
      mix.bitDepth = .twentyFour
      all = [("mix", mix)]
    }
    if let mix = options.mix {
      all = all.filter { $0.value.version == nil }
      for index in all.indices { all[index].value.version = mix }
    }
    return options.only.isEmpty ? all : all.filter { options.only.contains($0.id) }
  }

  /// Renders.
  /// - Throws: `CancellationError`, `AudioFileError` for a stem that turns out unusable, or what the system says
  ///   of scratch space. A deliverable that fails is a diagnostic, and the others are still written.
  ///
  /// Files are put in their places together, when all are whole, so that an interruption leaves nothing of them.
  public func run(
    progress: @escaping @Sendable (RenderProgress) -> Void, isCancelled: @escaping @Sendable () -> Bool
  ) throws -> DeliveryResult {
    let clock = ContinuousClock()
    let began = clock.now
    var result = DeliveryResult()
    result.diagnostics = problemsWithOutputs()
    if result.diagnostics.contains(where: { $0.severity == .error }) { return result }

    var orders = Orders(
      deliverables, of: source, keepingGainsOf: original.map { (deliverables(of: $0.resolved.session), $0) })
    // A part of the song, or of its files, is not what these checks are about.
    if isJudged, options.only.isEmpty, options.mix == nil {
      orders.addBalances(resolved)
    } else if !session.checks.balance.isEmpty || session.versions.contains(where: { !$0.value.checks.balance.isEmpty })
    {
      result.diagnostics.append(
        Diagnostic(.balanceUnjudged, .note, "balances are not judged: this render is not of the whole session"))
    }
    result.diagnostics += noteOnGain()
    var plan = RenderPlan(orders.requests(isMetered: options.isReported))
    // Of the session as it is written, and of what is laid over it.
    let memory = MasterMemory(self, plan, orders)
    if let memory, options.audition != nil, let known = memory.original(orders) {
      orders.leaveOutOriginal(
        gains: known.gains, length: plan.mixes[orders.lead].length, frames: known.frames)
      plan = RenderPlan(orders.requests(isMetered: options.isReported))
    }
    var slice: RangeSlice?
    if let range = options.range {
      do throws(RangeProblem) {
        slice = try self.slice(range, of: plan, orders.groups)
      } catch {
        result.diagnostics.append(error.diagnostic)
        return result
      }
    }
    let course = RenderCourse(plan, orders)
    let placed: @Sendable (RenderProgress) -> Void = { progress(course.placed($0)) }
    let made =
      if let slice, let recalled = try recall(slice, plan, orders, memory) {
        try deliver(recalled, orders, &result, progress: placed, isCancelled: isCancelled)
      } else {
        try mix(plan, orders, slice, memory, &result, progress: placed, isCancelled: isCancelled)
      }
    let finished = isJudged ? try accepted(made.files, &result) : made.files
    if isCancelled() { throw CancellationError() }
    for (file, writer) in finished {
      do throws(AudioFileError) {
        try writer.publish()
        result.files.append(file)
      } catch { result.diagnostics.append(unwritten(file.id, error)) }
    }
    result.files.sort { a, b in (order(a.id), a.node ?? "") < (order(b.id), b.node ?? "") }
    if isJudged { result.checks += try judge(result.files) + made.balances }
    result.diagnostics += result.checks.compactMap(diagnostic)
    let allowed = Set(session.allow ?? [])
    result.diagnostics.removeAll { $0.severity != .error && allowed.contains($0.code.id) }
    let elapsed = clock.now - began
    result.seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    return result
  }

  /// A part of a song, or some of its tracks, is not what checks are about.
  var isJudged: Bool { options.range == nil && !(options.audition?.isOfParts ?? false) }

  func order(_ id: String) -> Int { deliverables.firstIndex { $0.id == id } ?? 0 }
}
