import DSP
public import Processors
import Quantities
public import SessionModel
public import Tables

extension RenderPlan {
  /// Plans the mix of `session`. `stems` holds what was found of each clip's file, by `track.clip`; `masters` are
  /// those that are to be made from the mix.
  ///
  /// The session has been checked, so every name leads somewhere and nothing runs in a loop.
  public init(
    _ session: Session, stems: [String: StemFile], masters: [(owner: MasterOwner, master: Master)] = []
  ) {
    self.init([Request(session, stems: stems, masters: masters)])
  }

  /// Plans several mixes in one: versions of one session, with its rate, tempo and `start`. What comes out equal in
  /// them is shared.
  /// - Parameter requests: at least one; the first is the session's own mix.
  public init(_ requests: [Request]) {
    var pool = NodePool()
    var mixes: [Mix] = []
    for request in requests {
      var planner = Planner(request, pool)
      mixes.append(planner.plan(request))
      pool = planner.pool
    }
    let timeline = Timeline(requests[0].session)
    self.init(
      sampleRate: requests[0].session.sampleRate.magnitude, nodes: pool.nodes, mixes: mixes,
      startFrame: timeline.frame(requests[0].session.start), context: Planner.context(requests[0].session, timeline))
  }
}

/// The nodes of all mixes: one that is there already is not made again.
struct NodePool {
  private(set) var nodes: [RenderPlan.Node] = []
  /// Seconds that each goes on sounding.
  private(set) var tails: [Double] = []
  private var placesByPath: [String: [Int]] = [:]

  /// - Returns: where the node is.
  mutating func add(_ node: RenderPlan.Node, tail: Double) -> Int {
    if let known = placesByPath[node.path]?.first(where: { nodes[$0] == node }) { return known }
    nodes.append(node)
    tails.append(tail)
    placesByPath[node.path, default: []].append(nodes.count - 1)
    return nodes.count - 1
  }
}

struct Planner {
  let session: Session
  let stems: [String: StemFile]
  let timeline: Timeline
  let context: ProcessorContext
  let audibility: Audibility
  /// Of tracks, buses and `main`, by id.
  private var strips: [String: Strip] = [:]
  /// Where the song ends by itself, in frames.
  private(set) var songEnd = 0
  /// The lanes of each strip and VCA, by its id.
  private var lanes: [String: [CompiledLane]] = [:]
  private(set) var pool: NodePool
  /// Of tracks, buses and `main` among the nodes, by id.
  private(set) var places: [String: Int] = [:]

  var nodes: [RenderPlan.Node] { pool.nodes }

  static func context(_ session: Session, _ timeline: Timeline) -> ProcessorContext {
    ProcessorContext(sampleRate: session.sampleRate.magnitude) { timeline.seconds($0) }
  }

  init(_ request: RenderPlan.Request, _ pool: NodePool) {
    let session = request.session
    self.session = session
    self.pool = pool
    stems = request.stems
    timeline = Timeline(session)
    context = Self.context(session, timeline)
    let ends = [session.main.strip.inserts] + request.masters.map(\.master.inserts)
    audibility = Audibility(session, endKeys: ends.flatMap { $0.compactMap(\.value.sidechain) })
    for (id, track) in session.tracks {
      strips[id] = track.strip
      lanes[id] = session.compiledLanes(of: track)
    }
    for (id, bus) in session.buses {
      strips[id] = bus.strip
      lanes[id] = session.compiledLanes(of: bus)
    }
    strips["main"] = session.main.strip
    for (id, vca) in session.vcas { lanes[id] = session.compiledLanes(of: vca) }
    lanes["main"] = session.compiledLanes(of: session.main)
    songEnd = ownEnd()
  }

