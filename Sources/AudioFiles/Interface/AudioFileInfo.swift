/// What holds the audio: the file's outer format, told by its first bytes and never by its name.
public enum AudioContainer: String, Sendable, CaseIterable {
  case wav = "WAV"
  case rf64 = "RF64"
  case aiff = "AIFF"
  case aifc = "AIFF-C"
  case flac = "FLAC"
  case caf = "CAF"
  case ogg = "Ogg"
  case mp3 = "MP3"
}

/// What the header of an audio file says, checked against the file's size.
public struct AudioFileInfo: Sendable, Equatable {
  public var container: AudioContainer

  /// In words: `24-bit PCM`, `32-bit float`, `MP3`, `Vorbis`.
  public var encoding: String

  /// Bits a sample as stored; nil for lossy encodings.
  public var bitDepth: Int?

  public var isFloat: Bool
  public var isLossy: Bool

  /// In hertz, 8 000 … 768 000.
  public var sampleRate: Int

  /// 1 … 64.
  public var channelCount: Int

  /// Samples a channel, at least 1. For MP3 without the encoder's delay and padding.
  public var frameCount: Int

  /// Whether the header does not say how long the audio is, as in a file that was written into a pipe: it is read
  /// to its end, and nobody can tell whether something is missing there.
  public var isOpenEnded = false
}

/// Reads the header of the audio file at `path`, and of no more than the header.
///
/// Two kinds of file have no count of frames in theirs: a FLAC of unknown length is decoded to its end, an
/// MP3 without an `Info` frame has its frame headers counted.
///
/// - Throws: every refusal of `AudioFileError` that can be told without decoding. Damage inside the audio, a
///   FLAC that ends early and samples that are not finite show when `AudioFileReader` comes to them.
public func probe(_ path: String) throws(AudioFileError) -> AudioFileInfo {
  try openSource(path).info
}
