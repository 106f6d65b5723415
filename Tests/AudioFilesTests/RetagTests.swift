import AudioFiles
import Testing

@Suite("Other tags in a finished file") struct RetagTests {
  private func tags(gain: Double, title: String = "Song") -> Tags {
    var tags = Tags()
    tags.title = title
    tags.replayGain = Tags.ReplayGain(trackGain: gain, trackPeak: 0.5)
    return tags
  }

  private func write(_ path: String, _ format: EncodingFormat, _ first: Tags, then second: Tags?) throws -> Bool {
    let samples = tones(frames: 48_000, channels: 2, rate: 48_000)
    let writer = try AudioFileWriter(
      path, format, sampleRate: 48_000, channelCount: 2, frameCount: samples.count / 2, tags: first)
    try writer.write(samples.span)
    try writer.complete()
    let fits = try second.map { try writer.retag($0) } ?? true
    try writer.publish()
    return fits
  }

  static let formats: [EncodingFormat] = [
    .mp3(.constant(128)), .oggVorbis(.quality(3)), .opus(bitsPerSecond: 96_000),
  ]

  @Test("texts of the same length take the place of the old ones, and nothing else changes", arguments: formats)
  func replaced(_ format: EncodingFormat) throws {
    let folder = TemporaryFolder()
    #expect(try write(folder.file("a"), format, tags(gain: -4.12), then: nil))
    #expect(try write(folder.file("b"), format, tags(gain: -4.12), then: tags(gain: -4.57)))
    #expect(try write(folder.file("c"), format, tags(gain: -4.12), then: tags(gain: -4.12)))
    let before = bytes(of: folder.file("a")), after = bytes(of: folder.file("b"))
    #expect(before == bytes(of: folder.file("c")))
    #expect(before.count == after.count)
    let changed = zip(before, after).filter { $0 != $1 }.count
    #expect((1...12).contains(changed))
    let text = format == .opus(bitsPerSecond: 96_000) ? "-2450" : "-4.57 dB"
    #expect(String(decoding: after.prefix(4096), as: UTF8.self).contains(text))
    if case .mp3 = format { return }
    #expect(try oggPages(after).allSatisfy { $0.checksum == $0.storedChecksum })
  }

  @Test("longer texts do not fit, and the file stays what it was", arguments: formats)
  func refused(_ format: EncodingFormat) throws {
    let folder = TemporaryFolder()
    #expect(try write(folder.file("a"), format, tags(gain: -4), then: nil))
    #expect(try !write(folder.file("b"), format, tags(gain: -4), then: tags(gain: -4, title: "Another song")))
    #expect(bytes(of: folder.file("a")) == bytes(of: folder.file("b")))
  }

  @Test("a lossless file has its tags from the start") func lossless() throws {
    let folder = TemporaryFolder()
    let writer = try AudioFileWriter(
      folder.file("a"), .wav(.float32), sampleRate: 48_000, channelCount: 2, frameCount: 2)
    try writer.write([Float](repeating: 0, count: 4).span)
    try writer.complete()
    #expect(try !writer.retag(tags(gain: 1)))
  }
}
