import Quantities
import RenderPlan
import SessionModel
import Tables

/// What a run makes, sorted by what can be shared: the mixes to render in one pass, the masters to make of them, and
/// the mixes to take apart.
struct Orders {
  /// The main mix, and the versions that are asked for.
  private(set) var mixes: [Mix]
  private(set) var groups: [MasterGroup] = []
  private(set) var splits: [SplitOrder] = []
  private(set) var balances: [BalanceOrder] = []

  struct Mix {
    /// The id of a version; `nil` is the main mix.
    var version: String?
    var session: Session
    var masters: [(owner: MasterOwner, master: Master)] = []
    var splits: Set<Split> = []
    /// Whether it is made for a check alone.
    var isOnlyMeasured = false
  }

  /// Deliverables that are made from one master of one mix at one rate, with the same channels.
  struct MasterGroup {
    /// The place of its mix.
    var mix: Int
    /// The place of its master among those that the mix is rendered through.
    var place: Int
    var master: Master
    var rate: Int
    var isMono: Bool
    var deliverables: [(id: String, value: Deliverable)] = []
    /// The group of the main mix whose gain this one, of a version, takes; it comes earlier.
    var gainFrom: Int?
    /// Whether a version takes its gain.
    var lendsGain = false
  }

  /// A deliverable that takes a mix apart.
  struct SplitOrder {
    var mix: Int
    var id: String
    var value: Deliverable
    var split: Split
  }

  /// Deliverables without a master of their own share the session's; of one master, those of one rate and with the
  /// same channels share what is made from it. A version takes the gain that the main mix has at its rate, unless its
  /// deliverable says a loudness.
  init(_ deliverables: [(id: String, value: Deliverable)], _ resolved: ResolvedSession) {
    mixes = [Mix(session: resolved.session)]
    // The main mix first: others may need its gain.
    let ordered = deliverables.filter { $0.value.version == nil } + deliverables.filter { $0.value.version != nil }
    for (id, deliverable) in ordered {
      let mix = place(ofVersion: deliverable.version, resolved)
      if let split = deliverable.split {
        mixes[mix].splits.insert(split)
        splits.append(SplitOrder(mix: mix, id: id, value: deliverable, split: split))
        continue
      }
      let master = deliverable.master ?? resolved.session.master ?? Master()
      var gainFrom: Int?
      if mix > 0, master.loudness != nil, !resolved.hasOwnLoudness(id) {
        gainFrom = group(0, id, deliverable, master, resolved)
      }
      if let gainFrom { groups[gainFrom].lendsGain = true }
      let place = group(mix, id, deliverable, master, resolved, gainFrom: gainFrom)
      groups[place].deliverables.append((id, deliverable))
    }
  }

  /// Adds the mixes that balances are measured in: those of the session, and of each version that is delivered.
  mutating func addBalances(_ resolved: ResolvedSession) {
    for place in mixes.indices {
      let version = mixes[place].version
      let checks = version.map { resolved.session.versions[$0]?.checks ?? Checks() } ?? resolved.session.checks
      for (name, check) in checks.balance {
        // The session has been checked, so it is a place in the song.
        guard
          let (from, to) = try? check.frames(Timeline(mixes[place].session), start: mixes[place].session.start)
        else { continue }
        let start = Timeline(mixes[place].session).frame(mixes[place].session.start)
        let sides = mixes[place].session.sides(of: name, check)
        for session in [sides.of, sides.over] {
          mixes.append(Mix(version: version, session: session, isOnlyMeasured: true))
        }
        balances.append(
          BalanceOrder(
            name: name, check: check, version: version, frames: max(0, from - start)..<max(0, (to ?? Int.max) - start),
            of: mixes.count - 2, over: mixes.count - 1))
      }
    }
  }

  private mutating func place(ofVersion version: String?, _ resolved: ResolvedSession) -> Int {
    if let known = mixes.firstIndex(where: { $0.version == version && !$0.isOnlyMeasured }) { return known }
    let session = version.flatMap { resolved.versions[$0]?.session } ?? resolved.session
    mixes.append(Mix(version: version, session: session))
    return mixes.count - 1
  }

  /// The place of the group that a deliverable belongs to, made if there is none.
  private mutating func group(
    _ mix: Int, _ id: String, _ deliverable: Deliverable, _ master: Master, _ resolved: ResolvedSession,
    gainFrom: Int? = nil
  ) -> Int {
    let owner = deliverable.master == nil ? MasterOwner.session : .deliverable(id)
    let place = mixes[mix].masters.firstIndex { $0.owner == owner } ?? mixes[mix].masters.count
    if place == mixes[mix].masters.count {
      mixes[mix].masters.append((owner, master))
    }
    let rate = Int((deliverable.sampleRate ?? resolved.session.sampleRate).magnitude)
    let isMono = deliverable.channels == .mono
    if let known = groups.firstIndex(where: {
      $0.mix == mix && $0.place == place && $0.rate == rate && $0.isMono == isMono && $0.gainFrom == gainFrom
    }) {
      return known
    }
    groups.append(
      MasterGroup(mix: mix, place: place, master: master, rate: rate, isMono: isMono, gainFrom: gainFrom))
    return groups.count - 1
  }

  /// What a plan is asked for.
  /// - Parameters:
  ///   - versionStems: the stems of each version.
  ///   - isMetered: whether the session's own mix is to be had strip by strip.
  func requests(
    stems: [String: StemFile], versionStems: [String: [String: StemFile]], isMetered: Bool = false
  ) -> [RenderPlan.Request] {
    var requests = mixes.map { mix in
      RenderPlan.Request(
        mix.session, stems: mix.version.flatMap { versionStems[$0] } ?? stems, masters: mix.masters,
        splits: mix.splits)
    }
    requests[0].isMetered = isMetered
    return requests
  }
}

extension ResolvedSession {
  /// Whether a deliverable's own master says a loudness, beside the session's.
  fileprivate func hasOwnLoudness(_ id: String) -> Bool {
    guard let own = tree.part(at: "deliverables.\(id).master.loudness") else { return false }
    return own.range != tree.part(at: "master.loudness")?.range
  }
}
