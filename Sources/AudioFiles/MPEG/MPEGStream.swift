/// A stream of MPEG audio in a file: where its frames lie, and what its `Info` (or `Xing`) frame promises.
///
/// All frames are walked over, header by header, before a decoder sees them: a decoder looks for the next frame
/// when one is missing, or ends there without a word.
struct MPEGStream {
  let header: MPEGFrameHeader

  /// What holds the frames and nothing else, in bytes of the file. Tags between streams that were put one behind the
  /// other are left out.
  private(set) var pieces: [Range<Int>] = []

  /// Of all MPEG frames, the `Info` frame among them.
  private(set) var frameCount = 0

  /// Of audio frames, the `Info` frame not among them; nil without one.
  private(set) var promisedFrames: Int?

  /// From the `Info` frame on; nil where it does not say.
  private(set) var promisedBytes: Int?

  /// Frames that a decoder leaves out at the start: the encoder's delay and its own 529.
  private(set) var skippedFrames = 0

  private var hasInfo = false
  private let end: Int

  /// nil when there is no MPEG audio in `range`.
  ///
  /// - Throws: `.truncated`, `.overlong`, `.damaged` and `.changes`, with the place.
  init?(_ file: InputFile, in range: Range<Int>) throws(AudioFileError) {
    var bytes = ByteWindow(file)
    end = min(range.upperBound, file.size)
    guard let (first, place) = try Self.firstFrame(&bytes, from: range.lowerBound, to: end) else { return nil }
    header = first
    readInfo(try bytes.read(at: place, count: min(first.byteCount, end - place)))
    if let promised = promisedBytes, promised > end - place {
      throw file.failure(.truncated(promised: promised, found: end - place, unit: "bytes"))
    }
    try walk(&bytes, from: place)
    let found = frameCount - (hasInfo ? 1 : 0)
    if let promised = promisedFrames, promised != found {
      let (promised, found) = (promised * header.samplesPerFrame, found * header.samplesPerFrame)
      throw file.failure(
        promised > found
          ? .truncated(promised: promised, found: found, unit: "frames")
          : .overlong(promised: promised, found: found, unit: "frames"))
    }
  }

  /// Where `frame` of the MPEG frames begins in the decoded audio.
  private var position: Int {
    max(0, (frameCount - (hasInfo ? 1 : 0)) * header.samplesPerFrame - skippedFrames)
  }

  // MARK: The first frame

  /// Frames that must follow each other to be believed after what is no filling.
  private static let chain = 4

  /// Zeros that are looked past: a file of nothing else must not keep us busy.
  private static let fillingLimit = 1 << 20

  /// No frame is longer: 160 kbps at 8 kHz in layer II.
  private static let longestFrame = 2881

  /// The first frame, after ID3v2 tags and filling, or after the rest of a frame whose beginning was cut off.
  private static func firstFrame(
    _ bytes: inout ByteWindow, from start: Int, to end: Int
  ) throws(AudioFileError) -> (MPEGFrameHeader, Int)? {
    var start = start
    while let tag = ID3Tag.byteCount(try bytes.read(at: start, count: 10)) { start += tag }
    guard let filled = try firstNonZero(bytes.file, from: start, limit: fillingLimit) else { return nil }
    for place in filled..<max(filled, min(filled + longestFrame, end)) {
      guard try bytes.byte(at: place) == 0xFF, let header = try bytes.header(at: place) else { continue }
      let isFirst = place == filled
      if try follows(header, at: place, count: isFirst ? 2 : chain, &bytes, to: end, mayBeCut: isFirst) {
        return (header, place)
      }
    }
    return nil
  }

  /// Whether `count` frames follow each other from `place` on, or as many as there are up to `end`.
  private static func follows(
    _ first: MPEGFrameHeader, at place: Int, count: Int, _ bytes: inout ByteWindow, to end: Int,
    mayBeCut: Bool = true
  ) throws(AudioFileError) -> Bool {
    var (place, header) = (place, first)
    for _ in 1..<count {
      place += header.byteCount
      if place >= end { return mayBeCut || place == end }
      guard let next = try bytes.header(at: place), next.belongsWith(first) else { return false }
      header = next
    }
    return true
  }

  // MARK: All frames

  private mutating func walk(_ bytes: inout ByteWindow, from start: Int) throws(AudioFileError) {
    var (offset, pieceStart) = (start, start)
    while offset < end {
      if let next = try bytes.header(at: offset), try isFrame(next, at: offset, &bytes) {
        if let change = header.change(to: next) { throw bytes.file.failure(.changes(what: change, frame: position)) }
        guard offset + next.byteCount <= end else {
          let whole = frameCount - (hasInfo ? 1 : 0)
          let samples = header.samplesPerFrame
          let promised = (promisedFrames ?? whole + 1) * samples
          throw bytes.file.failure(.truncated(promised: promised, found: whole * samples, unit: "frames"))
        }
        frameCount += 1
        offset += next.byteCount
        continue
      }
      if pieceStart < offset { pieces.append(pieceStart..<offset) }
      guard let next = try afterTag(&bytes, at: offset) else { return }
      (offset, pieceStart) = (next, next)
    }
    if pieceStart < offset { pieces.append(pieceStart..<offset) }
  }

