/// The header of an AIFF or AIFF-C file (Apple, *Audio Interchange File Format*, 1989 and 1991).
func readAIFFHeader(_ file: InputFile) throws(AudioFileError) -> HeaderClaims {
  let opening = try file.bytes(at: 0, count: 12)
  let isCompressed = opening.holds("AIFC", at: 8)
  guard isCompressed || opening.holds("AIFF", at: 8) else {
    throw file.failure(.unsupported(what: "an IFF file without audio"))
  }
  var common: CommonChunk?
  var sound: Chunk?
  var offset = 12
  for _ in 0..<chunkLimit where common == nil || sound == nil {
    guard let chunk = try ChunkStyle.iff.chunk(in: file, at: offset) else { break }
    if chunk.name == "COMM" {
      if common != nil { throw file.failure(.badHeader(reason: "a second `COMM` chunk")) }
      common = CommonChunk(try file.bytes(at: chunk.body, count: min(chunk.size, 22)))
    }
    if chunk.name == "SSND" {
      if sound != nil { throw file.failure(.badHeader(reason: "a second `SSND` chunk")) }
      sound = chunk
    }
    offset = chunk.body + chunk.size + chunk.size & 1
  }
  guard let common else { throw file.failure(.badHeader(reason: "no `COMM` chunk")) }

  var claims = HeaderClaims(
    container: isCompressed ? .aifc : .aiff, sampleRate: common.sampleRate, channelCount: common.channelCount)
  try claims.check(file)
  guard let sound else {
    throw file.failure(common.frameCount == 0 ? .noFrames : .badHeader(reason: "no `SSND` chunk"))
  }
  // The chunk opens with an offset to the first frame and a block size that nobody uses.
  let skip = 8 + Int(try file.bytes(at: sound.body, count: 4).big(UInt32.self, at: 0) ?? 0)
  let rest = max(0, file.size - sound.body)
  if Placeholder.isSound(
    sound, formSize: opening.big(UInt32.self, at: 4) ?? 0, frameCount: common.frameCount,
    frameSize: common.frameSize ?? 1), sound.size - 8 > rest || rest > skip && common.frameCount == 0
  {
    claims.isOpenEnded = true
    claims.layout = common.layout(offset: sound.body + skip)
    claims.frameCount = max(0, rest - skip) / (common.frameSize ?? 1)
    if common.frameSize == nil { claims.frameCount = nil }
    try claims.check(file)
    return claims
  }
  if common.frameCount == 0 { throw file.failure(.noFrames) }
  var found = max(0, min(sound.size, rest) - skip)
  if let end = ChunkStyle.iff.end(of: sound, in: file),
    try audioGoesOn(file, at: end, .iff, unique: ["COMM", "SSND"])
  {
    found = rest - skip
  }
  if let frameSize = common.frameSize {
    claims.frameCount = common.frameCount
    claims.layout = common.layout(offset: sound.body + skip)
    try HeaderClaims.check(
      file, promisedBytes: common.frameCount * frameSize, foundBytes: found, frameSize: frameSize)
  } else {
    try HeaderClaims.check(file, promisedBytes: sound.size - skip, foundBytes: found, frameSize: nil)
  }
  return claims
}

/// The `COMM` chunk.
private struct CommonChunk {
  var channelCount, frameCount: Int
  var sampleRate: Double
  var bitsPerSample: Int
  var compression: String

  init?(_ bytes: [UInt8]) {
    guard let channels = bytes.big(UInt16.self, at: 0), let frames = bytes.big(UInt32.self, at: 2),
      let bits = bytes.big(UInt16.self, at: 6), let exponent = bytes.big(UInt16.self, at: 8),
      let significand = bytes.big(UInt64.self, at: 10)
    else { return nil }
    (channelCount, frameCount) = (Int(channels), Int(frames))
    sampleRate = Double(extendedExponent: exponent, significand: significand)
    compression = bytes.count >= 22 ? String(decoding: bytes[18..<22], as: UTF8.self) : "NONE"
    bitsPerSample = Int(bits)
  }

  /// Odd widths stand at the top of the next whole byte. nil for compressed samples.
  var sample: PCMLayout.Sample? {
    switch (compression, (bitsPerSample + 7) / 8) {
    case ("NONE", 1), ("sowt", 1), ("twos", 1): .signed8
    case ("raw ", 1): .unsigned8
    case ("NONE", 2), ("sowt", 2), ("twos", 2): .integer16
    case ("NONE", 3), ("sowt", 3), ("twos", 3), ("in24", _): .integer24
    case ("NONE", 4), ("sowt", 4), ("twos", 4), ("in32", _): .integer32
    case ("fl32", _), ("FL32", _): .float32
    case ("fl64", _), ("FL64", _): .float64
    default: nil
    }
  }

  /// nil for compressed samples.
  func layout(offset: Int) -> PCMLayout? {
    guard let sample, let frameSize else { return nil }
    return PCMLayout(sample: sample, isBigEndian: isBigEndian, frameSize: frameSize, offset: offset)
  }

  /// `sowt` is `twos` read backwards.
  var isBigEndian: Bool { compression != "sowt" }

  /// nil where frames are no fixed number of bytes.
  var frameSize: Int? {
    switch sample {
    case .unsigned8, .signed8: channelCount
    case .integer16: channelCount * 2
    case .integer24: channelCount * 3
    case .integer32, .float32: channelCount * 4
    case .float64: channelCount * 8
    case nil: ["ulaw", "ULAW", "alaw", "ALAW"].contains(compression) ? channelCount : nil
    }
  }
}

extension Double {
  /// An 80-bit extended number: sign and exponent (biased by 16 383), then 64 bits with the leading one
  /// written.
  init(extendedExponent: UInt16, significand: UInt64) {
    let exponent = Int(extendedExponent & 0x7FFF) - 16_383 - 63
    guard significand != 0, (-200...200).contains(exponent) else { self = 0; return }
    let magnitude = Double(sign: .plus, exponent: exponent, significand: Double(significand))
    self = extendedExponent & 0x8000 == 0 ? magnitude : -magnitude
  }
}
