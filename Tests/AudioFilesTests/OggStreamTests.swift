import AudioFiles
import Testing

private let formats = [EncodingFormat.oggVorbis(.quality(6)), .opus(bitsPerSecond: 128_000)]

/// Ogg files as other programs, disks and transfers leave them. 144 000 frames are three seconds and more pages.
@Suite struct OggStreamTests {
  let folder = TemporaryFolder()

  private func song(_ format: EncodingFormat, frames: Int = 144_000, rate: Int = 48_000) throws -> [UInt8] {
    try writeFloats(tones(frames: frames, channels: 2, rate: rate), to: folder.file("song"), format, rate: rate)
    return bytes(of: folder.file("song"))
  }

  private func decoded(_ file: [UInt8]) throws -> [Double] {
    let path = folder.write(file, to: "edited")
    let samples = try readAll(path)
    #expect(try probe(path).frameCount * 2 == samples.count)
    return samples
  }

  private func refused(_ file: [UInt8]) -> AudioFileError.Kind? {
    let path = folder.write(file, to: "edited")
    return refusal { _ = try probe(path) }
  }

  /// The number of the first page of audio.
  private func firstAudio(_ pages: [OggPage]) throws -> Int { try #require(pages.firstIndex { $0.granule > 0 }) }

  @Test(arguments: formats)
  func bytesBehindTheEndAreNotAudio(_ format: EncodingFormat) throws {
    let file = try song(format)
    let samples = try decoded(file)
    #expect(samples.count == 288_000)
    let tag = Array("TAGsome title".utf8) + [UInt8](repeating: 0, count: 115)
    for tail in [[0], tag, [UInt8](repeating: 0, count: 100_000), Array("an OggS in a text".utf8)] {
      #expect(try decoded(file + tail) == samples)
    }
  }

  @Test(arguments: formats)
  func bytesBetweenPagesLoseNothing(_ format: EncodingFormat) throws {
    let file = try song(format)
    let pages = try oggPages(file)
    let start = try firstAudio(pages) + 1
    let junk = [UInt8](repeating: 7, count: 1000)
    #expect(try decoded(oggFile(Array(pages[..<start])) + junk + oggFile(Array(pages[start...]))) == decoded(file))
  }

  @Test(arguments: formats)
  func aMissingPageIsTold(_ format: EncodingFormat) throws {
    var pages = try oggPages(try song(format))
    let start = try firstAudio(pages)
    let place = pages[start].granule - (format.fileExtension == "opus" ? 312 : 0)
    var second = pages
    second.remove(at: start + 1)
    #expect(refused(oggFile(second)) == .pagesMissing(1, frame: place))
    pages.removeSubrange(start...start + 1)
    #expect(refused(oggFile(pages)) == .pagesMissing(2, frame: 0))
  }

  @Test(arguments: formats)
  func aDamagedPageIsTold(_ format: EncodingFormat) throws {
    let file = try song(format)
    let pages = try oggPages(file)
    let start = try firstAudio(pages)
    // In the second page of audio, and in the last one.
    let second = oggFile(Array(pages[...start])).count + 100
    for place in [second, file.count - 10] {
      var damaged = file
      damaged[place] ^= 1
      guard case .damaged(let frame?) = refused(damaged) else {
        Issue.record("\(String(describing: refused(damaged)))")
        continue
      }
      #expect(frame >= pages[start].granule - 312 && frame < 144_000)
    }
    // What is behind the end and began as a page.
    #expect(refused(file + file.prefix(40)) == .endMissing)
  }

  @Test(arguments: formats)
  func aChainIsReadToItsEnd(_ format: EncodingFormat) throws {
    let first = try song(format)
    let second = try song(format, frames: 50_001)
    let (one, two) = (try decoded(first), try decoded(second))
    #expect(try decoded(first + second + first) == one + two + one)
    #expect(refused(first + second.dropLast(100)) == .endMissing)
    // Across the places where they meet.
    let reader = try AudioFileReader(folder.write(first + second, to: "chain"))
    for place in [150_000, 143_990, 1, 144_000, 193_990] {
      try reader.seek(to: place)
      var block = [Double](repeating: 0, count: 40)
      var span = block.mutableSpan
      let count = try reader.read(into: &span)
      #expect(count == min(20, 194_001 - place))
      #expect(Array(block[..<(2 * count)]) == Array((one + two)[(2 * place)...].prefix(2 * count)), "\(place)")
    }
  }

  @Test func aChainOfDifferentStreamsIsRefused() throws {
    let vorbis = try song(formats[0])
    let opus = try song(formats[1])
    let slow = try song(formats[0], rate: 44_100)
    let chains = [(vorbis + opus, "of Vorbis and of Opus"), (vorbis + slow, "at 48000 Hz and at 44100 Hz")]
    for (file, difference) in chains {
      #expect(refused(file) == .unsupported(what: "a chain of several streams \(difference)"))
    }
  }

  /// What a muxer writes that copies packets: every place later by what the stream began at.
  @Test(arguments: formats)
  func aStreamNeedNotBeginAtZero(_ format: EncodingFormat) throws {
    let file = try song(format)
    for shift in [312, 48_000, 1 << 40] {
      var pages = try oggPages(file)
      for index in try firstAudio(pages)..<pages.count { pages[index].granule += shift }
      #expect(try decoded(oggFile(pages)) == decoded(file))
    }
  }

  @Test func aVorbisStreamMayBeginBeforeZero() throws {
    let file = try song(formats[0])
    var pages = try oggPages(file)
    for index in try firstAudio(pages)..<pages.count { pages[index].granule -= 300 }
    #expect(try decoded(oggFile(pages)) == Array(decoded(file).dropFirst(600)))
  }

  @Test(arguments: formats)
  func anEmptyPageMayEndAStream(_ format: EncodingFormat) throws {
    let file = try song(format)
    var pages = try oggPages(file)
    var end = pages[pages.count - 1]
    pages[pages.count - 1].flags = 0
    (end.segments, end.body, end.sequence) = ([], [], end.sequence + 1)
    // The page before holds more than is heard, and only the last page may cut.
    let samples = try decoded(oggFile(pages + [end]))
    #expect(Array(samples.prefix(288_000)) == (try decoded(file)))
    #expect(samples.count >= 288_000 && samples.count < 288_000 + 2 * 2048)
  }

  @Test func aPlaceThatIsTooFarSizesNothing() throws {
    for format in formats {
      let file = try song(format)
      var pages = try oggPages(file)
      pages[pages.count - 1].granule = 1 << 59
      let samples = try decoded(oggFile(pages))
      #expect(samples.count >= 288_000 && samples.count < 288_000 + 2 * 2048)
      // Where no sum of places would fit, it is no place.
      pages[pages.count - 1].granule = .max
      #expect(throws: AudioFileError.self) { try decoded(oggFile(pages)) }
    }
  }

  @Test func aMarkAndZerosAreNoFileThatWasCut() {
    let reason = "its first page does not begin an Ogg stream, or is damaged"
    for count in [5, 23, 24, 5000] {
      #expect(refused(Array("OggS".utf8) + [UInt8](repeating: 0, count: count)) == .badHeader(reason: reason))
    }
  }

  @Test func anUnknownRateOfOpusIs48Kilohertz() throws {
    var pages = try oggPages(try song(formats[1]))
    pages[0].body.replaceSubrange(12..<16, with: [0, 0, 0, 0])
    let path = folder.write(oggFile(pages), to: "edited")
    #expect(try probe(path).sampleRate == 48_000)
    #expect(try readAll(path).count == 288_000)
  }

  @Test func silentOpusIsSilent() throws {
    try writeFloats([Float](repeating: 0, count: 96_000), to: folder.file("silence"), formats[1])
    #expect(try readAll(folder.file("silence")).allSatisfy { $0 == 0 })
  }

  @Test(arguments: formats)
  func aPlaceThatIsSoughtSoundsAsFromTheBeginning(_ format: EncodingFormat) throws {
    let path = folder.write(try song(format), to: "song")
    let whole = try readAll(path)
    let reader = try AudioFileReader(path)
    var block = [Double](repeating: 0, count: 4000)
    for place in [0, 100_000, 1, 70_001, 143_000, 50_000] {
      try reader.seek(to: place)
      var span = block.mutableSpan
      let count = 2 * (try reader.read(into: &span))
      let expected = whole[(2 * place)...].prefix(count)
      let difference = zip(block, expected).map { abs($0 - $1) }.max() ?? 1
      // The coarse state of Opus decays and never quite ends; that of Vorbis ends with a block.
      #expect(difference <= (format.fileExtension == "opus" ? 1e-6 : 0), "\(place): \(difference)")
    }
  }
}