  mutating func plan(_ request: RenderPlan.Request) -> RenderPlan.Mix {
    for id in order() {
      if let track = session.tracks[id] {
        addTrack(id, track)
      } else if let bus = session.buses[id] {
        addStrip(id, "buses.\(id)", bus.strip, inputs: inputs(of: id))
      }
    }
    addStrip("main", "main", session.main.strip, inputs: inputs(of: "main"))
    let mix = addEnd("mix", connection(from: "main", kind: .output, send: nil))
    let masters = request.masters.map { owner, master in
      let gain = master.gain.magnitude
      guard !master.inserts.isEmpty || gain != 0 else { return mix }
      let through = RenderPlan.Connection(
        from: mix, kind: .output,
        matrix: gain == 0 ? .identity : MixMatrix(gain: Maths.amplitude(decibels: gain)), delayFrames: 0)
      return addEnd(owner.path, through, master.inserts, session.compiledLanes(of: master))
    }
    var result = RenderPlan.Mix(
      node: mix, masters: masters, length: length(start: timeline.frame(session.start), tail: pool.tails[mix]))
    if request.isMetered {
      result.meters = places.keys.filter { $0 != "main" && audibility.audible.contains($0) }.sorted(by: inByteOrder)
        .map { id in
          let path = session.tracks[id] == nil ? "buses.\(id)" : "tracks.\(id)"
          let output = connection(from: id, kind: .output, send: nil)
          // A fader that stands still needs no pass of its own.
          return output.motion == nil && output.delayFrames == 0
            ? (path, output.from, output.matrix) : (path, addEnd("meter of \(id)", output), .identity)
        }
      result.meters.append(("main", mix, .identity))
    }
    if request.splits.contains(.stems) { result.parts[.stems] = stemParts() }
    if request.splits.contains(.tracks) { result.parts[.tracks] = trackParts() }
    return result
  }

  /// What runs, so that each comes after those that feed it or that it listens to; among equals by the bytes of
  /// their ids.
  private func order() -> [String] {
    let ids = audibility.running.sorted(by: inByteOrder)
    var feeders: [String: [String]] = [:]
    for id in ids {
      let strip = strip(id)
      for target in [strip.output] + strip.sends.map(\.id) { feeders[target, default: []].append(id) }
      feeders[id, default: []] += strip.inserts.compactMap(\.value.sidechain)
    }
    var order: [String] = []
    var visited: Set<String> = []
    func visit(_ id: String) {
      guard visited.insert(id).inserted else { return }
      for other in (feeders[id] ?? []).sorted(by: inByteOrder) { visit(other) }
      order.append(id)
    }
    for id in ids { visit(id) }
    return order
  }

  func strip(_ id: String) -> Strip { strips[id] ?? Strip() }

  func law(_ strip: Strip) -> PanLaw {
    switch strip.panLaw ?? session.panLaw {
    case .minus3: .minus3dB
    case .minus4Point5: .minus4_5dB
    case .minus6: .minus6dB
    case .zero: .zero
    }
  }

  func lane(_ id: String, _ path: String...) -> AutomationLane? {
    lanes[id]?.first { $0.path == path }?.lane
  }

  // MARK: Nodes

  private mutating func addTrack(_ id: String, _ track: Track) {
    let isMono = isMono(id, track)
    let clips = track.clips.sorted { inByteOrder($0.id, $1.id) }.compactMap { name, clip in
      planned(clip, name, of: track, id, trackIsMono: isMono)
    }
    addStrip(id, "tracks.\(id)", track.strip, clips: clips, isMono: isMono, inputs: [])
  }

  private mutating func addStrip(
    _ id: String, _ path: String, _ strip: Strip, clips: [RenderPlan.Clip] = [], isMono: Bool = false,
    inputs: [RenderPlan.Connection]
  ) {
    places[id] = node(id, path, strip, strip.inserts, clips: clips, isMono: isMono, inputs: inputs)
  }

