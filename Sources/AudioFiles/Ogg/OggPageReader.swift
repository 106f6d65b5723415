/// One page of an Ogg file (RFC 3533 §6), whole and with the right checksum.
struct OggPage {
  /// Where it starts in the file.
  let offset: Int
  let flags: UInt8
  /// The place in the stream after the last packet that ends on the page; −1 where none does.
  let granule: Int
  let serial: UInt32
  let sequence: UInt32
  let segments: ArraySlice<UInt8>
  let body: ArraySlice<UInt8>

  var isContinued: Bool { flags & 1 != 0 }
  var isFirst: Bool { flags & 2 != 0 }
  var isLast: Bool { flags & 4 != 0 }
}

/// Finds the pages of an Ogg file from an offset on, and leaves out what is none.
struct OggPageReader {
  /// What stands in the place of a page and is none.
  enum Fault { case cut, damaged }

  /// Whether something that begins as a page does stood right behind the page before, and was none.
  private(set) var fault: Fault?

  /// A header of 27 bytes, 255 sizes of segments, and 255 segments of 255 bytes.
  private static let greatestPage = 27 + 255 + 255 * 255
  /// A file in which so many things look like pages and are none is not searched any further.
  private static let greatestFaults = 1000

  private let file: InputFile
  private var offset: Int
  private var faultCount = 0
  private var window: [UInt8] = []
  private var windowStart = 0

  init(_ file: InputFile, from offset: Int = 0) { (self.file, self.offset) = (file, offset) }

  /// The next page; nil where there is none up to the end of the file.
  mutating func next() throws(AudioFileError) -> OggPage? {
    fault = nil
    var isBehindPage = true
    while faultCount < Self.greatestFaults {
      try fillWindow()
      let start = offset - windowStart
      if window.holds("OggS", at: start) {
        switch page(at: start) {
        case .success(let page):
          offset += 27 + page.segments.count + page.body.count
          return page
        case .failure(let found):
          faultCount += 1
          if isBehindPage { fault = found }
        }
      }
      isBehindPage = false
      let isAtEnd = windowStart + window.count >= file.size
      if let found = nextMark(after: start) {
        offset = windowStart + found
      } else if isAtEnd {
        return nil
      } else {
        // A mark may begin in the last three bytes.
        offset = windowStart + max(start + 1, window.count - 3)
      }
    }
    return nil
  }

  private enum Outcome {
    case success(OggPage)
    case failure(Fault)
  }

  private func page(at start: Int) -> Outcome {
    guard let segmentCount = window.little(UInt8.self, at: start + 26) else { return .failure(.cut) }
    let bodyStart = start + 27 + Int(segmentCount)
    guard bodyStart <= window.count else { return .failure(.cut) }
    let end = window[start + 27..<bodyStart].reduce(bodyStart) { $0 + Int($1) }
    guard end <= window.count else { return .failure(.cut) }
    var bytes = Array(window[start..<end])
    guard let stored = bytes.little(UInt32.self, at: 22), let granule = bytes.little(Int64.self, at: 6),
      let serial = bytes.little(UInt32.self, at: 14), let sequence = bytes.little(UInt32.self, at: 18)
    else { return .failure(.cut) }
    // The checksum's own place counts as zeros.
    for index in 22..<26 { bytes[index] = 0 }
    guard bytes[4] == 0, OggPages.checksum(bytes) == stored else { return .failure(.damaged) }
    return .success(
      OggPage(
        offset: windowStart + start, flags: bytes[5], granule: Int(granule), serial: serial, sequence: sequence,
        segments: bytes[27..<bodyStart - start], body: bytes[(bodyStart - start)...]))
  }

  private func nextMark(after start: Int) -> Int? {
    var index = start + 1
    while index + 4 <= window.count {
      if window[index] == UInt8(ascii: "O"), window.holds("OggS", at: index) { return index }
      index += 1
    }
    return nil
  }

  /// Lets the window hold the greatest page from `offset` on, or the rest of the file.
  private mutating func fillWindow() throws(AudioFileError) {
    let end = windowStart + window.count
    if offset >= windowStart, end >= file.size || end - offset >= Self.greatestPage { return }
    window = try file.bytes(at: offset, count: 4 * Self.greatestPage)
    windowStart = offset
  }
}

/// Puts the packets of one stream together, some of which go over several pages.
struct OggPacketAssembler {
  /// Whether a packet was begun whose end did not follow, or the other way about.
  private(set) var isBroken = false
  private var open: [UInt8]?

  /// The packets that end on this page.
  mutating func packets(of page: OggPage) -> [[UInt8]] {
    if page.isContinued != (open != nil) { isBroken = true }
    // The rest of a packet whose beginning is not there.
    var isOrphan = page.isContinued && open == nil
    var packet = page.isContinued ? open ?? [] : []
    open = nil
    var packets: [[UInt8]] = []
    var rest = page.body
    for size in page.segments {
      packet += rest.prefix(Int(size))
      rest = rest.dropFirst(Int(size))
      if size == 255 { continue }
      if !isOrphan { packets.append(packet) }
      (packet, isOrphan) = ([], false)
    }
    if page.segments.last == 255 { open = packet }
    return packets
  }
}
