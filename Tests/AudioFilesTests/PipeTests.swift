import AudioFiles
import Testing

/// Headers that were written before the length was known, and what stands behind the audio.
@Suite struct PipeTests {
  let folder = TemporaryFolder()
  // Silence first: where the audio begins must not depend on what it is.
  let audio = [UInt8](repeating: 0, count: 100_000) + (1...2000).flatMap { little(Int16($0)) }
  let frames = 52_000

  func frameCount(_ bytes: [UInt8]) throws -> (Int, isOpenEnded: Bool) {
    let path = folder.write(bytes, to: "a")
    let info = try probe(path)
    #expect(try readAll(path).count == info.frameCount * info.channelCount)
    return (info.frameCount, info.isOpenEnded)
  }

  func probing(_ bytes: [UInt8]) -> AudioFileError.Kind? {
    refusal { _ = try probe(folder.write(bytes, to: "a")) }
  }

  @Test(arguments: [
    // FFmpeg and FLAC; LAME; SoX for frames of 2 bytes; arecord; mpg123; a program that was stopped.
    (UInt32.max, UInt32.max), (0x7FFF_FFFF, 0x8000_0023), (0x7FFF_F000, 0x7FFF_F024), (0x8000_0000, 0x8000_0024),
    (0, 36), (0, 0),
  ])
  func aWAV(_ size: UInt32, _ riffSize: UInt32) throws {
    let file = wav(promisedBytes: size, riffSize: riffSize, audio)
    #expect(try frameCount(file) == (frames, true))
    #expect(try frameCount(wav(audio)) == (frames, false))
  }

  @Test func aWAVOfWiderFrames() throws {
    // SoX writes as many frames as fit.
    let audio = [UInt8](repeating: 1, count: 6000)
    let file = wav(channels: 2, bits: 24, promisedBytes: 0x7FFF_EFFC, riffSize: 0x7FFF_F020, audio)
    #expect(try frameCount(file) == (1000, true))
  }

