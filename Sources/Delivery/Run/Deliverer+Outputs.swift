import AudioFiles
import DSP
import Diagnostics
import Platform
import Quantities
import RenderPlan
import SessionModel
import Tables

// Where files go, and which part of the song goes into them.

extension Deliverer {
  /// Where the files go.
  public var folder: String {
    options.outputFolder ?? resolved.rendersFolder(isAudition: options.audition != nil)
  }

  /// What sets the names of files apart from those of the session's own, which they must not replace.
  private var part: String? {
    let parts = [options.mix, options.range.map(fileName), options.audition.map { _ in Audition.mark }]
    let known = parts.compactMap(\.self)
    return known.isEmpty ? nil : known.joined(separator: "-")
  }

  /// Where a deliverable's file goes, or that of one track or bus of a split.
  public func outputPath(_ id: String, node: String? = nil) -> String? {
    deliverables.first { $0.id == id }.map {
      Project.join(folder, resolved.outputPath($0.id, $0.value, node: node, part: part))
    }
  }

  /// Where the report goes: the page and, unless the page has a place of its own, its data. The report on another
  /// mix does not replace the main mix's.
  public var reportPaths: (page: String, data: String?) {
    if let page = options.pagePath { return (page, nil) }
    let path = Project.join(folder, resolved.reportName(part))
    return (path + ".html", path + ".json")
  }

  /// A range as part of a file's name.
  func fileName(_ range: String) -> String {
    String(range.compactMap { $0 == " " ? nil : "|:/".contains($0) ? "." : $0 })
  }

  // MARK: A range

  func slice(_ text: String, of plan: RenderPlan, _ groups: [Orders.MasterGroup]) throws(RangeProblem) -> RangeSlice {
    try RangeSlice(
      try RangeSlice.frames(text, Timeline(session)), of: plan, groups.map(\.master),
      usesShapedDither: deliverables.contains { $0.value.ditherInForce == .shaped },
      isResampled: groups.contains { $0.rate != Int(plan.sampleRate) })
  }

  /// What is kept of a master of `frameCount` frames.
  func keptFrames(_ slice: RangeSlice?, of frameCount: Int) -> Range<Int> {
    guard let slice else { return 0..<frameCount }
    let offset = slice.mastered.lowerBound
    let end = max(1, min(frameCount, slice.kept.upperBound - offset))
    return min(end - 1, slice.kept.lowerBound - offset)..<end
  }

  func note(on slice: RangeSlice) -> [Diagnostic] {
    guard let reason = slice.reason else { return [] }
    let what = slice.mastered.upperBound > slice.kept.upperBound ? "the whole song" : "the song up to its end"
    return [Diagnostic(.rangeNeedsMore, .note, "for this range \(what) was rendered: \(reason)")]
  }

  func problemsWithOutputs() -> [Diagnostic] {
    var problems: [Diagnostic] = []
    let known = session.deliverables.isEmpty ? ["mix"] : session.deliverables.map(\.id)
    for id in options.only.sorted() where !known.contains(id) {
      let meant = closestMatch(to: id, among: known)
      problems.append(
        Diagnostic(
          .unknownDeliverable, .error, "there is no deliverable `\(id)`",
          hints: [meant.map { "did you mean `\($0)`?" } ?? "the deliverables are \(known.joined(separator: ", "))"]))
    }
    let versions = session.versions.map(\.id)
    if let mix = options.mix, !versions.contains(mix) {
      let meant = closestMatch(to: mix, among: versions).map { "did you mean `\($0)`?" }
      problems.append(
        Diagnostic(
          .unknownVersion, .error, "there is no version `\(mix)`",
          hints: [
            meant
              ?? (versions.isEmpty
                ? "the session has no versions" : "the versions are \(listed(versions, conjunction: "and"))")
          ]))
    }
    if let mix = options.mix {
      for (id, deliverable) in session.deliverables where options.only.contains(id) {
        guard let version = deliverable.version else { continue }
        problems.append(
          Diagnostic(
            .unknownDeliverable, .error, "`\(id)` is made from the version `\(version)` already",
            hints: ["`--mix \(mix)` makes the deliverables of the main mix; leave it out to make `\(id)`"]))
      }
    }
    let covers = (["metadata"] + session.deliverables.map { "deliverables.\($0.id).metadata" }).compactMap {
      resolved.file(at: "\($0).cover")
    }
    let read =
      ([source.stems] + source.versionStems.values).flatMap { $0.values.map(\.path) } + resolved.filesRead + covers
    let inputs = Set(read.compactMap { FileIdentity($0) }), made = Set(options.kept.compactMap { FileIdentity($0) })
    var foldersSeen: Set<String> = []
    func refuse(_ output: String, at path: String?, _ remedy: String) {
      guard let path else { return }
      if !resolved.project.mayWrite(path, into: options.outputFolder) {
        problems.append(
          Diagnostic(
            .overwritesInput, .error, "\(output) would be written outside the project, to `\(path)`",
            hints: ["under `--untrusted` files are written inside the project, or into the folder of `-o`"]))
      } else if foldersSeen.insert(Project.parent(path)).inserted || FileIdentity(path) != nil,
        let obstacle = AtomicFile.obstacle(at: path)
      {
        // Before all the work, and once for a folder.
        problems.append(
          Diagnostic(
            .writeFailed, .error, obstacle.message,
            hints: obstacle.hints + ["`-o DIR` writes into a folder that you may write to"]))
        return
      }
      guard let identity = FileIdentity(path) else { return }
      if inputs.contains(identity) {
        problems.append(
          Diagnostic(.overwritesInput, .error, "\(output) would overwrite an input, `\(path)`", hints: [remedy]))
      } else if made.contains(identity) {
        problems.append(
          Diagnostic(
            .overwritesInput, .error, "\(output) would overwrite `\(path)`, which another session has just made",
            hints: [remedy]))
      }
    }
    for (id, deliverable) in deliverables {
      for node in deliverable.split.map({ session.nodes(of: $0) }) ?? [nil] {
        refuse("the deliverable `\(id)`", at: outputPath(id, node: node), "give it a `name`, or another output folder")
      }
    }
    if options.isReported {
      let (page, data) = reportPaths
      for path in [page, data] { refuse("the report", at: path, "give it another place, or leave it out") }
    }
    return problems
  }
}
