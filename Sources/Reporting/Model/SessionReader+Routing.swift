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
          isSilent: !heard.contains(path(id, kind))))
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
          id: place == 0 ? "master" : "master of \(entry.id)", kind: .master, steps: steps, isSilent: false))
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
      steps: [deliverable.version, deliverable.words, isMade ? nil : "not made"].compactMap(\.self), isSilent: !isMade)
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
