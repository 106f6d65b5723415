import Platform
import Testing

/// The examples of NIST for SHA-256 (FIPS 180-4; csrc.nist.gov, Cryptographic Standards and Guidelines, Examples).
@Suite("SHA-256")
struct SHA256Tests {
  @Test("of known messages") func known() {
    #expect(SHA256.text([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(SHA256.text(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.text(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      SHA256.text([UInt8](repeating: 0x61, count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("in pieces of any length, and to look at it in between changes nothing") func pieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for length in [1, 63, 64, 65, 999] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: length) {
        hash.update(bytes.span.extracting(start..<min(start + length, bytes.count)))
        _ = hash.text
      }
      #expect(hash.text == SHA256.text(bytes))
    }
  }

  @Test("a file that is not there has none") func missing() {
    #expect(SHA256.text(ofFile: "/nowhere/at all") == nil)
  }
}
