/// The header of a Core Audio Format file (Apple, *Core Audio Format Specification 1.0*).
func readCAFHeader(_ file: InputFile) throws(AudioFileError) -> HeaderClaims {
  var claims: HeaderClaims?
  var packetSize = 0, framesPerPacket = 0
  var layout: PCMLayout?
  var offset = 8
  for _ in 0..<chunkLimit {
    guard let chunk = try ChunkStyle.caf.chunk(in: file, at: offset) else { break }
    let (size, body) = (chunk.size, chunk.body)
    switch chunk.name {
    case "desc":
      if claims != nil { throw file.failure(.badHeader(reason: "a second `desc` chunk")) }
      let bytes = try file.bytes(at: body, count: 32)
      guard let rate = bytes.big(UInt64.self, at: 0), let packet = bytes.big(UInt32.self, at: 16),
        let frames = bytes.big(UInt32.self, at: 20), let channels = bytes.big(UInt32.self, at: 24)
      else { throw file.failure(.badHeader(reason: "its `desc` chunk is too short")) }
      (packetSize, framesPerPacket) = (Int(packet), Int(frames))
      claims = HeaderClaims(
        container: .caf, sampleRate: Double(bitPattern: rate), channelCount: Int(channels))
      try claims?.check(file)
      layout = plainSamples(bytes, channelCount: Int(channels))
    case "data":
      guard var claims else { throw file.failure(.badHeader(reason: "no `desc` chunk before the audio")) }
      // An edit count of four bytes, then audio; a size of −1 means to the end of the file.
      let found = max(0, file.size - body - 4)
      claims.isOpenEnded = size < 0
      let promised = size < 0 ? found : max(0, size - 4)
      let frameSize = framesPerPacket == 1 && packetSize > 0 ? packetSize : nil
      var present = min(promised, found)
      if promised < found,
        try audioGoesOn(file, at: body + 4 + promised, .caf, unique: ["desc", "data"])
      {
        present = found
      }
      try HeaderClaims.check(file, promisedBytes: promised, foundBytes: present, frameSize: frameSize)
      claims.frameCount = frameSize.map { promised / $0 }
      layout?.offset = body + 4
      claims.layout = layout
      try claims.check(file)
      return claims
    default: break
    }
    guard let end = ChunkStyle.caf.end(of: chunk, in: file) else { break }
    offset = end
  }
  throw file.failure(.badHeader(reason: "no `data` chunk"))
}

/// The layout that a `desc` chunk of linear PCM gives, its offset aside; nil for anything else.
private func plainSamples(_ bytes: [UInt8], channelCount: Int) -> PCMLayout? {
  guard bytes.holds("lpcm", at: 8), let flags = bytes.big(UInt32.self, at: 12),
    let packetSize = bytes.big(UInt32.self, at: 16), bytes.big(UInt32.self, at: 20) == 1,
    let bits = bytes.big(UInt32.self, at: 28), Int(packetSize) * 8 == channelCount * Int(bits)
  else { return nil }
  let sample: PCMLayout.Sample? =
    switch (bits, flags & 1 != 0) {
    case (8, false): .signed8
    case (16, false): .integer16
    case (24, false): .integer24
    case (32, false): .integer32
    case (32, true): .float32
    case (64, true): .float64
    default: nil
    }
  return sample.map {
    PCMLayout(sample: $0, isBigEndian: flags & 2 == 0, frameSize: Int(packetSize), offset: 0)
  }
}
