/// What is done to a signal before its bits are dropped.
public enum DitherKind: String, CaseIterable, Sendable {
  /// Round to nearest: integers in, the same integers out.
  case none
  /// Triangular noise of ±1 LSB: the error's mean and power no longer depend on the signal.
  case tpdf
  /// Triangular noise, and the error shaped away from where the ear is keenest. At 44.1 and 48 kHz only.
  case shaped
}

/// Quantises frames to whole numbers of `bitDepth` bits, with dither.
///
/// `q = ⌊x · 2^(b−1) + d + ½⌋`, clipped to the range of the integers, clipped samples counted. The dither d is the
/// difference of two uniform variables of 1 LSB, triangular over ±1 LSB (Lipshitz, Wannamaker, Vanderkooy,
/// "Quantization and Dither", JAES 40(5), 1992, section 4). It is drawn by a counter: it depends on the key, the
/// channel and the frame's number alone. After one second of exact zeros the output is exact zeros, so that
/// digital silence stays silent.
public struct Dither: Sendable {
  /// The kind in force: `shaped` becomes `tpdf` at rates the shaping is not made for. Compare and say so.
  public let kind: DitherKind
  public let bitDepth: Int
  public let channelCount: Int
  /// Samples that did not fit and were clipped.
  public private(set) var clippedSamples = 0

  private let key: UInt64
  private let silenceFrames: Int
  private var silentFrames = 0
  private var frame: UInt64 = 0
  /// The last five errors of each channel, newest first.
  private var errors: (Frame, Frame, Frame, Frame, Frame) = (.zero, .zero, .zero, .zero, .zero)

  /// - Parameters:
  ///   - bitDepth: 8 … 32.
  ///   - channelCount: 1 (lane 0 is used) or 2.
  ///   - sampleRate: in hertz.
  ///   - seed: the session's seed.
  ///   - stream: a number that tells one deliverable's noise from another's (a hash of its name).
  public init(
    kind: DitherKind, bitDepth: Int, channelCount: Int, sampleRate: Double, seed: UInt64, stream: UInt64
  ) {
    self.kind = kind == .shaped && sampleRate != 44_100 && sampleRate != 48_000 ? .tpdf : kind
    self.bitDepth = bitDepth
    self.channelCount = channelCount
    key = SplitMix64.mixed(seed &+ SplitMix64.mixed(stream &+ SplitMix64.increment))
    silenceFrames = Int(sampleRate)
  }

  /// Quantises `frames` into `output`, interleaved, from its start: `frames.count · channelCount` integers in
  /// −2^(b−1) … 2^(b−1) − 1. Frames follow those of the call before.
  public mutating func quantise(_ frames: Span<Frame>, into output: inout MutableSpan<Int32>) {
    let scale = Double(Int64(1) << Int64(bitDepth - 1))
    let stereo = channelCount == 2
    for index in 0..<frames.count {
      let input = stereo ? frames[index] : Frame(repeating: frames[index].x)
      silentFrames = input == .zero ? silentFrames + 1 : 0
      let quantised = quantised(input * scale, silent: silentFrames > silenceFrames)
      let left = clipped(quantised.x, scale)
      if stereo {
        output[2 * index] = left
        output[2 * index + 1] = clipped(quantised.y, scale)
      } else {
        output[index] = left
      }
      frame &+= 1
    }
  }

  /// Starts again at frame zero, as the same noise.
  public mutating func reset() {
    clippedSamples = 0
    silentFrames = 0
    frame = 0
    errors = (.zero, .zero, .zero, .zero, .zero)
  }

  /// One frame, in steps of the output, rounded but not yet clipped.
  @inline(__always)
  private mutating func quantised(_ input: Frame, silent: Bool) -> Frame {
    if kind == .none { return rounded(input) }
    if silent {
      errors = (.zero, .zero, .zero, .zero, .zero)
      return .zero
    }
    let noise = Frame(triangular(0), channelCount == 2 ? triangular(1) : 0)
    if kind == .tpdf { return rounded(input + noise) }

    // Lipshitz, Vanderkooy, Wannamaker, "Minimally Audible Noise Shaping", JAES 39(11), 1991: the five-tap filter.
    let fedBack =
      errors.0 * 2.033 - errors.1 * 2.165 + errors.2 * 1.959 - errors.3 * 1.590 + errors.4 * 0.6149
    let shaped = input - fedBack
    let output = rounded(shaped + noise)
    // A clipped sample's error is not the quantiser's: unbounded, it would make the loop sing.
    let error = (output - shaped).clamped(lowerBound: Frame(repeating: -2), upperBound: Frame(repeating: 2))
    errors = (error, errors.0, errors.1, errors.2, errors.3)
    return output
  }

  /// ⌊x + ½⌋, exact for magnitudes below 2⁵¹; beyond the integers' range it stays beyond.
  @inline(__always)
  private func rounded(_ value: Frame) -> Frame {
    Frame(Maths.roundedHalfUp(value.x), Maths.roundedHalfUp(value.y))
  }

  @inline(__always)
  private mutating func clipped(_ value: Double, _ scale: Double) -> Int32 {
    if value >= scale {
      clippedSamples += 1
      return Int32(truncatingIfNeeded: Int64(scale) - 1)
    }
    guard value >= -scale else {  // NaN too
      clippedSamples += 1
      return Int32(truncatingIfNeeded: -Int64(scale))
    }
    return Int32(truncatingIfNeeded: Int64(value))
  }

  /// Triangular noise over ±1 for this frame: the halves of one 64-bit draw are its two uniform variables.
  @inline(__always)
  private func triangular(_ channel: UInt64) -> Double {
    let draw = SplitMix64.value(key: key, index: 2 &* frame &+ channel)
    return Double(Int64(draw >> 32) - Int64(draw & 0xFFFF_FFFF)) * 0x1p-32
  }
}

/// The generator SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014),
/// addressed by index: value n of a stream needs none of those before it.
enum SplitMix64 {
  /// 2⁶⁴ divided by the golden ratio, made odd.
  static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  @inline(__always)
  static func value(key: UInt64, index: UInt64) -> UInt64 {
    mixed(key &+ (index &+ 1) &* increment)
  }

  @inline(__always)
  static func mixed(_ state: UInt64) -> UInt64 {
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
