import AudioFiles
import DSP
public import Diagnostics
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
    var slice: RangeSlice?
    if let range = options.range {
      do throws(RangeProblem) {
        slice = try self.slice(range, of: plan, orders.groups)
      } catch {
        result.diagnostics.append(error.diagnostic)
        return result
      }
    }
    if let slice {
      plan = slice.narrowed(plan)
      result.diagnostics += note(on: slice)
    }
    try Scratch.refuse(
      frames: plan.frameLimit, count: scratchCount(plan, orders), isUntrusted: resolved.project.isUntrusted)
    let course = RenderCourse(plan, orders)
    let progress: @Sendable (RenderProgress) -> Void = { progress(course.placed($0)) }
    let takes = try Takes(plan, orders)
    let audit = StemAudit()
    let renderer = MixRenderer(
      plan, outlets: takes.outlets, blockFrames: options.blockFrames, workers: workers
    ) { try FileStem($0, audit) }
    if options.isReported { renderer.traceReductions() }
    try renderer.run(progress: { progress(RenderProgress(phase: "mix", fraction: $0)) }, isCancelled: isCancelled)
    try audit.finish(workers: workers)
    result.reductions = renderer.reductionTraces.filter { !orders.mixes[$0.mix].isOriginal }.map {
      (orders.mixes[$0.mix].version, $0)
    }
    result.strips = takes.strips

    let source = PremasterSource(plan: plan, takes: takes, slice: slice)
    result.audioSeconds = Double(kept(of: 0, source).count) / plan.sampleRate
    var finished: [(DeliveredFile, AudioFileWriter)] = []
    var gains: [Result<Double, MasteringRefusal>?] = []
    func mastered(_ count: Int) {
      progress(RenderProgress(phase: "master", fraction: Double(count) / Double(max(1, orders.groups.count))))
    }
    for (place, group) in orders.groups.enumerated() {
      mastered(place)
      let premaster = try premaster(plan.mixes[group.mix].masters[group.place], of: group.mix, source)
        .converted(to: group.rate, isMono: group.isMono, isCancelled: isCancelled)
      let (files, gain) = try deliver(
        group, premaster, matching: group.gainFrom.flatMap { gains[$0] }, &result, progress: progress,
        isCancelled: isCancelled)
      finished += files
      gains.append(gain)
      // What was refused is done, too.
      for (id, _) in group.deliverables { progress(RenderProgress(phase: id, fraction: 1)) }
      mastered(place + 1)
    }
    for split in orders.splits {
      finished += try deliver(split, source, &result, progress: progress, isCancelled: isCancelled)
    }
    if isJudged { finished = try accepted(finished, &result) }
    if isCancelled() { throw CancellationError() }
    for (file, writer) in finished {
      do throws(AudioFileError) {
        try writer.publish()
        result.files.append(file)
      } catch { result.diagnostics.append(unwritten(file.id, error)) }
    }
    result.files.sort { a, b in (order(a.id), a.node ?? "") < (order(b.id), b.node ?? "") }
    if isJudged { result.checks += try judge(result.files) + results(orders.balances, takes) }
    result.diagnostics += result.checks.compactMap(diagnostic)
    let allowed = Set(session.allow ?? [])
    result.diagnostics.removeAll { $0.severity != .error && allowed.contains($0.code.id) }
    let elapsed = clock.now - began
    result.seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    return result
  }

  /// How many scratch files are there at once, each as long as the song: every mix, every part of one, and the masters
  /// of one group, converted to its rate.
  private func scratchCount(_ plan: RenderPlan, _ orders: Orders) -> Int {
    let kept = Set(plan.mixes.flatMap { mix in mix.masters + mix.parts.values.flatMap { $0.map(\.node) } })
    let masters = orders.groups.map { group in 2 + group.deliverables.filter { $0.value.encoding.isLossy }.count }
    return kept.count + (masters.max() ?? 0)
  }

  /// A part of a song, or some of its tracks, is not what checks are about.
  private var isJudged: Bool { options.range == nil && !(options.audition?.isOfParts ?? false) }

  func order(_ id: String) -> Int { deliverables.firstIndex { $0.id == id } ?? 0 }
}
