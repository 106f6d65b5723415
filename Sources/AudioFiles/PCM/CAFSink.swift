/// Writes a Core Audio Format file of linear PCM, little-endian, of any length (Apple, *Core Audio Format
/// Specification 1.0*).
///
/// Tags go into its `info` chunk, which has no place for a picture.
final class CAFSink: AudioSink {
  private let file: AtomicFile
  private let samples: EncodingFormat.SampleFormat
  private var buffer: [UInt8] = []

  init(
    _ file: AtomicFile, _ shape: AudioShape, _ samples: EncodingFormat.SampleFormat, _ tags: Tags
  ) throws(AudioFileError) {
    (self.file, self.samples) = (file, samples)
    let frameSize = shape.channelCount * samples.bitDepth / 8
    var head: [UInt8] = []
    head.append(text: "caff")
    head.append(big: UInt16(1))  // Version.
    head.append(big: UInt16(0))  // Flags.
    var description: [UInt8] = []
    description.append(big: Double(shape.sampleRate).bitPattern)
    description.append(text: "lpcm")
    // kCAFLinearPCMFormatFlagIsFloat and …IsLittleEndian.
    description.append(big: UInt32(samples == .float32 ? 3 : 2))
    description.append(big: UInt32(frameSize))
    description.append(big: UInt32(1))  // Frames a packet.
    description.append(big: UInt32(shape.channelCount))
    description.append(big: UInt32(samples.bitDepth))
    head.append(cafChunk: "desc", description)
    let entries = Self.entries(tags)
    if !entries.isEmpty {
      var info: [UInt8] = []
      info.append(big: UInt32(entries.count))
      for (key, value) in entries {
        info += Array(key.utf8) + [0] + Array(value.utf8) + [0]
      }
      head.append(cafChunk: "info", info)
    }
    head.append(text: "data")
    head.append(big: UInt64(4 + shape.frameCount * frameSize))
    head.append(big: UInt32(0))  // Edit count.
    try file.write(head)
  }

  /// The specification's names (table 2-10), and for what it does not name, those of Vorbis comments in lower case.
  private static func entries(_ tags: Tags) -> [(key: String, value: String)] {
    let names = ["date": "year", "comment": "comments", "bpm": "tempo", "tracknumber": "track number"]
    return tags.vorbisComments.map { name, value in
      let key = name.lowercased()
      return (names[key] ?? key, value)
    }
  }

  func write(_ samples: Span<Int32>) throws(AudioFileError) {
    let bytes = self.samples.bitDepth / 8
    try writeInPieces(samples, to: file, &buffer) { piece, buffer in buffer.pack(piece, bytes: bytes) { $0 } }
  }

  func write(_ samples: Span<Float>) throws(AudioFileError) {
    try writeInPieces(samples, to: file, &buffer) { piece, buffer in
      buffer.pack(piece, bytes: 4) { Int32(bitPattern: $0.bitPattern) }
    }
  }

  func finish() throws(AudioFileError) {}
}

extension [UInt8] {
  fileprivate mutating func append(cafChunk name: String, _ body: [UInt8]) {
    append(text: name)
    append(big: UInt64(body.count))
    self += body
  }
}
