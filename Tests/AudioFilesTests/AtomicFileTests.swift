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

  @Test func whatAKilledRunLeftIsClearedAndWhatALivingOneHoldsStays() throws {
    // A file of a run that was killed has no lock.
    folder.write([1], to: ".mixdown-0123456789abcdef.tmp")
    // Neither is anything that only resembles one.
    folder.write([1], to: ".mixdown-0123456789abcde.tmp")
    folder.write([1], to: ".mixdown-notes.tmp")
    // Another run holds this one.
    let held = folder.write([1], to: ".mixdown-fedcba9876543210.tmp")
    let descriptor = unsafe open(held, O_RDWR)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    let file = try AtomicFile(replacing: folder.file("a.txt"))
    try file.write("x")
    try file.commit()
    #expect(
      Set(folder.names) == [
        ".mixdown-0123456789abcde.tmp", ".mixdown-notes.tmp", ".mixdown-fedcba9876543210.tmp", "a.txt",
      ])
  }

  @Test func aFileInTheMakingIsLockedAndItsNameIsRandom() throws {
    let one = try AtomicFile(replacing: folder.file("a.txt")), other = try AtomicFile(replacing: folder.file("a.txt"))
    #expect(folder.names.count == 2)
    for name in folder.names {
      #expect(!name.contains("\(getpid())-"))
      let descriptor = unsafe open(folder.file(name), O_RDWR)
      defer { close(descriptor) }
      #expect(flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    }
    one.abandon()
    try other.write("x")
    try other.commit()
    #expect(folder.names == ["a.txt"])
  }

  @Test func aFileThatItsOwnerMayNotWriteIsReplaced() throws {
    let path = folder.write([1], to: "a.txt")
    unsafe chmod(path, 0o444)
    try AtomicFile.write("x", to: path)
    var status = stat()
    unsafe stat(path, &status)
    #expect(status.st_mode & 0o777 == 0o444)
    #expect(bytes(of: path) == [0x78])
  }
}
