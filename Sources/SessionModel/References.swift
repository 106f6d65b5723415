import Diagnostics
import Processors
import Quantities
import Tables

/// What only the whole session can tell: names, routing, tempo, rates, deliverables, tags and paths.
///
/// - Parameter doubts: what could not be read, whose absence is no further problem.
func checkReferences(_ resolved: ResolvedSession, _ doubts: Doubts) -> [Diagnostic] {
  var check = ReferenceCheck(resolved: resolved, doubts: doubts)
  check.names()
  check.routing()
  check.quantities()
  check.positions()
  check.tempoAndMeter()
  check.clips()
  check.vcas()
  check.lanes()
  check.notes()
  check.paths()
  check.masters()
  check.limits()
  check.versions()
  check.sections()
  check.balances()
  check.deliverables()
  check.tags(resolved.session.metadata, at: "metadata")
  return check.diagnostics.filter { !doubts.holdTime || !ReferenceCheck.codesOfTime.contains($0.code) }
}

struct ReferenceCheck {
  let resolved: ResolvedSession
  let timeline: Timeline
  let doubts: Doubts
  var diagnostics: [Diagnostic] = []

  /// What is said of times, which the maps and the rate decide.
  static let codesOfTime: Set<DiagnosticCode> = [
    .needsTempo, .pointOrder, .overlappingMoves, .emptyClip, .badTempoMap, .clipPastEnd, .aboveNyquist,
  ]

  init(resolved: ResolvedSession, doubts: Doubts) {
    self.resolved = resolved
    self.doubts = doubts
    timeline = Timeline(resolved.session)
  }

  var session: Session { resolved.session }
  var tree: Setting { resolved.tree }

  mutating func report(
    _ code: DiagnosticCode, _ message: String, severity: Severity = .error, path: String, key: Bool = false,
    also: [Diagnostic.Label] = [], hints: [String] = [], edit: String? = nil, absent: [String] = []
  ) {
    if absent.contains(where: { doubts.hold($0, in: tree) }) { return }
    let part = tree.part(at: path)
    var range = part?.range
    if key || part == nil, let dot = path.lastIndex(of: ".") {
      let parent = String(path[..<dot]), name = String(path[path.index(after: dot)...])
      range = tree.part(at: parent)?.entry(name)?.keyRange ?? range
    } else if key {
      range = tree.entry(path)?.keyRange ?? range
    }
    let via = part?.via.map { Diagnostic.Label($0, "brought in here") } ?? []
    diagnostics.append(
      Diagnostic(
        code, severity, message, at: range ?? tree.range, also: also + via, path: path, hints: hints,
        edit: edit.flatMap { text in range.map { Diagnostic.Edit($0, text) } }))
  }

  /// Reports why a place does not exist, unless that follows from what could not be read.
  mutating func report(_ problem: Timeline.Problem, path: String, key: Bool = false) {
    switch problem.ground {
    case .maps where doubts.holdTime: return
    case .marker(let name) where doubts.hold("markers.\(name)", in: tree): return
    default: report(problem.code, problem.message, path: path, key: key, hints: problem.hints)
    }
  }

  // MARK: Names

  mutating func names() {
    // Tracks that are there and could not be read have been reported.
    if tree["tracks"]?.entries?.isEmpty ?? (tree["tracks"] == nil) {
      report(
        .noTracks, "a session needs at least one track", path: "tracks",
        hints: ["add `tracks: {vocals: {stem: stems/vocals.wav}}`"], absent: ["tracks"])
    }
    if session.tracks.count > Session.trackLimit {
      report(
        .tooManyTracks, "the session has \(session.tracks.count) tracks; at most \(Session.trackLimit) are allowed",
        path: "tracks",
        key: true)
    }
    var taken: [String: (kind: String, group: String)] = [:]
    for (group, kind, ids) in [
      ("tracks", "track", session.tracks.map(\.id)), ("buses", "bus", session.buses.map(\.id)),
      ("vcas", "VCA", session.vcas.map(\.id)),
    ] {
      for id in ids {
        if id == "main" || id == "master" {
          report(.nameTaken, "`\(id)` is a reserved name", path: "\(group).\(id)", key: true)
        } else if let other = taken[id] {
          let first = tree.part(at: other.group)?.entry(id)?.keyRange
          report(
            .nameTaken, "`\(id)` is a \(other.kind) already; tracks, buses and VCAs share one set of names",
            path: "\(group).\(id)", key: true,
            also: first.map { [Diagnostic.Label($0, "the \(other.kind)")] } ?? [])
        } else {
          taken[id] = (kind, group)
        }
      }
    }
  }

