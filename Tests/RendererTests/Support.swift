import DSP
import Diagnostics
import Processors
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Synchronization
import Tables
import Testing

/// A stem that is an array.
final class ArrayStem: StemReader {
  private let frames: [Frame]
  private let failsAt: Int?

  struct Damage: Error, Equatable { var frame: Int }

  init(_ frames: [Frame], failsAt: Int? = nil) {
    self.frames = frames
    self.failsAt = failsAt
  }

  func read(into span: inout MutableSpan<Frame>, from start: Int) throws {
    if let failsAt, start >= failsAt { throw Damage(frame: start) }
    for index in 0..<span.count { span[index] = frames[start + index] }
  }
}

/// Keeps what a node gives.
final class ArraySink: FrameSink {
  private let kept = Mutex<[Frame]>([])
  var frames: [Frame] { kept.withLock { $0 } }

  func receive(_ frames: Span<Frame>) {
    kept.withLock { kept in
      for index in 0..<frames.count { kept.append(frames[index]) }
    }
  }
}

/// A session put together in memory, with its stems.
struct Desk {
  var session = Session()
  var stems: [String: (frames: [Frame], isMono: Bool)] = [:]

  init() { session.tail = .none }

  mutating func track(
    _ id: String, _ frames: [Frame], isMono: Bool = false, _ change: (inout Strip) -> Void = { _ in }
  ) {
    var track = Track()
    var clip = Clip()
    clip.stem = "\(id).wav"
    track.clips.append("stem", clip)
    change(&track.strip)
    session.tracks.append(id, track)
    stems[id] = (frames, isMono)
  }

  mutating func bus(_ id: String, _ change: (inout Strip) -> Void = { _ in }) {
    var bus = Bus()
    change(&bus.strip)
    session.buses.append(id, bus)
  }

  func plan(masters: [(owner: MasterOwner, master: Master)] = []) -> RenderPlan {
    let files = stems.map { id, stem in
      (
        "\(id).stem",
        StemFile(
          path: id, channelCount: stem.isMono ? 1 : 2, frameCount: stem.frames.count,
          sampleRate: Int(session.sampleRate.magnitude))
      )
    }
    return RenderPlan(session, stems: Dictionary(uniqueKeysWithValues: files), masters: masters)
  }

  /// The mix.
  func render(block: Int = 256, workers: Int = 1) throws -> [Frame] {
    let plan = plan()
    let sink = ArraySink()
    let stems = stems
    let renderer = MixRenderer(
      plan, outlets: [.init(node: plan.mix, sink: sink)], blockFrames: block, workers: workers
    ) { stem in
      ArrayStem(stems[stem.path]?.frames ?? [])
    }
    try renderer.run(progress: { _ in }, isCancelled: { false })
    return sink.frames
  }
}

extension Strip {
  mutating func insert(_ type: String, _ words: [String: String] = [:], id: String? = nil) {
    let place = SourceRange(SourceFile(path: "test", bytes: []), 0..<0)
    let entries = words.sorted { $0.key < $1.key }.map {
      Setting.Entry($0.key, at: place, Setting(.text($0.value), at: place))
    }
    var decoder = Decoder()
    guard let insert = decoder.variant(Setting(.mapping(entries), at: place), id: type, as: Insert.self),
      decoder.diagnostics.isEmpty
    else {
      Issue.record("\(type) \(words): \(decoder.diagnostics.map(\.message))")
      return
    }
    inserts.append(id ?? type, insert)
  }

  mutating func send(_ bus: String, _ level: Decibels, pan: Pan = 0, tap: SendTap = .postFader) {
    var send = Send()
    send.level = level
    send.pan = pan
    send.tap = tap
    sends.append(bus, send)
  }
}

func noise(_ count: Int, peak: Double = 0.5, seed: UInt64 = 1) -> [Frame] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) / 0x1p+52 * peak
  }
  return (0..<count).map { _ in Frame(next(), next()) }
}

func monoNoise(_ count: Int, seed: UInt64 = 1) -> [Frame] {
  noise(count, seed: seed).map { Frame($0.x, $0.x) }
}

func impulse(_ count: Int, at place: Int = 0, _ value: Double = 1) -> [Frame] {
  (0..<count).map { $0 == place ? Frame(value, value) : .zero }
}

/// The greatest difference, in dB re full scale.
func residual(_ a: [Frame], _ b: [Frame]) -> Double {
  guard a.count == b.count else { return .infinity }
  let worst = zip(a, b).reduce(0.0) { max($0, abs($1.0.x - $1.1.x), abs($1.0.y - $1.1.y)) }
  return Maths.decibels(amplitude: worst)
}
