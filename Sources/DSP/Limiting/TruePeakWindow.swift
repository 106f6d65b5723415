/// A stretch of signal in which the judge's true peaks above a threshold are found without computing all of it.
///
/// Frames are analysed in groups of 32; the interval of frame n is the time from n up to, not including, n + 1.
/// Only the intervals that the linear and then the short estimate cannot clear are given to the judge
/// (`TruePeakKernel` has the bounds), so that the answer is the one a full computation gives.
struct TruePeakWindow: Sendable {
  static let groupLength = 32
  /// Groups on either side of an interval's own that its bound looks at (at least 160 frames).
  static let farGroups = 6
  /// Frames that must be known (and analysed) after an interval before it can be judged.
  static let reach = (farGroups + 1) * groupLength

  /// (1/16)²/8 of the second derivative, which is at most π²/4 times the second difference.
  private static let betweenPoints = 0.0012048

  /// What a group contains, per channel.
  struct Group: Sendable {
    /// Greatest |x|, the first frame of the next group included: the far end of the last interval.
    var peak = Frame.zero
    /// Greatest |x[n−1] − 2x[n] + x[n+1]|.
    var curvature = Frame.zero
    /// Greatest |treble|, see `TruePeakKernel`.
    var treble = Frame.zero
  }

  /// The signal. Write here, then `analyse` the groups written.
  var frames: [Frame]
  private(set) var groups: [Group]
  private let kernel = TruePeakKernel.standard

  /// - Parameter capacity: in frames, a multiple of 32.
  init(capacity: Int) {
    frames = Array(repeating: .zero, count: capacity)
    groups = Array(repeating: Group(), count: capacity / Self.groupLength)
  }

  /// Measures groups whose frames (and the one after the last) have been written. The first group of the window
  /// lacks its past and counts it as silence.
  mutating func analyse(_ range: Range<Int>) {
    for group in range { groups[group] = Self.measured(group, frames.span) }
  }

  private static func measured(_ group: Int, _ samples: Span<Frame>) -> Group {
    let start = group * groupLength
    let isFirst = group == 0
    let isLast = start + groupLength == samples.count
    // The treble filter is four equal first-order differences; their memory is rebuilt from four frames.
    var before = isFirst ? Frame.zero : samples[start - 1]
    var stages = (Frame.zero, Frame.zero, Frame.zero)
    if !isFirst {
      let (a, b, c, d) = (samples[start - 4], samples[start - 3], samples[start - 2], before)
      let (ab, bc, cd) = (b - a * 0.7, c - b * 0.7, d - c * 0.7)
      let (abc, bcd) = (bc - ab * 0.7, cd - bc * 0.7)
      stages = (cd, bcd, bcd - abc * 0.7)
    }
    var current = samples[start]
    var level = Group()
    for offset in 0..<groupLength {
      let next = isLast && offset == groupLength - 1 ? .zero : samples[start + offset + 1]
      let first = current - before * 0.7
      let second = first - stages.0 * 0.7
      let third = second - stages.1 * 0.7
      let fourth = third - stages.2 * 0.7
      stages = (first, second, third)
      let bend = (before - current) + (next - current)
      level.peak = greater(level.peak, magnitude(current))
      level.curvature = greater(level.curvature, magnitude(bend))
      level.treble = greater(level.treble, magnitude(fourth))
      before = current
      current = next
    }
    level.peak = greater(level.peak, magnitude(current))
    level.treble *= 0.11973036721303624  // 1/1.7⁴
    return level
  }

  /// Drops the first `count` frames (a multiple of 32); silence, not yet analysed, enters at the end.
  mutating func advance(by count: Int) {
    shift(&frames, count, .zero)
    shift(&groups, count / Self.groupLength, Group())
  }

  /// The first interval at or after `start` and before `end` with a judged peak above `threshold` in either
  /// channel. `peak` is the judge's maximum in a channel that exceeds, and 0 in one that does not.
  ///
  /// With `between`, peaks are raised by what a finer judge could still find between two of its points, h apart:
  /// h²/8 of the second derivative, that is up to 0.04 dB for tones near Nyquist and next to nothing below.
  func next(
    from start: Int, to end: Int, above threshold: Frame, between: Bool = false
  ) -> (frame: Int, peak: Frame)? {
    let samples = frames.span
    let levels = groups.span
    var place = start
    while place < end {
      let group = place / Self.groupLength
      let groupEnd = min(end, (group + 1) * Self.groupLength)
      // A sum of interpolation weights is 1 only to some 10⁻⁵; the margin also covers rounding.
      let level = levels[group]
      let around = surroundings(group)
      let rise =
        around.near.curvature * kernel.nearCurvature + around.far.curvature * kernel.farCurvature
      let margin = between ? around.near.curvature * Self.betweenPoints : .zero
      let limit = threshold - margin
      // A sum of interpolation weights is 1 only to some 10⁻⁵; this also covers rounding.
      let clear = limit * 0.9999 - rise
      if exceeds(level.peak, clear) {
        while place < groupEnd {
          let larger = greater(magnitude(samples[place]), magnitude(samples[place + 1]))
          if exceeds(larger, clear) {
            let peak = judged(place, near: around.near, far: around.far, above: limit)
            if exceeds(peak, .zero) {
              return (place, peak.replacing(with: peak + margin, where: peak .> .zero))
            }
          }
          place += 1
        }
      }
      place = groupEnd
    }
    return nil
  }

