/// A sharp linear-phase low-pass filter that also changes the sample rate by a power of two, by Fourier transforms of
/// blocks on a grid fixed to the signal's first frame (overlap-save: Oppenheim and Schafer, *Discrete-Time Signal
/// Processing*, section 8.7.3).
///
/// The spectrum of a block is multiplied by the filter's response and given more points, zeros, or fewer, before it is
/// transformed back: that is the signal at the other rate. As a filter's response is real for either, two neighbouring
/// blocks are transformed as one of complex numbers. A pair of blocks depends on its input alone, never on what was
/// computed before. What rings longer than a block, 200 dB down, comes in again on its other side. No allocation after
/// `init`.
struct BlockLowPass: Sendable {
  /// Input frames from one block to the next.
  let hop: Int
  /// Input frames before a block's first that it reads, and that its output begins with.
  let reach: Int
  /// The output's rate is 2^octaves times the input's.
  let octaves: Int

  /// The last pair's output: from sample `reach` · 2^octaves on, `hop` · 2^octaves of each are the block's own, and
  /// `margin` more on either side are right.
  private(set) var first: [Frame]
  private(set) var second: [Frame]

  /// Frames of a block.
  private let size: Int
  /// The response at 0, 1, … cycles a block, over `size`.
  private let response: [Double]
  private var forward: FourierTransform
  private var inverse: FourierTransform
  private var real: [Frame]
  private var imaginary: [Frame]

  /// A filter that passes up to `passBand` and stops from `stopBand` on, both in cycles an input frame, `attenuation`
  /// dB down. The stop band begins below the Nyquist frequency of either rate or at it.
  init(passBand: Double, stopBand: Double, attenuation: Double, octaves: Int, margin: Int) {
    let window = KaiserWindow(attenuation: attenuation)
    let half = KaiserWindow.tapCount(attenuation: attenuation, transition: stopBand - passBand) / 2
    // Whole samples of the slower of the two rates.
    let grain = octaves < 0 ? 1 << -octaves : 1
    self.octaves = octaves
    reach = (half + margin << -octaves + 2 * grain) / grain * grain
    // Larger blocks compute less twice, but fit the caches and the reader's calls worse (measured: 3 and 12 reaches cost
    // a tenth more).
    var size = 256
    while size < 6 * reach { size *= 2 }
    self.size = size
    hop = (size - 2 * reach) / grain * grain

    // The windowed sinc, its middle at 0 and what comes before it at the end of the block.
    let cutoff = (passBand + stopBand) / 2
    var taps = [Double](repeating: 0, count: size)
    for tap in 1...half {
      let place = Double(tap)
      let value = Maths.sineAndCosine(turns: cutoff * place).sine / (Maths.pi * place)
      taps[tap] = value * window.value(at: place / Double(half + 1))
      taps[size - tap] = taps[tap]
    }
    taps[0] = 2 * cutoff
    let sum = taps.reduce(0, +)
    forward = FourierTransform(size: size)
    real = taps.map { Frame(repeating: $0 / sum) }
    imaginary = Array(repeating: .zero, count: size)
    forward.forward(&real, &imaginary)
    response = real[..<(size / 2)].map { $0.x / Double(size) }

    inverse = FourierTransform(size: size << octaves)
    first = Array(repeating: .zero, count: size << octaves)
    second = first
  }

  /// The input frames that pair number `pair` reads.
  func inputRange(ofPair pair: Int) -> Range<Int> {
    let start = 2 * pair * hop - reach
    return start..<start + hop + size
  }

  /// Computes pair number `pair` from `input`, which begins at frame `inputStart`; silence is on both sides of it.
  /// False, and nothing computed, if there is only silence.
  mutating func process(pair: Int, of input: Span<Frame>, startingAt inputStart: Int) -> Bool {
    let start = inputRange(ofPair: pair).lowerBound - inputStart
    let isSound = Self.load(input, start, &real)
    let isSoundAfter = Self.load(input, start + hop, &imaginary)
    guard isSound || isSoundAfter else { return false }
    forward.forward(&real, &imaginary)
    Self.resize(real, response, &first)
    Self.resize(imaginary, response, &second)
    inverse.inverse(&first, &second)
    return true
  }

  /// Fills a block with the frames of `input` from `start` on, and silence where there are none; whether there is sound.
  private static func load(_ input: Span<Frame>, _ start: Int, _ block: inout [Frame]) -> Bool {
    var frames = block.mutableSpan
    let from = min(max(0, -start), frames.count)
    let to = max(from, min(frames.count, input.count - start))
    for index in 0..<from { frames[index] = .zero }
    for index in to..<frames.count { frames[index] = .zero }
    var bits = SIMD2<UInt64>.zero
    for index in from..<to {
      let frame = input[start + index]
      bits |= unsafe unsafeBitCast(frame, to: SIMD2<UInt64>.self)
      frames[index] = frame
    }
    // The sign of a zero is no sound.
    return (bits.x | bits.y) << 1 != 0
  }

  /// The spectrum times the response, with as many points as `new` has.
  private static func resize(_ spectrum: [Frame], _ response: [Double], _ new: inout [Frame]) {
    let (old, factors) = (spectrum.span, response.span)
    var points = new.mutableSpan
    let half = min(old.count, points.count) / 2
    points[0] = old[0] * factors[0]
    for index in 1..<half {
      points[index] = old[index] * factors[index]
      points[points.count - index] = old[old.count - index] * factors[index]
    }
    // At the lower Nyquist frequency and above there is nothing.
    for index in half...points.count - half { points[index] = .zero }
  }
}
