/// The header of a Core Audio Format file (Apple, *Core Audio Format Specification 1.0*).
func readCAFHeader(_ file: InputFile) throws(AudioFileError) -> HeaderClaims {
  var claims: HeaderClaims?
  var packetSize = 0, framesPerPacket = 0
  var offset = 8
  for _ in 0..<chunkLimit {
    let head = try file.bytes(at: offset, count: 12)
    guard let name = head.fourCharacters(at: 0), let size = head.big(Int64.self, at: 4) else { break }
    let body = offset + 12
    switch name {
    case "desc":
      let bytes = try file.bytes(at: body, count: 32)
      guard let rate = bytes.big(UInt64.self, at: 0), let packet = bytes.big(UInt32.self, at: 16),
        let frames = bytes.big(UInt32.self, at: 20), let channels = bytes.big(UInt32.self, at: 24)
      else { throw file.failure(.badHeader(reason: "its `desc` chunk is too short")) }
      (packetSize, framesPerPacket) = (Int(packet), Int(frames))
      claims = HeaderClaims(
        container: .caf, sampleRate: Double(bitPattern: rate), channelCount: Int(channels))
      try claims?.check(file)
    case "data":
      guard var claims else { throw file.failure(.badHeader(reason: "no `desc` chunk before the audio")) }
      // An edit count of four bytes, then audio; a size of −1 means to the end of the file.
      let found = max(0, file.size - body - 4)
      let promised = size < 0 ? found : max(0, Int(size) - 4)
      let frameSize = framesPerPacket == 1 && packetSize > 0 ? packetSize : nil
      try HeaderClaims.check(
        file, promisedBytes: promised, foundBytes: min(promised, found), frameSize: frameSize)
      claims.frameCount = frameSize.map { promised / $0 }
      try claims.check(file)
      return claims
    default: break
    }
    guard size >= 0, size <= Int64(file.size) else { break }
    offset = body + Int(size)
  }
  throw file.failure(.badHeader(reason: "no `data` chunk"))
}
