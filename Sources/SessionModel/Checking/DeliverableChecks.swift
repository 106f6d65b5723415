import Diagnostics
import Quantities
import Tables

extension ReferenceCheck {
  // MARK: Checks

  /// A check's least value is not over its greatest.
  mutating func limits() {
    for (checks, path) in session.allChecks {
      limits(checks, path)
      for (name, section) in checks.sections {
        let place = "\(path).sections.\(name)"
        limits(section.limits, place)
        let keys = Set(tree.part(at: place)?.entries?.map(\.key) ?? [])
        if keys.isSubset(of: ["from", "to"]) {
          report(
            .missingKey, "the section `\(name)` says nothing to check", path: place, key: true,
            hints: ["such as `true_peak: {max: -1 dBTP}`"])
        }
      }
    }
  }

  private mutating func limits(_ checks: Checks, _ path: String) {
    for name in CheckName.allCases {
      let place = "\(path).\(name.rawValue)"
      guard let keys = tree.part(at: place)?.entries?.map(\.key), !keys.contains("min"), !keys.contains("max")
      else { continue }
      report(
        .missingKey, "the check `\(name.rawValue)` needs a `min` or a `max`", path: place, key: true,
        hints: ["`\(name.rawValue): null` takes an inherited one away"], absent: ["\(place).min", "\(place).max"])
    }
    for check in checks.stated(timeline) where check.least ?? -.infinity > check.greatest ?? .infinity {
      report(
        .outOfRange, "the check's `min` is over its `max`, so nothing passes",
        path: "\(path).\(check.name.rawValue).min")
    }
  }

  // MARK: Masters

  /// A loudness target names exactly one loudness.
  mutating func masters() {
    loudness(session.master, "master")
    for (id, deliverable) in session.deliverables { loudness(deliverable.master, "deliverables.\(id).master") }
  }

  private mutating func loudness(_ master: Master?, _ path: String) {
    guard master?.loudness != nil, let part = tree.part(at: "\(path).loudness") else { return }
    let stated = LoudnessTarget.oneOf.compactMap { part.entry($0) }
    if stated.isEmpty {
      report(
        .missingKey, "a loudness target needs one of \(listed(LoudnessTarget.oneOf))", path: "\(path).loudness",
        hints: ["write `integrated: -14 LUFS`"], absent: ["\(path).loudness.integrated"])
    } else if stated.count > 1,
      let last = stated.max(by: { $0.keyRange.bytes.lowerBound < $1.keyRange.bytes.lowerBound })
    {
      report(
        .conflictingKeys, "one gain cannot reach two loudnesses: keep one of \(listed(stated.map(\.key)))",
        path: "\(path).loudness.\(last.key)", key: true,
        hints: ["an inherited one is taken away with `null`, such as `integrated: null`"])
    }
  }

  mutating func deliverables() {
    var names: [String: String] = [:]
    for (id, deliverable) in session.deliverables {
      let path = "deliverables.\(id)"
      guard let format = deliverable.format else { continue }
      keys(of: deliverable, format, path)
      rate(of: deliverable, format, path)
      version(of: deliverable, path)
      split(of: deliverable, path)
      nodes: for node in deliverable.split.map(session.nodes(of:)) ?? [nil] {
        switch outputName(deliverable, id: id, node: node, resolved) {
        case .failure(let problem):
          report(
            .deliverableName, problem.message, path: deliverable.name == nil ? path : "\(path).name",
            hints: problem.hints,
            absent: problem.tag.map { ["metadata.\($0)", "\(path).metadata.\($0)"] } ?? ["\(path).split"])
          break nodes
        case .success(let name):
          let file = "\(name).\(format.fileExtension)"
          if let other = names[file.lowercased()] {
            report(
              .deliverableClash,
              other == id
                ? "all files of `\(id)` would be written to `\(file)`"
                : "`\(id)` and `\(other)` would both be written to `\(file)`", path: path, key: true,
              hints: [other == id ? "put `$node` into its `name`" : "give one of them a `name`"])
            break nodes
          }
          let folders = file.lowercased() + "/"
          if let other = names.first(where: {
            $0.key.hasPrefix(folders) || file.lowercased().hasPrefix($0.key + "/")
          }) {
            report(
              .deliverableClash, "`\(file)` and `\(other.key)` cannot both be there: one is a folder of the other",
              path: path, key: true, hints: ["give one of them another `name`"])
            break nodes
          }
          names[file.lowercased()] = id
        }
      }
      if tree.part(at: "\(path).metadata") != nil { tags(deliverable.metadata, at: "\(path).metadata") }
    }
  }

