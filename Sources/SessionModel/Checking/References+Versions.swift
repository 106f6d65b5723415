import Diagnostics
import Processors
import Quantities
import Tables

extension ReferenceCheck {
  /// Versions mute and solo what is there.
  mutating func versions() {
    let known = session.strips
    for (id, version) in session.versions {
      for (key, names) in [("mute", version.mute), ("solo", version.solo)] {
        let path = "versions.\(id).\(key)"
        guard case .list(let items) = tree.part(at: path)?.content else { continue }
        for (item, name) in zip(items, names ?? [])
        where !known.contains(name)
          && !["tracks", "buses", "vcas"].contains(where: { doubts.hold("\($0).\(name)", in: tree) })
        {
          let meant = closestMatch(to: name, among: known)
          diagnostics.append(
            Diagnostic(
              .unknownTarget, .error, "there is no track, bus or VCA `\(name)` to \(key)", at: item.range,
              also: item.via.map { Diagnostic.Label($0, "brought in here") }, path: path,
              hints: meant.map { ["did you mean `\($0)`?"] } ?? [],
              edit: meant.map { Diagnostic.Edit(item.range, $0) }))
        }
      }
    }
  }

  mutating func version(of deliverable: Deliverable, _ path: String) {
    guard let name = deliverable.version, session.versions[name] == nil else { return }
    let known = session.versions.map(\.id)
    let meant = closestMatch(to: name, among: known)
    report(
      .unknownVersion, "there is no version `\(name)`", path: "\(path).version",
      hints: [
        meant.map { "did you mean `\($0)`?" }
          ?? (known.isEmpty
            ? "add `versions: {\(name): {mute: [vocals]}}` to the session"
            : "the versions are \(listed(known, conjunction: "and"))")
      ], edit: meant, absent: ["versions.\(name)"])
  }

  /// A split has no master, and `main` can be taken apart.
  mutating func split(of deliverable: Deliverable, _ path: String) {
    guard let split = deliverable.split else { return }
    for key in ["master", "ceiling"] where tree.part(at: path)?[key] != nil {
      report(
        .deliverableKey, "`\(key)` has no meaning for a split, whose files are made before the master",
        path: "\(path).\(key)", key: true, hints: ["take it out, or deliver the mix without `split`"])
    }
    guard split == .stems else { return }
    for (id, insert) in session.main.strip.inserts where insert.additivity == .none {
      report(
        .indivisible,
        "stems cannot add up to a mix that goes through `main.inserts.\(id)`: a \(insert.type) is not linear",
        path: "\(path).split", also: insertLabel(id),
        hints: ["move it to `master`, which comes after the stems; or write `split: tracks`"])
    }
  }

  private func insertLabel(_ id: String) -> [Diagnostic.Label] {
    (tree.part(at: "main.inserts")?.entry(id)?.keyRange).map { [Diagnostic.Label($0, "this one")] } ?? []
  }
}

extension Session {
  /// The ids of tracks and buses that a split may make a file of.
  public func nodes(of split: Split) -> [String?] {
    let tracks = tracks.map { ($0.id, $0.value.strip) }, buses = buses.map { ($0.id, $0.value.strip) }
    switch split {
    case .stems: return (tracks + buses).filter { $0.1.output == "main" }.map(\.0)
    case .tracks: return tracks.map(\.0)
    }
  }
}
