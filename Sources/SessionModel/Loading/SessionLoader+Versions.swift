import Diagnostics
import Quantities
import Tables

// Versions: each the whole session again, with what it says laid over everything.

extension SessionLoader {
  /// Resolves every version, and tells what is wrong with them.
  mutating func versions(of resolved: ResolvedSession) -> Named<ResolvedSession> {
    var versions = Named<ResolvedSession>()
    for (id, version) in resolved.session.versions {
      var changed = resolved
      if let sets = resolved.tree.part(at: "versions.\(id).set") {
        guard let laid = laying(sets, over: resolved.tree) else { continue }
        var decoder = Decoder()
        let session = decoder.record(laid, as: Session.self)
        diagnostics += decoder.diagnostics
        guard let session else { continue }
        var doubts = doubts
        doubts.paths.formUnion(decoder.doubtful)
        changed = ResolvedSession(
          session: session, tree: laid, path: path, project: project, filesRead: reader.filesRead,
          folders: reader.folders)
        // What is odd about the session has been said of it.
        diagnostics += checkReferences(changed, doubts).filter { $0.severity == .error }
      }
      changed.session = changed.session.applying(version)
      versions.append(id, changed)
    }
    return versions
  }

  /// The tree with a version's `set` laid over it; `nil` when that cannot be.
  private mutating func laying(_ sets: Setting, over tree: Setting) -> Setting? {
    guard let entries = sets.entries else {
      if !sets.isUnreadable {
        problem(
          .wrongKind, "`set` is a mapping from paths to values, but \(sets.kind) was found", at: sets.range,
          "write `set: {tracks.vocals.level: -6 dB}`")
      }
      return nil
    }
    var result = tree
    var isWhole = true
    for entry in entries where !entry.key.hasPrefix("x-") {
      let keys = entry.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard check(keys, entry, in: tree) else {
        isWhole = false
        continue
      }
      let layer = zip(keys, places(of: keys, in: entry.keyRange)).reversed().reduce(entry.value) { inner, part in
        Setting(.mapping([Setting.Entry(part.0, at: part.1, inner)]), at: entry.keyRange)
      }
      let meant = corrected(layer, Session.writtenShape)
      result = merging.lay(expandPresets(expandingShorthands(meant, Session.fileShape)), over: result)
    }
    guard isWhole else { return nil }
    let said = merging.diagnostics.count
    result = orderInserts(merging.settled(result))
    diagnostics += merging.diagnostics[said...]
    return result
  }

  /// Where each key of a path stands; all of it where it is written otherwise than it reads.
  func places(of keys: [String], in range: SourceRange) -> [SourceRange] {
    guard range.text == keys.joined(separator: ".") else { return keys.map { _ in range } }
    var start = range.bytes.lowerBound
    return keys.map { key in
      defer { start += key.utf8.count + 1 }
      return SourceRange(range.file, start..<start + key.utf8.count)
    }
  }

  /// Whether a path leads to something that a version may change.
  private mutating func check(_ keys: [String], _ entry: Setting.Entry, in tree: Setting) -> Bool {
    guard keys.allSatisfy({ !$0.isEmpty }) else {
      problem(
        .badPath, "`\(entry.key)` is no path", at: entry.keyRange, "write one like `tracks.vocals.level`")
      return false
    }
    guard Version.settable.contains(keys[0]) else {
      let meant = closestMatch(to: keys[0], among: Version.settable).map { "did you mean `\($0)`?" }
      problem(
        .badPath, "a version cannot set `\(keys[0])`", at: entry.keyRange,
        meant ?? "it sets parts of \(listed(Version.settable, conjunction: "and")); a master belongs to its deliverable"
      )
      return false
    }
    return leads(keys, places(of: keys, in: entry.keyRange), in: tree)
  }

  /// Whether the named things that a path goes through are there, or are made by it: a send by its level, a
  /// deliverable by its format, an insert by a parameter of its type.
  mutating func leads(_ keys: [String], _ places: [SourceRange], in tree: Setting) -> Bool {
    var part: Setting? = tree
    var shape: Shape? = Session.fileShape
    for (index, (key, place)) in zip(keys, places).enumerated().dropLast() {
      let known = part?.entries?.map(\.key) ?? []
      let group = keys[..<index].joined(separator: ".")
      let meant = closestMatch(to: key, among: known)
      if !known.contains(key), let shape, !shape.isMade(key, by: keys[index + 1], isNear: meant != nil) {
        let hint = known.isEmpty ? "there are no \(group)" : "\(group) are \(known.joined(separator: ", "))"
        diagnostics.append(
          Diagnostic(
            .unknownTarget, .error, "there is no `\(group).\(key)`", at: place,
            hints: [meant.map { "did you mean `\($0)`?" } ?? hint], edit: meant.map { Diagnostic.Edit(place, $0) }))
        return false
      }
      shape = shape?.part(key, part?[key] ?? Setting(.null, at: place))
      part = part?[key]
    }
    return true
  }

  private mutating func problem(_ code: DiagnosticCode, _ message: String, at range: SourceRange, _ hint: String) {
    diagnostics.append(Diagnostic(code, .error, message, at: range, hints: [hint]))
  }
}