  // MARK: Routing

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

  // MARK: Quantities that need the session

  mutating func quantities() {
    let nyquist = session.sampleRate.magnitude / 2
    visitScalars(tree, .record(Session.recordShape), path: "") { setting, shape, path, check in
      guard let text = setting.text else { return }
      if shape.noun == Hertz.noun, let value = try? Hertz(parsing: text), value.magnitude > nyquist {
        check.report(
          .aboveNyquist, "\(value.text) is above half the sample rate, \(Hertz(magnitude: nyquist).text)", path: path)
      } else if shape.noun == TimeSpan.noun, let span = try? TimeSpan(parsing: text) {
        check.musicalTime(span, within: shape, path: path)
      } else if shape.noun == TimeShift.noun, let shift = try? TimeShift(parsing: text) {
        check.needsTempo(shift.span, path: path)
        check.staysWithinADay(shift.span, path: path)
      } else if shape.noun == Fade.noun, let fade = try? Fade(parsing: text) {
        check.needsTempo(fade.span, path: path)
        check.staysWithinADay(fade.span, path: path)
      }
    }
    if case .span(let span) = session.tail {
      needsTempo(span, path: "tail")
      staysWithinADay(span, path: "tail")
    }
  }

  /// A musical time needs a tempo, and then lies within the parameter's bounds.
  private mutating func musicalTime(_ span: TimeSpan, within shape: ScalarShape, path: String) {
    needsTempo(span, path: path)
    guard span.isMusical || span.text.hasSuffix("samples"), timeline.hasTempo || !span.isMusical, !doubts.holdTime
    else { return }
    let seconds = timeline.seconds(span)
    if let range = shape.range, let rangeText = shape.rangeText, !range.contains(seconds) {
      report(
        .outOfRange, "`\(span.text)` is \(TimeSpan.seconds(seconds).text) at this tempo, outside \(rangeText)",
        path: path)
    }
  }

  private mutating func staysWithinADay(_ span: TimeSpan, path: String) {
    guard timeline.seconds(span) > Timeline.limit, !doubts.holdTime else { return }
    report(.badPosition, "a song has at most 24 hours", path: path)
  }

  mutating func needsTempo(_ span: TimeSpan, path: String) {
    guard span.isMusical, !timeline.hasTempo else { return }
    report(
      .needsTempo, "`\(span.text)` is a musical time, and the session has no tempo", path: path,
      hints: ["add `tempo: 120` to the session, or write the time in `ms` or `s`"], absent: ["tempo"])
  }

  private mutating func visitScalars(
    _ setting: Setting, _ shape: Shape, path: String,
    _ visit: (Setting, ScalarShape, String, inout ReferenceCheck) -> Void
  ) {
    func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    switch shape {
    case .scalar(let scalar): visit(setting, scalar, path, &self)
    case .list, .freeMap, .scalarOrList, .lanes: break
    case .record(let record):
      for entry in setting.entries ?? [] {
        guard let field = record.fields.first(where: { $0.key == entry.key }) else { continue }
        visitScalars(entry.value, field.shape, path: below(entry.key), visit)
      }
    case .map(let element, _):
      for entry in setting.entries ?? [] { visitScalars(entry.value, element, path: below(entry.key), visit) }
    case .variants(let variants):
      for entry in setting.entries ?? [] {
        let type = entry.value["type"]?.text ?? entry.key
        guard let variant = variants.cases.first(where: { $0.type == type }) else { continue }
        visitScalars(entry.value, .record(variant.record), path: below(entry.key), visit)
      }
    }
  }

