import AudioFiles
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Files that lie, are cut short, or are no audio at all.
@Suite struct HeaderTests {
  let folder = TemporaryFolder()
  let audio = (1...2000).flatMap { little(Int16($0)) }

  func probing(_ bytes: [UInt8]) -> AudioFileError.Kind? {
    let path = folder.write(bytes, to: "a")
    return refusal { _ = try probe(path) }
  }

  func reading(_ bytes: [UInt8]) -> AudioFileError.Kind? {
    let path = folder.write(bytes, to: "a")
    return refusal { _ = try readAll(path) }
  }

  @Test func aWAVThatPromisesOtherThanItHolds() {
    #expect(
      probing(wav(promisedBytes: 8000, audio)) == .truncated(promised: 4000, found: 2000, unit: "frames"))
    #expect(
      probing(wav(promisedBytes: .max, audio))
        == .truncated(promised: 2_147_483_647, found: 2000, unit: "frames"))
    #expect(
      probing(wav(promisedBytes: 2000, audio)) == .overlong(promised: 1000, found: 2000, unit: "frames"))
    #expect(
      probing(wav(audio) + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == nil, "filling after the audio is no audio")
    #expect(
      probing(Array(wav(audio).dropLast(2000))) == .truncated(promised: 2000, found: 1000, unit: "frames"))
  }

  @Test func aWAVFromAPipeGoesToItsEnd() throws {
    let path = folder.write(wav(promisedBytes: .max, riffSize: .max, audio), to: "a.wav")
    #expect(try probe(path).frameCount == 2000)
    #expect(try readAll(path).count == 2000)
  }

  @Test func ratesAndChannelsOutOfRange() {
    #expect(probing(wav(rate: 2_147_483_647, audio)) == .rateOutOfRange(hertz: 2_147_483_647))
    #expect(probing(wav(rate: 7_999, audio)) == .rateOutOfRange(hertz: 7_999))
    #expect(probing(wav(rate: 768_001, audio)) == .rateOutOfRange(hertz: 768_001))
    #expect(probing(wav(rate: 768_000, audio)) == nil)
    #expect(probing(wav(channels: 1024, audio)) == .channelCountOutOfRange(1024))
    #expect(probing(wav(channels: 65, audio)) == .channelCountOutOfRange(65))
    #expect(probing(wav(channels: 64, Array(audio[..<1280]))) == nil)
    #expect(probing(wav(channels: 0, audio)) == .channelCountOutOfRange(0))
    #expect(
      probing(aiff(frames: 2000, rate: big(UInt16(17_000)) + big(UInt64(1) << 63), audio))
        == .rateOutOfRange(hertz: 0))
  }

  @Test func noFrames() {
    #expect(probing(wav([])) == .noFrames)
    #expect(probing(aiff(frames: 0, [])) == .noFrames)
  }

  @Test func anAIFFThatPromisesOtherThanItHolds() {
    #expect(probing(aiff(frames: 2000, audio)) == nil)
    #expect(probing(aiff(frames: 3000, audio)) == .truncated(promised: 3000, found: 2000, unit: "frames"))
    #expect(probing(aiff(frames: 1000, audio)) == .overlong(promised: 1000, found: 2000, unit: "frames"))
    #expect(
      probing(Array(aiff(frames: 2000, audio).dropLast(1000)))
        == .truncated(promised: 2000, found: 1500, unit: "frames"))
  }

  @Test func aCAFThatPromisesOtherThanItHolds() {
    #expect(probing(caf(audio)) == nil)
    #expect(probing(caf(promisedBytes: -5, audio)) == nil, "to the end of the file")
    #expect(
      probing(caf(promisedBytes: 6000, audio)) == .truncated(promised: 3000, found: 2000, unit: "frames"))
    #expect(probing(caf([])) == .noFrames)
  }

  @Test(.enabled(if: isInstalled("flac")))
  func anOggFileThatIsCut() throws {
    try write(noise(20_000, bits: 16), to: folder.file("a.wav"), .wav(.integer16))
    let path = folder.file("a.oga")
    _ = output(of: "flac -s --ogg -o '\(path)' '\(folder.file("a.wav"))'")
    #expect(try probe(path).container == .ogg)
    #expect(try readAll(path) == readAll(folder.file("a.wav")))
    #expect(probing(Array(bytes(of: path).dropLast(1))) == .endMissing)
    #expect(probing(Array(bytes(of: path).dropLast(20_000))) == .endMissing)
    let chain = AudioFileError.Kind.unsupported(what: "a chain of several streams of FLAC")
    #expect(probing(bytes(of: path) + bytes(of: path)) == chain)
  }

  @Test func aFileThatIsNotFinite() {
    var samples = [Float](repeating: 0.5, count: 10_000)
    samples[7_001] = .nan
    var path = folder.write(
      wav(tag: 3, channels: 2, bits: 32, samples.flatMap { little($0.bitPattern) }), to: "nan.wav")
    #expect(refusal { _ = try readAll(path) } == .notFinite(frame: 3500, channel: 2))
    #expect(refusal { _ = try readFrames(path) } == .notFinite(frame: 3500, channel: 2))
    samples[7_001] = 0
    samples[9_998] = -.infinity
    path = folder.write(
      wav(tag: 3, channels: 2, bits: 32, samples.flatMap { little($0.bitPattern) }), to: "nan.wav")
    #expect(refusal { _ = try readAll(path) } == .notFinite(frame: 4999, channel: 1))
    #expect(
      AudioFileError(.notFinite(frame: 4999, channel: 1), path).message.contains("frame 4999 of channel 1"))
  }

  @Test func pointersInsteadOfAudio() throws {
    let oid = "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
    let lfs = "version https://git-lfs.github.com/spec/v1\noid \(oid)\nsize 12345\n"
    #expect(probing(Array(lfs.utf8)) == .gitLFSPointer(oid: oid))
    #expect(AudioFileError(.gitLFSPointer(oid: oid), "a").hints == ["run `git lfs pull`"])
    #expect(probing(Array("/annex/objects/SHA256E-s123--abc.wav\n".utf8)) == .gitAnnexPointer)
    let link = folder.file("b.wav")
    _ = unsafe symlink(".git/annex/objects/aa/bb/SHA256E-s1--c.wav/SHA256E-s1--c.wav", link)
    #expect(refusal { _ = try probe(link) } == .gitAnnexPointer)
  }

  @Test func whatIsNoFile() {
    #expect(refusal { _ = try probe(folder.file("none.wav")) } == .missing)
    #expect(refusal { _ = try probe(folder.path) } == .notARegularFile(what: "a folder"))
    unsafe mkfifo(folder.file("pipe"), 0o600)
    #expect(refusal { _ = try probe(folder.file("pipe")) } == .notARegularFile(what: "a named pipe"))
    #expect(refusal { _ = try probe("/dev/zero") } == .notARegularFile(what: "a device"))
    #expect(probing([]) == .emptyFile)
  }

  @Test func whatIsNoAudio() {
    #expect(probing(Array("mixdown: 1\ntracks: {}\n".utf8)) == .notAudio)
    #expect(probing([0xFF, 0xFB]) == .notAudio)
    #expect(probing([UInt8](repeating: 0xFF, count: 5000)) == .notAudio)
    #expect(probing(onePixelPNG) == .notAudio)
    #expect(
      probing([0, 0, 0, 24] + Array("ftypM4A ".utf8))
        == .unsupported(what: "an MP4 or M4A file (AAC or ALAC)"))
    #expect(probing(Array("RIFF".utf8)) == .unsupported(what: "a RIFF file without audio"))
    #expect(probing(Array(wav(audio)[..<36])) == .badHeader(reason: "no `data` chunk"))
  }

  /// Every header cut anywhere, and with any byte wrong, gives an answer and not a crash.
  @Test func brokenHeadersAreAnswered() throws {
    try write(noise(64, bits: 16), to: folder.file("f.flac"), .flac(bitDepth: 16, compression: 5))
    try writeFloats(
      tones(frames: 2000, channels: 1, rate: 48_000), to: folder.file("m.mp3"), .mp3(.constant(64)),
      channels: 1)
    let originals = [
      wav(Array(audio[..<64])), aiff(frames: 32, Array(audio[..<64])), caf(Array(audio[..<64])),
      bytes(of: folder.file("f.flac")),
      bytes(of: folder.file("m.mp3")),
    ]
    for original in originals {
      for cut in 0..<min(100, original.count) { #expect(probing(Array(original[..<cut])) != nil) }
      for place in 0..<min(60, original.count) {
        var changed = original
        for value in [0, 0x7F, 0xFF] as [UInt8] {
          changed[place] = value
          _ = reading(changed)
        }
      }
    }
  }
}

