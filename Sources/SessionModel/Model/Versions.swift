public import Tables

/// Another mix of the same song: instrumental, a cappella, TV mix, clean edit.
public struct Version: Record {
  /// Ids of tracks, buses and VCAs.
  public var mute: [String]?
  public var solo: [String]?
  public var checks = Checks()

  public init() {}

  public static let noun = "a version"
  public static let summary =
    "Another mix of the same song, with the main mix's master gain unless its deliverable's master has a `loudness`."
  public static let fields: [Field<Version>] = [
    .init("mute", \.mute, "Tracks, buses and VCAs that are silent in it."),
    .init("solo", \.solo, "Tracks, buses and VCAs that it consists of, with all that feeds them and that they feed."),
    Field(
      shape: FieldShape(
        key: "set", shape: .freeMap(summary: "Values by their paths, as `--set` takes them", byPath: true),
        summary: "What differs: paths with their values, such as `tracks.vocals.level: -6 dB`; `null` removes."),
      decode: { _, _, _ in }),
    .init("checks", \.checks, "Unit tests for the files of this version."),
  ]

  /// Parts of a session that a version may set; the rest, such as rate and tempo, all versions share.
  public static let settable = ["tracks", "buses", "vcas", "main", "length", "tail"]
}

extension Session {
  /// The ids of all that can be muted and soloed: tracks, buses and VCAs.
  var strips: [String] { tracks.map(\.id) + buses.map(\.id) + vcas.map(\.id) }

  /// The session with the version's mutes and solos.
  public func applying(_ version: Version) -> Session {
    let muted = Set(version.mute ?? []), soloed = version.solo.map { Set($0) }
    func change(_ id: String, _ mute: inout Bool, _ solo: inout Bool, _ lanes: inout [Lane]) {
      // Solos of the file are of its own mix.
      if let soloed { solo = soloed.contains(id) }
      guard muted.contains(id) else { return }
      mute = true
      lanes.removeAll { $0.path == "mute" }
    }
    func changed(_ id: String, _ strip: Strip) -> Strip {
      var strip = strip
      change(id, &strip.mute, &strip.solo, &strip.automation)
      return strip
    }
    var session = self
    session.tracks = Named(
      tracks.map { id, track in
        var track = track
        track.strip = changed(id, track.strip)
        return (id, track)
      })
    session.buses = Named(
      buses.map { id, bus in
        var bus = bus
        bus.strip = changed(id, bus.strip)
        return (id, bus)
      })
    session.vcas = Named(
      vcas.map { id, vca in
        var vca = vca
        change(id, &vca.mute, &vca.solo, &vca.automation)
        return (id, vca)
      })
    return session
  }
}
