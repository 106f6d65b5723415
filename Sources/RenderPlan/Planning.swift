import DSP
public import Processors
import Quantities
public import SessionModel
public import Tables

extension RenderPlan {
  /// Plans the mix of `session`. `stems` holds what was found of each track's file, by the track's id; `masters`
  /// the inserts of each master that is to be made from the mix.
  ///
  /// The session has been checked, so every name leads somewhere and nothing runs in a loop.
  public init(_ session: Session, stems: [String: StemFile], masters: [Named<Insert>] = []) {
    var planner = Planner(session: session, stems: stems)
    self = planner.plan(masters)
  }
}

struct Planner {
  let session: Session
  let stems: [String: StemFile]
  let timeline: Timeline
  let context: ProcessorContext
  private var nodes: [RenderPlan.Node] = []
  private var places: [String: Int] = [:]
  private var tails: [Double] = []

  init(session: Session, stems: [String: StemFile]) {
    self.session = session
    self.stems = stems
    let timeline = Timeline(session)
    self.timeline = timeline
    context = ProcessorContext(sampleRate: session.sampleRate.magnitude) { timeline.seconds($0) }
  }

  private struct Source {
    var id: String
    var path: String
    var strip: Strip
  }

  mutating func plan(_ masters: [Named<Insert>]) -> RenderPlan {
    let audible = audibleNodes()
    for (id, track) in session.tracks.sorted(by: { inByteOrder($0.id, $1.id) }) where audible.contains(id) {
      addTrack(id, track)
    }
    for id in busesInOrder() where audible.contains(id) {
      guard let bus = session.buses[id] else { continue }
      addBus(Source(id: id, path: "buses.\(id)", strip: bus.strip), audible: audible)
    }
    addBus(Source(id: "main", path: "main", strip: session.main.strip), audible: audible)
    let main = session.main.strip
    let mix = appendNode(
      "mix", from: nodes.count - 1, main.mute ? MixMatrix(gain: 0) : fader(main, isMono: false), Named())
    let masterNodes = masters.enumerated().map { index, inserts in
      inserts.isEmpty
        ? mix : appendNode(index == 0 ? "master" : "master \(index + 1)", from: mix, .identity, inserts)
    }
    let start = timeline.frame(session.start)
    return RenderPlan(
      sampleRate: context.sampleRate, nodes: nodes, mix: mix, masters: masterNodes, startFrame: start,
      length: length(start: start),
      context: context)
  }

  // MARK: Who is heard

  /// Ids whose signal reaches `main`: mute wins over solo, and a solo keeps all that lies up- and downstream.
  private func audibleNodes() -> Set<String> {
    var strips: [String: Strip] = [:]
    for (id, track) in session.tracks { strips[id] = track.strip }
    for (id, bus) in session.buses { strips[id] = bus.strip }
    var targets: [String: [String]] = [:]
    for (id, strip) in strips { targets[id] = [strip.output] + strip.sends.map(\.id) }

    func reached(from start: Set<String>, _ next: (String) -> [String]) -> Set<String> {
      var found = start
      var open = Array(start)
      while let id = open.popLast() {
        for other in next(id) where found.insert(other).inserted { open.append(other) }
      }
      return found
    }
    var kept = Set(strips.keys)
    let soloed = Set(strips.filter(\.value.solo).keys)
    if !soloed.isEmpty {
      let downstream = reached(from: soloed) { targets[$0] ?? [] }
      let upstream = reached(from: soloed) { id in targets.filter { $0.value.contains(id) }.map(\.key) }
      kept = downstream.union(upstream)
    }
    kept = kept.filter { strips[$0].map { !$0.mute } ?? false }
    // What feeds nothing that is heard need not run.
    return reached(from: ["main"]) { id in
      kept.filter { targets[$0]?.contains(id) ?? false }
    }.subtracting(["main"])
  }

  /// Buses so that each comes after those that feed it; among equals by the bytes of their ids.
  private func busesInOrder() -> [String] {
    var order: [String] = []
    var visited: Set<String> = []
    func visit(_ id: String) {
      guard visited.insert(id).inserted else { return }
      for (other, bus) in session.buses.sorted(by: { inByteOrder($0.id, $1.id) })
      where bus.strip.output == id || bus.strip.sends[id] != nil { visit(other) }
      order.append(id)
    }
    for (id, _) in session.buses.sorted(by: { inByteOrder($0.id, $1.id) }) { visit(id) }
    return order
  }

  // MARK: Nodes

  private mutating func addTrack(_ id: String, _ track: Track) {
    guard let file = stems[id] else { return }
    let picked = track.channels?.map(\.value)
    let isMono = (picked?.count ?? file.channelCount) == 1
    let stem = RenderPlan.Stem(path: file.path, channels: picked, frameCount: file.frameCount, isMono: isMono)
    append(Source(id: id, path: "tracks.\(id)", strip: track.strip), stem: stem, inputs: [], isMono: isMono)
  }

  private mutating func addBus(_ bus: Source, audible: Set<String>) {
    var inputs: [RenderPlan.Connection] = []
    let sources = places.sorted { inByteOrder($0.key, $1.key) }
    for (id, place) in sources where strip(id).output == bus.id {
      inputs.append(connection(from: place, strip(id), kind: .output, send: nil))
    }
    for (id, place) in sources {
      guard let send = strip(id).sends[bus.id] else { continue }
      let kind: RenderPlan.Connection.Kind = send.tap == .preFader ? .preFaderSend : .postFaderSend
      inputs.append(connection(from: place, strip(id), kind: kind, send: send))
    }
    inputs.removeAll { $0.matrix == MixMatrix(gain: 0) }
    let latency = inputs.map { nodes[$0.from].latencyFrames }.max() ?? 0
    for i in inputs.indices { inputs[i].delayFrames = latency - nodes[inputs[i].from].latencyFrames }
    append(bus, stem: nil, inputs: inputs, isMono: false)
  }

