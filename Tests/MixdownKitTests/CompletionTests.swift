import Testing

/// What shells are told, and what `man` is.
@Suite("Completions") struct CompletionTests {
  private let folder = Folder()

  init() throws {
    try folder.wav("a.wav")
    folder.file(
      "good.mix.yaml",
      """
      mixdown: 1
      tracks: {lead: {stem: a.wav}, bass: {stem: a.wav}}
      versions: {instrumental: {mute: [lead]}}
      deliverables: {wav: {format: wav}, flac: {format: flac}}

      """)
  }

  /// The words that complete the last of `line`, as the shell's script asks for them.
  private func offered(_ option: String, _ line: [String]) throws -> [String] {
    let place = line.count - 1
    let run = try Run(
      ["---completion", line[1], "--", option, "\(place)", "\(line[place].count)"] + line, in: folder)
    #expect(run.status == 0, "\(run.messages)")
    return run.standard.split(separator: "\n").map(String.init)
  }

  @Test("deliverables and versions of the session that the line names") func names() throws {
    #expect(try offered("--only", ["mixdown", "render", "good.mix.yaml", "--only", ""]) == ["wav", "flac"])
    #expect(try offered("--only", ["mixdown", "render", "'good.mix.yaml'", "--only", ""]) == ["wav", "flac"])
    #expect(try offered("--mix", ["mixdown", "render", "good.mix.yaml", "--mix", ""]) == ["instrumental"])
    #expect(try offered("--solo", ["mixdown", "render", "good.mix.yaml", "--solo", ""]) == ["lead", "bass"])
    #expect(try offered("--mute", ["mixdown", "render", "good.mix.yaml", "--mute", ""]) == ["lead", "bass"])
    #expect(try offered("--mix", ["mixdown", "render", "gone.mix.yaml", "--mix", ""]) == [])
    #expect(try offered("--mix", ["mixdown", "render", "--mix", ""]) == [])
  }

  @Test("paths for --set: to the next dot where they are many, and to the value") func paths() throws {
    let first = try offered("--set", ["mixdown", "render", "good.mix.yaml", "--set", ""])
    #expect(first.contains("tracks.") && first.contains("sample_rate="))
    let lead = try offered("--set", ["mixdown", "render", "good.mix.yaml", "--set", "tracks.lead.le"])
    #expect(lead == ["tracks.lead.level="])
    // What is offered is taken.
    let run = try Run(["show", "good.mix.yaml", "--set", "\(lead.first ?? "")-7 dB"], in: folder)
    #expect(run.status == 0 && run.standard.contains("-7 dB"))
  }

  @Test("parts of paths end behind a dot, and stand once") func parts() throws {
    let tracks = (1...60).map { "t\($0): {stem: a.wav}" }.joined(separator: ", ")
    folder.file("many.mix.yaml", "mixdown: 1\ntracks: {\(tracks)}\n")
    let line = ["mixdown", "render", "many.mix.yaml", "--set"]
    #expect(try offered("--set", line + [""]).count { $0 == "tracks." } == 1)
    let tracksOffered = try offered("--set", line + ["tracks."])
    #expect(tracksOffered.count == 60 && tracksOffered.first == "tracks.t1.")
    #expect(try offered("--set", line + ["tracks.t7.le"]) == ["tracks.t7.level="])
    #expect(try offered("--set", line + ["x"]) == [])
  }

  @Test("no shell adds a space where a path goes on") func spaces() throws {
    #expect(try Run(["completions", "bash"], in: folder).standard.contains("compopt +o filenames -o nospace"))
    #expect(try Run(["completions", "zsh"], in: folder).standard.contains("compadd -S '' -- "))
  }

  @Test("the manual has every command and option, and nothing that is a macro by accident") func manual() throws {
    let page = try Run(["manual"], in: folder).standard
    let parts = [".TH MIXDOWN 1", ".SH NAME", ".SS mixdown render", "\\fB\\-\\-only\\fR \\fIID\\fR", ".SH EXIT STATUS"]
    for part in parts { #expect(page.contains(part), "\(part)") }
    let macros: Set<String> = [".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".I", ".BR", ".br", ".nf", ".fi"]
    for line in page.split(separator: "\n") where line.first == "." || line.first == "'" {
      #expect(macros.contains(String(line.prefix { $0 != " " })), "\(line)")
    }
  }
}
