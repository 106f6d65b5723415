import AudioFiles
import DSP
import Testing

@Suite struct RoundTripTests {
  let folder = TemporaryFolder()

  static let integerFormats: [EncodingFormat] = [
    .wav(.integer16), .wav(.integer24), .wav(.integer32), .aiff(.integer16), .aiff(.integer24),
    .aiff(.integer32), .caf(.integer16), .caf(.integer24), .caf(.integer32),
    .flac(bitDepth: 16, compression: 5), .flac(bitDepth: 24, compression: 0),
    .flac(bitDepth: 24, compression: 8),
  ]

  @Test(arguments: integerFormats, [1, 2])
  func integersComeBackBitForBit(_ format: EncodingFormat, _ channels: Int) throws {
    let bits = try #require(format.integerBits)
    // An odd count, so that a 24-bit mono chunk needs its padding byte.
    let samples = noise(10_007 * channels, bits: bits)
    let path = folder.file("a.\(format.fileExtension)")
    try write(samples, to: path, format, channels: channels, tags: fullTags())
    let scale = 1 / Double(1 << (bits - 1))
    #expect(try readAll(path) == samples.map { Double($0) * scale })
    let info = try probe(path)
    #expect(info.bitDepth == bits && !info.isFloat && !info.isLossy)
    #expect(info.sampleRate == 48_000 && info.channelCount == channels && info.frameCount == 10_007)
  }

