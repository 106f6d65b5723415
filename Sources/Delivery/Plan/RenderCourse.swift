import AudioFiles
import RenderPlan
import SessionModel
import Synchronization

/// How far a render is.
public struct RenderProgress: Sendable {
  /// `mix`, `master`, or a deliverable's id.
  public var phase: String
  /// Of the phase.
  public var fraction: Double
  /// Of all that there is to do: it never falls.
  public internal(set) var total = 0.0

  init(phase: String, fraction: Double) {
    self.phase = phase
    self.fraction = fraction
  }
}

/// Puts the parts of a render together into one way from 0 to 1.
final class RenderCourse: Sendable {
  /// What a part of the work is of all of it, by its phase.
  private let weights: [String: Double]
  private let state = Mutex((done: [String: Double](), total: 0.0))

  /// About what a phase costs, in units of one node of a mix over the whole song (a strip with an equaliser and a
  /// compressor): a master is run through about three times, a lossy file is made several times with its own master.
  private static let master = 6.0, file = 2.0, lossyFile = 16.0

  init(_ plan: RenderPlan, _ orders: Orders) {
    var weights = ["mix": Double(plan.nodes.count), "master": Self.master * Double(orders.groups.count)]
    for (id, deliverable) in orders.groups.flatMap(\.deliverables) {
      weights[id] = deliverable.encoding.isLossy ? Self.lossyFile : Self.file
    }
    for split in orders.splits {
      weights[split.id] = Self.file * Double(plan.mixes[split.mix].parts[split.split]?.count ?? 0)
    }
    self.weights = weights
  }

  /// The same progress, with how much is done of all.
  func placed(_ progress: RenderProgress) -> RenderProgress {
    var progress = progress
    progress.total = state.withLock { state in
      state.done[progress.phase] = progress.fraction
      let all = weights.values.reduce(0, +)
      let done = weights.reduce(0) { $0 + $1.value * (state.done[$1.key] ?? 0) }
      state.total = max(state.total, all > 0 ? done / all : 0)
      return state.total
    }
    return progress
  }
}
