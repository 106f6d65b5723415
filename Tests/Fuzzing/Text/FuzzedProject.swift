import Fuzzing

/// A folder with a session, its parent and a preset.
final class FuzzedProject: Sendable {
  private let files = ["song.mix.yaml", "parent.mix.yaml", "a.preset.yaml"].map(FuzzedFile.init)

  var session: String { files[0].path }

  init() {
    // The end of the project.
    FuzzedFile(".mixdown").write([])
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
}
