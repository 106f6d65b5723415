import DSP
import Delivery
import Processors
import Quantities
import RenderPlan
import Renderer
import SessionModel
import Tables

// What moves, what is reduced, and what filters do.

extension SessionReader {
  // MARK: Dynamics

  /// Steps of a course at most.
  private static let courseSteps = 1200
  /// dB from which a reduction counts as one.
  private static let noticeable = 0.1

  /// - Parameter version: the version whose master it is of; `nil` is the main mix.
  func reduction(_ trace: ReductionTrace, version: String?) -> ReportModel.Reduction? {
    let id = trace.insert
    guard let chain = chains.first(where: { $0.path == trace.owner }), let insert = chain.inserts[id] else {
      return nil
    }
    let skipped = max(0, Int((-trace.firstSeconds / trace.stepSeconds).rounded()))
    let kept = trace.decibels.dropFirst(skipped).prefix(Int(seconds / trace.stepSeconds) + 1).map {
      insert.heardReduction(Double($0), plan.context)
    }
    let stride = max(1, (kept.count + Self.courseSteps - 1) / Self.courseSteps)
    let course = Swift.stride(from: 0, to: kept.count, by: stride).map {
      kept[$0..<min(kept.count, $0 + stride)].max() ?? 0
    }
    let active = kept.filter { $0 > Self.noticeable }
    return ReportModel.Reduction(
      path: "\(chain.path).inserts.\(id)", version: version, type: insert.type,
      settings: insert.reductionTexts.map { "\($0.key.replacing("_", with: " ")) \($0.text)" }, course: course,
      step: trace.stepSeconds * Double(stride), greatest: kept.max() ?? 0,
      typical: active.isEmpty ? nil : active.reduce(0, +) / Double(active.count),
      activity: kept.isEmpty ? 0 : Double(active.count) / Double(kept.count))
  }

  // MARK: Filters

  /// Points of a curve.
  private static let curvePoints = 160

  var filters: [ReportModel.FilterCurve] {
    var meter = ResponseMeter()
    let frequencies = (0..<Self.curvePoints).map {
      20 * Maths.power10(3 * Double($0) / Double(Self.curvePoints - 1))
    }.filter { $0 < plan.sampleRate / 2 }
    return chains.flatMap { chain in
      chain.inserts.compactMap { id, insert in
        guard !insert.bypass, let bands = insert.responseBands, !bands.isEmpty else { return nil }
        let target = frequencies.map { insert.targetDecibels(at: $0) ?? 0 }
        let measured = meter.decibels(insert, at: frequencies, plan.context)
        let differences = zip(target, measured).compactMap { $0 > -60 ? abs($0 - $1) : nil }
        var scope = insert.channels == .stereo ? [] : [insert.channels.rawValue]
        if insert.mix.magnitude != 100 { scope.append("mix \(insert.mix.text)") }
        return ReportModel.FilterCurve(
          path: "\(chain.path).inserts.\(id)",
          bands: bands.map { band in
            ReportModel.FilterCurve.Band(
              id: band.id, type: band.type.replacing("_", with: " "), frequency: band.frequency,
              settings: band.settings)
          }, scope: scope.joined(separator: ", "), frequencies: frequencies, target: target, measured: measured,
          deviation: differences.max() ?? 0,
          moves: chain.lanes.contains { $0.path.starts(with: ["inserts", id]) })
      }
    }
  }

  // MARK: Automation

  /// Points that a curved move is drawn with.
  private static let curveParts = 16

  var lanes: [ReportModel.Lane] {
    session.tracks.flatMap {
      lanes("tracks.\($0)", $1.strip.automation, $1, Track.fields, session.compiledLanes(of: $1))
    }
      + session.buses.flatMap {
        lanes("buses.\($0)", $1.strip.automation, $1, Bus.fields, session.compiledLanes(of: $1))
      }
      + session.vcas.flatMap { lanes("vcas.\($0)", $1.automation, $1, VCA.fields, session.compiledLanes(of: $1)) }
      + lanes(
        "main", session.main.strip.automation, session.main, MainBus.fields, session.compiledLanes(of: session.main))
      + masters.flatMap { id, master in
        lanes(
          id == "master" ? id : "deliverables.\(id).master", master.automation, master, Master.fields,
          session.compiledLanes(of: master))
      }
  }

  private func lanes<Root>(
    _ owner: String, _ written: [SessionModel.Lane], _ root: Root, _ fields: [Field<Root>],
    _ compiled: [CompiledLane]
  ) -> [ReportModel.Lane] {
    written.compactMap { lane in
      guard let automation = compiled.first(where: { $0.path == lane.keys })?.lane,
        case .target(let target) = automationTarget(lane.keys[...], of: root, in: fields)
      else { return nil }
      return self.lane("\(owner).\(lane.path)", automation, target.parameter)
    }
  }

  private func lane(
    _ path: String, _ automation: AutomationLane, _ parameter: AutomatableParameter
  ) -> ReportModel.Lane {
    func text(_ value: Double) -> String {
      // Three digits are enough to read, and a time's microseconds too.
      let scale = value.magnitude < 10 ? 1000.0 : 10
      return parameter.text(value.isFinite ? (value * scale).rounded() / scale : value)
    }
    /// Where a value is drawn: silence 12 dB under the lowest that can be heard of the lane.
    let values = [automation.initial] + automation.moves.flatMap { [$0.from, $0.to] }
    let floor = (values.filter(\.isFinite).min() ?? 0) - 12
    func place(_ value: Double) -> Double {
      switch parameter.scale {
      case .logarithmic: value > 0 ? Maths.log2(value) : 0
      case .reciprocal: value > 0 ? 1 - 1 / value : 0
      case .decibels: max(value, floor)
      case .linear: value
      }
    }
    let endFrame = plan.startFrame + Int(seconds * plan.sampleRate)
    var points: [(seconds: Double, place: Double)] = []
    func add(_ frame: Int, _ value: Double) {
      points.append((min(max(0, seconds(frame)), seconds), place(value)))
    }
    add(plan.startFrame, automation.value(at: plan.startFrame))
    for move in automation.moves where move.last >= plan.startFrame && move.first <= endFrame {
      add(move.first, move.from)
      let parts = move.isJump ? 1 : Self.curveParts
      for part in 1..<max(2, parts) where parts > 1 {
        let frame = move.first + (move.last - move.first) * part / parts
        add(frame, automation.value(at: frame))
      }
      add(move.last, move.to)
    }
    add(endFrame, automation.value(at: endFrame))
    let stops = automation.moves.filter { $0.last >= plan.startFrame && $0.last <= endFrame }
      .map { (seconds: seconds($0.last), text: text($0.to)) }
    return ReportModel.Lane(
      path: path, points: points,
      stops: [(seconds: 0, text: text(automation.value(at: plan.startFrame)))] + stops,
      lowText: text(values.min() ?? 0), highText: text(values.max() ?? 0))
  }
}
