/// Lays the packets of one stream out on the pages of an Ogg file (RFC 3533).
///
/// A page is closed before a packet that no longer fits on it, and after a second of audio. A packet goes over
/// several pages only where it fits on none, as comments with a cover do.
struct OggPages {
  private let file: AtomicFile
  private let serial: UInt32
  private let granulesPerPage: Int

  private var pageCount = 0
  /// The sizes of the segments of the page that is being filled, at most 255 of at most 255 bytes (§6).
  private var segments: [UInt8] = []
  private var body: [UInt8] = []
  /// Whether the page begins inside a packet.
  private var isContinued = false
  /// The place in the stream after the last packet that ends on the page; nil as long as none does.
  private var granule: Int?
  private var granuleBefore = 0

  /// - Parameters:
  ///   - serial: the stream's number, which must differ only between streams of one file.
  ///   - granulesPerSecond: the rate of the stream's own clock.
  init(_ file: AtomicFile, serial: UInt32, granulesPerSecond: Int) {
    (self.file, self.serial, granulesPerPage) = (file, serial, granulesPerSecond)
  }

  /// - Parameters:
  ///   - granule: the place in the stream after this packet; 0 for a header.
  ///   - isLast: ends the stream.
  mutating func append(_ packet: Span<UInt8>, granule: Int, isLast: Bool = false) throws(AudioFileError) {
    if packet.count / 255 + 1 > 255 - segments.count { try closePage() }
    // Full segments, then one that is not full, perhaps empty: by this a reader knows the packet's end.
    for start in stride(from: 0, through: packet.count, by: 255) {
      if segments.count == 255 {
        try closePage()
        isContinued = true
      }
      let end = min(start + 255, packet.count)
      segments.append(UInt8(end - start))
      for index in start..<end { body.append(packet[index]) }
    }
    self.granule = granule
    if isLast || granule - granuleBefore >= granulesPerPage { try closePage(isLast: isLast) }
  }

  mutating func append(_ packet: [UInt8], granule: Int) throws(AudioFileError) {
    try append(packet.span, granule: granule)
  }

  /// Lets the next packet begin a page.
  mutating func closePage() throws(AudioFileError) {
    if !segments.isEmpty { try closePage(isLast: false) }
  }

  private mutating func closePage(isLast: Bool) throws(AudioFileError) {
    var page: [UInt8] = []
    page.reserveCapacity(27 + segments.count + body.count)
    page.append(text: "OggS")
    page.append(0)  // Version.
    page.append((isContinued ? 1 : 0) | (pageCount == 0 ? 2 : 0) | (isLast ? 4 : 0))
    page.append(little: Int64(granule ?? -1))
    page.append(little: serial)
    page.append(little: UInt32(truncatingIfNeeded: pageCount))
    page.append(little: UInt32(0))  // The checksum's place, which counts as zeros.
    page.append(UInt8(segments.count))
    page += segments
    page += body
    let checksum = Self.checksum(page)
    for index in 0..<4 { page[22 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index))) }
    try file.write(page)
    pageCount += 1
    granuleBefore = granule ?? granuleBefore
    (granule, isContinued) = (nil, false)
    segments.removeAll(keepingCapacity: true)
    body.removeAll(keepingCapacity: true)
  }

  /// The CRC of a page (§6): polynomial 0x04C11DB7, the highest bit first, from 0, nothing inverted.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    let table = checksumTable
    return bytes.reduce(0) { $0 << 8 ^ table[Int($0 >> 24 ^ UInt32($1))] }
  }

  private static let checksumTable: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte) << 24) { value, _ in value << 1 ^ (value >> 31 == 1 ? 0x04C1_1DB7 : 0) }
  }
}
