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
    "bar 1 may begin after time 0, and the bars follow tempos that change at a time",
    arguments: [
      ("1|1", "tempo: {bpm: 120, first_bar: 0.5 s}\n", 24_000),
      ("2|1", "tempo: {bpm: 120, first_bar: 0.5 s}\n", 120_000),
      ("2|1", "tempo: [{at: 1|1, bpm: 120, first_bar: 24000 samples}]\n", 120_000),
      ("2|1", "tempo: [{at: 0.5 s, bpm: 120}]\n", 120_000),
      // Two beats at 120, then the other two of the bar at 60.
      ("2|1", "tempo: [{at: 0.5 s, bpm: 120}, {at: 1.5 s, bpm: 60}]\n", 168_000),
      ("2|1", "tempo: [{at: 1|1, bpm: 120}, {at: 1 s, bpm: 60}]\n", 144_000),
    ])
  func firstBar(_ text: String, _ lines: String, _ frames: Int) throws {
    #expect(try frame(text, lines) == frames)
  }

  @Test(
    "places of tempos that cannot be",
    arguments: [
      ("tempo: [{at: 1|1, bpm: 120}, {at: 2|1, bpm: 60, first_bar: 1 s}]\n", "belongs to the first change"),
      ("tempo: [{at: 1 s, bpm: 120, first_bar: 1 s}]\n", "one too many"),
      ("tempo: {bpm: 120, first_bar: 1 bar}\n", "`first_bar` is a time"),
      ("tempo: [{at: 2|1, bpm: 120}]\n", "the first place of the tempo map is `1|1`"),
      ("tempo: [{at: 1|1, bpm: 120}, {at: 3|1, bpm: 60}, {at: 1 s, bpm: 90}]\n", "out of order"),
    ])
  func badTempos(_ lines: String, _ message: String) throws {
    let loaded = try load(session(lines))
    #expect(loaded.messages.contains(message), "\(loaded.messages)")
  }

  @Test("a duration takes the tempo where it is, forwards and backwards") func durations() throws {
    let timeline = try timeline("tempo: [{at: 1|1, bpm: 120}, {at: 3|1, bpm: 60}]\n")
    let bar = try TimeSpan(parsing: "1 bar")
    #expect(timeline.frames(bar, after: 0) == 96_000 && timeline.frames(bar, after: 192_000) == 192_000)
    #expect(timeline.seconds(bar, before: 8) == 4 && timeline.seconds(bar, before: 4) == 2)
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
