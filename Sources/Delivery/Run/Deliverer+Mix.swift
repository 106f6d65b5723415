import AudioFiles
import Diagnostics
import RenderPlan
import Renderer
import SessionModel

// From the stems to whole files: one walk through the plan, then a master for each group, then its files.

extension Deliverer {
  /// What a walk gives.
  struct Made {
    /// The files, whole, but not yet in their places.
    var files: [(DeliveredFile, AudioFileWriter)] = []
    var balances: [CheckResult] = []
  }

  /// Mixes, masters and writes.
  func mix(
    _ plan: RenderPlan, _ orders: Orders, _ slice: RangeSlice?, _ memory: MasterMemory?,
    _ result: inout DeliveryResult, progress: @escaping @Sendable (RenderProgress) -> Void,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> Made {
    var plan = plan
    if let slice {
      plan = slice.narrowed(plan)
      result.diagnostics += note(on: slice)
    }
    try Scratch.refuse(
      frames: plan.frameLimit, count: scratchCount(plan, orders), isUntrusted: resolved.project.isUntrusted)
    let takes = try Takes(plan, orders)
    let audit = StemAudit()
    let renderer = MixRenderer(
      plan, outlets: takes.outlets, blockFrames: options.blockFrames, workers: workers
    ) { try FileStem($0, audit) }
    if options.isReported { renderer.traceReductions() }
    try renderer.run(progress: { progress(RenderProgress(phase: "mix", fraction: $0)) }, isCancelled: isCancelled)
    try audit.finish(workers: workers)
    result.reductions = renderer.reductionTraces.filter { !orders.mixes[$0.mix].isOriginal }.map {
      (orders.mixes[$0.mix].version, $0)
    }
    result.strips = takes.strips

    let source = PremasterSource(plan: plan, takes: takes, slice: slice)
    result.audioSeconds = Double(kept(of: 0, source).count) / plan.sampleRate
    var made = Made()
    var gains: [Result<Double, MasteringRefusal>?] = []
    func mastered(_ count: Int) {
      progress(RenderProgress(phase: "master", fraction: Double(count) / Double(max(1, orders.groups.count))))
    }
    for (place, group) in orders.groups.enumerated() {
      mastered(place)
      let premaster = try premaster(plan.mixes[group.mix].masters[group.place], of: group.mix, source)
        .converted(to: group.rate, isMono: group.isMono, isCancelled: isCancelled)
      let mixFrames = takes.frameCount(of: group.mix, in: plan)
      let matched = group.knownGain.map { .success($0) } ?? group.gainFrom.flatMap { gains[$0] }
      let (files, gain) = try deliver(
        group, premaster, matching: matched, &result,
        keep: { mastered, format in
          // What is made for this once is not worth its room, but the gain that it took is.
          guard let memory, options.range == nil else { return }
          if options.audition == nil {
            memory.keep(mastered, format, group: place, frames: premaster.frameCount, mixFrames: mixFrames)
          } else if orders.mixes[group.mix].isOriginal, format == nil {
            memory.keepGain(of: mastered, group: place, frames: premaster.frameCount, mixFrames: mixFrames)
          }
        },
        progress: progress, isCancelled: isCancelled)
      made.files += files
      gains.append(gain)
      // What was refused is done, too.
      for (id, _) in group.deliverables { progress(RenderProgress(phase: id, fraction: 1)) }
      mastered(place + 1)
    }
    for split in orders.splits {
      made.files += try deliver(split, source, &result, progress: progress, isCancelled: isCancelled)
    }
    if isJudged { made.balances = try results(orders.balances, takes) }
    return made
  }

  /// How many scratch files are there at once, each as long as the song: every mix, every part of one, and the masters
  /// of one group, converted to its rate.
  private func scratchCount(_ plan: RenderPlan, _ orders: Orders) -> Int {
    let kept = Set(plan.mixes.flatMap { mix in mix.masters + mix.parts.values.flatMap { $0.map(\.node) } })
    let masters = orders.groups.map { group in 2 + group.deliverables.filter { $0.value.encoding.isLossy }.count }
    return kept.count + (masters.max() ?? 0)
  }
}
