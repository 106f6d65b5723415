// The comments of Ogg streams: lists of `NAME=text` in UTF-8 (Vorbis I §5, RFC 7845 §5.2).

extension Tags {
  /// Everything, with ReplayGain and the cover.
  var oggVorbisComments: [(name: String, value: String)] { vorbisComments + pictureComments }

  /// Opus has its own fields for the gain, towards −23 LUFS in 256ths of a dB, and wants no others (RFC 7845
  /// §5.2.1).
  var opusComments: [(name: String, value: String)] {
    var comments = textComments
    if let replayGain {
      comments.append(("R128_TRACK_GAIN", Self.gainText(replayGain.trackGain)))
      if let gain = replayGain.albumGain { comments.append(("R128_ALBUM_GAIN", Self.gainText(gain))) }
    }
    return comments + pictureComments
  }

  /// `gain` leads to −18 LUFS.
  private static func gainText(_ gain: Double) -> String {
    let steps = ((gain - 5) * 256).rounded()
    return "\(Int16(min(max(steps, -32_768), 32_767)))"
  }

  private var pictureComments: [(name: String, value: String)] {
    cover.map { [("METADATA_BLOCK_PICTURE", base64($0.pictureBlock))] } ?? []
  }
}

extension CoverImage {
  /// The picture with what describes it, as FLAC holds it (RFC 9639 §8.8).
  var pictureBlock: [UInt8] {
    var block: [UInt8] = []
    block.reserveCapacity(bytes.count + 64)
    block.append(big: UInt32(3))  // The front cover.
    block.append(big: UInt32(mediaType.utf8.count))
    block.append(text: mediaType)
    block.append(big: UInt32(0))  // No description.
    for number in [width, height, bitsPerPixel, 0] { block.append(big: UInt32(number)) }
    block.append(big: UInt32(bytes.count))
    return block + bytes
  }
}

/// The vendor and the comments, each after its length, as both formats have them between their own marks.
func commentList(vendor: [UInt8], _ comments: [(name: String, value: String)]) -> [UInt8] {
  var list: [UInt8] = []
  list.append(little: UInt32(vendor.count))
  list += vendor
  list.append(little: UInt32(comments.count))
  for (name, value) in comments {
    list.append(little: UInt32(name.utf8.count + 1 + value.utf8.count))
    list.append(text: name + "=")
    list.append(text: value)
  }
  return list
}

/// RFC 4648 §4.
func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let count = min(3, bytes.count - start)
    let group = (0..<3).reduce(0) { $0 << 8 | ($1 < count ? Int(bytes[start + $1]) : 0) }
    for place in 0..<4 {
      text.append(place <= count ? digits[group >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}
