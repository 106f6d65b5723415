import AudioFiles
import DSP
import Delivery
import Diagnostics
import FoundationEssentials
import MixdownKit
import Reporting
import Testing

/// A song in a folder of its own, which goes away with the object.
final class Song: Sendable {
  let folder: String

  init(_ session: String) throws {
    folder = FileManager.default.temporaryDirectory.path + "/mixdown-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: "\(folder)/.mixdown"))
    try Data(("mixdown: 1\n" + session).utf8).write(to: URL(filePath: "\(folder)/song.mix.yaml"))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes a stem as 32-bit float.
  func stem(_ name: String, _ frames: [Frame]) throws {
    let writer = try AudioFileWriter(
      "\(folder)/\(name)", .wav(.float32), sampleRate: 48_000, channelCount: 2, frameCount: frames.count)
    let samples = frames.flatMap { [Float($0.x), Float($0.y)] }
    try writer.write(samples.span)
    try writer.finish()
  }

  /// Renders into a folder, and reads the page and its data.
  func render(into output: String = "out") throws -> (report: RenderReport, page: String, data: String) {
    var options = RenderOptions()
    options.outputFolder = "\(folder)/\(output)"
    options.isReported = true
    let report = Mixdown.render(Mixdown.check("\(folder)/song.mix.yaml"), options)
    func text(_ ending: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(output)/song.report.\(ending)")), as: UTF8.self)
    }
    return (report, try text("html"), try text("json"))
  }
}

/// A sine of `frequency` in Hz at `level` dBFS, the same in both channels.
func sine(_ frequency: Double, seconds: Double, level: Double) -> [Frame] {
  let amplitude = Maths.amplitude(decibels: level)
  return (0..<Int(seconds * 48_000)).map { index in
    let turns = Double(index) * frequency / 48_000
    return Frame(repeating: amplitude * Maths.sineAndCosine(turns: turns - Maths.floor(turns)).sine)
  }
}
