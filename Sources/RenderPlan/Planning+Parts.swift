import DSP
import Processors
import Quantities
import SessionModel
import Tables

// A mix taken apart: what each node gives to it.

extension Planner {
  /// The parts of the mix: what each track or bus that feeds `main` gives to it, through `main`'s own chain and fader.
  ///
  /// They add up to the mix, since each goes through a chain of its own that does to the part what `main` does to the
  /// sum: a linear processor does so by itself, a compressor when its detector hears the whole sum. The session has
  /// been checked, so there is no other.
  mutating func stemParts() -> [(id: String, node: Int)] {
    let main = session.main.strip
    let keys = keysOfMain()
    return feeders(of: "main").map { id, connection in
      let part = node("main", "main of \(id)", main, main.inserts, inputs: [connection], keys: keys)
      var end = self.connection(from: "main", kind: .output, send: nil)
      end.from = part
      return (id, addEnd("mix of \(id)", end))
    }
  }

  /// What each track gives after its fader, pan and mute.
  mutating func trackParts() -> [(id: String, node: Int)] {
    session.tracks.map(\.id).sorted(by: inByteOrder).compactMap { id in
      guard audibility.audible.contains(id) else { return nil }
      let connection = connection(from: id, kind: .output, send: nil)
      return connection.isSilent ? nil : (id, addEnd("output of \(id)", connection))
    }
  }

  /// The tracks and buses that give something to a bus by their outputs.
  private func feeders(of bus: String) -> [(id: String, connection: RenderPlan.Connection)] {
    places.keys.filter { audibility.audible.contains($0) && strip($0).output == bus }.sorted(by: inByteOrder)
      .map { ($0, connection(from: $0, kind: .output, send: nil)) }
      .filter { !$0.1.isSilent && sounds($0.1.from) }
  }

  /// Whether anything plays in a node or in what it hears.
  private func sounds(_ place: Int) -> Bool {
    !nodes[place].clips.isEmpty || nodes[place].inputs.contains { sounds($0.from) }
  }

  /// What `main`'s detectors hear by themselves: the sum of all that feeds it, through the inserts before them.
  private mutating func keysOfMain() -> [String: RenderPlan.Key] {
    let main = session.main.strip
    var keys: [String: RenderPlan.Key] = [:]
    for (place, (id, insert)) in main.inserts.enumerated() {
      guard insert.additivity == .whenKeyed, insert.sidechain == nil else { continue }
      let before = Named(Array(main.inserts.prefix(place)))
      let source = node("main", "main before \(id)", main, before, inputs: inputs(of: "main"))
      keys[id] = RenderPlan.Key(from: source, matrix: .selecting(insert.channels), delayFrames: 0)
    }
    return keys
  }
}

extension RenderPlan.Connection {
  /// Whether nothing ever comes through.
  var isSilent: Bool { motion == nil && matrix == MixMatrix(gain: 0) }
}

extension MixMatrix {
  /// What a detector of this mode hears: one signal on both sides.
  static func selecting(_ channels: ChannelMode) -> MixMatrix {
    switch channels {
    case .stereo: .identity
    case .left: MixMatrix(fromLeft: Frame(1, 1), fromRight: .zero)
    case .right: MixMatrix(fromLeft: .zero, fromRight: Frame(1, 1))
    case .mid: MixMatrix(fromLeft: Frame(0.5, 0.5), fromRight: Frame(0.5, 0.5))
    case .side: MixMatrix(fromLeft: Frame(0.5, 0.5), fromRight: Frame(-0.5, -0.5))
    }
  }
}
