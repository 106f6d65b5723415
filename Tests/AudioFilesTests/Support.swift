import AudioFiles
import DSP
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A folder of its own for one test, removed with it.
final class TemporaryFolder {
  let path: String

  init() {
    var template = Array("/tmp/mixdown-tests-XXXXXX".utf8CString)
    path = unsafe template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, unsafe mkdtemp(start) != nil else { return "/no/folder" }
      return unsafe String(cString: start)
    }
  }

  deinit { _ = unsafe system("rm -rf '\(path)'") }

  func file(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) -> String {
    let stream = unsafe fopen(file(name), "wb")
    unsafe fwrite(bytes, 1, bytes.count, stream)
    unsafe fclose(stream)
    return file(name)
  }

  var names: [String] {
    output(of: "ls -A '\(path)'").split(separator: "\n").map(String.init)
  }
}

func bytes(of path: String) -> [UInt8] {
  guard let stream = unsafe fopen(path, "rb") else { return [] }
  defer { unsafe fclose(stream) }
  var all: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe fread(&block, 1, block.count, stream)
    if count == 0 { return all }
    all += block[..<count]
  }
}

/// What a shell command prints, both streams.
func output(of command: String) -> String {
  guard let stream = unsafe popen(command + " 2>&1", "r") else { return "" }
  var all: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe fread(&block, 1, block.count, stream)
    if count == 0 { break }
    all += block[..<count]
  }
  unsafe pclose(stream)
  return String(decoding: all, as: UTF8.self)
}

func isInstalled(_ tool: String) -> Bool { output(of: "command -v \(tool)").contains("/") }

/// Integers of `bits` bits that look like noise, both ends of the range among them.
func noise(_ count: Int, bits: Int) -> [Int32] {
  var state: UInt64 = 1
  var samples = (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int32(truncatingIfNeeded: state >> 32) >> Int32(32 - bits)
  }
  samples[0] = Int32.min >> Int32(32 - bits)
  samples[1] = Int32.max >> Int32(32 - bits)
  return samples
}

/// A chord of two tones at −9 dBFS, so that a lossy encoder has something to do.
func tones(frames: Int, channels: Int, rate: Int) -> [Float] {
  (0..<frames * channels).map { index in
    let time = Double(index / channels) / Double(rate)
    let angle = 2 * Double.pi * (index % channels == 0 ? 440 : 660) * time
    return Float(0.35 * sin(angle))
  }
}

func readAll(_ path: String, block: Int = 1000) throws -> [Double] {
  let reader = try AudioFileReader(path)
  var samples: [Double] = []
  var buffer = [Double](repeating: 0, count: block * reader.info.channelCount)
  while true {
    var span = buffer.mutableSpan
    let frames = try reader.read(into: &span)
    if frames == 0 { return samples }
    samples += buffer[..<(frames * reader.info.channelCount)]
  }
}

func readFrames(_ path: String, channels: [Int]? = nil, block: Int = 1000) throws -> [Frame] {
  let reader = try AudioFileReader(path, channels: channels)
  var frames: [Frame] = []
  var buffer = [Frame](repeating: .zero, count: block)
  while true {
    var span = buffer.mutableSpan
    let count = try reader.readFrames(into: &span)
    if count == 0 { return frames }
    frames += buffer[..<count]
  }
}

func write(
  _ samples: [Int32], to path: String, _ format: EncodingFormat, rate: Int = 48_000, channels: Int = 2,
  tags: Tags = Tags(), riffLimit: Int = 4_294_967_295
) throws {
  let writer = try AudioFileWriter(
    path, format, sampleRate: rate, channelCount: channels, frameCount: samples.count / channels, tags: tags,
    riffLimit: riffLimit)
  // In two uneven parts, so that pieces meet.
  let cut = samples.count / channels / 3 * channels
  try writer.write(samples.span.extracting(..<cut))
  try writer.write(samples.span.extracting(cut...))
  try writer.finish()
}

func writeFloats(
  _ samples: [Float], to path: String, _ format: EncodingFormat, rate: Int = 48_000, channels: Int = 2,
  tags: Tags = Tags()
) throws {
  let writer = try AudioFileWriter(
    path, format, sampleRate: rate, channelCount: channels, frameCount: samples.count / channels, tags: tags)
  try writer.write(samples.span)
  try writer.finish()
}

