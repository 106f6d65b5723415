import AudioFiles
import DSP
import Diagnostics
import Quantities
import RenderPlan
import SessionModel

// A part of a song whose masters are remembered: it is cut out of them, and nothing is mixed.

extension Deliverer {
  /// A group whose masters are all there.
  struct Recalled {
    var premaster: Premaster
    /// By deliverable.
    var masters: [String: Mastered]
    var gain: Double
  }

  /// The masters of all groups, and what is kept of each; `nil` where any has to be made.
  func recall(_ slice: RangeSlice, _ plan: RenderPlan, _ orders: Orders, _ memory: MasterMemory?) throws -> [Recalled]?
  {
    guard let memory, options.audition == nil, orders.splits.isEmpty else { return nil }
    var recalled: [Recalled] = []
    for (place, group) in orders.groups.enumerated() {
      var found: [(id: String, record: MasterMemory.Record, mastered: Mastered)] = []
      for (id, deliverable) in group.deliverables {
        let format = isOwn(deliverable, group.master) ? ownMaster(deliverable) : nil
        guard let (record, mastered) = memory.master(format, group: place, range: slice.kept) else { return nil }
        found.append((id, record, mastered))
      }
      // A group without files of its own lends its gain, which is in those that took it.
      guard let record = found.first?.record else { continue }
      // The song's end is known here, and with it what a range past it keeps.
      guard slice.kept.lowerBound < record.mixFrames else { return nil }
      let kept = slice.kept.lowerBound..<min(slice.kept.upperBound, record.mixFrames)
      let take = try MasterTake(sampleRate: plan.sampleRate, expectedFrames: 0, isMeasured: false)
      let premaster = Premaster(
        take: take, frameCount: record.mixFrames, kept: kept, firstFrame: 0, context: plan.context)
      recalled.append(
        Recalled(
          premaster: premaster.placed(at: group.rate, isMono: group.isMono),
          masters: Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0.mastered) }), gain: record.gain))
    }
    return recalled.count == orders.groups.count(where: { !$0.deliverables.isEmpty }) ? recalled : nil
  }

  /// Writes the files of remembered masters.
  func deliver(
    _ recalled: [Recalled], _ orders: Orders, _ result: inout DeliveryResult,
    progress: @escaping @Sendable (RenderProgress) -> Void, isCancelled: @escaping @Sendable () -> Bool
  ) throws -> Made {
    var made = Made()
    for (group, known) in zip(orders.groups.filter { !$0.deliverables.isEmpty }, recalled) {
      let (files, _) = try deliver(
        group, known.premaster, matching: group.gainFrom.map { _ in .success(known.gain) }, remembered: known.masters,
        &result, progress: progress, isCancelled: isCancelled)
      made.files += files
    }
    if let first = recalled.first {
      result.audioSeconds = Double(first.premaster.kept.count) / Double(first.premaster.sampleRate)
    }
    return made
  }

  /// What makes a lossy deliverable's own master another one than its group's.
  func ownMaster(_ deliverable: Deliverable) -> MasterMemory.EncodingKey {
    MasterMemory.EncodingKey(format: deliverable.encoding, ceiling: deliverable.ceiling?.magnitude)
  }
}
