/// How much is turned down as it is heard: the greatest mean of a reduction over 50 ms.
///
/// A reduction of 10 dB for a millisecond is not heard as such; one of 3 dB that stays is. The reduction is 1 − gain,
/// and its mean over 50 steps of a millisecond is told in decibels, of the channel that has most.
public struct ReductionMeter: Sendable {
  private static let windowSteps = 50

  private let stepFrames: Int
  private var sums = Array(repeating: Frame.zero, count: windowSteps)
  private var current = Frame.zero
  private var frames = 0
  private var step = 0
  private var greatest = 0.0

  public init(sampleRate: Double) { stepFrames = max(1, Int(Maths.roundedHalfUp(sampleRate * 0.001))) }

  public mutating func process(_ reduction: Span<Frame>) {
    for index in 0..<reduction.count {
      current += reduction[index]
      frames += 1
      if frames == stepFrames { finishStep() }
    }
  }

  private mutating func finishStep() {
    sums[step] = current
    step = (step + 1) % Self.windowSteps
    frames = 0
    defer { current = .zero }
    // A window without anything at its end has had its greatest mean.
    guard current != .zero else { return }
    var total = Frame.zero
    for sum in sums { total += sum }
    greatest = max(greatest, max(total.x, total.y) / Double(Self.windowSteps * stepFrames))
  }

  /// In dB, 0 or more.
  public var decibels: Double { greatest > 0 ? -Maths.decibels(amplitude: 1 - greatest) : 0 }
}
