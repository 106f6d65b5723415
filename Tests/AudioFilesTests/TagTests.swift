import AudioFiles
import Testing

@Suite struct TagTests {
  let folder = TemporaryFolder()

  func id3(_ tags: Tags) throws -> [UInt8] {
    try writeFloats(
      tones(frames: 1152, channels: 1, rate: 48_000), to: folder.file("t.mp3"), .mp3(.constant(64)),
      channels: 1, tags: tags)
    let file = bytes(of: folder.file("t.mp3"))
    guard file.starts(with: Array("ID3".utf8)) else { return [] }
    let size = file[6...9].reduce(0) { $0 << 7 | Int($1) }
    return Array(file[..<(10 + size)])
  }

  @Test func id3TwoFourIsUTF8() throws {
    var tags = Tags()
    tags.title = "ö日🎧"
    #expect(
      try id3(tags) == Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 20] + Array("TIT2".utf8) + [
        0, 0, 0, 10, 0, 0, 3,
      ]
        + Array("ö日🎧".utf8))
  }

  @Test func id3TwoThreeIsUTF16() throws {
    var tags = Tags()
    tags.id3Version = .v2_3
    tags.title = "ö🎧"
    tags.date = "2026-11-22"
    #expect(
      try id3(tags) == Array("ID3".utf8) + [3, 0, 0, 0, 0, 0, 61] + Array("TIT2".utf8) + [0, 0, 0, 9, 0, 0]
        + [1, 0xFF, 0xFE, 0xF6, 0, 0x3C, 0xD8, 0xA7, 0xDF] + Array("TYER".utf8) + [0, 0, 0, 11, 0, 0]
        + [1, 0xFF, 0xFE, 0x32, 0, 0x30, 0, 0x32, 0, 0x36, 0] + Array("TDAT".utf8) + [0, 0, 0, 11, 0, 0]
        + [1, 0xFF, 0xFE, 0x32, 0, 0x32, 0, 0x31, 0, 0x31, 0])
  }

  @Test func everyFieldHasItsFrame() throws {
    let text = String(decoding: try id3(fullTags()), as: UTF8.self)
    for frame in [
      "TIT2", "TPE1", "TPE2", "TALB", "TRCK", "TPOS", "TCON", "TCOM", "TEXT", "TSRC", "TCOP", "TPUB", "TBPM",
      "TLAN",
      "TDRC", "COMM", "APIC", "BARCODE\0012345678905", "CATALOGNUMBER\0CAT-001",
      "replaygain_track_gain\0-4.26 dB",
      "replaygain_track_peak\00.988553", "\u{3}QZABC2600001", "\u{3}3/10", "\u{3}eng\0Mixed at night 🌙",
      "\u{3}image/png\0\u{3}\0",
    ] { #expect(text.contains(frame), "\(frame)") }
  }

  @Test func aTempoIsWholeInID3AndExactInFLAC() throws {
    var tags = Tags()
    tags.tempo = 112.5
    #expect(try id3(tags).suffix(14) == Array("TBPM".utf8) + [0, 0, 0, 4, 0, 0, 3] + Array("113".utf8))
    let path = folder.file("a.flac")
    try write(noise(100, bits: 16), to: path, .flac(bitDepth: 16, compression: 5), tags: tags)
    #expect(String(decoding: bytes(of: path), as: UTF8.self).contains("BPM=112.50"))
  }

  @Test func informationOfAWAV() throws {
    let path = folder.file("a.wav")
    try write([1, 2], to: path, .wav(.integer16), tags: fullTags())
    let text = String(decoding: bytes(of: path), as: UTF8.self)
    for field in ["INAM", "IART", "IPRD", "IGNR", "ICRD", "ITRK", "ICMT", "ICOP", "id3 "] {
      #expect(text.contains(field), "\(field)")
    }
    #expect(!text.contains("ISRC"))
    #expect(try readAll(path).count == 2)
  }

  @Test func loudnessOfABroadcastWAV() throws {
    var tags = Tags()
    tags.title = "Night Drive"
    tags.broadcastLoudness = Tags.BroadcastLoudness(
      integrated: -14.026, range: 6.5, maxTruePeak: -1.04, maxMomentary: nil, maxShortTerm: -9.999)
    let path = folder.file("a.wav")
    try write([1, 2], to: path, .wav(.integer16), tags: tags)
    let file = bytes(of: path)
    #expect(Array(file[36..<44]) == Array("bext".utf8) + little(UInt32(602)))
    // The loudness fields stand 412 bytes into the chunk, after the version and the UMID.
    let fields: [Int16] = [-1403, 650, -104, 0x7FFF, -1000]
    #expect(Array(file[(44 + 412)..<(44 + 422)]) == fields.flatMap { little($0) })
    #expect(try readAll(path).count == 2)
  }

  @Test func nothingToSayWritesNoTag() throws {
    try write([1, 2], to: folder.file("a.aiff"), .aiff(.integer16))
    #expect(bytes(of: folder.file("a.aiff")).count == 54 + 4)
    #expect(try id3(Tags()).isEmpty)
  }

  @Test func coversAreTold() {
    #expect(CoverImage(onePixelPNG)?.mediaType == "image/png")
    #expect(CoverImage(onePixelPNG)?.bitsPerPixel == 24)
    let jpeg: [UInt8] =
      [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xC2, 0, 17, 8, 0, 200, 1, 44, 3, 1, 0x11, 0, 2, 0x11, 1, 0xFF, 0xD9]
    let image = CoverImage(jpeg)
    #expect(image?.mediaType == "image/jpeg" && image?.width == 300 && image?.height == 200)
    #expect(image?.bitsPerPixel == 24)
    #expect(CoverImage(Array("GIF89a".utf8)) == nil)
    #expect(CoverImage([0xFF, 0xD8, 0xFF]) == nil)
    // What lost its end is no picture.
    #expect(CoverImage(Array(onePixelPNG.dropLast(20))) == nil && CoverImage(jpeg.dropLast(2)) == nil)
    #expect(
      refusal { _ = try CoverImage(path: folder.write([1, 2, 3], to: "c.gif")) }
        == .unsupportedCover(reason: "it is no whole PNG or JPEG picture"))
  }
}

