/// What makes a room a room, a hall a hall and a plate a plate, at size 1.
///
/// The numbers are this product's own tuning, found by measuring decay, echo density and spectra.
struct ReverbCharacter {
  /// Defaults of `Reverb.Design`.
  let decay: Double
  let damping: Double
  let diffusion: Double
  let early: Double

  /// Shortest and longest line of the network, in seconds.
  let shortestLine: Double
  let longestLine: Double
  /// First and last early reflection, in seconds after the predelay.
  let firstReflection: Double
  let lastReflection: Double
  /// Whether the early reflections, too, come after all all-passes, and no single one stands out.
  let reflectionsAreDiffuse: Bool
  /// Added to the seed, so that seed 0 is the space whose decay was measured to be the most even, over times,
  /// octaves, sides and sample rates (of 1500).
  let firstSeed: UInt64
  /// Delays of the all-passes ahead of the early reflections, in seconds.
  let shortDiffusion: InlineArray<2, Double>
  /// Delays of the all-passes between the early reflections and the network, in seconds.
  let longDiffusion: InlineArray<4, Double>
  /// Middle of the damping shelf, in Hz.
  let dampingFrequency: Double

  init(_ model: Reverb.Model) {
    switch model {
    case .room:
      decay = 0.6
      damping = 0.5
      diffusion = 0.8
      early = -2
      shortestLine = 0.0137
      longestLine = 0.0593
      firstReflection = 0.0031
      lastReflection = 0.0290
      firstSeed = 488
      reflectionsAreDiffuse = false
      shortDiffusion = [0.00097, 0.00171]
      longDiffusion = [0.00233, 0.00371, 0.00523, 0.00761]
      dampingFrequency = 7_000
    case .hall:
      decay = 2
      damping = 0.55
      diffusion = 0.85
      early = -7
      shortestLine = 0.0311
      longestLine = 0.1430
      firstReflection = 0.0140
      lastReflection = 0.0890
      firstSeed = 163
      reflectionsAreDiffuse = false
      shortDiffusion = [0.00149, 0.00257]
      longDiffusion = [0.00433, 0.00719, 0.01090, 0.01630]
      dampingFrequency = 7_000
    case .plate:
      decay = 1.6
      damping = 0.35
      diffusion = 0.9
      early = -4
      shortestLine = 0.0149
      longestLine = 0.1110
      firstReflection = 0.0003
      lastReflection = 0.0170
      firstSeed = 1183
      reflectionsAreDiffuse = true
      shortDiffusion = [0.00061, 0.00113]
      longDiffusion = [0.00187, 0.00317, 0.00571, 0.00893]
      dampingFrequency = 7_000
    }
  }

  /// Mean line of the network at size 1, in seconds.
  var meanLine: Double { (shortestLine + longestLine) / 2 }

  /// Factor of all delays for a size and a decay.
  ///
  /// A short decay needs short lines: a tail that falls by 60 dB in a few round trips is a row of echoes,
  /// not a decay. So the mean line `size · meanLine` gives way to a twelfth of the decay, softly: (a⁻⁴ +
  /// b⁻⁴)^(−1/4).
  func scale(size: Double, decay: Double) -> Double {
    let wanted = size * meanLine, allowed = decay / 12
    let ratio = wanted / allowed
    return size / (1 + ratio * ratio * ratio * ratio).magnitude.squareRoot().magnitude.squareRoot()
  }
}
