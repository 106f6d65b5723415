import AudioFiles
import DSP
import Delivery
import Diagnostics
import FoundationEssentials
import RenderPlan
import SessionModel
import Testing

/// A folder that goes away with the object.
final class Workshop: Sendable {
  let path: String

  init() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/mixdown-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = Project.canonical(folder) ?? folder
    try Data().write(to: URL(filePath: "\(path)/.mixdown"))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a stem as 32-bit float, or in whole steps of 24 bits.
  func stem(_ name: String, _ frames: [Frame], isMono: Bool = false, bits24: Bool = false, rate: Int = 48_000)
    throws
  {
    let channels = isMono ? 1 : 2
    let writer = try AudioFileWriter(
      "\(path)/\(name)", .wav(bits24 ? .integer24 : .float32), sampleRate: rate, channelCount: channels,
      frameCount: frames.count)
    let samples = frames.flatMap { isMono ? [$0.x] : [$0.x, $0.y] }
    if bits24 {
      let steps = samples.map { Int32($0 * 0x1p23) }
      try writer.write(steps.span)
    } else {
      let floats = samples.map { Float($0) }
      try writer.write(floats.span)
    }
    try writer.finish()
  }

  func session(_ text: String, name: String = "song") throws {
    try Data(("mixdown: 1\n" + text).utf8).write(to: URL(filePath: "\(path)/\(name).mix.yaml"))
  }

  func render(
    _ name: String = "song", _ overrides: [String] = [], _ configure: (inout RenderOptions) -> Void = { _ in }
  ) throws -> DeliveryResult {
    var options = RenderOptions()
    options.outputFolder = "\(path)/out"
    configure(&options)
    return try Delivered.render("\(path)/\(name).mix.yaml", overrides, options)
  }

  func bytes(_ file: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file))) }

  var outputs: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/out")) ?? []).sorted()
  }
}

enum Delivered {
  static func render(_ path: String, _ overrides: [String], _ options: RenderOptions) throws -> DeliveryResult {
    var load = LoadOptions()
    load.overrides = overrides
    let (resolved, problems) = loadSession(path, load)
    let session = try #require(resolved, "\(problems.map(\.message))")
    var stems: [String: StemFile] = [:]
    for (id, track) in session.session.tracks {
      for (name, _) in track.clips {
        let file = try #require(session.file(at: "tracks.\(id).clips.\(name).stem"))
        let info = try probe(file)
        stems["\(id).\(name)"] = StemFile(
          path: file, channelCount: info.channelCount, frameCount: info.frameCount, sampleRate: info.sampleRate)
      }
    }
    // Versions of these tests have the session's own stems.
    return try Deliverer(session, stems: stems, options: options, processors: 2).run(
      progress: { _ in }, isCancelled: { false })
  }
}

extension DeliveryResult {
  subscript(id: String) -> DeliveredFile? { files.first { $0.id == id } }
  var codes: [String] { diagnostics.map(\.code.id) }
  var messages: String {
    diagnostics.map { "\($0.code.id) \($0.message) [\($0.hints.joined(separator: "; "))]" }.joined(
      separator: "\n")
  }
}

/// All frames of an audio file.
func frames(_ path: String) throws -> [Frame] {
  let reader = try AudioFileReader(path)
  let buffer = FrameBuffer(capacity: 8192)
  var frames: [Frame] = []
  while true {
    let count = try buffer.edit(0..<8192) { span throws(AudioFileError) in try reader.readFrames(into: &span)
    }
    if count == 0 { return frames }
    buffer.read(0..<count) { span in
      for index in 0..<count { frames.append(span[index]) }
    }
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

/// A tone with a click every half second, so that a limiter has something to do: the clicks are `crest` dB over it. A
/// click of 2 ms is hardly heard to be turned down; `burst` frames make it longer.
func programme(seconds: Double, level: Double, crest: Double, rate: Double = 48_000, burst length: Int = 96) -> [Frame]
{
  let amplitude = Maths.amplitude(decibels: level)
  let click = Maths.amplitude(decibels: level + crest)
  return (0..<Int(seconds * rate)).map { index in
    let phase = (Double(index) * 440 / rate).truncatingRemainder(dividingBy: 1)
    let tone = Maths.sineAndCosine(turns: phase).sine * amplitude
    let since = index % Int(rate / 2)
    let burst = since < length ? Maths.sineAndCosine(turns: Double(since) / 48).sine * click : 0
    return Frame(tone + burst, tone - burst * 0.5)
  }
}

/// Whole renders take long without the optimiser; `make test` has it.
let isOptimised: Bool = {
  #if DEBUG
    false
  #else
    true
  #endif
}()
