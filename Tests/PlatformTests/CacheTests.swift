import FoundationEssentials
import Platform
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

private final class Folder {
  let path = FileManager.default.temporaryDirectory.path + "/mixdown-cache-\(UUID().uuidString)"
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) -> String {
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let file = "\(path)/\(name)"
    FileManager.default.createFile(atPath: file, contents: Data(text.utf8))
    return file
  }
}

@Suite("Cache")
struct CacheTests {
  @Test("what is stored is found, what is not is not, and cleaning leaves nothing") func stored() {
    let folder = Folder()
    let cache = Cache(folder: folder.path + "/deep/below")
    #expect(cache.text("gains", "a") == nil)
    cache.store("one", "gains", "a")
    cache.store("two", "gains", "a")
    cache.store("other", "hashes", "a")
    #expect(cache.text("gains", "a") == "two")
    #expect(cache.text("hashes", "a") == "other")
    #expect(cache.entries.count == 2)
    #expect(cache.clean().count == 2)
    #expect(cache.entries.isEmpty && !FileManager.default.fileExists(atPath: cache.folder))
  }

  @Test("where nothing can be written, it is as if it were empty") func unwritable() {
    let folder = Folder()
    let cache = Cache(folder: folder.write("file", "in the way") + "/cache")
    cache.store("one", "gains", "a")
    #expect(cache.text("gains", "a") == nil && cache.entries.isEmpty)
  }

  @Test("the oldest goes first when there is no more room") func room() throws {
    let folder = Folder()
    var cache = Cache(folder: folder.path + "/cache")
    cache.limit = 100_000
    let source = folder.write("source", String(repeating: "x", count: 40_000))
    for (age, key) in ["a", "b", "c"].enumerated() {
      let descriptor = open(source, O_RDONLY)
      defer { close(descriptor) }
      #expect(cache.store(descriptor, bytes: 40_000, "masters", key))
      // Seconds apart, as renders are.
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000 + Double(age))],
        ofItemAtPath: cache.path("masters", key))
    }
    #expect(cache.entries.map(\.path) == ["b", "c"].map { cache.path("masters", $0) })
    let descriptor = open(source, O_RDONLY)
    defer { close(descriptor) }
    #expect(!cache.store(descriptor, bytes: 60_000, "masters", "large"), "more than half of all room")
  }
}

@Suite("Hashes of files")
struct ContentHashTests {
  @Test("are remembered while a file stays as it is, and never longer") func remembered() throws {
    let folder = Folder()
    let cache = Cache(folder: folder.path + "/cache")
    let hashes = ContentHashes(cache)
    let file = folder.write("a", "abc")
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(hashes.hash(of: file) == abc)
    #expect(cache.entries.isEmpty, "a file of this very second may yet change without a trace")

    // The same size and, by hand, the same time: the inode's own time of change tells them apart.
    let old = Date(timeIntervalSince1970: 1_700_000_000)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: file)
    #expect(hashes.hash(of: file) == abc)
    let handle = try #require(fopen(file, "r+"))
    fputs("abd", handle)
    fclose(handle)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: file)
    #expect(hashes.hash(of: file) == SHA256.text(Array("abd".utf8)))
    #expect(hashes.hash(of: folder.path + "/nothing") == nil)
  }
}
