/// Looks at the last page of an Ogg file (RFC 3533 §6): it says that it is the last one, and it is whole.
/// Nothing else tells a file that was cut; its header promises no length.
func checkLastOggPage(_ file: InputFile) throws(AudioFileError) {
  // A page has at most 65 307 bytes.
  let start = max(0, file.size - 131_072)
  let bytes = try file.bytes(at: start, count: file.size - start)
  for offset in stride(from: bytes.count - 27, through: 0, by: -1) where bytes.holds("OggS", at: offset) {
    let segments = bytes[(offset + 27)...].prefix(Int(bytes[offset + 26]))
    let size = 27 + segments.count + segments.reduce(0) { $0 + Int($1) }
    let isLast = bytes[offset + 5] & 4 != 0
    guard isLast, offset + size <= bytes.count else { throw file.failure(.endMissing) }
    return
  }
  throw file.failure(.endMissing)
}
