public import AudioFiles
import DSP
import Renderer

/// What is measured of a file, or of what will become one. What does not exist (silence, too short) is `nil`.
public struct Measurement: Sendable, Equatable {
  public var sampleRate: Int
  public var channels: Int
  public var frames: Int
  /// LUFS by ITU-R BS.1770-5.
  public var integrated: Double?
  public var maxMomentary: Double?
  public var maxShortTerm: Double?
  /// LU by EBU Tech 3342.
  public var loudnessRange: Double?
  /// dBTP, at 16-fold oversampling.
  public var truePeak: Double?
  /// dBFS.
  public var samplePeak: Double?
  /// Mean of the samples, the larger of the channels by magnitude.
  public var dcOffset: Double
  /// −1 … 1; `nil` for mono and silence.
  public var correlation: Double?
  /// Samples at full scale in runs of at least three.
  public var clippedSamples: Int

  /// True peak over integrated loudness.
  public var plr: Double? {
    guard let truePeak, let integrated else { return nil }
    return truePeak - integrated
  }
}

/// Every meter at once, on stereo frames.
struct FrameMeter: Sendable {
  private let sampleRate: Double
  private let channels: Int
  private var loudness: LoudnessMeter
  private var peaks = TruePeakMeter()
  private var statistics = SignalStatistics()

  init(sampleRate: Double, channels: Int = 2, expectedFrames: Int = 0) {
    self.sampleRate = sampleRate
    self.channels = channels
    loudness = LoudnessMeter(sampleRate: sampleRate, channelCount: channels, expectedFrames: expectedFrames)
  }

  mutating func process(_ frames: Span<Frame>) {
    loudness.process(frames)
    peaks.process(frames)
    statistics.process(frames)
  }

  var measurement: Measurement {
    let programme = loudness.programme
    let (left, right) = peaks.truePeaks
    let truePeak = max(left.amplitude, right.amplitude)
    return Measurement(
      sampleRate: Int(sampleRate), channels: channels, frames: statistics.frameCount, integrated: programme.integrated,
      maxMomentary: programme.maxMomentary, maxShortTerm: programme.maxShortTerm,
      loudnessRange: programme.loudnessRange,
      truePeak: truePeak > 0 ? Maths.decibels(amplitude: truePeak) : nil, samplePeak: statistics.peakDecibels,
      dcOffset: statistics.dcOffset, correlation: channels == 1 ? nil : statistics.correlation,
      clippedSamples: channels == 1 ? statistics.clipped.left : statistics.clipped.left + statistics.clipped.right)
  }
}

/// Sample peak, mean, correlation and clipping of a stereo signal.
struct SignalStatistics: Sendable {
  private(set) var frameCount = 0
  private(set) var clipped = (left: 0, right: 0)
  private var peak = 0.0
  private var sum = Frame.zero
  private var squares = Frame.zero
  private var product = 0.0
  private var runs = (left: 0, right: 0)

  /// Full scale of 16-bit audio, less a tenth of its step: what a converter calls over (three in a row).
  private static let fullScale = 0.99996
  private static let shortestRun = 3

  mutating func process(_ frames: Span<Frame>) {
    var sum = sum, squares = squares, product = product, peak = Frame(peak, peak)
    for index in 0..<frames.count {
      let frame = frames[index]
      sum += frame
      squares += frame * frame
      product += frame.x * frame.y
      let magnitude = Frame(Maths.magnitude(frame.x), Maths.magnitude(frame.y))
      peak = peak.replacing(with: magnitude, where: magnitude .> peak)
      if magnitude.x >= Self.fullScale || runs.left > 0 {
        Self.count(magnitude.x >= Self.fullScale, run: &runs.left, total: &clipped.left)
      }
      if magnitude.y >= Self.fullScale || runs.right > 0 {
        Self.count(magnitude.y >= Self.fullScale, run: &runs.right, total: &clipped.right)
      }
    }
    self.sum = sum
    self.squares = squares
    self.product = product
    self.peak = max(peak.x, peak.y)
    frameCount += frames.count
  }

  private static func count(_ isFull: Bool, run: inout Int, total: inout Int) {
    guard isFull else {
      run = 0
      return
    }
    run += 1
    if run == shortestRun { total += run } else if run > shortestRun { total += 1 }
  }

  var peakDecibels: Double? { peak > 0 ? Maths.decibels(amplitude: peak) : nil }

  var dcOffset: Double {
    guard frameCount > 0 else { return 0 }
    let left = sum.x / Double(frameCount), right = sum.y / Double(frameCount)
    return Maths.magnitude(left) >= Maths.magnitude(right) ? left : right
  }

  var correlation: Double? {
    let energy = (squares.x * squares.y).squareRoot()
    return energy > 0 ? product / energy : nil
  }
}

/// Measures an audio file of up to 64 channels.
///
/// Mono is measured as dual mono. Files of more than two channels have loudness and peaks of all channels; their
/// correlation is `nil`.
public func measure(audioFile path: String) throws(AudioFileError) -> Measurement {
  let reader = try AudioFileReader(path)
  let info = reader.info
  if info.channelCount > 2 { return try measureSurround(reader) }
  var meter = FrameMeter(
    sampleRate: Double(info.sampleRate), channels: info.channelCount, expectedFrames: info.frameCount)
  let buffer = FrameBuffer(capacity: MixRenderer.standardBlockFrames)
  while true {
    let count = try buffer.edit(0..<buffer.capacity) { frames throws(AudioFileError) in try reader.readFrames(into: &frames) }
    if count == 0 { return meter.measurement }
    buffer.read(0..<count) { meter.process($0) }
  }
}

private func measureSurround(_ reader: AudioFileReader) throws(AudioFileError) -> Measurement {
  let channels = reader.info.channelCount
  var loudness = LoudnessMeter(sampleRate: Double(reader.info.sampleRate), channelCount: channels)
  let pairCount = (channels + 1) / 2
  var peaks = Array(repeating: TruePeakMeter(), count: pairCount)
  var statistics = Array(repeating: SignalStatistics(), count: pairCount)
  var samples = [Double](repeating: 0, count: channels * 4096)
  var pair = [Frame](repeating: .zero, count: 4096)
  while true {
    var span = samples.mutableSpan
    let count = try reader.read(into: &span)
    if count == 0 { break }
    loudness.process(interleaved: samples.span.extracting(0..<count * channels))
    for index in 0..<pairCount {
      for frame in 0..<count {
        let left = frame * channels + 2 * index
        pair[frame] = Frame(samples[left], 2 * index + 1 < channels ? samples[left + 1] : 0)
      }
      peaks[index].process(pair.span.extracting(0..<count))
      statistics[index].process(pair.span.extracting(0..<count))
    }
  }
  let programme = loudness.programme
  let truePeak = peaks.map { max($0.truePeaks.left.amplitude, $0.truePeaks.right.amplitude) }.max() ?? 0
  let offsets = statistics.map(\.dcOffset)
  return Measurement(
    sampleRate: reader.info.sampleRate, channels: channels, frames: statistics[0].frameCount,
    integrated: programme.integrated, maxMomentary: programme.maxMomentary, maxShortTerm: programme.maxShortTerm,
    loudnessRange: programme.loudnessRange, truePeak: truePeak > 0 ? Maths.decibels(amplitude: truePeak) : nil,
    samplePeak: statistics.compactMap(\.peakDecibels).max(),
    dcOffset: offsets.max { Maths.magnitude($0) < Maths.magnitude($1) } ?? 0, correlation: nil,
    clippedSamples: statistics.reduce(0) { $0 + $1.clipped.left + $1.clipped.right })
}
