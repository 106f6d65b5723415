import AudioFiles
import Fuzzing

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

// What a stem can do to the process: every reader, by what the file's first bytes are.

let file = FuzzedFile("a")

/// A target over the reader of one kind of file; `isIts` tells that kind from the first bytes.
func reader(_ name: String, _ isIts: @escaping @Sendable ([UInt8]) -> Bool) -> FuzzTarget {
  FuzzTarget(name) { bytes in
    guard isIts(bytes) else { return false }
    file.write(bytes)
    readAudio(file.path, bytes)
    return true
  }
}

exit(
  runFuzzer([
    reader("wav") { $0.holds("RIFF") || $0.holds("RF64") },
    reader("aiff") { $0.holds("FORM") },
    reader("caf") { $0.holds("caff") },
    reader("flac") { $0.holds("fLaC") || $0.holds("fLaC", within: 128) },
    // What no other reader takes is looked through for MPEG frames.
    reader("mpeg") { bytes in
      !["RIFF", "RF64", "FORM", "caff", "OggS", "fLaC"].contains { bytes.holds($0) }
        && !(bytes.holds("ID3") && bytes.holds("fLaC", within: 128))
    },
    reader("vorbis") { $0.holds("OggS") && !$0.holds("OpusHead", within: 128) },
    reader("opus") { $0.holds("OggS") && $0.holds("OpusHead", within: 128) },
    FuzzTarget("cover") { bytes in
      _ = CoverImage(bytes)
      return true
    },
  ]))
