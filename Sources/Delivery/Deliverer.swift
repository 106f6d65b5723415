import AudioFiles
public import Diagnostics
import DSP
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
    let plan = RenderPlan(session, stems: stems, masters: groups.map(\.master.inserts))
    let watch = SilenceWatch()
    let takes = try groups.map { _ in
      try MasterTake(sampleRate: plan.sampleRate, expectedFrames: plan.length.frameLimit)
    }
    var outlets = [MixRenderer.Outlet(node: plan.mix, sink: watch)]
    for (node, take) in zip(plan.masters, takes) { outlets.append(MixRenderer.Outlet(node: node, sink: take)) }
    let renderer = try MixRenderer(plan, outlets: outlets, blockFrames: options.blockFrames, workers: workers) { stem in
      try StemSource(stem.path, channels: stem.channels)
    }
    try renderer.run(progress: { progress(RenderProgress(phase: "mix", fraction: $0)) }, isCancelled: isCancelled)

    let frameCount =
      switch plan.length {
      case .fixed(let frames): frames
      case .untilSilent(let atLeast, let atMost): min(atMost, max(atLeast, watch.heardFrames))
      }
    result.audioSeconds = Double(frameCount) / plan.sampleRate
    for (group, take) in zip(groups, takes) {
      progress(RenderProgress(phase: "master", fraction: 0))
      try deliver(group, take, frameCount, plan, &result, progress: progress, isCancelled: isCancelled)
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
    deliverables.first { $0.id == id }.map { Project.join(folder, resolved.outputPath($0.id, $0.value)) }
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

  private func deliver(
    _ group: MasterGroup, _ take: MasterTake, _ frameCount: Int, _ plan: RenderPlan, _ result: inout DeliveryResult,
    progress: @escaping @Sendable (RenderProgress) -> Void, isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    let ids = group.deliverables.map(\.id)
    guard
      let mastered = try mastered(
        group.master, take, frameCount, plan, ids, &result, progress: progress, isCancelled: isCancelled)
    else { return }
    let encodings = try group.deliverables.map { id, deliverable in
      try encoding(id, deliverable, mastered, frameCount, plan)
    }
    // The slowest start first, so that they run beside all others.
    let ordered = encodings.sorted { $0.format.isLossy && !$1.format.isLossy }
    let outcomes = Mutex<[(Encoding, Result<Encoding.Result, any Error>)]>([])
    forEachParallel(ordered.count, workers: workers) { index in
      let encoding = ordered[index]
      let outcome = Result {
        try encoding.run(
          progress: { progress(RenderProgress(phase: encoding.id, fraction: $0)) }, isCancelled: isCancelled)
      }
      outcomes.withLock { $0.append((encoding, outcome)) }
    }
    for (encoding, outcome) in outcomes.withLock({ $0 }).sorted(by: { order($0.0.id) < order($1.0.id) }) {
      switch outcome {
      case .success(let file):
        result.diagnostics += notes(on: encoding, file, group.master)
        result.files.append(
          DeliveredFile(
            id: encoding.id, path: encoding.path, pcmSHA256: file.pcmHash, sha256: file.fileHash,
            measurement: file.measurement, gainDecibels: mastered.gain,
            limitingDecibels: mastered.result.limiting))
      case .failure(let error as AudioFileError) where error.side == .output:
        result.diagnostics.append(
          Diagnostic(.writeFailed, .error, error.message, path: "deliverables.\(encoding.id)", hints: error.hints))
      case .failure(let error): throw error
      }
    }
  }

  /// A finished master, before any file.
  private struct Mastered {
    var output: Scratch
    var result: MasterPass.Result
    var gain: Double
  }

  private func mastered(
    _ master: Master, _ take: MasterTake, _ frameCount: Int, _ plan: RenderPlan, _ ids: [String],
    _ result: inout DeliveryResult, progress: @escaping @Sendable (RenderProgress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> Mastered? {
    let pass = MasterPass(
      source: take.scratch, output: try Scratch(), frameCount: frameCount, sampleRate: plan.sampleRate,
      limiter: master.limiter.map { LimiterProcessor.kernelSettings($0.settings, plan.context) },
      fadeIn: master.fadeIn.map { fade($0, plan, frameCount) }, fadeOut: master.fadeOut.map { fade($0, plan, frameCount) },
      workers: workers, isCancelled: isCancelled)
    guard let loudness = master.loudness else {
      return Mastered(output: pass.output, result: try pass.run(gain: 0), gain: 0)
    }
    let maximum = master.limiter == nil ? .infinity : loudness.maxLimiting.magnitude
    let search = LoudnessSearch(target: loudness.integrated.magnitude, maximumLimiting: maximum)
    let names = listed(ids, conjunction: "and")
    let target = loudness.integrated.text
    var passes = 0
    let outcome = try search.run(from: take.integrated) { gain in
      passes += 1
      progress(RenderProgress(phase: "master", fraction: min(0.95, Double(passes) / 4)))
      return try pass.run(gain: gain)
    }
    let problem: Diagnostic
    switch outcome {
    case .reached(let gain, let mastered):
      if mastered.limiting >= Self.muchLimiting {
        result.diagnostics.append(
          Diagnostic(
            .muchLimiting, .warning, "to reach \(target), the limiter takes up to \(oneDecimal(mastered.limiting)) dB from \(names)",
            hints: ["a lower target or tamer peaks in the mix keep more punch"]))
      }
      return Mastered(output: pass.output, result: mastered, gain: gain)
    case .nothingToMeasure:
      problem = Diagnostic(
        .nothingToMeasure, .error, "\(names) cannot have \(target): the master is silent or shorter than 400 ms",
        hints: ["write `loudness: none`, or check that something is heard"])
    case .tooMuchLimiting(let taken, let loudest):
      problem = Diagnostic(
        .tooMuchLimiting, .error,
        "\(names) cannot have \(target): the limiter would take \(oneDecimal(taken)) dB, and `max_limiting` is \(loudness.maxLimiting.text)",
        hints: [
          loudest.map { "the loudest target that fits is \(plainDecimal($0)) LUFS" } ?? "no target fits",
          "tame the peaks in the mix, lower the target, or raise `loudness.max_limiting`",
        ])
    case .unreachable(let closest):
      problem = Diagnostic(
        .targetUnreachable, .error, "\(names) cannot have \(target): more gain does not make it louder than \(oneDecimal(closest)) LUFS")
    }
    result.diagnostics.append(problem)
    return nil
  }

  /// The greatest reduction that passes without a word, in dB (FORMAT, *Master*).
  private static let muchLimiting = 4.0

  private func fade(_ fade: SessionModel.Fade, _ plan: RenderPlan, _ frameCount: Int) -> DSP.Fade {
    let curve: FadeCurve =
      switch fade.curve {
      case .linear: .linear
      case .smooth: .smooth
      case .exponential: .exponential
      case .equalPower: .equalPower
      }
    return DSP.Fade(curve, length: min(frameCount, plan.context.frames(fade.span)))
  }

  private func encoding(
    _ id: String, _ deliverable: Deliverable, _ mastered: Mastered, _ frameCount: Int, _ plan: RenderPlan
  ) throws -> Encoding {
    let metadata = deliverable.metadata.laid(over: session.metadata)
    let coverPath =
      resolved.file(at: "deliverables.\(id).metadata.cover") ?? resolved.file(at: "metadata.cover")
    let cover = try coverPath.map { path throws(AudioFileError) in try CoverImage(path: path) }
    return Encoding(
      id: id, path: outputPath(id) ?? id, format: deliverable.encoding, dither: deliverable.ditherInForce,
      seed: session.seed.value,
      tags: Tags(metadata, tempo: session.tempo?.magnitude, cover: cover, id3: deliverable.id3, mastered.result.measurement),
      master: mastered.output, frameCount: frameCount, sampleRate: Int(plan.sampleRate))
  }

  /// What a person should know of a file that was written.
  private func notes(on encoding: Encoding, _ file: Encoding.Result, _ master: Master) -> [Diagnostic] {
    var notes: [Diagnostic] = []
    let path = "deliverables.\(encoding.id)"
    if file.clippedSamples > 0 {
      notes.append(
        Diagnostic(
          .clipped, .warning, "\(file.clippedSamples) samples of `\(encoding.id)` are above full scale and were clipped",
          path: path, hints: ["add a limiter, turn `main` down, or deliver `bit_depth: 32f`"]))
    }
    if encoding.format.isLossy, let ceiling = master.limiter?.settings.ceiling.magnitude,
      let truePeak = file.measurement.truePeak, truePeak > ceiling
    {
      notes.append(
        Diagnostic(
          .decodedPeak, .warning,
          "`\(encoding.id)` decodes to \(oneDecimal(truePeak, places: 100)) dBTP, above the master's ceiling of \(plainDecimal(ceiling)) dBTP",
          path: path, hints: ["for a strict ceiling: `master: {limiter: {ceiling: \(plainDecimal(ceiling - 1)) dBTP}}` on this deliverable"]))
    }
    let dither = session.deliverables[encoding.id]?.ditherInForce
    if dither == .shaped, encoding.format.integerBits != nil, ![44_100, 48_000].contains(encoding.sampleRate) {
      notes.append(
        Diagnostic(.ditherFallback, .note, "`\(encoding.id)` has TPDF dither: `shaped` is made for 44.1 and 48 kHz", path: path))
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

/// `value` with one decimal, or as many as `places` has zeros, half rounded away.
func oneDecimal(_ value: Double, places: Double = 10) -> String {
  plainDecimal((value * places).rounded() / places)
}
