import Delivery
import Quantities

extension MeasureReport {
  /// A page for each file, or, when a folder was asked for, a line.
  public var text: String {
    hasFolder ? table : files.map { Self.page($0) }.joined(separator: "\n")
  }

  // MARK: A page

  private static func page(_ file: File) -> String {
    let m = file.measurement, look = file.inspection
    let channels = m.channels == 1 ? "mono" : m.channels == 2 ? "stereo" : "\(m.channels) channels"
    let seconds = Double(m.frames) / Double(m.sampleRate)
    var rows: [(String, String)] = [
      ("integrated", decimals(m.integrated, 1, "LUFS")),
      ("short-term, max", decimals(m.maxShortTerm, 1, "LUFS")),
      ("momentary, max", decimals(m.maxMomentary, 1, "LUFS")),
      ("loudness range", decimals(m.loudnessRange, 1, "LU")),
      ("true peak", decimals(m.truePeak, 2, "dBTP")), ("sample peak", decimals(m.samplePeak, 2, "dBFS")),
      ("peak to loudness", decimals(m.plr, 1, "LU")), ("DC offset", decimals(m.dcOffset, 6, "")),
      ("noise floor", decimals(look.noiseFloor, 1, "dBFS")),
      ("correlation", decimals(m.correlation, 2, "")),
    ]
    if m.channels == 2 {
      rows.append(("in mono", decimals(look.monoCompatibility, 1, "LU", signed: true)))
      rows.append(
        ("side", "\(decimals(look.sideLevel, 1, "dB")), its bass \(decimals(look.bassSideLevel, 1, "dB"))"))
    }
    rows.append(("sibilance", decimals(look.sibilance, 1, "LU", signed: true)))
    rows.append(("clipped samples", "\(m.clippedSamples)"))
    if look.clippedRunCount > 0 {
      rows.append(
        (
          "clipped runs",
          list(
            look.clippedRuns.map { "\(clockPlace($0.start)) \(name($0.channel, of: m.channels)) (\($0.samples))" },
            of: look.clippedRunCount)
        ))
    }
    rows.append(
      look.silenceHead >= seconds
        ? ("silence", "all of it")
        : ("silence", "\(decimals(look.silenceHead, 3, "s")) before, \(decimals(look.silenceTail, 3, "s")) after"))
    rows.append(
      (
        "gaps",
        look.gapCount == 0
          ? "0"
          : list(
            look.gaps.map { "\(clockPlace($0.start)) (\(decimals($0.length, 3, "s")))" }, of: look.gapCount)
      ))
    let platforms = Platform.all.compactMap { platform in
      platform.gain(m).map { "\(platform.name) \(decimals($0, 1, "dB", signed: true))" }
    }
    if !platforms.isEmpty { rows.append(("playback gain", platforms.joined(separator: ", "))) }
    return "\(file.path): \(channels), \(m.sampleRate) Hz, \(clockTime(seconds))\n"
      + rows.map { "  \(padded($0.0, 18))\($0.1)\n" }.joined()
  }

  /// The count, and the first few.
  private static func list(_ items: [String], of count: Int) -> String {
    let shown = items.prefix(5)
    let rest = count - shown.count
    return "\(count): \(shown.joined(separator: ", "))\(rest > 0 ? " and \(rest) more" : "")"
  }

  private static func name(_ channel: Int, of count: Int) -> String {
    switch count {
    case 1: "mono"
    case 2: channel == 1 ? "left" : "right"
    default: "channel \(channel)"
    }
  }

  // MARK: A table

  private var table: String {
    let head = ["file", "LUFS", "S max", "LRA", "dBTP", "PLR", "clipped"]
    let rows = files.map { file in
      let m = file.measurement
      return [
        file.path, decimals(m.integrated, 1, ""), decimals(m.maxShortTerm, 1, ""), decimals(m.loudnessRange, 1, ""),
        decimals(m.truePeak, 2, ""), decimals(m.plr, 1, ""), m.clippedSamples == 0 ? "–" : "\(m.clippedSamples)",
      ]
    }
    guard !rows.isEmpty else { return "" }
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    let lines = ([head] + rows).map { row in
      let cells = row.indices.map { column in
        let blanks = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + blanks : blanks + row[column]
      }
      return cells.joined(separator: "  ") + "\n"
    }
    return lines.joined() + summary + "\n"
  }

  /// `12 files, 43:10; from -16.3 LUFS (b.wav) to -8.1 LUFS (a.wav); 2 with clipped samples`
  private var summary: String {
    let seconds = files.reduce(0.0) { $0 + Double($1.measurement.frames) / Double($1.measurement.sampleRate) }
    var parts = ["\(files.count) \(files.count == 1 ? "file" : "files"), \(clockTime(seconds))"]
    let loud = files.filter { $0.measurement.integrated != nil }
    func level(_ file: File) -> Double { file.measurement.integrated ?? 0 }
    if let quietest = loud.min(by: { level($0) < level($1) }), let loudest = loud.max(by: { level($0) < level($1) }),
      loud.count > 1
    {
      parts.append(
        "from \(decimals(level(quietest), 1, "LUFS")) (\(quietest.path)) to "
          + "\(decimals(level(loudest), 1, "LUFS")) (\(loudest.path))")
    }
    let clipped = files.count { $0.measurement.clippedSamples > 0 }
    if clipped > 0 { parts.append("\(clipped) with clipped samples") }
    if !errors.isEmpty { parts.append("\(errors.count) could not be measured") }
    return parts.joined(separator: "; ")
  }
}
