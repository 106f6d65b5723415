import Delivery
import Quantities

/// Loudness over time, drawn with characters: short-term loudness as bars, the momentary maxima as points above them,
/// the integrated loudness at the right edge, clipped places below.
struct LoudnessPlot {
  /// LU that a row is high, and how many rows there are.
  private static let step = 3, rowCount = 12
  private static let blocks = Array(" ▁▂▃▄▅▆▇█")
  private static let leftMargin = 6, rightMargin = 9

  private let file: MeasureReport.File
  private let curve: LoudnessCurve
  private let columnCount: Int
  private let color: Bool
  private let seconds: Double

  /// - Parameters:
  ///   - width: characters that a line may have.
  ///   - color: whether ANSI colours are wanted.
  init?(_ file: MeasureReport.File, width: Int, color: Bool) {
    guard let curve = file.inspection.curve else { return nil }
    self.file = file
    self.curve = curve
    self.color = color
    columnCount = min(400, max(20, width - Self.leftMargin - Self.rightMargin))
    seconds = Double(file.measurement.frames) / Double(file.measurement.sampleRate)
  }

  var text: String {
    guard let loudest = curve.momentary.max(), loudest.isFinite else {
      return "  nothing to plot: \(seconds < 0.4 ? "shorter than 400 ms" : "silent")\n"
    }
    // The first multiple of a row at or above the loudest.
    let top = Int((loudest / Double(Self.step)).rounded(.up)) * Self.step
    let hasShortTerm = !curve.shortTerm.isEmpty
    let bars = columns(hasShortTerm ? curve.shortTerm : curve.momentary, from: hasShortTerm ? 3 : 0.4)
    let points = columns(curve.momentary, from: 0.4)
    var lines: [String] = []
    for row in 0..<Self.rowCount {
      lines.append(
        label(top - row * Self.step, isShown: row % 2 == 0) + cells(row, top, bars, points) + integrated(row, top))
    }
    lines += [axis, clock]
    if let clipped { lines.append(clipped) }
    lines.append("  bars: \(hasShortTerm ? "short-term" : "momentary") loudness in LUFS; points: momentary, max")
    return lines.map { $0.trimmingEnd + "\n" }.joined()
  }

  // MARK: Rows

  private func label(_ level: Int, isShown: Bool) -> String {
    guard isShown else { return paint("    │ ", .axis) }
    let number = "\(level)"
    return paint(String(repeating: " ", count: max(0, 3 - number.count)) + number + " ┤ ", .axis)
  }

  private func cells(_ row: Int, _ top: Int, _ bars: [Double?], _ points: [Double?]) -> String {
    let ceiling = Double(top - row * Self.step)
    let floor = ceiling - Double(Self.step)
    return (0..<columnCount).map { column in
      let height = ((bars[column] ?? -.infinity) - floor) / Double(Self.step)
      if height > 0 { return String(Self.blocks[max(1, min(8, Int((height * 8).rounded())))]) }
      if let point = points[column], point > floor, point <= ceiling { return paint("·", .point) }
      return " "
    }.joined()
  }

  private func integrated(_ row: Int, _ top: Int) -> String {
    guard let level = file.measurement.integrated else { return "" }
    let place = Int(((Double(top) - level) / Double(Self.step)).rounded(.down))
    return place == row ? paint(" ◂ \(decimals(level, 1, ""))", .axis) : ""
  }

  // MARK: Below

  /// Seconds between ticks: at least ten columns.
  private var tick: Double {
    let steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400]
    return steps.first { $0 / seconds * Double(columnCount) >= 10 } ?? 14_400
  }

  private var ticks: [(column: Int, seconds: Double)] {
    (0..<columnCount).compactMap { index in
      let place = Double(index) * tick
      let column = Int(place / seconds * Double(columnCount))
      return place < seconds && column < columnCount ? (column, place) : nil
    }
  }

  private var axis: String {
    var line = Array(repeating: Character("─"), count: columnCount)
    for tick in ticks { line[tick.column] = "┬" }
    return paint("    └─" + String(line), .axis)
  }

  private var clock: String {
    var line = String(repeating: " ", count: Self.leftMargin)
    for tick in ticks {
      let text = self.tick < 1 ? decimals(tick.seconds, 1, "s") : clockTime(tick.seconds)
      let place = Self.leftMargin + tick.column
      if place >= line.count { line += String(repeating: " ", count: place - line.count) + text }
    }
    return paint(line, .axis)
  }

  /// A mark under each column with a clipped run; `nil` when there is none.
  private var clipped: String? {
    let runs = file.inspection.clippedRuns
    guard !runs.isEmpty else { return nil }
    var line = Array(repeating: Character(" "), count: columnCount)
    for run in runs { line[min(columnCount - 1, Int(run.start / seconds * Double(columnCount)))] = "▲" }
    let count = file.inspection.clippedRunCount
    let more = count > runs.count ? " the first \(runs.count) of \(count) runs" : ""
    return paint("clip  ", .axis) + paint(String(line), .clip) + paint(more, .axis)
  }

  // MARK: Columns

  /// The greatest value that ends in each column; `nil` where none does.
  private func columns(_ values: [Double], from first: Double) -> [Double?] {
    var greatest = [Double?](repeating: nil, count: columnCount)
    for (index, value) in values.enumerated() {
      let time = first + Double(index) * LoudnessCurve.hop
      let column = min(columnCount - 1, Int(time / seconds * Double(columnCount)))
      greatest[column] = max(greatest[column] ?? -.infinity, value)
    }
    return greatest
  }

  private enum Paint: String { case axis = "2", point = "36", clip = "31" }

  private func paint(_ text: String, _ paint: Paint) -> String {
    color && !text.isEmpty ? "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m" : text
  }
}

extension String {
  /// Without the blanks at its end.
  fileprivate var trimmingEnd: String {
    String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
  }
}

extension MeasureReport.File {
  /// Its loudness over time as text, for a terminal of so many columns; `nil` when no plot was asked for.
  public func plot(width: Int, color: Bool) -> String? {
    LoudnessPlot(self, width: width, color: color)?.text
  }

  /// The same as a picture, with the waveform above it: an SVG.
  public var picture: String? { LoudnessPicture(self)?.text }
}
