import AudioFiles
import Dispatch
import Synchronization
import Testing

/// Encoder settings at one of the rates that they have.
struct OggSetting: Sendable, CustomTestStringConvertible {
  var format: EncodingFormat
  var rate: Int
  var testDescription: String { "\(format) at \(rate) Hz" }

  init(_ format: EncodingFormat, _ rate: Int) { (self.format, self.rate) = (format, rate) }

  static let vorbis = [
    OggSetting(.oggVorbis(.quality(6)), 48_000), .init(.oggVorbis(.quality(3.5)), 44_100),
    .init(.oggVorbis(.bitrate(128_000)), 44_100), .init(.oggVorbis(.quality(-1)), 8_000),
    .init(.oggVorbis(.quality(5)), 11_025), .init(.oggVorbis(.quality(5)), 16_000),
    .init(.oggVorbis(.quality(5)), 22_050), .init(.oggVorbis(.quality(5)), 32_000),
    .init(.oggVorbis(.quality(10)), 96_000), .init(.oggVorbis(.quality(6)), 192_000),
  ]
  static let opus = [
    OggSetting(.opus(bitsPerSecond: 160_000), 48_000), .init(.opus(bitsPerSecond: 6_000), 48_000),
    .init(.opus(bitsPerSecond: 96_000), 24_000), .init(.opus(bitsPerSecond: 48_000), 16_000),
    .init(.opus(bitsPerSecond: 32_000), 12_000), .init(.opus(bitsPerSecond: 24_000), 8_000),
  ]
}

@Suite struct OggTests {
  let folder = TemporaryFolder()

  // MARK: Sound

  @Test(arguments: OggSetting.vorbis + OggSetting.opus)
  func theLengthComesBackToTheSample(_ setting: OggSetting) throws {
    // Around the lookahead and the packet of Opus, and the blocks of Vorbis.
    for frames in [1, 2, 47, 311, 312, 313, 648, 649, 960, 1024, 1025, 10_007] {
      for channels in [1, 2] {
        let path = folder.file("a")
        let samples = tones(frames: frames, channels: channels, rate: setting.rate)
        try writeFloats(samples, to: path, setting.format, rate: setting.rate, channels: channels)
        let info = try probe(path)
        #expect(info.frameCount == frames && info.sampleRate == setting.rate && info.channelCount == channels)
        #expect(info.container == .ogg && info.isLossy)
        #expect(try readAll(path).count == frames * channels)
      }
    }
  }

  /// From the first frame to the last: one frame of shift would leave −24 dB.
  @Test(arguments: [
    OggSetting(.oggVorbis(.quality(6)), 48_000), .init(.oggVorbis(.quality(6)), 44_100),
    .init(.opus(bitsPerSecond: 160_000), 48_000), .init(.opus(bitsPerSecond: 128_000), 24_000),
  ])
  func theSamplesComeBackInPlace(_ setting: OggSetting) throws {
    let path = folder.file("a")
    let samples = tones(frames: 30_011, channels: 2, rate: setting.rate)
    try writeFloats(samples, to: path, setting.format, rate: setting.rate)
    let decoded = try readAll(path)
    var signal = 0.0, error = 0.0, atTheEnd = 0.0
    for index in samples.indices {
      let difference = decoded[index] - Double(samples[index])
      signal += Double(samples[index] * samples[index])
      error += difference * difference
      if index >= samples.count - 2 * 240 { atTheEnd = max(atTheEnd, abs(difference)) }
    }
    #expect(error / signal < 1e-3, "\(error / signal)")
    // The end is cut in the middle of the tones, and no click comes of it.
    #expect(atTheEnd < 0.05, "\(atTheEnd)")
  }

  @Test func whatPassesFullScaleIsNotClipped() throws {
    for format in [EncodingFormat.oggVorbis(.quality(8)), .opus(bitsPerSecond: 256_000)] {
      let path = folder.file("a")
      try writeFloats(tones(frames: 20_000, channels: 2, rate: 48_000).map { $0 * 4 }, to: path, format)
      #expect(try readAll(path).max() ?? 0 > 1.35)
    }
  }

  // MARK: Bytes

