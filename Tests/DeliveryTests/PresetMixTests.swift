import DSP
import Delivery
import SessionModel
import Testing

/// Every preset that asks for a loudness brings real mixes there: the first example, and a sparse, a dense and a
/// drum-heavy mix made here, the same on every machine.
@Suite("Presets on mixes", .enabled(if: isOptimised))
struct PresetMixTests {
  private static let rate = 48_000.0
  private static let seconds = 8.0

  /// The presets with a loudness, and what it is.
  private static let presets: [(name: String, loudness: Double)] = BuiltInPresets.names.compactMap { name in
    guard let text = BuiltInPresets.text(of: name), let found = text.firstMatch(of: /integrated: (-[0-9.]+) LUFS/)
    else { return nil }
    return Double(found.1).map { (name, $0) }
  }

  @Test("there are such presets, the loud ones among them") func names() {
    #expect(Self.presets.count >= 13)
    #expect(Self.presets.contains { $0.name == "club" && $0.loudness == -8 })
    #expect(Self.presets.contains { $0.name == "streaming_loud" && $0.loudness == -9 })
  }

  @Test("each preset has its loudness under its ceiling", arguments: ["sparse", "dense", "drums"])
  func made(_ mix: String) throws {
    let shop = try Workshop()
    try shop.stem("mix.wav", Self.mix(mix))
    try shop.session("tracks: {mix: {stem: mix.wav}}\ntail: none\n" + Self.deliverables)
    try Self.judge(try shop.render(), mix)
  }

  @Test("and so has the first example") func example() throws {
    let shop = try Workshop()
    var options = RenderOptions()
    options.outputFolder = "\(shop.path)/out"
    // A minute of it, under masters of their own.
    let overrides =
      ["length=60 s"] + Self.presets.map { "deliverables.\($0.name)={format: wav, master: {preset: \($0.name)}}" }
    let path = "\(GoldenTests.repository)/examples/01-first-mix/first-mix.mix.yaml"
    try Self.judge(try Delivered.render(path, overrides, options), "example 01")
  }

  private static var deliverables: String {
    let lines = presets.map { "  \($0.name): {format: wav, master: {preset: \($0.name)}}\n" }
    return "deliverables:\n" + lines.joined()
  }

  private static func judge(_ result: DeliveryResult, _ mix: String) throws {
    for (name, loudness) in presets {
      let file = try #require(result[name], "\(mix), \(name): \(result.messages)")
      let measured = try #require(file.measurement.integrated)
      #expect(abs(measured - loudness) <= 0.1, "\(mix), \(name): \(measured) LUFS")
      let peak = try #require(file.measurement.truePeak)
      #expect(peak <= -1, "\(mix), \(name): \(peak) dBTP")
      #expect(file.reductionDecibels <= 8, "\(mix), \(name): \(file.reductionDecibels) dB")
    }
  }

  // MARK: - The mixes

  private static func mix(_ name: String) -> [Frame] {
    switch name {
    case "sparse": sparse()
    case "dense": dense()
    default: drums()
    }
  }

  /// Adds a note to `frames`: a sine with its harmonics, that dies away.
  private static func add(
    _ frequency: Double, harmonics: Int, level: Double, decay: Double, pan: Double, at start: Double,
    _ frames: inout [Frame]
  ) {
    let first = Int(start * rate)
    let amplitude = Maths.amplitude(decibels: level)
    for index in first..<min(frames.count, first + Int(decay * 7 * rate)) {
      let time = Double(index - first) / rate
      var value = 0.0
      for harmonic in 1...harmonics {
        let turns = frequency * Double(harmonic) * time
        value += Maths.sineAndCosine(turns: turns - Maths.floor(turns)).sine / Double(harmonic)
      }
      value *= amplitude * Maths.exp(-time / decay) * min(1, time / 0.002)
      frames[index] += Frame(value * (1 - pan), value * (1 + pan))
    }
  }

  /// Adds a hit of noise and a falling tone.
  private static func hit(
    _ pitch: Double, body: Double, snap: Double, decay: Double, at start: Double, seed: UInt64,
    _ frames: inout [Frame]
  ) {
    let first = Int(start * rate)
    let count = max(0, min(frames.count - first, Int(decay * 7 * rate)))
    let grain = noise(count, peak: 1, seed: seed)
    for index in 0..<count {
      let time = Double(index) / rate
      let turns = pitch * (time + 0.03 * (1 - Maths.exp(-time / 0.02)))
      let tone = body * Maths.sineAndCosine(turns: turns - Maths.floor(turns)).sine * Maths.exp(-time / decay)
      frames[first + index] += Frame(repeating: tone) + grain[index] * snap * Maths.exp(-2 * time / decay)
    }
  }

  private static var silence: [Frame] { Array(repeating: .zero, count: Int(rate * seconds)) }

  /// Single notes with long decays, soft and loud, and some room noise.
  private static func sparse() -> [Frame] {
    var frames = noise(Int(rate * seconds), peak: 0.0005)
    for (index, pitch) in [130.8, 196, 164.8, 261.6, 98, 220, 146.8, 174.6].enumerated() {
      add(
        pitch, harmonics: 8, level: index % 3 == 0 ? -8 : -18, decay: 0.9, pan: Double(index % 3 - 1) * 0.4,
        at: Double(index), &frames)
    }
    return frames
  }

  /// Sawtooth chords throughout, a bass and drums.
  private static func dense() -> [Frame] {
    var frames = silence
    for bar in 0..<4 {
      let root = [55, 65.4, 49, 73.4][bar]
      for (index, ratio) in [1, 2, 3, 4, 5, 6.02].enumerated() {
        add(
          root * ratio, harmonics: 9, level: -14, decay: 4, pan: Double(index % 3 - 1) * 0.6, at: Double(bar) * 2,
          &frames)
      }
    }
    for beat in 0..<16 {
      hit(58, body: 0.5, snap: 0.1, decay: 0.09, at: Double(beat) * 0.5, seed: 1, &frames)
      if beat % 2 == 1 { hit(190, body: 0.2, snap: 0.4, decay: 0.07, at: Double(beat) * 0.5, seed: 2, &frames) }
    }
    return frames
  }

  /// Kick, snare and hats over a quiet bass.
  private static func drums() -> [Frame] {
    var frames = silence
    for bar in 0..<4 {
      add([55, 65.4, 49, 55][bar], harmonics: 4, level: -16, decay: 3, pan: 0, at: Double(bar) * 2, &frames)
    }
    for beat in 0..<16 {
      hit(52, body: 0.8, snap: 0.15, decay: 0.11, at: Double(beat) * 0.5, seed: 1, &frames)
      if beat % 2 == 1 { hit(190, body: 0.25, snap: 0.5, decay: 0.07, at: Double(beat) * 0.5, seed: 2, &frames) }
    }
    for eighth in 0..<32 { hit(9_000, body: 0, snap: 0.12, decay: 0.03, at: Double(eighth) / 4, seed: 3, &frames) }
    return frames
  }
}
