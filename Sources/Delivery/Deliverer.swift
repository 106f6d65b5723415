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

  private var session: Session { resolved.session }

  /// The deliverables that this run makes. No `deliverables` means one 24-bit WAV called `mix`.
  private var deliverables: [(id: String, value: Deliverable)] {
    var all = Array(session.deliverables)
    if all.isEmpty {
      var mix = Deliverable()
      mix.format = .wav
      mix.bitDepth = .twentyFour
      all = [("mix", mix)]
    }
    return options.only.isEmpty ? all : all.filter { options.only.contains($0.id) }
  }

  /// A master and the deliverables that are made from it.
  private struct MasterGroup {
    var master: Master
    var deliverables: [(id: String, value: Deliverable)]
  }

  /// Renders.
  /// - Throws: `CancellationError`, `AudioFileError` for a stem that turns out unusable, or what the system says
  ///   of scratch space. A deliverable that fails is a diagnostic, and the others are still written.
  public func run(
    progress: @escaping @Sendable (RenderProgress) -> Void, isCancelled: @escaping @Sendable () -> Bool
  ) throws -> DeliveryResult {
    let clock = ContinuousClock()
    let began = clock.now
    var result = DeliveryResult()
    result.diagnostics = problemsWithOutputs()
    if result.diagnostics.contains(where: { $0.severity == .error }) { return result }

    let groups = masterGroups()
    var plan = RenderPlan(session, stems: stems, masters: groups.map(\.master))
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
    let takes = try groups.map { _ in
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
    for (group, take) in zip(groups, takes) {
      progress(RenderProgress(phase: "master", fraction: 0))
      try deliver(group, take, frameCount, kept, slice, plan, &result, progress: progress, isCancelled: isCancelled)
    }
    result.files.sort { a, b in order(a.id) < order(b.id) }
    let allowed = Set(session.allow ?? [])
    result.diagnostics.removeAll { $0.severity != .error && allowed.contains($0.code.id) }
    let elapsed = clock.now - began
    result.seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    return result
  }

  private func order(_ id: String) -> Int { deliverables.firstIndex { $0.id == id } ?? 0 }

  /// Deliverables without a master of their own share the session's.
  private func masterGroups() -> [MasterGroup] {
    var groups: [MasterGroup] = []
    let shared = deliverables.filter { $0.value.master == nil }
    if !shared.isEmpty { groups.append(MasterGroup(master: session.master ?? Master(), deliverables: shared)) }
    for deliverable in deliverables {
      guard let master = deliverable.value.master else { continue }
      groups.append(MasterGroup(master: master, deliverables: [deliverable]))
    }
    return groups
  }

  // MARK: Outputs

  private var folder: String {
    options.outputFolder ?? Project.join(Project.parent(resolved.path), "renders")
  }

  /// Where a deliverable's file goes.
  public func outputPath(_ id: String) -> String? {
    deliverables.first { $0.id == id }.map {
      Project.join(folder, resolved.outputPath($0.id, $0.value, part: options.range.map(fileName)))
    }
  }

  /// A range as part of a file's name.
  private func fileName(_ range: String) -> String {
    String(range.compactMap { $0 == " " ? nil : "|:/".contains($0) ? "." : $0 })
  }

  // MARK: A range

  private func slice(_ text: String, of plan: RenderPlan, _ groups: [MasterGroup]) throws(RangeProblem) -> RangeSlice {
    try RangeSlice(
      try RangeSlice.frames(text, Timeline(session)), of: plan, groups.map(\.master),
      usesShapedDither: deliverables.contains { $0.value.ditherInForce == .shaped })
  }

  /// What is kept of a master of `frameCount` frames.
  private func keptFrames(_ slice: RangeSlice?, of frameCount: Int) -> Range<Int> {
    guard let slice else { return 0..<frameCount }
    let offset = slice.mastered.lowerBound
    let end = max(1, min(frameCount, slice.kept.upperBound - offset))
    return min(end - 1, slice.kept.lowerBound - offset)..<end
  }

  private func note(on slice: RangeSlice) -> [Diagnostic] {
    guard let reason = slice.reason else { return [] }
    let what = slice.mastered.upperBound > slice.kept.upperBound ? "the whole song" : "the song up to its end"
    return [Diagnostic(.rangeNeedsMore, .note, "for this range \(what) was rendered: \(reason)")]
  }

  private func problemsWithOutputs() -> [Diagnostic] {
    var problems: [Diagnostic] = []
    let known = session.deliverables.isEmpty ? ["mix"] : session.deliverables.map(\.id)
    for id in options.only.sorted() where !known.contains(id) {
      let meant = closestMatch(to: id, among: known)
      problems.append(
        Diagnostic(
          .unknownDeliverable, .error, "there is no deliverable `\(id)`",
          hints: [meant.map { "did you mean `\($0)`?" } ?? "the deliverables are \(known.joined(separator: ", "))"]))
    }
    let inputs = Set((stems.values.map(\.path) + resolved.filesRead).compactMap { FileIdentity($0) })
    for (id, _) in deliverables {
      guard let path = outputPath(id), let identity = FileIdentity(path), inputs.contains(identity) else { continue }
      problems.append(
        Diagnostic(
          .overwritesInput, .error, "the deliverable `\(id)` would overwrite an input, `\(path)`",
          hints: ["give it a `name`, or another output folder"]))
    }
    return problems
  }

  // MARK: A master and its files

  /// How a file comes about: from the master that the group shares, or, when it is lossy and has something to
  /// hold, from one of its own.
  private enum Route {
    case shared(Encoding)
    case own(LossyRounds)

    var encoding: Encoding {
      switch self {
      case .shared(let encoding): encoding
      case .own(let rounds): rounds.encoding
      }
    }
  }

  private func deliver(
    _ group: MasterGroup, _ take: MasterTake, _ frameCount: Int, _ kept: Range<Int>, _ slice: RangeSlice?,
    _ plan: RenderPlan, _ result: inout DeliveryResult, progress: @escaping @Sendable (RenderProgress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    let holdsSomething = group.master.loudness != nil || group.master.limiter != nil
    func isOwn(_ deliverable: Deliverable) -> Bool { holdsSomething && deliverable.encoding.isLossy }
    let sharing = group.deliverables.filter { !isOwn($0.value) }.map(\.id)
    let own = group.deliverables.filter { isOwn($0.value) }.map(\.id)
    // Masters are made side by side when there are several; else the one has all threads.
    let masterCount = (sharing.isEmpty ? 0 : 1) + own.count
    func mastering() -> Mastering {
      Mastering(
        master: group.master, take: take, frameCount: frameCount, context: plan.context,
        workers: masterCount > 1 ? 1 : workers, isCancelled: isCancelled)
    }
    let shared = mastering()
    let routes = try group.deliverables.map { id, deliverable in
      let encoding = encoding(id, deliverable, frameCount, kept, slice, plan)
      let tags = try tags(id, deliverable)
      return isOwn(deliverable)
        ? Route.own(LossyRounds(mastering: mastering(), encoding: encoding, tags: tags)) : .shared(encoding)
    }

    var masterJobs: [(ids: [String], make: () throws -> Mastered)] = []
    if !sharing.isEmpty { masterJobs.append((sharing, { try shared.run(shared.target) })) }
    for case .own(let rounds) in routes { masterJobs.append(([rounds.encoding.id], rounds.firstMaster)) }
    let jobs = Unchecked(masterJobs)
    let masters = runParallel(masterJobs.count) { try jobs.value[$0].make() }
    progress(RenderProgress(phase: "master", fraction: 1))

    var ready: [(route: Route, mastered: Mastered)] = []
    for (job, outcome) in zip(masterJobs, masters) {
      switch outcome {
      case .success(let mastered):
        result.diagnostics += noteOnLimiting(mastered, job.ids, group.master)
        for route in routes where job.ids.contains(route.encoding.id) { ready.append((route, mastered)) }
      case .failure(let refusal as MasteringRefusal): result.diagnostics += job.ids.map(refusal.diagnostic)
      case .failure(let error): throw error
      }
    }
    // The slowest start first, so that they run beside all others.
    let ordered = Unchecked(
      ready.filter { $0.route.encoding.format.isLossy } + ready.filter { !$0.route.encoding.format.isLossy })
    let files = runParallel(ordered.value.count) { index in
      try file(ordered.value[index].route, ordered.value[index].mastered, progress: progress, isCancelled: isCancelled)
    }
    for (entry, outcome) in zip(ordered.value, files) {
      let encoding = entry.route.encoding
      switch outcome {
      case .success(let (mastered, file, hash)):
        result.diagnostics += notes(on: encoding, file)
        result.files.append(
          DeliveredFile(
            id: encoding.id, path: encoding.path, pcmSHA256: file.pcmHash, sha256: hash, measurement: file.measurement,
            gainDecibels: mastered.gain, limitingDecibels: mastered.result.limiting))
      case .failure(let refusal as MasteringRefusal): result.diagnostics.append(refusal.diagnostic(encoding.id))
      case .failure(let error as AudioFileError) where error.side == .output:
        result.diagnostics.append(
          Diagnostic(.writeFailed, .error, error.message, path: "deliverables.\(encoding.id)", hints: error.hints))
      case .failure(let error): throw error
      }
    }
  }

  /// Encodes, judges and publishes one file.
  private func file(
    _ route: Route, _ mastered: Mastered, progress: @escaping @Sendable (RenderProgress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> (Mastered, Encoding.Encoded, hash: String) {
    let report: (Double) -> Void = { progress(RenderProgress(phase: route.encoding.id, fraction: $0)) }
    var finished: (Mastered, Encoding.Encoded)
    switch route {
    case .shared(let encoding):
      let tags = try tags(encoding.id, deliverable(encoding.id))(mastered.result.measurement)
      finished = (mastered, try encoding.run(mastered.output, tags, progress: report, isCancelled: isCancelled))
    case .own(var rounds):
      let kept = rounds.encoding.kept
      rounds.encoding.kept = 0..<rounds.encoding.frameCount
      finished = try rounds.run(mastered, progress: report, isCancelled: isCancelled)
      if kept != rounds.encoding.kept {
        // The whole decided the gain; the part is what is wanted.
        finished.1.writer.abandon()
        rounds.encoding.kept = kept
        finished.1 = try rounds.encoding.run(
          finished.0.output, rounds.tags(finished.0.result.measurement), progress: report, isCancelled: isCancelled)
      }
    }
    if isCancelled() { throw CancellationError() }
    try finished.1.writer.publish()
    return (finished.0, finished.1, fileHash(route.encoding.path) ?? "")
  }

  private func runParallel<Value>(_ count: Int, _ body: @Sendable (Int) throws -> Value) -> [Result<Value, any Error>] {
    let outcomes = Mutex(Unchecked([Int: Result<Value, any Error>]()))
    forEachParallel(count, workers: workers) { index in
      let outcome = Unchecked(Result { try body(index) })
      outcomes.withLock { $0.value[index] = outcome.value }
    }
    return outcomes.withLock { outcomes in (0..<count).compactMap { outcomes.value[$0] } }
  }

  private func deliverable(_ id: String) -> Deliverable { deliverables.first { $0.id == id }?.value ?? Deliverable() }

  private func encoding(
    _ id: String, _ deliverable: Deliverable, _ frameCount: Int, _ kept: Range<Int>, _ slice: RangeSlice?,
    _ plan: RenderPlan
  ) -> Encoding {
    Encoding(
      id: id, path: outputPath(id) ?? id, format: deliverable.encoding, dither: deliverable.ditherInForce,
      seed: session.seed.value, frameCount: frameCount, kept: kept, firstFrame: slice?.mastered.lowerBound ?? 0,
      sampleRate: Int(plan.sampleRate))
  }

  /// A deliverable's tags, once its master has been measured.
  private func tags(_ id: String, _ deliverable: Deliverable) throws -> (Measurement) -> Tags {
    let metadata = deliverable.metadata.laid(over: session.metadata)
    let coverPath =
      resolved.file(at: "deliverables.\(id).metadata.cover") ?? resolved.file(at: "metadata.cover")
    let cover = try coverPath.map { path throws(AudioFileError) in try CoverImage(path: path) }
    let tempo = session.tempo.first?.bpm.magnitude
    return { Tags(metadata, tempo: tempo, cover: cover, id3: deliverable.id3, $0) }
  }

  /// The greatest reduction that passes without a word, in dB (FORMAT, *Master*).
  private static let muchLimiting = 4.0

  private func noteOnLimiting(_ mastered: Mastered, _ ids: [String], _ master: Master) -> [Diagnostic] {
    guard let loudness = master.loudness, mastered.result.limiting >= Self.muchLimiting,
      !(session.allow ?? []).contains(DiagnosticCode.muchLimiting.id)
    else { return [] }
    return [
      Diagnostic(
        .muchLimiting, .warning,
        "to reach \(loudness.integrated.text), the limiter takes up to \(rounded(mastered.result.limiting)) dB from \(listed(ids, conjunction: "and"))",
        hints: ["a lower target or tamer peaks in the mix keep more punch"])
    ]
  }

  /// What a person should know of a file that was written.
  private func notes(on encoding: Encoding, _ file: Encoding.Encoded) -> [Diagnostic] {
    var notes: [Diagnostic] = []
    let path = "deliverables.\(encoding.id)"
    if file.clippedSamples > 0 {
      notes.append(
        Diagnostic(
          .clipped, .warning,
          "\(file.clippedSamples) samples of `\(encoding.id)` are above full scale and were clipped",
          path: path, hints: ["add a limiter, turn `main` down, or deliver `bit_depth: 32f`"]))
    }
    let dither = session.deliverables[encoding.id]?.ditherInForce
    if dither == .shaped, encoding.format.integerBits != nil, ![44_100, 48_000].contains(encoding.sampleRate) {
      notes.append(
        Diagnostic(
          .ditherFallback, .note, "`\(encoding.id)` has TPDF dither: `shaped` is made for 44.1 and 48 kHz", path: path))
    }
    return notes
  }
}

extension Metadata {
  /// These tags, and those of `lower` where these have none.
  func laid(over lower: Metadata) -> Metadata {
    var result = self
    let keys: [WritableKeyPath<Metadata, String?>] = [
      \.title, \.artist, \.album, \.albumArtist, \.composer, \.lyricist, \.genre, \.date, \.track, \.disc, \.isrc,
      \.upc, \.label, \.catalogNumber, \.copyright, \.comment, \.language, \.cover,
    ]
    for key in keys where result[keyPath: key] == nil { result[keyPath: key] = lower[keyPath: key] }
    return result
  }
}

/// Passes what is only ever used by one thread at a time from one to another.
private struct Unchecked<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}
