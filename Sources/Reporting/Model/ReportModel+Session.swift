import DSP
public import Delivery
import Diagnostics
import Processors
import Quantities
public import RenderPlan
public import SessionModel
import Tables

extension ReportModel {
  /// The report of a render that was asked to gather what one shows; `nil` when it made no file.
  /// - Parameters:
  ///   - stems: as they were given to the render.
  ///   - folder: where the report will be; its files lie there or below.
  ///   - program: the version.
  ///   - audition: what was laid over the session for this render alone, in words.
  ///   - hasFiles: whether its files stay beside it.
  public init?(
    _ resolved: ResolvedSession, stems: [String: StemFile], _ result: DeliveryResult, folder: String, program: String,
    audition: [String] = [], hasFiles: Bool = true
  ) {
    guard !result.files.isEmpty else { return nil }
    let reader = SessionReader(
      resolved, stems: stems, seconds: result.audioSeconds, made: Set(result.files.map(\.id)))
    self.hasFiles = hasFiles
    let session = resolved.session
    self.session = resolved.path.split(separator: "/").last.map(String.init) ?? resolved.path
    self.program = program
    self.audition = audition
    tags = session.metadata.named
    sampleRate = Int(session.sampleRate.magnitude)
    trackCount = session.tracks.count
    busCount = session.buses.count
    time = reader.timeAxis(
      until: result.files.map { Double($0.measurement.frames) / Double($0.measurement.sampleRate) }.max() ?? 0)
    files = result.files.compactMap { reader.file($0, folder: folder) }
    parts = result.files.compactMap { reader.part($0, folder: folder) }
    sums = result.sums
    checks = result.checks
    notes = sorted(result.diagnostics).map {
      Note(severity: $0.severity.rawValue, code: $0.code.id, message: $0.message)
    }
    lanes = reader.lanes
    reductions = result.reductions.compactMap { reader.reduction($1, version: $0) }
    filters = reader.filters
    routing = reader.routing
    account = reader.account(reductions)
    self.stems = reader.stemList
    let places = Dictionary(result.strips.map { ($0.path, $0) }) { first, _ in first }
    strips = reader.strips.compactMap { places[reader.path($0.id, $0.kind)] }
    sections = Self.sections(of: files, markers: time.markers)
  }
}

/// Reads off a session and its plan what a report shows of them.
struct SessionReader {
  /// A track, a bus, `main` or a master with its inserts.
  struct Chain {
    /// `tracks.kick`, `main`, `master`, `deliverables.vinyl.master`.
    var path: String
    var inserts: Named<Insert>
    var lanes: [CompiledLane]
  }

  let resolved: ResolvedSession
  let stems: [String: StemFile]
  let seconds: Double
  /// The deliverables that have files.
  let made: Set<String>
  let plan: RenderPlan
  let timeline: Timeline
  /// All that has inserts and is heard, in the order of the session.
  let chains: [Chain]

  var session: Session { resolved.session }

  init(_ resolved: ResolvedSession, stems: [String: StemFile], seconds: Double, made: Set<String>) {
    self.made = made
    self.resolved = resolved
    self.stems = stems
    self.seconds = seconds
    let session = resolved.session
    plan = RenderPlan(session, stems: stems)
    timeline = Timeline(session)
    let heard = Set(plan.nodes.map(\.path))
    var chains = session.tracks.map { id, track in
      Chain(path: "tracks.\(id)", inserts: track.strip.inserts, lanes: session.compiledLanes(of: track))
    }
    chains += session.buses.map { id, bus in
      Chain(path: "buses.\(id)", inserts: bus.strip.inserts, lanes: session.compiledLanes(of: bus))
    }
    chains.append(
      Chain(
        path: "main", inserts: session.main.strip.inserts, lanes: session.compiledLanes(of: session.main)))
    chains.removeAll { !heard.contains($0.path) }
    if let master = session.master {
      chains.append(Chain(path: "master", inserts: master.inserts, lanes: session.compiledLanes(of: master)))
    }
    for (id, deliverable) in session.deliverables {
      guard let master = deliverable.master else { continue }
      chains.append(
        Chain(
          path: "deliverables.\(id).master", inserts: master.inserts, lanes: session.compiledLanes(of: master)))
    }
    self.chains = chains
  }

  /// Seconds from the start of the files.
  func seconds(_ frame: Int) -> Double { Double(frame - plan.startFrame) / plan.sampleRate }

  // MARK: Time

  /// Bar lines that are listed at most; then every second one, every fourth …
  private static let barLimit = 2000

