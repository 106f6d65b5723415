import Quantities
public import RenderPlan
public import SessionModel
import Tables

/// What a run makes, sorted by what can be shared: the mixes to render in one pass, the masters to make of them, and
/// the mixes to take apart.
struct Orders {
  private let source: MixSource
  /// The main mix, and the versions that are asked for; those of the session as it is written, where an audition keeps
  /// its gains.
  private(set) var mixes: [Mix]
  private(set) var groups: [MasterGroup] = []
  private(set) var splits: [SplitOrder] = []
  private(set) var balances: [BalanceOrder] = []

  struct Mix {
    /// The id of a version; `nil` is the main mix.
    var version: String?
    var session: Session
    var stems: [String: StemFile]
    var masters: [(owner: MasterOwner, master: Master)] = []
    var splits: Set<Split> = []
    /// Whether it is made for a check alone.
    var isOnlyMeasured = false
    /// Whether it is of the session as it is written, and made for its gains alone.
    var isOriginal = false
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
    /// The group whose gain this one takes, which comes earlier: a version takes that of the main mix, an audition that
    /// of the session as it is written.
    var gainFrom: Int?
    /// Whether another takes its gain.
    var lendsGain = false
    /// The gain that it takes, where that is known already, in dB.
    var knownGain: Double?
  }

  /// The length of the session as it is written, where that is not mixed again for an audition.
  private(set) var written: (length: RenderPlan.Length, frames: Int)?

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
  /// - Parameter original: the session as it is written, with its deliverables: each keeps the gain that it has there,
  ///   unless it aims at another loudness now.
  init(
    _ deliverables: [(id: String, value: Deliverable)], of source: MixSource,
    keepingGainsOf original: (deliverables: [(id: String, value: Deliverable)], source: MixSource)? = nil
  ) {
    self.source = source
    mixes = [Mix(session: source.resolved.session, stems: source.stems)]
    // Also for its length.
    if let original { _ = place(ofVersion: nil, of: original.source, isOriginal: true) }
    // The main mix first: others may need its gain.
    let ordered = deliverables.filter { $0.value.version == nil } + deliverables.filter { $0.value.version != nil }
    for (id, deliverable) in ordered {
      let mix = place(ofVersion: deliverable.version, of: source)
      if let split = deliverable.split {
        mixes[mix].splits.insert(split)
        splits.append(SplitOrder(mix: mix, id: id, value: deliverable, split: split))
        continue
      }
      let master = source.master(of: deliverable)
      var gainFrom: Int?
      if let original, let written = original.deliverables.first(where: { $0.id == id })?.value,
        let loudness = master.loudness, loudness.isSame(as: original.source.master(of: written).loudness)
      {
        gainFrom = groupThatGives(id, written, its: original.source, isOriginal: true)
      } else if mix > 0, master.loudness != nil, !source.resolved.hasOwnLoudness(id) {
        gainFrom = groupThatGives(id, deliverable, its: source)
      }
      if let gainFrom { groups[gainFrom].lendsGain = true }
      let place = group(mix, id, deliverable, of: source, gainFrom: gainFrom)
      groups[place].deliverables.append((id, deliverable))
    }
  }

  /// The group that a deliverable has its gain from: the main mix's, unless it aims at a loudness by itself.
  private mutating func groupThatGives(
    _ id: String, _ deliverable: Deliverable, its source: MixSource, isOriginal: Bool = false
  ) -> Int {
    let version = source.resolved.hasOwnLoudness(id) ? deliverable.version : nil
    return group(place(ofVersion: version, of: source, isOriginal: isOriginal), id, deliverable, of: source)
  }