/// What other programs read back; skipped where they are not installed.
@Suite struct OtherProgramsTests {
  let folder = TemporaryFolder()

  static let formats: [EncodingFormat] = [
    .wav(.integer24), .aiff(.integer24), .flac(bitDepth: 24, compression: 5), .mp3(.constant(128)),
    .oggVorbis(.quality(4)), .opus(bitsPerSecond: 96_000),
  ]

  func tagged(_ format: EncodingFormat) throws -> String {
    let path = folder.file("a.\(format.fileExtension)")
    if let bits = format.integerBits {
      try write(noise(9_600, bits: bits), to: path, format, tags: fullTags())
    } else {
      try writeFloats(tones(frames: 4_800, channels: 2, rate: 48_000), to: path, format, tags: fullTags())
    }
    return path
  }

  @Test(.enabled(if: isInstalled("ffprobe")), arguments: formats)
  func ffprobeReadsTheTags(_ format: EncodingFormat) throws {
    let text = output(of: "ffprobe -v error -show_format -show_streams '\(try tagged(format))'")
    for value in [
      "Nächtliche Fahrt 日本 🎧", "Ada Väle", "First Light", "2026-11-22", "Mixed at night 🌙", "3/10",
    ] {
      let hasComments = ["flac", "ogg", "opus"].contains(format.fileExtension)
      #expect(text.contains(hasComments && value == "3/10" ? "track=3" : value), "\(value)")
    }
    #expect(text.contains("codec_name=png"), "the cover")
  }

  @Test(.enabled(if: isInstalled("mediainfo")), arguments: formats)
  func mediainfoReadsTheTags(_ format: EncodingFormat) throws {
    let text = output(of: "LC_ALL=C.UTF-8 mediainfo '\(try tagged(format))'")
    for value in ["Nächtliche Fahrt 日本 🎧", "Ada Väle", "First Light"] {
      #expect(text.contains(value), "\(value)")
    }
  }

  @Test(.enabled(if: isInstalled("flac") && isInstalled("metaflac")))
  func flacAcceptsTheFile() throws {
    let path = try tagged(.flac(bitDepth: 24, compression: 5))
    #expect(output(of: "flac -t -s '\(path)' && echo fine") == "fine\n")
    let text = output(of: "metaflac --list --no-utf8-convert '\(path)'")
    for value in [
      "TITLE=Nächtliche Fahrt 日本 🎧", "ISRC=QZABC2600001", "TRACKNUMBER=3", "TRACKTOTAL=10", "DISCNUMBER=1",
      "BARCODE=012345678905", "CATALOGNUMBER=CAT-001", "REPLAYGAIN_TRACK_GAIN=-4.26 dB", "SEEKTABLE",
      "MIME type: image/png", "type: 3 (Cover (front))", "total samples: 4800",
    ] { #expect(text.contains(value), "\(value)") }
  }
}
