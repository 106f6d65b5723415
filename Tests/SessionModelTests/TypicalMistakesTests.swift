import Diagnostics
import SessionModel
import Tables
import Testing

/// What newcomers write first: each slip is one message, and each suggestion makes the file valid and means what was
/// meant.
@Suite("Typical mistakes") struct TypicalMistakesTests {
  struct Mistake: Sendable, CustomTestStringConvertible {
    var about: String
    /// Lines of a session; `{}` is where `wrong` and `right` go.
    var file: String
    var wrong: String
    var right: String
    /// How many suggestions there are to choose from; `right` is one of them.
    var choices = 1

    init(_ about: String, _ file: String, _ wrong: String, _ right: String, choices: Int = 1) {
      self.about = about
      self.file = file
      self.wrong = wrong
      self.right = right
      self.choices = choices
    }

    var testDescription: String { about }
  }

  private static let track = "tracks: {lead: {stem: lead.wav, {}}}"
  private static let insert = "tracks: {lead: {stem: lead.wav, inserts: {{}}}}"
  private static let band = "tracks: {lead: {stem: lead.wav, inserts: {eq: {bands: {{}}}}}}"
  private static let sends = "tracks: {lead: {stem: lead.wav, {}}}\nbuses: {hall: {inserts: {reverb: {}}}}"
  private static let top = "{}\ntracks: {lead: {stem: lead.wav}}"
  private static let musical = "tempo: 120\n" + top
  private static let master = "tracks: {lead: {stem: lead.wav}}\n{}"
  private static let file = "tracks: {lead: {stem: lead.wav}}\ndeliverables: {out: {{}}}"
  private static let lane = "tempo: 120\n" + sends

