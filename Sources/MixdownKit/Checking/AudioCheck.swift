import AudioFiles
import Delivery
import Diagnostics
import Processors
import Quantities
import RenderPlan
import SessionModel
import Tables

/// What `check --audio` adds: a look at every sample of every stem.
struct AudioCheck {
  private(set) var diagnostics: [Diagnostic] = []

  /// Below this a stem is silent, as an amplitude: −100 dBFS, as in `tail: auto`.
  private static let silence = 1e-5
  /// From this on a mean is an offset that compressors and limiters hear, as an amplitude: −60 dBFS.
  private static let offset = 1e-3

  /// - Parameter stems: the file of each clip, by `track.clip`.
  mutating func run(_ resolved: ResolvedSession, _ stems: [String: StemFile], workers: Int) {
    // A file that several clips take is scanned once, and told of at its first place.
    var places: [(path: String, setting: Setting, label: String)] = []
    var offsetsEnd: Set<String> = [], offsetsPass: Set<String> = []
    for (id, track) in resolved.session.tracks {
      for (name, _) in track.clips {
        let path = "tracks.\(id).clips.\(name).stem"
        guard let file = stems["\(id).\(name)"]?.path, let setting = resolved.tree.part(at: path) else { continue }
        if track.strip.blocksOffset { offsetsEnd.insert(file) } else { offsetsPass.insert(file) }
        if places.contains(where: { $0.path == file }) { continue }
        places.append((file, setting, path))
      }
    }
    offsetsEnd.subtract(offsetsPass)
    let scans = StemScan.scan(places.map(\.path), workers: workers)
    for (place, scan) in zip(places, scans) {
      switch scan {
      case .success(let scan):
        report(scan, at: place.setting, place.label, offsetEnds: offsetsEnd.contains(place.path))
      case .failure(let error):
        report(.badMedia, .error, error.message, at: place.setting, place.label, hints: error.hints)
      }
    }
    twins(places, scans)
  }

  /// - Parameter offsetEnds: whether what takes an offset out follows wherever the stem is played.
  private mutating func report(
    _ scan: StemScan, at setting: Setting, _ path: String, offsetEnds: Bool
  ) {
    if scan.peak < Self.silence {
      report(
        .silentStem, .warning, "the stem is silent: its peak is \(level(scan.peak))", at: setting, path,
        hints: ["export it again, or take it out"])
      return
    }
    if scan.clippedSamples > 0, let first = scan.firstClip {
      report(
        .clippedStem, .warning, "\(scan.clippedSamples) samples of the stem are clipped, the first at frame \(first)",
        at: setting, path, hints: ["export it again with more headroom; a clip cannot be undone in the mix"])
    }
    if scan.offset >= Self.offset, !offsetEnds {
      report(
        .offsetStem, .warning, "the stem has an offset (DC) of \(level(scan.offset))", at: setting, path,
        hints: ["add `dc_block: {}` as its first insert"])
    }
    if scan.cancelsInMono {
      report(
        .invertedTwins, .warning, "left and right are each other's inverse: in mono the stem is silent", at: setting,
        path, hints: ["take one of them: `channels: [1]`"])
    }
  }

  private mutating func twins(
    _ places: [(path: String, setting: Setting, label: String)], _ scans: [Result<StemScan, AudioFileError>]
  ) {
    for (index, scan) in scans.enumerated() {
      for earlier in 0..<index {
        guard case .success(let one) = scan, case .success(let other) = scans[earlier], one.inverts(other) else {
          continue
        }
        report(
          .invertedTwins, .warning, "the stem is `\(places[earlier].path)` with its polarity inverted",
          at: places[index].setting, places[index].label, also: places[earlier].setting,
          hints: ["together they are silent; write `polarity: inverted` on one of the tracks, or take one out"])
      }
    }
  }

  private func level(_ amplitude: Double) -> String {
    amplitude == 0 ? "-inf dBFS" : "\(plainDecimal((decibels(ofAmplitude: amplitude) * 10).rounded() / 10)) dBFS"
  }

  private mutating func report(
    _ code: DiagnosticCode, _ severity: Severity, _ message: String, at setting: Setting, _ path: String,
    also: Setting? = nil, hints: [String] = []
  ) {
    diagnostics.append(
      Diagnostic(
        code, severity, message, at: setting.range, also: also.map { [Diagnostic.Label($0.range, "the other")] } ?? [],
        path: path, hints: hints))
  }
}

extension Strip {
  /// Whether an offset ends in its inserts before anything that hears one: dynamics, distortion.
  fileprivate var blocksOffset: Bool {
    inserts.prefix { $0.value.additivity == .linear }.contains { $0.value.blocksOffset }
  }
}
