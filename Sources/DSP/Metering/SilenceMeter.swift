/// Where a programme is silent: before it begins, after it ends, and in gaps between.
///
/// A programme begins with its first sample at or above −60 dBFS, in any channel, and ends with its last: what lies
/// outside is its head and its tail, whatever noise or dither is in them. A gap is a run of exact zeros in all
/// channels, of at least 10 ms, between begin and end: recorded music has none, so a gap is an edit, a dropout or a
/// buffer that came late. Shorter runs are zero crossings of quiet 16-bit sound. All of a silent programme is head,
/// and all is tail.
///
/// No latency. At most `gapLimit` gaps are kept, all are counted. Any block size gives the same result.
public struct SilenceMeter: Sendable {
  /// −60 dBFS as an amplitude.
  static let threshold = 1e-3
  /// In seconds.
  static let shortestGap = 0.01
  public static let gapLimit = 1000

  private var frameCount = 0
  /// Of the programme's first sample, and after its last.
  private var begin: Int?
  private var end = 0
  /// Frames of zeros up to now.
  private var zeros = 0
  private let leastZeros: Int
  private var kept: [Range<Int>] = []
  /// Gaps so far, and those of them that something was heard after.
  private var found = 0
  private var enclosed = 0

  /// - Parameter sampleRate: in hertz.
  public init(sampleRate: Double) {
    leastZeros = Int(Maths.roundedHalfUp(sampleRate * Self.shortestGap))
  }

  /// Looks at a block. For more than two channels: the greatest magnitude of each frame in both lanes.
  public mutating func process(_ frames: Span<Frame>) {
    let limit = Frame(repeating: Self.threshold.nextDown)
    for index in frames.indices {
      let frame = frames[index]
      if frame == .zero {
        zeros += 1
        continue
      }
      if zeros > 0 {
        endZeros(at: frameCount + index)
        zeros = 0
      }
      if exceeds(magnitude(frame), limit) {
        if begin == nil { begin = frameCount + index }
        end = frameCount + index + 1
        enclosed = found
      }
    }
    frameCount += frames.count
  }

  /// Frames before the programme begins; all of them if it never does.
  public var headFrames: Int { begin ?? frameCount }

  /// Frames after the programme has ended; all of them if it never began.
  public var tailFrames: Int { frameCount - end }

  /// The first gaps, in order.
  public var gaps: [Range<Int>] { Array(kept.prefix(enclosed)) }

  public var gapCount: Int { enclosed }

  private mutating func endZeros(at frame: Int) {
    guard begin != nil, zeros >= leastZeros else { return }
    found += 1
    if kept.count < Self.gapLimit { kept.append(frame - zeros..<frame) }
  }
}
