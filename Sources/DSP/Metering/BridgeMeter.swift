/// Loudness, peak, crest and correlation of up to four stereo signals side by side, as a meter bridge shows them.
///
/// A filter with feedback waits for its own last result most of the time; four signals in the lanes of one vector
/// share that wait, and single precision lets them fit. What that costs in exactness is far below a thousandth of a
/// decibel. The energies of each 100 ms are the only storage that grows.
///
/// One thread at a time may use it.
public final class BridgeMeter: @unchecked Sendable {
  /// What was found of one signal.
  public struct Reading: Sendable {
    /// Integrated, LUFS (BS.1770-5); `nil` when nothing is loud enough to have one.
    public var loudness: Double?
    /// The greatest sample, dBFS; `nil` for silence.
    public var peak: Double?
    /// dB from the RMS of the 100 ms blocks that sound up to the peak.
    public var crest: Double?
    /// Between left and right, −1 … 1; `nil` where a side is silent.
    public var correlation: Double?
  }

  /// How many signals go into one meter.
  public static let laneCount = 4

  typealias Lanes = SIMD4<Float>
  /// The left sides of all, then the right ones.
  typealias Sides = SIMD8<Float>

  /// All is measured so much larger: what kernels leave of a decaying signal (10⁻³⁰) then has a square that single
  /// precision holds as a normal number, and so has one of +160 dBFS.
  private static let scale = 0x1p30
  /// Mean square from which a block counts as sounding: −70 dBFS, where loudness begins too.
  private static let threshold = 1e-7
  /// Frames that are prepared at once, in the first-level cache.
  private static let chunk = 512

  private let sampleRate: Double
  private let filter: BridgeWeighting
  private var state = BridgeWeighting.State()
  private let signalCount: Int
  /// Of the matrices, for all lanes.
  private let gains: (leftToLeft: Lanes, rightToLeft: Lanes, leftToRight: Lanes, rightToRight: Lanes)
  private let isDiagonal: Bool
  private var gathered: [Sides]

  private var greatest = Lanes.zero
  private var squares = (left: SIMD4<Double>.zero, right: SIMD4<Double>.zero)
  private var products = SIMD4<Double>.zero
  /// Of the blocks that sound: the squares of both sides, and the frames.
  private var sounding = SIMD4<Double>.zero
  private var soundingFrames = SIMD4<Double>.zero
  /// Of the running block.
  private var blockSquares = SIMD4<Double>.zero
  private var blockEnergy = SIMD4<Double>.zero
  private var energies: [SIMD4<Double>] = []
  private var frame = 0
  private var blockStart = 0
  private var blockEnd: Int

  /// - Parameters:
  ///   - matrices: what each signal goes through before it is measured; one to four.
  ///   - expectedFrames: the length, if known.
  public init(sampleRate: Double, matrices: [MixMatrix], expectedFrames: Int = 0) {
    precondition((1...Self.laneCount).contains(matrices.count), "one to four signals")
    self.sampleRate = sampleRate
    signalCount = matrices.count
    isDiagonal = matrices.allSatisfy(\.isDiagonal)
    func lanes(_ gain: (MixMatrix) -> Double) -> Lanes {
      var lanes = Lanes.zero
      for (lane, matrix) in matrices.enumerated() { lanes[lane] = Float(Self.scale * gain(matrix)) }
      return lanes
    }
    gains = (lanes { $0.fromLeft.x }, lanes { $0.fromRight.x }, lanes { $0.fromLeft.y }, lanes { $0.fromRight.y })
    filter = BridgeWeighting(KWeighting(sampleRate: sampleRate))
    gathered = Array(repeating: .zero, count: Self.chunk)
    blockEnd = LoudnessProgramme.boundary(10, sampleRate)
    // An hour at most: the length is what a header claims.
    energies.reserveCapacity(Int(min(Double(expectedFrames) / sampleRate, 3600) * 10) + 1)
  }

