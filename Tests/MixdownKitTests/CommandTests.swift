import Diagnostics
import MixdownKit
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The program from outside: exit codes, what goes where, and what it leaves behind.
@Suite("Commands") struct CommandTests {
  private let folder = Folder()

  init() throws {
    try folder.wav("a.wav")
    folder.file(
      "good.mix.yaml",
      "mixdown: 1\ntracks: {a: {stem: a.wav}}\ndeliverables: {w: {format: wav}, f: {format: flac}}\n")
    folder.file("bad.mix.yaml", "mixdown: 1\ntracks: {a: {stem: a.wav, level: loud}}\n")
    folder.file("missing.mix.yaml", "mixdown: 1\ntracks: {a: {stem: gone.wav}}\n")
  }

  private func run(_ arguments: String...) throws -> Run { try Run(arguments, in: folder) }

  @Test(
    "exit codes",
    arguments: [
      (["--version"], 0), (["--help"], 0), (["check", "--help"], 0), (["check", "good.mix.yaml"], 0),
      (["show", "good.mix.yaml"], 0), (["presets"], 0), (["presets", "show", "vinyl"], 0),
      (["processors", "eq"], 0),
      (["schema", "session"], 0), (["explain", "S0202"], 0), (["completions", "zsh"], 0),
      (["check", "bad.mix.yaml"], 1), (["check", "missing.mix.yaml"], 1), (["check", "nowhere.mix.yaml"], 1),
      (["check", "good.mix.yaml", "bad.mix.yaml"], 1),
      (["show", "bad.mix.yaml"], 2), (["render", "bad.mix.yaml"], 2), (["bogus"], 2), (["check"], 2),
      (["check", "--format", "xml", "good.mix.yaml"], 2), (["explain", "X1"], 2), (["processors", "ee"], 2),
      (["render", "good.mix.yaml", "--jobs", "0"], 2), (["render", "good.mix.yaml", "-o", "-"], 2),
      (["render", "good.mix.yaml", "--only", "ww"], 2), (["check", "good.mix.yaml", "--set", "x"], 2),
      (["render", "good.mix.yaml", "--solo", "z"], 2), (["render", "good.mix.yaml", "--mute", "a", "--no-report"], 0),
      (["render", "missing.mix.yaml"], 3), (["render", "nowhere.mix.yaml"], 3), (["measure", "gone.wav"], 3),
      (["check", "song.release.yaml"], 1),
    ] as [([String], Int32)])
  func exits(arguments: [String], status: Int32) throws {
    let run = try Run(arguments, in: folder)
    #expect(run.status == status, "\(run.standard) \(run.messages)")
  }

  @Test(
    "what is no command is told which is meant",
    arguments: [
      (["chekc", "good.mix.yaml"], "did you mean `mixdown check`?"),
      (["good.mix.yaml", "-o", "out"], "did you mean `mixdown render good.mix.yaml -o out`?"),
      (["a.wav"], "did you mean `mixdown measure a.wav`?"),
      (["show", "good.mix.yaml", "tracks.b"], "`tracks` has no `b`"),
    ] as [([String], String)])
  func meantCommands(arguments: [String], answer: String) throws {
    let run = try Run(arguments, in: folder)
    #expect(run.status == 2)
    #expect(run.messages.contains(answer), "\(run.messages)")
  }

  @Test("usage errors are messages and not data") func usage() throws {
    let run = try run("check")
    #expect(run.standard.isEmpty)
    #expect(run.messages.contains("FILE"))
  }

  @Test("findings are data; the sum is a message that --quiet leaves out") func check() throws {
    let run = try run("check", "bad.mix.yaml")
    #expect(run.standard.contains("error[U0301]"))
    #expect(!run.standard.contains("\u{1B}["))
    #expect(run.messages == "bad.mix.yaml: 1 error\n")
    #expect(try self.run("check", "-q", "good.mix.yaml").messages.isEmpty)
  }

  @Test("every format of check", arguments: ["short", "github", "sarif", "json"])
  func formats(format: String) throws {
    let run = try run("check", "--format", format, "bad.mix.yaml")
    let expected = [
      "short": "bad.mix.yaml:2:34: error[U0301]: ", "github": "::error file=bad.mix.yaml,line=2",
      "sarif": "\"ruleId\": \"U0301\"", "json": "\"version\": 1",
    ]
    #expect(run.standard.contains(expected[format] ?? "?"))
  }

