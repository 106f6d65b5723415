import AudioFiles
import DSP
import Diagnostics
import Platform
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Synchronization
import Tables

/// How the files of `split: stems` add up.
public struct StemSum: Sendable {
  /// The deliverable.
  public var id: String
  /// The greatest difference between the sum of the files, read back, and the mix before its master; in dBFS, −∞ for
  /// none.
  public var residual: Double
  /// What it may be, in dBFS.
  public var limit: Double

  public var isKept: Bool { residual <= limit }
}

/// What premasters are made of, once the plan has run.
struct PremasterSource {
  var plan: RenderPlan
  var takes: Takes
  var slice: RangeSlice?
}

// Mixes taken apart.

extension Deliverer {
  /// The frames of a mix that go into files.
  func kept(of mix: Int, _ source: PremasterSource) -> Range<Int> {
    keptFrames(source.slice, of: source.takes.frameCount(of: mix, in: source.plan))
  }

  func premaster(_ node: Int, of mix: Int, _ source: PremasterSource) throws -> Premaster {
    guard let take = source.takes[node] else { preconditionFailure("every node that is delivered is taken") }
    return Premaster(
      take: take, frameCount: source.takes.frameCount(of: mix, in: source.plan), kept: kept(of: mix, source),
      firstFrame: source.slice?.mastered.lowerBound ?? 0, context: source.plan.context)
  }

  /// Writes a file for each part of a mix.
  func deliver(
    _ order: Orders.SplitOrder, _ source: PremasterSource, _ result: inout DeliveryResult,
    progress: @escaping @Sendable (RenderProgress) -> Void, isCancelled: @escaping @Sendable () -> Bool
  ) throws -> [(DeliveredFile, AudioFileWriter)] {
    let parts = source.plan.mixes[order.mix].parts[order.split] ?? []
    let rate = Int((order.value.sampleRate ?? session.sampleRate).magnitude)
    let isMono = order.value.channels == .mono
    let tags = try tags(order.id, order.value)
    result.diagnostics += noteOnSilent(order, parts.map(\.id))
    let done = Unchecked(Counter())
    let jobs = Unchecked((parts: parts, tags: tags, source: source))
    let outcomes = runParallel(parts.count) { index -> (Encoding, Encoding.Encoded, hash: String) in
      let (id, node) = jobs.value.parts[index]
      let premaster = try premaster(node, of: order.mix, jobs.value.source)
        .converted(to: rate, isMono: isMono, isCancelled: isCancelled)
      let encoding = encoding(order.id, node: id, order.value, premaster)
      // A part is not played by itself: players must not change its level, nor call it the song.
      var tags = jobs.value.tags(Measurement.none)
      tags.replayGain = nil
      tags.title = tags.title.map { "\($0) (\(id))" }
      let file = try encoding.run(premaster.take.scratch, tags, progress: { _ in }, isCancelled: isCancelled)
      progress(RenderProgress(phase: order.id, fraction: Double(done.value.next()) / Double(parts.count)))
      return (encoding, file, SHA256.text(ofFile: file.writer.unpublishedPath) ?? "")
    }
    var finished: [(DeliveredFile, AudioFileWriter)] = []
    var isWhole = true
    for outcome in outcomes {
      switch outcome {
      case .success(let (encoding, file, hash)):
        result.diagnostics += notes(on: encoding, file)
        let delivered = DeliveredFile(
          id: order.id, version: order.value.version, node: encoding.node, path: encoding.path,
          pcmSHA256: file.pcmHash, sha256: hash, measurement: file.measurement, gainDecibels: 0, limitingDecibels: 0)
        finished.append((delivered, file.writer))
      case .failure(let error as AudioFileError) where error.side == .output:
        result.diagnostics.append(unwritten(order.id, error))
        isWhole = false
      case .failure(let error): throw error
      }
    }
    if order.split == .stems, isWhole, !order.value.encoding.isLossy, options.range == nil {
      let mix = try premaster(source.plan.mixes[order.mix].node, of: order.mix, source)
        .converted(to: rate, isMono: isMono, isCancelled: isCancelled)
      let sum = try self.sum(order, finished, mix, isCancelled: isCancelled)
      result.sums.append(sum)
      if !sum.isKept { result.diagnostics.append(diagnostic(sum)) }
    }
    return finished
  }

