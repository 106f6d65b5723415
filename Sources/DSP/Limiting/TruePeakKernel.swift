/// The interpolation that decides what a true peak is, and a cheaper one with a bound on how far it can be off.
///
/// The judge is 16-fold oversampling by a Kaiser-windowed sinc of 256 taps a phase (β = 10: stopband under
/// −100 dB, flat to 0.487 of the sample rate). ITU-R BS.1770-5 Annex 2 asks for 4-fold at least and gives a 48-tap
/// filter by way of example, which reads up to 2.2 dB low near Nyquist.
///
/// 256 taps at 15 phases are too many to compute everywhere. Two estimates say where the judge must look:
///
/// - *linear*: between two samples the signal exceeds the larger one at most by a constant times the greatest
///   second difference nearby;
/// - *short*: 24 taps, off at most by a constant times the greatest *treble* nearby, the signal filtered by
///   ((1 − 0.7 z⁻¹)/1.7)⁴, small where music is strong and 1 at Nyquist, where a short filter fails.
///
/// The constants are proofs, not experience. Judge minus estimate is a filter d; with u the treble filter,
/// d = q·u, and |d ∗ x| ≤ Σ|q| · max|u ∗ x| (Hölder). Σ|q| is split into the taps within 32 frames and the rest, so
/// that a loud treble far away counts little. What lies beyond the window kept weighs under 10⁻⁶ and is ignored.
struct TruePeakKernel: Sendable {
  static let phases = 16
  static let judgeTaps = 256
  static let shortTaps = 24
  static let quickTaps = 12
  /// Frames from the last one before the place in question back to a kernel's first tap.
  static let judgeReach = 127
  static let shortReach = 11
  static let quickReach = 5

  /// Taps of phases 1 … 15, one after the other; phase p lies p/16 after the frame. Phase 0 is the frame itself.
  let judge: [Double]
  let short: [Double]
  /// Taps of the phases a quarter, a half and three quarters of a frame, for estimates without a bound.
  let quick: [Double]
  /// Per phase, index 0 for phase 1: the short estimate's error per unit of near and of far treble.
  let nearTreble: [Double]
  let farTreble: [Double]
  /// The linear estimate's error per unit of near and far second difference; worst phase.
  let nearCurvature: Double
  let farCurvature: Double

  /// The same between two points of the judge a quarter of a frame apart.
  let nearQuarterCurvature: Double
  let farQuarterCurvature: Double

  static let standard = TruePeakKernel()

  private init() {
    var judge: [Double] = []
    var short: [Double] = []
    var nearTreble: [Double] = []
    var farTreble: [Double] = []
    for phase in 1..<Self.phases {
      let exact = Self.windowedSinc(phase: phase, taps: Self.judgeTaps, shape: 10)
      let estimate = Self.windowedSinc(phase: phase, taps: Self.shortTaps, shape: 6)
      judge += exact
      short += estimate
      var error = exact
      for tap in estimate.indices { error[tap + Self.judgeReach - Self.shortReach] -= estimate[tap] }
      let treble = Self.trebleNorm(error)
      nearTreble.append(treble.near)
      farTreble.append(treble.far)
    }
    quick = [4, 8, 12].flatMap { Self.windowedSinc(phase: $0, taps: Self.quickTaps, shape: 4) }
    self.judge = judge
    self.short = short
    self.nearTreble = nearTreble
    self.farTreble = farTreble
    (nearCurvature, farCurvature) = Self.worstCurvature(judge, spacing: 16)
    (nearQuarterCurvature, farQuarterCurvature) = Self.worstCurvature(judge, spacing: 4)
  }

  /// The worst error of a straight line between two of the judge's points, `spacing` phases apart.
  private static func worstCurvature(_ judge: [Double], spacing: Int) -> (near: Double, far: Double) {
    /// The judge's taps, with one more for the frame after the interval.
    func taps(_ phase: Int) -> [Double] {
      var taps = Array(repeating: 0.0, count: judgeTaps)
      if phase % phases == 0 {
        taps[judgeReach + phase / phases] = 1
      } else {
        taps = Array(judge[(phase - 1) * judgeTaps..<phase * judgeTaps])
      }
      return taps
    }
    var worst = (near: 0.0, far: 0.0)
    for phase in 1..<phases where phase % spacing != 0 {
      let start = phase / spacing * spacing
      let part = Double(phase - start) / Double(spacing)
      let (exact, before, after) = (taps(phase), taps(start), taps(start + spacing))
      let error = exact.indices.map { exact[$0] - before[$0] * (1 - part) - after[$0] * part }
      let norm = curvatureNorm(error)
      worst = (max(worst.near, norm.near), max(worst.far, norm.far))
    }
    return worst
  }

  /// Taps around a place `phase`/16 after a frame, half of them on either side, for that frame's sample and those
  /// around it in order of time.
  static func windowedSinc(phase: Int, taps: Int, shape: Double) -> [Double] {
    let offset = Double(phase) / Double(phases)
    let height = Maths.sineAndCosine(turns: offset / 2).sine
    let half = Double(taps / 2)
    let window = KaiserWindow(shape: shape)
    return (0..<taps).map { tap in
      let distance = offset - Double(tap - (taps / 2 - 1))
      // sin π(offset − k) = (−1)^k sin π·offset.
      let sine = (tap - (taps / 2 - 1)) % 2 == 0 ? height : -height
      return sine / (Maths.pi * distance) * window.value(at: distance / half)
    }
  }

  /// Σ|q| of `error` = q · ((1 − 0.7 z⁻¹)/1.7)⁴, near the middle and elsewhere.
  private static func trebleNorm(_ error: [Double]) -> (near: Double, far: Double) {
    // Tap k of the error is Σ uᵢ q[k+i]: dividing runs from the last tap to the first, and past it as it decays.
    let tail = 256
    var quotient = Array(repeating: 0.0, count: tail) + error
    for _ in 0..<4 {
      var later = 0.0
      for place in quotient.indices.reversed() {
        later = 1.7 * quotient[place] + 0.7 * later
        quotient[place] = later
      }
    }
    return norm(quotient, middle: tail + judgeReach)
  }

  /// The same for a straight line's error and the second difference x[n−1] − 2x[n] + x[n+1].
  private static func curvatureNorm(_ line: [Double]) -> (near: Double, far: Double) {
    // What the windowing leaves of sum and first moment, some 10⁻⁵, is put on the two samples beside the place
    // (the search allows for it): then two running sums divide by (1 − z⁻¹)² without remainder.
    var error = line
    var sum = 0.0
    var moment = 0.0
    for tap in line.indices {
      sum += line[tap]
      moment += line[tap] * Double(tap - judgeReach)
    }
    error[judgeReach] -= sum - moment
    error[judgeReach + 1] -= moment
    var first = 0.0
    var second = 0.0
    for tap in error.indices {
      first += error[tap]
      second += first
      error[tap] = second
    }
    // The second sum at tap k belongs to the difference around k + 1.
    return norm(error, middle: judgeReach - 1)
  }

  private static func norm(_ quotient: [Double], middle: Int) -> (near: Double, far: Double) {
    var near = 0.0
    var far = 0.0
    for place in quotient.indices {
      // The place in question lies between `middle` and the one after.
      if place >= middle - 31 && place <= middle + 32 {
        near += Maths.magnitude(quotient[place])
      } else {
        far += Maths.magnitude(quotient[place])
      }
    }
    return (near, far)
  }
}
