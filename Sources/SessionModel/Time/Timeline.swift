import Diagnostics
public import Quantities

/// Turns times and places into seconds and frames. All of the program asks here, and the nearest frame is taken
/// once, at the end.
public struct Timeline: Sendable {
  public let sampleRate: Double
  let map: TempoMap
  let markers: [String: Position]

  public init(_ session: Session) {
    sampleRate = session.sampleRate.magnitude
    markers = Dictionary(session.markers.map { ($0.name, $0.position) }) { first, _ in first }
    let rate = sampleRate
    let meters: [(bar: Int, meter: Meter)] = session.meter.compactMap { point in
      guard case .bar(let bar, _) = point.at.anchor else { return nil }
      return (bar, point.meter)
    }
    map = TempoMap(
      places: session.tempo.compactMap { point in point.place(rate).map { ($0, point.bpm.magnitude) } },
      firstBar: session.tempo.first?.firstBar?.plainSeconds(rate) ?? 0,
      // A map of other places is refused, and must not stop the rest from being looked at.
      meters: meters.isEmpty ? [(1, Meter.common)] : meters)
  }

  /// Whether bars and beats lie where those of another time line do.
  public func hasBars(of other: Timeline) -> Bool { map == other.map }

  /// The longest song, in seconds (docs/format.md).
  public static let limit = 24.0 * 3600

  /// Why a place does not exist.
  public struct Problem: Error {
    var code: DiagnosticCode
    public var message: String
    public var hints: [String] = []
    /// What it follows from.
    var ground = Ground.place

    enum Ground { case place, maps, marker(String) }
  }

  /// A place on its way to seconds: musical as long as only musical steps led to it, so that it rounds once.
  private enum Moment {
    case seconds(Double)
    case quarters(Double)
  }

  public var hasTempo: Bool { !map.tempos.isEmpty }

  /// Where the tempo changes after the start, in seconds.
  public var tempoChanges: [Double] { map.tempos.dropFirst().map(\.seconds) }

  private func needTempo() throws(Problem) {
    guard hasTempo else {
      throw Problem(
        code: .needsTempo, message: "bars, beats and notes need a tempo", hints: ["add `tempo: 120` to the session"],
        ground: .maps)
    }
  }

  private func seconds(_ moment: Moment) -> Double {
    switch moment {
    case .seconds(let seconds): seconds
    case .quarters(let quarter): map.seconds(atQuarter: quarter)
    }
  }

  /// The place `sign · span` from `moment`, along the grid for a musical span.
  private func walk(_ span: TimeSpan, _ sign: Double, from moment: Moment) throws(Problem) -> Moment {
    switch span {
    case .seconds(let value): return .seconds(seconds(moment) + sign * value)
    case .samples(let count): return .seconds(seconds(moment) + sign * Double(count) / sampleRate)
    case .bars, .beats, .note: break
    }
    try needTempo()
    let quarter =
      switch moment {
      case .quarters(let quarter): quarter
      case .seconds(let seconds): map.quarter(atSeconds: seconds)
      }
    switch span {
    case .bars(let count): return .quarters(map.quarter(sign * count, barsFrom: quarter))
    case .beats(let count): return .quarters(map.quarter(sign * count, beatsFrom: quarter))
    case .note(let numerator, let denominator, let modifier):
      let plain = 4 * Double(numerator) / Double(denominator)
      switch modifier {
      case .plain: return .quarters(quarter + sign * plain)
      case .dotted: return .quarters(quarter + sign * plain * 3 / 2)
      case .triplet: return .quarters(quarter + sign * plain * 2 / 3)
      }
    case .seconds, .samples: return moment
    }
  }

  private func moment(_ position: Position, within visited: [String]) throws(Problem) -> Moment {
    let anchor: Moment
    switch position.anchor {
    case .time(let span): anchor = try walk(span, 1, from: .seconds(0))
    case .bar(let bar, let beat):
      let meter = map.meter(ofBar: bar)
      guard beat < Double(meter.beats) + 1 else {
        throw Problem(
          code: .badPosition,
          message: "a bar of \(meter.text) has \(meter.beats) beats, so \(quoted(position.text)) is past its end",
          ground: .maps)
      }
      try needTempo()
      anchor = .quarters(map.quarter(bar: bar, beat: beat))
    case .marker(let name):
      guard let place = markers[name] else {
        let meant = closestMatch(to: name, among: markers.keys.sorted())
        throw Problem(
          code: .badPosition, message: "there is no marker `\(name)`",
          hints: meant.map { ["did you mean `\($0)`?"] } ?? ["add it: `markers: {\(name): 17|1}`"],
          ground: .marker(name))
      }
      guard !visited.contains(name) else {
        throw Problem(
          code: .badPosition,
          message: visited.count == 1
            ? "the marker \(listed(visited)) is placed by itself"
            : "the markers \(listed(visited, conjunction: "and")) are placed by each other")
      }
      anchor = try moment(place, within: visited + [name])
    }
    guard let offset = position.offset else { return anchor }
    return try walk(offset.span, Double(offset.sign), from: anchor)
  }

