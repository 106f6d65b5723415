public import AudioFiles
import DSP

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

extension Measurement {
  /// The same with every loudness `offset` LU lower: a mono file as from one speaker.
  func quieter(by offset: Double) -> Measurement {
    guard offset != 0 else { return self }
    var result = self
    for loudness in [\Measurement.integrated, \.maxMomentary, \.maxShortTerm] {
      result[keyPath: loudness] = self[keyPath: loudness].map { $0 - offset }
    }
    return result
  }

  /// Of what has no loudness to speak of.
  static let none = Measurement(sampleRate: 0, channels: 0, frames: 0, dcOffset: 0, clippedSamples: 0)

  init(_ programme: ProgrammeMeasurement) {
    self.init(
      sampleRate: Int(programme.sampleRate), channels: programme.channelCount, frames: programme.frameCount,
      integrated: programme.integrated, maxMomentary: programme.maxMomentary, maxShortTerm: programme.maxShortTerm,
      loudnessRange: programme.loudnessRange, truePeak: programme.truePeak, samplePeak: programme.samplePeak,
      dcOffset: programme.directCurrent ?? 0, correlation: programme.correlation,
      clippedSamples: programme.clippedSamples)
  }
}

/// The level of an amplitude factor, in dB.
public func decibels(ofAmplitude amplitude: Double) -> Double { Maths.decibels(amplitude: amplitude) }

/// Measures an audio file of up to 64 channels.
///
/// Mono is measured as dual mono. Files of more than two channels have loudness and peaks of all channels; their
/// correlation is `nil`.
public func measure(audioFile path: String) throws(AudioFileError) -> Measurement {
  try measure(audioFile: path, isAnalysed: false).0
}

/// The same and, for a file of one or two channels, what a report shows of it.
func measure(
  audioFile path: String, isAnalysed: Bool
) throws(AudioFileError) -> (Measurement, FileAnalysis?) {
  let reader = try AudioFileReader(path)
  let info = reader.info
  var meter = ProgrammeMeter(
    sampleRate: Double(info.sampleRate), channelCount: info.channelCount, expectedFrames: info.frameCount,
    peakCount: isAnalysed ? FileAnalysis.peakCount : 1)
  if info.channelCount > 2 {
    try readInterleaved(reader) { meter.process(interleaved: $0) }
    return (Measurement(meter.measurement), nil)
  }
  var analyser =
    isAnalysed
    ? FileAnalyser(
      sampleRate: Double(info.sampleRate), channelCount: info.channelCount, frameCount: info.frameCount) : nil
  try readBlocks(reader) { frames in
    meter.process(frames)
    analyser?.process(frames)
  }
  let programme = meter.measurement
  return (Measurement(programme), analyser?.analysis(programme))
}