  /// The judge's maximum in the interval of frame `place`, per channel, where above `threshold`; else 0.
  private func judged(_ place: Int, near: Group, far: Group, above threshold: Frame) -> Frame {
    var best = magnitude(frames[place])
    best = best.replacing(with: 0, where: best .<= threshold)
    var floor = greater(threshold, best)

    // Bounds at the quarters clear most intervals, and most quarters of those they do not.
    let rise =
      near.curvature * kernel.nearQuarterCurvature + far.curvature * kernel.farQuarterCurvature
      + floor * 0.0001
    let quarters = InlineArray<5, Frame> { quarter in
      quarter % 4 == 0
        ? magnitude(frames[place + quarter / 4]) : bound(place, phase: 4 * quarter, near, far)
    }
    var possible = InlineArray<16, Frame>(repeating: .zero)
    var anyPossible = false
    for quarter in 0..<4 where exceeds(greater(quarters[quarter], quarters[quarter + 1]) + rise, floor) {
      anyPossible = true
      if quarter > 0 { possible[4 * quarter] = quarters[quarter] }
      if quarter < 3 { possible[4 * quarter + 4] = quarters[quarter + 1] }
      for phase in 4 * quarter + 1..<4 * quarter + 4 {
        possible[phase] = bound(place, phase: phase, near, far)
      }
    }
    // The most promising phase first: it usually clears the others.
    while anyPossible {
      var chosen = 0
      var promise = -1.0
      for phase in 1..<TruePeakKernel.phases {
        let excess = possible[phase] - floor
        let larger = excess.x > excess.y ? excess.x : excess.y
        if larger > promise {
          promise = larger
          chosen = phase
        }
      }
      guard promise > 0 else { break }
      possible[chosen] = .zero
      let value = judge(place, phase: chosen)
      best = best.replacing(with: value, where: value .> floor)
      floor = greater(floor, value)
    }
    return best
  }

  /// The most the judge can find at `phase` (1 … 15) of the interval of frame `place`.
  private func bound(_ place: Int, phase: Int, _ near: Group, _ far: Group) -> Frame {
    let samples = frames.span
    let short = kernel.short.span
    var sums = (Frame.zero, Frame.zero)
    var tap = (phase - 1) * TruePeakKernel.shortTaps
    var frame = place - TruePeakKernel.shortReach
    for _ in 0..<TruePeakKernel.shortTaps / 2 {
      unsafe sums.0 += samples[unchecked: frame] * short[unchecked: tap]
      unsafe sums.1 += samples[unchecked: frame + 1] * short[unchecked: tap + 1]
      tap += 2
      frame += 2
    }
    let error = near.treble * kernel.nearTreble[phase - 1] + far.treble * kernel.farTreble[phase - 1]
    return (magnitude(sums.0 + sums.1) + error) * 1.000001
  }

  /// The judge's magnitude at `phase` (1 … 15) of the interval of frame `place`.
  private func judge(_ place: Int, phase: Int) -> Frame {
    let samples = frames.span
    let taps = kernel.judge.span
    var sums = (Frame.zero, Frame.zero, Frame.zero, Frame.zero)
    var tap = (phase - 1) * TruePeakKernel.judgeTaps
    var frame = place - TruePeakKernel.judgeReach
    for _ in 0..<TruePeakKernel.judgeTaps / 4 {
      unsafe sums.0 += samples[unchecked: frame] * taps[unchecked: tap]
      unsafe sums.1 += samples[unchecked: frame + 1] * taps[unchecked: tap + 1]
      unsafe sums.2 += samples[unchecked: frame + 2] * taps[unchecked: tap + 2]
      unsafe sums.3 += samples[unchecked: frame + 3] * taps[unchecked: tap + 3]
      tap += 4
      frame += 4
    }
    return magnitude((sums.0 + sums.1) + (sums.2 + sums.3))
  }

  /// The greatest curvature and treble around `group`: next to it, and as far as the kernels reach.
  private func surroundings(_ group: Int) -> (near: Group, far: Group) {
    let levels = groups.span
    var near = Group()
    var far = Group()
    for other in max(0, group - Self.farGroups)...min(levels.count - 1, group + Self.farGroups) {
      let level = levels[other]
      far.curvature = greater(far.curvature, level.curvature)
      far.treble = greater(far.treble, level.treble)
      if other >= group - 1 && other <= group + 1 {
        near.curvature = greater(near.curvature, level.curvature)
        near.treble = greater(near.treble, level.treble)
      }
    }
    return (near, far)
  }
}

// MARK: - Pairs of magnitudes

@inline(__always)
func magnitude(_ value: Frame) -> Frame {
  unsafe unsafeBitCast(
    unsafeBitCast(value, to: SIMD2<UInt64>.self) & SIMD2(repeating: 0x7FFF_FFFF_FFFF_FFFF), to: Frame.self)
}

@inline(__always)
func greater(_ a: Frame, _ b: Frame) -> Frame {
  a.replacing(with: b, where: b .> a)
}

/// Whether either channel's value lies above its limit.
@inline(__always)
func exceeds(_ value: Frame, _ limit: Frame) -> Bool {
  value.x > limit.x || value.y > limit.y
}
