/// A decoder behind `AudioFileReader`, one for each library.
protocol AudioSource: AnyObject {
  var info: AudioFileInfo { get }

  /// Fills `samples` from the front with whole frames, interleaved, ±1.0, and returns how many frames that
  /// were: fewer than fit only at the end, 0 past it.
  func read(into samples: inout MutableSpan<Double>) throws(AudioFileError) -> Int

  /// The next `read` starts at `frame`, 0 … `info.frameCount`.
  func seek(to frame: Int) throws(AudioFileError)

  /// Whether nothing is left that only a reading of the whole file would find: false while a checksum of all of it
  /// has not been compared.
  var isVerified: Bool { get }
}

extension AudioSource {
  var isVerified: Bool { true }
}

/// Opens `path` with the library for what its first bytes are, after our own look at the header.
func openSource(_ path: String) throws(AudioFileError) -> any AudioSource {
  let file = try InputFile(path)
  let opening = try file.bytes(at: 0, count: 36)
  if opening.holds("RIFF") || opening.holds("RF64") {
    return try source(file, try readWAVHeader(file))
  }
  if opening.holds("FORM") { return try source(file, try readAIFFHeader(file)) }
  if opening.holds("caff") { return try source(file, try readCAFHeader(file)) }
  if opening.holds("OggS") {
    let scan = try OggScan(file)
    if scan.links[0].codec == .flac { return try FLACSource(file, isOgg: true) }
    return try OggSource(file, scan)
  }
  // Some taggers put an ID3v2 block before the FLAC mark, against both specifications.
  let afterTag = ID3Tag.byteCount(opening) ?? 0
  if try file.bytes(at: afterTag, count: 4).holds("fLaC") { return try FLACSource(file, isOgg: false) }
  if let stream = try MPEGStream(file, in: 0..<file.size) { return try MPG123Source(file, stream, in: .mp3) }
  if let name = knownFormat(opening) { throw file.failure(.unsupported(what: name)) }
  throw file.failure(.notAudio)
}

private func source(_ file: InputFile, _ claims: HeaderClaims) throws(AudioFileError) -> any AudioSource {
  if let layout = claims.layout { return PCMSource(file, claims, layout) }
  if let range = claims.mpeg {
    guard let stream = try MPEGStream(file, in: range) else {
      throw file.failure(.badHeader(reason: "its data chunk should hold MPEG audio and does not"))
    }
    return try MPG123Source(file, stream, in: claims.container)
  }
  return try SndfileSource(file, claims)
}

/// Formats that we know by sight and do not read.
private func knownFormat(_ opening: [UInt8]) -> String? {
  if opening.holds("ftyp", at: 4) { return "an MP4 or M4A file (AAC or ALAC)" }
  if opening.holds("riff") && opening.holds("wave", at: 24) { return "a Wave64 file" }
  if opening.holds("BW64") { return "a BW64 file" }
  if opening.holds(".snd") { return "an AU file" }
  if opening.holds("wvpk") { return "a WavPack file" }
  if opening.holds("MAC ") { return "a Monkey's Audio file" }
  if opening.holds("DSD ") || opening.holds("FRM8") { return "a DSD file" }
  if opening.starts(with: [0x30, 0x26, 0xB2, 0x75]) { return "a Windows Media file" }
  if opening.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return "a Matroska or WebM file" }
  return nil
}

/// The first sample that is a NaN or an infinity, as an index into `samples`.
func firstNotFinite(_ samples: Span<Double>) -> Int? {
  // An exponent of all ones, plus one, carries into the sign: integer work that runs in vectors.
  var carries: UInt64 = 0
  for index in samples.indices {
    carries |= (samples[index].bitPattern & 0x7FF0_0000_0000_0000) &+ 0x0010_0000_0000_0000
  }
  if carries >> 63 == 0 { return nil }
  return samples.indices.first { !samples[$0].isFinite }
}