  mutating func positions() {
    var places = [("start", session.start)] + session.markers.map { ("markers.\($0.name)", $0.position) }
    if let length = session.length { places.append(("length", length)) }
    for (path, position) in places {
      do throws(Timeline.Problem) {
        _ = try timeline.seconds(position, within: path.hasPrefix("markers.") ? [String(path.dropFirst(8))] : [])
      } catch {
        report(error, path: path)
      }
    }
    if let length = session.length {
      guard let start = try? timeline.seconds(session.start), let end = try? timeline.seconds(length) else { return }
      if end <= start, !doubts.holdTime {
        report(.badPosition, "`length` is not after `start`, so nothing would be rendered", path: "length")
      }
    }
  }

  // MARK: Paths

  mutating func paths() {
    var named = session.tracks.flatMap { id, track in track.clips.map { "tracks.\(id).clips.\($0.id).stem" } }
    named.append("metadata.cover")
    named += session.deliverables.map { "deliverables.\($0.id).metadata.cover" }
    var seen: Set<SourceRange> = []
    for path in named {
      guard let setting = tree.part(at: path), let text = setting.text, seen.insert(setting.range).inserted else {
        continue
      }
      if text.isEmpty {
        report(.emptyPath, "the path is empty", path: path)
      } else if let file = resolved.file(at: path) {
        if !resolved.project.contains(file) {
          diagnostics.append(outsideDiagnostic(file, resolved.project, at: setting))
        } else if text.hasPrefix("/"), let relative = resolved.relativePath(of: file, from: setting) {
          report(
            .absolutePath, "the path begins at the root of this machine's disk, so no other machine finds the file",
            severity: .warning, path: path, hints: ["write `\(relative)`"], edit: relative)
        }
      }
    }
  }

  // MARK: Tags

  /// Of the Gregorian calendar.
  private func days(inMonth month: String, of year: String) -> Int {
    let year = Int(year) ?? 0
    switch Int(month) {
    case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  mutating func tags(_ metadata: Metadata, at path: String) {
    func digits(_ text: String) -> [Int]? {
      let values = text.compactMap(\.wholeNumberValue)
      return values.count == text.count && text.allSatisfy(\.isASCII) ? values : nil
    }
    if let isrc = metadata.isrc {
      let code = isrc.filter { $0 != "-" && $0 != " " }
      let isValid =
        code.count == 12 && code.prefix(2).allSatisfy { $0.isASCII && $0.isLetter }
        && code.dropFirst(2).prefix(3).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        && digits(String(code.dropFirst(5))) != nil
      if !isValid {
        report(
          .badTag,
          "\(quoted(isrc)) is no ISRC: two letters, three letters or digits, seven digits, like `QZ-ABC-26-00001`",
          path: "\(path).isrc")
      }
    }
    if let upc = metadata.upc {
      let code = digits(upc) ?? []
      let padded = Array(repeating: 0, count: max(0, 13 - code.count)) + code
      let sum = padded.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3) }
      if ![12, 13].contains(code.count) || sum % 10 != 0 {
        report(
          .badTag, "\(quoted(upc)) is no UPC or EAN: 12 or 13 digits, the last of which checks the others",
          path: "\(path).upc")
      }
    }
    if let date = metadata.date {
      let parts = date.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      let isValid =
        (1...3).contains(parts.count) && zip(parts, [4, 2, 2]).allSatisfy { $0.count == $1 && digits($0) != nil }
        && (parts.count < 2 || (1...12).contains(Int(parts[1]) ?? 0))
        && (parts.count < 3 || (1...days(inMonth: parts[1], of: parts[0])).contains(Int(parts[2]) ?? 0))
      if !isValid {
        report(
          .badTag, "\(quoted(date)) is no date: write `2026-11-22`, `2026-11` or `2026`", path: "\(path).date")
      }
    }
    for (key, value) in [("track", metadata.track), ("disc", metadata.disc)] {
      guard let value else { continue }
      let parts = value.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      if !(1...2).contains(parts.count) || parts.contains(where: { $0 < 1 })
        || (parts.count == 2 && parts[0] > parts[1])
      {
        report(.badTag, "\(quoted(value)) is no number on a release: write `3` or `3/10`", path: "\(path).\(key)")
      }
    }
    if let language = metadata.language, language.count != 3 || !language.allSatisfy({ ("a"..."z").contains($0) }) {
      report(.badTag, "\(quoted(language)) is no ISO 639-2 code, like `eng` or `deu`", path: "\(path).language")
    }
  }
}
