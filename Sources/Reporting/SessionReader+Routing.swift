import DSP
import Delivery
import Processors
import Quantities
import RenderPlan
import SessionModel
import Tables

// The graph, and every dB in it.

extension SessionReader {
  private typealias Node = ReportModel.Routing.Node
  private typealias Edge = ReportModel.Routing.Edge

  /// Tracks and buses by id, `main` last.
  var strips: [(id: String, kind: ReportModel.Routing.Kind, strip: Strip)] {
    session.tracks.map { ($0.id, .track, $0.value.strip) } + session.buses.map { ($0.id, .bus, $0.value.strip) }
      + [("main", .main, session.main.strip)]
  }

  func path(_ id: String, _ kind: ReportModel.Routing.Kind) -> String {
    switch kind {
    case .track: "tracks.\(id)"
    case .bus: "buses.\(id)"
    case .main, .master, .file: id
    }
  }

  // MARK: The graph

  var routing: ReportModel.Routing {
    var routing = ReportModel.Routing()
    let heard = Set(plan.nodes.map(\.path))
    let strips = strips
    let places = Dictionary(strips.enumerated().map { ($1.id, $0) }) { first, _ in first }
    for (id, kind, strip) in strips {
      routing.nodes.append(
        Node(
          id: id, kind: kind, steps: strip.inserts.filter { !$0.value.bypass }.map(\.id),
          isSilent: !heard.contains(path(id, kind)), column: 0, row: 0))
    }
    for (index, entry) in strips.enumerated() {
      if entry.kind != .main, let target = places[entry.strip.output] {
        routing.edges.append(Edge(from: index, to: target, way: .output, level: ""))
      }
      for (bus, send) in entry.strip.sends {
        guard let target = places[bus] else { continue }
        routing.edges.append(
          Edge(
            from: index, to: target, way: send.tap == .preFader ? .preFaderSend : .postFaderSend,
            level: send.level.text))
      }
      for (_, insert) in entry.strip.inserts {
        guard let key = insert.sidechain, let source = places[key] else { continue }
        routing.edges.append(Edge(from: source, to: index, way: .sidechain, level: ""))
      }
    }
    addMasters(&routing, main: strips.count - 1)
    place(&routing)
    return routing
  }

  private func addMasters(_ routing: inout ReportModel.Routing, main: Int) {
    let deliverables =
      session.deliverables.isEmpty ? [(id: "mix", value: Deliverable())] : Array(session.deliverables)
    for (place, entry) in masters.enumerated() {
      let fed = deliverables.filter {
        $0.value.split == nil && ($0.value.master == nil) == (place == 0) && (place == 0 || $0.id == entry.id)
      }
      guard !fed.isEmpty else { continue }
      let master = entry.master
      var steps = master.gain.magnitude == 0 ? [] : ["gain \(master.gain.text)"]
      steps += master.inserts.filter { !$0.value.bypass }.map(\.id)
      if let loudness = master.loudness { steps.append(loudness.goal.target.text) }
      if let clipper = master.clipper { steps.append("clipper \(clipper.settings.ceiling.text)") }
      if let limiter = master.limiter { steps.append(limiter.settings.ceiling.text) }
      if let fade = master.fadeIn { steps.append("fade in \(fade.span.text)") }
      if let fade = master.fadeOut { steps.append("fade out \(fade.span.text)") }
      if master.pad == .cdFrames { steps.append("whole CD frames") }
      if steps.isEmpty { steps = ["unchanged"] }
      let index = routing.nodes.count
      routing.nodes.append(
        Node(
          id: place == 0 ? "master" : "master of \(entry.id)", kind: .master, steps: steps, isSilent: false,
          column: 0, row: 0))
      routing.edges.append(Edge(from: main, to: index, way: .output, level: ""))
      for (id, deliverable) in fed {
        routing.edges.append(Edge(from: index, to: routing.nodes.count, way: .output, level: ""))
        routing.nodes.append(file(id, deliverable))
      }
    }
    // Parts are taken before any master.
    for (id, deliverable) in deliverables where deliverable.split != nil {
      routing.edges.append(Edge(from: main, to: routing.nodes.count, way: .output, level: ""))
      routing.nodes.append(file(id, deliverable))
    }
  }

