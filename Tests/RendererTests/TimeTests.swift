import DSP
import Processors
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Tables
import Testing

@Suite("Latency and length")
struct TimeTests {
  @Test(
    "paths of different latency meet on one frame",
    arguments: [
      ["limiter"], ["compressor"], ["compressor", "limiter"], [],
    ])
  func compensation(_ inserts: [String]) throws {
    func add(_ strip: inout Strip) {
      for type in inserts {
        strip.insert(
          type, type == "compressor" ? ["threshold": "24 dB", "lookahead": "7 ms"] : ["ceiling": "24 dBTP"])
      }
    }
    var desk = Desk()
    let click = impulse(3000, at: 1000, 0.25)
    desk.track("dry", click)
    desk.track("late", click) { add(&$0) }
    desk.track("bussed", click) { $0.output = "group" }
    desk.track("sent", click) {
      $0.level = .silence; $0.send("fx", 0, tap: .preFader)
    }
    desk.bus("group") {
      add(&$0); $0.insert("gain")
    }
    desk.bus("fx") {
      add(&$0); $0.output = "group"
    }
    let sound = try desk.render()
    #expect(sound.count == 3000)
    #expect(
      residual(sound, impulse(3000, at: 1000, 1)) < -280,
      "\(sound.indices.filter { sound[$0] != .zero }.prefix(8))")
    for block in [64, 1000] { #expect(try desk.render(block: block) == sound) }
  }

  @Test("the plan says the latency, and the mix is free of it") func latencyInPlan() throws {
    var desk = Desk()
    desk.track("a", impulse(100)) { $0.insert("limiter") }
    desk.track("b", impulse(100))
    let plan = desk.plan()
    let main = plan.nodes[plan.mix - 1]
    #expect(plan.nodes[0].latencyFrames > 0 && plan.nodes[1].latencyFrames == 0)
    #expect(main.inputs.map(\.delayFrames) == [0, plan.nodes[0].latencyFrames])
    #expect(plan.nodes[plan.mix].latencyFrames == plan.nodes[0].latencyFrames)
    #expect(plan.description.contains("frames later"))
  }

  @Test("masters are nodes of their own, each with its latency taken off") func masters() throws {
    var desk = Desk()
    desk.track("a", noise(2000, peak: 0.1))
    var strip = Strip()
    strip.insert("gain", ["gain": "-6.0206 dB"])
    strip.insert("limiter")
    var master = Master()
    master.inserts = strip.inserts
    let plan = desk.plan(masters: [(.session, Master()), (.deliverable("vinyl"), master)])
    #expect(plan.masters[0] == plan.mix && plan.masters[1] != plan.mix)
    let sinks = [ArraySink(), ArraySink()]
    let renderer = MixRenderer(
      plan, outlets: zip(plan.masters, sinks).map { .init(node: $0, sink: $1) }, blockFrames: 128, workers: 2
    ) { _ in ArrayStem(noise(2000, peak: 0.1)) }
    try renderer.run(progress: { _ in }, isCancelled: { false })
    #expect(sinks[0].frames == noise(2000, peak: 0.1))
    #expect(residual(sinks[1].frames, noise(2000, peak: 0.05)) < -130)
    #expect(renderer.reductions.map(\.path) == ["deliverables.vinyl.master.inserts.limiter"])
  }

  @Test("from `start` to `length`") func startAndLength() throws {
    var desk = Desk()
    let sound = noise(5000)
    desk.track("a", sound)
    desk.session.start = Position(.time(.samples(700)))
    #expect(try desk.render() == Array(sound.dropFirst(700)))
    desk.session.length = Position(.time(.samples(1500)))
    #expect(try desk.render() == Array(sound[700..<1500]), "`length` is a place on the time line")
    desk.session.length = Position(.time(.samples(6000)))
    #expect(try desk.render() == Array(sound.dropFirst(700)) + [Frame](repeating: .zero, count: 1000))
    // A slice of the whole, effects and all.
    desk.session.tracks = Named()
    desk.track("a", sound) {
      $0.insert("compressor", ["threshold": "-30 dB"]); $0.insert("limiter", ["ceiling": "-12 dBTP"])
    }
    desk.session.length = nil
    desk.session.start = .zero
    let whole = try desk.render()
    desk.session.start = Position(.time(.samples(1234)))
    #expect(try desk.render() == Array(whole.dropFirst(1234)))
  }

  @Test("the song ends with its longest stem, muted ones count") func defaultLength() throws {
    var desk = Desk()
    desk.track("a", noise(100))
    desk.track("b", noise(300)) { $0.mute = true }
    #expect(desk.plan().length == .fixed(300))
    desk.session.tail = .span(.seconds(0.01))
    #expect(desk.plan().length == .fixed(780))
    let sound = try desk.render()
    #expect(sound.count == 780 && Array(sound.prefix(100)) == noise(100))
    #expect(sound.dropFirst(100).allSatisfy { $0 == .zero })
  }

  @Test("`tail: auto` waits for what may still sound, at most 30 s") func autoTail() throws {
    func length(_ change: (inout Strip) -> Void) -> RenderPlan.Length {
      var desk = Desk()
      desk.session.tail = .auto
      desk.track("a", noise(1000), isMono: false) { $0.output = "fx" }
      desk.bus("fx", change)
      return desk.plan().length
    }
    #expect(length { _ in } == .untilSilent(atLeast: 1000, atMost: 1000))
    let delay = length { $0.insert("delay", ["time": "100 ms"]) }
    #expect(delay == .untilSilent(atLeast: 1000, atMost: 1000 + 4800))
    #expect(
      length { $0.insert("reverb", ["decay": "20 s"]) }
        == .untilSilent(atLeast: 1000, atMost: 1000 + 30 * 48_000))
  }

}
