import AudioFiles
import DSP
import Delivery
import Diagnostics
import Quantities
import SessionModel
import Testing

@Suite("Targets and ceilings", .enabled(if: isOptimised))
struct TargetTests {
  private func shop(_ text: String) throws -> Workshop {
    let shop = try Workshop()
    try shop.stem("a.wav", programme(seconds: 8, level: -20, crest: 12))
    try shop.session("tracks: {a: {stem: a.wav}}\ntail: none\n" + text)
    return shop
  }

  @Test("the greatest short-term or momentary loudness lands on its target")
  func maxima() throws {
    let limiter = "limiter: {ceiling: -1 dBTP}"
    let short = try shop("master: {loudness: {short_term_max: -13 LUFS, max_limiting: 30 dB}, \(limiter)}\n").render()
    #expect(abs((short.files.first?.measurement.maxShortTerm ?? 0) + 13) <= 0.1, "\(short.messages)")
    let momentary = try shop("master: {loudness: {momentary_max: -12 LUFS, max_limiting: 30 dB}, \(limiter)}\n")
      .render()
    #expect(abs((momentary.files.first?.measurement.maxMomentary ?? 0) + 12) <= 0.1, "\(momentary.messages)")
    let refused = try shop("master: {loudness: {short_term_max: -1 LUFS, max_limiting: 2 dB}, \(limiter)}\n").render()
    #expect(refused.codes == ["D0812"] && refused.messages.contains("-1 LUFS at most over 3 s"), "\(refused.messages)")
  }

  @Test("a target that full scale would cut off is refused with what it would be and what fits")
  func clippedAway() throws {
    func result(_ target: String) throws -> DeliveryResult {
      try shop(
        """
        master: {loudness: {integrated: \(target) LUFS}}
        deliverables: {w: {format: wav}, f: {format: wav, bit_depth: 32f}}
        """
      ).render()
    }
    let refused = try result("-6")
    #expect(refused.files.map(\.id) == ["f"] && refused.codes == ["D0814"], "\(refused.messages)")
    #expect(abs((refused["f"]?.measurement.integrated ?? 0) + 6) <= 0.1)
    let hint = try #require(refused.diagnostics.first?.hints.last)
    let fit = try #require(hint.firstMatch(of: /fits is (-[0-9.]+) LUFS/)?.1, "\(hint)")
    let held = try result(String(fit))
    #expect(held.files.count == 2 && held.codes.isEmpty, "\(held.messages)")
    #expect(abs((held["w"]?.measurement.samplePeak ?? -9)) <= 0.11)
  }

