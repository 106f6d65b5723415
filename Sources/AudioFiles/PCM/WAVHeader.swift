/// The header of a WAV or RF64 file (Microsoft's *Multiple Channel Audio Data and WAVE Files*; EBU Tech
/// 3306).
func readWAVHeader(_ file: InputFile) throws(AudioFileError) -> HeaderClaims {
  let opening = try file.bytes(at: 0, count: 12)
  let isRF64 = opening.holds("RF64")
  guard opening.holds("WAVE", at: 8) else {
    throw file.failure(.unsupported(what: "a RIFF file without audio"))
  }

  var format: WAVFormat?
  var longSizes: (riff: UInt64, data: UInt64)?
  var offset = 12
  for _ in 0..<chunkLimit {
    guard let chunk = try ChunkStyle.riff.chunk(in: file, at: offset) else { break }
    switch chunk.name {
    case "ds64":
      let bytes = try file.bytes(at: chunk.body, count: 24)
      if let riff = bytes.little(UInt64.self, at: 0), let data = bytes.little(UInt64.self, at: 8) {
        longSizes = (riff, data)
      }
    case "fmt ":
      if format != nil { throw file.failure(.badHeader(reason: "a second `fmt ` chunk")) }
      format = WAVFormat(try file.bytes(at: chunk.body, count: min(chunk.size, 40)))
    case "data":
      guard let format else { throw file.failure(.badHeader(reason: "no `fmt ` chunk before the audio")) }
      let riffSize = opening.little(UInt32.self, at: 4) ?? 0
      var data = DataChunk(body: chunk.body, promised: chunk.size, found: max(0, file.size - chunk.body))
      if isRF64, chunk.size == UInt32.max, let longSizes {
        data.promised = Int(clamping: longSizes.data)
        data.isOpenEnded = longSizes == (0, 0) || longSizes == (.max, .max)
      } else {
        data.isOpenEnded = Placeholder.isData(
          size: UInt32(chunk.size), riffSize: riffSize, body: chunk.body, frameSize: Int(format.frameSize))
      }
      // A file that is as long as all that keeps its word. An empty chunk may be followed by others.
      if data.found == 0 || data.promised > 0 && data.promised <= data.found { data.isOpenEnded = false }
      if data.isOpenEnded, data.promised == 0, try startsChunk(file, at: chunk.body) { data.isOpenEnded = false }
      if data.isOpenEnded { data.promised = data.found }
      return try claims(file, format, isRF64 ? .rf64 : .wav, data)
    default: break
    }
    offset = chunk.body + chunk.size + chunk.size & 1
  }
  throw file.failure(.badHeader(reason: "no `data` chunk"))
}

/// The audio as its chunk tells it, in bytes.
private struct DataChunk {
  var body, promised, found: Int
  var isOpenEnded = false
}

private func startsChunk(_ file: InputFile, at offset: Int) throws(AudioFileError) -> Bool {
  guard let chunk = try ChunkStyle.riff.chunk(in: file, at: offset) else { return false }
  return ChunkStyle.riff.end(of: chunk, in: file) != nil
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

  /// MPEG audio in any layer (0x50) or layer III (0x55).
  var isMPEG: Bool { tag == 0x50 || tag == 0x55 }

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
  _ file: InputFile, _ format: WAVFormat, _ container: AudioContainer, _ data: DataChunk
) throws(AudioFileError) -> HeaderClaims {
  var claims = HeaderClaims(
    container: container, sampleRate: Double(format.sampleRate), channelCount: Int(format.channelCount))
  claims.isOpenEnded = data.isOpenEnded
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
    claims.frameCount = data.promised / expected
    claims.layout = format.sample.map {
      PCMLayout(sample: $0, isBigEndian: false, frameSize: expected, offset: data.body)
    }
  }
  var present = min(data.promised, data.found)
  if data.promised < data.found,
    try audioGoesOn(file, at: data.body + data.promised + data.promised % 2, .riff, unique: ["fmt ", "data"])
  {
    present = data.found
  }
  try HeaderClaims.check(file, promisedBytes: data.promised, foundBytes: present, frameSize: frameSize)
  if format.isMPEG { claims.mpeg = data.body..<data.body + data.promised }
  try claims.check(file)
  return claims
}
