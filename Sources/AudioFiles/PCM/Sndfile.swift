import CSndfile

/// WAV, AIFF-C and CAF with compressed samples, through libsndfile. The only calls of that library.
///
/// Integers come as n / 2^(b−1), floats as they are.
@safe
final class SndfileSource: AudioSource {
  let info: AudioFileInfo
  private let file: InputFile  // Holds the descriptor open.
  private let handle: OpaquePointer
  private var position = 0

  init(_ file: InputFile, _ claims: HeaderClaims) throws(AudioFileError) {
    self.file = file
    var format = SF_INFO()
    guard let handle = unsafe sf_open_fd(file.descriptor, Int32(SFM_READ), &format, 0) else {
      let reason = unsafe String(cString: sf_strerror(nil))
      throw file.failure(.unsupported(what: "of a kind that libsndfile refuses (\(reason))"))
    }
    unsafe self.handle = handle
    info = AudioFileInfo(format, claims.container)
    // Where a file says things twice, the library may take the other.
    guard info.channelCount == claims.channelCount, abs(Double(info.sampleRate) - claims.sampleRate) <= 1 else {
      throw file.failure(.badHeader(reason: "it tells its sample rate or its channels twice, and differently"))
    }
    // What the library says about a length is not believed. A packet of ALAC, the greatest, has 4096 frames and needs
    // some bytes.
    guard info.frameCount / 8192 <= file.size else {
      throw file.failure(.badHeader(reason: "it promises \(info.frameCount) frames, which no file of its size holds"))
    }
    try claims.check(file)
    guard info.frameCount >= 1 else { throw file.failure(.noFrames) }
    if let promised = claims.frameCount, promised != info.frameCount {
      throw file.failure(.truncated(promised: promised, found: info.frameCount, unit: "frames"))
    }
  }

  deinit { unsafe sf_close(handle) }

  func read(into samples: inout MutableSpan<Double>) throws(AudioFileError) -> Int {
    let frames = min(samples.count / info.channelCount, info.frameCount - position)
    guard frames > 0 else { return 0 }
    let got = unsafe samples.withUnsafeMutableBufferPointer { buffer in
      unsafe Int(sf_readf_double(handle, buffer.baseAddress, sf_count_t(frames)))
    }
    guard got == frames else {
      if info.isLossy { throw file.failure(.damaged(frame: position + got)) }
      throw file.failure(.truncated(promised: info.frameCount, found: position + got, unit: "frames"))
    }
    if info.isFloat, let index = firstNotFinite(samples.span.extracting(first: frames * info.channelCount)) {
      let (frame, channel) = index.quotientAndRemainder(dividingBy: info.channelCount)
      throw file.failure(.notFinite(frame: position + frame, channel: channel + 1))
    }
    position += frames
    return frames
  }

  func seek(to frame: Int) throws(AudioFileError) {
    guard unsafe sf_seek(handle, sf_count_t(frame), Int32(SEEK_SET)) == sf_count_t(frame) else {
      throw file.failure(.damaged(frame: frame))
    }
    position = frame
  }
}

extension AudioFileInfo {
  fileprivate init(_ format: SF_INFO, _ container: AudioContainer) {
    let (encoding, bitDepth, isFloat, isLossy) = Self.encoding(format.format & Int32(SF_FORMAT_SUBMASK))
    self.init(
      container: container, encoding: encoding, bitDepth: bitDepth, isFloat: isFloat, isLossy: isLossy,
      sampleRate: Int(format.samplerate), channelCount: Int(format.channels), frameCount: Int(format.frames))
  }

  private static func encoding(_ subtype: Int32) -> (String, bitDepth: Int?, isFloat: Bool, isLossy: Bool) {
    switch Int(subtype) {
    case SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8: ("8-bit PCM", 8, false, false)
    case SF_FORMAT_PCM_16: ("16-bit PCM", 16, false, false)
    case SF_FORMAT_PCM_24: ("24-bit PCM", 24, false, false)
    case SF_FORMAT_PCM_32: ("32-bit PCM", 32, false, false)
    case SF_FORMAT_FLOAT: ("32-bit float", 32, true, false)
    case SF_FORMAT_DOUBLE: ("64-bit float", 64, true, false)
    case SF_FORMAT_ALAC_16: ("16-bit ALAC", 16, false, false)
    case SF_FORMAT_ALAC_20: ("20-bit ALAC", 20, false, false)
    case SF_FORMAT_ALAC_24: ("24-bit ALAC", 24, false, false)
    case SF_FORMAT_ALAC_32: ("32-bit ALAC", 32, false, false)
    case SF_FORMAT_ULAW: ("µ-law", nil, false, true)
    case SF_FORMAT_ALAW: ("A-law", nil, false, true)
    case SF_FORMAT_IMA_ADPCM: ("IMA ADPCM", nil, false, true)
    case SF_FORMAT_MS_ADPCM: ("Microsoft ADPCM", nil, false, true)
    case SF_FORMAT_GSM610: ("GSM 6.10", nil, false, true)
    default: ("a rare encoding", nil, false, true)
    }
  }
}

/// `libsndfile-1.2.0`.
func sndfileVersion() -> String { unsafe String(cString: sf_version_string()) }
