import AudioFiles
import DSP
import Delivery
import FoundationEssentials
import Platform
import SessionModel
import Testing

/// Masters that outlive a render change how long the next one takes, and nothing else.
@Suite("Remembered masters", .enabled(if: isOptimised))
struct MemoryTests {
  /// Four seconds of two tracks through processors that remember all that came before.
  private static let text = """
    sample_rate: 48 kHz
    tempo: 120
    tracks:
      a: {stem: a.wav, level: -3 dB, inserts: {eq: {type: eq, bands: {low: {type: low_shelf, frequency: 100 Hz, gain: 3 dB}}}}}
      b: {stem: b.wav, pan: L30, sends: {room: -12 dB}}
    buses:
      room: {inserts: {hall: {type: reverb}}}
    main:
      inserts: {glue: {type: compressor, threshold: -20 dB, ratio: 2}}
    master:
      loudness: {integrated: -14 LUFS, max_limiting: 20 dB}
      limiter: {ceiling: -1 dBTP}
      fade_out: 1 bar
    deliverables:
      wav: {format: wav}
      cd: {format: flac, bit_depth: 16, sample_rate: 44.1 kHz, dither: shaped}
      mono: {format: wav, channels: mono, master: {limiter: {ceiling: -3 dBTP}}}
      mp3: {format: mp3}

    """

  private func shop() throws -> Workshop {
    let shop = try Workshop()
    try shop.stem("a.wav", noise(192_000, peak: 0.4))
    try shop.stem("b.wav", programme(seconds: 4, level: -20, crest: 10))
    try shop.session(Self.text)
    return shop
  }

  private func render(
    _ shop: Workshop, _ overrides: [String] = [], range: String? = nil, isCached: Bool, into folder: String = "out"
  ) throws -> DeliveryResult {
    try shop.render("song", overrides) { options in
      options.outputFolder = "\(shop.path)/\(folder)"
      options.range = range
      if isCached { options.cache = Cache(folder: "\(shop.path)/cache") }
    }
  }

  /// Whether a render had to mix.
  private func mixed(_ result: DeliveryResult) -> Bool { result.codes.contains("D0821") }

  @Test("twenty ranges are those of the full render, bit for bit, and nothing is mixed") func ranges() throws {
    let shop = try shop()
    let whole = try render(shop, isCached: true)
    #expect(whole.files.count == 4, "\(whole.messages)")
    var random = SplitMix(seed: 11)
    for _ in 0..<20 {
      let first = random.next() % 3_800, length = 20 + random.next() % 1_000
      let range = "\(Double(first) / 1000) s..\(Double(first + length) / 1000) s"
      let quick = try render(shop, range: range, isCached: true, into: "quick")
      let slow = try render(shop, range: range, isCached: false, into: "slow")
      #expect(!mixed(quick) && mixed(slow), "\(range): \(quick.messages)")
      #expect(quick.files.map(\.id) == slow.files.map(\.id))
      for (a, b) in zip(quick.files, slow.files) {
        #expect(a.pcmSHA256 == b.pcmSHA256 && a.sha256 == b.sha256, "\(range), \(a.id)")
        #expect(a.gainDecibels == b.gainDecibels && a.measurement == b.measurement, "\(range), \(a.id)")
      }
    }
  }

