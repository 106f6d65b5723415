import AudioFiles
public import Diagnostics
import Platform
import YAMLSyntax

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// What this machine has and what the program was put together from: the first thing to ask for when something
/// is odd.
public struct DoctorReport: Sendable {
  public struct Library: Sendable {
    public var name: String
    public var version: String
    /// What it is used for.
    public var purpose: String
  }

  public var libraries: [Library]
  /// Processors that renders can use.
  public var cores: Int
  /// Where long renders keep what does not fit into memory.
  public var scratchFolder: String
  /// Bytes that may still be written there; `nil` when the folder is not there.
  public var scratchBytes: Int?
  /// What will keep renders from working, a sentence each.
  public var problems: [String] = []

  init(_ scratchFolder: String?) {
    let purposes = [
      "libsndfile": "reads compressed WAV, AIFF and CAF", "libFLAC": "reads and writes FLAC", "LAME": "writes MP3",
      "libmpg123": "reads MP3", "libvorbis": "reads and writes Ogg Vorbis", "libopus": "reads and writes Opus",
    ]
    libraries =
      [Library(name: "libyaml", version: libyamlVersion(), purpose: "reads sessions")]
      + codecVersions().map { Library(name: $0.name, version: $0.version, purpose: purposes[$0.name] ?? "") }
      + [Library(name: "libcrypto", version: libcryptoVersion(), purpose: "names files by their contents")]
    cores = processorCount()
    let named = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    let folder = scratchFolder ?? named ?? "/tmp"
    self.scratchFolder = folder
    var status = statvfs()
    if unsafe statvfs(folder, &status) == 0 {
      let (bytes, overflows) = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
      scratchBytes = overflows ? .max : bytes
    } else {
      problems.append("the folder for temporary files, `\(folder)`, is not there; set TMPDIR to one that is")
    }
    if scratchBytes != nil, unsafe access(folder, W_OK) != 0 {
      problems.append("nothing may be written to `\(folder)`; set TMPDIR to a folder of your own")
    }
    if let scratchBytes, scratchBytes < 1 << 30 {
      problems.append("less than 1 GB is left in `\(folder)`, which is little for long mixes")
    }
  }

  public var text: String {
    var lines = ["mixdown    \(Mixdown.version)"]
    let width = libraries.map(\.name.count).max() ?? 0
    for library in libraries {
      lines.append(
        "\(padded(library.name, max(width, 10))) \(padded(library.version, 10)) \(library.purpose)")
    }
    lines.append("\(padded("cores", max(width, 10))) \(cores)")
    let free = scratchBytes.map { "\(plainGigabytes($0)) GB free" } ?? "missing"
    lines.append("\(padded("scratch", max(width, 10))) \(scratchFolder), \(free)")
    lines += problems.map { "problem: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  public var json: JSONValue {
    [
      "version": 1, "mixdown": .string(Mixdown.version),
      "libraries": .object(libraries.map { .init($0.name, .string($0.version)) }),
      "cores": .integer(cores), "scratch_folder": .string(scratchFolder),
      "scratch_bytes": JSONValue(scratchBytes),
      "problems": .array(problems.map { .string($0) }),
    ]
  }

  private func plainGigabytes(_ bytes: Int) -> String {
    let tenths = bytes / 100_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// Processors that are there for this program.
func processorCount() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

/// `text` with blanks after it up to `width` characters.
package func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
