/// Changes an input. Checksums are put right again most of the time, as no random change would ever hit them: what
/// lies behind them could not be reached.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateAudio(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ limit: Int, _ seed: UInt32) -> Int {
  let count = unsafe mutate(data, size, limit)
  if seed % 8 == 0 { return count }
  var bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
  if bytes.holds("OggS") { mendOgg(&bytes) }
  if bytes.holds("fLaC") { mendFLAC(&bytes) }
  for index in bytes.indices { unsafe data[index] = bytes[index] }
  return count
}

/// A function of libFuzzer: changes `data` by one of its own ways and returns how many bytes it has now.
@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ limit: Int) -> Int

/// Writes the checksum of every page (RFC 3533 §6).
private func mendOgg(_ bytes: inout [UInt8]) {
  var place = 0
  while place + 27 <= bytes.count {
    guard bytes[place...].starts(with: "OggS".utf8) else {
      place += 1
      continue
    }
    let segments = Int(bytes[place + 26])
    guard place + 27 + segments <= bytes.count else { return }
    let end = bytes[place + 27..<place + 27 + segments].reduce(place + 27 + segments) { $0 + Int($1) }
    guard end <= bytes.count else { return }
    for index in place + 22..<place + 26 { bytes[index] = 0 }
    let sum = oggTable.sum(of: bytes[place..<end])
    for index in 0..<4 { bytes[place + 22 + index] = UInt8(truncatingIfNeeded: sum >> (8 * index)) }
    place = end
  }
}

/// Writes the checksums of every frame and its header (RFC 9639 §9.1.8, §9.3). Where a frame ends is where the next
/// begins.
private func mendFLAC(_ bytes: inout [UInt8]) {
  var starts: [(place: Int, headerEnd: Int)] = []
  var place = 4
  while place + 6 < bytes.count {
    if bytes[place] == 0xFF, bytes[place + 1] & 0xFE == 0xF8, let end = flacHeaderEnd(bytes, place) {
      starts.append((place, end))
      place = end
    }
    place += 1
  }
  for (number, start) in starts.enumerated() {
    let sum = flacHeaderTable.sum(of: bytes[start.place..<start.headerEnd])
    bytes[start.headerEnd] = UInt8(truncatingIfNeeded: sum)
    let end = number + 1 < starts.count ? starts[number + 1].place : bytes.count
    guard end - 2 > start.headerEnd else { continue }
    let frame = flacFrameTable.sum(of: bytes[start.place..<end - 2])
    bytes[end - 2] = UInt8(truncatingIfNeeded: frame >> 8)
    bytes[end - 1] = UInt8(truncatingIfNeeded: frame)
  }
}

/// Where a frame's header has its checksum; nil where none can begin.
private func flacHeaderEnd(_ bytes: [UInt8], _ place: Int) -> Int? {
  let leading = (~bytes[place + 4]).leadingZeroBitCount
  guard leading != 1, leading <= 7, bytes[place + 2] >> 4 != 0, bytes[place + 3] & 1 == 0 else { return nil }
  let sizeBytes = [6: 1, 7: 2][bytes[place + 2] >> 4] ?? 0
  let rateBytes = [12: 1, 13: 2, 14: 2][bytes[place + 2] & 15] ?? 0
  let end = place + 4 + max(1, leading) + sizeBytes + rateBytes
  return end < bytes.count ? end : nil
}

private let oggTable = CheckTable(bits: 32, polynomial: 0x04C1_1DB7)
private let flacHeaderTable = CheckTable(bits: 8, polynomial: 0x07)
private let flacFrameTable = CheckTable(bits: 16, polynomial: 0x8005)

/// A cyclic redundancy check, highest bit first, that begins with 0.
private struct CheckTable {
  let bits: UInt32
  let table: [UInt32]

  init(bits: UInt32, polynomial: UInt32) {
    self.bits = bits
    table = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte) << 24) { sum, _ in
        sum & 0x8000_0000 == 0 ? sum << 1 : sum << 1 ^ polynomial << (32 - bits)
      }
    }
  }

  func sum(of bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(0) { $0 << 8 ^ table[Int(UInt8($0 >> 24) ^ $1)] } >> (32 - bits)
  }
}