  /// A strip up to its inserts, or to some of them.
  mutating func node(
    _ id: String, _ path: String, _ strip: Strip, _ inserts: Named<Insert>, clips: [RenderPlan.Clip] = [],
    isMono: Bool = false, inputs: [RenderPlan.Connection], keys: [String: RenderPlan.Key] = [:]
  ) -> Int {
    let frames = timeline.frames(strip.delay)
    let shift: RenderPlan.Shift =
      if frames == 0 {
        .none
      } else if session.tracks[id] != nil {
        .ofClips(frames)
      } else {
        frames < 0 ? .earlier(-frames) : .later(frames)
      }
    let trimLane = lane(id, "trim")
    let trim = trimLane == nil ? Maths.amplitude(decibels: strip.trim.magnitude) : 1
    return add(
      path, inserts, lanes[id] ?? [], clips: clips, inputs: inputs, isMono: isMono, law: law(strip),
      trim: trim * (strip.polarity == .inverted ? -1 : 1), trimLane: trimLane, shift: shift, keys: keys)
  }

  /// A node that hears one other, at the end of the mix.
  mutating func addEnd(
    _ path: String, _ connection: RenderPlan.Connection, _ inserts: Named<Insert> = Named(),
    _ lanes: [CompiledLane] = []
  ) -> Int {
    add(path, inserts, lanes, inputs: [connection], isMono: false, law: law(session.main.strip))
  }

  /// - Parameter keys: what the detectors of inserts hear that have no sidechain of their own, by the inserts' ids.
  private mutating func add(
    _ path: String, _ inserts: Named<Insert>, _ lanes: [CompiledLane], clips: [RenderPlan.Clip] = [],
    inputs: [RenderPlan.Connection], isMono: Bool, law: PanLaw, trim: Double = 1, trimLane: AutomationLane? = nil,
    shift: RenderPlan.Shift = .none, keys: [String: RenderPlan.Key] = [:]
  ) -> Int {
    var chain = chain(inserts, lanes, isMono: isMono, law: law)
    for index in chain.inserts.indices where chain.inserts[index].key == nil {
      chain.inserts[index].key = keys[chain.inserts[index].id]
    }
    let earlier = if case .earlier(let frames) = shift { frames } else { 0 }
    // In time with the latest input, and with each detector's source, which may be later still.
    var arrival = inputs.map { nodes[$0.from].latencyFrames }.max() ?? 0
    var passed = earlier
    for planned in chain.inserts {
      if let key = planned.key { arrival = max(arrival, nodes[key.from].latencyFrames - passed) }
      passed += planned.insert.latencyFrames(context)
    }
    var latency = arrival + earlier
    for index in chain.inserts.indices {
      chain.inserts[index].automation.inputLatency = latency
      if let key = chain.inserts[index].key {
        chain.inserts[index].key?.delayFrames = latency - nodes[key.from].latencyFrames
      }
      latency += chain.inserts[index].insert.latencyFrames(context)
    }
    var inputs = inputs
    for index in inputs.indices { inputs[index].delayFrames = arrival - nodes[inputs[index].from].latencyFrames }
    let later = Double(shift.delayFrames) / context.sampleRate
    let tail =
      (inputs.map { pool.tails[$0.from] }.max() ?? 0) + later + chain.inserts.reduce(0) { $0 + self.tail(of: $1) }
    var node = RenderPlan.Node(
      path: path, clips: clips, inputs: inputs, arrivalFrames: arrival, trim: trim, trimLane: trimLane, shift: shift,
      inserts: chain.inserts, isMono: chain.isMono, latencyFrames: latency, depth: 0)
    node.depth = node.sources.map { nodes[$0].depth + 1 }.max() ?? 0
    return pool.add(node, tail: tail)
  }

  /// The chain that runs, and whether what leaves it is mono.
  private func chain(
    _ inserts: Named<Insert>, _ lanes: [CompiledLane], isMono: Bool, law: PanLaw
  ) -> (inserts: [RenderPlan.PlannedInsert], isMono: Bool) {
    var isMono = isMono
    let planned = inserts.filter { !$0.value.bypass }.map { id, insert in
      let spreads = isMono && insert.isStereoByNature
      if spreads { isMono = false }
      return RenderPlan.PlannedInsert(
        id: id, insert: insert, automation: session.automation(of: id, insert, in: lanes),
        spread: spreads ? law.gains(at: 0).x : nil,
        key: insert.sidechain.flatMap { places[$0] }.map { RenderPlan.Key(from: $0, delayFrames: 0) })
    }
    return (planned, isMono)
  }

