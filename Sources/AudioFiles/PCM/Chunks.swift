/// A chunk of a RIFF, AIFF or CAF file: a name of four characters, a size, and where its body starts.
struct Chunk {
  var name: String

  /// As it is written; only a CAF's may be negative.
  var size: Int

  var body: Int
}

/// How a family of files lays out its chunks.
enum ChunkStyle {
  case riff, iff, caf

  var headSize: Int { self == .caf ? 12 : 8 }

  /// The chunk whose head stands at `offset`; nil where no name stands.
  func chunk(in file: InputFile, at offset: Int) throws(AudioFileError) -> Chunk? {
    let head = try file.bytes(at: offset, count: headSize)
    guard head.count == headSize, let name = head.fourCharacters(at: 0) else { return nil }
    let size: Int? =
      switch self {
      case .riff: head.little(UInt32.self, at: 4).map { Int($0) }
      case .iff: head.big(UInt32.self, at: 4).map { Int($0) }
      case .caf: head.big(Int64.self, at: 4).map { Int($0) }
      }
    return size.map { Chunk(name: name, size: $0, body: offset + headSize) }
  }

  /// Where the chunk after `chunk` would start; nil when `chunk` claims to reach past the end of the file.
  func end(of chunk: Chunk, in file: InputFile) -> Int? {
    guard chunk.size >= 0, chunk.size <= file.size - chunk.body else { return nil }
    return chunk.body + chunk.size + (self == .caf ? 0 : chunk.size & 1)
  }
}

/// No real file has more chunks; a file of nothing else must not keep us busy.
let chunkLimit = 10_000

/// Looks at what follows the audio, which ends at `offset`, and returns whether it is forgotten audio: neither
/// chunks, nor filling zeros, nor a tag.
///
/// - Parameter unique: names of chunks that stand before the audio, or hold it, and must not come again: nobody
///   can tell which of two is meant.
func audioGoesOn(
  _ file: InputFile, at offset: Int, _ style: ChunkStyle, unique: Set<String>
) throws(AudioFileError) -> Bool {
  // Some programs forget the byte that makes a chunk's size even, some add one.
  for start in style == .caf ? [offset] : [offset, offset + 1, offset - 1] {
    if try isChunk(file, at: start, style) {
      try refuseSecond(file, from: start, style, unique)
      return false
    }
  }
  guard let rest = try firstNonZero(file, from: offset) else { return false }
  let opening = try file.bytes(at: rest, count: 8)
  if opening.count < 8 || opening.holds("TAG") || opening.holds("ID3") || opening.holds("APETAGEX") { return false }
  // Filling up to a sector, then chunks.
  if rest > offset, try isChunk(file, at: rest, style) {
    try refuseSecond(file, from: rest, style, unique)
    return false
  }
  return true
}

/// Chunks that are written after audio; when one of them is cut short, the audio is still whole.
private let usualChunks: Set<String> = [
  "LIST", "ID3 ", "id3 ", "bext", "iXML", "_PMX", "JUNK", "cue ", "smpl", "inst", "MARK", "INST", "APPL", "info",
]

/// Samples, too, may look like a name: four printable characters are a chunk's when its size fits into the file.
private func isChunk(_ file: InputFile, at offset: Int, _ style: ChunkStyle) throws(AudioFileError) -> Bool {
  guard let chunk = try style.chunk(in: file, at: offset) else { return false }
  return usualChunks.contains(chunk.name) || style.end(of: chunk, in: file) != nil
}

private func refuseSecond(
  _ file: InputFile, from start: Int, _ style: ChunkStyle, _ unique: Set<String>
) throws(AudioFileError) {
  var offset = start
  for _ in 0..<chunkLimit {
    guard let chunk = try style.chunk(in: file, at: offset) else { return }
    if unique.contains(chunk.name) { throw file.failure(.badHeader(reason: "a second `\(chunk.name)` chunk")) }
    guard let end = style.end(of: chunk, in: file) else { return }
    offset = end
  }
}

/// The place of the first byte from `start` on that is not zero, among the next `limit`.
func firstNonZero(_ file: InputFile, from start: Int, limit: Int = .max) throws(AudioFileError) -> Int? {
  var offset = start
  while offset < file.size, offset - start < limit {
    let bytes = try file.bytes(at: offset, count: 65_536)
    if bytes.isEmpty { return nil }
    if let index = bytes.firstIndex(where: { $0 != 0 }) { return offset + index }
    offset += bytes.count
  }
  return nil
}
