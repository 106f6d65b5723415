import AudioFiles
import DSP
import Delivery
import Diagnostics
import FoundationEssentials
import Testing

/// The examples render to the same samples, on every machine, until an edition says otherwise.
///
/// `golden.txt` beside this file holds, for each deliverable, the PCM hash, and the level of every stretch of it as a
/// hint to what changed. When a change of the sound is meant, refresh it and say so in the CHANGELOG:
///
///     MIXDOWN_REFRESH_GOLDEN=1 swift test -c release --filter GoldenTests
@Suite("Golden", .enabled(if: isOptimised))
struct GoldenTests {
  static let here = String(#filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 })
  static let golden = here + "/golden.txt"
  static let repository = here + "/../.."

  static let names = [
    "01-first-mix/first-mix", "02-levels-and-panning/levels-and-panning",
    "03-eq-and-compression/eq-and-compression", "04-sends-and-returns/sends-and-returns",
    "05-groups-vcas-and-sidechain/groups-vcas-and-sidechain", "06-automation/automation",
    "07-clips-and-fades/clips-and-fades", "08-tempo-and-bars/tempo-and-bars", "09-mastering-a-mix/mastering",
    "10-stem-mastering/stem-mastering",
  ]

  /// LUFS of deliverables that have a loudness other than −14; `nil` where it is that of the mix.
  static let loudness: [String: Double?] = [
    "09-mastering-a-mix/mastering cd": -12, "09-mastering-a-mix/mastering vinyl": nil,
    "09-mastering-a-mix/mastering radio": -23, "10-stem-mastering/stem-mastering instrumental": nil,
  ]

  @Test("the examples render to their samples", arguments: names)
  func examples(_ name: String) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/mixdown-golden-\(UUID().uuidString)"
    var options = RenderOptions()
    options.outputFolder = folder
    let result = try Delivered.render("\(Self.repository)/examples/\(name).mix.yaml", [], options)
    #expect(!result.diagnostics.contains { $0.severity == .error }, "\(result.messages)")
    let rendered = try result.files.map { file in
      Golden(name: "\(name) \(file.id)", hash: file.pcmSHA256, levels: try Self.levels(file.path))
    }
    for file in result.files {
      guard let target = Self.loudness["\(name) \(file.id)"] ?? -14 else { continue }
      let measured = file.measurement.integrated
      #expect(abs((measured ?? 0) - target) <= 0.1, "\(file.id): \(String(describing: measured))")
    }
    if ProcessInfo.processInfo.environment["MIXDOWN_REFRESH_GOLDEN"] != nil {
      try Self.refresh(rendered)
      try? FileManager.default.removeItem(atPath: folder)
      return
    }
    let known = try Self.read()
    var isEqual = true
    for file in rendered {
      guard let golden = known.first(where: { $0.name == file.name }) else {
        Issue.record("golden.txt does not know `\(file.name)`; see the top of GoldenTests.swift")
        continue
      }
      if golden.hash == file.hash { continue }
      isEqual = false
      Issue.record(
        "`\(file.name)` renders to other samples. \(file.difference(from: golden)) The file is kept in \(folder)"
      )
    }
    if isEqual { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// Peak and RMS, in dB, of sixteen stretches of a file.
  private static func levels(_ path: String) throws -> [String] {
    let sound = try frames(path)
    let length = (sound.count + 15) / 16
    return stride(from: 0, to: sound.count, by: length).map { start in
      let part = sound[start..<min(sound.count, start + length)]
      let peak = part.reduce(0.0) { max($0, abs($1.x), abs($1.y)) }
      let power = part.reduce(0.0) { $0 + $1.x * $1.x + $1.y * $1.y } / Double(2 * part.count)
      return "\(Golden.decibels(peak))/\(Golden.decibels(power.squareRoot()))"
    }
  }

  private static func read() throws -> [Golden] {
    let text = String(decoding: try Data(contentsOf: URL(filePath: golden)), as: UTF8.self)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 3 else { return nil }
      return Golden(name: words[0] + " " + words[1], hash: words[2], levels: Array(words[3...]))
    }
  }

  private static func refresh(_ rendered: [Golden]) throws {
    let names = Set(rendered.map(\.name))
    let kept = ((try? read()) ?? []).filter { !names.contains($0.name) }
    let lines = (kept + rendered).sorted { $0.name < $1.name }.map {
      "\($0.name) \($0.hash) \($0.levels.joined(separator: " "))"
    }
    let head =
      "# session, deliverable, SHA-256 of the PCM, then peak/RMS in dB of sixteen stretches. Made by GoldenTests.swift.\n"
    try Data((head + lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: golden))
  }
}

/// What a deliverable sounded like when it was last listened to.
struct Golden {
  var name: String
  var hash: String
  var levels: [String]

  static func decibels(_ amplitude: Double) -> String {
    amplitude > 0 ? "\((Maths.decibels(amplitude: amplitude) * 100).rounded() / 100)" : "-inf"
  }

  /// Where the levels differ, in a sentence.
  func difference(from golden: Golden) -> String {
    guard levels.count == golden.levels.count else { return "Its length changed." }
    let changed = levels.indices.filter { levels[$0] != golden.levels[$0] }
    guard let first = changed.first else {
      return "No peak and no RMS of a sixteenth differs by 0.01 dB: the change is tiny."
    }
    return
      "Peak/RMS in dB differ in \(changed.count) of \(levels.count) stretches, first in number \(first + 1): \(golden.levels[first]) was, \(levels[first]) is."
  }
}