  /// Adds the mixes that balances are measured in: those of the session, and of each version that is delivered.
  mutating func addBalances(_ resolved: ResolvedSession) {
    for place in mixes.indices where !mixes[place].isOriginal {
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
          mixes.append(Mix(version: version, session: session, stems: mixes[place].stems, isOnlyMeasured: true))
        }
        balances.append(
          BalanceOrder(
            name: name, check: check, version: version, frames: max(0, from - start)..<max(0, (to ?? Int.max) - start),
            of: mixes.count - 2, over: mixes.count - 1))
      }
    }
  }

  private mutating func place(ofVersion version: String?, of source: MixSource, isOriginal: Bool = false) -> Int {
    if let known = mixes.firstIndex(where: {
      $0.version == version && $0.isOriginal == isOriginal && !$0.isOnlyMeasured
    }) {
      return known
    }
    let session = version.flatMap { source.resolved.versions[$0]?.session } ?? source.resolved.session
    mixes.append(Mix(version: version, session: session, stems: source.stems(of: version), isOriginal: isOriginal))
    return mixes.count - 1
  }

  /// The place of the group that a deliverable belongs to, made if there is none.
  private mutating func group(
    _ mix: Int, _ id: String, _ deliverable: Deliverable, of source: MixSource, gainFrom: Int? = nil
  ) -> Int {
    let master = source.master(of: deliverable)
    let owner = deliverable.master == nil ? MasterOwner.session : .deliverable(id)
    let place = mixes[mix].masters.firstIndex { $0.owner == owner } ?? mixes[mix].masters.count
    if place == mixes[mix].masters.count {
      mixes[mix].masters.append((owner, master))
    }
    let rate = Int((deliverable.sampleRate ?? source.resolved.session.sampleRate).magnitude)
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

  /// The place of the mix whose length others share: the main mix, of the session as it is written.
  var lead: Int { mixes.firstIndex { $0.isOriginal && $0.version == nil } ?? 0 }

  /// Leaves the session as it is written out, as all that is wanted of it is known: the gain of each of its groups, by
  /// its place, and how long it is.
  mutating func leaveOutOriginal(gains: [Int: Double], length: RenderPlan.Length, frames: Int) {
    let keptMixes = mixes.indices.filter { !mixes[$0].isOriginal }
    let mixPlaces = Dictionary(uniqueKeysWithValues: keptMixes.enumerated().map { ($0.element, $0.offset) })
    let keptGroups = groups.indices.filter { mixPlaces[groups[$0].mix] != nil }
    let groupPlaces = Dictionary(uniqueKeysWithValues: keptGroups.enumerated().map { ($0.element, $0.offset) })
    func place(_ mix: Int) -> Int { mixPlaces[mix] ?? 0 }
    groups = keptGroups.map { index in
      var group = groups[index]
      group.mix = place(group.mix)
      group.knownGain = group.gainFrom.flatMap { gains[$0] }
      group.gainFrom = group.gainFrom.flatMap { groupPlaces[$0] }
      return group
    }
    for index in splits.indices { splits[index].mix = place(splits[index].mix) }
    for index in balances.indices {
      balances[index].of = place(balances[index].of)
      balances[index].over = place(balances[index].over)
    }
    mixes = keptMixes.map { mixes[$0] }
    written = (length, frames)
  }

  /// What a plan is asked for.
  /// - Parameter isMetered: whether the session's own mix is to be had strip by strip.
  func requests(isMetered: Bool = false) -> [RenderPlan.Request] {
    var requests = mixes.map {
      RenderPlan.Request($0.session, stems: $0.stems, masters: $0.masters, splits: $0.splits)
    }
    requests[0].isMetered = isMetered
    return requests
  }
}

/// A session, and what was found of its files.
public struct MixSource: Sendable {
  let resolved: ResolvedSession
  /// Of each clip, by `track.clip`.
  let stems: [String: StemFile]
  /// The same for each version that is not made of them all.
  let versionStems: [String: [String: StemFile]]

  public init(
    _ resolved: ResolvedSession, stems: [String: StemFile], versionStems: [String: [String: StemFile]] = [:]
  ) {
    self.resolved = resolved
    self.stems = stems
    self.versionStems = versionStems
  }

  func stems(of version: String?) -> [String: StemFile] { version.flatMap { versionStems[$0] } ?? stems }

  func master(of deliverable: Deliverable) -> Master { deliverable.master ?? resolved.session.master ?? Master() }
}

extension LoudnessTarget {
  fileprivate func isSame(as other: LoudnessTarget?) -> Bool {
    guard let other else { return false }
    return goal.kind == other.goal.kind && goal.target == other.goal.target && maxLimiting == other.maxLimiting
  }
}

extension ResolvedSession {
  /// Whether a deliverable's own master says a loudness, beside the session's.
  fileprivate func hasOwnLoudness(_ id: String) -> Bool {
    guard let own = tree.part(at: "deliverables.\(id).master.loudness") else { return false }
    return own.range != tree.part(at: "master.loudness")?.range
  }
}
