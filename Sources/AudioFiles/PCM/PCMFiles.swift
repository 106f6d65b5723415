// WAV and AIFF, written by ourselves: the samples are integers already, and libsndfile would scale floats by
// 0x7FFFFF, wrap past full scale and put the time of day into a PEAK chunk.

/// Writes a WAV (Microsoft's *Multiple Channel Audio Data and WAVE Files*), or, past 4 GiB, an RF64 (EBU Tech
/// 3306): `fmt `, `fact` for floats, `bext` where there is something to say, `data`, `LIST` INFO and `id3 `.
///
/// INFO is what ffmpeg and editors read, `id3 ` what taggers and players do; both are UTF-8.
final class WAVSink: AudioSink {
  private let file: AtomicFile
  private let samples: EncodingFormat.SampleFormat
  private var trailer: [UInt8] = []
  private var buffer: [UInt8] = []

  init(
    _ file: AtomicFile, _ shape: AudioShape, _ samples: EncodingFormat.SampleFormat, _ tags: Tags,
    riffLimit: Int
  ) throws(AudioFileError) {
    (self.file, self.samples) = (file, samples)
    let isFloat = samples == .float32
    let frameSize = shape.channelCount * samples.bitDepth / 8
    let dataSize = shape.frameCount * frameSize

    var head: [UInt8] = []
    var format: [UInt8] = []
    format.append(little: UInt16(isFloat ? 3 : 1))
    format.append(little: UInt16(shape.channelCount))
    format.append(little: UInt32(shape.sampleRate))
    format.append(little: UInt32(shape.sampleRate * frameSize))
    format.append(little: UInt16(frameSize))
    format.append(little: UInt16(samples.bitDepth))
    if isFloat { format.append(little: UInt16(0)) }  // No extension follows.
    head.append(littleChunk: "fmt ", format)
    if isFloat {
      var fact: [UInt8] = []
      fact.append(little: UInt32(clamping: shape.frameCount))
      head.append(littleChunk: "fact", fact)
    }
    if let loudness = tags.broadcastLoudness {
      head.append(littleChunk: "bext", broadcastExtension(loudness, tags))
    }

    if dataSize % 2 == 1 { trailer.append(0) }
    if let information = tags.riffInformation { trailer.append(littleChunk: "LIST", information) }
    if !tags.isEmpty { trailer.append(littleChunk: "id3 ", ID3Tag(tags).bytes) }

    let riffSize = 4 + head.count + 8 + dataSize + trailer.count
    let isRF64 = riffSize > riffLimit
    var opening: [UInt8] = []
    opening.append(text: isRF64 ? "RF64" : "RIFF")
    opening.append(little: isRF64 ? UInt32.max : UInt32(riffSize))
    opening.append(text: "WAVE")
    if isRF64 {
      var sizes: [UInt8] = []
      sizes.append(little: UInt64(riffSize + 36))
      sizes.append(little: UInt64(dataSize))
      sizes.append(little: UInt64(shape.frameCount))
      sizes.append(little: UInt32(0))  // No table of further long chunks.
      opening.append(littleChunk: "ds64", sizes)
    }
    opening += head
    opening.append(text: "data")
    opening.append(little: isRF64 ? UInt32.max : UInt32(dataSize))
    try file.write(opening)
  }

  func write(_ samples: Span<Int32>) throws(AudioFileError) {
    try writeInPieces(samples, to: file, &buffer) { piece, buffer in
      switch self.samples {
      case .integer16: buffer.pack(piece, bytes: 2) { $0.littleEndian }
      case .integer24: buffer.pack(piece, bytes: 3) { $0.littleEndian }
      case .integer32, .float32: buffer.pack(piece, bytes: 4) { $0.littleEndian }
      }
    }
  }

  func write(_ samples: Span<Float>) throws(AudioFileError) {
    try writeInPieces(samples, to: file, &buffer) { piece, buffer in
      buffer.pack(piece, bytes: 4) { Int32(bitPattern: $0.bitPattern).littleEndian }
    }
  }

  func finish() throws(AudioFileError) { try file.write(trailer) }
}

/// Writes an AIFF, or for floats an AIFF-C (Apple, *Audio Interchange File Format*, 1989 and 1991): `COMM`,
/// `SSND` and `ID3 `, which is where players and taggers look; the text chunks of AIFF itself know no
/// Unicode.
final class AIFFSink: AudioSink {
  private let file: AtomicFile
  private let samples: EncodingFormat.SampleFormat
  private var trailer: [UInt8] = []
  private var buffer: [UInt8] = []

