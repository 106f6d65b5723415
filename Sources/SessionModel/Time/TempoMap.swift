import Quantities

/// The song's musical grid: tempo over quarter notes, and bars and beats over quarter notes.
///
/// Both change in steps. All arithmetic is in `Double` on quarter notes, which bars of common meters and note
/// lengths are exact in; a place becomes seconds at the very end.
struct TempoMap: Sendable, Equatable {
  /// From `quarter` on, `bpm` quarter notes a minute.
  struct TempoStep: Sendable, Equatable {
    var quarter: Double
    var bpm: Double
    /// Where it begins, in seconds.
    var seconds: Double
  }

  /// From bar `bar` (counted from 0) on, bars of `meter`.
  struct MeterStep: Sendable, Equatable {
    var bar: Double
    var meter: Meter
    /// Where it begins, in quarter notes and in beats.
    var quarter: Double
    var beat: Double

    var quartersInBeat: Double { 4 / Double(meter.unit) }
    var quartersInBar: Double { Double(meter.beats) * quartersInBeat }
  }

  /// Empty when the session has no tempo.
  private(set) var tempos: [TempoStep] = []
  private(set) var meters: [MeterStep] = []

  /// - Parameters:
  ///   - tempos: places (bar from 1, beat from 1) in order, the first at 1|1; may be empty.
  ///   - meters: bars (from 1) in order, the first 1; never empty.
  init(tempos: [(bar: Int, beat: Double, bpm: Double)], meters: [(bar: Int, meter: Meter)]) {
    self.init(places: tempos.map { (.bar($0.bar, beat: $0.beat), $0.bpm) }, meters: meters)
  }

  /// Where a tempo begins: on the grid, or at a time that the grid follows.
  enum Place {
    case bar(Int, beat: Double)
    case seconds(Double)
  }

  /// - Parameters:
  ///   - places: in order; the first is where bar 1 begins.
  ///   - firstBar: where bar 1 begins, in seconds, unless the first place says so.
  init(places: [(at: Place, bpm: Double)], firstBar: Double = 0, meters: [(bar: Int, meter: Meter)]) {
    for (bar, meter) in meters {
      let start = Double(bar - 1)
      guard let last = self.meters.last else {
        self.meters.append(MeterStep(bar: 0, meter: meter, quarter: 0, beat: 0))
        continue
      }
      let bars = start - last.bar
      self.meters.append(
        MeterStep(
          bar: start, meter: meter, quarter: last.quarter + bars * last.quartersInBar,
          beat: last.beat + bars * Double(last.meter.beats)))
    }
    for (place, bpm) in places {
      switch place {
      case .seconds(let seconds):
        let quarter = tempos.isEmpty ? 0 : quarter(atSeconds: seconds)
        tempos.append(TempoStep(quarter: quarter, bpm: bpm, seconds: seconds))
      case .bar(let bar, let beat):
        let quarter = quarter(bar: bar, beat: beat)
        let seconds = tempos.last.map { $0.seconds + (quarter - $0.quarter) * 60 / $0.bpm } ?? firstBar
        tempos.append(TempoStep(quarter: quarter, bpm: bpm, seconds: seconds))
      }
    }
  }

  // MARK: Bars and beats

  /// The meter of a bar, counted from 1.
  func meter(ofBar bar: Int) -> Meter { step(atBar: Double(bar - 1)).meter }

  /// A place in quarter notes from the start.
  func quarter(bar: Int, beat: Double) -> Double {
    let step = step(atBar: Double(bar - 1))
    return step.quarter + (Double(bar - 1) - step.bar) * step.quartersInBar + (beat - 1) * step.quartersInBeat
  }

  /// The place `bars` bars from `quarter`, walking the grid: a fraction of a bar stays that fraction.
  func quarter(_ bars: Double, barsFrom quarter: Double) -> Double {
    let from = step(atQuarter: quarter)
    let bar = from.bar + (quarter - from.quarter) / from.quartersInBar + bars
    let to = step(atBar: bar)
    return to.quarter + (bar - to.bar) * to.quartersInBar
  }

  /// The place `beats` beats from `quarter`, each as long as the meter that it lies in says.
  func quarter(_ beats: Double, beatsFrom quarter: Double) -> Double {
    let from = step(atQuarter: quarter)
    let beat = from.beat + (quarter - from.quarter) / from.quartersInBeat + beats
    let to = meters.last { $0.beat <= beat } ?? meters[0]
    return to.quarter + (beat - to.beat) * to.quartersInBeat
  }

  private func step(atBar bar: Double) -> MeterStep { meters.last { $0.bar <= bar } ?? meters[0] }
  private func step(atQuarter quarter: Double) -> MeterStep { meters.last { $0.quarter <= quarter } ?? meters[0] }

  // MARK: Seconds; only with a tempo

  func seconds(atQuarter quarter: Double) -> Double {
    let step = tempos.last { $0.quarter <= quarter } ?? tempos[0]
    return step.seconds + (quarter - step.quarter) * 60 / step.bpm
  }

  func quarter(atSeconds seconds: Double) -> Double {
    let step = tempos.last { $0.seconds <= seconds } ?? tempos[0]
    return step.quarter + (seconds - step.seconds) * step.bpm / 60
  }
}
