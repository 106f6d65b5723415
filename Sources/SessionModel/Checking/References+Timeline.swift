import Diagnostics
import Quantities
import Tables

// What only the whole session can tell about time: the maps, clips, VCAs, lanes, and what is odd about them.

extension ReferenceCheck {
  // MARK: Tempo and meter

  mutating func tempoAndMeter() {
    tempos()
    changes("meter", session.meter.map(\.at))
    for (index, change) in session.meter.enumerated() {
      guard case .bar(_, let beat) = change.at.anchor, beat != 1 else { continue }
      report(.badTempoMap, "a meter changes at a bar line, not on beat \(plainDecimal(beat))", in: "meter", index)
    }
  }

  /// Each change of tempo is after the one above it, wherever each is said to be.
  private mutating func tempos() {
    let key = "tempo"
    if case .list(let items)? = tree[key]?.content, items.isEmpty {
      report(.badTempoMap, "the tempo map is empty", path: key)
    }
    let rate = session.sampleRate.magnitude
    let places = session.tempo.map { $0.place(rate) }
    for (index, change) in session.tempo.enumerated() {
      if change.firstBar != nil {
        if index > 0 {
          report(.badTempoMap, "`first_bar` belongs to the first change of tempo", in: key, index, "first_bar")
        } else if change.firstBar?.plainSeconds(rate) == nil {
          report(
            .badTempoMap, "`first_bar` is a time, such as `0.41 s`: there are no bars before it to count", in: key,
            index, "first_bar")
        } else if case .seconds? = places[index] {
          report(
            .badTempoMap, "`at` says already where bar 1 begins, so `first_bar` is one too many", in: key, index,
            "first_bar")
        }
      }
      switch places[index] {
      case nil:
        report(
          .badTempoMap, "a place in the tempo map is a bar and beat, like `17|1`, or a time, like `12.5 s`", in: key,
          index)
      case .bar(let bar, let beat)?:
        let meter = timeline.map.meter(ofBar: bar)
        if beat >= Double(meter.beats) + 1 {
          report(
            .badPosition,
            "a bar of \(meter.text) has \(meter.beats) beats, so \(quoted(change.at.text)) is past its end", in: key,
            index)
        }
        if index == 0, (bar, beat) != (1, 1) {
          report(.badTempoMap, "the first place of the tempo map is `1|1`, or the time of bar 1", in: key, index)
        }
      case .seconds?: break
      }
      guard index > 0, places[...index].allSatisfy({ $0 != nil }) else { continue }
      let steps = timeline.map.tempos
      if steps[index].quarter <= steps[index - 1].quarter {
        report(.badTempoMap, "the tempo map is out of order: this place is not after the one above it", in: key, index)
      }
    }
  }

  private mutating func changes(_ key: String, _ places: [Position]) {
    guard case .list(let items) = tree[key]?.content else { return }
    var last: (bar: Int, beat: Double)?
    for (index, place) in places.enumerated() {
      guard case .bar(let bar, let beat) = place.anchor, place.offset == nil else {
        report(.badTempoMap, "a place in the \(key) map is a bar and beat, like `17|1`", in: key, index)
        continue
      }
      if let last, (bar, beat) <= last {
        report(.badTempoMap, "the \(key) map is out of order: this place is not after the one above it", in: key, index)
      } else if last == nil, (bar, beat) != (1, 1) {
        report(.badTempoMap, "the first place of the \(key) map is `1|1`", in: key, index)
      }
      last = (bar, beat)
    }
    if items.isEmpty { report(.badTempoMap, "the \(key) map is empty", path: key) }
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, in key: String, _ index: Int, _ wrong: String = "at"
  ) {
    guard let whole = tree[key] else { return }
    let items = if case .list(let items) = whole.content { items } else { [whole] }
    guard index < items.count else { return }
    let part = items[index][wrong] ?? items[index]
    diagnostics.append(Diagnostic(code, .error, message, at: part.range, path: "\(key).\(index).at"))
  }

  // MARK: Clips

  mutating func clips() {
    for (id, track) in session.tracks {
      if track.clips.isEmpty, tree.part(at: "tracks.\(id).clips")?.entries?.isEmpty ?? true {
        report(
          .missingKey, "a track needs `stem` or `clips`: the audio that it plays", path: "tracks.\(id)",
          hints: ["add `stem: stems/\(id).wav`"],
          absent: ["tracks.\(id).stem", "tracks.\(id).clips", "tracks.\(id).preset"])
      }
      for (name, clip) in track.clips { check(clip, "tracks.\(id).clips.\(name)") }
    }
  }

  private mutating func check(_ clip: Clip, _ path: String) {
    do throws(Timeline.Problem) { _ = try timeline.seconds(clip.at) } catch {
      report(error, path: "\(path).at")
      return
    }
    for (key, span) in [("from", clip.from), ("to", clip.to ?? .zero)] where span.isMusical {
      report(
        .badPosition, "`\(key)` is a time in the stem, which knows no bars and beats", path: "\(path).\(key)",
        hints: ["write it in `s` or `samples`"])
    }
    if let to = clip.to, !to.isMusical, !clip.from.isMusical, timeline.frames(clip.from) >= timeline.frames(to) {
      report(.emptyClip, "the clip ends before it begins: `from` is not before `to`", path: "\(path).to")
    }
    if let length = clip.length, !length.isMusical || timeline.hasTempo, timeline.frames(length, from: clip.at) < 1 {
      report(.emptyClip, "the clip's `length` is less than a sample", path: "\(path).length")
    }
  }