  // MARK: Connections

  func inputs(of id: String) -> [RenderPlan.Connection] {
    var inputs: [RenderPlan.Connection] = []
    let sources = places.keys.filter { audibility.audible.contains($0) }.sorted(by: inByteOrder)
    for source in sources where strip(source).output == id {
      inputs.append(connection(from: source, kind: .output, send: nil))
    }
    for source in sources {
      guard let send = strip(source).sends[id] else { continue }
      inputs.append(
        connection(from: source, kind: send.tap == .preFader ? .preFaderSend : .postFaderSend, send: (id, send)))
    }
    return inputs.filter { !$0.isSilent }
  }

  func connection(
    from id: String, kind: RenderPlan.Connection.Kind, send: (bus: String, value: Send)?
  ) -> RenderPlan.Connection {
    let strip = strip(id), place = places[id] ?? 0
    let isMono = nodes[place].isMono
    let stereo: Fader.Panner = strip.panMode == .stereo ? .stereo : .balance
    var fader = Fader(
      level: 1, pan: strip.pan.magnitude / 100, width: strip.width.fraction,
      panner: isMono ? .law(law(strip)) : stereo)
    var motion = RenderPlan.Motion(fader: fader)
    if let send {
      let lane = lane(id, "sends", send.bus, "level")
      fader.send = Fader.Send(
        level: lane == nil ? Maths.amplitude(decibels: send.value.level.magnitude) : 1,
        pan: send.value.pan.magnitude / 100,
        preFader: kind == .preFaderSend ? (isMono ? .law(law(strip)) : .balance) : nil)
      motion.levels += [lane].compactMap(\.self)
      motion.sendPan = self.lane(id, "sends", send.bus, "pan")
    }
    if kind != .preFaderSend {
      // The fader and the VCAs above it add up in dB.
      let faders = [(id, strip.level)] + vcas(above: id).map { ($0, session.vcas[$0]?.level ?? 0) }
      var decibels = 0.0
      for (owner, level) in faders {
        if let lane = lane(owner, "level") { motion.levels.append(lane) } else { decibels += level.magnitude }
      }
      fader.level = Maths.amplitude(decibels: decibels)
      motion.pan = self.lane(id, "pan")
      if !isMono { motion.width = self.lane(id, "width") }
    }
    motion.mutes = ([id] + vcas(above: id)).compactMap { lane($0, "mute") }
    if id == "main", strip.mute, motion.mutes.isEmpty { fader.level = 0 }
    motion.fader = fader
    return RenderPlan.Connection(
      from: place, kind: kind, matrix: fader.matrix, motion: motion.isEmpty ? nil : motion, delayFrames: 0)
  }

  private func vcas(above id: String) -> [String] { session.membership(of: id).sorted(by: inByteOrder) }

  // MARK: Length

  /// The longest tail that `auto` waits for (docs/format.md).
  private static let longestTail = 30.0

  /// What moves may ring longer than it does at first.
  private func tail(of planned: RenderPlan.PlannedInsert) -> Double {
    let tail = planned.insert.tailSeconds(context)
    return tail > 0 && !planned.automation.lanes.isEmpty ? max(tail, Self.longestTail) : tail
  }

  /// - Parameter tail: seconds that the mix goes on sounding.
  private func length(start: Int, tail: Double) -> RenderPlan.Length {
    if let length = session.length { return .fixed(max(1, timeline.frame(length) - start)) }
    let end = max(1, songEnd - start)
    switch session.tail {
    case .none: return .fixed(end)
    case .span(let span): return .fixed(end + timeline.frames(span, after: start + end))
    case .auto:
      // Past the sum of the declared tails nothing above −140 dB is left, so nothing need be rendered there.
      return .untilSilent(
        atLeast: end, atMost: end + Int((min(Self.longestTail, tail) * context.sampleRate).rounded(.up)))
    }
  }
}

/// The order of sums: by the bytes of the ids, whatever the order in the file.
func inByteOrder(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