  @Test(arguments: [EncodingFormat.oggVorbis(.quality(6)), .opus(bitsPerSecond: 128_000)])
  func blocksAndThreadsChangeNoByte(_ format: EncodingFormat) throws {
    let samples = tones(frames: 20_011, channels: 2, rate: 48_000)
    try writeFloats(samples, to: folder.file("whole"), format, tags: fullTags())
    let whole = bytes(of: folder.file("whole"))
    let sizes = [1, 7, 480, 1024, 4096, 8192]
    let path = folder.path
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: sizes.count) { place in
      do {
        let writer = try AudioFileWriter(
          "\(path)/\(place)", format, sampleRate: 48_000, channelCount: 2, frameCount: 20_011, tags: fullTags())
        for start in stride(from: 0, to: samples.count, by: 2 * sizes[place]) {
          try writer.write(samples.span.extracting(start..<min(start + 2 * sizes[place], samples.count)))
        }
        try writer.finish()
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    for place in sizes.indices { #expect(bytes(of: folder.file("\(place)")) == whole, "\(sizes[place])") }
  }

  @Test func anotherSongHasAnotherSerialNumber() throws {
    for format in [EncodingFormat.oggVorbis(.quality(6)), .opus(bitsPerSecond: 128_000)] {
      var serials: Set<[UInt8]> = []
      for title in ["One", "Two"] {
        var tags = Tags()
        tags.title = title
        try writeFloats([0.1, 0.2], to: folder.file("a"), format, tags: tags)
        serials.insert(Array(bytes(of: folder.file("a"))[14..<18]))
      }
      #expect(serials.count == 2)
    }
  }

  @Test(arguments: [EncodingFormat.oggVorbis(.quality(10)), .opus(bitsPerSecond: 510_000)])
  func thePagesAreWellFormed(_ format: EncodingFormat) throws {
    var tags = fullTags()
    // Comments that go over several pages.
    tags.cover = CoverImage(onePixelPNG + [UInt8](repeating: 7, count: 200_000))
    let path = folder.file("a")
    try writeFloats(noise(2 * 150_000, bits: 24).map { Float($0) / 8_388_608 }, to: path, format, tags: tags)
    let pages = try oggPages(bytes(of: path))
    #expect(pages.count > 6)
    for (number, page) in pages.enumerated() {
      #expect(page.sequence == number && page.serial == pages[0].serial)
      #expect(page.checksum == page.storedChecksum)
      #expect(page.isFirst == (number == 0) && page.isLast == (number == pages.count - 1))
      let isWithin = number > 0 && pages[number - 1].segments.last == 255
      #expect(page.isContinued == isWithin)
      #expect((page.granule == -1) == page.segments.allSatisfy { $0 == 255 })
    }
    let granules = pages.map(\.granule).filter { $0 > 0 }
    #expect(granules == granules.sorted())
    #expect(granules.last == 150_000 + (format.fileExtension == "opus" ? 312 : 0))
    // A page a second, so that players find a place quickly.
    for (earlier, later) in zip(granules, granules.dropFirst()) { #expect(later - earlier <= 48_960 + 8192) }
    #expect(try readAll(path).count == 300_000)
  }

  @Test func aCutFileIsFound() throws {
    for format in [EncodingFormat.oggVorbis(.quality(6)), .opus(bitsPerSecond: 128_000)] {
      try writeFloats(tones(frames: 100_000, channels: 2, rate: 48_000), to: folder.file("a"), format)
      let file = bytes(of: folder.file("a"))
      let cut = folder.write(Array(file.dropLast(100)), to: "b")
      #expect(refusal { _ = try probe(cut) } == .endMissing)
    }
  }

  // MARK: Headers

  @Test func theHeaderOfAnOpusFile() throws {
    let path = folder.file("a")
    try writeFloats(
      [Float](repeating: 0.1, count: 100), to: path, .opus(bitsPerSecond: 32_000), rate: 8_000, channels: 1)
    let packets = oggPackets(try oggPages(bytes(of: path)))
    // Version, channels, pre-skip at 48 kHz, the rate of the source, no gain, mono or stereo (RFC 7845 §5.1).
    #expect(
      packets[0] == Array("OpusHead".utf8) + [1, 1] + little(UInt16(312)) + little(UInt32(8_000)) + [0, 0, 0])
  }

  @Test(arguments: [EncodingFormat.oggVorbis(.quality(6)), .opus(bitsPerSecond: 128_000)])
  func everyTagIsAComment(_ format: EncodingFormat) throws {
    let path = folder.file("a")
    try writeFloats(tones(frames: 1000, channels: 2, rate: 48_000), to: path, format, tags: fullTags())
    let packets = oggPackets(try oggPages(bytes(of: path)))
    let isOpus = format.fileExtension == "opus"
    let mark = isOpus ? Array("OpusTags".utf8) : [3] + Array("vorbis".utf8)
    #expect(packets[1].starts(with: mark))
    var (vendor, comments) = commentTexts(packets[1].dropFirst(mark.count))
    #expect(vendor.hasPrefix(isOpus ? "libopus" : "Xiph.Org libVorbis"))
    #expect(isOpus || packets[1].last == 1)
    let picture = comments.popLast() ?? ""
    let gain =
      isOpus
      // 256ths of a dB from −13.744 to −23 LUFS.
      ? ["R128_TRACK_GAIN=-2370"]
      : ["REPLAYGAIN_TRACK_GAIN=-4.26 dB", "REPLAYGAIN_TRACK_PEAK=0.988553"]
    #expect(
      comments == [
        "TITLE=Nächtliche Fahrt 日本 🎧", "ARTIST=Ada Väle", "ALBUM=First Light", "ALBUMARTIST=Ada & Friends",
        "COMPOSER=Cömposer", "LYRICIST=Lyricist 日", "GENRE=Synthpop", "DATE=2026-11-22", "ISRC=QZABC2600001",
        "LABEL=Läbel", "COPYRIGHT=℗ 2026 Ada", "LANGUAGE=eng", "BPM=112", "COMMENT=Mixed at night 🌙",
        "BARCODE=012345678905", "CATALOGNUMBER=CAT-001", "TRACKNUMBER=3", "TRACKTOTAL=10", "DISCNUMBER=1",
        "DISCTOTAL=2",
      ] + gain)
    // RFC 9639 §8.8: front cover, media type, no description, 1 × 1 pixels of 24 bits, no palette.
    let numbers = [1, 1, 24, 0, UInt32(onePixelPNG.count)].flatMap { big($0) }
    let block = big(UInt32(3)) + big(UInt32(9)) + Array("image/png".utf8) + big(UInt32(0)) + numbers + onePixelPNG
    #expect(picture.hasPrefix("METADATA_BLOCK_PICTURE="))
    #expect(try fromBase64(picture.dropFirst("METADATA_BLOCK_PICTURE=".count)) == block)
  }

  @Test func nothingToSayIsNoComment() throws {
    for (format, start) in [(EncodingFormat.oggVorbis(.quality(6)), 7), (.opus(bitsPerSecond: 128_000), 8)] {
      try writeFloats([0.1, 0.2], to: folder.file("a"), format)
      let packets = oggPackets(try oggPages(bytes(of: folder.file("a"))))
      #expect(commentTexts(packets[1].dropFirst(start)).comments == [])
    }
  }

  // MARK: Refusals

  @Test func whatVorbisCannotHold() {
    func hints(_ rate: Int, _ kind: EncodingFormat.VorbisRate, channels: Int = 2) -> [String]? {
      EncodingFormat.oggVorbis(kind).refusal(sampleRate: rate, channelCount: channels)?.hints
    }
    #expect(
      hints(48_000, .quality(10)) == nil && hints(192_000, .quality(-1)) == nil && hints(8_000, .quality(0)) == nil)
    #expect(hints(48_000, .quality(10.1)) == ["write `quality: 6`"])
    #expect(hints(384_000, .quality(6)) == ["write `sample_rate: 96 kHz`"])
    #expect(hints(44_100, .bitrate(192_000)) == nil)
    #expect(hints(44_100, .bitrate(512_000)) == ["write `bitrate: 500 kbps`", "or `quality: 6`"])
    #expect(hints(8_000, .bitrate(6_000)) == ["write `bitrate: 12 kbps`", "or `quality: 6`"])
    #expect(hints(44_100, .bitrate(300_000), channels: 1) == ["write `bitrate: 240 kbps`", "or `quality: 6`"])
    #expect(hints(96_000, .bitrate(192_000)) == ["write `quality: 6`"])
  }

