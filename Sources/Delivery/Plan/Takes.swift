import RenderPlan
import Renderer
import SessionModel

/// What one pass over the plan leaves: the frames of every node that something is made of.
struct Takes {
  private var takes: [Int: MasterTake] = [:]
  private var watches: [Int: SilenceWatch] = [:]
  private var balances: [(of: StretchMeter, over: StretchMeter)] = []
  private var meters: [StripMeter] = []
  private(set) var outlets: [MixRenderer.Outlet] = []
  /// The place of the mix whose length others share: the main mix, of the session as it is written.
  private let lead: Int
  /// That mix's length, where it is not made again.
  private let written: (length: RenderPlan.Length, frames: Int)?

  init(_ plan: RenderPlan, _ orders: Orders) throws {
    lead = orders.lead
    written = orders.written
    let made = plan.mixes.enumerated().filter { !orders.mixes[$0.offset].isOnlyMeasured }
    for (place, mix) in made {
      let watch = SilenceWatch()
      watches[place] = watch
      outlets.append(MixRenderer.Outlet(node: mix.node, sink: watch))
      for node in mix.masters { try take(node, plan, isMeasured: true) }
    }
    // After all masters: what one of them needs is measured, whoever else takes it.
    for (_, mix) in made {
      // The sum that stems are compared with.
      if mix.parts[.stems] != nil { try take(mix.node, plan, isMeasured: false) }
      for split in Split.allCases {
        for part in mix.parts[split] ?? [] { try take(part.node, plan, isMeasured: false) }
      }
    }
    for balance in orders.balances {
      let meters = [balance.of, balance.over].map { place in
        let meter = StretchMeter(balance.frames, sampleRate: plan.sampleRate, expectedFrames: plan.frameLimit)
        outlets.append(MixRenderer.Outlet(node: plan.mixes[place].node, sink: meter))
        return meter
      }
      balances.append((meters[0], meters[1]))
    }
    for strips in StripMeter.groups(plan) {
      let meter = StripMeter(
        strips.map { ($0.path, $0.matrix) }, sampleRate: plan.sampleRate, expectedFrames: plan.frameLimit)
      meters.append(meter)
      outlets.append(MixRenderer.Outlet(nodes: strips.map(\.node), sink: meter))
    }
  }

  private mutating func take(_ node: Int, _ plan: RenderPlan, isMeasured: Bool) throws {
    guard takes[node] == nil else { return }
    let take = try MasterTake(sampleRate: plan.sampleRate, expectedFrames: plan.frameLimit, isMeasured: isMeasured)
    takes[node] = take
    outlets.append(MixRenderer.Outlet(node: node, sink: take))
  }

  /// LUFS of both sides of a balance.
  func loudness(ofBalance place: Int) -> (of: Double?, over: Double?) {
    (balances[place].of.integrated, balances[place].over.integrated)
  }

  /// What was asked to be metered, after a run.
  var strips: [StripMeasurement] { meters.flatMap(\.measurements) }

  subscript(node: Int) -> MasterTake? { takes[node] }

  /// How many frames a mix has. Versions and auditions are as long as the main mix, so that they lie beside it, unless
  /// they end elsewhere by their clips or their `length`.
  func frameCount(of place: Int, in plan: RenderPlan) -> Int {
    if let written, case .untilSilent(let end, _) = plan.mixes[place].length,
      case .untilSilent(let writtenEnd, _) = written.length, end == writtenEnd
    {
      return written.frames
    }
    return switch (plan.mixes[place].length, plan.mixes[lead].length) {
    case (.fixed(let frames), _): frames
    case (.untilSilent(let end, _), .untilSilent(let leadEnd, _)) where place != lead && end == leadEnd:
      frameCount(of: lead, in: plan)
    case (.untilSilent(let atLeast, let atMost), _):
      min(atMost, max(atLeast, watches[place]?.heardFrames ?? 0))
    }
  }
}
