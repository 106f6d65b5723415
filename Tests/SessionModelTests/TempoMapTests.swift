import Quantities
import SessionModel
import Testing

@Suite("Tempo and meter maps")
struct TempoMapTests {
  /// 4/4 at 120 for four bars (8 s), 7/8 at 90 for four (28 eighths of 1/3 s), then 3/4 at 60.
  private static let maps = """
    tempo: [{at: 1|1, bpm: 120}, {at: 5|1, bpm: 90}, {at: 9|1, bpm: 60}]
    meter: [{at: 1|1, meter: 4/4}, {at: 5|1, meter: 7/8}, {at: 9|1, meter: 3/4}]
    markers: {odd: 5|1, slow: 9|1, late: slow + 1.5 bars, x: "%"}

    """
  static let bar9 = 8.0 + 28.0 / 3

  private func seconds(_ text: String) throws -> Double {
    let loaded = try load(session(Self.maps.replacing("%", with: text)))
    let session = try #require(loaded.resolved, "\(loaded.messages)").session
    return Double(Timeline(session).frame(try Position(parsing: "x"))) / 48_000
  }

  /// Each place with its seconds.
  static let known: [(String, Double)] = {
    let third = 1.0 / 3
    var places: [(String, Double)] = [("1|1", 0), ("4|4.5", 7.75), ("5|1", 8), ("5|7", 10), ("9|1", bar9)]
    places += [("5|7.5", 8 + 6.5 * third), ("6|1", 8 + 7 * third), ("9|3.25", bar9 + 2.25), ("12|1", bar9 + 9)]
    places += [("odd - 1 bar", 6), ("odd - 1 beat", 7.5), ("odd - 1.5 bars", 5), ("odd + 480 samples", 8.01)]
    places += [("odd + 1 beat", 8 + third), ("odd + 1/4", 8 + 2 * third), ("odd - 1/8t", 8 - third / 2)]
    places += [("odd + 5 bars", bar9 + 3), ("slow - 5 bars", 6), ("slow - 0.5 bars", bar9 - 3.5 * third)]
    places += [("slow - 2 beats", bar9 - 2 * third), ("slow + 1/2d", bar9 + 3)]
    places += [("late", bar9 + 4.5), ("late - 1 s", bar9 + 3.5)]
    return places
  }()

  @Test("places under both maps", arguments: known)
  func places(_ text: String, _ expected: Double) throws {
    let frame = (expected * 48_000 + 0.5 + 1e-6).rounded(.down)
    #expect(abs(try seconds(text) - frame / 48_000) < 1e-9)
  }

  @Test("durations follow the grid from where they begin")
  func durations() throws {
    let session = try #require(try load(session(Self.maps.replacing("%", with: "0"))).resolved).session
    let timeline = Timeline(session)
    func frames(_ span: String, _ place: String) throws -> Int {
      timeline.frames(try TimeSpan(parsing: span), from: try Position(parsing: place))
    }
    #expect(try frames("1 bar", "0") == 96_000)
    #expect(try frames("1 bar", "odd") == 112_000)
    #expect(try frames("1 bar", "odd - 0.5 bars") == 48_000 + 56_000)
    #expect(try frames("1/4", "slow") == 48_000)
    #expect(try frames("250 ms", "slow") == 12_000)
  }

  @Test("halves round up, exactly where a map falls on them")
  func halves() throws {
    // At 128 and 44.1 kHz a 32nd is 2583.984375 frames and sixteen 32nds are 41 343.75; at 98 and 48 kHz an
    // eighth of 7/8 … the 49th of a second's parts: 7.5 frames after 1 s in 15 ms / 2.
    let loaded = try load(session("sample_rate: 44.1 kHz\ntempo: 147\nmarkers: {x: 1|1.25}\n"))
    let session = try #require(loaded.resolved, "\(loaded.messages)").session
    // 44 100 · 60 / 147 / 4 = 4500 frames.
    #expect(Timeline(session).frame(try Position(parsing: "x")) == 4500)
  }
}