/// Every field of a session's metadata, with letters of one to four bytes.
func fullTags() -> Tags {
  var tags = Tags()
  tags.title = "Nächtliche Fahrt 日本 🎧"
  tags.artist = "Ada Väle"
  tags.album = "First Light"
  tags.albumArtist = "Ada & Friends"
  tags.composer = "Cömposer"
  tags.lyricist = "Lyricist 日"
  tags.genre = "Synthpop"
  tags.date = "2026-11-22"
  tags.track = Tags.Numbered(3, of: 10)
  tags.disc = Tags.Numbered(1, of: 2)
  tags.isrc = "QZ-ABC-26-00001"
  tags.upc = "012345678905"
  tags.label = "Läbel"
  tags.catalogNumber = "CAT-001"
  tags.copyright = "℗ 2026 Ada"
  tags.comment = "Mixed at night 🌙"
  tags.language = "eng"
  tags.tempo = 112
  tags.cover = CoverImage(onePixelPNG)
  tags.replayGain = Tags.ReplayGain(trackGain: -4.256, trackPeak: 0.988553)
  return tags
}

let onePixelPNG: [UInt8] = [
  0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1,
  8, 2,
  0, 0, 0, 0x90, 0x77, 0x53, 0xDE, 0, 0, 0, 12, 0x49, 0x44, 0x41, 0x54, 0x08, 0xD7, 0x63, 0xF8, 0xCF, 0xC0, 0,
  0, 3,
  1, 1, 0, 0x18, 0xDD, 0x8D, 0xB0, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
]

/// Numbers as bytes, for headers made by hand.
func little(_ value: some FixedWidthInteger) -> [UInt8] {
  stride(from: 0, to: value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
}

func big(_ value: some FixedWidthInteger) -> [UInt8] { little(value).reversed() }

func wav(
  tag: Int = 1, channels: Int = 1, rate: UInt32 = 48_000, bits: Int = 16, promisedBytes: UInt32? = nil,
  riffSize: UInt32? = nil, _ audio: [UInt8]
) -> [UInt8] {
  let frame = channels * bits / 8
  var bytes = Array("WAVEfmt ".utf8) + little(UInt32(16)) + little(UInt16(tag)) + little(UInt16(channels))
  bytes += little(rate) + little(rate &* UInt32(frame)) + little(UInt16(frame)) + little(UInt16(bits))
  bytes += Array("data".utf8) + little(promisedBytes ?? UInt32(audio.count)) + audio
  return Array("RIFF".utf8) + little(riffSize ?? UInt32(bytes.count)) + bytes
}

/// 16 bits, mono.
func caf(promisedBytes: Int? = nil, _ audio: [UInt8]) -> [UInt8] {
  var bytes = Array("caff".utf8) + big(UInt16(1)) + big(UInt16(0)) + Array("desc".utf8) + big(UInt64(32))
  bytes += big((48_000.0).bitPattern) + Array("lpcm".utf8) + big(UInt32(0)) + big(UInt32(2)) + big(UInt32(1))
  bytes += big(UInt32(1)) + big(UInt32(16))
  return bytes + Array("data".utf8) + big(Int64(promisedBytes ?? audio.count) + 4) + big(UInt32(0)) + audio
}

/// `rate` is an 80-bit number, by default 48 000.
func aiff(
  channels: Int = 1, frames: Int, bits: Int = 16,
  rate: [UInt8] = big(UInt16(16_398)) + big(UInt64(48_000) << 48),
  _ audio: [UInt8]
) -> [UInt8] {
  var bytes = Array("AIFFCOMM".utf8) + big(UInt32(18)) + big(UInt16(channels)) + big(UInt32(frames))
  bytes += big(UInt16(bits)) + rate
  bytes += Array("SSND".utf8) + big(UInt32(audio.count + 8)) + big(UInt64(0)) + audio
  return Array("FORM".utf8) + big(UInt32(bytes.count)) + bytes
}

/// The kind of the error that `body` throws; nil when it throws none of ours.
func refusal(_ body: () throws -> Void) -> AudioFileError.Kind? {
  do { try body() } catch { return (error as? AudioFileError)?.kind }
  return nil
}