  /// Measures the same `range` of each signal's buffer.
  public func process(_ sources: [FrameBuffer], _ range: Range<Int>) {
    precondition(sources.count == signalCount, "a buffer for each signal")
    // A lane without a signal hears the last one again, at a gain of zero.
    let lanes = (0..<Self.laneCount).map { sources[min($0, sources.count - 1)] }
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, start + Self.chunk, start + blockEnd - frame)
      lanes[0].read(start..<end) { first in
        lanes[1].read(start..<end) { second in
          lanes[2].read(start..<end) { third in
            lanes[3].read(start..<end) { fourth in
              gather(first, second, third, fourth)
            }
          }
        }
      }
      weigh(end - start)
      frame += end - start
      if frame == blockEnd { endBlock() }
      start = end
    }
  }

  /// Sends four signals through their matrices into the lanes, and adds their squares and products up.
  private func gather(
    _ first: Span<Frame>, _ second: Span<Frame>, _ third: Span<Frame>, _ fourth: Span<Frame>
  ) {
    let (leftToLeft, rightToLeft, leftToRight, rightToRight) = gains
    let isDiagonal = self.isDiagonal
    var (leftSum, rightSum, product) = (Lanes.zero, Lanes.zero, Lanes.zero)
    var greatest = self.greatest
    unsafe first.withUnsafeBufferPointer { first in
      unsafe second.withUnsafeBufferPointer { second in
        unsafe third.withUnsafeBufferPointer { third in
          unsafe fourth.withUnsafeBufferPointer { fourth in
            unsafe gathered.withUnsafeMutableBufferPointer { gathered in
              for index in 0..<first.count {
                let (a, b, c, d) = unsafe (first[index], second[index], third[index], fourth[index])
                let leftIn = Lanes(Float(a.x), Float(b.x), Float(c.x), Float(d.x))
                let rightIn = Lanes(Float(a.y), Float(b.y), Float(c.y), Float(d.y))
                var left = leftIn * leftToLeft, right = rightIn * rightToRight
                if !isDiagonal {
                  left += rightIn * rightToLeft
                  right += leftIn * leftToRight
                }
                let leftSquare = left * left, rightSquare = right * right
                leftSum += leftSquare
                rightSum += rightSquare
                product += left * right
                greatest = greatest.replacing(with: leftSquare, where: leftSquare .> greatest)
                greatest = greatest.replacing(with: rightSquare, where: rightSquare .> greatest)
                unsafe gathered[index] = Sides(lowHalf: left, highHalf: right)
              }
            }
          }
        }
      }
    }
    self.greatest = greatest
    squares.left += SIMD4<Double>(leftSum)
    squares.right += SIMD4<Double>(rightSum)
    products += SIMD4<Double>(product)
    blockSquares += SIMD4<Double>(leftSum) + SIMD4<Double>(rightSum)
  }

  /// The K-weighted energy of what was gathered.
  private func weigh(_ count: Int) {
    var state = state
    var energy = Sides.zero
    let filter = filter
    unsafe gathered.withUnsafeBufferPointer { gathered in
      for index in 0..<count {
        let weighted = unsafe filter.weighted(gathered[index], &state)
        energy += weighted * weighted
      }
    }
    state.flushDenormals()
    self.state = state
    blockEnergy += SIMD4<Double>(energy.lowHalf) + SIMD4<Double>(energy.highHalf)
  }

  private func endBlock() {
    energies.append(blockEnergy)
    takeBlock()
    blockEnergy = .zero
    blockEnd = LoudnessProgramme.boundary(10 * (energies.count + 1), sampleRate)
  }

  /// Adds the running block to what sounds, where it does.
  private func takeBlock() {
    let frames = Double(frame - blockStart)
    let least = Self.threshold * 2 * frames * Self.scale * Self.scale
    for lane in 0..<Self.laneCount where frames > 0 && blockSquares[lane] >= least {
      sounding[lane] += blockSquares[lane]
      soundingFrames[lane] += frames
    }
    blockSquares = .zero
    blockStart = frame
  }

  /// What was found of each signal, when all of it has been measured.
  public func readings() -> [Reading] {
    takeBlock()
    let unit = 1 / (Self.scale * Self.scale)
    return (0..<signalCount).map { lane in
      let peak = greatest[lane] > 0 ? 10 * Maths.log10(Double(greatest[lane]) * unit) : nil
      let power = soundingFrames[lane] > 0 ? sounding[lane] * unit / (2 * soundingFrames[lane]) : 0
      let left = squares.left[lane] * unit, right = squares.right[lane] * unit
      // The compiler must not learn the sign of what roots are taken of: where it does, it calls the C library.
      let product = left.magnitude.squareRoot() * right.magnitude.squareRoot()
      let weight = unit * filter.power
      return Reading(
        loudness: LoudnessProgramme(sampleRate: sampleRate, tenthEnergies: energies.map { $0[lane] * weight })
          .integrated,
        peak: peak, crest: power > 0 ? peak.map { $0 - 10 * Maths.log10(power) } : nil,
        correlation: product > 0 ? max(-1, min(1, products[lane] * unit / product)) : nil)
    }
  }
}

