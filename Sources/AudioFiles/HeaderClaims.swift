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

/// A chunk of a RIFF, AIFF or CAF file: a name of four characters, a size, and where its body starts.
struct Chunk {
  var name: String
  var size: Int
  var body: Int
}

/// No real file has more chunks before its audio; a file of nothing else must not keep us busy.
let chunkLimit = 10_000
