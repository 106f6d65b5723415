import Diagnostics
import Quantities
import Tables

// Sections of a song that checks are about.

extension Timeline {
  /// The first marker after a frame, with its place.
  func marker(after frame: Int) -> (name: String, frame: Int)? {
    markers.keys.compactMap { name -> (name: String, frame: Int)? in
      let place = Position(.marker(name))
      guard (try? seconds(place)) != nil, self.frame(place) > frame else { return nil }
      return (name, self.frame(place))
    }.min { ($0.frame, $0.name) < ($1.frame, $1.name) }
  }

  /// The frames of the song that a section covers; without an upper bound it goes to the end.
  public func frames(of name: String, _ section: SectionChecks) throws(Problem) -> (from: Int, to: Int?) {
    if section.from == nil, markers[name] == nil {
      let meant = closestMatch(to: name, among: markers.keys.sorted())
      throw Problem(
        code: .badPosition, message: "the section `\(name)` has no `from`, and there is no marker `\(name)`",
        hints: [
          meant.map { "did you mean `\($0)`?" } ?? "add `from: 17|1` to the section, or `markers: {\(name): 17|1}`"
        ], ground: .marker(name))
    }
    let begin = section.from ?? Position(.marker(name))
    _ = try seconds(begin)
    let from = frame(begin)
    guard let end = section.to else { return (from, marker(after: from)?.frame) }
    _ = try seconds(end)
    let to = frame(end)
    guard to > from else {
      throw Problem(
        code: .badPosition, message: "the section `\(name)` ends before it begins: `to` is not after its beginning",
        ground: .maps)
    }
    return (from, to)
  }
}

extension ReferenceCheck {
  /// The sections of all checks are places in the song.
  mutating func sections() {
    for (checks, path) in session.allChecks {
      for (name, section) in checks.sections { check(section, name, "\(path).sections.\(name)") }
    }
  }

  private mutating func check(_ section: SectionChecks, _ name: String, _ path: String) {
    let part = section.to != nil && tree.part(at: "\(path).to") != nil ? "\(path).to" : path
    do throws(Timeline.Problem) {
      if let from = section.from { _ = try timeline.seconds(from) }
    } catch {
      report(error, path: "\(path).from")
      return
    }
    if section.from == nil, doubts.hold("\(path).from", in: tree) { return }
    do throws(Timeline.Problem) {
      let (from, _) = try timeline.frames(of: name, section)
      let begin = section.from == nil ? path : "\(path).from"
      if from < timeline.frame(session.start) {
        report(
          .badPosition, "the section `\(name)` begins before the song's `start`, so it is not in the file",
          path: begin, key: section.from == nil)
      } else if let length = session.length, from >= timeline.frame(length) {
        report(
          .badPosition, "the section `\(name)` begins at or after the song's `length`, so it is not in the file",
          path: begin, key: section.from == nil)
      }
    } catch {
      report(error, path: part, key: part == path)
    }
  }
}

extension Session {
  /// The checks of the session, its versions, its masters and its deliverables, each with its path.
  var allChecks: [(checks: Checks, path: String)] {
    var all = [(checks, "checks")]
    for (id, version) in versions { all.append((version.checks, "versions.\(id).checks")) }
    if let master { all.append((master.checks, "master.checks")) }
    for (id, deliverable) in deliverables {
      all.append((deliverable.checks, "deliverables.\(id).checks"))
      if let master = deliverable.master { all.append((master.checks, "deliverables.\(id).master.checks")) }
    }
    return all
  }
}
