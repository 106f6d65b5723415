import Fuzzing

/// A folder with a session, its parent, a preset and a stem.
final class FuzzedProject: Sendable {
  private let files = ["song.mix.yaml", "parent.mix.yaml", "a.preset.yaml"].map(FuzzedFile.init)

  var session: String { files[0].path }

  init() {
    // The end of the project.
    FuzzedFile(".mixdown").write([])
    FuzzedFile("a.wav").write(Self.stem)
  }

  /// Writes the three files, which a line of `%%%` parts.
  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    let mark = Array("\n%%%\n".utf8)
    for (number, file) in files.enumerated() {
      let end =
        number + 1 < files.count && rest.count >= mark.count
        ? (rest.startIndex...rest.endIndex - mark.count).first { rest[$0...].starts(with: mark) } : nil
      file.write(Array(rest[..<(end ?? rest.endIndex)]))
      rest = rest[(end.map { $0 + mark.count } ?? rest.endIndex)...]
    }
  }

  /// A minute of silence in 16 bits at 8 kHz, one channel.
  private static let stem: [UInt8] = {
    let size = 960_000
    func little(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    let head = Array("RIFF".utf8) + little(36 + size) + Array("WAVEfmt ".utf8) + little(16) + [1, 0, 1, 0]
    return head + little(8000) + little(16_000) + [2, 0, 16, 0] + Array("data".utf8) + little(size)
      + [UInt8](repeating: 0, count: size)
  }()
}
