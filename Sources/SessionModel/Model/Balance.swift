import Diagnostics
public import Quantities
public import Tables

/// Bounds on how loud some of the mix is against the rest of it.
public struct BalanceCheck: Record {
  /// Ids of tracks, buses and VCAs; `nil` is the check's own name.
  public var of: [String]?
  /// `nil` is everything else.
  public var over: [String]?
  /// `nil` is the start of the song.
  public var from: Position?
  /// `nil` is the next marker after `from`, or the end of the song.
  public var to: Position?
  public var min: LoudnessDifference?
  public var max: LoudnessDifference?
  public var because: String?
  public var advice: String?

  public init() {}

  public static let noun = "a balance"
  public static let summary =
    "Loudness of some tracks and buses over that of others, or of all the rest, each as it would sound alone, before the master."
  public static let fields: [Field<BalanceCheck>] = [
    .init("of", \.of, "Tracks, buses and VCAs; by default the one that the check is called after."),
    .init("over", \.over, "What they are compared with; by default everything else."),
    .init("from", \.from, "Where it begins; by default at the start of the song."),
    .init("to", \.to, "Where it ends; by default at the next marker after `from`, or else at the end of the song."),
    .init("min", \.min, "The least difference."), .init("max", \.max, "The greatest difference."),
    .init("because", \.because, "Why, as the message goes on: `the words get lost`."),
    .init("advice", \.advice, "What to do about it."),
  ]

  public func members(_ name: String) -> [String] { of ?? [name] }

  public func contains(_ value: Double) -> Bool {
    (min.map { value >= $0.magnitude } ?? true) && (max.map { value <= $0.magnitude } ?? true)
  }

  /// As a sentence says it: `at least -3 LU`.
  public var text: String {
    [min.map { "at least \($0.text)" }, max.map { "at most \($0.text)" }].compactMap(\.self).joined(separator: ", ")
  }

  /// The frames of the song that it is about; without an upper bound it goes to the end.
  public func frames(_ timeline: Timeline, start: Position) throws(Timeline.Problem) -> (from: Int, to: Int?) {
    var section = SectionChecks()
    section.from = from ?? start
    section.to = to
    let (first, end) = try timeline.frames(of: "", section)
    return (first, from == nil && to == nil ? nil : end)
  }
}

extension Session {
  /// The session with only what a balance is of, and the one with what it is over.
  public func sides(of name: String, _ balance: BalanceCheck) -> (of: Session, over: Session) {
    var own = Version(), other = Version()
    own.solo = balance.members(name)
    if let over = balance.over { other.solo = over } else { other.mute = balance.members(name) }
    return (applying(own), applying(other))
  }
}

extension ReferenceCheck {
  mutating func balances() {
    let known = session.tracks.map(\.id) + session.buses.map(\.id) + session.vcas.map(\.id)
    for (checks, path) in session.allChecks {
      let isOfMix = path == "checks" || path.hasPrefix("versions.")
      for (name, balance) in checks.balance {
        let place = "\(path).balance.\(name)"
        guard isOfMix else {
          report(
            .deliverableKey, "a balance is about a mix, and no file tells it", path: place, key: true,
            hints: ["write it below `checks` of the session, or of a version"])
          continue
        }
        names(in: balance, name, known, place)
        if balance.min == nil, balance.max == nil {
          report(
            .missingKey, "the balance `\(name)` needs a `min` or a `max`", path: place, key: true,
            hints: ["such as `min: -3 LU`"], absent: ["\(place).min", "\(place).max"])
        } else if let min = balance.min, let max = balance.max, min.magnitude > max.magnitude {
          report(.outOfRange, "the check's `min` is over its `max`, so nothing passes", path: "\(place).min")
        }
        do throws(Timeline.Problem) {
          _ = try balance.frames(timeline, start: session.start)
        } catch {
          report(error, path: place, key: true)
        }
      }
    }
  }

  private mutating func names(in balance: BalanceCheck, _ name: String, _ known: [String], _ place: String) {
    if balance.of == nil, !known.contains(name) {
      let meant = closestMatch(to: name, among: known).map { "did you mean `\($0)`?" }
      report(
        .unknownTarget, "there is no track, bus or VCA `\(name)` for the balance to be of", path: place, key: true,
        hints: [meant ?? "say whose it is: `of: [vocals]`"])
    }
    let shared = Set(balance.members(name)).intersection(balance.over ?? [])
    if let both = shared.min() {
      report(
        .conflictingKeys, "`\(both)` is on both sides of the balance", path: "\(place).over",
        hints: ["leave `over` out for all the rest"])
    }
    for (key, ids) in [("of", balance.of), ("over", balance.over)] {
      if ids?.isEmpty == true {
        report(
          .missingKey, "`\(key)` names nothing", path: "\(place).\(key)",
          hints: [key == "of" ? "leave it out for `\(name)`" : "leave it out for all the rest"])
      }
      for id in ids ?? [] where !known.contains(id) {
        let meant = closestMatch(to: id, among: known).map { "did you mean `\($0)`?" }
        report(
          .unknownTarget, "there is no track, bus or VCA `\(id)`", path: "\(place).\(key)",
          hints: [meant].compactMap(\.self))
      }
    }
  }
}
