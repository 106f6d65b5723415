import DSP
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Synchronization
import Tables
import Testing

@Suite("Determinism")
struct DeterminismTests {
  /// A mix with a bit of everything; `shuffled` lists all that has no order in another order.
  private func desk(shuffled: Bool = false) -> Desk {
    var desk = Desk()
    desk.session.tail = .span(.seconds(0.05))
    let tracks: [(String, (inout Strip) -> Void)] = [
      (
        "kick",
        {
          $0.output = "drums"; $0.insert("compressor", ["threshold": "-30 dB", "lookahead": "3 ms"])
        }
      ),
      (
        "snare",
        {
          $0.output = "drums"; $0.pan = 13; $0.send("hall", -7); $0.send("slap", -3, tap: .preFader)
        }
      ),
      (
        "hat",
        {
          $0.output = "drums"; $0.pan = -30; $0.level = -3.3; $0.insert("dc_block")
        }
      ),
      (
        "vox",
        {
          $0.level = -1.7; $0.insert("limiter", ["ceiling": "-12 dBTP"]); $0.send("hall", -9.1);
          $0.send("slap", -11.3)
        }
      ),
      (
        "vox_b",
        {
          $0.level = -2.9; $0.width = 150; $0.send("hall", -9)
        }
      ),
      (
        "zither",
        {
          $0.pan = 77; $0.insert("delay", ["time": "33 ms", "feedback": "40 %", "mix": "30 %"])
        }
      ),
    ]
    for (index, (id, change)) in (shuffled ? tracks.reversed() : tracks).enumerated() {
      let seed = shuffled ? tracks.count - index : index + 1
      let isMono = seed % 2 == 0
      desk.track(
        id, isMono ? monoNoise(5000, seed: UInt64(seed)) : noise(5000 + 100 * seed, seed: UInt64(seed)),
        isMono: isMono
      ) { strip in
        change(&strip)
        if shuffled { strip.sends = Named(strip.sends.reversed()) }
      }
    }
    let buses: [(String, (inout Strip) -> Void)] = [
      (
        "drums",
        {
          $0.insert("compressor", ["threshold": "-20 dB", "mix": "50 %"]); $0.send("hall", -20)
        }
      ),
      ("hall", { $0.insert("reverb", ["decay": "300 ms"]) }),
      (
        "slap",
        {
          $0.insert("delay", ["time": "20 ms", "ping_pong": "true", "feedback": "30 %"]); $0.output = "hall"
        }
      ),
    ]
    for (id, change) in shuffled ? buses.reversed() : buses { desk.bus(id, change) }
    desk.session.main.strip.insert("width", ["width": "110 %"])
    return desk
  }

  @Test("equal bits for any block length") func blocks() throws {
    let whole = try desk().render(block: 16_384)
    #expect(whole.contains { $0 != .zero })
    for block in [64, 1000, 1024, 4097] { #expect(try desk().render(block: block) == whole, "\(block)") }
  }

  @Test("equal bits for any number of workers") func workers() throws {
    let one = try desk().render(block: 256)
    for workers in [2, 3, 8] { #expect(try desk().render(block: 256, workers: workers) == one, "\(workers)") }
  }

  @Test("equal bits for any order of keys, and an equal plan") func keyOrder() throws {
    #expect(desk().plan().description == desk(shuffled: true).plan().description)
    #expect(try desk(shuffled: true).render(block: 1000, workers: 2) == desk().render(block: 256))
  }

  @Test("sums follow the bytes of the ids, outputs before sends") func sumOrder() {
    let plan = desk().plan()
    func inputs(_ path: String) -> [String] {
      plan.nodes.first { $0.path == path }?.inputs.map { "\(plan.nodes[$0.from].path) \($0.kind.rawValue)" }
        ?? []
    }
    #expect(
      inputs("buses.hall") == [
        "buses.slap output", "buses.drums post-fader send", "tracks.snare post-fader send",
        "tracks.vox post-fader send", "tracks.vox_b post-fader send",
      ])
    #expect(
      inputs("main") == [
        "buses.drums output", "buses.hall output", "tracks.vox output", "tracks.vox_b output",
        "tracks.zither output",
      ])
    for (index, node) in plan.nodes.enumerated() {
      #expect(node.inputs.allSatisfy { $0.from < index }, "\(node.path)")
    }
  }

  // MARK: What goes wrong

  private func run(_ desk: Desk, failsAt: Int? = nil, isCancelled: @escaping () -> Bool = { false }) throws
    -> [Frame]
  {
    let plan = desk.plan()
    let sink = ArraySink()
    let renderer = MixRenderer(
      plan, outlets: [.init(node: plan.mix, sink: sink)], blockFrames: 64, workers: 2
    ) { stem in
      ArrayStem(desk.stems[stem.path]?.frames ?? [], failsAt: stem.path == "vox" ? failsAt : nil)
    }
    try renderer.run(progress: { _ in }, isCancelled: isCancelled)
    return sink.frames
  }

  @Test("an error in a source ends the run, and is what comes out") func failure() throws {
    #expect(throws: ArrayStem.Damage.self) { try run(desk(), failsAt: 2000) }
    #expect(throws: ArrayStem.Damage(frame: 0)) { try run(desk(), failsAt: 0) }
    #expect(throws: Never.self) { try run(desk(), failsAt: 1_000_000) }
  }

  @Test("a stem that cannot be opened ends the run") func unopened() {
    let renderer = MixRenderer(desk().plan(), outlets: [], workers: 1) { _ in throw ArrayStem.Damage(frame: -1) }
    #expect(throws: ArrayStem.Damage(frame: -1)) {
      try renderer.run(progress: { _ in }, isCancelled: { false })
    }
  }

  @Test("a cancelled run ends soon") func cancelled() throws {
    let asked = Mutex(0)
    #expect(throws: CancellationError.self) {
      try run(desk()) {
        asked.withLock {
          $0 += 1; return $0 > 5
        }
      }
    }
    #expect(asked.withLock { $0 } == 6)
  }

  @Test("progress rises to 1") func progress() throws {
    let desk = desk()
    let plan = desk.plan()
    var seen: [Double] = []
    let renderer = MixRenderer(plan, outlets: [], blockFrames: 512, workers: 2) { stem in
      ArrayStem(desk.stems[stem.path]?.frames ?? [])
    }
    try renderer.run(progress: { seen.append($0) }, isCancelled: { false })
    #expect(seen.last == 1 && zip(seen, seen.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("work is done once, by any number of threads") func parallel() {
    for workers in [1, 2, 5, 100] {
      let counts = 50
      let done = Mutex([Int](repeating: 0, count: counts))
      forEachParallel(counts, workers: workers) { index in done.withLock { $0[index] += 1 } }
      #expect(done.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }
}
