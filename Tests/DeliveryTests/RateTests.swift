import AudioFiles
import DSP
import Delivery
import Testing

@Suite("Rates and channels of deliverables", .enabled(if: isOptimised))
struct RateTests {
  @Test("another rate: length, loudness and ceiling are those of the file") func rates() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", programme(seconds: 4, level: -20, crest: 12))
    try shop.session(
      """
      tracks: {a: {stem: a.wav}}
      tail: none
      master: {preset: streaming}
      deliverables:
        own: {format: wav}
        cd: {format: wav, sample_rate: 44.1 kHz, bit_depth: 16}
        high: {format: flac, sample_rate: 96 kHz}
        mp3: {format: mp3, sample_rate: 44.1 kHz}
        mono: {format: wav, sample_rate: 32 kHz, channels: mono}
      """)
    let result = try shop.render()
    #expect(result.files.map(\.id) == ["own", "cd", "high", "mp3", "mono"], "\(result.messages)")
    for (id, rate, channels) in [
      ("own", 48_000, 2), ("cd", 44_100, 2), ("high", 96_000, 2), ("mp3", 44_100, 2), ("mono", 32_000, 1),
    ] {
      let file = try #require(result[id])
      let info = try probe(file.path)
      #expect(info.sampleRate == rate && info.channelCount == channels && info.frameCount == 4 * rate, "\(id)")
      #expect(abs((file.measurement.integrated ?? 0) + 14) <= 0.1, "\(id): \(String(describing: file.measurement))")
      #expect(file.measurement.truePeak ?? 0 <= -1, "\(id)")
    }
  }

  @Test("without a master a mono file is the mean of both channels, and nothing else") func mono() throws {
    let shop = try Workshop()
    let sound = noise(5000, peak: 0.5)
    try shop.stem("a.wav", sound)
    try shop.session(
      "tracks: {a: {stem: a.wav}}\ntail: none\ndeliverables: {m: {format: wav, bit_depth: 32f, channels: mono}}\n")
    let file = try #require(try shop.render()["m"])
    let stem = try frames("\(shop.path)/a.wav")
    #expect(try frames(file.path).map(\.x) == stem.map { Double(Float(($0.x + $0.y) * 0.5)) })
  }

  @Test("a sine keeps its place and level at another rate") func sine() throws {
    let shop = try Workshop()
    func tone(_ rate: Double, _ count: Int) -> [Frame] {
      (0..<count).map { Frame(repeating: 0.5 * Maths.sineAndCosine(turns: 997 * Double($0) / rate).sine) }
    }
    try shop.stem("a.wav", tone(48_000, 48_000))
    try shop.session(
      "tracks: {a: {stem: a.wav}}\ntail: none\ndeliverables: {c: {format: wav, bit_depth: 32f, sample_rate: 44.1 kHz}}\n"
    )
    let heard = try frames(try #require(try shop.render()["c"]).path)
    let expected = tone(44_100, 44_100)
    #expect(heard.count == expected.count)
    // Away from the ends, where the tone begins and ends at once.
    #expect((1000..<43_000).allSatisfy { abs(heard[$0].x - expected[$0].x) < 1e-6 })
  }

  @Test("a range at another rate is that part of the whole") func range() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", noise(48_000, peak: 0.4))
    try shop.session(
      "tracks: {a: {stem: a.wav}}\ntail: none\ndeliverables: {c: {format: wav, bit_depth: 16, sample_rate: 44.1 kHz}}\n"
    )
    let whole = try frames(try #require(try shop.render()["c"]).path)
    let part = try #require(try shop.render { $0.range = "0.5 s..0.75 s" }["c"])
    #expect(try frames(part.path) == Array(whole[22_050..<33_075]))
  }
}