@Suite struct FLACReadingTests {
  let folder = TemporaryFolder()
  let samples = noise(40_000, bits: 16)

  init() throws {
    try write(samples, to: folder.file("a.flac"), .flac(bitDepth: 16, compression: 5))
  }

  @Test func theHeaderHoldsLengthAndMD5() throws {
    let file = bytes(of: folder.file("a.flac"))
    // STREAMINFO: 36 bits of total samples end at byte 26 of the file, the MD5 follows.
    #expect(Array(file[22..<26]) == big(UInt32(20_000)))
    #expect(file[26..<42].contains { $0 != 0 })
  }

  @Test func unknownLengthIsReadToItsEnd() throws {
    var file = bytes(of: folder.file("a.flac"))
    file[21] &= 0xF0
    for place in 22..<26 { file[place] = 0 }
    let path = folder.write(file, to: "b.flac")
    #expect(try probe(path).frameCount == 20_000)
    #expect(try readAll(path) == samples.map { Double($0) / 32_768 })
  }

  @Test func aWrongMD5IsFoundAtTheEnd() throws {
    var file = bytes(of: folder.file("a.flac"))
    file[30] ^= 1
    let path = folder.write(file, to: "b.flac")
    #expect(refusal { _ = try readAll(path) } == .damaged(frame: nil))
    // Again after going back to the start, but not after a seek, when it cannot be known.
    let reader = try AudioFileReader(path)
    var buffer = [Double](repeating: 0, count: 40_000)
    for (place, expected) in [(0, .damaged(frame: nil)), (0, .damaged(frame: nil)), (1, nil)]
      as [(Int, AudioFileError.Kind?)]
    {
      try reader.seek(to: place)
      let kind = refusal {
        var span = buffer.mutableSpan
        _ = try reader.read(into: &span)
      }
      #expect(kind == expected)
    }
  }

