import ArgumentParser
import Diagnostics
import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Figures and the machine they were measured on.
struct Report {
  struct Kernel {
    var name: String
    var nanosecondsPerFrame: Double
  }

  struct Job {
    var stems: Int
    var seconds: Int
    var wallSeconds: Double
    var cpuSeconds: Double
    var peakMegabytes: Double
  }

  var kernels: [Kernel] = []
  var jobs: [Job] = []

  /// Each figure by a name that stays the same from run to run.
  var figures: [(name: String, value: Double)] {
    if !stored.isEmpty { return stored }
    return kernels.map { ("kernel \($0.name), ns/frame", $0.nanosecondsPerFrame) }
      + jobs.flatMap { job in
        let name = "job \(job.stems) stems \(job.seconds) s"
        return [
          ("\(name), wall s", job.wallSeconds), ("\(name), CPU s", job.cpuSeconds),
          ("\(name), peak MB", job.peakMegabytes),
        ]
      }
  }

  var text: String {
    (["machine: \(Self.machine)"] + figures.map { pad($0.name, 44) + short($0.value) }).joined(separator: "\n")
  }

  var json: JSONValue {
    [
      "version": 1, "machine": .string(Self.machine),
      "figures": .object(figures.map { JSONValue.Member($0.name, .number($0.value)) }),
    ]
  }

  init() {}

  /// Reads the figures of a report that was written before.
  init(json path: String) throws {
    struct Stored: Decodable {
      var figures: [String: Double]
    }
    guard let data = FileManager.default.contents(atPath: path) else { throw ValidationError("\(path) cannot be read") }
    let stored = try JSONDecoder().decode(Stored.self, from: data)
    self.stored = stored.figures.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// What was read from a file.
  private var stored: [(name: String, value: Double)] = []

  static var machine: String {
    var name = utsname()
    unsafe uname(&name)
    let system = unsafe withUnsafeBytes(of: &name.sysname) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let processor = unsafe withUnsafeBytes(of: &name.machine) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    var model = processor
    if let data = FileManager.default.contents(atPath: "/proc/cpuinfo") {
      let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("model name") }
      if let line, let colon = line.firstIndex(of: ":") {
        model = line[line.index(after: colon)...].trimmingPrefix { $0 == " " } + ", " + processor
      }
    }
    return "\(system), \(model), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) processors"
  }
}

func short(_ value: Double) -> String {
  let scaled = Int(value * 1000 + 0.5)
  return "\(scaled / 1000).\(String(scaled % 1000 + 1000).dropFirst())"
}

func pad(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(1, width - text.count))
}
