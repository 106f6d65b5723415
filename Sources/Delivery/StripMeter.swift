import DSP
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

/// Measures a strip while the mix runs.
///
/// Peaks are those of samples: the true peak of what is only added up is of no use, and costs as much as all the rest.
final class StripMeter: FrameSink, @unchecked Sendable {
  private var meter: LoudnessMeter
  private var greatest = 0.0
  /// Σ L², Σ R² and Σ L·R of all frames.
  private var squares = Frame.zero
  private var products = 0.0
  /// The same squares, both sides together, of the blocks that sound.
  private var sounding = 0.0
  private var soundingFrames = 0
  private var blockSum = 0.0
  private var inBlock = 0
  private let blockFrames: Int

  /// Mean square of a block from which it counts as sounding: −70 dBFS, where loudness begins too (BS.1770-5).
  private static let threshold = 1e-7

  init(sampleRate: Double, expectedFrames: Int) {
    meter = LoudnessMeter(sampleRate: sampleRate, expectedFrames: expectedFrames)
    blockFrames = max(1, Int(0.1 * sampleRate))
  }

  func receive(_ frames: Span<Frame>) {
    meter.process(frames)
    var start = 0
    while start < frames.count {
      let end = min(frames.count, start + blockFrames - inBlock)
      // The sums are held in locals: a class's properties would be loaded and stored for every frame.
      var (squares, products, sum) = (squares, products, blockSum)
      var (leftPeak, rightPeak) = (greatest, 0.0)
      for index in start..<end {
        let frame = frames[index]
        let square = frame * frame
        squares += square
        sum += square.x + square.y
        products += frame.x * frame.y
        let left = frame.x.magnitude, right = frame.y.magnitude
        leftPeak = left > leftPeak ? left : leftPeak
        rightPeak = right > rightPeak ? right : rightPeak
      }
      greatest = rightPeak > leftPeak ? rightPeak : leftPeak
      (self.squares, self.products, blockSum) = (squares, products, sum)
      inBlock += end - start
      if inBlock == blockFrames { endBlock() }
      start = end
    }
  }

  private func endBlock() {
    if inBlock > 0, blockSum / Double(2 * inBlock) >= Self.threshold {
      sounding += blockSum
      soundingFrames += inBlock
    }
    blockSum = 0
    inBlock = 0
  }

  func measurement(_ path: String) -> StripMeasurement {
    endBlock()
    let peak = greatest > 0 ? Maths.decibels(amplitude: greatest) : nil
    let power = soundingFrames > 0 ? sounding / Double(2 * soundingFrames) : 0
    let product = squares.x * squares.y
    return StripMeasurement(
      path: path, loudness: meter.programme.integrated, peak: peak,
      crest: power > 0 ? peak.map { $0 - 10 * Maths.log10(power) } : nil,
      correlation: product > 0 ? max(-1, min(1, products / product.squareRoot())) : nil)
  }
}