  @Test func aWrongByteIsFoundWhereItIs() throws {
    var file = bytes(of: folder.file("a.flac"))
    file[file.count / 2] ^= 0x10
    let path = folder.write(file, to: "b.flac")
    #expect(try probe(path).frameCount == 20_000)
    let kind = refusal { _ = try readAll(path) }
    guard case .damaged(let frame?) = kind else {
      Issue.record("\(String(describing: kind))")
      return
    }
    #expect((4_000...12_000).contains(frame))
  }

  @Test func aCutFileIsFound() throws {
    let file = bytes(of: folder.file("a.flac"))
    let path = folder.write(Array(file.dropLast(file.count / 3)), to: "b.flac")
    let kind = refusal { _ = try readAll(path) }
    switch kind {
    case .truncated(promised: 20_000, let found, unit: "frames"): #expect((8_000..<20_000).contains(found))
    default: Issue.record("\(String(describing: kind))")
    }
  }

  /// The file with another count of samples, and no MD5.
  func saying(_ count: UInt32, _ file: [UInt8]) -> [UInt8] {
    var file = file
    file.replaceSubrange(22..<26, with: big(count))
    for place in 26..<42 { file[place] = 0 }
    return file
  }

  @Test func moreFramesThanTheHeaderSays() throws {
    let file = bytes(of: folder.file("a.flac"))
    // In the middle of a block of 4096, and at the end of one.
    for count in [10_000, 8192] {
      let path = folder.write(saying(UInt32(count), file), to: "b.flac")
      #expect(refusal { _ = try readAll(path) } == .overlong(promised: count, found: nil, unit: "frames"))
      #expect(refusal { try verify(path) } == .overlong(promised: count, found: nil, unit: "frames"))
    }
    #expect(try readAll(folder.write(saying(20_000, file), to: "b.flac")).count == 40_000)
    let tag = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
    #expect(try readAll(folder.write(file + tag, to: "b.flac")).count == 40_000)
  }

  @Test func aStreamThatBecomesAnother() throws {
    let file = bytes(of: folder.file("a.flac"))
    func joined(rate: Int, channels: Int, bits: Int, saying count: UInt32 = 40_000) throws -> AudioFileError.Kind? {
      let other = folder.file("c.flac")
      try write(
        noise(20_000 * channels, bits: bits), to: other, .flac(bitDepth: bits, compression: 5), rate: rate,
        channels: channels)
      let path = folder.write(saying(count, file) + frames(of: bytes(of: other)), to: "b.flac")
      return refusal { _ = try readAll(path) }
    }
    #expect(
      try joined(rate: 44_100, channels: 2, bits: 16)
        == .changes(what: "its sample rate changes from 48000 to 44100 Hz", frame: 20_000))
    #expect(
      try joined(rate: 48_000, channels: 1, bits: 16)
        == .changes(what: "it changes from 2 to 1 channels", frame: 20_000))
    #expect(
      try joined(rate: 48_000, channels: 2, bits: 24) == .changes(what: "it changes from 16 to 24 bits", frame: 20_000))
    #expect(
      try joined(rate: 44_100, channels: 2, bits: 16, saying: 0)
        == .changes(what: "its sample rate changes from 48000 to 44100 Hz", frame: 20_000))
  }

  /// What follows the metadata blocks.
  func frames(of file: [UInt8]) -> [UInt8] {
    var offset = 4
    while true {
      let size = file[offset + 1...offset + 3].reduce(0) { $0 << 8 | Int($1) }
      let isLast = file[offset] & 0x80 != 0
      offset += 4 + size
      if isLast { return Array(file[offset...]) }
    }
  }

  @Test func aFileIsVerifiedByReadingAllOfIt() throws {
    let reader = try AudioFileReader(folder.file("a.flac"))
    var buffer = [Double](repeating: 0, count: 40_000)
    for (place, expected) in [(1, false), (0, true)] {
      try reader.seek(to: place)
      var span = buffer.mutableSpan
      _ = try reader.read(into: &span)
      #expect(reader.isVerified == expected)
    }
    try write(samples, to: folder.file("a.wav"), .wav(.integer16))
    #expect(try AudioFileReader(folder.file("a.wav")).isVerified)
  }
}