  static let mistakes: [Mistake] = [
    // Words of other programs.
    Mistake("volume", track, "volume: -3 dB", "level: -3 dB"),
    Mistake("gain on a track", track, "gain: -3", "level: -3"),
    Mistake("panning", track, "panning: L30", "pan: L30"),
    Mistake("phase", track, "phase: invert", "polarity: inverted"),
    Mistake("plugins", track, "plugins: {dc_block: {}}", "inserts: {dc_block: {}}"),
    Mistake("file", "tracks: {lead: {{}}}", "file: lead.wav", "stem: lead.wav"),
    Mistake("a file for a track", "tracks: {lead: {}}", "lead.wav", "{stem: lead.wav}"),
    Mistake("time of a clip", "tracks: {lead: {clips: {a: {stem: lead.wav, {}}}}}", "time: 2 s", "at: 2 s"),
    Mistake("group", "tracks: {lead: {stem: lead.wav, {}}}\nbuses: {drums: {}}", "group: drums", "output: drums"),
    Mistake(
      "groups", "tracks: {lead: {stem: lead.wav, output: drums}}\n{}", "groups: {drums: {}}", "buses: {drums: {}}"),
    Mistake("freq", band, "bell: {freq: 2 kHz}", "bell: {frequency: 2 kHz}"),
    Mistake("highpass", band, "highpass: {frequency: 80}", "high_pass: {frequency: 80}"),
    Mistake("peaking", band, "mud: {type: peaking, frequency: 300}", "mud: {type: bell, frequency: 300}"),
    Mistake("comp", insert, "comp: {ratio: 3}", "compressor: {ratio: 3}"),
    Mistake("wet", insert, "reverb: {wet: 30 %}", "reverb: {mix: 30 %}"),
    Mistake("bpm", top, "bpm: 93", "tempo: 93"),
    Mistake("time_signature", top, "time_signature: 3/4", "meter: 3/4"),
    Mistake("title and artist", top, "title: Song\nartist: Ada", "metadata: {title: Song, artist: Ada}"),
    Mistake("loudness at the top", top, "loudness: -14 LUFS", "master: {loudness: {integrated: -14 LUFS}}"),
    Mistake(
      "loudness as a value", master, "master: {loudness: -14 LUFS}", "master: {loudness: {integrated: -14 LUFS}}"),
    Mistake("ceiling in the master", master, "master: {ceiling: -1 dBTP}", "master: {limiter: {ceiling: -1 dBTP}}"),
    Mistake("a preset for a master", master, "master: cd", "master: {preset: cd}"),
    Mistake("stems", file, "format: wav, stems: true", "format: wav, split: stems"),
    Mistake("ogg", file, "format: ogg", "format: ogg_vorbis"),
    Mistake("equal power", top, "pan_law: equal_power", "pan_law: -3 dB"),
    // Other shapes.
    Mistake(
      "tracks as a list", "tracks: {}", "[{name: lead, file: lead.wav, volume: -3}]",
      "{lead: {stem: lead.wav, level: -3}}"),
    Mistake(
      "inserts as a list", insert.replacing("{{}}", with: "{}"), "[compressor, {eq: {}}]", "{compressor: {}, eq: {}}"),
    Mistake(
      "formats as a list", master, "deliverables: [wav, flac]",
      "deliverables: {wav: {format: wav}, flac: {format: flac}}"),
    Mistake("one channel", track, "channels: 1", "channels: [1]"),
    Mistake("one name to mute", master, "versions: {karaoke: {mute: lead}}", "versions: {karaoke: {mute: [lead]}}"),
    Mistake(
      "one point", lane, "automation: {level: {at: 2|1, value: -3}}", "automation: {level: [{at: 2|1, value: -3}]}"),
    Mistake(
      "an insert without a value", "tracks:\n  lead:\n    stem: lead.wav\n    inserts:\n      {}", "dc_block:",
      "dc_block: {}"),
    Mistake("a limiter's ceiling", master, "master: {limiter: -1 dBTP}", "master: {limiter: {ceiling: -1 dBTP}}"),
    // Values.
    Mistake("a decimal comma", "tracks:\n  lead:\n    stem: lead.wav\n    level: {}", "-3,5 dB", "-3.5 dB"),
    Mistake("a decimal comma in braces", insert, "reverb: {decay: 1,2 s}", "reverb: {decay: 1.2 s}"),
    Mistake("thousands with a k", band, "bell: {frequency: 2.5k}", "bell: {frequency: 2.5 kHz}"),
    Mistake("a bare time", insert, "compressor: {attack: 10}", "compressor: {attack: 10 ms}"),
    Mistake("a bare place", musical, "markers: {solo: 40}", "markers: {solo: 40|1}", choices: 2),
    Mistake(
      "a bare place in a lane", lane, "automation: {level: [{at: 11, value: -3}]}",
      "automation: {level: [{at: 11|1, value: -3}]}", choices: 2),
    Mistake("left", track, "pan: left", "pan: L100"),
    Mistake("30L", track, "pan: 30L", "pan: L30"),
    Mistake("a fraction for a percentage", insert, "reverb: {mix: 0.5}", "reverb: {mix: 50 %}"),
    Mistake("a fraction for a pan", track, "pan: 0.3", "pan: R30"),
    Mistake("yes", track, "mute: yes", "mute: true"),
    Mistake("kilohertz left out", top, "sample_rate: 48", "sample_rate: 48 kHz"),
    Mistake("bits with their name", file, "format: wav, bit_depth: 24 bit", "format: wav, bit_depth: 24"),
    Mistake(
      "dB for a true peak", master, "master: {limiter: {ceiling: -1 dB}}", "master: {limiter: {ceiling: -1 dBTP}}"),
    Mistake(
      "dB for a slope", band, "high_pass: {frequency: 80, slope: 24 dB}", "high_pass: {frequency: 80, slope: 24 dB/oct}"
    ),
    // Names.
    Mistake("a misspelt key", insert, "compressor: {treshold: -20 dB}", "compressor: {threshold: -20 dB}"),
    Mistake("a misspelt insert", insert, "compresor: {ratio: 3}", "compressor: {ratio: 3}"),
    Mistake("a misspelt bus", sends, "sends: {hal: -12 dB}", "sends: {hall: -12 dB}"),
    Mistake("a misspelt choice", insert, "reverb: {model: plat}", "reverb: {model: plate}"),
    Mistake("a misspelt preset", master, "master: {preset: streeming}", "master: {preset: streaming}"),
    Mistake("a name with a blank", "tracks: {{}: {stem: lead.wav}}", "Lead Vocal", "lead_vocal"),
    Mistake(
      "a send that moves", lane, "sends: {hall: -9}, automation: {sends.hall: [{at: 2|1, value: -3}]}",
      "sends: {hall: -9}, automation: {sends.hall.level: [{at: 2|1, value: -3}]}"),
    Mistake("no edition", "{}tracks: {lead: {stem: lead.wav}}", "", "mixdown: 1\n"),
  ]