  @Test func aWAVThatLies() {
    // One of the two sizes is right, or they do not fit together.
    let whole = UInt32(audio.count + 36)
    for size in [0x7FFF_FFFF, 0x7FFF_F000, 0x8000_0000] as [UInt32] {
      #expect(
        probing(wav(promisedBytes: size, riffSize: whole, audio))
          == .truncated(promised: Int(size) / 2, found: frames, unit: "frames"))
    }
    #expect(
      probing(wav(promisedBytes: 0, riffSize: whole, audio)) == .overlong(promised: 0, found: frames, unit: "frames"))
    #expect(
      probing(wav(promisedBytes: 0x7FFF_0000, riffSize: 0x7FFF_0024, audio))
        == .truncated(promised: 0x7FFF_0000 / 2, found: frames, unit: "frames"))
    // An empty chunk, and others after it.
    let chunk = Array("LIST".utf8) + little(UInt32(4)) + Array("INFO".utf8)
    #expect(probing(wav(promisedBytes: 0, riffSize: 36, chunk)) == .noFrames)
  }

  @Test func anRF64() throws {
    let plain = wav(promisedBytes: .max, audio)
    func rf64(_ sizes: UInt64) -> [UInt8] {
      var file = Array("RF64".utf8) + little(UInt32.max) + Array("WAVEds64".utf8) + little(UInt32(28))
      for _ in 0..<3 { file += little(sizes) }
      return file + little(UInt32(0)) + plain[12...]
    }
    #expect(try frameCount(rf64(0)) == (frames, true))
    #expect(try frameCount(rf64(.max)) == (frames, true))
    #expect(
      probing(rf64(200_000)) == .truncated(promised: 100_000, found: frames, unit: "frames"))
  }

  /// FORM at 4, frames at 22, SSND at 42.
  func patched(_ file: [UInt8], form: UInt32, frames: UInt32, sound: UInt32) -> [UInt8] {
    var file = file
    file.replaceSubrange(4..<8, with: big(form))
    file.replaceSubrange(22..<26, with: big(frames))
    file.replaceSubrange(42..<46, with: big(sound))
    return file
  }

  @Test func anAIFF() throws {
    let file = aiff(frames: frames, audio)
    #expect(try frameCount(file) == (frames, false))
    // FFmpeg, then SoX.
    #expect(try frameCount(patched(file, form: 0, frames: 0, sound: 0)) == (frames, true))
    #expect(try frameCount(patched(file, form: 0, frames: 0, sound: 8)) == (frames, true))
    #expect(
      try frameCount(patched(file, form: 0x7F00_002E, frames: 0x3F80_0000, sound: 0x7F00_0008)) == (frames, true))
    // Lies.
    let form = UInt32(audio.count + 46)
    #expect(probing(patched(file, form: form, frames: 0, sound: UInt32(audio.count + 8))) == .noFrames)
    #expect(
      probing(patched(file, form: form, frames: 0x3F80_0000, sound: 0x7F00_0008))
        == .truncated(promised: 0x3F80_0000, found: frames, unit: "frames"))
    #expect(
      probing(patched(file, form: form, frames: 1000, sound: 2008))
        == .overlong(promised: 1000, found: frames, unit: "frames"))
  }

  @Test func aCAF() throws {
    #expect(try frameCount(caf(promisedBytes: -5, audio)) == (frames, true))
    #expect(try frameCount(caf(audio)) == (frames, false))
    #expect(
      probing(caf(promisedBytes: 2000, audio)) == .overlong(promised: 1000, found: frames, unit: "frames"))
    let info = Array("info".utf8) + big(Int64(4)) + big(UInt32(0))
    #expect(try frameCount(caf(audio) + info) == (frames, false))
  }

  @Test func aSecondChunkOfWhatThereIsOneOf() {
    let odd = Array("LIST".utf8) + little(UInt32(3)) + [1, 2, 3, 0]
    let data = Array("data".utf8) + little(UInt32(4)) + [1, 2, 3, 4]
    let format = Array(wav(audio)[12..<36])
    #expect(probing(wav(audio) + data) == .badHeader(reason: "a second `data` chunk"))
    #expect(probing(wav(audio) + odd + data) == .badHeader(reason: "a second `data` chunk"))
    #expect(probing(wav(audio) + odd + format) == .badHeader(reason: "a second `fmt ` chunk"))
    #expect(probing(wav(audio) + odd) == nil)
    var twice = wav(audio)
    twice.insert(contentsOf: format, at: 36)
    #expect(probing(twice) == .badHeader(reason: "a second `fmt ` chunk"))
    let common = Array(aiff(frames: frames, audio)[12..<38])
    let sound = Array("SSND".utf8) + big(UInt32(8)) + big(UInt64(0))
    #expect(probing(aiff(frames: frames, audio) + common) == .badHeader(reason: "a second `COMM` chunk"))
    #expect(probing(aiff(frames: frames, audio) + sound) == .badHeader(reason: "a second `SSND` chunk"))
    let more = Array("data".utf8) + big(Int64(8)) + big(UInt64(0))
    #expect(probing(caf(audio) + more) == .badHeader(reason: "a second `data` chunk"))
    #expect(probing(caf(audio) + Array(caf(audio)[8..<52])) == .badHeader(reason: "a second `desc` chunk"))
  }

  @Test func audioThatLooksLikeAChunk() {
    // Samples of 8 bits are often printable characters.
    let letters = [UInt8](repeating: 0x41, count: 4000)
    #expect(
      probing(wav(bits: 8, promisedBytes: 2000, letters)) == .overlong(promised: 2000, found: 4000, unit: "frames"))
    // Silence between what is promised and what is there.
    let silence = [UInt8](repeating: 0, count: 100_000)
    #expect(
      probing(wav(promisedBytes: 40, [1, 2, 3, 4] + silence + [5, 6, 7, 8, 9, 10, 11, 12]))
        == .overlong(promised: 20, found: 50_006, unit: "frames"))
  }
}
