/// The first frame of an MP3 of a low constant bitrate, silent and with an `Info` mark, so that players know
/// the length and leave out delay and padding. LAME writes its own where one of its frames has room for it;
/// at 44.1 kHz and 56 kbps or less none has. This one takes a higher bitrate for itself, as LAME's do in VBR
/// files.
///
/// Layout: the *Mp3 Info Tag revision 1 Specifications* of LAME (gabriel.mp3-tech.org/mp3infotag.html).
struct InfoFrame {
  private let header: [UInt8]
  private let sideInformationBytes: Int
  private let kbps: Int
  let byteCount: Int

  private var musicBytes = 0
  private var musicChecksum: UInt16 = 0

  /// From the mark to the end of LAME's part: mark, flags, frames, bytes, table, quality, then 36 bytes.
  private static let payload = 4 + 4 + 4 + 4 + 100 + 4 + 36

  /// nil where LAME writes the frame.
  init?(_ shape: AudioShape, _ rate: EncodingFormat.MP3Rate) {
    guard case .constant(let kbps) = rate else { return nil }
    self.kbps = kbps
    let version = shape.sampleRate >= 32_000 ? 1 : shape.sampleRate >= 16_000 ? 2 : 3
    let bitrates = MPEGFrameHeader.bitrates(version: version, layer: 3)
    let isMono = shape.channelCount == 1
    // 11 bits of sync, version, layer III, no checksum; bitrate, rate, no padding; mode, original.
    let versionBits = UInt32([3, 2, 0][version - 1])
    let rateIndex = UInt32([44_100, 48_000, 32_000].firstIndex(of: shape.sampleRate << (version - 1)) ?? 0)
    let mode: UInt32 = isMono ? 3 : 1
    for (index, candidate) in bitrates.enumerated() where candidate >= kbps {
      var word: UInt32 = 0x7FF << 21 | versionBits << 19 | 1 << 17 | 1 << 16
      word |= UInt32(index + 1) << 12 | rateIndex << 10 | mode << 6 | 1 << 2
      var bytes: [UInt8] = []
      bytes.append(big: word)
      guard let frame = MPEGFrameHeader(bytes, at: 0),
        frame.byteCount >= 4 + frame.sideInformationBytes + Self.payload
      else { continue }
      if candidate == kbps { return nil }
      (header, byteCount, sideInformationBytes) = (bytes, frame.byteCount, frame.sideInformationBytes)
      return
    }
    return nil
  }

  /// Takes note of encoded frames.
  mutating func add(_ bytes: ArraySlice<UInt8>) {
    musicBytes += bytes.count
    musicChecksum = checksum(bytes, from: musicChecksum)
  }

  /// The frame, once everything is encoded.
  func bytes(frameCount: Int, delay: Int, padding: Int) -> [UInt8] {
    var bytes = header + [UInt8](repeating: 0, count: sideInformationBytes)
    bytes.append(text: "Info")
    bytes.append(big: UInt32(15))  // All four fields follow.
    bytes.append(big: UInt32(clamping: frameCount))
    bytes.append(big: UInt32(clamping: musicBytes + byteCount))
    bytes += (0..<100).map { UInt8($0 * 256 / 100) }  // Places in the file, even at a constant bitrate.
    bytes.append(big: UInt32(50))  // Quality.
    bytes.append(text: lameVersion().filter { $0 != " " }, width: 9)
    bytes.append(1)  // Revision 0, constant bitrate.
    bytes.append(0)  // Lowpass: unknown.
    bytes += [UInt8](repeating: 0, count: 8)  // Peak and replay gains: they are in the ID3 block.
    bytes.append(0)  // Flags and noise floor.
    bytes.append(UInt8(clamping: kbps))
    bytes.append(UInt8(truncatingIfNeeded: delay >> 4))
    bytes.append(UInt8(truncatingIfNeeded: (delay & 15) << 4 | padding >> 8))
    bytes.append(UInt8(truncatingIfNeeded: padding))
    bytes += [0, 0, 0, 0]  // Source rate and stereo mode, gain, preset.
    bytes.append(big: UInt32(clamping: musicBytes + byteCount))
    bytes.append(big: musicChecksum)
    bytes.append(big: checksum(bytes[...], from: 0))
    return bytes + [UInt8](repeating: 0, count: byteCount - bytes.count)
  }
}

/// CRC-16 of polynomial 0x8005, bits reversed.
private func checksum(_ bytes: ArraySlice<UInt8>, from start: UInt16) -> UInt16 {
  var sum = start
  for byte in bytes {
    sum ^= UInt16(byte)
    for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xA001 }
  }
  return sum
}