  // MARK: Places

  /// The place of `position` in seconds, 0 … 24 hours.
  func seconds(_ position: Position, within visited: [String] = []) throws(Problem) -> Double {
    let seconds = seconds(try moment(position, within: visited))
    guard seconds <= Self.limit else {
      throw Problem(
        code: .badPosition, message: "a song has at most 24 hours, and \(quoted(position.text)) is later", ground: .maps
      )
    }
    // A walk there and back may miss the start by a rounding.
    guard seconds >= -1e-9 else {
      throw Problem(
        code: .badPosition, message: "\(quoted(position.text)) is before the start of the song", ground: .maps)
    }
    return max(0, seconds)
  }

  /// The frame of a place that was checked when the session was loaded.
  public func frame(_ position: Position) -> Int {
    if case .time(.samples(let count)) = position.anchor, position.offset == nil { return count }
    return frame(atSeconds: (try? seconds(position)) ?? 0)
  }

  /// The frame of a place that comes from elsewhere than the session.
  public func checkedFrame(_ position: Position) -> Result<Int, Problem> {
    do throws(Problem) {
      _ = try seconds(position)
      return .success(frame(position))
    } catch { return .failure(error) }
  }

  // MARK: Durations

  /// The length in seconds of `span` from `start` seconds on; 0 for a musical one without a tempo.
  public func seconds(_ span: TimeSpan, from start: Double = 0) -> Double {
    if case .seconds(let value) = span { return value }
    return (try? walk(span, 1, from: .seconds(start))).map { seconds($0) - start } ?? 0
  }

  /// The length in seconds of `span` up to `end` seconds; 0 for a musical one without a tempo.
  public func seconds(_ span: TimeSpan, before end: Double) -> Double {
    if !span.isMusical { return seconds(span) }
    return (try? walk(span, -1, from: .seconds(end))).map { end - seconds($0) } ?? 0
  }

  /// The frames of `span` from a frame of the time line on.
  public func frames(_ span: TimeSpan, after start: Int) -> Int {
    guard span.isMusical, let end = try? walk(span, 1, from: .seconds(Double(start) / sampleRate)) else {
      return frames(span)
    }
    return frame(atSeconds: seconds(end)) - start
  }

  /// The frames of `span` from `position` on: from one rounded place to the other.
  public func frames(_ span: TimeSpan, from position: Position = .zero) -> Int {
    if case .samples(let count) = span { return count }
    if !span.isMusical { return frame(atSeconds: seconds(span)) }
    guard let start = try? moment(position, within: []), let end = try? walk(span, 1, from: start) else { return 0 }
    return frame(atSeconds: seconds(end)) - frame(atSeconds: seconds(start))
  }

  /// The frames that a track is shifted by; negative for earlier. Half up, as places are.
  public func frames(_ shift: TimeShift) -> Int {
    guard shift.isBackwards else { return frames(shift.span) }
    if case .samples(let count) = shift.span { return -count }
    return frame(atSeconds: -seconds(shift.span))
  }

  /// The frames of `span` back from a frame of the time line.
  public func frames(_ span: TimeSpan, before end: Int) -> Int {
    guard span.isMusical, let start = try? walk(span, -1, from: .seconds(Double(end) / sampleRate)) else {
      return frames(span)
    }
    return end - frame(atSeconds: seconds(start))
  }

  /// The frame that lies `span` before `position`; may be negative.
  func frame(_ span: TimeSpan, before position: Position) -> Int {
    guard let end = try? moment(position, within: []), let start = try? walk(span, -1, from: end) else { return 0 }
    return frame(atSeconds: seconds(start))
  }

  public func frame(atSeconds seconds: Double) -> Int { nearestFrame(seconds: seconds, sampleRate: sampleRate) }
}
