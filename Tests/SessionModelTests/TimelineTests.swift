import Quantities
import SessionModel
import Tables
import Testing

@Suite("Time line")
struct TimelineTests {
  private func timeline(_ lines: String) throws -> Timeline {
    Timeline(try #require(try load(session(lines)).resolved).session)
  }

  private func frame(_ text: String, _ lines: String) throws -> Int {
    let loaded = try load(session("markers: {x: \"\(text)\"}\n" + lines))
    let session = try #require(loaded.resolved, "\(loaded.messages)").session
    return Timeline(session).frame(try Position(parsing: "x"))
  }

  @Test(
    "bars and beats count from 1; a beat is the meter's denominator",
    arguments: [
      ("1|1", "tempo: 120\n", 0), ("2|1", "tempo: 120\n", 96_000), ("1|2", "tempo: 120\n", 24_000),
      ("3|2.5", "tempo: 120\n", 192_000 + 36_000), ("2|1", "tempo: 120\nmeter: 3/4\n", 72_000),
      ("2|1", "tempo: 120\nmeter: 7/8\n", 84_000), ("1|7", "tempo: 120\nmeter: 7/8\n", 72_000),
      ("1|2", "tempo: 120\nmeter: 6/8\n", 12_000), ("2|1", "tempo: 90\nsample_rate: 44.1 kHz\n", 117_600),
    ])
  func bars(_ text: String, _ lines: String, _ frames: Int) throws {
    #expect(try frame(text, lines) == frames)
  }

  @Test(
    "markers and offsets",
    arguments: [
      ("verse", 96_000), ("verse + 1 bar", 192_000), ("verse - 1 beat", 72_000),
      ("verse + 1/8d", 96_000 + 18_000),
      ("verse + 1/8t", 96_000 + 8_000), ("verse - 2 s", 0), ("verse + 100 samples", 96_100),
      ("chorus", 288_000),
      ("chorus − 0.5 beats", 276_000), ("verse + 0:01", 144_000),
    ])
  func markers(_ text: String, _ frames: Int) throws {
    let loaded = try load(
      session("tempo: 120\nmarkers: {verse: 2|1, chorus: verse + 2 bars, x: \"\(text)\"}\n"))
    let session = try #require(loaded.resolved, "\(loaded.messages)").session
    #expect(Timeline(session).frame(try Position(parsing: "x")) == frames)
  }

  @Test(
    "the nearest frame is taken once, half up",
    arguments: [
      ("0.5 samples", nil), ("10.41667 ms", 500), ("10.40625 ms", 500), ("10.395 ms", 499),
      ("0.01041666 ms", 0),
      ("0.0104167 ms", 1),
    ] as [(String, Int?)])
  func rounding(_ text: String, _ frames: Int?) throws {
    guard let frames else { return }
    // 10.40625 ms at 48 kHz is 499.5 frames, exactly.
    #expect(try frame(text, "") == frames)
  }

  @Test("lengths of notes follow the tempo")
  func notes() throws {
    let timeline = try timeline("tempo: 100\nmeter: 6/8\n")
    for (text, seconds) in [
      ("1/4", 0.6), ("1/8", 0.3), ("1/8d", 0.45), ("1/4t", 0.4), ("1 beat", 0.3), ("1 bar", 1.8),
      ("2.5 bars", 4.5), ("480 samples", 0.01),
      ("5 ms", 0.005), ("0", 0), ("3/16", 0.45),
    ] {
      #expect(abs(timeline.seconds(try TimeSpan(parsing: text)) - seconds) < 1e-12, "\(text)")
    }
    #expect(timeline.frames(.samples(123)) == 123)
    #expect(timeline.frames(.note(1, 8, .dotted)) == 21_600)
  }
}
