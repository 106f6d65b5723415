/// The header of one MPEG audio frame (ISO/IEC 11172-3 §2.4.1.3; 13818-3 for half and quarter rates).
struct MPEGFrameHeader: Equatable {
  /// 1, 2 or 2.5 as 1, 2 or 3; and the layer, 1 … 3.
  var version, layer: Int
  var sampleRate, bitrate, channelCount: Int

  /// Of the whole frame in bytes, header included.
  var byteCount: Int

  var samplesPerFrame: Int { layer == 1 ? 384 : layer == 3 && version > 1 ? 576 : 1152 }

  /// Side information between a layer III header and its main data: where an `Info` mark stands.
  var sideInformationBytes: Int {
    version == 1 ? (channelCount == 1 ? 17 : 32) : (channelCount == 1 ? 9 : 17)
  }

  init?(_ bytes: [UInt8], at offset: Int) {
    guard let word = bytes.big(UInt32.self, at: offset), word >> 21 == 0x7FF else { return nil }
    let versionBits = Int(word >> 19 & 3), layerBits = Int(word >> 17 & 3)
    let bitrateIndex = Int(word >> 12 & 15), rateIndex = Int(word >> 10 & 3)
    guard versionBits != 1, layerBits != 0, (1...14).contains(bitrateIndex), rateIndex != 3 else {
      return nil
    }
    version = versionBits == 3 ? 1 : versionBits == 2 ? 2 : 3
    layer = 4 - layerBits
    sampleRate = [44_100, 48_000, 32_000][rateIndex] >> (version - 1)
    channelCount = word >> 6 & 3 == 3 ? 1 : 2
    bitrate = Self.bitrates(version: version, layer: layer)[bitrateIndex - 1] * 1000
    let padding = Int(word >> 9 & 1)
    let samples = layer == 1 ? 384 : layer == 3 && version > 1 ? 576 : 1152
    byteCount =
      layer == 1
      ? (12 * bitrate / sampleRate + padding) * 4 : samples / 8 * bitrate / sampleRate + padding
  }

  /// The bitrates of indices 1 … 14, in kbps.
  static func bitrates(version: Int, layer: Int) -> [Int] {
    switch (version, layer) {
    case (1, 1): (1...14).map { $0 * 32 }
    case (1, 2): [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
    case (1, _): [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    case (_, 1): [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
    default: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
    }
  }

  /// Same kind of stream: what may change from frame to frame is bitrate and padding only.
  func belongsWith(_ other: Self) -> Bool {
    version == other.version && layer == other.layer && sampleRate == other.sampleRate
  }
}

/// Where an MPEG stream starts and what its `Info` (or `Xing`) frame promises.
struct MPEGStreamStart {
  var header: MPEGFrameHeader

  /// Of audio frames, the `Info` frame not among them; nil without one.
  var promisedFrames: Int?

  /// From the `Info` frame on; nil where it does not say.
  var promisedBytes: Int?

  /// Frames that a decoder leaves out at the start: the encoder's delay and its own 529.
  var skippedFrames = 0

  /// Of the first frame, the `Info` frame where there is one.
  var offset: Int

  /// nil when `file` is no MPEG audio: two frames must follow each other, right after any ID3v2 tags.
  init?(_ file: InputFile) throws(AudioFileError) {
    var start = 0
    while let tag = ID3Tag.byteCount(try file.bytes(at: start, count: 10)) { start += tag }
    // After a tag there may be filling that is not counted in it.
    let bytes = try file.bytes(at: start, count: start == 0 ? 8192 : 131_072)
    for index in bytes.indices {
      if start == 0 && index > 0 && bytes[index - 1] != 0 { return nil }
      guard bytes[index] == 0xFF, let header = MPEGFrameHeader(bytes, at: index) else { continue }
      let next = start + index + header.byteCount
      let following = MPEGFrameHeader(try file.bytes(at: next, count: 4), at: 0)
      guard following?.belongsWith(header) ?? (next >= file.size) else { continue }
      (self.header, offset) = (header, start + index)
      readInfo(bytes, at: index + 4 + header.sideInformationBytes)
      return
    }
    return nil
  }

  private mutating func readInfo(_ bytes: [UInt8], at mark: Int) {
    guard header.layer == 3, bytes.holds("Info", at: mark) || bytes.holds("Xing", at: mark),
      let flags = bytes.big(UInt32.self, at: mark + 4)
    else { return }
    if flags & 1 != 0 { promisedFrames = bytes.big(UInt32.self, at: mark + 8).map { Int($0) } }
    if flags & 2 != 0 {
      promisedBytes = bytes.big(UInt32.self, at: mark + (flags & 1 != 0 ? 12 : 8)).map { Int($0) }
    }
    // With all four fields there, LAME's part follows 120 bytes after the mark; delay and padding stand in
    // its bytes 21 … 23, 12 bits each.
    if flags & 15 == 15, let word = bytes.big(UInt32.self, at: mark + 120 + 20), word & 0xFFFFFF != 0 {
      skippedFrames = Int(word >> 12 & 0xFFF) + 529
    }
  }
}
