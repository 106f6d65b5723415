import DSP
import Quantities
import RenderPlan
import SessionModel
import Testing

/// Mute and solo as docs/format.md has them. Each track is a constant with a bit of its own, so that the sum tells who
/// is heard.
@Suite("Mute and solo")
struct MuteSoloTests {
  /// kick and snare feed drums, vox feeds main; snare and vox send to hall, vox before the fader to slap; slap feeds
  /// hall.
  private func heard(mute: Set<String> = [], solo: Set<String> = []) throws -> Set<String> {
    var found: Set<String> = []
    for id in ["kick", "snare", "vox"] {
      let places = try ways(id, mute: mute, solo: solo)
      found.formUnion(places)
    }
    return found
  }

  /// The ways on which `id` reaches the mix, when it alone sounds.
  private func ways(_ id: String, mute: Set<String>, solo: Set<String>) throws -> Set<String> {
    var desk = Desk()
    func strip(_ name: String, _ strip: inout Strip, _ change: (inout Strip) -> Void = { _ in }) {
      strip.mute = mute.contains(name)
      strip.solo = solo.contains(name)
      change(&strip)
    }
    func sound(_ name: String) -> [Frame] { [Frame(repeating: name == id ? 1 : 0)] }
    desk.track("kick", sound("kick")) { strip("kick", &$0) { $0.output = "drums" } }
    desk.track("snare", sound("snare")) {
      strip("snare", &$0) {
        $0.output = "drums"; $0.send("hall", Self.dB(0.1))
      }
    }
    desk.track("vox", sound("vox")) {
      strip("vox", &$0) {
        $0.send("hall", Self.dB(0.1))
        $0.send("slap", 0, tap: .preFader)
      }
    }
    desk.bus("drums") { strip("drums", &$0) }
    desk.bus("hall") { strip("hall", &$0) }
    desk.bus("slap") {
      strip("slap", &$0) {
        $0.level = Self.dB(0.01); $0.output = "hall"
      }
    }
    let sum = try desk.render().first?.x ?? 0
    var ways: Set<String> = []
    let digits = Int((sum * 100).rounded())
    if digits / 100 % 10 == 1 { ways.insert(id) }
    if digits / 10 % 10 == 1 { ways.insert("\(id) → hall") }
    if digits % 10 == 1 { ways.insert("\(id) → slap → hall") }
    return ways
  }

  private static func dB(_ amplitude: Double) -> Decibels {
    Decibels(magnitude: Maths.decibels(amplitude: amplitude))
  }

  @Test("nothing muted, nothing soloed") func all() throws {
    #expect(try heard() == ["kick", "snare", "snare → hall", "vox", "vox → hall", "vox → slap → hall"])
  }

  @Test("a muted track is silent with all its sends, of either tap") func mutedTrack() throws {
    #expect(try heard(mute: ["vox"]) == ["kick", "snare", "snare → hall"])
  }

  @Test("a muted bus silences what comes through it, not the sends around it") func mutedBus() throws {
    #expect(try heard(mute: ["drums"]) == ["snare → hall", "vox", "vox → hall", "vox → slap → hall"])
    #expect(try heard(mute: ["hall"]) == ["kick", "snare", "vox"])
    #expect(try heard(mute: ["slap"]) == ["kick", "snare", "snare → hall", "vox", "vox → hall"])
  }

  @Test("a solo keeps what the node feeds") func soloTrack() throws {
    #expect(try heard(solo: ["vox"]) == ["vox", "vox → hall", "vox → slap → hall"])
    #expect(try heard(solo: ["kick"]) == ["kick"])
    #expect(try heard(solo: ["kick", "vox"]) == ["kick", "vox", "vox → hall", "vox → slap → hall"])
  }

  @Test("a solo keeps what feeds the node") func soloBus() throws {
    // Snare feeds hall, so it stays, with its way through drums closed: drums lie neither up- nor downstream.
    #expect(try heard(solo: ["hall"]) == ["snare → hall", "vox", "vox → hall", "vox → slap → hall"])
    #expect(try heard(solo: ["drums"]) == ["kick", "snare"])
    #expect(try heard(solo: ["slap"]) == ["vox", "vox → hall", "vox → slap → hall"])
  }

  @Test("mute wins over solo") func both() throws {
    #expect(try heard(mute: ["vox"], solo: ["vox"]) == [])
    #expect(try heard(mute: ["hall"], solo: ["vox"]) == ["vox"])
    #expect(try heard(mute: ["snare"], solo: ["drums"]) == ["kick"])
  }
}
