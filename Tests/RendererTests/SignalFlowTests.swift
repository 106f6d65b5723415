import DSP
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Testing

@Suite("Signal flow")
struct SignalFlowTests {
  /// What a mono or stereo frame of (`left`, `right`) becomes.
  private func frame(_ left: Double, _ right: Double, isMono: Bool = false, _ change: (inout Strip) -> Void)
    throws -> Frame
  {
    var desk = Desk()
    desk.track("a", [Frame](repeating: Frame(left, right), count: 4), isMono: isMono, change)
    return try #require(try desk.render().first)
  }

  private func expect(
    _ frame: Frame, _ left: Double, _ right: Double, _ name: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      abs(frame.x - left) < 1e-12 && abs(frame.y - right) < 1e-12, "\(name): \(frame)",
      sourceLocation: sourceLocation)
  }

  @Test("a mono signal under every pan law", arguments: PanLawName.allCases)
  func monoPan(_ law: PanLawName) throws {
    let exponent =
      switch law {
      case .minus3: 1.0
      case .minus4Point5: 1.495
      case .minus6: 2.0
      case .zero: 0.0
      }
    for place in [-100.0, -50, 0, 30, 100] {
      let p = place / 100, angle = (p + 1) * Maths.pi / 4
      func side(_ x: Double) -> Double { x < 1e-15 ? 0 : Maths.power(x, exponent) }
      let wanted =
        law == .zero ? (min(1, 1 - p), min(1, 1 + p)) : (side(Maths.cosine(angle)), side(Maths.sine(angle)))
      let own = try frame(1, 1, isMono: true) {
        $0.pan = Pan(magnitude: place); $0.panLaw = law
      }
      expect(own, wanted.0, wanted.1, "\(law) \(place)")
      // The session's law, where the track has none.
      var desk = Desk()
      desk.session.panLaw = law
      desk.track("a", [Frame(1, 1)], isMono: true) { $0.pan = Pan(magnitude: place) }
      #expect(try desk.render() == [own])
    }
    let centre = try frame(1, 1, isMono: true) { $0.panLaw = law }
    let named: Double = [PanLawName.minus3: -3.01, .minus4Point5: -4.5, .minus6: -6.02, .zero: 0][law] ?? 1
    #expect(abs(Maths.decibels(amplitude: centre.x) - named) < 0.005 && centre.x == centre.y)
  }

  @Test("a stereo signal is balanced, or panned on both sides") func stereoPan() throws {
    expect(try frame(0.5, 0.25) { _ in }, 0.5, 0.25, "centre")
    expect(try frame(0.5, 0.25) { $0.pan = -100 }, 0.5, 0)
    expect(try frame(0.5, 0.25) { $0.pan = 40 }, 0.3, 0.25)
    let half = 0.5.squareRoot()
    expect(try frame(0.5, 0.25) { $0.panMode = .stereo }, 0.5, 0.25, "the ends are ±1")
    expect(
      try frame(0.5, 0.25) {
        $0.panMode = .stereo; $0.pan = 100
      }, 0, 0.75)
    expect(
      try frame(0.5, 0.25) {
        $0.panMode = .stereo; $0.pan = 50
      }, 0.5 * half, 0.25 + 0.5 * half, "left in the middle")
    expect(
      try frame(0.5, 0.25) {
        $0.panMode = .stereo; $0.pan = -50
      }, 0.5 + 0.25 * half, 0.25 * half)
  }

  @Test("trim, polarity, level, width") func gains() throws {
    let six = Maths.amplitude(decibels: 6)
    expect(try frame(0.1, -0.2) { $0.trim = 6 }, 0.1 * six, -0.2 * six)
    expect(try frame(0.1, -0.2) { $0.polarity = .inverted }, -0.1, 0.2)
    expect(try frame(0.1, -0.2) { $0.level = 6 }, 0.1 * six, -0.2 * six)
    expect(try frame(0.1, -0.2) { $0.level = .silence }, 0, 0)
    expect(try frame(0.4, 0.2) { $0.width = 0 }, 0.3, 0.3)
    expect(try frame(0.4, 0.2) { $0.width = 200 }, 0.5, 0.1)
    expect(
      try frame(0.4, 0.2) {
        $0.width = 0; $0.pan = 100
      }, 0, 0.3, "width comes before pan")
    expect(
      try frame(1, 1, isMono: true) {
        $0.width = 0; $0.panLaw = .zero
      }, 1, 1, "a mono signal has no width")
  }

  @Test("the trim is before the inserts, the fader after them") func order() throws {
    // A compressor that leaves what is below its threshold: the trim decides.
    func level(trim: Decibels, fader: Decibels) throws -> Double {
      var desk = Desk()
      desk.track("a", (0..<9600).map { Frame(repeating: $0 % 2 == 0 ? 0.1 : -0.1) }) {
        $0.trim = trim
        $0.level = fader
        $0.insert(
          "compressor",
          ["threshold": "-20 dB", "ratio": "inf:1", "knee": "0", "attack": "0", "release": "1 s"])
      }
      return Maths.decibels(amplitude: abs(try desk.render()[9500].x))
    }
    #expect(abs(try level(trim: 10, fader: 0) + 20) < 0.01)
    #expect(abs(try level(trim: 0, fader: 10) + 10) < 0.01)
  }

  @Test("post-fader sends follow fader and pan, pre-fader sends do not") func sends() throws {
    func wet(isMono: Bool, _ tap: SendTap, pan: Pan = 0, sendPan: Pan = 0, law: PanLawName = .minus3) throws
      -> Frame
    {
      var desk = Desk()
      desk.session.panLaw = law
      desk.track("a", [Frame(1, 1)], isMono: isMono) {
        $0.level = Decibels(magnitude: -20)
        $0.pan = pan
        $0.output = "nowhere"
        $0.send("fx", 0, pan: sendPan, tap: tap)
      }
      desk.bus("fx")
      desk.bus("nowhere") { $0.mute = true }
      return try #require(try desk.render().first)
    }
    let centre = 0.5.squareRoot()
    expect(try wet(isMono: true, .preFader), centre, centre, "mono, before the fader: the law's centre")
    expect(try wet(isMono: true, .preFader, pan: -100), centre, centre, "the track's pan is behind it")
    expect(try wet(isMono: true, .preFader, sendPan: 100), 0, 1, "the send's pan, by the law")
    expect(try wet(isMono: true, .preFader, law: .zero), 1, 1)
    expect(try wet(isMono: true, .postFader), 0.1 * centre, 0.1 * centre)
    expect(try wet(isMono: true, .postFader, pan: -100), 0.1, 0)
    expect(try wet(isMono: false, .preFader), 1, 1)
    expect(try wet(isMono: false, .preFader, sendPan: 100), 0, 1)
    expect(try wet(isMono: false, .postFader, pan: 50, sendPan: -50), 0.05, 0.05, "balance upon balance")
  }

  @Test("a send's level, and -inf") func sendLevel() throws {
    var desk = Desk()
    desk.track("a", [Frame(1, 1)]) {
      $0.send("fx", Decibels(magnitude: -6))
      $0.send("off", .silence)
    }
    desk.bus("fx")
    desk.bus("off")
    let factor = 1 + Maths.amplitude(decibels: -6)
    expect(try #require(try desk.render().first), factor, factor)
  }

  @Test("groups, returns that feed returns, and main") func buses() throws {
    var desk = Desk()
    desk.track("a", [Frame(1, 0)]) { $0.output = "group" }
    desk.track("b", [Frame(0, 1)]) {
      $0.output = "group"; $0.send("x", Decibels(magnitude: -20))
    }
    desk.bus("group") { $0.level = Decibels(magnitude: -20) }
    desk.bus("x") {
      $0.output = "y"; $0.polarity = .inverted
    }
    desk.bus("y") { $0.output = "group" }
    desk.session.main.strip.level = Decibels(magnitude: 20)
    expect(try #require(try desk.render().first), 1, 1 - 0.1)
    desk.session.main.strip.pan = -100
    expect(try #require(try desk.render().first), 1, 0)
    desk.session.main.strip.mute = true
    expect(try #require(try desk.render().first), 0, 0, "main can be muted, too")
  }

  @Test("a mono stem becomes stereo at the first insert that is stereo by nature") func spreading() throws {
    func planned(_ change: (inout Strip) -> Void) -> (node: RenderPlan.Node, desk: Desk) {
      var desk = Desk()
      desk.track("a", monoNoise(64), isMono: true, change)
      return (desk.plan().nodes[0], desk)
    }
    let mono = planned {
      $0.insert("eq"); $0.insert("compressor")
    }
    #expect(mono.node.isMono && mono.node.inserts.allSatisfy { $0.spread == nil })
    let spread = planned {
      $0.insert("gain"); $0.insert("width"); $0.insert("width", id: "again"); $0.pan = -100
    }
    let gains = spread.node.inserts.map(\.spread)
    #expect(!spread.node.isMono && gains[0] == nil && gains[2] == nil)
    #expect(abs((gains[1] ?? 0) - 0.5.squareRoot()) < 1e-15)
    // From there on it is balanced, not panned.
    let sound = try spread.desk.render()
    #expect(residual(sound, monoNoise(64).map { Frame($0.x * 0.5.squareRoot(), 0) }) < -300)
    let bypassed = planned { $0.insert("width", ["bypass": "true"]) }
    #expect(bypassed.node.isMono && bypassed.node.inserts.isEmpty)
    let pingPong = planned { $0.insert("delay", ["ping_pong": "true"]) }
    #expect(!pingPong.node.isMono)
    #expect(planned { $0.insert("delay") }.node.isMono)
    #expect(!planned { $0.insert("eq", ["channels": "left"]) }.node.isMono)
  }

  @Test("a stem that is untouched comes through bit for bit") func passThrough() throws {
    var desk = Desk()
    let stereo = noise(5000)
    desk.track("a", stereo) { $0.output = "group" }
    desk.bus("group")
    #expect(try desk.render() == stereo)
    var mono = Desk()
    mono.session.panLaw = .zero
    let voice = monoNoise(5000)
    mono.track("a", voice, isMono: true)
    #expect(try mono.render() == voice)
  }
}
