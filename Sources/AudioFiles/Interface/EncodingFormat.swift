/// How a deliverable is encoded.
public enum EncodingFormat: Sendable, Hashable {
  public enum SampleFormat: Sendable, Hashable, CaseIterable {
    case integer16, integer24, integer32, float32

    public var bitDepth: Int {
      switch self {
      case .integer16: 16
      case .integer24: 24
      case .integer32, .float32: 32
      }
    }
  }

  public enum MP3Rate: Sendable, Hashable {
    /// In kbps, 32 … 320.
    case constant(Int)
    /// V0 (best) … V9.
    case variable(Int)
  }

  public enum VorbisRate: Sendable, Hashable {
    /// −1 (smallest) … 10 (best), in any steps.
    case quality(Double)
    /// In bits a second: the quality that usually gives as much.
    case bitrate(Int)
  }

  /// RF64 by itself where a WAV would pass 4 GiB.
  case wav(SampleFormat)
  /// AIFF-C for floats.
  case aiff(SampleFormat)
  case caf(SampleFormat)
  /// `bitDepth` 16 or 24, `compression` 0 … 8.
  case flac(bitDepth: Int, compression: Int)
  case mp3(MP3Rate)
  case oggVorbis(VorbisRate)
  /// Variable around `bitsPerSecond`, 6 000 … 510 000.
  case opus(bitsPerSecond: Int)

  public var fileExtension: String {
    switch self {
    case .wav: "wav"
    case .aiff: "aiff"
    case .caf: "caf"
    case .flac: "flac"
    case .mp3: "mp3"
    case .oggVorbis: "ogg"
    case .opus: "opus"
    }
  }

  public var isLossy: Bool {
    switch self {
    case .mp3, .oggVorbis, .opus: true
    case .wav, .aiff, .caf, .flac: false
    }
  }

  /// The bit depth of the integers that `AudioFileWriter` wants, nil where it wants floats.
  public var integerBits: Int? {
    switch self {
    case .wav(.float32), .aiff(.float32), .caf(.float32), .mp3, .oggVorbis, .opus: nil
    case .wav(let samples), .aiff(let samples), .caf(let samples): samples.bitDepth
    case .flac(let bitDepth, _): bitDepth
    }
  }

  /// Why this format cannot hold such audio, with what to write instead; nil when it can. Needs no file, so
  /// that it is known before anything is rendered.
  public func refusal(sampleRate: Int, channelCount: Int, frameCount: Int? = nil) -> (
    reason: String, hints: [String]
  )? {
    guard (1...2).contains(channelCount) else {
      return ("a deliverable has one or two channels, not \(channelCount)", ["write `channels: stereo`"])
    }
    guard (8_000...768_000).contains(sampleRate) else {
      return (
        "a sample rate of \(sampleRate) Hz is outside 8 kHz to 768 kHz", ["write `sample_rate: 48 kHz`"]
      )
    }
    switch self {
    case .wav, .caf: return nil
    case .aiff(let samples):
      // All sizes of an AIFF are 32-bit numbers; a mebibyte is left for header, tags and a cover's worth of
      // them.
      guard let frameCount, frameCount * channelCount * samples.bitDepth / 8 > 4_294_967_295 - 20_000_000
      else {
        return nil
      }
      return ("an AIFF file cannot be longer than 4 GiB", ["write `format: wav`, which has no such limit"])
    case .flac(let bitDepth, let compression):
      guard bitDepth == 16 || bitDepth == 24 else {
        return ("FLAC is written with 16 or 24 bits, not \(bitDepth)", ["write `bit_depth: 24`"])
      }
      guard (0...8).contains(compression) else {
        return ("FLAC compression goes from 0 to 8, not \(compression)", ["write `compression: 8`"])
      }
      return nil
    case .mp3(let rate): return Self.refusal(of: rate, sampleRate)
    case .oggVorbis(let rate): return Self.refusal(of: rate, sampleRate, channelCount)
    case .opus(let bitsPerSecond): return Self.refusalOfOpus(bitsPerSecond, sampleRate, channelCount)
    }
  }

  private static func refusal(of rate: MP3Rate, _ sampleRate: Int) -> (reason: String, hints: [String])? {
    let rates = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
    guard rates.contains(sampleRate) else {
      let fact = sampleRate > 48_000 ? "MP3 goes up to 48 kHz" : "MP3 knows no such rate"
      let offer = sampleRate % 11_025 == 0 ? "44.1 kHz" : "48 kHz"
      let hints =
        ["write `sample_rate: 48 kHz`"] + (offer == "44.1 kHz" ? ["or `sample_rate: 44.1 kHz`"] : [])
      return ("\(fact); the sample rate is \(sampleRate) Hz", hints)
    }
    switch rate {
    case .constant(let kbps):
      var allowed = MPEGFrameHeader.bitrates(version: sampleRate >= 32_000 ? 1 : 2, layer: 3)
      if sampleRate <= 12_000 { allowed.removeAll { $0 > 64 } }
      guard !allowed.contains(kbps) else { return nil }
      let list = allowed.map { "\($0)" }.joined(separator: ", ")
      let nearest = allowed.last { $0 <= kbps } ?? allowed[0]
      return (
        "MP3 at \(sampleRate) Hz has no bitrate of \(kbps) kbps; it has \(list)",
        ["write `bitrate: \(nearest) kbps`"]
      )
    case .variable(let quality):
      guard !(0...9).contains(quality) else { return nil }
      return ("MP3 quality goes from V0 to V9, not V\(quality)", ["write `quality: V0`"])
    }
  }
}

/// What an encoder must know before the first frame.
struct AudioShape {
  var sampleRate: Int
  var channelCount: Int
  var frameCount: Int
}
