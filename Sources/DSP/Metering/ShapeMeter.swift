/// How a programme of one or two channels looks over time and between the loudspeakers: its waveform and correlation in
/// even steps, and its stereo field.
///
/// Everything is summed in the order of the frames, so any block size gives the same bits.
public struct ShapeMeter: Sendable {
  /// Frames of a step.
  public let stepFrames: Int
  /// The least and the greatest sample of each channel in each step.
  public private(set) var minima: [Frame] = []
  public private(set) var maxima: [Frame] = []
  public private(set) var field = StereoField()

  private let channelCount: Int
  private let window: Int
  /// Σ L² and Σ R², and Σ L·R, of each step.
  private var squares: [Frame] = []
  private var products: [Double] = []
  private var least = Frame.zero
  private var most = Frame.zero
  private var square = Frame.zero
  private var product = 0.0
  private var inStep = 0

  /// The correlation of a step is that of this long around it, in seconds, where steps are shorter.
  private static let correlationSeconds = 0.4
  /// Every so many frames one goes into the stereo field; even periods must not meet the same few again and again.
  private static let fieldStride = 5

  /// - Parameters:
  ///   - frameCount: the length of the programme, of which there are about `steps`.
  ///   - channelCount: 1 (lane 0 counts) or 2.
  public init(sampleRate: Double, channelCount: Int, frameCount: Int, steps: Int) {
    stepFrames = max(1, frameCount / steps + (frameCount % steps == 0 ? 0 : 1))
    self.channelCount = channelCount
    window = max(0, Int(Self.correlationSeconds * sampleRate / Double(stepFrames) / 2 + 0.5))
  }

  public mutating func process(_ block: Span<Frame>) {
    var index = 0
    while index < block.count {
      let count = min(block.count - index, stepFrames - inStep)
      var (least, most, square, product) = (least, most, square, product)
      for place in index..<index + count {
        let frame = block[place]
        least.replace(with: frame, where: frame .< least)
        most.replace(with: frame, where: frame .> most)
        square += frame * frame
        product += frame.x * frame.y
      }
      (self.least, self.most, self.square, self.product) = (least, most, square, product)
      if channelCount == 2 {
        var place = index + (Self.fieldStride - inStep % Self.fieldStride) % Self.fieldStride
        while place < index + count {
          field.count(block[place])
          place += Self.fieldStride
        }
      }
      inStep += count
      index += count
      if inStep == stepFrames { finishStep() }
    }
  }

  /// Takes the last, shorter step in.
  public mutating func finish() { if inStep > 0 { finishStep() } }

  private mutating func finishStep() {
    minima.append(least)
    maxima.append(most)
    squares.append(square)
    products.append(product)
    (least, most, square, product, inStep) = (.zero, .zero, .zero, 0, 0)
  }

  /// The correlation of left and right around each step, −1 … 1; `nil` where a channel is silent, and for mono.
  public var correlation: [Double?] {
    guard channelCount == 2 else { return [] }
    return products.indices.map { step in
      let range = max(0, step - window)...min(products.count - 1, step + window)
      var power = Frame.zero, product = 0.0
      for other in range {
        power += squares[other]
        product += products[other]
      }
      // Under −100 dBFS there is nothing to be heard.
      let floor = 1e-10 * Double(range.count * stepFrames)
      guard power.x > floor, power.y > floor else { return nil }
      return product / (power.x * power.y).magnitude.squareRoot()
    }
  }
}

/// Where a stereo programme's samples lie: how often each middle and side occur together.
///
/// A sample keeps its direction from the centre, while its distance, √(M² + S²), becomes its square root, which opens
/// up what is quiet: mono is upright, left and right alone are the diagonals. A sample and its negative count as one,
/// with the middle up.
public struct StereoField: Sendable, Equatable {
  /// Columns from side −1 (left) to 1 (right), and rows from middle 0 to 1.
  public static let columns = 61, rows = 31
  /// How many samples fell into each cell, row after row.
  public private(set) var counts = [Int](repeating: 0, count: columns * rows)

  mutating func count(_ frame: Frame) {
    var middle = (frame.x + frame.y) * 0.5, side = (frame.y - frame.x) * 0.5
    if middle < 0 { (middle, side) = (-middle, -side) }
    // Under −80 dBFS there is no direction.
    guard middle > 1e-4 || side > 1e-4 || side < -1e-4 else { return }
    let distance = (middle * middle + side * side).magnitude.squareRoot()
    // Beyond full scale it stays on the rim.
    let scale = Double(Self.rows - 1) / (distance > 1 ? distance : distance.magnitude.squareRoot())
    let row = Int(middle * scale + 0.5)
    let offset = Int((side < 0 ? -side : side) * scale + 0.5)
    counts[row * Self.columns + Self.columns / 2 + (side < 0 ? -offset : offset)] += 1
  }
}
