/// The header of a WAV or RF64 file (Microsoft's *Multiple Channel Audio Data and WAVE Files*; EBU Tech
/// 3306).
func readWAVHeader(_ file: InputFile) throws(AudioFileError) -> HeaderClaims {
  let opening = try file.bytes(at: 0, count: 12)
  let isRF64 = opening.holds("RF64")
  guard opening.holds("WAVE", at: 8) else {
    throw file.failure(.unsupported(what: "a RIFF file without audio"))
  }

  var format: WAVFormat?
  var longDataSize: UInt64?
  var offset = 12
  for _ in 0..<chunkLimit {
    let head = try file.bytes(at: offset, count: 8)
    guard let name = head.fourCharacters(at: 0), let size = head.little(UInt32.self, at: 4) else { break }
    let body = offset + 8
    switch name {
    case "ds64":
      longDataSize = try file.bytes(at: body, count: 24).little(UInt64.self, at: 8)
    case "fmt ":
      format = WAVFormat(try file.bytes(at: body, count: min(Int(size), 40)))
    case "data":
      guard let format else { throw file.failure(.badHeader(reason: "no `fmt ` chunk before the audio")) }
      let found = file.size - body
      var promised = Int(size)
      if size == .max {
        if isRF64, let longDataSize {
          promised = Int(clamping: longDataSize)
        } else if opening.little(UInt32.self, at: 4) == .max {
          promised = found  // Written into a pipe: both sizes unknown, the audio goes to the end of the file.
        }
      }
      return try claims(file, format, isRF64 ? .rf64 : .wav, body, promised, found)
    default: break
    }
    offset = body + Int(size) + Int(size & 1)
  }
  throw file.failure(.badHeader(reason: "no `data` chunk"))
}

/// The `fmt ` chunk.
private struct WAVFormat {
  var tag, channelCount, frameSize, bitsPerSample: UInt16
  var sampleRate: UInt32

  init?(_ bytes: [UInt8]) {
    guard let tag = bytes.little(UInt16.self, at: 0), let channelCount = bytes.little(UInt16.self, at: 2),
      let sampleRate = bytes.little(UInt32.self, at: 4), let frameSize = bytes.little(UInt16.self, at: 12),
      let bitsPerSample = bytes.little(UInt16.self, at: 14)
    else { return nil }
    (self.channelCount, self.sampleRate, self.frameSize) = (channelCount, sampleRate, frameSize)
    self.bitsPerSample = bitsPerSample
    // WAVE_FORMAT_EXTENSIBLE: the true tag opens the sub-format's identifier.
    self.tag = tag == 0xFFFE ? bytes.little(UInt16.self, at: 24) ?? tag : tag
  }

  /// Whether frames are a fixed number of bytes: integer PCM (1), float (3), A-law (6) and µ-law (7).
  var hasFixedFrames: Bool { [1, 3, 6, 7].contains(tag) }

  /// nil for anything but PCM and floats of the usual widths. Odd widths stand at the top of the next whole
  /// byte.
  var sample: PCMLayout.Sample? {
    switch (tag, (bitsPerSample + 7) / 8) {
    case (1, 1): .unsigned8
    case (1, 2): .integer16
    case (1, 3): .integer24
    case (1, 4): .integer32
    case (3, 4): .float32
    case (3, 8): .float64
    default: nil
    }
  }
}

private func claims(
  _ file: InputFile, _ format: WAVFormat, _ container: AudioContainer, _ body: Int, _ promised: Int,
  _ found: Int
) throws(AudioFileError) -> HeaderClaims {
  var claims = HeaderClaims(
    container: container, sampleRate: Double(format.sampleRate), channelCount: Int(format.channelCount))
  try claims.check(file)
  var frameSize: Int?
  if format.hasFixedFrames {
    let expected = Int(format.channelCount) * ((Int(format.bitsPerSample) + 7) / 8)
    guard expected > 0, Int(format.frameSize) == expected else {
      throw file.failure(
        .badHeader(
          reason: "frames of \(format.frameSize) bytes for \(format.channelCount) channels of "
            + "\(format.bitsPerSample) bits"))
    }
    frameSize = expected
    claims.frameCount = promised / expected
    claims.layout = format.sample.map {
      PCMLayout(sample: $0, isBigEndian: false, frameSize: expected, offset: body)
    }
  }
  let end = body + min(promised, found)
  var present = min(promised, found)
  if promised < found, try audioGoesOn(file, at: end + promised % 2) { present = found }
  try HeaderClaims.check(file, promisedBytes: promised, foundBytes: present, frameSize: frameSize)
  try claims.check(file)
  return claims
}

/// Whether what follows the data chunk is neither a chunk, nor filling zeros, nor a tag, but forgotten audio.
private func audioGoesOn(_ file: InputFile, at offset: Int) throws(AudioFileError) -> Bool {
  let rest = try file.bytes(at: offset, count: 65_536)
  if rest.count < 8 || rest.fourCharacters(at: 0) != nil || rest.holds("TAG") { return false }
  // Some programs forget the byte that makes a chunk's size even, some add one.
  if rest.fourCharacters(at: 1) != nil { return false }
  if try file.bytes(at: offset - 1, count: 4).fourCharacters(at: 0) != nil { return false }
  return rest.contains { $0 != 0 }
}
