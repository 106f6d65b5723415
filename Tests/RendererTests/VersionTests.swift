import DSP
import Processors
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Tables
import Testing

@Suite("Versions and parts") struct VersionTests {
  /// Two tracks in a group, one beside it, a return; `main` with a chain.
  private static func desk(_ change: (inout Desk) -> Void = { _ in }) -> Desk {
    var desk = Desk()
    desk.track("bass", noise(6000, seed: 1)) { $0.output = "group" }
    desk.track("drums", noise(6000, seed: 2)) {
      $0.output = "group"
      $0.level = -3
      $0.insert("compressor", ["threshold": "-20 dB", "lookahead": "2 ms"])
    }
    desk.track("vocals", monoNoise(6000, seed: 3), isMono: true) {
      $0.pan = 30
      $0.send("echo", -6)
    }
    desk.bus("group") { $0.insert("compressor", ["sidechain": "vocals", "threshold": "-30 dB"]) }
    desk.bus("echo") { $0.insert("delay", ["time": "10 ms", "feedback": "30 %"]) }
    desk.session.main.strip.level = -2
    desk.session.main.strip.polarity = .inverted
    change(&desk)
    return desk
  }

  private static func requests(_ desk: Desk, _ sessions: [Session], splits: Set<Split> = []) -> [RenderPlan.Request] {
    let stems = Dictionary(
      uniqueKeysWithValues: desk.stems.map { id, stem in
        (
          "\(id).stem",
          StemFile(
            path: id, channelCount: stem.isMono ? 1 : 2, frameCount: stem.frames.count, sampleRate: 48_000)
        )
      })
    return sessions.map { RenderPlan.Request($0, stems: stems, splits: splits) }
  }

  private static func render(_ plan: RenderPlan, _ desk: Desk, _ nodes: [Int], block: Int = 256) throws -> [[Frame]] {
    let sinks = nodes.map { _ in ArraySink() }
    let stems = desk.stems
    let renderer = MixRenderer(
      plan, outlets: zip(nodes, sinks).map { .init(node: $0, sink: $1) }, blockFrames: block, workers: 2
    ) { ArrayStem(stems[$0.path]?.frames ?? []) }
    try renderer.run(progress: { _ in }, isCancelled: { false })
    return sinks.map(\.frames)
  }

  @Test("a version sounds in one pass with the mix as it does alone, and shares what is equal") func shared() throws {
    let desk = Self.desk()
    var instrumental = desk.session, louder = desk.session
    instrumental.tracks = Named(
      instrumental.tracks.map { id, track in
        var track = track
        track.strip.mute = id == "vocals"
        return (id, track)
      })
    louder.main.strip.level = 3
    let together = RenderPlan(Self.requests(desk, [desk.session, instrumental, louder]))
    let heard = try Self.render(together, desk, together.mixes.map(\.node))
    for (session, frames) in zip([desk.session, instrumental, louder], heard) {
      let alone = RenderPlan(Self.requests(desk, [session]))
      let expected = try Self.render(alone, desk, [alone.mix])[0]
      #expect(frames == expected)
    }
    let paths = Dictionary(grouping: together.nodes, by: \.path).mapValues(\.count)
    #expect(paths["tracks.bass"] == 1 && paths["tracks.drums"] == 1 && paths["tracks.vocals"] == 1)
    // The group hears the vocals by its sidechain only, muted or not.
    #expect(paths["buses.group"] == 1)
    // Without the vocals `main` is another; with another fader it is the same, and only the mix differs.
    #expect(paths["main"] == 2 && paths["mix"] == 3)
  }

  @Test(
    "stems add up to the mix, whatever `main` does that can be taken apart",
    arguments: [
      [], [("eq", [:])], [("compressor", ["threshold": "-20 dB", "ratio": "4"])],
      [("compressor", ["threshold": "-24 dB", "lookahead": "3 ms", "mix": "40 %"])],
      [("compressor", ["threshold": "-30 dB", "channels": "side"])],
      [("compressor", ["threshold": "-30 dB", "channels": "left"]), ("delay", ["time": "5 ms", "mix": "20 %"])],
      [("width", ["width": "150 %"]), ("compressor", ["threshold": "-20 dB", "detector": "rms", "link": "false"])],
      [("compressor", ["threshold": "-20 dB", "sidechain": "bass"])],
      [("gain", ["gain": "+3 dB"]), ("compressor", ["threshold": "-20 dB", "bypass": "true"]), ("dc_block", [:])],
    ])
  func additive(chain: [(String, [String: String])]) throws {
    let desk = Self.desk { desk in
      for (index, (type, words)) in chain.enumerated() {
        desk.session.main.strip.insert(type, words.merging(["type": type]) { a, _ in a }, id: "insert\(index)")
      }
    }
    let plan = RenderPlan(Self.requests(desk, [desk.session], splits: [.stems]))
    let parts = try #require(plan.mixes[0].parts[.stems])
    #expect(parts.map(\.id) == ["echo", "group", "vocals"])
    let heard = try Self.render(plan, desk, [plan.mix] + parts.map(\.node))
    var sum = heard[0].map { _ in Frame.zero }
    for part in heard.dropFirst() { for index in sum.indices { sum[index] += part[index] } }
    #expect(heard[0].contains { $0.x > 0.1 })
    #expect(residual(sum, heard[0]) < -250)
    // The mix is the one that would be without a split.
    let alone = RenderPlan(Self.requests(desk, [desk.session]))
    #expect(try Self.render(alone, desk, [alone.mix])[0] == heard[0])
  }

  @Test("tracks are taken after their faders, and before all else") func tracks() throws {
    let desk = Self.desk { $0.track("silent", noise(6000)) { $0.mute = true } }
    let plan = RenderPlan(Self.requests(desk, [desk.session], splits: [.tracks]))
    let parts = try #require(plan.mixes[0].parts[.tracks])
    #expect(parts.map(\.id) == ["bass", "drums", "vocals"])
    let heard = try Self.render(plan, desk, parts.map(\.node))
    #expect(heard[0] == desk.stems["bass"]?.frames)
    // −3 dB law at +30: θ = 1.3 · π/4.
    let angle = Maths.sineAndCosine(turns: 1.3 / 8)
    let dry = try #require(desk.stems["vocals"]?.frames)
    #expect(residual(heard[2], dry.map { Frame($0.x * angle.cosine, $0.x * angle.sine) }) < -250)
  }
}