  private mutating func append(_ source: Source, stem: RenderPlan.Stem?, inputs: [RenderPlan.Connection], isMono: Bool)
  {
    let strip = source.strip
    let (inserts, leavesMono) = plannedInserts(strip.inserts, isMono: isMono, law: law(strip))
    let arrival = inputs.map { nodes[$0.from].latencyFrames + $0.delayFrames }.max() ?? 0
    let trim = Maths.amplitude(decibels: strip.trim.magnitude) * (strip.polarity == .inverted ? -1 : 1)
    places[source.id] = nodes.count
    tails.append(
      (inputs.map { tails[$0.from] }.max() ?? 0) + inserts.reduce(0) { $0 + $1.insert.tailSeconds(context) })
    nodes.append(
      RenderPlan.Node(
        path: source.path, stem: stem, inputs: inputs, trim: trim, inserts: inserts, isMono: leavesMono,
        latencyFrames: arrival + inserts.reduce(0) { $0 + $1.insert.latencyFrames(context) },
        depth: (inputs.map { nodes[$0.from].depth + 1 }.max() ?? 0)))
  }

  /// A node that hears one other, at the end of the mix.
  private mutating func appendNode(
    _ path: String, from place: Int, _ matrix: MixMatrix, _ inserts: Named<Insert>
  ) -> Int {
    let planned = plannedInserts(inserts, isMono: false, law: law(session.main.strip)).inserts
    nodes.append(
      RenderPlan.Node(
        path: path, stem: nil,
        inputs: [RenderPlan.Connection(from: place, kind: .output, matrix: matrix, delayFrames: 0)], trim: 1,
        inserts: planned, isMono: false,
        latencyFrames: nodes[place].latencyFrames + planned.reduce(0) { $0 + $1.insert.latencyFrames(context) },
        depth: nodes[place].depth + 1))
    return nodes.count - 1
  }

  /// The chain that runs, and whether what leaves it is mono.
  private func plannedInserts(
    _ inserts: Named<Insert>, isMono: Bool, law: PanLaw
  ) -> (inserts: [RenderPlan.PlannedInsert], isMono: Bool) {
    var isMono = isMono
    let planned = inserts.filter { !$0.value.bypass }.map { id, insert in
      let spreads = isMono && insert.isStereoByNature
      if spreads { isMono = false }
      return RenderPlan.PlannedInsert(id: id, insert: insert, spread: spreads ? law.gains(at: 0).x : nil)
    }
    return (planned, isMono)
  }

  private func strip(_ id: String) -> Strip {
    session.tracks[id]?.strip ?? session.buses[id]?.strip ?? session.main.strip
  }

  private func law(_ strip: Strip) -> PanLaw {
    switch strip.panLaw ?? session.panLaw {
    case .minus3: .minus3dB
    case .minus4Point5: .minus4_5dB
    case .minus6: .minus6dB
    case .zero: .zero
    }
  }

  // MARK: Connections

  private func connection(
    from place: Int, _ strip: Strip, kind: RenderPlan.Connection.Kind, send: Send?
  ) -> RenderPlan.Connection {
    let isMono = nodes[place].isMono
    let sendPan = (send?.pan.magnitude ?? 0) / 100
    let sendLevel = Maths.amplitude(decibels: send?.level.magnitude ?? 0)
    var matrix: MixMatrix
    if kind == .preFaderSend {
      matrix = isMono ? .pan(sendPan, law: law(strip)) : .balance(sendPan)
    } else {
      matrix = fader(strip, isMono: isMono)
      if send != nil { matrix = .balance(sendPan) * matrix }
    }
    if send != nil { matrix = sendLevel * matrix }
    return RenderPlan.Connection(from: place, kind: kind, matrix: matrix, delayFrames: 0)
  }

  /// Level, width and pan of a strip.
  func fader(_ strip: Strip, isMono: Bool) -> MixMatrix {
    let position = strip.pan.magnitude / 100
    let placed: MixMatrix
    if isMono {
      placed = .pan(position, law: law(strip))
    } else {
      let panned: MixMatrix = strip.panMode == .stereo ? .stereoPan(position) : .balance(position)
      placed = panned * .width(strip.width.fraction)
    }
    return Maths.amplitude(decibels: strip.level.magnitude) * placed
  }

  // MARK: Length

  /// The longest tail that `auto` waits for (FORMAT, *Length*).
  private static let longestTail = 30.0

  private func length(start: Int) -> RenderPlan.Length {
    if let length = session.length { return .fixed(timeline.frame(length) - start) }
    let end = max(1, (stems.values.map(\.frameCount).max() ?? 0) - start)
    switch session.tail {
    case .none: return .fixed(end)
    case .span(let span): return .fixed(end + timeline.frames(span))
    case .auto:
      // Past the sum of the declared tails nothing above −140 dB is left, so nothing need be rendered there.
      let tail = min(Self.longestTail, tails.last ?? 0)
      return .untilSilent(atLeast: end, atMost: end + Int((tail * context.sampleRate).rounded(.up)))
    }
  }
}

/// The order of sums: by the bytes of the ids, whatever the order in the file.
func inByteOrder(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
