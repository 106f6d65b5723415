import AudioFiles
import DSP
public import Diagnostics
import Processors
import Quantities
public import RenderPlan
import Renderer
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
  /// Two places, `A..B`: what is kept of the song. `nil` keeps it whole.
  public var range: String?

  public init() {}
}

/// How far a render is.
public struct RenderProgress: Sendable {
  /// `mix`, `master`, or a deliverable's id.
  public var phase: String
  public var fraction: Double
}

/// A file that was made.
public struct DeliveredFile: Sendable {
  public var id: String
  public var path: String
  public var pcmSHA256: String
  public var sha256: String
  /// Of the file as it was read back.
  public var measurement: Measurement
  /// The gain that the loudness target took, in dB.
  public var gainDecibels: Double
  /// The greatest reduction that the limiter made, in dB.
  public var limitingDecibels: Double
}

public struct DeliveryResult: Sendable {
  public var files: [DeliveredFile] = []
  public var checks: [CheckResult] = []
  public var diagnostics: [Diagnostic] = []
  /// Length of the song.
  public var audioSeconds = 0.0
  public var seconds = 0.0

  public var realtimeFactor: Double { seconds > 0 ? audioSeconds / seconds : 0 }
}

/// Renders a session's mix once, masters it for every master that its deliverables ask for, and writes the files.
public struct Deliverer: Sendable {
  let resolved: ResolvedSession
  let stems: [String: StemFile]
  let options: RenderOptions
  let workers: Int

  /// - Parameter stems: what was found of each track's file, by the track's id.
  public init(_ resolved: ResolvedSession, stems: [String: StemFile], options: RenderOptions, processors: Int) {
    self.resolved = resolved
    self.stems = stems
    self.options = options
    workers = max(1, options.jobs ?? processors)
  }

  var session: Session { resolved.session }

  /// The deliverables that this run makes. No `deliverables` means one 24-bit WAV called `mix`.
  var deliverables: [(id: String, value: Deliverable)] {
    var all = Array(session.deliverables)
    if all.isEmpty {
      var mix = Deliverable()
      mix.format = .wav
      mix.bitDepth = .twentyFour
      all = [("mix", mix)]
    }
    return options.only.isEmpty ? all : all.filter { options.only.contains($0.id) }
  }

  /// Deliverables that are made from one master at one rate, with the same channels.
  struct MasterGroup {
    /// The place of its master among those that the mix is rendered through.
    var place: Int
    var master: Master
    var rate: Int
    var isMono: Bool
    var deliverables: [(id: String, value: Deliverable)]
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

    let (masters, groups) = masterGroups()
    var plan = RenderPlan(session, stems: stems, masters: masters)
    var slice: RangeSlice?
    if let range = options.range {
      do throws(RangeProblem) {
        slice = try self.slice(range, of: plan, groups)
      } catch {
        result.diagnostics.append(error.diagnostic)
        return result
      }
    }
    if let slice {
      plan = slice.narrowed(plan)
      result.diagnostics += note(on: slice)
    }
    let watch = SilenceWatch()
    let takes = try masters.map { _ in
      try MasterTake(sampleRate: plan.sampleRate, expectedFrames: plan.length.frameLimit)
    }
    var outlets = [MixRenderer.Outlet(node: plan.mix, sink: watch)]
    for (node, take) in zip(plan.masters, takes) { outlets.append(MixRenderer.Outlet(node: node, sink: take)) }
    let renderer = MixRenderer(plan, outlets: outlets, blockFrames: options.blockFrames, workers: workers) {
      try FileStem($0)
    }
    try renderer.run(progress: { progress(RenderProgress(phase: "mix", fraction: $0)) }, isCancelled: isCancelled)

    let frameCount =
      switch plan.length {
      case .fixed(let frames): frames
      case .untilSilent(let atLeast, let atMost): min(atMost, max(atLeast, watch.heardFrames))
      }
    let kept = keptFrames(slice, of: frameCount)
    result.audioSeconds = Double(kept.count) / plan.sampleRate
    var finished: [(DeliveredFile, AudioFileWriter)] = []
    for group in groups {
      progress(RenderProgress(phase: "master", fraction: 0))
      let premaster = try Premaster(
        take: takes[group.place], frameCount: frameCount, kept: kept, firstFrame: slice?.mastered.lowerBound ?? 0,
        context: plan.context
      ).converted(to: group.rate, isMono: group.isMono, isCancelled: isCancelled)
      finished += try deliver(group, premaster, &result, progress: progress, isCancelled: isCancelled)
    }
    if isCancelled() { throw CancellationError() }
    for (file, writer) in finished {
      do throws(AudioFileError) {
        try writer.publish()
        result.files.append(file)
      } catch { result.diagnostics.append(unwritten(file.id, error)) }
    }
    result.files.sort { a, b in order(a.id) < order(b.id) }
    // A part of a song is not what the checks are about.
    if options.range == nil { result.checks = try judge(result.files) }
    result.diagnostics += result.checks.compactMap(diagnostic)
    let allowed = Set(session.allow ?? [])
    result.diagnostics.removeAll { $0.severity != .error && allowed.contains($0.code.id) }
    let elapsed = clock.now - began
    result.seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    return result
  }

  func order(_ id: String) -> Int { deliverables.firstIndex { $0.id == id } ?? 0 }

  /// Deliverables without a master of their own share the session's; of one master, those of one rate and with the
  /// same channels share what is made from it.
  func masterGroups() -> (masters: [Master], groups: [MasterGroup]) {
    var masters: [Master] = []
    var groups: [MasterGroup] = []
    var sharedPlace: Int?
    for (id, deliverable) in deliverables {
      let place = deliverable.master == nil ? sharedPlace ?? masters.count : masters.count
      if place == masters.count { masters.append(deliverable.master ?? session.master ?? Master()) }
      if deliverable.master == nil { sharedPlace = place }
      let rate = Int((deliverable.sampleRate ?? session.sampleRate).magnitude)
      let isMono = deliverable.channels == .mono
      let known = groups.firstIndex { $0.place == place && $0.rate == rate && $0.isMono == isMono }
      if let known {
        groups[known].deliverables.append((id, deliverable))
      } else {
        groups.append(
          MasterGroup(
            place: place, master: masters[place], rate: rate, isMono: isMono, deliverables: [(id, deliverable)]))
      }
    }
    return (masters, groups)
  }
}
