import DSP
import RenderPlan
import Renderer

/// A strip as a meter bridge shows it: after its fader, pan and automation.
public struct StripMeasurement: Sendable {
  /// `tracks.kick`, `buses.drums`, `main`.
  public var path: String
  /// Integrated, LUFS; `nil` when nothing of it is loud enough to have one.
  public var loudness: Double?
  /// The greatest sample, dBFS; `nil` for silence.
  public var peak: Double?
  /// dB from the RMS of the time in which it sounds up to the peak.
  public var crest: Double?
  /// Between left and right, −1 … 1; `nil` where a side is silent.
  public var correlation: Double?
}

/// Measures up to four strips while the mix runs.
///
/// Peaks are those of samples: the true peak of what is only added up is of no use, and costs as much as all the rest.
final class StripMeter: GroupSink, @unchecked Sendable {
  private let paths: [String]
  private let meter: BridgeMeter

  init(_ strips: [(path: String, matrix: MixMatrix)], sampleRate: Double, expectedFrames: Int) {
    paths = strips.map(\.path)
    meter = BridgeMeter(sampleRate: sampleRate, matrices: strips.map(\.matrix), expectedFrames: expectedFrames)
  }

  /// The strips of a plan as they go into meters: what runs in one has to be made at the same time.
  static func groups(_ plan: RenderPlan) -> [[(path: String, node: Int, matrix: MixMatrix)]] {
    var groups: [[(path: String, node: Int, matrix: MixMatrix)]] = []
    var open: [[Int]: Int] = [:]
    for strip in plan.mixes[0].meters {
      let node = plan.nodes[strip.node]
      let key = [node.depth, node.latencyFrames]
      if let group = open[key], groups[group].count < BridgeMeter.laneCount {
        groups[group].append(strip)
      } else {
        open[key] = groups.count
        groups.append([strip])
      }
    }
    return groups
  }

  func receive(_ blocks: [FrameBuffer], _ range: Range<Int>) { meter.process(blocks, range) }

  /// Of each strip, when all of it has been received.
  var measurements: [StripMeasurement] {
    zip(paths, meter.readings()).map { path, reading in
      StripMeasurement(
        path: path, loudness: reading.loudness, peak: reading.peak, crest: reading.crest,
        correlation: reading.correlation)
    }
  }
}
