/// Samples in a row at full scale in one channel: a crest that was cut off.
public struct ClippedRun: Sendable, Equatable {
  /// From 0.
  public var channel: Int
  /// The first of them.
  public var frame: Int
  /// At least three.
  public var length: Int

  public init(channel: Int, frame: Int, length: Int) {
    self.channel = channel
    self.frame = frame
    self.length = length
  }
}

/// Finds the clipped runs of one or two channels, as `ProgrammeStatistics` counts their samples.
///
/// No latency. At most `limit` runs are kept, all are counted. Any block size gives the same result.
public struct ClippedRunMeter: Sendable {
  public static let limit = 1000

  public private(set) var runCount = 0

  private let channelCount: Int
  private let firstChannel: Int
  private var kept: [ClippedRun] = []
  private var frameCount = 0
  /// Samples of each channel's present run, and its place among those kept.
  private var lengths = SIMD2<Int>.zero
  private var places = SIMD2<Int>(repeating: -1)

  /// - Parameters:
  ///   - channelCount: 1 (lane 0 counts) or 2.
  ///   - firstChannel: the number of lane 0.
  public init(channelCount: Int = 2, firstChannel: Int = 0) {
    self.channelCount = channelCount
    self.firstChannel = firstChannel
  }

  public mutating func process(_ frames: Span<Frame>) {
    let hot = Frame(repeating: ProgrammeStatistics.fullScale.nextDown)
    for index in frames.indices {
      let level = magnitude(frames[index])
      if lengths != .zero || exceeds(level, hot) { count(level, frameCount + index) }
    }
    frameCount += frames.count
  }

  /// The first runs, in the order in which they begin.
  public var runs: [ClippedRun] { kept.sorted { ($0.frame, $0.channel) < ($1.frame, $1.channel) } }

  private mutating func count(_ level: Frame, _ frame: Int) {
    for lane in 0..<channelCount {
      guard level[lane] >= ProgrammeStatistics.fullScale else {
        lengths[lane] = 0
        continue
      }
      lengths[lane] += 1
      if lengths[lane] == ProgrammeStatistics.clippedRun {
        runCount += 1
        places[lane] = kept.count < Self.limit ? kept.count : -1
        if places[lane] >= 0 {
          let first = frame + 1 - ProgrammeStatistics.clippedRun
          kept.append(ClippedRun(channel: firstChannel + lane, frame: first, length: lengths[lane]))
        }
      } else if lengths[lane] > ProgrammeStatistics.clippedRun, places[lane] >= 0 {
        kept[places[lane]].length = lengths[lane]
      }
    }
  }
}