  /// Whether a header that is unlike the first one is really one: another frame follows it.
  private func isFrame(
    _ next: MPEGFrameHeader, at offset: Int, _ bytes: inout ByteWindow
  ) throws(AudioFileError) -> Bool {
    if header.change(to: next) == nil { return true }
    return try Self.follows(next, at: offset, count: 2, &bytes, to: end)
  }

  /// Where frames may go on after what stands at `offset` and is no frame; nil at the end of the audio.
  private func afterTag(_ bytes: inout ByteWindow, at offset: Int) throws(AudioFileError) -> Int? {
    let opening = try bytes.read(at: offset, count: 32)
    if let size = ID3Tag.byteCount(opening) { return offset + size }
    if opening.holds("TAG+") { return offset + 227 }
    if opening.holds("TAG") { return offset + 128 }
    if opening.holds("APETAGEX"), let size = opening.little(UInt32.self, at: 12) {
      // The size is without the opening block; the closing block looks like it.
      let isOpening = (opening.little(UInt32.self, at: 20) ?? 0) & 1 << 29 != 0
      return offset + 32 + (isOpening ? Int(size) : 0)
    }
    if opening.holds("LYRICSBEGIN") { return try afterLyrics(&bytes, at: offset) }
    guard let rest = try firstNonZero(bytes.file, from: offset), rest < end, end - offset >= 4 else { return nil }
    // Filling in front of a tag at the end.
    if rest > offset, try bytes.header(at: rest) == nil, let next = try afterTag(&bytes, at: rest), next >= end {
      return nil
    }
    // All frames that were promised are there: what follows is none of them.
    if let promisedFrames, frameCount - 1 == promisedFrames { return nil }
    throw bytes.file.failure(.damaged(frame: position))
  }

  /// Lyrics3 (id3.org/Lyrics3v2): the text ends in `LYRICSEND` or `LYRICS200`.
  private func afterLyrics(_ bytes: inout ByteWindow, at offset: Int) throws(AudioFileError) -> Int? {
    let text = try bytes.read(at: offset, count: 65_536)
    for index in text.indices where text[index] == UInt8(ascii: "L") {
      if text.holds("LYRICSEND", at: index) || text.holds("LYRICS200", at: index) { return offset + index + 9 }
    }
    return nil
  }

  // MARK: The Info frame

  private mutating func readInfo(_ frame: [UInt8]) {
    let mark = 4 + header.sideInformationBytes
    guard header.layer == 3, frame.holds("Info", at: mark) || frame.holds("Xing", at: mark),
      let flags = frame.big(UInt32.self, at: mark + 4)
    else { return }
    hasInfo = true
    // A program that writes into a pipe leaves zeros.
    if flags & 1 != 0, let count = frame.big(UInt32.self, at: mark + 8), count > 0 { promisedFrames = Int(count) }
    if flags & 2 != 0, let count = frame.big(UInt32.self, at: mark + (flags & 1 != 0 ? 12 : 8)), count > 0 {
      promisedBytes = Int(count)
    }
    // With all four fields there, LAME's part follows 120 bytes after the mark; delay and padding stand in
    // its bytes 21 … 23, 12 bits each.
    if flags & 15 == 15, let word = frame.big(UInt32.self, at: mark + 120 + 20), word & 0xFFFFFF != 0 {
      skippedFrames = Int(word >> 12 & 0xFFF) + 529
    }
  }
}

/// Bytes of a file, read in larger blocks than they are asked for.
struct ByteWindow {
  let file: InputFile
  private var start = 0
  private var bytes: [UInt8] = []

  init(_ file: InputFile) { self.file = file }

  /// As `InputFile.bytes`.
  mutating func read(at offset: Int, count: Int) throws(AudioFileError) -> [UInt8] {
    try load(offset, count)
    let first = offset - start
    guard first >= 0, first < bytes.count else { return [] }
    return Array(bytes[first..<min(bytes.count, first + count)])
  }

  mutating func byte(at offset: Int) throws(AudioFileError) -> UInt8? {
    try load(offset, 1)
    return bytes.indices.contains(offset - start) ? bytes[offset - start] : nil
  }

  mutating func header(at offset: Int) throws(AudioFileError) -> MPEGFrameHeader? {
    try load(offset, 4)
    return MPEGFrameHeader(bytes, at: offset - start)
  }

  private mutating func load(_ offset: Int, _ count: Int) throws(AudioFileError) {
    if offset >= start, offset + count <= start + bytes.count { return }
    bytes = try file.bytes(at: offset, count: max(65_536, count))
    start = offset
  }
}