  @Test("dither rests in a part where it rests in the whole") func rest() throws {
    let shop = try Workshop()
    // Silent for longer than the second after which dither rests.
    let hits = programme(seconds: 5, level: -20, crest: 10)
    try shop.stem("b.wav", hits.indices.map { (40_000..<200_000).contains($0) ? .zero : hits[$0] })
    try shop.session(
      """
      tracks: {b: {stem: b.wav}}
      master: {loudness: {integrated: -20 LUFS}}
      deliverables: {wav: {format: wav}, cd: {format: wav, bit_depth: 16, dither: shaped}}
      """)
    _ = try render(shop, isCached: true)
    for range in ["1.9 s..2 s", "1.83333 s..3 s", "3.5 s..4.5 s", "0.5 s..2.5 s"] {
      let quick = try render(shop, range: range, isCached: true, into: "quick")
      let slow = try render(shop, range: range, isCached: false, into: "slow")
      #expect(!mixed(quick) && quick.files.map(\.sha256) == slow.files.map(\.sha256), "\(range)")
      let whole = try frames("\(shop.path)/out/song-wav.wav"), part = try frames(slow.files[0].path)
      let first = Int(try #require(Double(range.split(separator: " ")[0])) * 48_000 + 0.5)
      #expect(Array(whole[first..<first + part.count]) == part, "\(range)")
    }
  }

  @Test(
    "a change that reaches a master is noticed",
    arguments: [
      "tracks.a.level=-4 dB", "tracks.a.inserts.eq.bands.low.gain=4 dB", "tracks.b.pan=L31",
      "tracks.b.sends.room=-13 dB",
      "buses.room.inserts.hall.decay=3 s", "main.inserts.glue.ratio=3", "main.inserts.glue.bypass=true",
      "master.loudness.integrated=-15 LUFS", "master.limiter.release=50 ms", "master.limiter.ceiling=-1.5 dBTP",
      "master.fade_out=2 bars", "tempo=121", "tracks.a.mute=true", "tracks.a.polarity=inverted", "sample_rate=44.1 kHz",
      "deliverables.mp3.bitrate=192 kbps", "deliverables.cd.sample_rate=96 kHz", "tail=1 s",
    ])
  func changes(_ change: String) throws {
    let shop = try shop()
    _ = try render(shop, isCached: true)
    let quick = try render(shop, [change], range: "1 s..1.5 s", isCached: true, into: "quick")
    #expect(mixed(quick), "\(change): \(quick.messages)")
    let slow = try render(shop, [change], range: "1 s..1.5 s", isCached: false, into: "slow")
    #expect(quick.files.map(\.sha256) == slow.files.map(\.sha256))
  }

  @Test("what does not reach it is not: comments, order, names, tags, dither") func others() throws {
    let shop = try shop()
    _ = try render(shop, isCached: true)
    let renamed = Self.text.replacing("room", with: "rooms").replacing(
      "  a: {stem: a.wav", with: "  # Noise.\n  ab: {stem: a.wav")
    try shop.session(renamed)
    let changes = ["metadata.title=Another", "deliverables.wav.dither=none", "deliverables.cd.compression=8"]
    let quick = try render(shop, changes, range: "1 s..1.5 s", isCached: true)
    #expect(!mixed(quick) && quick.files.count == 4, "\(quick.messages)")
  }

  @Test("a stem that changes is noticed") func stem() throws {
    let shop = try shop()
    _ = try render(shop, isCached: true)
    try shop.stem("a.wav", noise(192_000, peak: 0.4, seed: 9))
    let quick = try render(shop, range: "1 s..1.5 s", isCached: true, into: "quick")
    let slow = try render(shop, range: "1 s..1.5 s", isCached: false, into: "slow")
    #expect(mixed(quick) && quick.files.map(\.sha256) == slow.files.map(\.sha256))
  }

  @Test("what is damaged is as if it were not there", arguments: ["a byte", "the end", "the words", "everything"])
  func damage(_ kind: String) throws {
    let shop = try shop()
    _ = try render(shop, isCached: true)
    for entry in Cache(folder: "\(shop.path)/cache").entries {
      let isMaster = entry.path.contains("/masters/")
      var bytes = try shop.bytes(entry.path)
      switch kind {
      case "a byte" where isMaster: bytes[bytes.count / 3] ^= 1
      case "the end" where isMaster: bytes.removeLast()
      case "the words" where !isMaster: bytes[bytes.count / 2] ^= 1
      case "everything": bytes = Array("?".utf8)
      default: break
      }
      try Data(bytes).write(to: URL(filePath: entry.path))
    }
    let range = "0.4 s..2.5 s"
    let quick = try render(shop, range: range, isCached: true, into: "quick")
    let slow = try render(shop, range: range, isCached: false, into: "slow")
    #expect(mixed(quick) && quick.files.map(\.sha256) == slow.files.map(\.sha256), "\(quick.messages)")
  }

  @Test("without a place for it, renders are the same") func unwritable() throws {
    let shop = try shop()
    let result = try shop.render { $0.cache = Cache(folder: "/proc/nowhere") }
    let plain = try render(shop, isCached: false, into: "plain")
    #expect(result.files.map(\.sha256) == plain.files.map(\.sha256) && result.files.count == 4)
  }
}

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
private struct SplitMix {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) >> 33)
  }
}