  /// Adds the files up, as they are read back, and compares them with the mix.
  private func sum(
    _ order: Orders.SplitOrder, _ files: [(DeliveredFile, AudioFileWriter)], _ mix: Premaster,
    isCancelled: @Sendable () -> Bool
  ) throws -> StemSum {
    // A float differs by its rounding, which grows with its level above full scale; TPDF dither and rounding move an integer by up to 1.5 steps (docs/format.md).
    let limit =
      order.value.encoding.integerBits.map { bits in
        Maths.decibels(amplitude: Double(max(1, files.count)) * 1.5 / Double(1 << (bits - 1)))
      } ?? -140 + max(0, files.compactMap(\.0.measurement.samplePeak).max() ?? 0)
    let paths = files.map(\.1.unpublishedPath)
    // Each thread takes a stretch of the song, and opens all files for it.
    let stretches = max(1, min(workers, 128 / max(1, paths.count)))
    let length = (mix.frameCount + stretches - 1) / stretches
    let source = Unchecked(mix)
    let outcomes = runParallel(stretches) { index in
      try greatestDifference(
        of: paths, from: source.value.take.scratch,
        within: index * length..<min(mix.frameCount, (index + 1) * length), isCancelled: isCancelled)
    }
    let worst = try outcomes.map { try $0.get() }.max() ?? 0
    return StemSum(id: order.id, residual: Maths.decibels(amplitude: worst), limit: limit)
  }

  private func greatestDifference(
    of paths: [String], from mix: Scratch, within range: Range<Int>, isCancelled: () -> Bool
  ) throws -> Double {
    guard !range.isEmpty else { return 0 }
    let readers = try paths.map { path in
      let reader = try AudioFileReader(path)
      try reader.seek(to: range.lowerBound)
      return reader
    }
    let block = min(range.count, 16_384)
    let difference = FrameBuffer(capacity: block), part = FrameBuffer(capacity: block)
    var worst = Frame.zero
    var start = range.lowerBound
    while start < range.upperBound {
      if isCancelled() { throw CancellationError() }
      let count = min(block, range.upperBound - start)
      try difference.edit(0..<count) { try mix.read(&$0, from: start) }
      for reader in readers {
        _ = try part.edit(0..<count) { frames throws(AudioFileError) in try reader.readFrames(into: &frames) }
        part.read(0..<count) { part in
          difference.edit(0..<count) { for index in 0..<count { $0[index] -= part[index] } }
        }
      }
      difference.read(0..<count) { frames in
        for index in 0..<count {
          let frame = frames[index]
          worst.x = max(worst.x, abs(frame.x))
          worst.y = max(worst.y, abs(frame.y))
        }
      }
      start += count
    }
    return max(worst.x, worst.y)
  }

  private func diagnostic(_ sum: StemSum) -> Diagnostic {
    let residual = plainDecimal(rounded(sum.residual, places: 1, beside: [sum.limit]))
    return Diagnostic(
      .stemsDoNotAddUp, .error,
      "the files of `\(sum.id)` add up to the mix within \(residual) dBFS, and should within \(rounded(sum.limit)) dBFS",
      path: "deliverables.\(sum.id)",
      hints: deliverable(sum.id).encoding.integerBits == nil
        ? ["turn the parts down"]
        : ["integer files clip above full scale: deliver `bit_depth: 32f`, or turn the parts down"])
  }

  /// Parts that have no file, since nothing is heard of them.
  private func noteOnSilent(_ order: Orders.SplitOrder, _ made: [String]) -> [Diagnostic] {
    let silent = session.nodes(of: order.split).compactMap(\.self).filter { !made.contains($0) }
    guard !silent.isEmpty else { return [] }
    return [
      Diagnostic(
        .silentParts, .note,
        "`\(order.id)` has no file of \(listed(silent, conjunction: "and")): nothing of \(silent.count == 1 ? "it" : "them") is heard in \(order.value.version.map { "the version `\($0)`" } ?? "the mix")",
        path: "deliverables.\(order.id)")
    ]
  }
}

/// Counts from several threads.
private final class Counter: Sendable {
  private let count = Atomic(0)

  func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}
