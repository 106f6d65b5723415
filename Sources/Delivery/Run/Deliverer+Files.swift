import AudioFiles
import DSP
import Diagnostics
import Platform
import Processors
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Synchronization
import Tables

// A master and the files that are made from it.

extension Deliverer {
  /// How a file comes about: from the master that the group shares, or, when it is lossy and has something to
  /// hold, from one of its own.
  enum Route {
    case shared(Encoding)
    case own(LossyRounds)

    var encoding: Encoding {
      switch self {
      case .shared(let encoding): encoding
      case .own(let rounds): rounds.encoding
      }
    }
  }

  /// Makes a group's masters and files.
  /// - Parameter matched: the gain that a version takes of the main mix and an audition of the session as it is
  ///   written, or why there is none.
  /// - Parameter remembered: masters that are there already, by deliverable: of all of them, or of none.
  /// - Parameter keep: takes what may be remembered.
  /// - Returns: the files, whole, and the gain of the master that they share.
  func deliver(
    _ group: Orders.MasterGroup, _ premaster: Premaster, matching matched: Result<Double, MasteringRefusal>?,
    remembered: [String: Mastered] = [:], _ result: inout DeliveryResult,
    keep: (Mastered, MasterMemory.EncodingKey?) -> Void = { _, _ in },
    progress: @escaping @Sendable (RenderProgress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> ([(DeliveredFile, AudioFileWriter)], gain: Result<Double, MasteringRefusal>?) {
    var matched = matched
    if case .failure = matched, original != nil {
      matched = nil
      result.diagnostics.append(noteOnGain("the session as it is written misses its loudness"))
    }
    if case .failure(var refusal) = matched {
      refusal.reason = "takes the gain of the main mix, which \(refusal.reason)"
      result.diagnostics += group.deliverables.map { refusal.diagnostic($0.id) }
      return ([], matched)
    }
    let gain = try matched?.get()
    func isOwn(_ id: String, _ deliverable: Deliverable) -> Bool {
      remembered[id] == nil && self.isOwn(deliverable, group.master)
    }
    let sharing = group.deliverables.filter { remembered[$0.id] == nil && !isOwn($0.id, $0.value) }.map(\.id)
    let own = group.deliverables.filter { isOwn($0.id, $0.value) }.map(\.id)
    // Masters are made side by side when there are several; else the one has all threads.
    let isShared = !sharing.isEmpty || (group.lendsGain && remembered.isEmpty)
    let masterCount = (isShared ? 1 : 0) + own.count
    let timeline = Timeline(session)
    let beginsAt =
      Double(timeline.frame(session.start)) / timeline.sampleRate
      + Double(premaster.firstFrame) / Double(premaster.sampleRate)
    func mastering() -> Mastering {
      Mastering(
        master: group.master, take: premaster.take, frameCount: premaster.frameCount, context: premaster.context,
        isMono: premaster.isMono, matchedGain: gain, isAudition: options.audition != nil,
        workers: masterCount > 1 ? 1 : workers,
        beginsAt: beginsAt, timeline: timeline, isTraced: options.isReported, isCancelled: isCancelled)
    }
    let shared = mastering()
    let routes = try group.deliverables.map { id, deliverable in
      let encoding = encoding(id, deliverable, premaster)
      let tags = try tags(id, deliverable)
      return isOwn(id, deliverable)
        ? Route.own(
          LossyRounds(
            mastering: mastering(), encoding: encoding, ceiling: deliverable.ceiling?.magnitude, tags: tags))
        : .shared(encoding)
    }

    var masterJobs: [(ids: [String], make: () throws -> Mastered)] = []
    if isShared { masterJobs.append((sharing, { try shared.run(shared.target) })) }
    for case .own(let rounds) in routes { masterJobs.append(([rounds.encoding.id], rounds.firstMaster)) }
    for (id, mastered) in remembered { masterJobs.append(([id], { mastered })) }
    let jobs = Unchecked(masterJobs)
    let masters = runParallel(masterJobs.count) { try jobs.value[$0].make() }

    var ready: [(route: Route, mastered: Mastered)] = []
    var lent: Result<Double, MasteringRefusal>?
    for (place, (job, outcome)) in zip(masterJobs, masters).enumerated() {
      if isShared, place == 0 {
        switch outcome {
        case .success(let mastered):
          lent = .success(mastered.gain)
          if sharing.isEmpty { keep(mastered, nil) }
        case .failure(let refusal as MasteringRefusal): lent = .failure(refusal)
        case .failure: break
        }
      }
      switch outcome {
      case .success(let mastered):
        for route in routes where job.ids.contains(route.encoding.id) { ready.append((route, mastered)) }
      case .failure(let refusal as MasteringRefusal):
        result.diagnostics += try job.ids.map { id in
          try refined(refusal, routes.first { $0.encoding.id == id }, isCancelled).diagnostic(id)
        }
      case .failure(let error): throw error
      }
    }
    // The slowest start first, so that they run beside all others.
    let ordered = Unchecked(
      ready.filter { $0.route.encoding.format.isLossy } + ready.filter { !$0.route.encoding.format.isLossy })
    let files = runParallel(ordered.value.count) { index in
      try file(ordered.value[index].route, ordered.value[index].mastered, progress: progress, isCancelled: isCancelled)
    }
    var finished: [(DeliveredFile, AudioFileWriter)] = []
    for (entry, outcome) in zip(ordered.value, files) {
      let encoding = entry.route.encoding
      switch outcome {
      case .success(let (mastered, file, _)) where missesLoudness(file, shared):
        file.writer.abandon()
        result.diagnostics.append(shared.miss(of: file, mastered).diagnostic(encoding.id))
      case .success(let (mastered, file, hash)):
        result.diagnostics += notes(on: encoding, file)
        let delivered = DeliveredFile(
          id: encoding.id, version: deliverable(encoding.id).version, path: encoding.path, pcmSHA256: file.pcmHash,
          sha256: hash,
          measurement: file.measurement.quieter(by: shared.monoOffset),
          aimsAtLoudness: shared.target.loudness != nil, gainDecibels: mastered.gain,
          limitingDecibels: mastered.result.limiting, clippingDecibels: mastered.result.clipping,
          reductionDecibels: mastered.result.reduction,
          reported: reported(file, mastered, premaster, offset: shared.monoOffset))
        finished.append((delivered, file.writer))
        keep(mastered, isOwn(encoding.id, deliverable(encoding.id)) ? ownMaster(deliverable(encoding.id)) : nil)
      case .failure(let refusal as MasteringRefusal):
        result.diagnostics.append(try refined(refusal, entry.route, isCancelled).diagnostic(encoding.id))
      case .failure(let error as AudioFileError) where error.side == .output:
        result.diagnostics.append(unwritten(encoding.id, error))
      case .failure(let error): throw error
      }
    }
    let order = group.deliverables.map(\.id)
    let made = finished.map { ($0.0.id, $0.0.reductionDecibels) }.sorted { a, b in
      (order.firstIndex(of: a.0) ?? 0) < (order.firstIndex(of: b.0) ?? 0)
    }
    result.diagnostics += notesOnLimiting(made, group.master, aim: gain == nil ? group.master.loudness : nil)
    return (finished, lent)
  }

  /// Whether a file has a master of its own: what is decoded of it is to have a loudness, or stay under a ceiling.
  func isOwn(_ deliverable: Deliverable, _ master: Master) -> Bool {
    deliverable.encoding.isLossy && (master.loudness != nil || master.limiter != nil || deliverable.ceiling != nil)
  }

  /// Whether the loudness is not what it was in the master: clipped at full scale, or lost in the noise of 16 bits.
  private func missesLoudness(_ file: Encoding.Encoded, _ mastering: Mastering) -> Bool {
    guard options.range == nil, let wanted = mastering.target.loudness else { return false }
    guard let found = mastering.loudness(file.measurement) else { return true }
    return abs(found - wanted) > Mastering.loudnessTolerance
  }

  private func refined(
    _ refusal: MasteringRefusal, _ route: Route?, _ isCancelled: () -> Bool
  ) throws -> MasteringRefusal {
    guard case .own(let rounds) = route else { return refusal }
    return try rounds.refined(refusal, isCancelled: isCancelled)
  }

  func unwritten(_ id: String, _ error: AudioFileError) -> Diagnostic {
    Diagnostic(.writeFailed, .error, error.message, path: "deliverables.\(id)", hints: error.hints)
  }

  /// Encodes and judges one file.
  func file(
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
    if route.encoding.format.isLossy, options.range == nil {
      finished.1 = try retagged(finished.1, finished.0, route.encoding, isCancelled: isCancelled)
    }
    return (finished.0, finished.1, SHA256.text(ofFile: finished.1.writer.unpublishedPath) ?? "")
  }

  /// A lossy file with the gain and peak of what it decodes to, which differ a little from what went into it.
  private func retagged(
    _ file: Encoding.Encoded, _ mastered: Mastered, _ encoding: Encoding, isCancelled: @Sendable () -> Bool
  ) throws -> Encoding.Encoded {
    let tags = try tags(encoding.id, deliverable(encoding.id))(file.measurement)
    if try file.writer.retag(tags) { return file }
    // Longer or shorter texts move all that follows.
    file.writer.abandon()
    return try encoding.run(mastered.output, tags, progress: { _ in }, isCancelled: isCancelled)
  }

  func runParallel<Value>(_ count: Int, _ body: @Sendable (Int) throws -> Value) -> [Result<Value, any Error>] {
    let outcomes = Mutex(Unchecked([Int: Result<Value, any Error>]()))
    forEachParallel(count, workers: workers) { index in
      let outcome = Unchecked(Result { try body(index) })
      outcomes.withLock { $0.value[index] = outcome.value }
    }
    return outcomes.withLock { outcomes in (0..<count).compactMap { outcomes.value[$0] } }
  }

  func deliverable(_ id: String) -> Deliverable { deliverables.first { $0.id == id }?.value ?? Deliverable() }

  func encoding(
    _ id: String, node: String? = nil, _ deliverable: Deliverable, _ premaster: Premaster
  ) -> Encoding {
    let frameCount = fileFrameCount(id, premaster)
    return Encoding(
      id: id, node: node, path: outputPath(id, node: node) ?? id, format: deliverable.encoding,
      dither: deliverable.ditherInForce, seed: session.seed.value, frameCount: frameCount,
      kept: premaster.kept.lowerBound..<premaster.kept.upperBound + frameCount - premaster.frameCount,
      firstFrame: premaster.firstFrame, sampleRate: premaster.sampleRate, channelCount: premaster.isMono ? 1 : 2,
      isAnalysed: options.isReported && node == nil)
  }

  /// A deliverable's tags, once its master has been measured.
  func tags(_ id: String, _ deliverable: Deliverable) throws -> (Measurement) -> Tags {
    let metadata = resolved.metadata(of: id)
    let cover = try coverPath(of: id).map { path throws(AudioFileError) in try CoverImage(path: path) }
    let tempo = session.tempo.first?.bpm.magnitude
    return { Tags(metadata, tempo: tempo, cover: cover, id3: deliverable.id3, $0) }
  }
}

/// Passes what is only ever used by one thread at a time from one to another.
struct Unchecked<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}
