import Quantities

// The grid as a report draws it.

extension Timeline {
  /// A bar line.
  public struct BarLine: Sendable, Equatable {
    /// Counted from 1.
    public var bar: Int
    public var seconds: Double
  }

  /// The bar lines from time zero up to `end` seconds, at most `limit` of them: all, every second, every fourth …;
  /// empty without a tempo.
  public func barLines(until end: Double, limit: Int) -> [BarLine] {
    guard hasTempo, limit > 0 else { return [] }
    func line(_ bar: Int) -> BarLine {
      BarLine(bar: bar, seconds: map.seconds(atQuarter: map.quarter(bar: bar, beat: 1)))
    }
    var step = 1
    while true {
      var lines: [BarLine] = []
      var bar = 1
      while lines.count <= limit {
        let next = line(bar)
        if next.seconds > end { return lines }
        lines.append(next)
        bar += step
      }
      step *= 2
    }
  }

  /// The tempo at time zero and where it changes, in quarter notes a minute; empty without one.
  public var tempos: [(seconds: Double, bpm: Double)] { map.tempos.map { ($0.seconds, $0.bpm) } }
}