  private func file(_ id: String, _ deliverable: Deliverable) -> Node {
    let isMade = made.contains(id)
    return Node(
      id: id, kind: .file,
      steps: [deliverable.version, deliverable.words, isMade ? nil : "not made"].compactMap(\.self), isSilent: !isMade,
      column: 0, row: 0)
  }

  /// Columns by the longest way through outputs and sends; rows by where a node's signal goes.
  private func place(_ routing: inout ReportModel.Routing) {
    let flows = routing.edges.filter { $0.way != .sidechain }
    // The graph has no circle, so as many rounds as there are nodes are enough.
    var moved = true
    while moved {
      moved = false
      for edge in flows where routing.nodes[edge.to].column <= routing.nodes[edge.from].column {
        routing.nodes[edge.to].column = routing.nodes[edge.from].column + 1
        moved = true
      }
    }
    // `main` is right of every bus, those too that nothing feeds.
    let columnCount = (routing.nodes.map(\.column).max() ?? 0) + 1
    let tallest = (0..<columnCount).map { column in routing.nodes.count { $0.column == column } }.max() ?? 1
    for column in (0..<columnCount).reversed() {
      let members = routing.nodes.indices.filter { routing.nodes[$0].column == column }
      func aim(_ node: Int) -> Double {
        let targets = flows.filter { $0.from == node && $0.way == .output }.map { routing.nodes[$0.to].row }
        return targets.isEmpty ? 0 : targets.reduce(0, +) / Double(targets.count)
      }
      let aims = members.map { (node: $0, aim: aim($0)) }
      let ordered = aims.sorted { ($0.aim, $0.node) < ($1.aim, $1.node) }.map(\.node)
      let top = Double(tallest - ordered.count) / 2
      for (place, node) in ordered.enumerated() { routing.nodes[node].row = top + Double(place) }
    }
    for column in 1..<max(2, columnCount) {
      let members = routing.nodes.indices.filter { routing.nodes[$0].column == column }
      settle(members, &routing, flows, lowest: Double(tallest - 1))
    }
  }

  /// Moves the nodes of a column to the middle of what feeds them, a row apart at least.
  private func settle(
    _ members: [Int], _ routing: inout ReportModel.Routing, _ flows: [ReportModel.Routing.Edge], lowest: Double
  ) {
    func middle(_ node: Int) -> Double {
      let sources = flows.filter { $0.to == node && $0.way == .output }
      let feeding = sources.isEmpty ? flows.filter { $0.to == node } : sources
      let rows = feeding.map { routing.nodes[$0.from].row }
      return rows.isEmpty ? routing.nodes[node].row : rows.reduce(0, +) / Double(rows.count)
    }
    let aims = members.map { (node: $0, aim: middle($0)) }
      .sorted { ($0.aim, routing.nodes[$0.node].row) < ($1.aim, routing.nodes[$1.node].row) }
    var next = 0.0
    for (node, aim) in aims {
      routing.nodes[node].row = max(aim, next)
      next = routing.nodes[node].row + 1
    }
    // What was pushed over the end moves back up.
    var last = max(lowest, Double(aims.count - 1))
    for (node, _) in aims.reversed() {
      routing.nodes[node].row = min(routing.nodes[node].row, last)
      last = routing.nodes[node].row - 1
    }
    // Files and masters of one source lie around its height.
    guard let first = aims.first, let end = aims.last else { return }
    let spread = routing.nodes[end.node].row - routing.nodes[first.node].row
    let aimed = (first.aim + end.aim) / 2
    let shift = min(max(aimed - spread / 2, 0), max(0, lowest - spread)) - routing.nodes[first.node].row
    if shift < 0 { for member in members { routing.nodes[member].row += shift } }
  }

  // MARK: The account