  /// - Parameter end: of the longest file; a version may be longer than the song.
  func timeAxis(until end: Double) -> ReportModel.TimeAxis {
    let end = max(end, seconds)
    let start = Double(plan.startFrame) / plan.sampleRate
    let bars = timeline.barLines(until: start + end, limit: Self.barLimit).map {
      (bar: $0.bar, seconds: $0.seconds - start)
    }
    let tempos = timeline.tempos.map { (seconds: $0.seconds - start, bpm: $0.bpm) }
    let first = tempos.last { $0.seconds <= 0 }
    let markers = session.markers.map { (name: $0.name, seconds: seconds(timeline.frame($0.position))) }
    return ReportModel.TimeAxis(
      seconds: seconds, bars: bars.filter { $0.seconds >= 0 },
      markers: markers.filter { $0.seconds >= 0 && $0.seconds <= end }.sorted { $0.seconds < $1.seconds },
      tempos: [first].compactMap(\.self) + tempos.filter { $0.seconds > 0 && $0.seconds < seconds },
      meter: session.meter.map(\.meter.text).joined(separator: ", "))
  }

  // MARK: Stems

  var stemList: [ReportModel.Stem] {
    session.tracks.flatMap { id, track in
      track.clips.compactMap { name, clip -> ReportModel.Stem? in
        guard let stem = stems["\(id).\(name)"] else { return nil }
        // A path from the root of a machine says nothing elsewhere.
        let file = clip.stem.hasPrefix("/") ? clip.stem.split(separator: "/").last.map(String.init) : clip.stem
        return ReportModel.Stem(
          clip: track.clips.count == 1 ? id : "\(id).\(name)", file: file ?? clip.stem, sampleRate: stem.sampleRate,
          channels: stem.channelCount, seconds: Double(stem.frameCount) / Double(stem.sampleRate),
          isResampled: stem.sampleRate != Int(plan.sampleRate))
      }
    }
  }

  // MARK: Files

  func deliverable(_ id: String) -> Deliverable { session.deliverables[id] ?? Deliverable() }

  /// The masters that files were made with: the session's, then those of deliverables with one of their own.
  var masters: [(id: String, master: Master)] {
    let own = session.deliverables.compactMap { id, deliverable in deliverable.master.map { (id, $0) } }
    return [("master", session.master ?? Master())] + own
  }

  func file(_ file: DeliveredFile, folder: String) -> ReportModel.File? {
    guard let reported = file.reported else { return nil }
    let deliverable = deliverable(file.id)
    let place = masters.firstIndex { $0.id == file.id && deliverable.master != nil } ?? 0
    let master = masters[place].master
    let goal = file.aimsAtLoudness ? master.loudness?.goal : nil
    return ReportModel.File(
      id: file.id, version: file.version, path: path(of: file, below: folder),
      format: deliverable.words, measurement: file.measurement, analysis: reported.analysis,
      premasterLoudness: reported.premasterLoudness, gain: file.gainDecibels, limiting: file.limitingDecibels,
      limitingCourse: reported.limiting, clipping: master.clipper == nil ? nil : file.clippingDecibels,
      reduction: file.reductionDecibels, target: goal?.target.magnitude, targetText: goal?.text,
      ceiling: (deliverable.ceiling ?? master.limiter?.settings.ceiling)?.magnitude,
      hasLimiter: master.limiter != nil, master: place, tags: resolved.metadata(of: file.id).named,
      pcmSHA256: file.pcmSHA256, sha256: file.sha256)
  }
}

extension SessionReader {
  func part(_ file: DeliveredFile, folder: String) -> ReportModel.Part? {
    file.node.map { node in
      ReportModel.Part(
        id: file.id, node: node, version: file.version, path: path(of: file, below: folder),
        measurement: file.measurement, sha256: file.sha256)
    }
  }

  private func path(of file: DeliveredFile, below folder: String) -> String {
    let prefix = folder == "." ? "" : folder + "/"
    return file.path.hasPrefix(prefix) ? String(file.path.dropFirst(prefix.count)) : file.path
  }
}

extension Deliverable {
  /// The format in words: `WAV 24-bit`.
  var words: String {
    let name = (format ?? .wav).rawValue.uppercased()
    switch format {
    case .mp3: return "\(name) \(quality?.text ?? bitrate?.text ?? "320 kbps")"
    case .oggVorbis: return "Ogg Vorbis \(bitrate?.text ?? "quality \(quality?.text ?? "6")")"
    case .opus: return "Opus \(bitrate?.text ?? (channels == .mono ? "96 kbps" : "160 kbps"))"
    default: break
    }
    return "\(name) \(depthInForce == .float ? "32-bit float" : "\(depthInForce.rawValue)-bit")"
  }
}

extension Metadata {
  /// What it says, by the names of the format, in the order of its table.
  var named: [(name: String, value: String)] {
    Metadata.fields.compactMap { field in field.text(self).map { (field.shape.key, $0) } }
  }
}

extension ReportModel.Routing {
  /// The graph of a session that nothing was made of yet.
  public init(_ resolved: ResolvedSession, stems: [String: StemFile]) {
    self = SessionReader(resolved, stems: stems, seconds: 0, made: []).routing
  }
}
