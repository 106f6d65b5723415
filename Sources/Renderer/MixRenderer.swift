import DSP
import Processors
public import RenderPlan
import Synchronization

/// Runs a plan: blocks walk through the nodes as a wave.
///
/// In each step every node makes one block: a node at depth d the block (step − d), so that all it needs was made
/// in earlier steps and all nodes of a step run side by side. Sums are made by the node that owns them, in the
/// plan's order. So the bits depend neither on threads nor on the length of blocks.
public struct MixRenderer: Sendable {
  /// Who takes a node's frames, or those of several.
  public struct Outlet: Sendable {
    fileprivate enum Sink: Sendable {
      case one(any FrameSink)
      case group(any GroupSink)
    }

    fileprivate var nodes: [Int]
    fileprivate var sink: Sink

    public init(node: Int, sink: any FrameSink) {
      nodes = [node]
      self.sink = .one(sink)
    }

    /// - Parameter nodes: of equal depth and latency, so that they make the same frames at the same time.
    public init(nodes: [Int], sink: any GroupSink) {
      self.nodes = nodes
      self.sink = .group(sink)
    }

    /// The node whose depth and latency are those of all.
    fileprivate var node: Int { nodes[0] }
  }

  /// Frames a block: 256 KiB of a node's signal, so that a node's work stays in the second-level cache.
  public static let standardBlockFrames = 16_384

  private let plan: RenderPlan
  private let outlets: [Outlet]
  private let nodes: [RunningNode]
  private let blockFrames: Int
  private let workers: Int

  /// Makes everything that runs; nothing but the stems' own buffers is allocated after this.
  /// - Parameter open: opens a stem, when the first of its frames is wanted.
  public init(
    _ plan: RenderPlan, outlets: [Outlet], blockFrames: Int = standardBlockFrames, workers: Int,
    open: @escaping @Sendable (RenderPlan.Stem) throws -> any StemReader
  ) {
    self.plan = plan
    self.outlets = outlets
    self.blockFrames = blockFrames
    self.workers = workers
    var kept = Array(repeating: 1, count: plan.nodes.count)
    for node in plan.nodes {
      for source in node.sources {
        kept[source] = max(kept[source], node.depth - plan.nodes[source].depth + 1)
      }
    }
    for outlet in outlets {
      for node in outlet.nodes {
        precondition(
          plan.nodes[node].depth == plan.nodes[outlet.node].depth
            && plan.nodes[node].latencyFrames == plan.nodes[outlet.node].latencyFrames,
          "an outlet's nodes make the same frames at the same time")
        kept[node] = max(kept[node], 2)
      }
    }
    nodes = plan.nodes.enumerated().map { index, node in
      RunningNode(
        node, context: plan.context, firstFrame: plan.firstFrame / blockFrames * blockFrames, blockFrames: blockFrames,
        blocksKept: kept[index], open: open)
    }
  }

  /// What may run in a step.
  private enum Job {
    case node(Int)
    case outlet(Int)
  }