  /// Keys that belong to other formats.
  private mutating func keys(of deliverable: Deliverable, _ format: FileFormat, _ path: String) {
    let written = Set(tree.part(at: path)?.entries?.map(\.key) ?? [])
    for (key, formats) in Deliverable.formatsByKey where written.contains(key) && !formats.contains(format) {
      var hints = ["it belongs to \(listed(formats.map(\.rawValue)))"]
      if format == .opus, key == "quality" { hints.insert("write `bitrate: 160 kbps`; Opus varies around it", at: 0) }
      report(
        .deliverableKey, "`\(key)` has no meaning for \(format.rawValue)", path: "\(path).\(key)", key: true,
        hints: hints)
    }
    if format == .flac, let depth = deliverable.bitDepth, depth == .thirtyTwo || depth == .float {
      report(
        .deliverableKey, "a FLAC file has 16 or 24 bits, not \(depth.rawValue)", path: "\(path).bit_depth",
        hints: ["write `bit_depth: 24`, or `format: wav`"])
    }
    if written.contains("bitrate"), written.contains("quality") {
      report(
        .conflictingKeys, "`bitrate` and `quality` both say how large the file is; a file has one of them",
        path: "\(path).quality",
        key: true)
    }
    quality(of: deliverable, format, path)
    if format == .mp3, let bitrate = deliverable.bitrate, !Deliverable.mp3Bitrates.contains(Int(bitrate.magnitude)) {
      report(
        .outOfRange, "\(bitrate.text) is no bitrate of MP3", path: "\(path).bitrate",
        hints: ["the bitrates are \(Deliverable.mp3Bitrates.map(String.init).joined(separator: ", ")) kbps"])
    }
  }

  private mutating func rate(of deliverable: Deliverable, _ format: FileFormat, _ path: String) {
    let rate = deliverable.sampleRate ?? session.sampleRate
    if format.has(rate: Int(rate.magnitude)) { return }
    let fact =
      switch format {
      case .opus: "an Opus file has 8, 12, 16, 24 or 48 kHz"
      case .oggVorbis: "an Ogg Vorbis file has at most 200 kHz"
      default: "an MP3 has one of the rates from 8 to 48 kHz"
      }
    report(
      .deliverableRate, "\(fact), not \(rate.text)",
      path: tree.part(at: "\(path).sample_rate") == nil ? "\(path).format" : "\(path).sample_rate",
      hints: ["add `sample_rate: 48 kHz` to this deliverable"])
  }

  /// A quality on the scale of another encoder.
  private mutating func quality(of deliverable: Deliverable, _ format: FileFormat, _ path: String) {
    switch (format, deliverable.quality) {
    case (.mp3, .vorbis(let number)):
      report(
        .deliverableKey, "the quality of an MP3 goes from `V0` (best) to `V9`, not \(plainDecimal(number))",
        path: "\(path).quality", hints: ["write `quality: V0`"])
    case (.oggVorbis, .mp3(let number)):
      report(
        .deliverableKey, "the quality of an Ogg Vorbis is a number from -1 to 10 (best), not `V\(number)`",
        path: "\(path).quality", hints: ["write `quality: 6`, about 192 kbps in stereo"])
    default: break
    }
  }
}

