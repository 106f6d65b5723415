import Diagnostics
import MixdownKit
import SessionModel
import Testing
import YAMLSyntax

/// What fuzzers have found (Tests/Fuzzing): sessions and `--set` texts over which the process once died or hung.
@Suite("Crashers") struct CrasherTests {
  static let folder = "\(repository)/Tests/MixdownKitTests/Crashers"

  @Test(arguments: names(in: folder))
  func isReadOrRefused(_ name: String) throws {
    let bytes = contents("\(Self.folder)/\(name)")
    let (document, problems) = parseYAML(SourceFile(path: name, bytes: bytes))
    #expect(document != nil || problems.contains { $0.severity == .error })
    check(problems)

    let folder = Folder()
    try folder.wav("a.wav", channels: 1, rate: 8000, frames: 8000)
    var options = LoadOptions()
    if name.hasPrefix("set-") {
      save(contents("\(Self.folder)/everything.mix.yaml"), to: "\(folder.path)/song.mix.yaml")
      options.overrides = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    } else {
      // A line of `%%%` parts a session, its parent and a preset.
      let parts = pieces(bytes)
      for (file, part) in zip(["song.mix.yaml", "parent.mix.yaml", "a.preset.yaml"], parts) {
        save(part, to: "\(folder.path)/\(file)")
      }
    }
    let checked = Mixdown.check("\(folder.path)/song.mix.yaml", options)
    check(checked.diagnostics)
    #expect(checked.session != nil || checked.diagnostics.contains { $0.severity == .error })
    guard let session = checked.session else { return }
    #expect(checked.expectedSeconds >= 0)
    #expect(!Mixdown.plan(session, checked).isEmpty)
    #expect(!Mixdown.show(session, defaults: true).isEmpty)
    #expect(!Mixdown.show(session, as: .json).isEmpty)
  }

  private func check(_ problems: [Diagnostic]) {
    for style in DiagnosticPrinter.Style.allCases {
      let text = DiagnosticPrinter(style: style).text(problems)
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
  }

  private func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
    let mark = Array("\n%%%\n".utf8)
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while let end = rest.indices.first(where: { rest[$0...].starts(with: mark) }) {
      pieces.append(Array(rest[..<end]))
      rest = rest[(end + mark.count)...]
    }
    return pieces + [Array(rest)]
  }
}
