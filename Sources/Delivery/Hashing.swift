import AudioFiles
import Crypto
import DSP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
    hash.update(data: Array("mixdown-pcm 1\n\(sampleRate) \(channels) \(name) \(frames)\n".utf8))
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
    hash.update(data: bytes)
  }

  mutating func update(_ samples: Span<Float>) {
    bytes.removeAll(keepingCapacity: true)
    for index in 0..<samples.count {
      let value = samples[index].bitPattern
      for shift in [UInt32(0), 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    hash.update(data: bytes)
  }

  var text: String { hex(hash.finalize()) }
}

func hex(_ digest: SHA256.Digest) -> String {
  let digits = Array("0123456789abcdef")
  return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

/// SHA-256 of a file's bytes; `nil` when it cannot be read.
func fileHash(_ path: String) -> String? {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var hash = SHA256()
  var buffer = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in unsafe read(descriptor, bytes.baseAddress, bytes.count)
    }
    if count < 0 { return nil }
    if count == 0 { return hex(hash.finalize()) }
    unsafe buffer.withUnsafeBytes { bytes in
      unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }
  }
}

/// 64 bits that tell one name from another: FNV-1a (Fowler, Noll, Vo), for keys of noise.
func nameKey(_ name: String) -> UInt64 {
  name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
