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
}
