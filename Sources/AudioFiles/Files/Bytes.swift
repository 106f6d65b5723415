/// Numbers inside bytes. Every reader returns nil past the end, so that no header can make us read outside.
extension [UInt8] {
  func little<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number? {
    let count = Number.bitWidth / 8
    guard offset >= 0, offset + count <= self.count else { return nil }
    var value: Number = 0
    for index in (0..<count).reversed() {
      value = value << 8 | Number(truncatingIfNeeded: self[offset + index])
    }
    return value
  }

  func big<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number? {
    little(type, at: offset)?.byteSwapped
  }

  /// Whether the ASCII `text` stands at `offset`.
  func holds(_ text: String, at offset: Int = 0) -> Bool {
    offset >= 0 && offset + text.utf8.count <= count
      && text.utf8.elementsEqual(self[offset..<offset + text.utf8.count])
  }

  /// The four characters of a chunk's name; nil past the end or when one is no printable ASCII.
  func fourCharacters(at offset: Int) -> String? {
    guard offset >= 0, offset + 4 <= count else { return nil }
    let name = self[offset..<offset + 4]
    return name.allSatisfy { (0x20...0x7E).contains($0) } ? String(decoding: name, as: UTF8.self) : nil
  }

  mutating func append(little value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func append(big value: some FixedWidthInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func append(text: String) { append(contentsOf: text.utf8) }

  /// `text` in a field of fixed width, cut or filled up with zeros.
  mutating func append(text: String, width: Int) {
    let bytes = text.utf8.prefix(width)
    append(contentsOf: bytes)
    append(contentsOf: repeatElement(0, count: width - bytes.count))
  }
}
