/// Decodes the packets of one stream of an Ogg file, one after the other.
protocol OggDecoder: AnyObject {
  /// How many frames the decoder gives for `packet` after the ones before it, which it has been asked about in
  /// the same way; nil where the packet holds no audio.
  func count(_ packet: [UInt8]) -> Int?

  /// Appends the frames of `packet`, interleaved; false where it cannot be decoded.
  func decode(_ packet: [UInt8], into samples: inout [Double]) -> Bool
}

/// What the first packet of an audio stream says.
enum OggCodec: Equatable {
  case vorbis(sampleRate: Int, channelCount: Int)
  case opus(OpusHeader)
  /// What only libFLAC reads.
  case flac

  /// nil for a stream of another kind, as a film or subtitles.
  init?(_ packet: [UInt8], _ file: InputFile) throws(AudioFileError) {
    if packet.holds("\u{01}vorbis") {
      guard let channels = packet.little(UInt8.self, at: 11), let rate = packet.little(UInt32.self, at: 12) else {
        throw file.failure(.badHeader(reason: "its Vorbis header is too short"))
      }
      self = .vorbis(sampleRate: Int(rate), channelCount: Int(channels))
    } else if packet.holds("OpusHead") {
      self = .opus(try OpusHeader(packet, file))
    } else if packet.holds("\u{7F}FLAC") {
      self = .flac
    } else {
      return nil
    }
  }

  var name: String {
    switch self {
    case .vorbis: "Vorbis"
    case .opus: "Opus"
    case .flac: "FLAC"
    }
  }

  var sampleRate: Int {
    switch self {
    case .vorbis(let sampleRate, _): sampleRate
    case .opus(let header): header.sampleRate
    case .flac: 0
    }
  }

  var channelCount: Int {
    switch self {
    case .vorbis(_, let channelCount): channelCount
    case .opus(let header): header.channelCount
    case .flac: 0
    }
  }

  /// Packets before the audio.
  var headerCount: Int {
    switch self {
    case .vorbis: 3
    case .opus: 2
    case .flac: 1
    }
  }

  /// Places of the stream's own clock a frame.
  var granulesPerFrame: Int {
    if case .opus(let header) = self { header.granulesPerFrame } else { 1 }
  }

  /// Frames decoded ahead of a place that is sought. RFC 7845 §4.6 asks for 80 ms in Opus, after which what is left
  /// of the decoder's beginning is small; after a second nothing is. A Vorbis block needs the one before it alone.
  var prerollFrames: Int {
    if case .opus(let header) = self { header.sampleRate } else { 0 }
  }

  /// Whether the first packet after a fresh start gives no frames and only prepares the next one.
  var primes: Bool { if case .vorbis = self { true } else { false } }

  /// nil where the library refuses the headers.
  func makeDecoder(_ headers: [[UInt8]]) -> (any OggDecoder)? {
    switch self {
    case .vorbis: VorbisDecoder(headers)
    case .opus(let header): OpusDecoder(header)
    case .flac: nil
    }
  }
}

/// Which channel of a stream each channel of a WAV file is, where the stream has them in Vorbis's order (Vorbis I
/// §4.3.9; Opus of family 1, RFC 7845 §5.1.1.2): there the centre is the second and the subwoofer the last.
func channelOrder(_ count: Int) -> [Int] {
  switch count {
  case 3: [0, 2, 1]
  case 5: [0, 2, 1, 3, 4]
  case 6: [0, 2, 1, 5, 3, 4]
  case 7: [0, 2, 1, 6, 5, 3, 4]
  case 8: [0, 2, 1, 7, 5, 6, 3, 4]
  default: Array(0..<count)
  }
}
