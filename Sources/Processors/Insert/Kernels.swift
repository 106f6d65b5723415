public import DSP

// Kernels that are processors' sounds as they stand.

extension MixMatrix: AudioKernel {
  public func process(_ frames: inout MutableSpan<Frame>) { apply(to: &frames) }
}

extension BiquadCascade: AudioKernel {}
extension StereoWidthKernel: AudioKernel {}
extension DelayKernel: AudioKernel {}
extension Reverb: AudioKernel {}
extension DCBlock: AudioKernel {}

extension DynamicsKernel: AudioKernel {
  public var reductionDecibels: Double? { maximumReduction }
  public mutating func resetReduction() { resetMaximum() }
}

extension Clipper: AudioKernel {
  public var reductionDecibels: Double? { maximumReduction }
  public mutating func resetReduction() { resetMaximum() }
}

extension Limiter: AudioKernel {
  public var reductionDecibels: Double? { max(maximumReduction.left, maximumReduction.right) }
  public mutating func resetReduction() { resetMaximum() }
}
