import Testing

/// One page of an Ogg file (RFC 3533 §6).
struct OggPage {
  var flags: UInt8
  var granule: Int
  var serial: Int
  var sequence: Int
  var storedChecksum: UInt32
  /// Taken bit by bit over the page with zeros in the checksum's place.
  var checksum: UInt32
  var segments: [UInt8]
  var body: [UInt8]

  var isContinued: Bool { flags & 1 != 0 }
  var isFirst: Bool { flags & 2 != 0 }
  var isLast: Bool { flags & 4 != 0 }
}

/// The pages of a file that holds nothing else.
func oggPages(_ file: [UInt8]) throws -> [OggPage] {
  func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }
  var pages: [OggPage] = []
  var start = 0
  while start < file.count {
    try #require(start + 27 <= file.count && file[start..<start + 5] == [0x4F, 0x67, 0x67, 0x53, 0])
    let segments = Array(file[(start + 27)...].prefix(Int(file[start + 26])))
    let bodyStart = start + 27 + segments.count
    let end = bodyStart + segments.reduce(0) { $0 + Int($1) }
    try #require(end <= file.count)
    var zeroed = Array(file[start..<end])
    for index in 22..<26 { zeroed[index] = 0 }
    pages.append(
      OggPage(
        flags: file[start + 5], granule: number(file[start + 6..<start + 14]),
        serial: number(file[start + 14..<start + 18]), sequence: number(file[start + 18..<start + 22]),
        storedChecksum: UInt32(number(file[start + 22..<start + 26])), checksum: slowChecksum(zeroed),
        segments: segments, body: Array(file[bodyStart..<end])))
    start = end
  }
  return pages
}

private func slowChecksum(_ bytes: [UInt8]) -> UInt32 {
  var remainder: UInt32 = 0
  for byte in bytes {
    for bit in (0..<8).reversed() {
      let carry = (remainder >> 31) ^ UInt32(byte >> UInt8(bit) & 1)
      remainder = remainder << 1 ^ (carry == 1 ? 0x04C1_1DB7 : 0)
    }
  }
  return remainder
}

/// A file of these pages, with checksums that are right.
func oggFile(_ pages: [OggPage]) -> [UInt8] {
  pages.flatMap { page in
    var bytes = Array("OggS".utf8) + [0, page.flags] + little(Int64(page.granule)) + little(UInt32(page.serial))
    bytes += little(UInt32(page.sequence)) + [0, 0, 0, 0, UInt8(page.segments.count)] + page.segments + page.body
    bytes.replaceSubrange(22..<26, with: little(slowChecksum(bytes)))
    return bytes
  }
}

/// The packets that the pages hold.
func oggPackets(_ pages: [OggPage]) -> [[UInt8]] {
  var packets: [[UInt8]] = []
  var packet: [UInt8] = []
  for page in pages {
    var rest = page.body[...]
    for size in page.segments {
      packet += rest.prefix(Int(size))
      rest = rest.dropFirst(Int(size))
      if size < 255 {
        packets.append(packet)
        packet = []
      }
    }
  }
  return packets
}

/// The vendor and the comments of a list of them.
func commentTexts(_ list: ArraySlice<UInt8>) -> (vendor: String, comments: [String]) {
  var rest = list
  func number() -> Int {
    defer { rest = rest.dropFirst(4) }
    return rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }
  func text() -> String {
    let count = number()
    defer { rest = rest.dropFirst(count) }
    return String(decoding: rest.prefix(count), as: UTF8.self)
  }
  let vendor = text()
  return (vendor, (0..<number()).map { _ in text() })
}

func fromBase64(_ text: Substring) throws -> [UInt8] {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var bytes: [UInt8] = []
  var (bits, count) = (0, 0)
  for character in text where character != "=" {
    bits = bits << 6 | (try #require(digits.firstIndex(of: character)))
    count += 6
    if count >= 8 {
      count -= 8
      bytes.append(UInt8(bits >> count & 255))
    }
  }
  return bytes
}
