/// The codebooks of a Vorbis stream (Vorbis I §3.2.1), measured before libvorbis sees them.
///
/// A few bytes can announce a book of millions of entries. libvorbis sorts the entries of a book on the stack, where
/// 8 bytes each overflow it, and 256 such books would take gigabytes.
struct VorbisCodebooks {
  /// libvorbis's own encoder has books of up to 6561 entries.
  private static let greatestBook = 32_768
  /// Of all books: entries, and numbers that they stand for.
  private static let greatestSum = 1 << 18
  private static let greatestVectors = 1 << 22

  /// Whether the books of a setup header can be read and are of a size that an encoder makes.
  static func areBearable(_ header: [UInt8]) -> Bool {
    guard header.holds("\u{05}vorbis") else { return false }
    var bits = Bits(header, from: 7)
    guard let last = bits.read(8) else { return false }
    var (entries, vectors) = (0, 0)
    for _ in 0...last {
      guard let book = readBook(&bits), book.entries <= greatestBook else { return false }
      entries += book.entries
      vectors += book.entries * book.dimensions
    }
    return entries <= greatestSum && vectors <= greatestVectors
  }

  private static func readBook(_ bits: inout Bits) -> (entries: Int, dimensions: Int)? {
    guard bits.read(24) == 0x564342, let dimensions = bits.read(16), let entries = bits.read(24),
      entries <= greatestBook, let isOrdered = bits.read(1)
    else { return nil }
    guard isOrdered == 1 ? skipOrderedLengths(&bits, entries) : skipLengths(&bits, entries) else { return nil }
    switch bits.read(4) {
    case 0: break
    case 1: guard skipValues(&bits, count: lattice(entries, dimensions)) else { return nil }
    case 2: guard skipValues(&bits, count: entries * dimensions) else { return nil }
    default: return nil
    }
    return (entries, dimensions)
  }

  private static func skipLengths(_ bits: inout Bits, _ entries: Int) -> Bool {
    guard let hasUnused = bits.read(1) else { return false }
    for _ in 0..<entries {
      if hasUnused == 1 {
        guard let isUsed = bits.read(1) else { return false }
        if isUsed == 0 { continue }
      }
      guard bits.read(5) != nil else { return false }
    }
    return true
  }

  private static func skipOrderedLengths(_ bits: inout Bits, _ entries: Int) -> Bool {
    guard let first = bits.read(5) else { return false }
    var (entry, length) = (0, first + 1)
    while entry < entries {
      let width = Int.bitWidth - (entries - entry).leadingZeroBitCount
      guard length <= 32, let count = bits.read(width), count <= entries - entry else { return false }
      entry += count
      length += 1
    }
    return true
  }

  /// Two floats, then numbers of the width that follows.
  private static func skipValues(_ bits: inout Bits, count: Int) -> Bool {
    guard bits.skip(64), let width = bits.read(4), bits.skip(1) else { return false }
    return bits.skip(count * (width + 1))
  }

  /// The greatest number whose power of `dimensions` is not above `entries` (§9.2.3).
  private static func lattice(_ entries: Int, _ dimensions: Int) -> Int {
    guard entries > 0, dimensions > 0 else { return 0 }
    func fits(_ number: Int) -> Bool {
      var power = 1
      for _ in 0..<dimensions {
        power *= number
        if power > entries { return false }
        if power == 1 { return true }
      }
      return true
    }
    var number = 1
    while fits(number + 1) { number += 1 }
    return number
  }
}

/// Numbers of any width, their lowest bit first (Vorbis I §2.1.4).
private struct Bits {
  private let bytes: [UInt8]
  private var place: Int

  init(_ bytes: [UInt8], from byte: Int) { (self.bytes, place) = (bytes, byte * 8) }

  /// nil past the end.
  mutating func read(_ width: Int) -> Int? {
    guard place + width <= bytes.count * 8 else { return nil }
    var value = 0
    for bit in 0..<width {
      value |= Int(bytes[place >> 3] >> UInt8(place & 7) & 1) << bit
      place += 1
    }
    return value
  }

  mutating func skip(_ width: Int) -> Bool {
    place += width
    return place <= bytes.count * 8
  }
}
