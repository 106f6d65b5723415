/// A PNG or JPEG picture for the front cover, as it is in its file.
public struct CoverImage: Sendable, Equatable {
  public let bytes: [UInt8]

  /// `image/png` or `image/jpeg`.
  public let mediaType: String

  public let width: Int
  public let height: Int
  public let bitsPerPixel: Int

  /// The largest picture that a FLAC metadata block holds, with room for its description.
  public static let byteLimit = 16_000_000

  /// nil when `bytes` are neither a PNG nor a JPEG with a readable header and an end.
  public init?(_ bytes: [UInt8]) {
    guard let (mediaType, width, height, depth) = Self.readPNG(bytes) ?? Self.readJPEG(bytes) else {
      return nil
    }
    self.bytes = bytes
    self.mediaType = mediaType
    (self.width, self.height, bitsPerPixel) = (width, height, depth)
  }

  /// Reads the picture at `path`.
  ///
  /// - Throws: what an audio file would; `.unsupported` for what is no PNG or JPEG, or over 16 MB.
  public init(path: String) throws(AudioFileError) {
    let file = try InputFile(path)
    guard file.size <= Self.byteLimit else {
      throw file.failure(.unsupportedCover(reason: "it is larger than 16 MB"))
    }
    guard let image = CoverImage(try file.bytes(at: 0, count: file.size)) else {
      throw file.failure(.unsupportedCover(reason: "it is no whole PNG or JPEG picture"))
    }
    self = image
  }

  /// PNG (ISO/IEC 15948 §11.2.2): the signature, then IHDR with width, height, bit depth and colour type.
  private static func readPNG(_ bytes: [UInt8]) -> (String, Int, Int, Int)? {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), bytes.holds("IHDR", at: 12),
      let width = bytes.big(UInt32.self, at: 16), let height = bytes.big(UInt32.self, at: 20),
      bytes.count > 25, bytes.indices.reversed().contains(where: { bytes.holds("IEND", at: $0) })
    else { return nil }
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][bytes[25]] ?? 3
    // A palette's pixels stand for 24-bit colours.
    return ("image/png", Int(width), Int(height), bytes[25] == 3 ? 24 : Int(bytes[24]) * samples)
  }

  /// JPEG (ITU-T T.81 §B.2.2): segments up to the first start of frame, with precision, height, width,
  /// components.
  private static func readJPEG(_ bytes: [UInt8]) -> (String, Int, Int, Int)? {
    // The end of image, with whatever a camera put behind it.
    guard bytes.starts(with: [0xFF, 0xD8, 0xFF]),
      bytes.indices.dropFirst().reversed().contains(where: { bytes[$0] == 0xD9 && bytes[$0 - 1] == 0xFF })
    else { return nil }
    var offset = 2
    while offset + 10 <= bytes.count {
      guard bytes[offset] == 0xFF else { return nil }
      let marker = bytes[offset + 1]
      if marker == 0xFF { offset += 1; continue }
      // SOF0 … SOF15, but for the tables DHT, JPG and DAC.
      if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
        let height = Int(bytes[offset + 5]) << 8 | Int(bytes[offset + 6])
        let width = Int(bytes[offset + 7]) << 8 | Int(bytes[offset + 8])
        return ("image/jpeg", width, height, Int(bytes[offset + 4]) * Int(bytes[offset + 9]))
      }
      guard let size = bytes.big(UInt16.self, at: offset + 2), size >= 2 else { return nil }
      offset += 2 + Int(size)
    }
    return nil
  }
}
