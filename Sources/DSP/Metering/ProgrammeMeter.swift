/// What is known of a finished programme: every number that `measure` shows.
///
/// `nil` where there is nothing to say: silence, or a programme too short.
public struct ProgrammeMeasurement: Sendable {
  public var sampleRate: Double
  public var channelCount: Int
  public var frameCount: Int
  /// Loudness over time, and all that follows from it.
  public var loudness: LoudnessProgramme
  /// LUFS.
  public var integrated: Double?
  public var maxMomentary: Double?
  public var maxShortTerm: Double?
  /// LU.
  public var loudnessRange: Double?
  /// dBTP, of the loudest channel.
  public var truePeak: Double?
  /// The highest true peaks, the highest first: as many as were asked for, each of a tenth of a second of its own.
  public var truePeaks: [TruePeak]
  /// dBFS, of the loudest channel.
  public var samplePeak: Double?
  /// True peak to integrated loudness, in LU.
  public var peakToLoudnessRatio: Double?
  /// The mean of the channel whose mean is farthest from 0, as a factor of full scale; `nil` if empty.
  public var directCurrent: Double?
  /// Of left and right; `nil` for mono, for more than two channels, or if either is silent.
  public var correlation: Double?
  public var clippedSamples: Int
}

/// All meters of a programme in one pass: loudness, true peak and statistics, for 1 to 64 channels.
public struct ProgrammeMeter: Sendable {
  public let sampleRate: Double
  public let channelCount: Int

  private let peakCount: Int
  private var loudness: LoudnessMeter
  // One per pair of channels.
  private var truePeaks: [TruePeakMeter]
  private var statistics: [ProgrammeStatistics]

  /// - Parameters: as for `LoudnessMeter`, and how many true peaks to keep.
  public init(
    sampleRate: Double, channelCount: Int = 2, monoLoudness: MonoLoudness = .dual, expectedFrames: Int = 0,
    peakCount: Int = 1
  ) {
    self.peakCount = peakCount
    self.sampleRate = sampleRate
    self.channelCount = channelCount
    loudness = LoudnessMeter(
      sampleRate: sampleRate, channelCount: channelCount, monoLoudness: monoLoudness,
      expectedFrames: expectedFrames)
    let pairs = (channelCount + 1) / 2
    let meter = peakCount > 1 ? TruePeakMeter(count: peakCount, sampleRate: sampleRate) : TruePeakMeter()
    truePeaks = Array(repeating: meter, count: pairs)
    statistics = (0..<pairs).map { ProgrammeStatistics(channelCount: min(2, channelCount - 2 * $0)) }
  }

  /// Measures a block of stereo frames, or of mono ones (both lanes equal).
  public mutating func process(_ frames: Span<Frame>) {
    loudness.process(frames)
    truePeaks[0].process(frames)
    statistics[0].process(frames)
  }

  /// Measures a block of interleaved samples, `channelCount` a frame. Allocates a pair of channels of it.
  public mutating func process(interleaved samples: Span<Double>) {
    loudness.process(interleaved: samples)
    let frameCount = samples.count / channelCount
    var pair = Array(repeating: Frame.zero, count: frameCount)
    for index in truePeaks.indices {
      let paired = 2 * index + 1 < channelCount
      for frame in 0..<frameCount {
        let place = frame * channelCount + 2 * index
        pair[frame] = Frame(samples[place], samples[paired ? place + 1 : place])
      }
      truePeaks[index].process(pair.span)
      statistics[index].process(pair.span)
    }
  }

  /// The measurement of all frames so far.
  public var measurement: ProgrammeMeasurement {
    let programme = loudness.programme
    let peaks = truePeaks.flatMap(\.highest).sorted { $0.amplitude > $1.amplitude }.prefix(peakCount)
    var samplePeak = 0.0
    var offset = 0.0
    for index in truePeaks.indices {
      let samples = statistics[index].samplePeaks
      samplePeak = max(samplePeak, samples.left.amplitude, samples.right.amplitude)
      if let means = statistics[index].directCurrent {
        for mean in [means.left, means.right] where Maths.magnitude(mean) > Maths.magnitude(offset) {
          offset = mean
        }
      }
    }
    let integrated = programme.integrated
    let level = peaks.first?.level
    let frameCount = statistics[0].frameCount
    return ProgrammeMeasurement(
      sampleRate: sampleRate, channelCount: channelCount, frameCount: frameCount, loudness: programme,
      integrated: integrated, maxMomentary: programme.maxMomentary, maxShortTerm: programme.maxShortTerm,
      loudnessRange: programme.loudnessRange, truePeak: level,
      truePeaks: Array(peaks),
      samplePeak: samplePeak > 0 ? Maths.decibels(amplitude: samplePeak) : nil,
      peakToLoudnessRatio: level.flatMap { peak in integrated.map { peak - $0 } },
      directCurrent: frameCount > 0 ? offset : nil,
      correlation: channelCount == 2 ? statistics[0].correlation : nil,
      clippedSamples: statistics.reduce(0) { $0 + $1.clippedSamples })
  }

  public mutating func reset() {
    loudness.reset()
    for index in truePeaks.indices {
      truePeaks[index].reset()
      statistics[index].reset()
    }
  }
}
