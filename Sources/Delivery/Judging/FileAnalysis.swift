public import DSP

/// What a report shows of a file as it was read back, beside its measurement.
public struct FileAnalysis: Sendable {
  /// A true peak and where it is.
  public struct Peak: Sendable, Equatable {
    /// dBTP.
    public var level: Double
    public var seconds: Double
  }

  /// Seconds of a step of the waveform and the correlation.
  public var step: Double
  /// The least and the greatest sample of each channel in each step; 1 is full scale.
  public var minima: [Frame]
  public var maxima: [Frame]
  /// −1 … 1 for each step, of 400 ms around it; `nil` where a channel is silent. Empty for mono.
  public var correlation: [Double?]
  /// Seconds between two values of the loudness series.
  public var loudnessHop: Double
  /// LUFS; value k is of the window that ends at 0.4 s (momentary) or 3 s (short-term) + k hops; −∞ for silence.
  public var momentary: [Double]
  public var shortTerm: [Double]
  /// The highest true peaks, at most one in 100 ms, the highest first.
  public var peaks: [Peak]
  public var spectrum: SpectrumMeter.Spectrum
  public var field: StereoField

  /// Steps of the waveform.
  static let steps = 1500
  /// Points of the loudness series at most; up to then they are 100 ms apart.
  static let loudnessPoints = 3000
  static let peakCount = 6
}

/// The meters of a report, beside those of every file.
struct FileAnalyser {
  private let sampleRate: Double
  private var shape: ShapeMeter
  private var spectrum: SpectrumMeter

  init(sampleRate: Double, channelCount: Int, frameCount: Int) {
    self.sampleRate = sampleRate
    shape = ShapeMeter(
      sampleRate: sampleRate, channelCount: channelCount, frameCount: frameCount, steps: FileAnalysis.steps)
    spectrum = SpectrumMeter(sampleRate: sampleRate)
  }

  mutating func process(_ frames: Span<Frame>) {
    shape.process(frames)
    spectrum.process(frames)
  }

  mutating func analysis(_ measured: ProgrammeMeasurement) -> FileAnalysis {
    shape.finish()
    let momentary = measured.loudness.momentary, shortTerm = measured.loudness.shortTerm
    // Every tenth value is 100 ms from the one before.
    let tenths = max(1, (momentary.count / 10 + FileAnalysis.loudnessPoints - 1) / FileAnalysis.loudnessPoints)
    func thinned(_ values: [Double]) -> [Double] {
      stride(from: 0, to: values.count, by: 10 * tenths).map { values[$0] }
    }
    return FileAnalysis(
      step: Double(shape.stepFrames) / sampleRate, minima: shape.minima, maxima: shape.maxima,
      correlation: shape.correlation, loudnessHop: 10 * Double(tenths) * LoudnessProgramme.hop,
      momentary: thinned(momentary), shortTerm: thinned(shortTerm),
      peaks: measured.truePeaks.map { peak in
        FileAnalysis.Peak(level: peak.level, seconds: max(0, Double(peak.frame) / sampleRate))
      }, spectrum: spectrum.spectrum, field: shape.field)
  }
}

extension FileAnalysis {
  /// The same with every loudness `offset` LU lower: a mono file as from one speaker.
  func quieter(by offset: Double) -> FileAnalysis {
    guard offset != 0 else { return self }
    var result = self
    result.momentary = momentary.map { $0 - offset }
    result.shortTerm = shortTerm.map { $0 - offset }
    return result
  }
}
