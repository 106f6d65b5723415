/// What the header of a file says, read by us before any library sees the file: libsndfile shortens a file
/// that promises too much without a word, and takes rates of 2³¹−1 and 1024 channels.
struct HeaderClaims {
  var container: AudioContainer
  var sampleRate: Double
  var channelCount: Int

  /// nil where the header does not say, or where frames are no fixed number of bytes.
  var frameCount: Int?

  /// nil for compressed samples.
  var layout: PCMLayout?

  /// Where a stream of MPEG audio lies that a WAV holds.
  var mpeg: Range<Int>?

  /// Whether the header does not say how long the audio is.
  var isOpenEnded = false

  /// The bounds of a usable stem.
  func check(_ file: InputFile) throws(AudioFileError) {
    guard (8_000...768_000).contains(sampleRate) else {
      // A rate of an AIFF or CAF is a floating-point number of any size.
      throw file.failure(.rateOutOfRange(hertz: Int(exactly: sampleRate.rounded()) ?? 0))
    }
    guard (1...64).contains(channelCount) else { throw file.failure(.channelCountOutOfRange(channelCount)) }
    if let frameCount, frameCount < 1 { throw file.failure(.noFrames) }
  }

  /// Compares what a data chunk promises with what is there, in frames where a frame has a size.
  static func check(_ file: InputFile, promisedBytes: Int, foundBytes: Int, frameSize: Int?)
    throws(AudioFileError)
  {
    let size = max(1, frameSize ?? 1)
    let (promised, found) = (promisedBytes / size, foundBytes / size)
    let unit = frameSize == nil ? "bytes" : "frames"
    if found < promised { throw file.failure(.truncated(promised: promised, found: found, unit: unit)) }
    if found > promised { throw file.failure(.overlong(promised: promised, found: found, unit: unit)) }
  }
}

/// What programs write into a header before they know how long the audio will be, and leave there when they write
/// into a pipe and cannot come back.
enum Placeholder {
  /// Whether `size` of a WAV's data chunk is one. `riffSize` is the size in the file's first chunk, `body` the place
  /// of the audio.
  ///
  /// All ones (FFmpeg, FLAC); 2³¹ − 1 (LAME) or 2³¹ (arecord); as many whole frames as fit into 2³¹ − 4096 bytes
  /// (SoX); 0 (mpg123). The outer size must be a placeholder, too: one that is right beside a wrong `size` is a
  /// header that lies.
  static func isData(size: UInt32, riffSize: UInt32, body: Int, frameSize: Int) -> Bool {
    let sum = UInt32(truncatingIfNeeded: body - 8) &+ size
    let sox = Int64(0x7FFF_F000)
    switch size {
    case .max: return riffSize == .max || riffSize == 0 || riffSize == sum
    case 0: return riffSize == .max || Int(riffSize) <= body - 8
    case 0x8000_0000: return riffSize == sum
    default:
      // An odd size is followed by a byte of filling, which some count.
      guard riffSize == sum || riffSize == sum &+ (size & 1) else { return false }
      return Int64(size) > sox - Int64(max(1, frameSize)) && size <= 0x7FFF_FFFF
    }
  }

  /// Whether the sizes of an AIFF are placeholders: all of them 0 (FFmpeg), or as many whole frames as fit into
  /// 127 · 2²⁴ bytes (SoX).
  static func isSound(_ chunk: Chunk, formSize: UInt32, frameCount: Int, frameSize: Int) -> Bool {
    if frameCount == 0 { return chunk.size <= 8 && (formSize == .max || Int(formSize) <= chunk.body) }
    let bytes = frameCount * frameSize
    let sox = 0x7F00_0000
    return bytes == chunk.size - 8 && Int(formSize) == chunk.body + chunk.size - 8
      && bytes <= sox && bytes > sox - max(1, frameSize)
  }
}
