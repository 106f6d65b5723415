import Processors
import SessionModel
import Tables

/// Which tracks and buses run, and which of them are heard.
struct Audibility {
  /// Heard: their outputs and sends exist.
  let audible: Set<String>
  /// Heard, or listened to by a detector.
  let running: Set<String>

  /// - Parameter endKeys: ids that inserts of `main` and the masters listen to.
  init(_ session: Session, endKeys: [String]) {
    var strips: [String: Strip] = [:]
    for (id, track) in session.tracks { strips[id] = track.strip }
    for (id, bus) in session.buses { strips[id] = bus.strip }
    let targets = strips.mapValues { [$0.output] + $0.sends.map(\.id) }
    var feeders: [String: [String]] = [:]
    for (id, fed) in targets { for target in fed { feeders[target, default: []].append(id) } }

    func reached(from start: Set<String>, _ next: (String) -> [String]) -> Set<String> {
      var found = start
      var open = Array(start)
      while let id = open.popLast() {
        for other in next(id) where found.insert(other).inserted { open.append(other) }
      }
      return found
    }

    // Solo keeps all that lies up- and downstream of what is soloed.
    var kept = Set(strips.keys)
    let vcas = Dictionary(uniqueKeysWithValues: session.vcas.map { ($0.id, $0.value) })
    func above(_ id: String) -> [VCA] { session.membership(of: id).sorted().compactMap { vcas[$0] } }
    let soloed = Set(strips.filter { $0.value.solo || above($0.key).contains(where: \.solo) }.keys)
    if !soloed.isEmpty {
      let downstream = reached(from: soloed) { targets[$0] ?? [] }
      let upstream = reached(from: soloed) { feeders[$0] ?? [] }
      kept = downstream.union(upstream)
    }
    // Mute wins over solo. What a lane unmutes at some time is not mute.
    func isMute(_ mute: Bool, _ lanes: [Lane]) -> Bool { mute && !lanes.contains { $0.path == "mute" } }
    kept = kept.filter { id in
      guard let strip = strips[id], !isMute(strip.mute, strip.automation) else { return false }
      return !above(id).contains { isMute($0.mute, $0.automation) }
    }
    // What feeds nothing that is heard need not run.
    let audible = reached(from: ["main"]) { id in (feeders[id] ?? []).filter { kept.contains($0) } }
      .subtracting(["main"])
    // A detector hears what is silent too, and that hears what feeds it.
    var running = audible
    var open = Array(audible) + endKeys
    running.formUnion(endKeys)
    while let id = open.popLast() {
      let keys = (strips[id]?.inserts ?? Named()).compactMap(\.value.sidechain)
      let sources = keys + (audible.contains(id) ? [] : (feeders[id] ?? []).filter { kept.contains($0) })
      for source in sources where running.insert(source).inserted { open.append(source) }
    }
    self.running = running
    // An output of what runs for a detector's sake is one only where it is heard by the detector's source.
    self.audible = kept.intersection(running)
  }
}
