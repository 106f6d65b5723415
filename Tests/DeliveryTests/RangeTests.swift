import DSP
import Delivery
import SessionModel
import Testing

@Suite("Ranges", .enabled(if: isOptimised))
struct RangeTests {
  /// A session whose processors remember, with something that moves.
  private static let remembering = """
    tail: 500 ms
    tempo: 120
    markers: {here: 1|2}
    tracks:
      a:
        stem: a.wav
        inserts: {compressor: {threshold: -30 dB, lookahead: 5 ms}, eq: {bands: {x: {type: bell, frequency: 300, gain: 6}}}}
        sends: {fx: -9 dB}
        automation: {level: [{at: 1.5 s, value: -9 dB, over: 1 s}]}
    buses: {fx: {inserts: {reverb: {decay: 400 ms}}}}

    """

  private func workshop(_ text: String) throws -> Workshop {
    let shop = try Workshop()
    try shop.stem("a.wav", noise(96_000, peak: 0.4))
    try shop.session(text)
    return shop
  }

  /// Each range's file holds the samples that the whole has there.
  private func expectSlices(_ shop: Workshop, _ ranges: [(String, Range<Int>)]) throws {
    let whole = try shop.render()
    for (range, place) in ranges {
      let part = try shop.render { $0.range = range }
      #expect(part.files.map(\.id) == whole.files.map(\.id), "\(range): \(part.messages)")
      for file in part.files {
        let all = try frames(try #require(whole[file.id]).path)
        #expect(try frames(file.path) == Array(all[place]), "\(range) of \(file.id)")
      }
    }
  }

  private let ranges: [(String, Range<Int>)] = [
    ("0..1 s", 0..<48_000), ("0.5 s..0.75 s", 24_000..<36_000), ("here..here + 1 beat", 24_000..<48_000),
    ("77777 samples..77778 samples", 77_777..<77_778), ("1|1.5 .. 1:00", 12_000..<120_000),
  ]

  @Test("a part equals that part of the whole: filters, reverb, automation, lookahead, dither")
  func slices() throws {
    let files = "deliverables: {w: {format: wav, bit_depth: 16}, s: {format: wav, bit_depth: 16, dither: shaped}}\n"
    try expectSlices(try workshop(Self.remembering + files), ranges)
  }

  @Test("with the gain of the whole song's loudness, and its limiter and fades")
  func mastered() throws {
    try expectSlices(
      try workshop(
        Self.remembering + "master: {preset: streaming, loudness: {max_limiting: 30 dB}, fade_out: 200 ms}\n"), ranges)
  }

  @Test("where nothing remembers, only the range is rendered")
  func quick() throws {
    let shop = try workshop(
      "tail: none\ntracks: {a: {stem: a.wav, level: -3 dB, pan: L20, inserts: {gain: {gain: 2 dB}, delay: {time: 50 ms}}}}\n"
    )
    try expectSlices(shop, [("1 s..1.5 s", 48_000..<72_000), ("0..3 samples", 0..<3)])
    #expect(try shop.render { $0.range = "1 s..1.5 s" }.codes == [])
    #expect(try self.workshop(Self.remembering).render { $0.range = "1 s..1.5 s" }.codes == ["D0821"])
  }

  @Test(
    "what is no range is refused",
    arguments: ["1 s", "2 s..1 s", "1 s..1 s", "a..b", "1..2", "9 s..10 s", "..", "1|9..2|1"])
  func refused(_ range: String) throws {
    let result = try workshop(Self.remembering).render { $0.range = range }
    #expect(result.codes == ["D0822"] && result.files.isEmpty, "\(result.messages)")
  }
}
