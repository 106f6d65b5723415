/// An encoder behind `AudioFileWriter`, one for each format.
protocol AudioSink: AnyObject {
  func write(_ samples: Span<Int32>) throws(AudioFileError)
  func write(_ samples: Span<Float>) throws(AudioFileError)

  /// After the last frame: what the header could not know before.
  func finish() throws(AudioFileError)

  /// Writes other tags in the place of those that are there. False, and nothing is written, where they take another
  /// room.
  func retag(_ tags: Tags) throws(AudioFileError) -> Bool
}

extension AudioSink {
  func retag(_ tags: Tags) throws(AudioFileError) -> Bool { false }
}

/// Encodes one deliverable. The file appears at its path, whole, with `finish`; before that, or without it,
/// whatever was there stays.
///
/// The same samples and tags give the same bytes, always: no dates, hosts or random numbers. One caller at a
/// time; several writers may run side by side.
public final class AudioFileWriter: @unchecked Sendable {
  public let path: String
  public let format: EncodingFormat
  public let frameCount: Int

  private let file: AtomicFile
  private let sink: any AudioSink
  private let channelCount: Int
  private var written = 0

  /// - Parameters:
  ///   - frameCount: exactly as many frames as will be written, at least 1.
  ///   - tags: may be empty.
  /// - Throws: `.encoderRefused` with `EncodingFormat.refusal`; `.writeFailed`.
  public convenience init(
    _ path: String, _ format: EncodingFormat, sampleRate: Int, channelCount: Int, frameCount: Int,
    tags: Tags = Tags()
  ) throws(AudioFileError) {
    try self.init(
      path, format, sampleRate: sampleRate, channelCount: channelCount, frameCount: frameCount, tags: tags,
      riffLimit: 4_294_967_295)
  }

  /// `riffLimit` is the largest RIFF size in bytes; past it a WAV is an RF64.
  package init(
    _ path: String, _ format: EncodingFormat, sampleRate: Int, channelCount: Int, frameCount: Int, tags: Tags,
    riffLimit: Int
  ) throws(AudioFileError) {
    precondition(frameCount >= 1, "a file holds at least one frame")
    if let refusal = format.refusal(
      sampleRate: sampleRate, channelCount: channelCount, frameCount: frameCount)
    {
      throw AudioFileError(.encoderRefused(reason: refusal.reason, hints: refusal.hints), path)
    }
    (self.path, self.format, self.frameCount, self.channelCount) = (path, format, frameCount, channelCount)
    let shape = AudioShape(sampleRate: sampleRate, channelCount: channelCount, frameCount: frameCount)
    file = try AtomicFile(replacing: path)
    sink =
      switch format {
      case .wav(let samples): try WAVSink(file, shape, samples, tags, riffLimit: riffLimit)
      case .aiff(let samples): try AIFFSink(file, shape, samples, tags)
      case .caf(let samples): try CAFSink(file, shape, samples, tags)
      case .flac(let bitDepth, let compression):
        try FLACSink(file, shape, bitDepth: bitDepth, compression: compression, tags)
      case .mp3(let rate): try LAMESink(file, shape, rate, tags)
      case .oggVorbis(let rate): try VorbisSink(file, shape, rate, tags)
      case .opus(let bitsPerSecond): try OpusSink(file, shape, bitsPerSecond: bitsPerSecond, tags)
      }
  }

  /// Writes whole frames, interleaved, of integers of `format.integerBits` bits: −2^(b−1) … 2^(b−1) − 1.
  public func write(_ samples: Span<Int32>) throws(AudioFileError) {
    precondition(format.integerBits != nil, "this format takes floats")
    count(samples.count)
    try sink.write(samples)
  }

  /// Writes whole frames, interleaved, full scale ±1.0, for `float32` and lossy formats.
  public func write(_ samples: Span<Float>) throws(AudioFileError) {
    precondition(format.integerBits == nil, "this format takes integers")
    count(samples.count)
    try sink.write(samples)
  }

  /// Completes the file and puts it in its place.
  public func finish() throws(AudioFileError) {
    try complete()
    try publish()
  }

  /// Completes the file, which can then be read at `unpublishedPath`, to be judged before it is put in its place.
  public func complete() throws(AudioFileError) {
    precondition(written == frameCount, "\(written) frames written, \(frameCount) announced")
    try sink.finish()
  }

  /// Gives a completed lossy file other tags, say those that only its decoded samples tell.
  /// - Returns: false where the new ones do not fit into the place of the old; the file is what it was then.
  public func retag(_ tags: Tags) throws(AudioFileError) -> Bool { try sink.retag(tags) }

  /// Where the file is until it is published.
  public var unpublishedPath: String { file.temporary }

  /// Puts a completed file in its place.
  public func publish() throws(AudioFileError) { try file.commit() }

  /// Leaves nothing behind. To let go of an unfinished writer does the same.
  public func abandon() { file.abandon() }

  private func count(_ samples: Int) {
    precondition(samples % channelCount == 0, "whole frames only")
    written += samples / channelCount
    precondition(written <= frameCount, "more frames than announced")
  }
}

/// The libraries that decide the bytes of a lossy or compressed file, for the lock file.
public func codecVersions() -> [(name: String, version: String)] {
  [
    ("libsndfile", sndfileVersion()), ("libFLAC", flacVersion()), ("LAME", lameVersion()),
    ("libvorbis", vorbisVersion()), ("libopus", opusVersion()),
  ].map { name, text in (name, text.split { $0 == " " || $0 == "-" }.last.map(String.init) ?? text) }
    + [("libmpg123", mpg123Version())]
}