  @Test("there are forty of them, and more") func count() { #expect(Self.mistakes.count >= 40) }

  @Test("one message; what it suggests is right", arguments: mistakes)
  func suggestion(mistake: Mistake) throws {
    let head = mistake.about == "no edition" ? "" : "mixdown: 1\n"
    let text = head + filled(mistake.file, mistake.wrong)
    let found = try problems(text)
    #expect(found.count == 1, "\(found.map { "\($0.code.id) \($0.message)" })")
    let problem = try #require(found.first)
    let wanted = try values(head + filled(mistake.file, mistake.right))
    let suggested = suggestions(of: problem, in: text)
    #expect(suggested.count == mistake.choices, "\(problem.message) \(problem.hints)")
    // Each of them is valid, and one is what was meant.
    let meanings = try suggested.map { try values($0) }
    #expect(meanings.contains(wanted), "\(suggested)")
  }

  /// The first `{}` that stands alone.
  private func filled(_ file: String, _ part: String) -> String {
    guard let place = file.firstRange(of: "{}") else { return file }
    return file[..<place.lowerBound] + part + file[place.upperBound...]
  }

  private func problems(_ text: String) throws -> [Diagnostic] {
    let folder = try ProjectFolder(["song.mix.yaml": text])
    return readSession("\(folder.path)/song.mix.yaml").1.filter { $0.severity != .note && $0.code.id != "G0603" }
  }

  /// The file with each suggestion taken: the edit, or the texts that the hint offers in its place.
  private func suggestions(of problem: Diagnostic, in text: String) -> [String] {
    func replacing(_ range: SourceRange, _ new: String) -> String {
      let bytes = Array(text.utf8)
      return String(
        decoding: bytes[..<range.bytes.lowerBound] + Array(new.utf8) + bytes[range.bytes.upperBound...], as: UTF8.self)
    }
    if let edit = problem.edit { return [replacing(edit.range, edit.replacement)] }
    guard let range = problem.primary?.range, let hint = problem.hints.first(where: { $0.hasPrefix("write ") }) else {
      return []
    }
    let parts = hint.split(separator: "`", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 }.map { replacing(range, String(parts[$0])) }
  }

  /// What a valid file says: its values by their paths.
  private func values(_ text: String) throws -> [String: String] {
    let folder = try ProjectFolder(["song.mix.yaml": text])
    let (session, diagnostics) = loadSession("\(folder.path)/song.mix.yaml")
    let errors = diagnostics.filter { $0.severity == .error }.map { "\($0.code.id) \($0.message)" }
    #expect(errors == [], "\(text)")
    var values: [String: String] = [:]
    func visit(_ setting: Setting, _ path: String) {
      switch setting.content {
      case .text(let text): values[path] = text
      case .null, .unreadable: values[path] = "null"
      case .list(let items): for (index, item) in items.enumerated() { visit(item, "\(path).\(index)") }
      case .mapping(let entries):
        if entries.isEmpty { values[path] = "{}" }
        for entry in entries { visit(entry.value, path.isEmpty ? entry.key : "\(path).\(entry.key)") }
      }
    }
    if let session { visit(session.tree, "") }
    return values
  }

  @Test(
    "no number is offered under a unit of another kind",
    arguments: ["level: 80%", "level: 10 ms", "pan: 30 dB", "width: 50 dB", "delay: -3 dB", "level: 2 kHz"])
  func kinds(line: String) throws {
    let found = try problems("mixdown: 1\ntracks: {lead: {stem: lead.wav, \(line)}}\n")
    #expect(found.count == 1)
    #expect(found.first?.edit == nil)
    #expect(found.first?.hints.contains { $0.hasPrefix("write ") } == false, "\(found.first?.hints ?? [])")
  }

  @Test("a value that the right key refuses keeps its edit to itself, and says why")
  func volumeInPercent() throws {
    let found = try problems("mixdown: 1\ntracks: {lead: {stem: lead.wav, volume: 80%}}\n")
    #expect(found.map(\.code.id) == ["S0202"])
    #expect(found.first?.edit == nil)
    #expect(found.first?.hints.first == "did you mean `level`?")
    #expect(found.first?.hints.last?.hasPrefix("`80%` is a percentage, but a level or gain is wanted here") == true)
  }
}
