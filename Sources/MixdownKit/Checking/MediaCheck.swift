import AudioFiles
import Delivery
import Diagnostics
import Quantities
import RenderPlan
import SessionModel
import Tables

/// Looks at the files that a session names: the headers of stems, the covers.
struct MediaCheck {
  private(set) var stems: [String: StemFile] = [:]
  /// The same for each version of the session.
  private(set) var versionStems: [String: [String: StemFile]] = [:]
  private(set) var diagnostics: [Diagnostic] = []

  /// A stem that several tracks take is opened once. Known by its bytes: two names that look the same may be two files.
  private var headers: [[UInt8]: Result<AudioFileInfo, AudioFileError>] = [:]
  /// What was said about a place that several tracks share, through a preset or an alias.
  private var reported: Set<Place> = []

  /// Stems whose length nothing but the end of their file tells.
  private var openEnded: Set<[UInt8]> = []

  /// Tracks whose stems will be resampled.
  private var otherRates: [(rate: SampleRate, track: String)] = []
  /// How long each clip's stem is, in seconds.
  private var lengths: [(track: String, seconds: Double, setting: Setting, path: String)] = []

  private struct Place: Hashable {
    var range: SourceRange
    var file: [UInt8]

    init(_ range: SourceRange, _ file: String) {
      self.range = range
      self.file = Array(file.utf8)
    }
  }

  mutating func run(_ resolved: ResolvedSession) {
    for (id, track) in resolved.session.tracks {
      for (name, clip) in track.clips { stem(of: clip, name, of: track, id, resolved) }
    }
    for path in ["metadata.cover"]
      + resolved.session.deliverables.map({ "deliverables.\($0.id).metadata.cover" })
    {
      cover(at: path, resolved)
    }
    for (id, deliverable) in resolved.session.deliverables { encoding(of: deliverable, id, resolved) }
    rates(resolved)
    shortStems(resolved)
    for (id, version) in resolved.versions { run(version: version, id, of: resolved) }
  }

  /// Looks at the stems that a version has and the session has not.
  private mutating func run(version: ResolvedSession, _ name: String, of resolved: ResolvedSession) {
    let own = stems
    stems = [:]
    for (id, track) in version.session.tracks {
      for (clipName, clip) in track.clips {
        let path = "tracks.\(id).clips.\(clipName)"
        if let part = version.tree.part(at: path)?.range, part == resolved.tree.part(at: path)?.range,
          version.tree.part(at: "\(path).stem")?.range == resolved.tree.part(at: "\(path).stem")?.range
        {
          stems["\(id).\(clipName)"] = own["\(id).\(clipName)"]
        } else {
          stem(of: clip, clipName, of: track, id, version)
        }
      }
    }
    versionStems[name] = stems
    stems = own
  }

  // MARK: Stems

  private mutating func stem(
    of clip: Clip, _ name: String, of track: Track, _ id: String, _ resolved: ResolvedSession
  ) {
    let path = "tracks.\(id).clips.\(name).stem"
    guard let (setting, file) = namedFile(at: path, resolved) else { return }
    let info: AudioFileInfo
    switch header(of: file) {
    case .success(let found): info = found
    case .failure(let error):
      guard reported.insert(Place(setting.range, file)).inserted else { return }
      report(error, at: setting, path: path)
      return
    }
    stems["\(id).\(name)"] = StemFile(
      path: file, channelCount: info.channelCount, frameCount: info.frameCount, sampleRate: info.sampleRate)
    if Double(info.frameCount) > resolved.project.songLimit * Double(info.sampleRate) {
      guard reported.insert(Place(setting.range, file)).inserted else { return }
      report(
        .badMedia,
        "the stem is \(rounded(Double(info.frameCount) / Double(info.sampleRate) / 3600)) hours long, and a song has no more than \(limitText(resolved))",
        at: setting, path: path)
    }
    channels(of: clip, name, of: track, id, setting, file, info, resolved)
    start(of: clip, name, id, info, resolved)
    let own = SampleRate(magnitude: Double(info.sampleRate))
    if own != resolved.session.sampleRate, reported.insert(Place(setting.range, file)).inserted {
      otherRates.append((own, id))
    }
    if info.isOpenEnded, openEnded.insert(Array(file.utf8)).inserted {
      diagnostics.append(
        Diagnostic(
          .openEndedStem, .note, openEndedNote(setting.text ?? file), at: setting.range, path: path,
          hints: ["if it is whole: `allow: [P0512]`, or save it anew from an audio editor"]))
    }
    lengths.append((id, Double(info.frameCount) / Double(info.sampleRate), setting, path))
  }

