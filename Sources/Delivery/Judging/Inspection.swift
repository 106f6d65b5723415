public import AudioFiles
import DSP
import Renderer

/// What a closer look finds of a file, beside its `Measurement`. What does not exist is `nil`.
public struct Inspection: Sendable, Equatable {
  /// A stretch of digital silence inside the programme, in seconds.
  public struct Gap: Sendable, Equatable {
    public var start: Double
    public var length: Double

    public init(start: Double, length: Double) {
      self.start = start
      self.length = length
    }
  }

  /// Samples in a row at full scale.
  public struct Run: Sendable, Equatable {
    /// From 1.
    public var channel: Int
    /// Seconds.
    public var start: Double
    public var samples: Int

    public init(channel: Int, start: Double, samples: Int) {
      self.channel = channel
      self.start = start
      self.samples = samples
    }
  }

  /// Seconds before the first and after the last sample at or above −60 dBFS.
  public var silenceHead: Double
  public var silenceTail: Double
  /// The first gaps of at least 10 ms, and how many there are.
  public var gaps: [Gap]
  public var gapCount: Int
  /// The first runs of at least three samples, and how many there are.
  public var clippedRuns: [Run]
  public var clippedRunCount: Int
  /// dBFS; this and what follows for one or two channels only.
  public var noiseFloor: Double?
  /// dB; `nil` for mono.
  public var sideLevel: Double?
  public var bassSideLevel: Double?
  /// LU: the loudness of the loudest 50 ms between 5 and 10 kHz over the integrated loudness.
  public var sibilance: Double?
  /// LU: the loudness of (L + R)/2 on both channels over the file's.
  public var monoCompatibility: Double?
  /// `nil` unless it was asked for.
  public var curve: LoudnessCurve?
  /// Whether the file's header does not say how long it is.
  public var isOpenEnded = false
}

/// A programme over time, a value each 10 ms.
public struct LoudnessCurve: Sendable, Equatable {
  /// Seconds from one value to the next.
  public static let hop = LoudnessProgramme.hop
  /// LUFS, of the windows that end at 0.4 s + n · hop and 3 s + n · hop; −∞ for silence.
  public var momentary: [Double]
  public var shortTerm: [Double]
  /// The greatest magnitude of the samples from n · hop on.
  public var peaks: [Double]
}

/// Measures an audio file with all meters.
///
/// - Parameters:
///   - range: the frames to measure, as if they were the file; `nil` is all. For files of one or two channels.
///   - curve: whether the programme over time is wanted.
public func inspect(
  audioFile path: String, _ range: Range<Int>? = nil, curve: Bool = false, workers: Int = 2
) throws(AudioFileError) -> (measurement: Measurement, inspection: Inspection) {
  let reader = try AudioFileReader(path)
  var meters = InspectionMeters(reader.info)
  if reader.info.channelCount > 2 {
    try readInterleaved(reader) { meters.process(interleaved: $0) }
  } else {
    try readBlocks(reader, range, workers: workers) { meters.process($0) }
  }
  var result = meters.result(curve: curve)
  result.inspection.isOpenEnded = reader.info.isOpenEnded
  return result
}

/// Measures audio files side by side.
public func inspect(
  audioFiles paths: [String], curve: Bool = false, workers: Int
) -> [Result<(measurement: Measurement, inspection: Inspection), AudioFileError>] {
  let results = Collected<Result<(measurement: Measurement, inspection: Inspection), AudioFileError>>()
  // A single file has a worker to decode it beside.
  let inner = paths.count > 1 ? 1 : workers
  forEachParallel(paths.count, workers: workers) { index in
    do throws(AudioFileError) {
      results.put(.success(try inspect(audioFile: paths[index], curve: curve, workers: inner)), at: index)
    } catch {
      results.put(.failure(error), at: index)
    }
  }
  return results.inOrder
}

private struct InspectionMeters {
  private let channelCount: Int
  private let sampleRate: Double
  private var programme: ProgrammeMeter
  private var silence: SilenceMeter
  /// One per pair of channels.
  private var runs: [ClippedRunMeter]
  private var bands: BandMeter
  private var mono: LoudnessMeter
  private var mixed: [Frame] = []

