import AudioFiles
import Testing

/// MPEG streams that have lost a part, hold something else, or are several.
@Suite struct MPEGStreamTests {
  let folder = TemporaryFolder()

  /// 128 kbps at 48 kHz: every frame has 384 bytes and 1152 samples.
  let frameSize = 384

  /// As LAME writes it, with an `Info` frame, and without one.
  let tagged, bare: [UInt8]
  let samples: [Double]

  init() throws {
    let path = folder.file("a.mp3")
    try writeFloats(tones(frames: 48_000, channels: 2, rate: 48_000), to: path, .mp3(.constant(128)))
    tagged = bytes(of: path)
    bare = Array(tagged[frameSize...])
    samples = try readAll(folder.write(bare, to: "bare.mp3"))
  }

  func reading(_ bytes: [UInt8]) throws -> [Double] { try readAll(folder.write(bytes, to: "b.mp3")) }

  func probing(_ bytes: [UInt8]) -> AudioFileError.Kind? {
    refusal { _ = try probe(folder.write(bytes, to: "b.mp3")) }
  }

  @Test func everyFrameIsThere() {
    #expect(bare.count % frameSize == 0 && samples.count == bare.count / frameSize * 1152 * 2)
  }

  @Test(arguments: [0x55, 0, 0xFF] as [UInt8]) func aHoleIsFoundWhereItIs(_ filling: UInt8) {
    for (file, skipped) in [(bare, 0), (tagged, 1152 + 576 + 529)] {
      var holed = file
      for index in 20 * frameSize + 100..<20 * frameSize + 1600 { holed[index] = filling }
      // The header of the frame in which the hole begins is whole, and the next one is gone.
      #expect(probing(holed) == .damaged(frame: 21 * 1152 - skipped))
    }
  }

  @Test func aStreamThatGoesOnAfterItsInfoFrame() {
    let frames = bare.count / frameSize
    #expect(
      probing(tagged + tagged)
        == .overlong(promised: frames * 1152, found: (2 * frames + 1) * 1152, unit: "frames"))
    #expect(
      probing(tagged + bare) == .overlong(promised: frames * 1152, found: 2 * frames * 1152, unit: "frames"))
  }

  @Test func aStreamThatEndsBeforeItsInfoFrameSays() {
    #expect(
      probing(Array(tagged.dropLast(frameSize)))
        == .truncated(promised: tagged.count, found: tagged.count - frameSize, unit: "bytes"))
    let frames = bare.count / frameSize
    #expect(
      probing(Array(bare.dropLast(100)))
        == .truncated(promised: frames * 1152, found: (frames - 1) * 1152, unit: "frames"))
  }

  @Test func streamsWithoutInfoFrameFollowEachOther() throws {
    #expect(try reading(bare + bare).count == 2 * samples.count)
    // As when whole files with tags are put behind each other.
    var tag = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
    #expect(try reading(bare + tag + bare) == reading(bare + bare))
    tag += Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 20] + [UInt8](repeating: 0, count: 20)
    #expect(try reading(bare + tag + bare) == reading(bare + bare))
  }

  @Test func tagsAndFillingAtTheEnd() throws {
    let ape = Array("APETAGEX".utf8) + little(UInt32(2000)) + little(UInt32(32)) + little(UInt32(0))
    for end in [
      [UInt8](repeating: 0, count: 5000), Array("TAG".utf8) + [UInt8](repeating: 0x41, count: 125),
      ape + little(UInt32(0x8000_0000)) + [UInt8](repeating: 0, count: 8),
      Array("LYRICSBEGINwords, wordsLYRICSEND".utf8),
    ] {
      #expect(try reading(bare + end) == samples)
      #expect(probing(tagged + end) == nil)
    }
    // With an `Info` frame it is known that nothing is missing before what nobody knows.
    let unknown = (0..<999).map { UInt8(truncatingIfNeeded: $0 * 37 % 200) }
    #expect(probing(tagged + unknown) == nil)
    #expect(probing(bare + unknown) == .damaged(frame: samples.count / 2))
  }

  @Test func fillingOrACutFrameAtTheStart() throws {
    #expect(try reading([UInt8](repeating: 0, count: 3000) + bare) == samples)
    #expect(try reading([UInt8](repeating: 0, count: 200_000) + bare) == samples)
    let second = try reading(Array(bare[frameSize...]))
    #expect(try reading(Array(bare[200...])) == second)
    #expect(try reading([0, 0, 0] + Array(bare[200...])) == second)
  }

  @Test func aStreamInAWAV() throws {
    for tag in [0x55, 0x50] {
      let path = folder.write(wav(tag: tag, channels: 2, bits: 0, bare), to: "a.wav")
      let info = try probe(path)
      #expect(info.container == .wav && info.encoding == "MP3" && info.isLossy)
      #expect(try readAll(path) == samples)
    }
    let chunk = Array("LIST".utf8) + little(UInt32(4)) + Array("INFO".utf8)
    #expect(try readAll(folder.write(wav(tag: 0x55, channels: 2, bits: 0, bare) + chunk, to: "a.wav")) == samples)
    #expect(
      probing(wav(tag: 0x55, channels: 2, bits: 0, [UInt8](repeating: 0x55, count: 5000)))
        == .badHeader(reason: "its data chunk should hold MPEG audio and does not"))
  }

  @Test func aStreamThatBecomesAnother() throws {
    let end = samples.count / 2
    try writeFloats(
      tones(frames: 24_000, channels: 2, rate: 44_100), to: folder.file("r"), .mp3(.constant(128)), rate: 44_100)
    #expect(
      probing(bare + bytes(of: folder.file("r")))
        == .changes(what: "its sample rate changes from 48000 to 44100 Hz", frame: end))
    try writeFloats(
      tones(frames: 24_000, channels: 1, rate: 48_000), to: folder.file("m"), .mp3(.constant(64)), channels: 1)
    #expect(
      probing(bare + bytes(of: folder.file("m")))
        == .changes(what: "it changes from 2 to 1 channels", frame: end))
  }

  @Test func aSeekInPiecesGivesTheSameFrames() throws {
    let file = bare + Array("TAG".utf8) + [UInt8](repeating: 0, count: 125) + bare
    let all = try reading(file)
    let reader = try AudioFileReader(folder.file("b.mp3"))
    var buffer = [Double](repeating: 0, count: 2000)
    for place in [60_000, 1000, 48_500] {
      try reader.seek(to: place)
      var span = buffer.mutableSpan
      #expect(try reader.read(into: &span) == 1000)
      #expect(buffer == Array(all[2 * place..<2 * place + 2000]))
    }
  }
}