  // MARK: VCAs

  mutating func vcas() {
    let ids = Set(session.tracks.map(\.id) + session.buses.map(\.id) + session.vcas.map(\.id))
    for (id, vca) in session.vcas {
      guard case .list(let items) = tree.part(at: "vcas.\(id).members")?.content else { continue }
      for (item, member) in zip(items, vca.members ?? [])
      where !ids.contains(member)
        && !["tracks", "buses", "vcas"].contains(where: { doubts.hold("\($0).\(member)", in: tree) })
      {
        let hints =
          member == "main"
          ? ["`main` has its own level"]
          : closestMatch(to: member, among: ids.sorted()).map { ["did you mean `\($0)`?"] } ?? []
        diagnostics.append(
          Diagnostic(
            .unknownMember, .error, "there is no track, bus or VCA `\(member)`", at: item.range,
            path: "vcas.\(id).members", hints: hints))
      }
      if items.isEmpty {
        report(.unknownMember, "the VCA `\(id)` has no members", severity: .warning, path: "vcas.\(id).members")
      }
      if session.membership(of: id).contains(id) {
        report(.vcaLoop, "the VCA `\(id)` is a member of itself, over others", path: "vcas.\(id).members")
      }
    }
  }

  // MARK: Lanes

  mutating func lanes() {
    for (id, track) in session.tracks { lanes(track.strip.automation, of: track, in: Track.fields, "tracks.\(id)") }
    for (id, bus) in session.buses { lanes(bus.strip.automation, of: bus, in: Bus.fields, "buses.\(id)") }
    lanes(session.main.strip.automation, of: session.main, in: MainBus.fields, "main")
    for (id, vca) in session.vcas { lanes(vca.automation, of: vca, in: VCA.fields, "vcas.\(id)") }
    if let master = session.master { lanes(master.automation, of: master, in: Master.fields, "master") }
    for (id, deliverable) in session.deliverables {
      guard let master = deliverable.master else { continue }
      lanes(master.automation, of: master, in: Master.fields, "deliverables.\(id).master")
    }
  }

  private mutating func lanes<Root>(_ lanes: [Lane], of root: Root, in fields: [Field<Root>], _ path: String) {
    let compiler = LaneCompiler(timeline: timeline)
    for lane in lanes {
      // Where the parameter itself could not be read, its lane cannot be told.
      if doubts.hold("\(path).\(lane.path)", in: tree) { continue }
      var problems: [LaneCompiler.Problem] = []
      _ = compiler.compile(lane, of: root, in: fields, &problems)
      problems.removeAll { problem in
        switch problem.ground {
        case .place: false
        case .maps: doubts.holdTime
        case .marker(let name): doubts.hold("markers.\(name)", in: tree)
        }
      }
      diagnostics += problems.map { problem in
        Diagnostic(
          problem.code, problem.severity, problem.message, at: problem.range,
          also: problem.also + problem.via.map { Diagnostic.Label($0, "brought in here") },
          path: "\(path).automation.\(lane.path)", hints: problem.hints, edit: problem.edit)
      }
    }
  }

  // MARK: What is odd

  mutating func notes() {
    let ends = session.length.flatMap { try? timeline.seconds($0) }
    for (id, track) in session.tracks {
      for (name, clip) in track.clips {
        guard let ends, let start = try? timeline.seconds(clip.at), start >= ends else { continue }
        report(
          .clipPastEnd, "the clip begins at or after the song's `length`, so it is never heard", severity: .warning,
          path: "tracks.\(id).clips.\(name).at")
      }
    }
    mutedTargets()
  }

  private mutating func mutedTargets() {
    let strips =
      session.tracks.map { ("tracks.\($0.id)", $0.value.strip) }
      + session.buses.map { ("buses.\($0.id)", $0.value.strip) }
    for (path, strip) in strips where !strip.mute {
      for (bus, _) in strip.sends {
        guard let target = session.buses[bus]?.strip, target.mute,
          !target.automation.contains(where: { $0.path == "mute" })
        else { continue }
        report(
          .sendToMuted, "the bus `\(bus)` is muted, so this send is not heard", severity: .note,
          path: "\(path).sends.\(bus)", key: true)
      }
    }
  }
}

extension Session {
  /// The VCAs above a track, bus or VCA: those that it is a member of, and those that they are members of, each
  /// once.
  public func membership(of id: String) -> Set<String> {
    var found: Set<String> = []
    var open = [id]
    while let member = open.popLast() {
      for (vca, value) in vcas where value.members?.contains(member) ?? false {
        if found.insert(vca).inserted { open.append(vca) }
      }
    }
    return found
  }
}
