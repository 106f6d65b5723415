import Diagnostics
public import Quantities

/// Turns times and places into seconds and frames; the nearest frame is taken once, here.
public struct Timeline: Sendable {
  public let sampleRate: Double
  /// Quarter notes a minute; `nil` when the session has none.
  public let tempo: Double?
  public let meter: Meter
  let markers: [String: Position]

  public init(_ session: Session) {
    sampleRate = session.sampleRate.magnitude
    tempo = session.tempo?.magnitude
    meter = session.meter
    markers = Dictionary(session.markers.map { ($0.name, $0.position) }) { first, _ in first }
  }

  /// The longest song, in seconds (FORMAT, *Safety*).
  static let limit = 24.0 * 3600

  /// Why a place does not exist.
  struct Problem: Error {
    var code: DiagnosticCode
    var message: String
    var hints: [String] = []
  }

  private func quarterNote() throws(Problem) -> Double {
    guard let tempo else {
      throw Problem(
        code: .needsTempo, message: "bars, beats and notes need a tempo", hints: ["add `tempo: 120` to the session"])
    }
    return 60 / tempo
  }

  /// The length of `span` in seconds, wherever it is used.
  func length(_ span: TimeSpan) throws(Problem) -> Double {
    switch span {
    case .seconds(let value): return value
    case .samples(let count): return Double(count) / sampleRate
    case .beats(let count): return count * (try quarterNote()) * 4 / Double(meter.unit)
    case .bars(let count): return count * Double(meter.beats) * (try quarterNote()) * 4 / Double(meter.unit)
    case .note(let numerator, let denominator, let modifier):
      let plain = 4 * (try quarterNote()) * Double(numerator) / Double(denominator)
      switch modifier {
      case .plain: return plain
      case .dotted: return plain * 3 / 2
      case .triplet: return plain * 2 / 3
      }
    }
  }

  /// The place of `position` in seconds, ≥ 0.
  func seconds(_ position: Position, within visited: [String] = []) throws(Problem) -> Double {
    var seconds: Double
    switch position.anchor {
    case .time(let span): seconds = try length(span)
    case .bar(let bar, let beat):
      guard beat < Double(meter.beats) + 1 else {
        throw Problem(
          code: .badPosition,
          message: "a bar of \(meter.text) has \(meter.beats) beats, so \(quoted(position.text)) is past its end")
      }
      seconds = try length(.bars(Double(bar - 1))) + length(.beats(beat - 1))
    case .marker(let name):
      guard let place = markers[name] else {
        let meant = closestMatch(to: name, among: markers.keys.sorted())
        throw Problem(
          code: .badPosition, message: "there is no marker `\(name)`",
          hints: meant.map { ["did you mean `\($0)`?"] } ?? ["add it: `markers: {\(name): 17|1}`"])
      }
      guard !visited.contains(name) else {
        throw Problem(
          code: .badPosition, message: "the markers \(listed(visited, conjunction: "and")) are placed by each other")
      }
      seconds = try self.seconds(place, within: visited + [name])
    }
    if let offset = position.offset { seconds += Double(offset.sign) * (try length(offset.span)) }
    guard seconds <= Self.limit else {
      throw Problem(code: .badPosition, message: "a song has at most 24 hours, and \(quoted(position.text)) is later")
    }
    guard seconds >= 0 else {
      throw Problem(code: .badPosition, message: "\(quoted(position.text)) is before the start of the song")
    }
    return seconds
  }

  /// Seconds of a time that was checked when the session was loaded.
  public func seconds(_ span: TimeSpan) -> Double { (try? length(span)) ?? 0 }

  /// Frames of a time that was checked when the session was loaded, half rounded up.
  public func frames(_ span: TimeSpan) -> Int {
    if case .samples(let count) = span { return count }
    return Int(seconds(span) * sampleRate + 0.5)
  }

  /// The frame of a place that was checked when the session was loaded, half rounded up.
  public func frame(_ position: Position) -> Int {
    if case .time(.samples(let count)) = position.anchor, position.offset == nil { return count }
    return Int(((try? seconds(position)) ?? 0) * sampleRate + 0.5)
  }
}