/// ``KWeighting`` for four signals in single precision. The high-pass has its poles so near to 1 that the usual forms
/// would lose its low frequencies in their sums of large numbers; here two sums of the output are subtracted instead,
/// which stay as large as the signal.
struct BridgeWeighting: Sendable {
  private let shelfNumerator: (BridgeMeter.Sides, BridgeMeter.Sides)
  private let shelfDenominator: (BridgeMeter.Sides, BridgeMeter.Sides)
  private let highPass: (BridgeMeter.Sides, BridgeMeter.Sides)
  /// By what the energy of the output has to be multiplied: the shelf's first coefficient is taken as 1.
  let power: Double

  struct State: Sendable {
    var shelf = (BridgeMeter.Sides.zero, BridgeMeter.Sides.zero)
    /// The sum of the output, and the sum of that.
    var sums = (BridgeMeter.Sides.zero, BridgeMeter.Sides.zero)

    /// Clears what has decayed far below anything measurable before it becomes subnormal.
    mutating func flushDenormals() {
      shelf.0 = flushed(shelf.0)
      shelf.1 = flushed(shelf.1)
      sums.0 = flushed(sums.0)
      sums.1 = flushed(sums.1)
    }

    private func flushed(_ value: BridgeMeter.Sides) -> BridgeMeter.Sides {
      value.replacing(with: 0, where: (value .< 1e-20) .& (value .> -1e-20))
    }
  }

  init(_ weighting: KWeighting) {
    let (b0, b1, b2) = weighting.shelfNumerator
    func lanes(_ value: Double) -> BridgeMeter.Sides { BridgeMeter.Sides(repeating: Float(value)) }
    shelfNumerator = (lanes(b1 / b0), lanes(b2 / b0))
    shelfDenominator = (lanes(weighting.shelfDenominator.0), lanes(weighting.shelfDenominator.1))
    power = b0 * b0
    // (1 − z⁻¹)² ∕ (1 + a₁z⁻¹ + a₂z⁻²) is what y = x − g₁Σy − g₂ΣΣy comes to, with a₁ = g₁ + g₂ − 2 and a₂ = 1 − g₁.
    let (a1, a2) = weighting.highPassDenominator
    highPass = (lanes(1 - a2), lanes(1 + a1 + a2))
  }

  @inline(__always)
  func weighted(_ input: BridgeMeter.Sides, _ state: inout State) -> BridgeMeter.Sides {
    let shelved = input + state.shelf.0
    state.shelf.0 = (input * shelfNumerator.0 + state.shelf.1) - shelved * shelfDenominator.0
    state.shelf.1 = input * shelfNumerator.1 - shelved * shelfDenominator.1
    let output = (shelved - state.sums.0 * highPass.0) - state.sums.1 * highPass.1
    state.sums.0 += output
    state.sums.1 += state.sums.0
    return output
  }
}
