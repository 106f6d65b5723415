import Diagnostics
import FoundationEssentials
import SessionModel
import Testing

@Suite("Paths")
struct PathTests {
  @Test(
    "paths that leave the project",
    arguments: ["../a.wav", "/etc/passwd", "stems/../../a.wav", "out/a.wav", "link.wav"])
  func outside(_ stem: String) throws {
    let other = try ProjectFolder(["a.wav": "x"])
    let folder = try ProjectFolder()
    try folder.link("out", to: other.path)
    try folder.link("link.wav", to: "\(other.path)/a.wav")
    try folder.write("mixdown: 1\ntracks: {a: {stem: \(stem)}}\n", to: "song.mix.yaml")
    let loaded = folder.load()
    #expect(loaded.places == ["P0502 2:20"], "\(loaded.messages)")
    #expect(folder.load { $0.allowsOutside = true }.diagnostics.isEmpty)
  }

  @Test("parents, presets and covers must stay inside, too")
  func outsideFiles() throws {
    let other = try ProjectFolder([
      "p.mix.yaml": session(""), "p.preset.yaml": "mixdown: 1\npreset: channel\n",
    ])
    let folder = try ProjectFolder()
    try folder.link("p.mix.yaml", to: "\(other.path)/p.mix.yaml")
    try folder.write("mixdown: 1\nextends: p.mix.yaml\n", to: "song.mix.yaml")
    #expect(folder.load().places == ["P0502 2:10"])
    try folder.write(
      "mixdown: 1\ntracks: {a: {stem: a.wav, preset: \(other.path)/p.preset.yaml}}\n", to: "song.mix.yaml")
    #expect(folder.load().places == ["P0502 2:35"])
    try folder.write(
      session(
        "metadata: {cover: /etc/x.png}\ndeliverables: {w: {format: wav, metadata: {cover: ../y.png}}}\n"),
      to: "song.mix.yaml")
    #expect(folder.load().places == ["P0502 3:19", "P0502 4:51"])
    #expect(
      folder.load { $0.overrides = ["metadata.cover=/etc/z.png"] }.diagnostics.contains {
        $0.code == .outsideProject
      })
  }

  @Test("links that stay inside, and files that are not there yet, are fine")
  func inside() throws {
    let folder = try ProjectFolder([
      "real/a.wav": "x",
      "song.mix.yaml":
        "mixdown: 1\ntracks: {a: {stem: ./aa.wav}, b: {stem: not/yet/there.wav}, c: {stem: real/../real/a.wav}}\n",
    ])
    try folder.link("l", to: "real")
    #expect(folder.load().diagnostics.isEmpty)
  }

  @Test("two files that say paths at the same place are both looked at")
  func samePlace() throws {
    let folder = try ProjectFolder([
      "song.mix.yaml": "mixdown: 1\nextends: p.mix.yaml\ntracks: {b: {stem: ../b.wav}}\n",
      "p.mix.yaml": "mixdown: 1\n# the same lengths\n\ntracks: {a: {stem: ./aa.wav}}\n",
    ])
    #expect(folder.load().places == ["P0502 3:20"])
  }

  @Test("a name that only begins like the project is outside")
  func sibling() throws {
    let folder = try ProjectFolder(
      [
        "p/.mixdown": "", "p2/a.wav": "x",
        "p/song.mix.yaml": "mixdown: 1\ntracks: {a: {stem: ../p2/a.wav}}\n",
      ], isProject: false)
    #expect(folder.load("p/song.mix.yaml").places == ["P0502 2:20"])
  }

  @Test("the root is the nearest folder with `.git` or `.mixdown`, else the file's own")
  func root() throws {
    let files = [
      "songs/song.mix.yaml": "mixdown: 1\ntracks: {a: {stem: ../stems/a.wav}}\n", "stems/a.wav": "x",
    ]
    #expect(try ProjectFolder(files).load("songs/song.mix.yaml").diagnostics.isEmpty)
    #expect(try ProjectFolder(files, isProject: false).load("songs/song.mix.yaml").places == ["P0502 2:20"])
    let git = try ProjectFolder(files, isProject: false)
    try git.write("", to: ".git/HEAD")
    #expect(git.load("songs/song.mix.yaml").diagnostics.isEmpty)
    let nested = try ProjectFolder(files)
    try nested.write("", to: "songs/.mixdown")
    #expect(nested.load("songs/song.mix.yaml").places == ["P0502 2:20"], "the nearest counts")
    #expect(nested.load("songs/song.mix.yaml") { $0.root = nested.path }.diagnostics.isEmpty, "--root")
  }

  @Test("`.mixdown` lists further folders")
  func listed() throws {
    let other = try ProjectFolder(["a.wav": "x", "deep/b.wav": "x"])
    let folder = try ProjectFolder([
      "song.mix.yaml":
        "mixdown: 1\ntracks: {a: {stem: \(other.path)/a.wav}, b: {stem: \(other.path)/deep/b.wav}}\n"
    ])
    #expect(folder.load().diagnostics.count == 2)
    try folder.write("# our stems\n\n  \(other.path)\nnowhere\n", to: ".mixdown")
    #expect(folder.load().diagnostics.isEmpty)
    try folder.write("\(other.path)/deep\r\n", to: ".mixdown")
    #expect(folder.load().diagnostics.count == 1, "a line may end like on Windows")
  }

  @Test("empty paths, and paths that look like something else")
  func odd() throws {
    #expect(
      try load(
        "mixdown: 1\ntracks: {a: {stem: ''}, b: {stem: \"~\"}, c: {stem: 'http://x/y.wav'}}\nmetadata: {cover: ''}\n"
      ).places == ["P0503 2:20", "P0503 3:19"])
  }

  @Test("a session that is no regular file, or too large")
  func irregular() throws {
    let folder = try ProjectFolder()
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/song.mix.yaml", withIntermediateDirectories: true)
    #expect(folder.load().places == ["P0501 -"])
    try folder.write(String(repeating: "# comment\n", count: 900_000), to: "big.mix.yaml")
    let big = folder.load("big.mix.yaml")
    #expect(
      big.resolved == nil && big.diagnostics.count == 1
        && big.diagnostics.first?.code.id.hasPrefix("Y") == true, "\(big.messages)")
  }
}
