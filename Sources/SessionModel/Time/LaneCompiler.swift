public import DSP
import Diagnostics
public import Processors
import Quantities
public import Tables

/// A lane in frames and numbers, as the renderer follows it.
public struct CompiledLane: Sendable {
  /// The keys of the parameter, from the lane's owner on.
  public var path: [String]
  public var lane: AutomationLane
}

/// Turns lanes as they were written into lanes that run: the one place where their rules are.
struct LaneCompiler {
  let timeline: Timeline

  /// What is wrong with a lane, or odd.
  struct Problem {
    var code: DiagnosticCode
    var severity = Severity.error
    var message: String
    var range: SourceRange
    var via: [SourceRange] = []
    var also: [Diagnostic.Label] = []
    var hints: [String] = []
    var edit: Diagnostic.Edit?
    var ground = Timeline.Problem.Ground.place
  }

  /// A jump of a level, pan, width, mix or mute takes this long, in seconds.
  private static let jumpSeconds = 0.005

  /// A value with the frame at which it is reached.
  private struct Place {
    var frame: Int
    var value: AutomationValue
    var number: Double
    /// Frames that the move to it takes; `nil` for a jump.
    var move: Int?
    var curve: AutomationLane.Curve
    var setting: Setting?
  }

  /// Compiles the lanes of `root`; problems are left out of the result.
  func lanes<Root>(_ lanes: [Lane], of root: Root, in fields: [Field<Root>]) -> [CompiledLane] {
    var problems: [Problem] = []
    return lanes.compactMap { compile($0, of: root, in: fields, &problems) }
  }

  func compile<Root>(
    _ lane: Lane, of root: Root, in fields: [Field<Root>], _ problems: inout [Problem]
  ) -> CompiledLane? {
    let parameter: AutomatableParameter
    switch automationTarget(lane.keys[...], of: root, in: fields) {
    case .target(let target): parameter = target.parameter
    case .fixed(let reason):
      // A send is short for its level, in a lane as elsewhere.
      var isShort = false
      if case .target = automationTarget((lane.keys + ["level"])[...], of: root, in: fields) { isShort = true }
      problems.append(
        Problem(
          code: .notAutomatable, message: "`\(lane.path)` does not move: \(reason)", range: lane.pathRange,
          hints: isShort ? ["write `\(lane.path).level`"] : [],
          edit: isShort ? Diagnostic.Edit(lane.pathRange, "\(lane.path).level") : nil))
      return nil
    case .unknown(let key, let keys):
      let meant = closestMatch(to: key, among: keys)
      let known = keys.isEmpty ? [] : ["what it could be here: \(keys.joined(separator: ", "))"]
      problems.append(
        Problem(
          code: .unknownParameterPath, message: "`\(lane.path)` leads nowhere: there is no `\(key)`",
          range: lane.pathRange, hints: meant.map { ["did you mean `\($0)`?"] } ?? known))
      return nil
    }
    guard let initial = parameter.initial, let start = number(initial, atSeconds: 0) else {
      problems.append(
        Problem(
          code: .notAutomatable, message: "`\(lane.path)` has no value in the file for the lane to start from",
          range: lane.pathRange, hints: ["write its value before the first point beside the lane's owner"],
          ground: .maps))
      return nil
    }
    guard let places = places(lane, parameter, start, &problems) else { return nil }
    let result = AutomationLane(initial: start, moves: moves(places, parameter, initial, start))
    if lane.isWhole, places.allSatisfy({ $0.number == start }) {
      problems.append(
        Problem(
          code: .stillLane, severity: .warning,
          message: places.isEmpty
            ? "the lane `\(lane.path)` has no points" : "the lane `\(lane.path)` never leaves its static value",
          range: lane.pathRange, hints: ["take the lane out, or give it a value to move to"]))
    }
    return CompiledLane(path: lane.keys, lane: result)
  }

  // MARK: Points

  /// The points in frames and numbers; `nil` when one of them is wrong.
  private func places(
    _ lane: Lane, _ parameter: AutomatableParameter, _ start: Double, _ problems: inout [Problem]
  ) -> [Place]? {
    var places: [Place] = []
    var isSound = true
    for point in lane.points {
      let before = problems.count
      if let place = place(point, in: lane, parameter, start, after: places.last, &problems) { places.append(place) }
      if problems[before...].contains(where: { $0.severity == .error }) { isSound = false }
    }
    return isSound ? places : nil
  }

