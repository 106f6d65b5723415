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
  private let shaping: NoiseShaping
  /// The last errors of each channel, newest first.
  private var errors = NoiseShaping.Errors(repeating: .zero)

  /// - Parameters:
  ///   - bitDepth: 8 … 32.
  ///   - channelCount: 1 (lane 0 is used) or 2.
  ///   - sampleRate: in hertz.
  ///   - seed: the session's seed.
  ///   - stream: a number that tells one deliverable's noise from another's (a hash of its name).
  public init(
    kind: DitherKind, bitDepth: Int, channelCount: Int, sampleRate: Double, seed: UInt64, stream: UInt64
  ) {
    let shaping = NoiseShaping(sampleRate: sampleRate)
    self.kind = kind == .shaped && shaping == nil ? .tpdf : kind
    self.shaping = shaping ?? .none
    self.bitDepth = bitDepth
    self.channelCount = channelCount
    key = SplitMix64.mixed(seed &+ SplitMix64.mixed(stream &+ SplitMix64.increment))
    silenceFrames = Int(sampleRate)
  }

  /// Quantises `frames` into `output`, interleaved, from its start: `frames.count · channelCount` integers in
  /// −2^(b−1) … 2^(b−1) − 1. Frames follow those of the call before.
  public mutating func quantise(_ frames: Span<Frame>, into output: inout MutableSpan<Int32>) {
    switch (kind, channelCount == 2) {
    case (.none, true): quantise(frames, &output, kind: .none, stereo: true)
    case (.none, false): quantise(frames, &output, kind: .none, stereo: false)
    case (.tpdf, true): quantise(frames, &output, kind: .tpdf, stereo: true)
    case (.tpdf, false): quantise(frames, &output, kind: .tpdf, stereo: false)
    case (.shaped, true): quantise(frames, &output, kind: .shaped, stereo: true)
    case (.shaped, false): quantise(frames, &output, kind: .shaped, stereo: false)
    }
  }

  /// Takes the next frame for the one with this number, counted from 0: its noise is drawn by that.
  public mutating func seek(to frame: Int) { self.frame = UInt64(frame) }

  /// Frames before a frame that decide what becomes of it: a run of silence; `nil`, all of them, where errors are shaped.
  public var memoryFrames: Int? {
    switch kind {
    case .none: 0
    case .tpdf: silenceFrames
    case .shaped: nil
    }
  }

  /// Starts again at frame zero, as the same noise.
  public mutating func reset() {
    clippedSamples = 0
    silentFrames = 0
    frame = 0
    errors = NoiseShaping.Errors(repeating: .zero)
  }

  /// The loop, once for each kind: inlined into `quantise`, its choices are made at compile time.
  @inline(__always)
  private mutating func quantise(
    _ frames: Span<Frame>, _ output: inout MutableSpan<Int32>, kind: DitherKind, stereo: Bool
  ) {
    let scale = Double(Int64(1) << Int64(bitDepth - 1))
    var (silent, errors, clipped) = (silentFrames, errors, 0)
    for index in frames.indices {
      let input = stereo ? frames[index] : Frame(repeating: frames[index].x)
      silent = input == .zero ? silent + 1 : 0
      var target = input * scale
      if kind != .none {
        if silent > silenceFrames {
          target = .zero
          errors = NoiseShaping.Errors(repeating: .zero)
        } else {
          let time = frame &+ UInt64(truncatingIfNeeded: index)
          let noise = Frame(triangular(time, 0), stereo ? triangular(time, 1) : 0)
          if kind == .shaped {
            target = shaped(target, noise, &errors)
          } else {
            target += noise
          }
        }
      }
      let left = whole(target.x, scale, &clipped)
      if stereo {
        output[2 * index] = left
        output[2 * index + 1] = whole(target.y, scale, &clipped)
      } else {
        output[index] = left
      }
    }
    (silentFrames, self.errors) = (silent, errors)
    clippedSamples += clipped
    frame &+= UInt64(truncatingIfNeeded: frames.count)
  }

  /// Error feedback (Lipshitz, Vanderkooy, Wannamaker, "Minimally Audible Noise Shaping", JAES 39(11), 1991). Returns
  /// the value to be rounded.
  @inline(__always)
  private func shaped(_ input: Frame, _ noise: Frame, _ errors: inout NoiseShaping.Errors) -> Frame {
    var feedback = Frame.zero
    for tap in 0..<NoiseShaping.order { feedback += errors[tap] * shaping.coefficients[tap] }
    let target = input - feedback
    let dithered = target + noise
    let output = Frame(Maths.roundedHalfUp(dithered.x), Maths.roundedHalfUp(dithered.y))
    // The error of a rounding is bounded; at ±2 nothing else can make the loop sing either.
    var error = output - target
    error.replace(with: 2, where: error .> 2)
    error.replace(with: -2, where: error .< -2)
    for tap in stride(from: NoiseShaping.order - 1, to: 0, by: -1) { errors[tap] = errors[tap - 1] }
    errors[0] = error
    return dithered
  }

  /// ⌊x + ½⌋, held within the range of the integers.
  @inline(__always)
  private func whole(_ value: Double, _ scale: Double, _ clipped: inout Int) -> Int32 {
    let raised = value + 0.5
    if raised >= scale {
      clipped += 1
      return Int32(truncatingIfNeeded: Int64(scale) - 1)
    }
    guard raised >= -scale else {  // NaN too
      clipped += 1
      return Int32(truncatingIfNeeded: -Int64(scale))
    }
    let towardsZero = Int64(raised)
    return Int32(truncatingIfNeeded: towardsZero - (Double(towardsZero) > raised ? 1 : 0))
  }

  /// Triangular noise over ±1 for this frame: the halves of one 64-bit draw are its two uniform variables.
  @inline(__always)
  private func triangular(_ time: UInt64, _ channel: UInt64) -> Double {
    let draw = SplitMix64.value(key: key, index: 2 &* time &+ channel)
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

/// Where shaped dither moves the error of rounding: the noise has the spectrum |1 − Σ cₖ z⁻ᵏ|² of white noise.
///
/// The filters are the whitening filters of order nine (linear prediction, Levinson's recursion) for the ear's
/// weighting 10^(−T(f)/10), where T is the threshold in quiet of Terhardt, "Calculating virtual pitch", Hearing
/// Research 1, 1979, held at −6 dB below, its mean made 1, and 10⁻⁴ added, which bounds what is put into the top of the
/// band. By that weighting the noise is 18.7 dB (44.1 kHz) and 20.7 dB (48 kHz) softer than unshaped noise, at 18.3
/// and 17.5 dB more power, most of it above 15 kHz. (By the same weighting the five coefficients of Lipshitz,
/// Vanderkooy and Wannamaker, 1991, for 44.1 kHz, gain 9.4 dB.)
struct NoiseShaping: Sendable {
  static let order = 9
  typealias Errors = InlineArray<9, Frame>

  /// cₖ, for the error k frames ago, from k = 1.
  let coefficients: InlineArray<9, Double>

  /// `nil` for rates that no filter was made for.
  init?(sampleRate: Double) {
    switch sampleRate {
    case 44_100:
      coefficients = [2.9765, -4.7304, 4.713, -2.8287, 0.2773, 1.2841, -1.4635, 0.806, -0.2226]
    case 48_000:
      coefficients = [3.0485, -4.639, 4.0581, -1.6053, -0.8532, 1.7216, -1.2455, 0.4624, -0.0803]
    default: return nil
    }
  }

  private init() { coefficients = InlineArray(repeating: 0) }

  static let none = NoiseShaping()
}