  func account(_ reductions: [ReportModel.Reduction]) -> ReportModel.Account {
    typealias Gain = ReportModel.Account.Gain
    let heard = Set(plan.nodes.map(\.path))
    var rows: [ReportModel.Account.Row] = strips.map { id, kind, strip in
      let path = path(id, kind)
      let moving = Set(strip.automation.map(\.path))
      let gains = strip.inserts.compactMap { id, insert in
        insert.bypass ? nil : insert.staticDecibels(plan.context).map { (id, channels: insert.channels, decibels: $0) }
      }
      /// What those have that work on one side of the signal only, or on what both sides share.
      func gain(_ channels: ChannelMode...) -> Double {
        gains.filter { channels.contains($0.channels) }.reduce(0) { $0 + $1.decibels }
      }
      let above = session.membership(of: id).sorted().compactMap { session.vcas[$0] }
      let dynamics = reductions.filter { $0.path.hasPrefix("\(path).inserts.") }.reduce(0) { $0 + $1.greatest }
      let clips = session.tracks[id]?.clips.filter { !$0.value.mute }.map(\.value.gain.magnitude) ?? []
      let clipRange: ClosedRange<Double>? =
        if kind == .track, let least = clips.min(), let most = clips.max() { least...most } else { nil }
      let trim = Gain(decibels: strip.trim.magnitude, moves: moving.contains("trim"))
      let insertGain = Gain(
        decibels: gain(.stereo, .mid),
        moves: gains.contains { id, _, _ in
          ["gain", "makeup", "mix"].contains { moving.contains("inserts.\(id).\($0)") }
        })
      let level = Gain(decibels: strip.level.magnitude, moves: moving.contains("level"))
      let vcas = Gain(
        decibels: above.reduce(0) { $0 + $1.level.magnitude },
        moves: above.contains { $0.automation.contains { $0.path == "level" } })
      let own = (clipRange?.upperBound ?? 0) + trim.decibels + insertGain.decibels + level.decibels + vcas.decibels
      let sides = sides(
        path, level: level.decibels + vcas.decibels,
        of: Frame(Maths.amplitude(decibels: gain(.left)), Maths.amplitude(decibels: gain(.right))))
      return ReportModel.Account.Row(
        id: id, kind: kind, isSilent: !heard.contains(path), clips: clipRange, trim: trim, inserts: insertGain,
        dynamics: dynamics, level: level, vcas: vcas, left: sides.x, right: sides.y, panText: strip.pan.text,
        panMoves: moving.contains("pan") || moving.contains("width"), output: kind == .main ? nil : strip.output,
        own: own, toMix: own,
        sends: strip.sends.map { bus, send in
          ReportModel.Account.Send(
            bus: bus, level: Gain(decibels: send.level.magnitude, moves: moving.contains("sends.\(bus).level")),
            isPreFader: send.tap == .preFader)
        })
    }
    let owns = Dictionary(rows.map { ($0.id, ($0.own, $0.output)) }) { first, _ in first }
    for index in rows.indices {
      var next = rows[index].output
      while let id = next, let (own, output) = owns[id] {
        rows[index].toMix += own
        next = output
      }
    }
    return ReportModel.Account(rows: rows)
  }

  /// What its output's matrix leaves of `signal` on both sides, in dB, the fader apart.
  private func sides(_ path: String, level: Double, of signal: Frame) -> Frame {
    guard let node = plan.nodes.firstIndex(where: { $0.path == path }),
      let connection = plan.nodes.lazy.flatMap(\.inputs).first(where: { $0.from == node && $0.kind == .output })
    else { return Frame(Maths.decibels(amplitude: signal.x), Maths.decibels(amplitude: signal.y)) }
    let still = Maths.amplitude(decibels: level)
    let matrix =
      connection.motion?.fader.matrix(level: 1) ?? (still > 0 ? (1 / still) * connection.matrix : .identity)
    let heard = matrix.applied(to: signal)
    func decibels(_ amplitude: Double) -> Double {
      amplitude.magnitude > 1e-9 ? Maths.decibels(amplitude: amplitude.magnitude) : -.infinity
    }
    return Frame(decibels(heard.x), decibels(heard.y))
  }
}
