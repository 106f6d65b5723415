import AudioFiles
import Diagnostics
import Quantities
import SessionModel
import Tables

/// What a check found of a file.
public struct CheckResult: Sendable {
  /// Who asks for it.
  public enum Source: String, Sendable { case session, version, deliverable, master }

  public var name: String
  /// The section of the song that it is about; `nil` is all of it.
  public var section: String?
  public var source: Source
  public var deliverable: String
  public var passed: Bool
  /// `nil` when it does not exist: the loudness of silence.
  public var value: Double?
  /// The bounds, as a sentence says them.
  public var limit: String
  /// The value with its unit.
  public var valueText: String
  /// The bound that it misses, and by how much.
  var miss: (key: String, text: String)?
  var because: String?
  var advice: String?

  /// Where the session asks for it.
  var path: String
}

extension Deliverer {
  /// Judges the files that were published: those of the session's own master by its checks or their version's, each by
  /// its own.
  func judge(_ files: [DeliveredFile]) throws -> [CheckResult] {
    try files.flatMap { file in
      let judged = judgement(of: file, at: file.path)
      let deliverable = deliverable(file.id)
      var shared: [CheckResult] = []
      if deliverable.master == nil, deliverable.split == nil {
        if let version = deliverable.version {
          let checks = session.versions[version]?.checks ?? Checks()
          shared = try judged.results(checks, .version, "versions.\(version).checks")
        } else {
          shared = try judged.results(session.checks, .session, "checks")
        }
      }
      return shared + (try judged.results(deliverable.checks, .deliverable, "deliverables.\(file.id).checks"))
    }
  }

  func judgement(of file: DeliveredFile, at path: String) -> Judgement {
    Judgement(
      deliverable: file.id, path: path, measurement: file.measurement,
      monoOffset: master(of: file.id).monoLoudness == .single && file.measurement.channels == 1
        ? Mastering.monoDifference : 0, timeline: Timeline(session), songStart: session.start)
  }

  /// The master that a deliverable is made with; a split has none.
  func master(of id: String) -> Master {
    let deliverable = deliverable(id)
    return deliverable.split == nil ? deliverable.master ?? session.master ?? Master() : Master()
  }

  /// Which key decides, and how it is taken away.
  private func keyHint(_ check: CheckResult) -> String {
    let owner = deliverable(check.deliverable).master == nil ? "master" : "deliverables.\(check.deliverable).master"
    return
      "the bound is `\(check.path)\(check.miss.map { ".\($0.key)" } ?? "")`; another value there, or `\(check.name): null` in `\(owner).checks`, overrides a preset's"
  }

  func diagnostic(_ check: CheckResult) -> Diagnostic? {
    guard !check.passed else { return nil }
    let place = check.section.map { " of the section `\($0)`" } ?? ""
    let found = check.value == nil ? "it does not exist" : "it is \(check.valueText)"
    let distance = check.miss.map { ", \($0.text) too \($0.key == "max" ? "much" : "little")" } ?? ""
    let finding = "\(found), and should be \(check.limit)\(distance)\(check.because.map { ": \($0)" } ?? "")"
    let isRefusal = check.source == .master
    return Diagnostic(
      isRefusal ? .refusedByMaster : .checkFailed, .error,
      isRefusal
        ? "`\(check.deliverable)` is not written, as it misses the check `\(check.name)`\(place) of its master: \(finding)"
        : "`\(check.deliverable)` misses its check `\(check.name)`\(place): \(finding)",
      at: resolved.tree.part(at: check.path)?.range, path: check.path,
      hints: [check.advice, isRefusal ? keyHint(check) : nil].compactMap(\.self))
  }
}
