import AudioFiles
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite struct AtomicFileTests {
  let folder = TemporaryFolder()

  @Test func theTargetStaysUntilTheCommit() throws {
    let path = folder.write(Array("old".utf8), to: "a.txt")
    let file = try AtomicFile(replacing: path)
    try file.write("new text")
    file.position = 0
    try file.write("N")
    #expect(bytes(of: path) == Array("old".utf8))
    #expect(folder.names.count == 2)
    try file.commit()
    #expect(bytes(of: path) == Array("New text".utf8))
    #expect(folder.names == ["a.txt"])
  }

  @Test func abandonedFilesAndTheirFoldersVanish() throws {
    do {
      let file = try AtomicFile(replacing: folder.file("deep/er/a.txt"))
      try file.write("x")
      #expect(folder.names == ["deep"])
    }
    #expect(folder.names.isEmpty)
    try AtomicFile.write("x", to: folder.file("deep/er/a.txt"))
    #expect(bytes(of: folder.file("deep/er/a.txt")) == [0x78])
  }

  @Test func anUnfinishedWriterLeavesNothing() throws {
    for format in [EncodingFormat.wav(.integer16), .flac(bitDepth: 16, compression: 5), .mp3(.constant(128))] {
      let writer = try AudioFileWriter(
        folder.file("a"), format, sampleRate: 48_000, channelCount: 1, frameCount: 10_000, tags: fullTags())
      if format.integerBits != nil {
        let samples = noise(5000, bits: 16)
        try writer.write(samples.span)
      } else {
        let samples = [Float](repeating: 0.1, count: 5000)
        try writer.write(samples.span)
      }
    }
    #expect(folder.names.isEmpty)
  }

  @Test func linksAreFollowedAndPermissionsKept() throws {
    let path = folder.write([1], to: "real")
    unsafe chmod(path, 0o640)
    unsafe symlink("real", folder.file("link"))
    try AtomicFile.write("x", to: folder.file("link"))
    #expect(bytes(of: path) == [0x78])
    var status = stat()
    unsafe lstat(folder.file("link"), &status)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
    unsafe stat(path, &status)
    #expect(status.st_mode & 0o777 == 0o640)
  }

  @Test func whatCannotBeWrittenIsTold() {
    func reason(_ path: String) -> AudioFileError.Kind? { refusal { try AtomicFile.write("x", to: path) } }
    #expect(reason(folder.path) == .writeFailed(reason: "it is a folder"))
    #expect(reason("/dev/null") == .writeFailed(reason: "it is a device"))
    #expect(reason("") == .writeFailed(reason: "it is no file name"))
    folder.write([1], to: "file")
    guard case .writeFailed = reason(folder.file("file/a.txt")) else {
      Issue.record("a file is no folder")
      return
    }
    #expect(AudioFileError(.writeFailed(reason: ""), "").side == .output)
  }
}