  init(_ file: AtomicFile, _ shape: AudioShape, _ samples: EncodingFormat.SampleFormat, _ tags: Tags)
    throws(AudioFileError)
  {
    (self.file, self.samples) = (file, samples)
    let isFloat = samples == .float32
    let dataSize = shape.frameCount * shape.channelCount * samples.bitDepth / 8

    var head: [UInt8] = []
    if isFloat {
      var version: [UInt8] = []
      version.append(big: UInt32(0xA280_5140))  // AIFF-C of 23 May 1990, the only version.
      head.append(bigChunk: "FVER", version)
    }
    var common: [UInt8] = []
    common.append(big: UInt16(shape.channelCount))
    common.append(big: UInt32(shape.frameCount))
    common.append(big: UInt16(samples.bitDepth))
    common.append(extended: shape.sampleRate)
    if isFloat {
      common.append(text: "fl32")
      let name = "32-bit float"
      common.append(UInt8(name.utf8.count))
      common.append(text: name)
      common.append(0)  // A counted text takes an even number of bytes.
    }
    head.append(bigChunk: "COMM", common)

    if dataSize % 2 == 1 { trailer.append(0) }
    if !tags.isEmpty { trailer.append(bigChunk: "ID3 ", ID3Tag(tags).bytes) }

    let formSize = 4 + head.count + 16 + dataSize + trailer.count
    guard formSize <= 4_294_967_295 else {
      throw AudioFileError(
        .encoderRefused(
          reason: "an AIFF file cannot be longer than 4 GiB",
          hints: ["write `format: wav`, which has no such limit"]), file.path)
    }
    var opening: [UInt8] = []
    opening.append(text: "FORM")
    opening.append(big: UInt32(formSize))
    opening.append(text: isFloat ? "AIFC" : "AIFF")
    opening += head
    opening.append(text: "SSND")
    opening.append(big: UInt32(dataSize + 8))
    opening.append(big: UInt64(0))  // Offset and block size.
    try file.write(opening)
  }

  func write(_ samples: Span<Int32>) throws(AudioFileError) {
    try writeInPieces(samples, to: file, &buffer) { piece, buffer in
      switch self.samples {
      case .integer16: buffer.pack(piece, bytes: 2) { ($0 << 16).bigEndian }
      case .integer24: buffer.pack(piece, bytes: 3) { ($0 << 8).bigEndian }
      case .integer32, .float32: buffer.pack(piece, bytes: 4) { $0.bigEndian }
      }
    }
  }

  func write(_ samples: Span<Float>) throws(AudioFileError) {
    try writeInPieces(samples, to: file, &buffer) { piece, buffer in
      buffer.pack(piece, bytes: 4) { Int32(bitPattern: $0.bitPattern).bigEndian }
    }
  }

  func finish() throws(AudioFileError) { try file.write(trailer) }
}

/// Packs and writes 32 768 samples at a time.
@inline(__always)
func writeInPieces<Sample>(
  _ samples: Span<Sample>, to file: AtomicFile, _ buffer: inout [UInt8],
  _ pack: (Span<Sample>, inout [UInt8]) -> Void
) throws(AudioFileError) {
  var start = 0
  while start < samples.count {
    let piece = samples.extracting(start..<min(start + 32_768, samples.count))
    pack(piece, &buffer)
    try file.write(buffer)
    start += piece.count
  }
}

extension [UInt8] {
  /// Becomes the first `bytes` bytes, in memory order, of each sample as laid out by `layOut`.
  @inline(__always)
  mutating func pack<Sample>(_ samples: Span<Sample>, bytes: Int, _ layOut: (Sample) -> Int32) {
    let total = samples.count * bytes
    if count != total { self = [UInt8](repeating: 0, count: total) }
    var target = mutableSpan
    for index in samples.indices {
      let word = UInt32(bitPattern: layOut(samples[index]).littleEndian)
      for place in 0..<bytes {
        target[index * bytes + place] = UInt8(truncatingIfNeeded: word >> UInt32(8 * place))
      }
    }
  }

  fileprivate mutating func append(littleChunk name: String, _ body: [UInt8]) {
    append(text: name)
    append(little: UInt32(body.count))
    self += body
    if body.count % 2 == 1 { append(0) }
  }

  fileprivate mutating func append(bigChunk name: String, _ body: [UInt8]) {
    append(text: name)
    append(big: UInt32(body.count))
    self += body
    if body.count % 2 == 1 { append(0) }
  }

  /// An 80-bit extended number, the way AIFF writes its rate.
  fileprivate mutating func append(extended value: Int) {
    let shift = UInt64(value).leadingZeroBitCount
    append(big: UInt16(16_383 + 63 - shift))
    append(big: UInt64(value) << UInt64(shift))
  }
}
