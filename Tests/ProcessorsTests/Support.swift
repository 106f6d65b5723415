import DSP
import Diagnostics
import Processors
import Quantities
import Tables
import Testing

/// Settings as a file would say them: texts by key, and mappings.
indirect enum Words: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral {
  case text(String)
  case mapping([(key: String, value: Words)])

  init(stringLiteral text: String) { self = .text(text) }
  init(dictionaryLiteral elements: (String, Words)...) { self = .mapping(elements.map { ($0, $1) }) }

  static func == (a: Words, b: Words) -> Bool { a.text == b.text }

  /// In one line, for test names.
  var text: String {
    switch self {
    case .text(let text): text
    case .mapping(let entries): "{\(entries.map { "\($0.key): \($0.value.text)" }.joined(separator: ", "))}"
    }
  }

  var setting: Setting {
    let place = SourceRange(SourceFile(path: "test", bytes: []), 0..<0)
    switch self {
    case .text(let text): return Setting(.text(text), at: place)
    case .mapping(let entries):
      return Setting(.mapping(entries.map { Setting.Entry($0.key, at: place, $0.value.setting) }), at: place)
    }
  }

  func with(_ key: String, _ value: Words) -> Words {
    guard case .mapping(let entries) = self else { return self }
    return .mapping(entries.filter { $0.key != key } + [(key, value)])
  }
}

func insert(_ type: String, _ words: Words = [:], sourceLocation: SourceLocation = #_sourceLocation) throws
  -> Insert
{
  var decoder = Decoder()
  let insert = decoder.variant(words.setting, id: type, as: Insert.self)
  try #require(
    decoder.diagnostics.isEmpty, "\(type) \(words.text): \(decoder.diagnostics.map(\.message))",
    sourceLocation: sourceLocation)
  return try #require(insert, sourceLocation: sourceLocation)
}

/// 48 kHz and 120 quarter notes a minute.
let context = ProcessorContext(sampleRate: 48_000) { span in
  switch span {
  case .seconds(let seconds): seconds
  case .samples(let count): Double(count) / 48_000
  case .bars(let count): count * 2
  case .beats(let count): count / 2
  case .note(let numerator, let denominator, let modifier):
    2 * Double(numerator) / Double(denominator)
      * (modifier == .dotted ? 1.5 : modifier == .triplet ? 2 / 3 : 1)
  }
}

/// The output for `input`, in blocks of `block` frames.
func output(_ insert: Insert, _ input: [Frame], block: Int? = nil) throws -> [Frame] {
  let block = block ?? input.count
  let processing = try #require(insert.makeProcessing(context, blockFrames: block))
  return run(processing, input, block: block)
}

func run(_ processing: any InsertProcessing, _ input: [Frame], block: Int) -> [Frame] {
  let buffer = FrameBuffer(capacity: block)
  var frames = input
  var start = 0
  while start < frames.count {
    let count = min(block, frames.count - start)
    buffer.edit(0..<count) { span in
      for index in 0..<count { span[index] = frames[start + index] }
    }
    processing.process(buffer, key: nil, frameCount: count)
    buffer.read(0..<count) { span in
      for index in 0..<count { frames[start + index] = span[index] }
    }
    start += count
  }
  return frames
}

/// Noise between ±`peak`, its channels unrelated, the same for the same `seed` (a linear congruential generator,
/// Knuth's MMIX).
func noise(_ count: Int, peak: Double = 0.5, seed: UInt64 = 1) -> [Frame] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) / 0x1p+52 * peak
  }
  return (0..<count).map { _ in Frame(next(), next()) }
}

func silence(_ count: Int) -> [Frame] { [Frame](repeating: .zero, count: count) }

extension [Frame] {
  /// The greatest magnitude of a sample.
  var peak: Double { reduce(0) { Swift.max($0, abs($1.x), abs($1.y)) } }

  var allFinite: Bool { allSatisfy { $0.x.isFinite && $0.y.isFinite } }

  /// Equal sample by sample, `-0` and `0` told apart.
  func hasSameBits(as other: [Frame]) -> Bool {
    count == other.count
      && zip(self, other).allSatisfy {
        $0.x.bitPattern == $1.x.bitPattern && $0.y.bitPattern == $1.y.bitPattern
      }
  }

  /// Samples so small that processors are slow with them.
  var denormalCount: Int {
    reduce(0) { $0 + ($1.x.isSubnormal ? 1 : 0) + ($1.y.isSubnormal ? 1 : 0) }
  }
}

func decibels(_ amplitude: Double) -> Double { Maths.decibels(amplitude: amplitude) }

/// Seconds of sound take minutes without the optimiser; `make test` has it.
let isOptimised: Bool = {
  #if DEBUG
    false
  #else
    true
  #endif
}()