  @Test(arguments: [EncodingFormat.wav(.float32), .aiff(.float32), .caf(.float32)])
  func floatsComeBackBitForBit(_ format: EncodingFormat) throws {
    let samples: [Float] = [0, -0.0, 1, -1, 1.5, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3]
    let path = folder.file("a.\(format.fileExtension)")
    try writeFloats(samples, to: path, format, rate: 96_000, tags: fullTags())
    #expect(try readAll(path).map { Float($0).bitPattern } == samples.map(\.bitPattern))
    let info = try probe(path)
    #expect(
      info.isFloat && info.encoding == "32-bit float" && info.sampleRate == 96_000 && info.frameCount == 4)
  }

  @Test(arguments: [8_000, 44_100, 96_000, 192_000, 384_000, 768_000])
  func everyRateIsKept(_ rate: Int) throws {
    for format in [EncodingFormat.wav(.integer24), .aiff(.integer24), .flac(bitDepth: 24, compression: 5)] {
      let path = folder.file("a.\(format.fileExtension)")
      try write(noise(200, bits: 24), to: path, format, rate: rate)
      #expect(try probe(path).sampleRate == rate)
    }
  }

  @Test func aPlainWAVIsFortyFourBytesAndItsSamples() throws {
    let path = folder.file("a.wav")
    try write([1, -2, 3, -4], to: path, .wav(.integer16))
    let expected = wav(channels: 2, bits: 16, [1, 0, 0xFE, 0xFF, 3, 0, 0xFC, 0xFF])
    #expect(bytes(of: path) == expected)
  }

  @Test func twentyFourBitsAreLittleEndianInWAVAndBigEndianInAIFF() throws {
    try write([0x010203, -2], to: folder.file("a.wav"), .wav(.integer24), channels: 1)
    #expect(bytes(of: folder.file("a.wav")).suffix(6) == [3, 2, 1, 0xFE, 0xFF, 0xFF])
    try write([0x010203, -2], to: folder.file("a.aiff"), .aiff(.integer24), channels: 1)
    #expect(bytes(of: folder.file("a.aiff")).suffix(6) == [1, 2, 3, 0xFF, 0xFF, 0xFE])
  }

  @Test func aLongWAVIsAnRF64() throws {
    let path = folder.file("a.wav")
    let samples = noise(999, bits: 24)
    try write(samples, to: path, .wav(.integer24), channels: 1, tags: fullTags(), riffLimit: 3000)
    let file = bytes(of: path)
    #expect(file.starts(with: Array("RF64".utf8) + little(UInt32.max) + Array("WAVEds64".utf8)))
    // ds64: the RIFF size, the data size, the count of frames.
    #expect(Array(file[20..<28]) == little(UInt64(file.count - 8)))
    #expect(Array(file[28..<44]) == little(UInt64(999 * 3)) + little(UInt64(999)))
    #expect(try probe(path).container == .rf64)
    #expect(try readAll(path).count == 999)
  }

  @Test(arguments: [EncodingFormat.wav(.integer24), .flac(bitDepth: 24, compression: 5)])
  func anyBlockAndAnySeekGiveTheSameFrames(_ format: EncodingFormat) throws {
    let path = folder.file("a.\(format.fileExtension)")
    try write(noise(30_000, bits: 24), to: path, format)
    let whole = try readFrames(path, block: 15_000)
    for block in [1, 7, 4096, 5000] { #expect(try readFrames(path, block: block) == whole) }
    let reader = try AudioFileReader(path)
    for place in [9_999, 0, 4_095, 4_096, 14_999, 15_000, 1, 0] {
      try reader.seek(to: place)
      var frames = [Frame](repeating: .zero, count: 100)
      var span = frames.mutableSpan
      let count = try reader.readFrames(into: &span)
      #expect(count == min(100, 15_000 - place))
      #expect(Array(frames[..<count]) == Array(whole[place..<place + count]))
    }
  }

  @Test func aMonoFileFillsBothLanes() throws {
    let path = folder.file("a.wav")
    try write([100, -200], to: path, .wav(.integer16), channels: 1)
    #expect(try readFrames(path) == [Frame(repeating: 100 / 32_768), Frame(repeating: -200 / 32_768)])
  }

  @Test func channelsArePickedFromMany() throws {
    let audio = (0..<10).flatMap { little(Int16($0)) }
    let path = folder.write(wav(channels: 5, audio), to: "a.wav")
    let scale = 1.0 / 32_768
    #expect(try readFrames(path, channels: [2, 5]) == [Frame(1, 4) * scale, Frame(6, 9) * scale])
    #expect(try readFrames(path, channels: [3]) == [Frame(2, 2) * scale, Frame(7, 7) * scale])
    #expect(refusal { _ = try readFrames(path) } == .channelsNotPicked(count: 5))
    #expect(refusal { _ = try readFrames(path, channels: [1, 6]) } == .noSuchChannel(6, count: 5))
    #expect(try readAll(path).count == 10)
  }

  @Test func otherIntegerWidthsAreExact() throws {
    let eight = folder.write(wav(bits: 8, [0, 128, 255]), to: "8.wav")
    #expect(try readAll(eight) == [-1, 0, 127 / 128])
    let eightBig = folder.write(aiff(frames: 2, bits: 8, [0x80, 0x7F]), to: "8.aiff")
    #expect(try readAll(eightBig) == [-1, 127 / 128])
    let double = folder.write(wav(tag: 3, bits: 64, little((0.1).bitPattern)), to: "64.wav")
    #expect(try readAll(double) == [0.1])
    #expect(try probe(double).encoding == "64-bit float")
  }

  @Test func littleEndianAIFFC() throws {
    // The same file with `sowt` in place of `AIFF`'s order.
    var file = Array("AIFCCOMM".utf8) + big(UInt32(24)) + big(UInt16(1)) + big(UInt32(2)) + big(UInt16(16))
    file += big(UInt16(16_398)) + big(UInt64(48_000) << 48) + Array("sowt".utf8) + [0, 0]
    file += Array("SSND".utf8) + big(UInt32(12)) + big(UInt64(0)) + [0, 0x40, 0xFF, 0xFF]
    let path = folder.write(Array("FORM".utf8) + big(UInt32(file.count)) + file, to: "a.aifc")
    #expect(try readAll(path) == [0.5, -1 / 32_768])
    #expect(try probe(path).container == .aifc)
  }

  @Test func extensibleWAV() throws {
    var file = Array("WAVEfmt ".utf8) + little(UInt32(40)) + little(UInt16(0xFFFE)) + little(UInt16(1))
    file += little(UInt32(44_100)) + little(UInt32(132_300)) + little(UInt16(3)) + little(UInt16(24))
    file += little(UInt16(22)) + little(UInt16(24)) + little(UInt32(4)) + little(UInt16(1))
    file += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    file += Array("data".utf8) + little(UInt32(6)) + [0, 0, 0x80, 0xFF, 0xFF, 0x7F]
    let path = folder.write(Array("RIFF".utf8) + little(UInt32(file.count)) + file, to: "a.wav")
    #expect(try readAll(path) == [-1, 1 - 1 / 8_388_608])
    #expect(try probe(path).bitDepth == 24)
  }

  /// What libsndfile reads for us.
  @Test func compressedWAVAndCAF() throws {
    let muLaw = folder.write(wav(tag: 7, bits: 8, [0xFF, 0x80, 0x00]), to: "a.wav")
    #expect(try readAll(muLaw) == [0, 32_124 / 32_768, -32_124 / 32_768])
    #expect(try probe(muLaw).isLossy)
    let audio = big(UInt16(0x4000)) + big(UInt16(0xFFFF))
    let caf = folder.write(caf(audio), to: "a.caf")
    #expect(try readAll(caf) == [0.5, -1 / 32_768])
    #expect(try probe(caf).encoding == "16-bit PCM")
  }

  @Test(arguments: [
    EncodingFormat.wav(.integer24), .aiff(.integer16), .flac(bitDepth: 24, compression: 8),
    .mp3(.constant(128)), .oggVorbis(.quality(6)), .opus(bitsPerSecond: 160_000),
  ])
  func theSameSamplesGiveTheSameBytes(_ format: EncodingFormat) throws {
    for name in ["a", "b"] {
      if let bits = format.integerBits {
        try write(noise(20_000, bits: bits), to: folder.file(name), format, tags: fullTags())
      } else {
        try writeFloats(
          tones(frames: 10_000, channels: 2, rate: 48_000), to: folder.file(name), format, tags: fullTags())
      }
    }
    #expect(bytes(of: folder.file("a")) == bytes(of: folder.file("b")))
  }
}