  init(_ info: AudioFileInfo) {
    channelCount = info.channelCount
    sampleRate = Double(info.sampleRate)
    programme = ProgrammeMeter(
      sampleRate: sampleRate, channelCount: channelCount, expectedFrames: info.frameCount)
    silence = SilenceMeter(sampleRate: sampleRate)
    runs = (0..<(channelCount + 1) / 2).map { [channelCount] pair in
      ClippedRunMeter(channelCount: min(2, channelCount - 2 * pair), firstChannel: 2 * pair)
    }
    bands = BandMeter(sampleRate: sampleRate)
    mono = LoudnessMeter(sampleRate: sampleRate, expectedFrames: channelCount == 2 ? info.frameCount : 0)
  }

  mutating func process(_ frames: Span<Frame>) {
    programme.process(frames)
    silence.process(frames)
    runs[0].process(frames)
    bands.process(frames)
    guard channelCount == 2 else { return }
    // Out of the value for a while, so that a span of it may be lent.
    var mixed = mixed
    self.mixed = []
    if mixed.count < frames.count { mixed = Array(repeating: .zero, count: frames.count) }
    for index in frames.indices { mixed[index] = Frame(repeating: frames[index].sum() * 0.5) }
    mono.process(mixed.span.extracting(0..<frames.count))
    self.mixed = mixed
  }

  mutating func process(interleaved samples: Span<Double>) {
    programme.process(interleaved: samples)
    let frameCount = samples.count / channelCount
    var loudest = Array(repeating: Frame.zero, count: frameCount)
    var pair = loudest
    for index in runs.indices {
      let isPaired = 2 * index + 1 < channelCount
      for frame in 0..<frameCount {
        let place = frame * channelCount + 2 * index
        pair[frame] = Frame(samples[place], isPaired ? samples[place + 1] : samples[place])
        let greatest = max(loudest[frame].x, abs(pair[frame].x), abs(pair[frame].y))
        loudest[frame] = Frame(repeating: greatest)
      }
      runs[index].process(pair.span)
    }
    silence.process(loudest.span)
    // For its peaks alone.
    bands.process(loudest.span)
  }

  func result(curve: Bool) -> (measurement: Measurement, inspection: Inspection) {
    let measured = programme.measurement
    let measuredBands = bands.measurement
    let levels = channelCount <= 2 ? measuredBands : nil
    func seconds(_ frames: Int) -> Double { Double(frames) / sampleRate }
    let found = runs.flatMap(\.runs).sorted { ($0.frame, $0.channel) < ($1.frame, $1.channel) }
    let inspection = Inspection(
      silenceHead: seconds(silence.headFrames), silenceTail: seconds(silence.tailFrames),
      gaps: silence.gaps.map { Inspection.Gap(start: seconds($0.lowerBound), length: seconds($0.count)) },
      gapCount: silence.gapCount,
      clippedRuns: found.map {
        Inspection.Run(channel: $0.channel + 1, start: seconds($0.frame), samples: $0.length)
      },
      clippedRunCount: runs.reduce(0) { $0 + $1.runCount }, noiseFloor: levels?.noiseFloor,
      sideLevel: channelCount == 2 ? levels?.sideLevel : nil,
      bassSideLevel: channelCount == 2 ? levels?.bassSideLevel : nil,
      sibilance: levels?.sibilantLevel.flatMap { level in measured.integrated.map { level - $0 } },
      monoCompatibility: monoCompatibility(measured.integrated),
      curve: curve
        ? LoudnessCurve(
          momentary: measured.loudness.momentary, shortTerm: measured.loudness.shortTerm, peaks: measuredBands.peaks)
        : nil)
    return (Measurement(measured), inspection)
  }

  private func monoCompatibility(_ integrated: Double?) -> Double? {
    guard channelCount <= 2, let integrated else { return nil }
    return channelCount == 1 ? 0 : (mono.programme.integrated ?? -.infinity) - integrated
  }
}
