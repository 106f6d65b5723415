import AudioFiles
import DSP
import Platform

/// The hash that names what is heard in a file: SHA-256 of the delivered samples.
///
/// After the header `mixdown-pcm 1\n{rate} {channels} {format} {frames}\n` come the samples, interleaved and
/// little-endian, at the deliverable's bit depth; as Float32 for `32f` and for what goes into a lossy encoder.
struct PCMHash: Sendable {
  private var hash = SHA256()
  private let bytesPerSample: Int
  private var bytes: [UInt8] = []

  init(_ format: EncodingFormat, sampleRate: Int, channels: Int, frames: Int) {
    bytesPerSample = (format.integerBits ?? 32) / 8
    let name = format.integerBits.map(String.init) ?? "32f"
    let header = Array("mixdown-pcm 1\n\(sampleRate) \(channels) \(name) \(frames)\n".utf8)
    hash.update(header.span)
  }

  mutating func update(_ samples: Span<Int32>) {
    bytes.removeAll(keepingCapacity: true)
    for index in 0..<samples.count {
      let value = UInt32(bitPattern: samples[index])
      bytes.append(UInt8(truncatingIfNeeded: value))
      bytes.append(UInt8(truncatingIfNeeded: value >> 8))
      if bytesPerSample > 2 { bytes.append(UInt8(truncatingIfNeeded: value >> 16)) }
      if bytesPerSample > 3 { bytes.append(UInt8(truncatingIfNeeded: value >> 24)) }
    }
    takeIn(bytes)
  }

  mutating func update(_ samples: Span<Float>) {
    bytes.removeAll(keepingCapacity: true)
    for index in 0..<samples.count {
      let value = samples[index].bitPattern
      for shift in [UInt32(0), 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    takeIn(bytes)
  }

  private mutating func takeIn(_ bytes: [UInt8]) { hash.update(bytes.span) }

  var text: String { hash.text }
}

/// 64 bits that tell one name from another: FNV-1a (Fowler, Noll, Vo), for keys of noise.
func nameKey(_ name: String) -> UInt64 {
  name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