  private mutating func header(of file: String) -> Result<AudioFileInfo, AudioFileError> {
    let key = Array(file.utf8)
    if let known = headers[key] { return known }
    let result: Result<AudioFileInfo, AudioFileError>
    do throws(AudioFileError) { result = .success(try probe(file)) } catch { result = .failure(error) }
    headers[key] = result
    return result
  }

  private mutating func channels(
    of clip: Clip, _ name: String, of track: Track, _ id: String, _ setting: Setting, _ file: String,
    _ info: AudioFileInfo, _ resolved: ResolvedSession
  ) {
    let path = clip.channels == nil ? "tracks.\(id).channels" : "tracks.\(id).clips.\(name).channels"
    guard let picked = clip.channels ?? track.channels, let stated = resolved.tree.part(at: path) else {
      if info.channelCount > 2 {
        let error = AudioFileError(.channelsNotPicked(count: info.channelCount), file)
        report(
          .stemChannels, error.message, at: setting, path: "tracks.\(id).clips.\(name).stem", hints: error.hints)
      }
      return
    }
    guard case .list(let items) = stated.content, items.count == picked.count else { return }
    if !(1...2).contains(items.count) {
      report(
        .stemChannels, "a track takes one or two channels, not \(items.count)", at: stated, path: path,
        hints: ["write `channels: [1, 2]` for a pair, or `channels: [1]` for one"])
    }
    for (item, channel) in zip(items, picked) where !(1...info.channelCount).contains(channel.value) {
      let error = AudioFileError(.noSuchChannel(channel.value, count: info.channelCount), file)
      report(.stemChannels, error.message, at: item, path: path, hints: ["channels count from 1"])
    }
  }

  /// A clip begins inside its stem.
  private mutating func start(
    of clip: Clip, _ name: String, _ id: String, _ info: AudioFileInfo, _ resolved: ResolvedSession
  ) {
    let path = "tracks.\(id).clips.\(name).from"
    guard !clip.from.isMusical, let setting = resolved.tree.part(at: path) else { return }
    let seconds = Double(info.frameCount) / Double(info.sampleRate)
    guard Timeline(resolved.session).seconds(clip.from) >= seconds else { return }
    report(
      .emptyClip, "the clip begins past the end of its stem, which is \(TimeSpan.seconds(seconds).text) long",
      at: setting, path: path)
  }

  // MARK: Lengths

  /// Looks at where clips and the song's tail end. For a session without an error: its places are known.
  mutating func ends(_ resolved: ResolvedSession) {
    let session = resolved.session, timeline = Timeline(session), limit = resolved.project.songLimit
    func seconds(_ frames: Int) -> Double { Double(frames) / timeline.sampleRate }
    var songEnd = session.length.map { seconds(timeline.frame($0)) } ?? 0
    if songEnd > limit { tooLong("length", resolved) }
    for (id, track) in session.tracks {
      for (name, clip) in track.clips {
        guard let stem = stems["\(id).\(name)"] else { continue }
        let end = seconds(timeline.frame(clip.at)) + sounding(clip, stem, timeline)
        if session.length == nil { songEnd = max(songEnd, end) }
        if end <= limit { continue }
        let path = "tracks.\(id).clips.\(name)"
        let keys = clip.loop == .fill ? ["length", "at"] : [clip.loop == .times(1) ? "at" : "loop", "stem"]
        tooLong(keys.map { "\(path).\($0)" }.first { resolved.tree.part(at: $0) != nil } ?? path, resolved)
      }
    }
    if case .span(let tail) = session.tail, songEnd <= limit, songEnd + timeline.seconds(tail, from: songEnd) > limit {
      tooLong("tail", resolved)
    }
  }

  /// How long a clip sounds, in seconds; one that fills the song by itself adds nothing to it.
  private func sounding(_ clip: Clip, _ stem: StemFile, _ timeline: Timeline) -> Double {
    func seconds(_ span: TimeSpan, from place: Position = .zero) -> Double {
      Double(timeline.frames(span, from: place)) / timeline.sampleRate
    }
    let length = clip.length.map { seconds($0, from: clip.at) }
    guard case .times(let count) = clip.loop else { return length ?? 0 }
    let whole = Double(stem.frameCount) / Double(stem.sampleRate)
    let from = min(whole, seconds(clip.from))
    var end = min(whole, clip.to.map { seconds($0) } ?? whole)
    if let length { end = min(end, from + length) }
    return max(0, end - from) * Double(count)
  }

  private mutating func tooLong(_ path: String, _ resolved: ResolvedSession) {
    guard let setting = resolved.tree.part(at: path), reported.insert(Place(setting.range, "")).inserted else { return }
    report(
      .badPosition, "this ends after more than \(limitText(resolved)), and a song has no more", at: setting, path: path)
  }

