import DSP
import Diagnostics
import FoundationEssentials
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Tables
import Testing

/// A session as text, with stems that are arrays called as the session calls them.
struct Scene {
  var text: String
  var stems: [String: (frames: [Frame], isMono: Bool)]

  /// - Parameter text: what follows `mixdown: 1` and `tail: none`.
  init(_ text: String, _ stems: [String: [Frame]] = [:], mono: [String: [Frame]] = [:]) {
    self.text = text
    self.stems = stems.mapValues { ($0, false) }.merging(mono.mapValues { ($0, true) }) { first, _ in first }
  }

  /// The codes of its problems.
  func codes() throws -> [String] { try load().problems.map(\.code.id) }

  func session(sourceLocation: SourceLocation = #_sourceLocation) throws -> Session {
    let (session, problems) = try load()
    return try #require(session, "\(problems.map(\.message))", sourceLocation: sourceLocation)
  }

  private func load() throws -> (session: Session?, problems: [Diagnostic]) {
    let folder = FileManager.default.temporaryDirectory.path + "/mixdown-scene-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/scene.mix.yaml"
    try Data("mixdown: 1\ntail: none\n\(text)".utf8).write(to: URL(filePath: path))
    let (resolved, problems) = loadSession(path)
    return (resolved?.session, problems)
  }

  func plan(sourceLocation: SourceLocation = #_sourceLocation) throws -> RenderPlan {
    let session = try session(sourceLocation: sourceLocation)
    let rate = Int(session.sampleRate.magnitude)
    var files: [String: StemFile] = [:]
    for (id, track) in session.tracks {
      for (name, clip) in track.clips {
        let stem = try #require(stems[clip.stem], "no stem \(clip.stem)", sourceLocation: sourceLocation)
        files["\(id).\(name)"] = StemFile(
          path: clip.stem, channelCount: stem.isMono ? 1 : 2, frameCount: stem.frames.count, sampleRate: rate)
      }
    }
    return RenderPlan(session, stems: files)
  }

  /// The mix. Equal for any blocks and threads, or the test fails.
  func render(sourceLocation: SourceLocation = #_sourceLocation) throws -> [Frame] {
    let plan = try plan(sourceLocation: sourceLocation)
    let whole = try run(plan, block: 4096, workers: 1)
    for (block, workers) in [(64, 2), (1000, 2)] {
      let other = try run(plan, block: block, workers: workers)
      #expect(other == whole, "blocks of \(block)", sourceLocation: sourceLocation)
    }
    return whole
  }

  private func run(_ plan: RenderPlan, block: Int, workers: Int) throws -> [Frame] {
    let sink = ArraySink()
    let stems = stems
    let renderer = MixRenderer(
      plan, outlets: [.init(node: plan.mix, sink: sink)], blockFrames: block, workers: workers
    ) { ArrayStem(stems[$0.path]?.frames ?? []) }
    try renderer.run(progress: { _ in }, isCancelled: { false })
    return sink.frames
  }
}

/// Ones, which show gains as they are.
func ones(_ count: Int) -> [Frame] { Array(repeating: Frame(1, 1), count: count) }

/// Frames that count: 1, 2, 3, … thousandths.
func ramp(_ count: Int) -> [Frame] { (0..<count).map { Frame(repeating: Double($0 + 1) / 1000) } }