  private func place(
    _ point: AutomationPoint, in lane: Lane, _ parameter: AutomatableParameter, _ start: Double, after last: Place?,
    _ problems: inout [Problem]
  ) -> Place? {
    guard let setting = point.setting else { return nil }
    let atSetting = setting["at"] ?? setting
    func report(_ code: DiagnosticCode, _ message: String, at part: Setting, hints: [String] = []) {
      problems.append(Problem(code: code, message: message, range: part.range, via: part.via, hints: hints))
    }
    let seconds: Double
    do throws(Timeline.Problem) { seconds = try timeline.seconds(point.at) } catch {
      problems.append(
        Problem(
          code: error.code, message: error.message, range: atSetting.range, via: atSetting.via, hints: error.hints,
          ground: error.ground))
      return nil
    }
    let frame = timeline.frame(point.at)
    if let last, frame <= last.frame {
      problems.append(
        Problem(
          code: .pointOrder,
          message: frame == last.frame
            ? "two points of `\(lane.path)` are at one place"
            : "this point of `\(lane.path)` is before the one above it",
          range: atSetting.range, via: atSetting.via,
          also: last.setting.map { [Diagnostic.Label(($0["at"] ?? $0).range, "the point before")] } ?? [],
          hints: ["points stand in the order of time"]))
      return nil
    }
    guard let (value, number) = value(of: point, setting, in: lane, parameter, start, seconds, report) else {
      return nil
    }
    var move: Int?
    if let over = point.over, over != .zero {
      let part = setting["over"] ?? setting
      if over.isMusical, !timeline.hasTempo {
        report(
          .needsTempo, "`\(over.text)` is a musical time, and the session has no tempo", at: part,
          hints: ["add `tempo: 120` to the session, or write the time in `ms` or `s`"])
        return nil
      }
      let frames = frame - timeline.frame(over, before: point.at)
      let gap = frame - (last?.frame ?? 0)
      if frames > gap {
        report(
          .overlappingMoves,
          last == nil
            ? "the move takes longer than the song has lasted by then"
            : "the move would begin before the point above it", at: part,
          hints: ["leave `over` out and write a `curve` to move all the way from there"])
        return nil
      }
      move = frames
    } else if point.over == nil, point.curve != nil {
      move = frame - (last?.frame ?? 0)
    }
    let curve: AutomationLane.Curve =
      switch point.curve ?? .linear {
      case .linear: .linear
      case .smooth: .smooth
      case .fastStart: .fastStart
      case .fastEnd: .fastEnd
      }
    return Place(frame: frame, value: value, number: number, move: move, curve: curve, setting: setting)
  }

  private func value(
    of point: AutomationPoint, _ setting: Setting, in lane: Lane, _ parameter: AutomatableParameter, _ start: Double,
    _ seconds: Double, _ report: (DiagnosticCode, String, Setting, [String]) -> Void
  ) -> (AutomationValue, Double)? {
    if let offset = point.offset {
      let part = setting["offset"] ?? setting
      if point.value != nil {
        report(.conflictingKeys, "a point has a `value` or an `offset`, not both", part, [])
      } else if lane.points.contains(where: { $0.value != nil }) {
        report(.mixedPoints, "a lane has points of one kind: `\(lane.path)` has values and offsets", part, [])
      } else if !parameter.takesOffset {
        report(
          .mixedPoints, "`offset` is for levels and gains, and `\(lane.path)` is \(parameter.scalar.noun)", part,
          ["write `value: …`"])
      } else {
        let number = start + offset.magnitude
        return isAllowed(number, parameter, offset.text, part, report) ? (.number(number), number) : nil
      }
      return nil
    }
    guard let text = point.value else {
      report(.missingKey, "a point needs a `value`\(parameter.takesOffset ? " or an `offset`" : "")", setting, [])
      return nil
    }
    let part = setting["value"] ?? setting
    do throws(QuantityError) {
      let value = try parameter.parse(text)
      guard let number = number(value, atSeconds: seconds) else {
        report(
          .needsTempo, "`\(text)` is a musical time, and the session has no tempo", part, ["add `tempo: 120`"])
        return nil
      }
      return isAllowed(number, parameter, text, part, report) ? (value, number) : nil
    } catch {
      report(error.code, error.message, part, error.suggestions.isEmpty ? [] : ["write \(listed(error.suggestions))"])
      return nil
    }
  }

  private func isAllowed(
    _ number: Double, _ parameter: AutomatableParameter, _ text: String, _ part: Setting,
    _ report: (DiagnosticCode, String, Setting, [String]) -> Void
  ) -> Bool {
    if let range = parameter.scalar.range, let rangeText = parameter.scalar.rangeText, !range.contains(number) {
      report(.outOfRange, "`\(text)` is outside \(rangeText)", part, [])
      return false
    }
    if parameter.scalar.noun == Hertz.noun, number > timeline.sampleRate / 2 {
      report(
        .aboveNyquist, "`\(text)` is above half the sample rate, \(Hertz(magnitude: timeline.sampleRate / 2).text)",
        part, [])
      return false
    }
    return true
  }

  /// The number that a value is at a place; `nil` for a musical time without a tempo.
  private func number(_ value: AutomationValue, atSeconds seconds: Double) -> Double? {
    switch value {
    case .number(let number): number
    case .time(let span): span.isMusical && !timeline.hasTempo ? nil : timeline.seconds(span, from: seconds)
    }
  }