  /// Renders `plan.frameLimit` frames from `plan.startFrame` on into every outlet.
  /// - Parameters:
  ///   - progress: called between steps with the fraction that is done.
  ///   - isCancelled: asked between steps; `true` ends the run with `CancellationError`.
  public func run(progress: (Double) -> Void, isCancelled: () -> Bool) throws {
    let frames = plan.frameLimit
    let latency = outlets.map { plan.nodes[$0.node].latencyFrames }.max() ?? 0
    let blocks =
      plan.firstFrame / blockFrames..<(plan.startFrame + frames + latency + blockFrames - 1) / blockFrames
    let depth = plan.nodes.map(\.depth).max() ?? 0
    // The last nodes carry the most: they start first, so that no step waits for them alone.
    let order = plan.nodes.indices.sorted { a, b in
      let (x, y) = (plan.nodes[a], plan.nodes[b])
      return (x.depth > 0 ? 1 : 0, x.inserts.count, b) > (y.depth > 0 ? 1 : 0, y.inserts.count, a)
    }
    let failure = Mutex<(any Error)?>(nil)
    let steps = blocks.lowerBound..<blocks.upperBound + depth + 1
    for step in steps {
      if isCancelled() { throw CancellationError() }
      var jobs: [Job] = []
      for node in order where blocks.contains(step - plan.nodes[node].depth) { jobs.append(.node(node)) }
      for (index, outlet) in outlets.enumerated()
      where blocks.contains(step - plan.nodes[outlet.node].depth - 1) { jobs.append(.outlet(index)) }
      let ready = jobs
      forEachParallel(ready.count, workers: workers) { index in
        do {
          switch ready[index] {
          case .node(let node): try nodes[node].process(step - plan.nodes[node].depth) { nodes[$0] }
          case .outlet(let outlet):
            try deliver(outlets[outlet], block: step - plan.nodes[outlets[outlet].node].depth - 1, frames: frames)
          }
        } catch {
          failure.withLock { if $0 == nil { $0 = error } }
        }
      }
      if let error = failure.withLock({ $0 }) { throw error }
      progress(Double(step + 1 - steps.lowerBound) / Double(steps.count))
    }
  }

  /// Gives the part of a block that belongs to the render to who takes it.
  private func deliver(_ outlet: Outlet, block: Int, frames: Int) throws {
    let first = block * blockFrames
    let start = plan.startFrame + plan.nodes[outlet.node].latencyFrames
    let from = max(first, start), to = min(first + blockFrames, start + frames)
    guard from < to else { return }
    let range = from - first..<to - first
    switch outlet.sink {
    case .one(let sink): try nodes[outlet.node].block(block).read(range) { try sink.receive($0) }
    case .group(let sink): try sink.receive(outlet.nodes.map { nodes[$0].block(block) }, range)
    }
  }

  /// Asks for `reductionTraces`, before a run.
  public func traceReductions() { for place in plan.nodesOfMasters { nodes[place].traceReductions() } }

  /// After a run that was asked to note them: what each insert that reduces took over time, those of the
  /// session's own mix and of all masters.
  public var reductionTraces: [ReductionTrace] {
    let masters = plan.mixes.enumerated().dropFirst().flatMap { mix, made in made.masters.map { (mix, $0) } }
    let own = plan.nodesOfMix
    return plan.nodesOfMasters.sorted().flatMap { place -> [ReductionTrace] in
      let node = plan.nodes[place], running = nodes[place]
      return zip(node.inserts, running.traces).compactMap { planned, trace in
        guard let trace else { return nil }
        let first = Double(trace.firstFrame - plan.startFrame) / plan.sampleRate
        return ReductionTrace(
          owner: node.path, insert: planned.id,
          mix: own.contains(place) ? 0 : masters.first { $0.1 == place }?.0 ?? 0, firstSeconds: first,
          stepSeconds: Double(flushInterval) / plan.sampleRate, decibels: trace.decibels)
      }
    }
  }

  /// After a run: each insert's greatest gain reduction, by the node's path and the insert's id.
  public var reductions: [(path: String, decibels: Double)] {
    zip(plan.nodes, nodes).flatMap { node, running in
      zip(node.inserts, running.reductions).compactMap { planned, reduction in
        reduction.map { ("\(node.path).inserts.\(planned.id)", $0) }
      }
    }
  }
}

/// The gain reduction of an insert over time.
public struct ReductionTrace: Sendable {
  /// `tracks.vocals`, `deliverables.vinyl.master`.
  public var owner: String
  /// The insert's id.
  public var insert: String
  /// The place of its mix among those of the plan; 0 is the session's own.
  public var mix: Int
  /// Where the first step begins, in seconds from the start of the render; may be negative.
  public var firstSeconds: Double
  public var stepSeconds: Double
  /// The greatest reduction of each step, in dB, 0 or more.
  public var decibels: [Float]
}
