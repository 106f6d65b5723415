/// Running statistics of the samples of one or two channels.
///
/// Any block size gives the same bits: everything is summed in the order of the frames. No latency; no growth.
public struct ProgrammeStatistics: Sendable {
  /// The largest 16-bit sample. What reaches it is at full scale, whatever the bit depth.
  static let fullScale = 32_767.0 / 32_768.0
  /// Samples in a row at full scale that are taken for a clipped crest; fewer can be a crest that just fits.
  static let clippedRun = 3

  /// Frames seen.
  public private(set) var frameCount = 0
  /// Greatest |sample| of each channel and the first frame it occurs at.
  public private(set) var samplePeaks = (
    left: TruePeak(amplitude: 0, frame: 0), right: TruePeak(amplitude: 0, frame: 0)
  )
  /// Samples beyond full scale, and those in runs of three or more at full scale, over the channels.
  public private(set) var clippedSamples = 0

  private let channelCount: Int
  private var sum = Frame.zero
  private var squares = Frame.zero
  private var product = 0.0
  /// Samples of the present run at full scale, and those of them not yet counted as clipped.
  private var runs = SIMD2<Int>.zero
  private var waiting = SIMD2<Int>.zero

  /// - Parameter channelCount: 1 (lane 0 counts) or 2.
  public init(channelCount: Int = 2) { self.channelCount = channelCount }

  /// Counts a block in.
  public mutating func process(_ frames: Span<Frame>) {
    var (sum, squares, product) = (sum, squares, product)
    var peak = Frame(samplePeaks.left.amplitude, samplePeaks.right.amplitude)
    // `exceeds` asks for more than; this is the number next under full scale.
    let hot = Frame(repeating: Self.fullScale.nextDown)
    var inRun = runs != .zero
    for index in frames.indices {
      let frame = frames[index]
      let level = magnitude(frame)
      sum += frame
      squares += frame * frame
      product += frame.x * frame.y
      if exceeds(level, peak) {
        notePeak(level, frameCount + index)
        peak = greater(peak, level)
      }
      if inRun || exceeds(level, hot) {
        count(level)
        inRun = runs != .zero
      }
    }
    (self.sum, self.squares, self.product) = (sum, squares, product)
    frameCount += frames.count
  }

  /// The mean of each channel, as a factor of full scale; `nil` for an empty programme.
  public var directCurrent: (left: Double, right: Double)? {
    guard frameCount > 0 else { return nil }
    return (sum.x / Double(frameCount), sum.y / Double(frameCount))
  }

  /// Σ L·R / √(Σ L² · Σ R²): 1 mono, 0 unrelated, −1 inverted. `nil` for one channel, or if either is silent.
  public var correlation: Double? {
    guard channelCount == 2, squares.x > 0, squares.y > 0 else { return nil }
    return product / Self.root(squares.x * squares.y)
  }

  /// The root mean square of each channel, as a factor of full scale; `nil` for an empty programme.
  public var rootMeanSquare: (left: Double, right: Double)? {
    guard frameCount > 0 else { return nil }
    let mean = squares / Double(frameCount)
    return (Self.root(mean.x), Self.root(mean.y))
  }

  /// Where the compiler can prove that `x` is no less than 0, it drops the magnitude, and then calls the C library
  /// for what is no number. It cannot see through a function that is not inlined.
  @inline(never)
  private static func root(_ x: Double) -> Double { x.magnitude.squareRoot() }

  public mutating func reset() { self = ProgrammeStatistics(channelCount: channelCount) }

  private mutating func notePeak(_ level: Frame, _ frame: Int) {
    if level.x > samplePeaks.left.amplitude { samplePeaks.left = TruePeak(amplitude: level.x, frame: frame) }
    if level.y > samplePeaks.right.amplitude {
      samplePeaks.right = TruePeak(amplitude: level.y, frame: frame)
    }
  }

  private mutating func count(_ level: Frame) {
    for lane in 0..<channelCount {
      guard level[lane] >= Self.fullScale else {
        runs[lane] = 0
        waiting[lane] = 0
        continue
      }
      runs[lane] += 1
      waiting[lane] += 1
      // A run counts from its first sample once it is long enough; a sample beyond full scale counts at once.
      if runs[lane] >= Self.clippedRun {
        clippedSamples += waiting[lane]
        waiting[lane] = 0
      } else if level[lane] > 1 {
        clippedSamples += 1
        waiting[lane] -= 1
      }
    }
  }
}
