public import AudioFiles
public import Delivery
public import Diagnostics

/// What was measured of some audio files.
public struct MeasureReport: Sendable {
  public struct File: Sendable {
    public var path: String
    public var measurement: Measurement
  }

  public private(set) var files: [File] = []
  /// Files that could not be measured.
  public private(set) var errors: [AudioFileError] = []

  init(_ paths: [String]) {
    for path in paths {
      do throws(AudioFileError) {
        files.append(File(path: path, measurement: try measure(audioFile: path)))
      } catch { errors.append(error) }
    }
  }

  public var status: ExitStatus { errors.isEmpty ? .done : .input }

  /// The object that scripts rely on.
  public var json: JSONValue {
    [
      "version": 1,
      "files": .array(files.map { .object([.init("path", .string($0.path))] + members($0.measurement)) }),
      "errors": .array(errors.map { ["path": .string($0.path), "message": .string($0.message)] }),
    ]
  }

  // MARK: Text

  public var text: String { files.map(Self.text).joined(separator: "\n") }

  private static func text(_ file: File) -> String {
    let m = file.measurement
    let channels = m.channels == 1 ? "mono" : m.channels == 2 ? "stereo" : "\(m.channels) channels"
    let seconds = Double(m.frames) / Double(m.sampleRate)
    var rows: [(String, String)] = [
      ("integrated", decimals(m.integrated, 1, "LUFS")),
      ("short-term, max", decimals(m.maxShortTerm, 1, "LUFS")),
      ("momentary, max", decimals(m.maxMomentary, 1, "LUFS")),
      ("loudness range", decimals(m.loudnessRange, 1, "LU")),
      ("true peak", decimals(m.truePeak, 2, "dBTP")), ("sample peak", decimals(m.samplePeak, 2, "dBFS")),
      ("peak to loudness", decimals(m.plr, 1, "LU")), ("DC offset", decimals(m.dcOffset, 6, "")),
      ("correlation", decimals(m.correlation, 2, "")), ("clipped samples", "\(m.clippedSamples)"),
    ]
    let platforms = Platform.all.compactMap { platform in
      platform.gain(m).map { "\(platform.name) \(decimals($0, 1, "dB", signed: true))" }
    }
    if !platforms.isEmpty { rows.append(("playback gain", platforms.joined(separator: ", "))) }
    return "\(file.path): \(channels), \(m.sampleRate) Hz, \(clockTime(seconds))\n"
      + rows.map { "  \(padded($0.0, 18))\($0.1)\n" }.joined()
  }
}

/// `value` with so many decimals and its unit; a dash for what does not exist.
package func decimals(_ value: Double?, _ places: Int, _ unit: String, signed: Bool = false) -> String {
  guard let value, value.isFinite else { return "–" }
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let units = Int((value.magnitude * scale).rounded())
  let digits = String(units)
  let whole = places == 0 ? digits : String(digits.dropLast(places))
  let fraction = String(repeating: "0", count: max(0, places - digits.count)) + digits.suffix(places)
  let sign = units == 0 ? "" : value < 0 ? "-" : signed ? "+" : ""
  let number = sign + (whole.isEmpty ? "0" : whole) + (places > 0 ? "." + fraction : "")
  return unit.isEmpty ? number : "\(number) \(unit)"
}

/// Minutes and seconds: `3:05`.
package func clockTime(_ seconds: Double) -> String {
  let whole = Int(max(0, seconds).rounded())
  return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
}
