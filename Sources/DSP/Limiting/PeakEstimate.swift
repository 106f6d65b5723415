/// The limiter's first guess at true peaks: quick, and without a bound, because the limited signal is measured by the
/// judge afterwards. It is usually within 0.03 dB.
enum PeakEstimate {
  /// The peaks of the intervals of `range` and of the last of them, the larger channel's in both if linked; `nil` if
  /// they are not worth a look. `taps` are the kernel's quick ones.
  static func peaks(
    _ samples: Span<Frame>, _ range: Range<Int>, taps: Span<Double>, aim: Double, linked: Bool
  ) -> (all: Frame, last: Frame)? {
    var all = Frame.zero
    for place in range { all = greater(all, magnitude(samples[place])) }
    var last = magnitude(samples[range.upperBound])
    all = greater(all, last)
    // A peak between samples that lie further under the aim would have to rise by 3 dB; measuring the output
    // finds it.
    guard exceeds(all, Frame(repeating: 0.7 * aim)) else { return nil }
    if linked { all = Frame(repeating: max(all.x, all.y)) }
    for place in range {
      // A tone rises between its samples by an eighth of its second difference; twice that is looked at.
      let (before, left, right) = (samples[place - 1], samples[place], samples[place + 1])
      let bend = greater(
        magnitude(before + right - left - left), magnitude(left + samples[place + 2] - right - right))
      let larger = greater(magnitude(left), magnitude(right))
      guard exceeds(larger + bend * 0.25, all) else { continue }
      let peak = quickPeak(samples, place, taps)
      all = greater(all, peak)
      if linked { all = Frame(repeating: max(all.x, all.y)) }
      if place == range.upperBound - 1 { last = greater(last, peak) }
    }
    if linked { last = Frame(repeating: max(last.x, last.y)) }
    return (all, last)
  }

  /// The true peak of an interval by 12 taps at quarters of a frame, and a parabola through any three of them that
  /// turn between.
  private static func quickPeak(_ samples: Span<Frame>, _ place: Int, _ taps: Span<Double>) -> Frame {
    var quarters = (Frame.zero, Frame.zero, Frame.zero, Frame.zero)
    for tap in 0..<TruePeakKernel.quickTaps {
      let frame = place - TruePeakKernel.quickReach + tap
      let sample = samples[frame]
      // The third quarter of the interval before.
      quarters.0 += samples[frame - 1] * taps[2 * TruePeakKernel.quickTaps + tap]
      quarters.1 += sample * taps[tap]
      quarters.2 += sample * taps[TruePeakKernel.quickTaps + tap]
      quarters.3 += sample * taps[2 * TruePeakKernel.quickTaps + tap]
    }
    let (left, right) = (samples[place], samples[place + 1])
    return greater(
      greater(crest(quarters.0, left, quarters.1), crest(left, quarters.1, quarters.2)),
      greater(crest(quarters.1, quarters.2, quarters.3), crest(quarters.2, quarters.3, right)))
  }

  /// The magnitude of `middle`, or of the top of the parabola through it and its neighbours if it is nearest.
  private static func crest(_ before: Frame, _ middle: Frame, _ after: Frame) -> Frame {
    let slope = after - before
    let bend = (after - middle) + (before - middle)
    let top = magnitude(middle - slope * slope / (bend * 8))
    return magnitude(middle).replacing(with: top, where: magnitude(slope) .< magnitude(bend))
  }
}
