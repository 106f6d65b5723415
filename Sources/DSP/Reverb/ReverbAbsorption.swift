/// What the lines of a network lose per frame of delay, by frequency.
///
/// A line of d frames gets the gain 10^(−3d/(RT60·fs)) (Jot and Chaigne, 1991) at `reference`,
/// and a first-order shelf that takes it to the shorter time of the high frequencies: the bilinear
/// transform of (1 + s/zero)/(1 + s/pole), about the model's damping frequency.
struct ReverbAbsorption {
  /// Between the octaves of 500 Hz and 1 kHz, by which a decay is judged.
  static let reference = 840.0

  private let decay: Double
  private let shortDecay: Double
  private let sampleRate: Double
  /// tan(w/2) of the shelf's middle and of the reference.
  private let middle: Double
  private let judged: Double

  init(_ design: Reverb.Design, _ character: ReverbCharacter, sampleRate: Double) {
    decay = design.decay
    // Damping goes from no difference to a tenth of the decay, evenly in octaves.
    shortDecay = design.decay * Maths.power10(-design.damping)
    self.sampleRate = sampleRate
    middle = Maths.tangent(Maths.pi * min(character.dampingFrequency, 0.4 * sampleRate) / sampleRate)
    judged = Maths.tangent(Maths.pi * Self.reference / sampleRate)
  }

  /// Coefficients of y = direct · w[n] + delayed · w[n−1], w[n] = x[n] + pole · w[n−1].
  struct Section {
    let direct: Double
    let delayed: Double
    let pole: Double
    /// Gain at the reference.
    let gain: Double
  }

  /// The section of a line.
  func section(delayFrames: Int) -> Section {
    let delay = Double(delayFrames)
    let gain = Maths.power10(-3 * delay / (decay * sampleRate))
    // Depth of the shelf from 0 Hz to the end, as −ln of its power. No deeper than 30 dB a round: what
    // falls so fast is gone.
    let fall = min(6.9, 13.815510557964274 * delay / sampleRate * (1 / shortDecay - 1 / decay))
    // The pole gives lines of all lengths the same course of decay over the judged octaves: the power falls
    // there by (1/pole² − 1/zero²)·t², which is to be (fall/middle²)·t².
    let share = fall < 1e-6 ? 1 : (1 - Maths.exp(-fall)) / fall
    let poleAt = middle * share.magnitude.squareRoot()
    let zeroAt = poleAt * Maths.exp(fall / 2)
    // |(1 + j·t/zero)/(1 + j·t/pole)| at the reference, to be taken out again.
    let t = judged
    let above = (1 + t * t / (zeroAt * zeroAt)).magnitude.squareRoot()
    let below = (1 + t * t / (poleAt * poleAt)).magnitude.squareRoot()
    // The low end lives at most 1.5 times as long as `decay`, and so never grows.
    let low = min(gain * below / above, Maths.power10(-2 * delay / (decay * sampleRate)))
    // s = (1 − z⁻¹)/(1 + z⁻¹) in units of tan(w/2).
    let scale = 1 / (1 + 1 / poleAt)
    let direct = low * (1 + 1 / zeroAt) * scale
    let delayed = low * (1 - 1 / zeroAt) * scale
    let pole = -(1 - 1 / poleAt) * scale
    return Section(direct: direct, delayed: delayed, pole: pole, gain: gain)
  }
}
