import DSP
import Processors
import RenderPlan

/// A node of the plan at work: its clips, its inserts' state, the delays of what it hears, and the blocks it has
/// made.
///
/// One thread at a time runs it; others read the blocks of earlier steps.
final class RunningNode: @unchecked Sendable {
  let plan: RenderPlan.Node
  private let blockFrames: Int
  private let clips: [ClipPlayer]
  private var inserts: [RunningChainLink] = []
  private var delays: [DelayLine]
  private var shift: DelayLine
  /// Room for a clip, an input or a key on its way; `nil` when none needs it.
  private let aside: FrameBuffer?
  private var mover: ConnectionMover
  /// The latest blocks, as many as the deepest reader lags behind.
  private let blocks: [FrameBuffer]

  /// An insert with what it hears beside its input.
  private struct RunningChainLink {
    var processing: any InsertProcessing
    var spread: Double?
    var key: RenderPlan.Key?
    var keyDelay: DelayLine
  }

  init(
    _ plan: RenderPlan.Node, context: ProcessorContext, firstFrame: Int, blockFrames: Int, blocksKept: Int,
    open: @escaping @Sendable (RenderPlan.Stem) throws -> any StemReader
  ) {
    self.plan = plan
    self.blockFrames = blockFrames
    clips = plan.clips.map { ClipPlayer($0, open: open) }
    blocks = (0..<blocksKept).map { _ in FrameBuffer(capacity: blockFrames) }
    delays = plan.inputs.map { DelayLine(frameCount: $0.delayFrames) }
    shift = DelayLine(frameCount: plan.shift.delayFrames)
    mover = ConnectionMover()
    for planned in plan.inserts {
      var automation = planned.automation
      automation.firstFrame = firstFrame
      guard
        let processing = planned.insert.makeProcessing(context, automation, blockFrames: blockFrames)
      else { continue }
      inserts.append(
        RunningChainLink(
          processing: processing, spread: planned.spread, key: planned.key,
          keyDelay: DelayLine(frameCount: planned.key?.delayFrames ?? 0)))
    }
    let needsRoom =
      clips.count > 1 || plan.inputs.contains { $0.delayFrames > 0 } || inserts.contains { $0.keyDelay.frameCount > 0 }
      || plan.inserts.contains { $0.key.map { $0.matrix != .identity } ?? false }
    aside = needsRoom ? FrameBuffer(capacity: blockFrames) : nil
  }

  /// The block with this number; it stands until `blocksKept` more were made.
  func block(_ number: Int) -> FrameBuffer { blocks[number % blocks.count] }

  /// The greatest gain reduction of each insert, in the order of the chain.
  var reductions: [Double?] { inserts.map { $0.processing.reductionDecibels } }

  func traceReductions() { for insert in inserts { insert.processing.traceReduction() } }

  /// What each insert took over time, in the order of the chain.
  var traces: [InsertTrace?] { inserts.map { $0.processing.trace } }

  /// Makes the block with this number. `source` gives the nodes that this one hears.
  func process(_ number: Int, source: (Int) -> RunningNode) throws {
    let buffer = block(number)
    let whole = 0..<blockFrames
    /// The frame of the song that the block begins at.
    let first = number * blockFrames - plan.arrivalFrames
    if clips.isEmpty {
      silence(buffer, whole)
      for (index, connection) in plan.inputs.enumerated() {
        add(connection, from: source(connection.from).block(number), delay: &delays[index], first, to: buffer)
      }
    } else {
      try playClips(first, into: buffer)
    }
    trim(buffer, first)
    move(buffer, first)
    for index in inserts.indices {
      if let spread = inserts[index].spread {
        buffer.edit(whole) { MixMatrix(gain: spread).apply(to: &$0) }
      }
      let key = inserts[index].key.map { key in
        heard(delayed(source(key.from).block(number), &inserts[index].keyDelay), through: key.matrix)
      }
      inserts[index].processing.process(buffer, key: key, frameCount: blockFrames)
    }
  }

  private func silence(_ buffer: FrameBuffer, _ range: Range<Int>) {
    buffer.edit(range) { frames in
      for i in 0..<frames.count { frames[i] = .zero }
    }
  }

  // MARK: Clips

  private func playClips(_ first: Int, into buffer: FrameBuffer) throws {
    let frames = first..<first + blockFrames
    var isFirst = true
    for player in clips {
      let part = player.overlap(frames)
      guard !part.isEmpty else { continue }
      let place = part.lowerBound - first
      if isFirst {
        // The first to sound writes in place, so that one clip alone costs one pass.
        try player.play(part, into: buffer, at: place)
        silence(buffer, 0..<place)
        silence(buffer, place + part.count..<blockFrames)
        isFirst = false
      } else if let aside {
        try player.play(part, into: aside, at: place)
        let range = place..<place + part.count
        aside.read(range) { clip in buffer.edit(range) { MixMatrix.identity.add(clip, to: &$0) } }
      }
    }
    if isFirst { silence(buffer, 0..<blockFrames) }
  }

  // MARK: The top of the strip

  private func trim(_ buffer: FrameBuffer, _ first: Int) {
    let whole = 0..<blockFrames
    if let lane = plan.trimLane {
      // The trim comes before the delay, so its time is that of the signal before it.
      let shifted = if case .ofClips(let frames) = plan.shift { first - frames } else { first }
      mover.apply(lane, scaledBy: plan.trim, to: buffer, from: shifted, blockFrames)
    } else if plan.trim != 1 {
      buffer.edit(whole) { MixMatrix(gain: plan.trim).apply(to: &$0) }
    }
  }

  /// A bus's own delay.
  private func move(_ buffer: FrameBuffer, _ first: Int) {
    switch plan.shift {
    case .none, .ofClips: break
    case .later: buffer.edit(0..<blockFrames) { shift.process(&$0) }
    case .earlier(let frames):
      // What has moved to before the start is lost.
      let lost = min(blockFrames, max(0, frames - first))
      if lost > 0 { silence(buffer, 0..<lost) }
    }
  }

  // MARK: What it hears

  private func add(
    _ connection: RenderPlan.Connection, from source: FrameBuffer, delay: inout DelayLine, _ first: Int,
    to sum: FrameBuffer
  ) {
    let source = delayed(source, &delay)
    if let motion = connection.motion {
      mover.add(source, motion, to: sum, from: first, blockFrames)
    } else {
      let whole = 0..<blockFrames
      source.read(whole) { source in sum.edit(whole) { connection.matrix.add(source, to: &$0) } }
    }
  }

  /// What a detector hears of `source`.
  private func heard(_ source: FrameBuffer, through matrix: MixMatrix) -> FrameBuffer {
    guard matrix != .identity, let aside else { return source }
    let whole = 0..<blockFrames
    if source !== aside {
      source.read(whole) { source in aside.edit(whole) { for i in 0..<$0.count { $0[i] = source[i] } } }
    }
    aside.edit(whole) { matrix.apply(to: &$0) }
    return aside
  }

  private func delayed(_ source: FrameBuffer, _ delay: inout DelayLine) -> FrameBuffer {
    guard delay.frameCount > 0, let aside else { return source }
    let whole = 0..<blockFrames
    source.read(whole) { source in
      aside.edit(whole) { copy in
        for i in 0..<copy.count { copy[i] = source[i] }
        delay.process(&copy)
      }
    }
    return aside
  }
}