  @Test func whatOpusCannotHold() {
    func hints(_ rate: Int, _ bitsPerSecond: Int, channels: Int = 2) -> [String]? {
      EncodingFormat.opus(bitsPerSecond: bitsPerSecond).refusal(sampleRate: rate, channelCount: channels)?.hints
    }
    for rate in [8_000, 12_000, 16_000, 24_000, 48_000] { #expect(hints(rate, 64_000) == nil) }
    for rate in [11_025, 32_000, 44_100, 96_000] { #expect(hints(rate, 64_000) == ["write `sample_rate: 48 kHz`"]) }
    #expect(hints(48_000, 510_000) == nil && hints(48_000, 6_000, channels: 1) == nil)
    #expect(hints(48_000, 5_999) == ["write `bitrate: 6 kbps`"])
    #expect(hints(48_000, 510_001) == ["write `bitrate: 510 kbps`"])
    #expect(hints(48_000, 320_000, channels: 1) == ["write `bitrate: 256 kbps`"])
  }

  // MARK: Other programs

  @Test(.enabled(if: isInstalled("opusinfo") && isInstalled("ogginfo")))
  func theirOwnProgramsFindNothingWrong() throws {
    for (format, tool) in [
      (EncodingFormat.oggVorbis(.quality(6)), "ogginfo"), (.opus(bitsPerSecond: 96_000), "opusinfo"),
    ] {
      let path = folder.file("a.\(format.fileExtension)")
      try writeFloats(tones(frames: 100_003, channels: 2, rate: 48_000), to: path, format, tags: fullTags())
      let text = output(of: "LC_ALL=C.UTF-8 \(tool) '\(path)'")
      #expect(text.contains("Playback length: 0m:02.083s"), "\(text)")
      #expect(["WARNING", "ERROR", "buggy"].allSatisfy { !text.contains($0) }, "\(text)")
      #expect(text.contains("TITLE=Nächtliche Fahrt 日本 🎧"))
    }
  }
}
