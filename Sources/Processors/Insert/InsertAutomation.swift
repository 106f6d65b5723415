public import DSP
import Quantities
import Tables

/// The lanes of an insert's parameters, each with the path from the insert on: `threshold`, `bands.air.gain`.
public struct InsertAutomation: Sendable, Equatable {
  public struct Lane: Sendable, Equatable {
    public var path: [String]
    public var lane: AutomationLane

    public init(path: [String], lane: AutomationLane) {
      self.path = path
      self.lane = lane
    }
  }

  public var lanes: [Lane] = []
  /// Frames by which the insert's input lags behind the time line.
  public var inputLatency = 0
  /// The number of the first frame that it will process.
  public var firstFrame = 0

  public init() {}

  /// The lane of `mix`, which is every insert's own.
  var mix: AutomationLane? { lanes.first { $0.path == ["mix"] }?.lane }
}

/// Moves a kernel's settings along their lanes.
///
/// While an exact parameter moves, every frame gets its own settings; for others it is a step of 32 frames or less,
/// on a grid from time zero, with the kernel's smoothing in between: the faster they move, the shorter the steps.
/// While nothing moves, nothing is done.
struct SettingsMotion<P: Processor> {
  private struct Mover {
    var lane: AutomationLane
    var isExact: Bool
    /// Whether it moves by ratios.
    var isLogarithmic: Bool
    /// The width of its range, where it moves by differences.
    var span: Double
    var set: @Sendable (inout P.Settings, Double) -> Void
  }

  /// A jump is smoothed over this long, in seconds.
  private static var jumpSeconds: Double { 0.005 }

  private var movers: [Mover] = []
  private let context: ProcessorContext
  private(set) var settings: P.Settings
  private let jumpFrames: Int
  /// The end of the step under way.
  private var stepEnd = Int.min

  /// - Returns: `nil` when nothing moves.
  init?(_ settings: P.Settings, _ automation: InsertAutomation, _ context: ProcessorContext) {
    self.settings = settings
    self.context = context
    jumpFrames = Int(Self.jumpSeconds * context.sampleRate + 0.5)
    for lane in automation.lanes where lane.path != ["mix"] {
      // The session has been checked, so every path leads to a parameter that moves.
      guard case .target(let target) = automationTarget(lane.path[...], of: settings, in: P.parameters) else {
        continue
      }
      let range = target.parameter.scalar.range ?? 0...0
      let span = range.upperBound - range.lowerBound
      movers.append(
        Mover(
          lane: lane.lane, isExact: target.parameter.isExact,
          isLogarithmic: target.parameter.scale == .logarithmic, span: span > 0 && span.isFinite ? span : 100,
          set: target.set))
    }
    if movers.isEmpty { return nil }
    set(at: .min / 2)
  }

  /// The settings with each moving parameter at its greatest.
  var furthest: P.Settings {
    var settings = settings
    for mover in movers { mover.set(&settings, mover.lane.greatest) }
    return settings
  }

  private mutating func set(at frame: Int) {
    for mover in movers { mover.set(&settings, mover.lane.value(at: frame)) }
  }

  /// Brings `kernel` and `dryFilter` to where they are at `frame`, and says for how many frames, at most `limit`,
  /// they then run by themselves.
  mutating func advance(
    _ kernel: inout P.Kernel, _ dryFilter: inout BiquadCascade?, at frame: Int, limit: Int
  ) -> Int {
    var exact = Int.max, stepped = Int.max
    for mover in movers {
      let change = mover.lane.nextChange(from: frame)
      if mover.isExact { exact = min(exact, change) } else { stepped = min(stepped, change) }
    }
    if exact == frame {
      set(at: frame)
      update(&kernel, &dryFilter, .step(0))
      stepEnd = frame + 1
      return 1
    }
    let limit = min(limit, exact == .max ? limit : exact - frame)
    if frame < stepEnd { return min(limit, stepEnd - frame) }
    if stepped > frame { return min(limit, stepped == .max ? limit : stepped - frame) }
    let finest = P.stepFrames.lowerBound
    stepEnd = (floorDivided(frame, finest) + 1) * finest
    // As long as it may be: on its grid, and with little movement.
    var length = finest * 2
    while length <= P.stepFrames.upperBound, frame % length == 0, movement(from: frame, length) <= Self.stepMovement {
      stepEnd = frame + length
      length *= 2
    }
    // Nor does a step reach past the end of a move, whose value is exact there.
    for mover in movers where !mover.isExact { stepEnd = min(stepEnd, mover.lane.endOfChange(at: frame)) }
    // The last frame of the step has its exact value, and the frames before are on the way.
    set(at: stepEnd - 1)
    let jumps = movers.contains { !$0.isExact && $0.lane.jumps(in: frame..<stepEnd) }
    update(&kernel, &dryFilter, jumps ? .jump(jumpFrames) : .step(stepEnd - frame))
    return min(limit, stepEnd - frame)
  }

  /// The most that a step may move, of ten octaves or of a parameter's range: four frames of all of it in 50 ms at
  /// 48 kHz.
  private static var stepMovement: Double { 4.0 / 2400 }

  /// How far the parameters move within `length` frames from `frame` on; 1 is ten octaves, or all of a range.
  private func movement(from frame: Int, _ length: Int) -> Double {
    var most = 0.0
    for mover in movers where !mover.isExact {
      let start = mover.lane.value(at: frame - 1), end = mover.lane.value(at: frame + length - 1)
      let moved =
        mover.isLogarithmic && start > 0 && end > 0
        ? Maths.log2(end / start) / 10 : (end - start) / mover.span
      most = max(most, abs(moved))
    }
    return most
  }

  private func update(_ kernel: inout P.Kernel, _ dryFilter: inout BiquadCascade?, _ change: ParameterChange) {
    P.update(&kernel, settings, context, change)
    if var filter = dryFilter.take() {
      P.update(dryFilter: &filter, settings, context, change)
      dryFilter = filter
    }
  }

  private func floorDivided(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((-a + b - 1) / b) }
}