extension Deliverable {
  /// Keys that only some formats have.
  public static let formatsByKey: [(key: String, formats: [FileFormat])] = [
    ("bit_depth", [.wav, .aiff, .caf, .flac]), ("dither", [.wav, .aiff, .caf, .flac]), ("compression", [.flac]),
    ("bitrate", [.mp3, .oggVorbis, .opus]), ("quality", [.mp3, .oggVorbis]), ("id3", [.mp3]),
    ("ceiling", [.mp3, .oggVorbis, .opus]),
  ]

  /// MPEG-1 layer III (ISO 11172-3, 2.4.2.3).
  public static let mp3Bitrates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
}

/// Why a deliverable's name cannot be used.
struct NameProblem: Error {
  var message: String
  var hints: [String] = []
  /// The tag that is missing.
  var tag: String?
}

extension ResolvedSession {
  /// The path of a deliverable's file below the output folder, with its ending.
  public func outputPath(
    _ id: String, _ deliverable: Deliverable, node: String? = nil, part: String? = nil
  ) -> String {
    let name = (try? outputName(deliverable, id: id, node: node, self).get()) ?? "\(self.name)-\(id)"
    return "\(name)\(part.map { "-" + $0 } ?? "").\((deliverable.format ?? .wav).fileExtension)"
  }
}

extension ResolvedSession {
  /// The tags of a deliverable: its own, which lie over the session's already, or else the session's.
  public func metadata(of id: String) -> Metadata {
    let isOwn = tree.part(at: "deliverables.\(id).metadata") != nil
    return isOwn ? session.deliverables[id]?.metadata ?? Metadata() : session.metadata
  }
}

/// The deliverable's file name without its ending: its `name` with every `$…` filled in.
///
/// - Parameter node: the track or bus, for a file of a split.
func outputName(
  _ deliverable: Deliverable, id: String, node: String?, _ resolved: ResolvedSession
) -> Result<String, NameProblem> {
  let pattern = deliverable.name ?? (node == nil ? "$session-$deliverable" : "$session-$deliverable-$node")
  let metadata = resolved.metadata(of: id)
  var values: [String: String?] = [
    "version": deliverable.version ?? "main",
    "session": resolved.name, "deliverable": id, "artist": metadata.artist, "title": metadata.title,
    "album": metadata.album, "track": metadata.track,
  ]
  if let node { values["node"] = node }
  var name = ""
  var rest = Substring(pattern)
  while let dollar = rest.firstIndex(of: "$") {
    name += rest[..<dollar]
    rest = rest[rest.index(after: dollar)...]
    if rest.first == "$" {
      name += "$"
      rest.removeFirst()
      continue
    }
    let isBracketed = rest.first == "("
    if isBracketed { rest.removeFirst() }
    let key = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    rest = rest.dropFirst(key.count)
    if isBracketed, rest.first == ")" { rest.removeFirst() }
    guard let value = values[key] else {
      return .failure(
        NameProblem(
          message: "a file name knows no `$\(key)`",
          hints: ["it knows \(listed(values.keys.sorted().map { "$" + $0 }, conjunction: "and"))"]))
    }
    guard let value, !value.isEmpty else {
      return .failure(NameProblem(message: "the name uses `$\(key)`, but the metadata has no `\(key)`", tag: key))
    }
    // A slash that comes with a value is no folder.
    name += value.map { $0 == "/" || $0 == "\\" ? "-" : String($0) }.joined()
  }
  name += rest
  let parts = name.split(separator: "/", omittingEmptySubsequences: false)
  if name.hasPrefix("/") || parts.contains("..") || name.contains("\0") {
    return .failure(NameProblem(message: "the name \(quoted(name)) leaves the output folder"))
  }
  if parts.contains(where: { $0.isEmpty || $0 == "." }) || (parts.last?.utf8.count ?? 0) > 240 {
    return .failure(NameProblem(message: "\(quoted(name)) is no file name"))
  }
  return .success(name)
}
