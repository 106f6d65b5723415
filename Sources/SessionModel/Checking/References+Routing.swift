import Diagnostics
import Processors
import Quantities
import Tables

// Where sound goes: outputs, sends, keys, and that nothing feeds itself.

extension ReferenceCheck {
  private var strips: [(path: String, id: String, strip: Strip)] {
    session.tracks.map { ("tracks.\($0.id)", $0.id, $0.value.strip) }
      + session.buses.map { ("buses.\($0.id)", $0.id, $0.value.strip) }
  }

  mutating func routing() {
    var fed: Set<String> = []
    var edges: [String: [Edge]] = [:]
    for (path, id, strip) in strips {
      if strip.output != "main" {
        if session.buses[strip.output] != nil {
          edges[id, default: []].append(Edge(to: strip.output, path: "\(path).output"))
        } else {
          unknownBus(strip.output, path: "\(path).output", or: ", or `main`")
        }
      }
      fed.insert(strip.output)
      for (bus, _) in strip.sends {
        fed.insert(bus)
        if session.buses[bus] != nil {
          edges[id, default: []].append(Edge(to: bus, path: "\(path).sends.\(bus)"))
        } else {
          unknownBus(bus, path: "\(path).sends.\(bus)", key: true, or: "")
        }
      }
      for (insert, processor) in strip.inserts {
        guard let key = processor.sidechain else { continue }
        let place = "\(path).inserts.\(insert).sidechain"
        if isSource(key) {
          edges[key, default: []].append(Edge(to: id, path: place))
        } else {
          unknownKey(key, path: place)
        }
      }
      if strip.solo {
        report(.committedSolo, "`\(id)` is soloed in the file", severity: .note, path: "\(path).solo")
      }
    }
    for (path, strip) in endChains {
      for (insert, processor) in strip {
        guard let key = processor.sidechain else { continue }
        if !isSource(key) { unknownKey(key, path: "\(path).inserts.\(insert).sidechain") }
      }
    }
    for (id, _) in session.buses where !fed.contains(id) && isOwn("buses.\(id)") {
      report(.unusedBus, "nothing feeds the bus `\(id)`", severity: .warning, path: "buses.\(id)", key: true)
    }
    loops(edges)
  }

  /// Whether the session's own file, and not a template that it extends, brings a part in.
  private func isOwn(_ path: String) -> Bool {
    guard let file = tree.part(at: path)?.range.file.path else { return true }
    return !isTemplate(file) || isTemplate(resolved.path)
  }

  /// Chains after all strips: nothing that keys them can be fed by them.
  private var endChains: [(path: String, inserts: Named<Insert>)] {
    [("main", session.main.strip.inserts)] + (session.master.map { [("master", $0.inserts)] } ?? [])
  }

  private func isSource(_ id: String) -> Bool { session.tracks[id] != nil || session.buses[id] != nil }

  private mutating func unknownKey(_ name: String, path: String) {
    let ids = session.tracks.map(\.id) + session.buses.map(\.id)
    report(
      .unknownTarget, "there is no track or bus `\(name)` to listen to", path: path,
      hints: closestMatch(to: name, among: ids).map { ["did you mean `\($0)`?"] } ?? [],
      edit: closestMatch(to: name, among: ids), absent: ["tracks.\(name)", "buses.\(name)"])
  }

  private mutating func unknownBus(_ name: String, path: String, key: Bool = false, or: String) {
    var hints: [String] = []
    let meant = closestMatch(to: name, among: session.buses.map(\.id) + (key ? [] : ["main"]))
    if session.tracks[name] != nil {
      hints = ["`\(name)` is a track, and tracks cannot be fed"]
    } else if let meant {
      hints = ["did you mean `\(meant)`?"]
    } else {
      hints = [
        session.buses.isEmpty
          ? "the session has no buses" : "the buses are \(session.buses.map(\.id).joined(separator: ", "))\(or)"
      ]
    }
    report(
      .unknownTarget, "there is no bus `\(name)`", path: path, key: key, hints: hints,
      edit: session.tracks[name] == nil ? meant : nil, absent: ["buses.\(name)"])
  }

  /// A step of the routing, and where it is written.
  private struct Edge {
    var target: String
    var path: String

    init(to target: String, path: String) {
      self.target = target
      self.path = path
    }
  }

  /// Spells out one loop for each set of buses that feed each other.
  private mutating func loops(_ edges: [String: [Edge]]) {
    var finished: Set<String> = []
    var trail: [String] = []
    func visit(_ id: String) -> [String]? {
      if let start = trail.firstIndex(of: id) { return Array(trail[start...]) + [id] }
      guard !finished.contains(id) else { return nil }
      trail.append(id)
      defer { trail.removeLast() }
      for next in edges[id] ?? [] {
        if let loop = visit(next.target) { return loop }
      }
      finished.insert(id)
      return nil
    }
    for id in edges.keys.sorted() {
      trail = []
      guard let loop = visit(id) else { continue }
      finished.formUnion(loop)
      let steps = zip(loop, loop.dropFirst()).compactMap { from, to in edges[from]?.first { $0.target == to } }
      // A key is the odd one among outputs and sends: it is the step that was not thought of.
      let place = (steps.first { $0.path.hasSuffix(".sidechain") } ?? steps.first)?.path ?? "buses.\(loop[0])"
      let isKeyed = place.hasSuffix(".sidechain")
      report(
        .routingLoop, "the routing runs in a loop: \(loop.joined(separator: " → "))", path: place,
        key: !place.hasSuffix(".output") && !isKeyed,
        hints: [
          isKeyed
            ? "let this sidechain listen to something that the insert does not feed"
            : "take one of these outputs or sends away"
        ])
    }
  }
}
