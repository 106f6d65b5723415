import DSP
import Processors
import RenderPlan

/// A node of the plan at work: its inserts' state, the delays of its inputs, and the blocks it has made.
///
/// One thread at a time runs it; others read the blocks of earlier steps.
final class RunningNode: @unchecked Sendable {
  let plan: RenderPlan.Node
  private let blockFrames: Int
  private let source: (any FrameSource)?
  private var sourceEnded = false
  private var inserts: [(processing: any InsertProcessing, spread: Double?)] = []
  private var delays: [DelayLine]
  /// Room for an input on its way through its delay.
  private let delayed: FrameBuffer?
  /// The latest blocks, as many as the deepest reader lags behind.
  private let blocks: [FrameBuffer]

  init(
    _ plan: RenderPlan.Node, source: (any FrameSource)?, context: ProcessorContext, blockFrames: Int, blocksKept: Int
  ) {
    self.plan = plan
    self.blockFrames = blockFrames
    self.source = source
    blocks = (0..<blocksKept).map { _ in FrameBuffer(capacity: blockFrames) }
    delays = plan.inputs.map { DelayLine(frameCount: $0.delayFrames) }
    delayed = plan.inputs.contains { $0.delayFrames > 0 } ? FrameBuffer(capacity: blockFrames) : nil
    for planned in plan.inserts {
      guard let processing = planned.insert.makeProcessing(context, blockFrames: blockFrames) else { continue }
      inserts.append((processing, planned.spread))
    }
  }

  /// The block with this number; it stands until `blocksKept` more were made.
  func block(_ number: Int) -> FrameBuffer { blocks[number % blocks.count] }

  /// The greatest gain reduction of each insert, in the order of the chain.
  var reductions: [Double?] { inserts.map { $0.processing.reductionDecibels } }

  /// Makes the block with this number. `input` gives the nodes that feed this one.
  func process(_ number: Int, input: (Int) -> RunningNode) throws {
    let buffer = block(number)
    let whole = 0..<blockFrames
    if let source {
      try read(source, into: buffer)
    } else {
      buffer.edit(whole) { sum in
        for i in 0..<sum.count { sum[i] = .zero }
      }
      for (index, connection) in plan.inputs.enumerated() {
        add(connection, from: input(connection.from).block(number), delay: &delays[index], to: buffer)
      }
    }
    if plan.trim != 1 { buffer.edit(whole) { MixMatrix(gain: plan.trim).apply(to: &$0) } }
    for (processing, spread) in inserts {
      if let spread { buffer.edit(whole) { MixMatrix(gain: spread).apply(to: &$0) } }
      processing.process(buffer, frameCount: blockFrames)
    }
  }

  private func read(_ source: any FrameSource, into buffer: FrameBuffer) throws {
    var filled = 0
    while filled < blockFrames, !sourceEnded {
      let count = try buffer.edit(filled..<blockFrames) { try source.read(into: &$0) }
      sourceEnded = count == 0
      filled += count
    }
    buffer.edit(filled..<blockFrames) { rest in
      for i in 0..<rest.count { rest[i] = .zero }
    }
  }

  private func add(
    _ connection: RenderPlan.Connection, from source: FrameBuffer, delay: inout DelayLine, to sum: FrameBuffer
  ) {
    let whole = 0..<blockFrames
    guard connection.delayFrames > 0, let delayed else {
      source.read(whole) { source in sum.edit(whole) { connection.matrix.add(source, to: &$0) } }
      return
    }
    source.read(whole) { source in
      delayed.edit(whole) { copy in
        for i in 0..<copy.count { copy[i] = source[i] }
        delay.process(&copy)
      }
    }
    delayed.read(whole) { source in sum.edit(whole) { connection.matrix.add(source, to: &$0) } }
  }
}