  @Test("no loudness is told by its reason") func reasons() throws {
    func message(_ sound: [Frame], _ loudness: String, _ more: String = "") throws -> String {
      let shop = try Workshop()
      try shop.stem("a.wav", sound)
      try shop.session(
        "tracks: {a: {stem: a.wav}}\ntail: none\nmaster: {loudness: {\(loudness): -14 LUFS}}\ndeliverables: {w: {format: wav\(more)}}\n"
      )
      let result = try shop.render()
      #expect(result.codes == ["D0811"] && result.files.isEmpty)
      return result.messages
    }
    let hiss = noise(96_000, peak: 0.3)
    #expect(try message(Array(hiss.prefix(19_000)), "integrated").contains("shorter than 400 ms"))
    #expect(try message(hiss, "short_term_max").contains("shorter than 3 s"))
    #expect(try message(noise(96_000, peak: 0.0001), "integrated").contains("below -70 LUFS throughout"))
    #expect(
      try message(hiss.map { Frame($0.x, -$0.x) }, "integrated", ", channels: mono")
        .contains("the mean of left and right is silent"))
  }

  @Test("a mono file is as loud as from two speakers, or as from one")
  func mono() throws {
    func loudness(_ how: String) throws -> (said: Double?, heard: Double?) {
      let shop = try shop(
        "master: {loudness: {integrated: -20 LUFS}, mono_loudness: \(how)}\ndeliverables: {m: {format: wav, channels: mono}}\n"
      )
      let file = try #require(try shop.render().files.first)
      return (file.measurement.integrated, try measure(audioFile: file.path).integrated)
    }
    let dual = try loudness("dual"), single = try loudness("single")
    #expect(abs((dual.said ?? 0) + 20) <= 0.1 && dual.said == dual.heard)
    #expect(abs((single.said ?? 0) + 20) <= 0.1 && abs((single.heard ?? 0) + 16.99) <= 0.1)
  }

  @Test(
    "a lossy file's own ceiling holds for what it decodes to",
    arguments: [
      ("mp3, bitrate: 128 kbps", "-1 dBTP"), ("mp3, bitrate: 128 kbps", "-3 dBTP"),
      ("ogg_vorbis, quality: 2", "-1 dBTP"), ("opus, bitrate: 96 kbps", "-3 dBTP"),
      ("opus, bitrate: 48 kbps, channels: mono", "-1 dBTP"),
    ])
  func ceiling(_ format: String, _ ceiling: String) throws {
    let shop = try shop(
      """
      master: {loudness: {integrated: -12 LUFS, max_limiting: 30 dB}, limiter: {ceiling: -0.5 dBTP}}
      deliverables: {m: {format: \(format), ceiling: \(ceiling)}, w: {format: wav}}

      """)
    let result = try shop.render()
    let bound = ceiling == "-1 dBTP" ? -1.0 : -3.0
    #expect(try #require(result["m"]?.measurement.truePeak) <= bound, "\(result.messages)")
    #expect(abs(try #require(result["m"]?.measurement.integrated) + 12) <= 0.1)
    #expect(try #require(result["w"]?.measurement.truePeak) > -1)
  }

  @Test("without a limiter a ceiling turns the whole file down")
  func trim() throws {
    let shop = try Workshop()
    try shop.stem("a.wav", noise(96_000, peak: 0.95))
    try shop.session("tracks: {a: {stem: a.wav}}\ntail: none\ndeliverables: {m: {format: mp3, ceiling: -6 dBTP}}\n")
    let file = try #require(try shop.render()["m"])
    #expect(file.measurement.truePeak ?? 0 <= -6 && file.measurement.truePeak ?? 0 > -6.5 && file.gainDecibels < -4)
    #expect(file.limitingDecibels == 0)
  }

  @Test("without a loudness target a lossy file is turned down as a whole, not limited harder")
  func trimmed() throws {
    let shop = try shop(
      """
      main: {level: +10 dB}
      master: {limiter: {ceiling: -1 dBTP}}
      deliverables: {w: {format: wav}, m: {format: mp3, bitrate: 128 kbps}, o: {format: opus, bitrate: 64 kbps}}
      """)
    let result = try shop.render()
    let wav = try #require(result["w"])
    #expect(wav.limitingDecibels > 2)
    for id in ["m", "o"] {
      let file = try #require(result[id], "\(result.messages)")
      #expect(abs(file.limitingDecibels - wav.limitingDecibels) < 0.01)
      #expect(file.measurement.truePeak ?? 0 <= -1)
    }
  }

  @Test(
    "the loudest target that a lossy file is said to have is one that it has", arguments: ["programme", "bursts"])
  func hints(_ material: String) throws {
    func shop(_ target: String) throws -> Workshop {
      let shop = try Workshop()
      try shop.stem(
        "a.wav", material == "bursts" ? bursts() : programme(seconds: 8, level: -20, crest: 12, burst: 4_800))
      try shop.session(
        """
        tracks: {a: {stem: a.wav}}
        tail: none
        master: {loudness: {integrated: \(target) LUFS, max_limiting: 6 dB}, limiter: {ceiling: -1 dBTP}}
        deliverables: {m: {format: mp3, bitrate: 128 kbps}, v: {format: ogg_vorbis, quality: 1}}
        """)
      return shop
    }
    let refused = try shop(material == "bursts" ? "-7" : "-5").render()
    #expect(refused.files.isEmpty && refused.codes == ["D0812", "D0812"], "\(refused.messages)")
    for diagnostic in refused.diagnostics {
      let hint = try #require(diagnostic.hints.first)
      let target = try #require(hint.firstMatch(of: /fits is (-[0-9.]+) LUFS/)?.1, "\(hint)")
      let id = diagnostic.message.hasPrefix("`m`") ? "m" : "v"
      let result = try shop(String(target)).render { $0.only = [id] }
      #expect(result.files.map(\.id) == [id], "\(target) \(result.messages)")
    }
  }

  /// Bursts of noise that die away over a quiet floor: codecs raise such peaks by far more than they usually do.
  private func bursts() -> [Frame] {
    let floor = noise(48_000 * 6, peak: 0.004)
    let hits = noise(48_000 * 6, peak: 0.35, seed: 2)
    return floor.indices.map { index in
      let age = index % 12_000
      return age < 240 ? floor[index] + hits[index] * Maths.exp(-Double(age) / 60) : floor[index]
    }
  }

  @Test("lossy files have the same bytes for one thread and several") func threads() throws {
    let shop = try shop(
      """
      master: {loudness: {integrated: -14 LUFS, max_limiting: 30 dB}, limiter: {ceiling: -1 dBTP}}
      deliverables: {v: {format: ogg_vorbis}, o: {format: opus}, m: {format: opus, channels: mono}}

      """)
    let hashes = try [1, 2, 7].map { jobs in try shop.render { $0.jobs = jobs }.files.map(\.sha256) }
    #expect(hashes[0].count == 3 && hashes[1] == hashes[0] && hashes[2] == hashes[0])
  }

  @Test("a file's ending is that of what is in it") func endings() {
    for format in FileFormat.allCases {
      var deliverable = Deliverable()
      deliverable.format = format
      #expect(deliverable.encoding.fileExtension == format.fileExtension)
    }
  }

  @Test("lossy files have the bitrates that were asked for, and the usual ones by themselves") func bitrates() {
    var opus = Deliverable(), vorbis = Deliverable()
    (opus.format, vorbis.format) = (.opus, .oggVorbis)
    #expect(opus.encoding == .opus(bitsPerSecond: 160_000) && vorbis.encoding == .oggVorbis(.quality(6)))
    (opus.channels, opus.bitrate, vorbis.bitrate) = (.mono, nil, 192)
    #expect(opus.encoding == .opus(bitsPerSecond: 96_000) && vorbis.encoding == .oggVorbis(.bitrate(192_000)))
    (opus.bitrate, vorbis.bitrate, vorbis.quality) = (Bitrate(magnitude: 64.5), nil, .vorbis(-1))
    #expect(opus.encoding == .opus(bitsPerSecond: 64_500) && vorbis.encoding == .oggVorbis(.quality(-1)))
  }
}
