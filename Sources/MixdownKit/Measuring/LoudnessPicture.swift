import Delivery
import Diagnostics
import Quantities

/// A file's waveform and its loudness over time, as an SVG: momentary, short-term and integrated, clipped places and
/// gaps marked. The same file gives the same bytes.
struct LoudnessPicture {
  private static let width = 1200.0, height = 520.0
  private static let left = 60.0, right = 20.0
  private static let wave = (top: 50.0, height: 150.0)
  private static let graph = (top: 230.0, height: 240.0)
  /// LUFS at the foot of the graph and at its head.
  private static let floor = -42.0, ceiling = 0.0
  /// The greatest sample of 16 bits, as an amplitude.
  private static let fullScale = 32_767.0 / 32_768

  private let file: MeasureReport.File
  private let curve: LoudnessCurve
  private let seconds: Double

  init?(_ file: MeasureReport.File) {
    guard let curve = file.inspection.curve else { return nil }
    self.file = file
    self.curve = curve
    seconds = Double(file.measurement.frames) / Double(file.measurement.sampleRate)
  }

  var text: String {
    let lines = [head, faults, waveform, scale, clock, curves, foot, "</svg>"]
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Parts

  private var head: String {
    let m = file.measurement
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    let facts = [
      "integrated \(decimals(m.integrated, 1, "LUFS"))", "short-term max \(decimals(m.maxShortTerm, 1, "LUFS"))",
      "momentary max \(decimals(m.maxMomentary, 1, "LUFS"))", "range \(decimals(m.loudnessRange, 1, "LU"))",
      "true peak \(decimals(m.truePeak, 2, "dBTP"))",
    ].joined(separator: " · ")
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" \
      aria-label="\(escaped("Loudness of \(name): \(facts)"))">
      <style>text{font:13px sans-serif;fill:#333}.axis{stroke:#ccc}.wave{fill:#7a8ba3}.m{fill:none;stroke:#9bbfe0}\
      .s{fill:none;stroke:#1f5f99;stroke-width:2}.i{stroke:#c2571a;stroke-dasharray:6 4}.clip{stroke:#c00}\
      .gap{fill:#f6d98b}</style>
      <rect width="100%" height="100%" fill="#fff"/>
      <text x="\(number(Self.left))" y="20" font-weight="bold">\(escaped(name))</text>
      <text x="\(number(Self.left))" y="38">\(escaped(facts))</text>
      """
  }

  private var faults: String {
    let gaps = file.inspection.gaps.map { gap in
      let width = max(1, x(gap.start + gap.length) - x(gap.start))
      return "<rect class=\"gap\" x=\"\(number(x(gap.start)))\" y=\"\(number(Self.wave.top))\" "
        + "width=\"\(number(width))\" height=\"\(number(Self.wave.height))\"/>"
    }
    // Only the first runs are listed; of the rest the peaks tell.
    let listed = file.inspection.clippedRuns.map(\.start)
    let last = file.inspection.clippedRunCount > listed.count ? listed.last ?? 0 : .infinity
    let others = curve.peaks.enumerated().map { (start: Double($0) * LoudnessCurve.hop, peak: $1) }
      .filter { $0.start > last && $0.peak >= Self.fullScale }
    // Runs in one place of the picture are one line.
    var drawn = ""
    let runs = (listed + others.map(\.start)).compactMap { start -> String? in
      let place = number(x(start))
      if place == drawn { return nil }
      drawn = place
      return
        "<path class=\"clip\" d=\"M\(place) \(number(Self.wave.top))V\(number(Self.wave.top + Self.wave.height))\"/>"
    }
    return (gaps + runs).joined(separator: "\n")
  }

  private var waveform: String {
    let peaks = columns(curve.peaks, from: 0).map { $0 ?? 0 }
    let middle = Self.wave.top + Self.wave.height / 2
    var upper = "", lower = ""
    for (column, peak) in peaks.enumerated() {
      let reach = min(1, peak) * Self.wave.height / 2
      let place = number(Self.left + Double(column))
      upper += "\(column == 0 ? "M" : "L")\(place) \(number(middle - reach))"
      lower = "L\(place) \(number(middle + reach))" + lower
    }
    return "<path class=\"wave\" d=\"\(upper)\(lower)Z\"/>"
  }

  private var scale: String {
    stride(from: Self.ceiling, through: Self.floor, by: -6).map { level in
      let place = number(y(level))
      return "<path class=\"axis\" d=\"M\(number(Self.left)) \(place)H\(number(Self.width - Self.right))\"/>"
        + "<text x=\"\(number(Self.left - 8))\" y=\"\(number(y(level) + 4))\" text-anchor=\"end\">\(Int(level))</text>"
    }.joined(separator: "\n")
  }

  private var clock: String {
    let steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400]
    let step = steps.first { $0 / seconds * span >= 70 } ?? 14_400
    let y = number(Self.graph.top + Self.graph.height + 20)
    return stride(from: 0, to: seconds, by: step).map { time in
      let text = step < 1 ? decimals(time, 1, "s") : clockTime(time)
      return "<text x=\"\(number(x(time)))\" y=\"\(y)\" text-anchor=\"middle\">\(text)</text>"
    }.joined(separator: "\n")
  }

  private var curves: String {
    var parts = [
      line("m", columns(curve.momentary, from: 0.4)), line("s", columns(curve.shortTerm, from: 3)),
    ]
    if let level = file.measurement.integrated {
      let place = number(y(level))
      parts.append("<path class=\"i\" d=\"M\(number(Self.left)) \(place)H\(number(Self.width - Self.right))\"/>")
    }
    return parts.joined(separator: "\n")
  }

  private var foot: String {
    let y = number(Self.height - 8)
    return "<text x=\"\(number(Self.left))\" y=\"\(y)\">LUFS: momentary (light), short-term (dark), integrated "
      + "(dashed). Red: clipped. Yellow: gaps.</text>"
  }

  // MARK: Drawing

  private var span: Double { Self.width - Self.left - Self.right }

  private func x(_ time: Double) -> Double { Self.left + time / seconds * span }

  private func y(_ level: Double) -> Double {
    let held = min(Self.ceiling, max(Self.floor, level))
    return Self.graph.top + (Self.ceiling - held) / (Self.ceiling - Self.floor) * Self.graph.height
  }

  private func line(_ style: String, _ values: [Double?]) -> String {
    var path = ""
    var isOpen = false
    for (column, value) in values.enumerated() {
      guard let value else { continue }
      // Below the graph there is no line.
      guard value >= Self.floor else {
        isOpen = false
        continue
      }
      defer { isOpen = true }
      path += "\(isOpen ? "L" : "M")\(number(Self.left + Double(column))) \(number(y(value)))"
    }
    return "<path class=\"\(style)\" d=\"\(path)\"/>"
  }

  /// The greatest value in each unit of the picture's width; `nil` where there is none.
  private func columns(_ values: [Double], from first: Double) -> [Double?] {
    let count = Int(span)
    var greatest = [Double?](repeating: nil, count: count)
    for (index, value) in values.enumerated() {
      let time = first + Double(index) * LoudnessCurve.hop
      let column = min(count - 1, Int(time / seconds * span))
      greatest[column] = max(greatest[column] ?? -.infinity, value)
    }
    return greatest
  }

  private func number(_ value: Double) -> String { decimals(value, 1, "") }

  private func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      // XML has no control characters.
      default: character.unicodeScalars.contains { $0.value < 0x20 } ? "?" : String(character)
      }
    }.joined()
  }
}
