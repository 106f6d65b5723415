import CCrypto

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// SHA-256 (FIPS 180-4) of bytes that come one after another, by libcrypto, which uses the CPU's instructions for it.
public struct SHA256: Sendable {
  private var state = SHA256_CTX()

  public init() { _ = unsafe SHA256_Init(&state) }

  /// Takes in `bytes`.
  public mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      _ = unsafe SHA256_Update(&state, bytes.baseAddress, bytes.count)
    }
  }

  /// The hash of what was taken in so far: 64 hexadecimal digits in lower case.
  public var text: String {
    var state = state
    var digest = [UInt8](repeating: 0, count: 32)
    _ = unsafe SHA256_Final(&digest, &state)
    let digits = Array("0123456789abcdef".unicodeScalars)
    return String(String.UnicodeScalarView(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }))
  }

  /// The hash of `bytes`.
  public static func text(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes.span)
    return hash.text
  }

  /// The hash of the bytes of the file at `path`; `nil` when it cannot be read.
  public static func text(ofFile path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var hash = SHA256()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 { return nil }
      if count == 0 { return hash.text }
      hash.update(buffer.span.extracting(first: count))
    }
  }
}

/// The version of libcrypto: `3.0.19`.
public func libcryptoVersion() -> String {
  let text = unsafe String(cString: crypto_version_text())
  return text.split(separator: " ").dropFirst().first.map(String.init) ?? text
}
