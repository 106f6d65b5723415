import DSP
import Testing

/// What every kernel promises, whatever it computes.
protocol TestedKernel {
  mutating func process(_ frames: inout MutableSpan<Frame>)
  mutating func reset()
  mutating func flushDenormals()
}

extension BiquadCascade: TestedKernel {}
extension StereoWidthKernel: TestedKernel {}
extension DynamicsKernel: TestedKernel {}
extension DelayKernel: TestedKernel {}
extension DCBlock: TestedKernel {}
extension DelayLine: TestedKernel { mutating func flushDenormals() {} }

/// Noise between ±`peak` in both channels, the same for the same `seed`.
func noise(_ count: Int, peak: Double = 0.5, seed: UInt64 = 1) -> [Frame] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15
  func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) / 0x1p+52 * peak
  }
  return (0..<count).map { _ in Frame(next(), next()) }
}

func impulse(_ count: Int) -> [Frame] {
  var frames = [Frame](repeating: .zero, count: count)
  frames[0] = Frame(1, 1)
  return frames
}

extension TestedKernel {
  /// The output for `input`, fed in blocks of `block` frames, state flushed at multiples of 1024 frames.
  mutating func output(_ input: [Frame], block: Int = .max) -> [Frame] {
    var frames = input
    var start = 0
    while start < frames.count {
      let toFlush = 1024 - start % 1024
      let count = min(block, frames.count - start, toFlush)
      var part = Array(frames[start..<start + count])
      var span = part.mutableSpan
      process(&span)
      frames.replaceSubrange(start..<start + count, with: part)
      start += count
      if start % 1024 == 0 { flushDenormals() }
    }
    return frames
  }
}

/// Equal bits for any cut into blocks and after a reset; silence after silence; nothing but finite numbers.
func expectContract(
  _ kernel: some TestedKernel, tail: Int = 200_000, sourceLocation: SourceLocation = #_sourceLocation
) {
  let input = noise(3000)
  var whole = kernel
  let expected = whole.output(input)
  for block in [1, 7, 64, 512] {
    var other = kernel
    #expect(
      other.output(input, block: block) == expected, "blocks of \(block)", sourceLocation: sourceLocation)
  }
  whole.reset()
  #expect(whole.output(input) == expected, "after a reset", sourceLocation: sourceLocation)

  let rest = whole.output([Frame](repeating: .zero, count: tail))
  #expect(
    rest.suffix(512).allSatisfy { $0 == .zero }, "silence after the tail", sourceLocation: sourceLocation)

  for peak in [1e-300, 1e-15, 1e6, 1e30] {
    var extreme = kernel
    let output = extreme.output(noise(3000, peak: peak))
    #expect(
      output.allSatisfy { $0.x.isFinite && $0.y.isFinite }, "finite at \(peak)",
      sourceLocation: sourceLocation)
  }
}

/// Equal lanes in, equal lanes out.
func expectMonoStaysMono(_ kernel: some TestedKernel, sourceLocation: SourceLocation = #_sourceLocation) {
  var kernel = kernel
  let output = kernel.output(noise(3000).map { Frame($0.x, $0.x) })
  #expect(output.allSatisfy { $0.x == $0.y }, sourceLocation: sourceLocation)
}
