import Diagnostics
import Quantities
public import SessionModel

/// A render with something laid over the session for this once: values, solos, mutes.
///
/// What it makes lies beside what is finished and never in its place, and it keeps the master gains of the session as
/// it is written, so that one hears the change and nothing else.
public struct Audition: Sendable {
  /// `PATH=VALUE` texts.
  public var settings: [String]
  public var solo: [String]
  public var mute: [String]
  /// The session as it is written; `nil` where that cannot be rendered.
  public var original: MixSource?

  public init(_ options: LoadOptions, of original: MixSource? = nil) {
    settings = options.overrides
    solo = options.solo
    mute = options.mute
    self.original = original
  }

  /// In words: `tracks.lead.level=-3 dB`, `solo drums`.
  public var words: [String] { settings + solo.map { "solo \($0)" } + mute.map { "mute \($0)" } }

  /// Whether tracks are left out, so that it is no mix to be judged.
  var isOfParts: Bool { !(solo.isEmpty && mute.isEmpty) }

  /// The folder among those of finished files, and what the names of files end in: nobody takes them for finished.
  static let folder = "auditions"
  static let mark = "audition"

  /// Why the original cannot be mixed in the same pass as `session`; `nil` when it can.
  func obstacle(_ session: Session) -> String? {
    guard let original = original?.resolved.session else { return "the session as it is written cannot be rendered" }
    if original.sampleRate != session.sampleRate { return "`sample_rate` is another one" }
    let own = Timeline(session), written = Timeline(original)
    // Processors read durations by one time line, and what is kept of every mix begins at one place.
    if !own.hasBars(of: written) { return "its bars lie elsewhere" }
    return own.frame(session.start) == written.frame(original.start) ? nil : "`start` is another one"
  }
}

extension ResolvedSession {
  /// The folder that files go into by default.
  func rendersFolder(isAudition: Bool) -> String {
    let renders = Project.join(Project.parent(path), "renders")
    return isAudition ? Project.join(renders, Audition.folder) : renders
  }

  /// The name of a report, without its ending.
  func reportName(_ part: String?) -> String { [name, part].compactMap(\.self).joined(separator: "-") + ".report" }

  /// Where a report without files goes by default.
  public func pagePath(isAudition: Bool) -> String {
    Project.join(rendersFolder(isAudition: isAudition), reportName(isAudition ? Audition.mark : nil) + ".html")
  }
}

extension Deliverer {
  /// Whose gains an audition keeps; `nil` where there is no audition, or nothing to keep.
  var original: MixSource? { options.audition.flatMap { $0.obstacle(session) == nil ? $0.original : nil } }

  /// That an audition has gains of its own, where it has.
  func noteOnGain() -> [Diagnostic] {
    guard let obstacle = options.audition?.obstacle(session),
      deliverables.contains(where: { $0.value.split == nil && source.master(of: $0.value).loudness != nil })
    else { return [] }
    return [noteOnGain(obstacle)]
  }

  func noteOnGain(_ reason: String) -> Diagnostic {
    Diagnostic(.auditionGain, .note, "this audition has a master gain of its own: \(reason)")
  }
}
