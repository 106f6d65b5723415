import AudioFiles
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What fuzzers have found (Tests/Fuzzing): files over which the process once died, hung or read nonsense.
@Suite struct CrasherTests {
  static let folder: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast()
    return parts.joined(separator: "/") + "/Crashers"
  }()

  @Test(arguments: output(of: "ls '\(folder)'").split(separator: "\n").map(String.init))
  func isReadOrRefused(_ name: String) throws {
    let path = "\(Self.folder)/\(name)"
    do throws(AudioFileError) {
      if name.hasPrefix("cover-") {
        _ = try CoverImage(path: path)
        return
      }
      let reader = try AudioFileReader(path)
      let info = reader.info
      #expect((8_000...768_000).contains(info.sampleRate) && (1...64).contains(info.channelCount))
      #expect(try Self.frameCount(reader) == info.frameCount)
      for frame in [info.frameCount / 2, info.frameCount, info.frameCount / 3, 0] {
        try reader.seek(to: frame)
        #expect(try Self.frameCount(reader) == info.frameCount - frame)
      }
    } catch {
      #expect(error.side == .input)
    }
  }

  /// How many frames there are from here to the end.
  static func frameCount(_ reader: AudioFileReader) throws(AudioFileError) -> Int {
    var samples = [Double](repeating: 0, count: 1024 * reader.info.channelCount)
    var total = 0
    while true {
      var span = samples.mutableSpan
      let count = try reader.read(into: &span)
      if count == 0 { return total }
      total += count
    }
  }
}