  @Test("--set, --root and --allow-outside reach the session") func options() throws {
    #expect(try run("check", "bad.mix.yaml", "--set", "tracks.a.level=-3 dB").status == 0)
    folder.file("inside/out.mix.yaml", "mixdown: 1\ntracks: {a: {stem: ../a.wav}}\n")
    folder.file("inside/.mixdown", "")
    #expect(try run("check", "inside/out.mix.yaml").status == 1)
    #expect(try run("check", "inside/out.mix.yaml", "--root", ".").status == 0)
    #expect(try run("check", "inside/out.mix.yaml", "--allow-outside").status == 0)
  }

  @Test("a reader that goes away ends the output quietly") func brokenPipe() throws {
    let run = try Run(["schema", "session"], in: folder, standard: .closedPipe)
    #expect(run.status == 0)
    #expect(run.messages.isEmpty)
  }

  @Test("a deliverable on standard output is the file that would have been written") func stream() throws {
    let made = try run("render", "good.mix.yaml", "--only", "f", "-o", "out", "-q")
    #expect(made.status == 0 && made.standard.isEmpty && made.messages.isEmpty)
    let streamed = try run("render", "good.mix.yaml", "--only", "f", "-o", "-")
    #expect(streamed.status == 0)
    #expect(streamed.bytes == contents("\(folder.path)/out/good-f.flac"))
  }

  @Test("render --json is one object, on success and on failure") func json() throws {
    for (name, status) in [("good", "rendered"), ("bad", "failed")] {
      let run = try run("render", "\(name).mix.yaml", "--json", "-o", "out")
      let value = try #require(yamlValue(folder.file("out.json", run.standard)))
      #expect(value["status"] == .string(status))
      #expect(run.messages.isEmpty)
    }
  }

  @Test("an interruption ends with 130 and leaves nothing") func interruption() throws {
    folder.file(
      "long.mix.yaml",
      "mixdown: 1\ntail: 900 s\ntracks: {a: {stem: a.wav}}\ndeliverables: {m: {format: mp3}}\n")
    let before = names(in: folder.path)
    let run = try Run(["render", "long.mix.yaml", "-o", "out/deep"], in: folder) { process in
      // In the middle of the file if it comes to that soon, else in the middle of the mix.
      for _ in 0..<30 {
        if !names(in: "\(folder.path)/out/deep", hidden: true).isEmpty { break }
        usleep(100_000)
      }
      kill(process, SIGINT)
    }
    #expect(run.status == 130)
    #expect(names(in: folder.path) == before)
  }
}

/// One run of the program.
struct Run {
  enum Standard { case file, closedPipe }

  let status: Int32
  let bytes: [UInt8]
  let messages: String

  var standard: String { String(decoding: bytes, as: UTF8.self) }

  /// Beside the tests, where the package manager puts it.
  private static let program: String = {
    let folder = (CommandLine.arguments.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
      .prefix { !$0.hasSuffix(".xctest") }.joined(separator: "/")
    if unsafe access("\(folder)/mixdown", X_OK) == 0 { return "\(folder)/mixdown" }
    #if DEBUG
      return "\(repository)/.build/debug/mixdown"
    #else
      return "\(repository)/.build/release/mixdown"
    #endif
  }()

  init(
    _ arguments: [String], in folder: Folder, standard: Standard = .file, input: String = "/dev/null",
    during: (pid_t) -> Void = { _ in }
  ) throws {
    let out = "\(folder.path)/.stdout-\(UInt32.random(in: 0 ... .max))", err = out + "-messages"
    // The shell changes the folder and then becomes the program, under the same id. What it keeps goes with the folder.
    let script = "cd \"$0\" && export MIXDOWN_CACHE=\"$0/.cache\" && exec \"$@\""
    let line = ["/bin/sh", "-c", script, folder.path, Self.program] + arguments
    var words: [UnsafeMutablePointer<CChar>?] = unsafe line.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    var ends: [Int32] = [-1, -1]
    switch standard {
    case .file: unsafe posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    case .closedPipe:
      unsafe pipe(&ends)
      close(ends[0])
      unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    }
    unsafe posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var process: pid_t = 0
    let spawned = unsafe posix_spawn(&process, line[0], &actions, nil, &words, environ)
    try #require(spawned == 0, "cannot run \(Self.program)")
    if ends[1] >= 0 { close(ends[1]) }
    during(process)
    var raw: Int32 = 0
    while unsafe waitpid(process, &raw, 0) < 0, errno == EINTR {}
    status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F)
    bytes = contents(out)
    messages = text(err)
    unsafe unlink(out)
    unsafe unlink(err)
  }
}