  // MARK: Moves

  private func moves(
    _ places: [Place], _ parameter: AutomatableParameter, _ initial: AutomationValue, _ start: Double
  ) -> [AutomationLane.Move] {
    var moves: [AutomationLane.Move] = []
    var held = (value: initial, number: start, frame: 0)
    let jump = parameter.isExact ? timeline.frame(atSeconds: Self.jumpSeconds) : 0
    for place in places {
      let length = min(place.move ?? jump, place.frame - held.frame)
      follow(&held, until: place.frame - length, &moves)
      moves.append(
        AutomationLane.Move(
          first: place.frame - length, last: place.frame, from: held.number, to: place.number,
          curve: place.move == nil ? .linear : place.curve,
          scale: scale(parameter, from: held.number, to: place.number, isJump: place.move == nil)))
      held = (place.value, place.number, place.frame)
    }
    follow(&held, until: .max, &moves)
    return moves
  }

  /// A musical time follows the tempo while it is held.
  private func follow(
    _ held: inout (value: AutomationValue, number: Double, frame: Int), until end: Int,
    _ moves: inout [AutomationLane.Move]
  ) {
    guard case .time(let span) = held.value, span.isMusical else { return }
    for change in timeline.tempoChanges {
      let frame = timeline.frame(atSeconds: change)
      guard frame > held.frame, frame < end, let number = number(held.value, atSeconds: change) else { continue }
      moves.append(
        AutomationLane.Move(
          first: frame, last: frame, from: held.number, to: number, curve: .linear, scale: .linear))
      held.number = number
    }
  }

  private func scale(
    _ parameter: AutomatableParameter, from: Double, to: Double, isJump: Bool
  ) -> AutomationLane.Scale {
    switch parameter.scale {
    case .linear: .linear
    case .decibels: isJump && parameter.isExact || from == -.infinity || to == -.infinity ? .amplitude : .linear
    case .logarithmic: from > 0 && to > 0 ? .logarithmic : .linear
    case .reciprocal: .reciprocal
    }
  }

  /// A lane for each musical time among an insert's settings that no lane of its own moves, where the tempo changes.
  func tempoLanes(of insert: Insert, except moved: Set<String>) -> [CompiledLane] {
    guard !timeline.tempoChanges.isEmpty else { return [] }
    return insert.declaration.parameters.compactMap { field in
      guard !moved.contains(field.shape.key), field.shape.automation == .stepped,
        case .target(let target) = automationTarget([field.shape.key], of: insert, in: [field]),
        case .time(let span) = target.parameter.initial, span.isMusical
      else { return nil }
      let value = AutomationValue.time(span)
      guard let start = number(value, atSeconds: 0) else { return nil }
      let lane = AutomationLane(initial: start, moves: moves([], target.parameter, value, start))
      return CompiledLane(path: [field.shape.key], lane: lane)
    }
  }
}

extension Session {
  public func compiledLanes(of track: Track) -> [CompiledLane] {
    LaneCompiler(timeline: Timeline(self)).lanes(track.strip.automation, of: track, in: Track.fields)
  }
  public func compiledLanes(of bus: Bus) -> [CompiledLane] {
    LaneCompiler(timeline: Timeline(self)).lanes(bus.strip.automation, of: bus, in: Bus.fields)
  }
  public func compiledLanes(of main: MainBus) -> [CompiledLane] {
    LaneCompiler(timeline: Timeline(self)).lanes(main.strip.automation, of: main, in: MainBus.fields)
  }
  public func compiledLanes(of vca: VCA) -> [CompiledLane] {
    LaneCompiler(timeline: Timeline(self)).lanes(vca.automation, of: vca, in: VCA.fields)
  }
  public func compiledLanes(of master: Master) -> [CompiledLane] {
    LaneCompiler(timeline: Timeline(self)).lanes(master.automation, of: master, in: Master.fields)
  }

  /// What moves in an insert: its share of the lanes of what it stands in, and its musical times under tempo
  /// changes.
  public func automation(of id: String, _ insert: Insert, in lanes: [CompiledLane]) -> InsertAutomation {
    var automation = InsertAutomation()
    for lane in lanes where lane.path.count > 2 && lane.path[0] == "inserts" && lane.path[1] == id {
      automation.lanes.append(InsertAutomation.Lane(path: Array(lane.path[2...]), lane: lane.lane))
    }
    let moved = Set(automation.lanes.compactMap { $0.path.count == 1 ? $0.path[0] : nil })
    for lane in LaneCompiler(timeline: Timeline(self)).tempoLanes(of: insert, except: moved) {
      automation.lanes.append(InsertAutomation.Lane(path: lane.path, lane: lane.lane))
    }
    return automation
  }
}
