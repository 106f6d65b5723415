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

  /// What of the decoded audio would change with `next`; nil when nothing would.
  func change(to next: Self) -> String? {
    if next.sampleRate != sampleRate {
      return "its sample rate changes from \(sampleRate) to \(next.sampleRate) Hz"
    }
    if next.layer != layer || next.version != version { return "its kind of MPEG audio changes" }
    if next.channelCount != channelCount {
      return "it changes from \(channelCount) to \(next.channelCount) channels"
    }
    return nil
  }
}