  private func limitText(_ resolved: ResolvedSession) -> String {
    resolved.project.isUntrusted ? "one hour of an untrusted project" : "24 hours"
  }

  /// One note for each rate that is not the session's: a line, since it is about many places and nothing is wrong.
  private mutating func rates(_ resolved: ResolvedSession) {
    for rate in Set(otherRates.map(\.rate.magnitude)).sorted() {
      let tracks = otherRates.filter { $0.rate.magnitude == rate }.map(\.track)
      let from = SampleRate(magnitude: rate).text, to = resolved.session.sampleRate.text
      let what = tracks.count == 1 ? "the stem of `\(tracks[0])` is" : "\(tracks.count) stems are"
      diagnostics.append(Diagnostic(.stemRate, .note, "\(what) resampled from \(from) to the session's \(to)"))
    }
  }

  /// A stem less than half as long as most, among tracks that play one stem from the start.
  private mutating func shortStems(_ resolved: ResolvedSession) {
    let whole = lengths.filter { stem in
      guard let clips = resolved.session.tracks[stem.track]?.clips, clips.count == 1, let clip = clips.first?.value
      else {
        return false
      }
      return clip.at == .zero && clip.loop == .times(1)
    }
    guard whole.count >= 4 else { return }
    let usual = whole.map(\.seconds).sorted()[whole.count / 2]
    for stem in whole where stem.seconds < usual / 2 {
      diagnostics.append(
        Diagnostic(
          .shortStem, .note,
          "the stem is \(rounded(stem.seconds)) s long, and most of the others are \(rounded(usual)) s",
          at: stem.setting.range, path: stem.path, hints: ["if it is meant: `allow: [P0507]`"]))
    }
  }

  private func rounded(_ seconds: Double) -> String { plainDecimal((seconds * 10).rounded() / 10) }

  // MARK: Covers and encoders

  private mutating func cover(at path: String, _ resolved: ResolvedSession) {
    guard let (setting, file) = namedFile(at: path, resolved),
      reported.insert(Place(setting.range, file)).inserted
    else { return }
    do throws(AudioFileError) { _ = try CoverImage(path: file) } catch {
      report(error, at: setting, path: path)
    }
  }

  /// What only the encoder knows: the bitrates that there are differ with the rate and the channels.
  private mutating func encoding(of deliverable: Deliverable, _ id: String, _ resolved: ResolvedSession) {
    guard let format = deliverable.format else { return }
    let rate = Int((deliverable.sampleRate ?? resolved.session.sampleRate).magnitude)
    let written = deliverable.bitrate.map { Int($0.magnitude) }
    // A rate or a bitrate that the format never has is reported as such.
    guard format.has(rate: rate), format != .mp3 || written.map(Deliverable.mp3Bitrates.contains) ?? true,
      let refusal = deliverable.encoding.refusal(
        sampleRate: rate, channelCount: deliverable.channels == .mono ? 1 : 2)
    else { return }
    let path = "deliverables.\(id)"
    guard
      let place = ["\(path).bitrate", "\(path).sample_rate", path].first(where: { resolved.tree.part(at: $0) != nil }),
      let setting = resolved.tree.part(at: place)
    else { return }
    report(.deliverableRate, refusal.reason, at: setting, path: place, hints: refusal.hints)
  }

  // MARK: Reporting

  /// The file that the text at `path` names, if it is one that may be looked at.
  private func namedFile(at path: String, _ resolved: ResolvedSession) -> (Setting, String)? {
    guard let setting = resolved.tree.part(at: path), let text = setting.text, !text.isEmpty,
      let file = resolved.file(at: path), resolved.project.contains(file)
    else { return nil }
    return (setting, file)
  }

  private mutating func report(_ error: AudioFileError, at setting: Setting, path: String) {
    var hints = error.hints
    if error.kind == .missing, let other = Project.nearest(to: error.path) { hints = ["did you mean `\(other)`?"] }
    let code: DiagnosticCode =
      switch error.kind {
      case .missing, .notARegularFile, .unreadable: .missingFile
      case .channelsNotPicked, .noSuchChannel: .stemChannels
      default: .badMedia
      }
    report(code, error.message, at: setting, path: path, hints: hints)
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, at setting: Setting, also: [Diagnostic.Label] = [],
    path: String,
    hints: [String] = []
  ) {
    let via = setting.via.map { Diagnostic.Label($0, "brought in here") }
    diagnostics.append(
      Diagnostic(code, .error, message, at: setting.range, also: also + via, path: path, hints: hints))
  }
}
