import Diagnostics
import Testing

@Suite("Source files")
struct SourceFileTests {
  private func positions(_ text: String) -> [String] {
    let file = SourceFile(path: "a", bytes: Array(text.utf8))
    return (0...file.bytes.count).map { offset in
      let position = file.position(ofByte: offset)
      return "\(position.line):\(position.column)"
    }
  }

  @Test("lines end at LF, CRLF and CR; columns count code points, a tab is one, a byte order mark none")
  func positions() {
    #expect(positions("") == ["1:1"])
    #expect(positions("a\nb") == ["1:1", "1:2", "2:1", "2:2"])
    #expect(positions("a\r\nb\rc") == ["1:1", "1:2", "1:3", "2:1", "2:2", "3:1", "3:2"])
    #expect(positions("\tö🎛x") == ["1:1", "1:2", "1:2", "1:3", "1:3", "1:3", "1:3", "1:4", "1:5"])
    #expect(positions("\u{FEFF}ab\nc") == ["1:1", "1:1", "1:1", "1:1", "1:2", "1:3", "2:1", "2:2"])
    #expect(positions("e\u{301}x") == ["1:1", "1:2", "1:2", "1:3", "1:4"])
  }

  @Test("offsets outside the file are taken for its ends")
  func outside() {
    let file = SourceFile(path: "a", bytes: Array("ab\n".utf8))
    #expect(file.position(ofByte: -5) == SourcePosition(line: 1, column: 1))
    #expect(file.position(ofByte: 99) == SourcePosition(line: 2, column: 1))
    #expect(file.text(1..<99) == "b\n")
  }

  @Test("a file is itself only")
  func identity() {
    let one = SourceFile(path: "a", bytes: [])
    #expect(one == one)
    #expect(one != SourceFile(path: "a", bytes: []))
  }
}
