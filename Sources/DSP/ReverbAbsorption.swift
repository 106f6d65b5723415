/// What the lines of a network lose per frame of delay, by frequency.
///
/// A line of d frames gets the gain 10^(−3d/(RT60·fs)) (Jot and Chaigne, 1991, equation 15) at `reference`, and a
/// first-order shelf that takes it to the shorter time of the high frequencies; the shelf is a bilinear transform
/// of (1 + s/wz)/(1 + s/wp) whose middle √(wz·wp) is the model's damping frequency.
struct ReverbAbsorption {
  /// Between the octaves of 500 Hz and 1 kHz, by which a decay is judged.
  static let reference = 720.0

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

  /// The section of a line; `gain` is its gain at the reference.
  func section(delayFrames: Int) -> (direct: Double, delayed: Double, pole: Double, gain: Double) {
    let delay = Double(delayFrames)
    let gain = Maths.power10(-3 * delay / (decay * sampleRate))
    // Depth of the shelf from 0 Hz to the end; the poles lie below the middle by its root.
    // No deeper than 30 dB a round: what falls so fast is gone, and the pole stays above the judged octaves.
    let depth = max(0.0316, Maths.power10(-3 * delay / sampleRate * (1 / shortDecay - 1 / decay)))
    let root = depth.squareRoot()
    let poleAt = middle * root, zeroAt = middle / root
    // |(1 + j·t/zero)/(1 + j·t/pole)| at the reference, to be taken out again.
    let t = judged
    let above = (1 + t * t / (zeroAt * zeroAt)).squareRoot()
    let below = (1 + t * t / (poleAt * poleAt)).squareRoot()
    // The low end lives at most 1.5 times as long as `decay`, and so never grows.
    let low = min(gain * below / above, Maths.power10(-2 * delay / (decay * sampleRate)))
    // s = (1 − z⁻¹)/(1 + z⁻¹) in units of tan(w/2).
    let scale = 1 / (1 + 1 / poleAt)
    let direct = low * (1 + 1 / zeroAt) * scale
    let delayed = low * (1 - 1 / zeroAt) * scale
    let pole = -(1 - 1 / poleAt) * scale
    return (direct, delayed, pole, gain)
  }
}
