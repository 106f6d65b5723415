extension Reverb {
  /// The kind of space.
  public enum Model: Sendable, CaseIterable {
    /// Early reflections dense and short, lines of a small space.
    case room
    /// Early reflections spaced and late, lines of a large space.
    case hall
    /// Diffuse from the start, with no discrete reflection.
    case plate
  }

  /// What a reverb is asked for. Times in seconds, frequencies in Hz, shares as fractions (1 is 100 %).
  public struct Design: Sendable, Equatable {
    /// The kind of space. Fixed once frames have run.
    public var model: Model
    /// Reverberation time: seconds until the tail has fallen by 60 dB, at 500 Hz and 1 kHz; 0.1…20.
    public var decay: Double
    /// Seconds before the wet sound begins; 0…0.5.
    public var predelay: Double
    /// Size of the space against the model's own; 0.1…2. Fixed once frames have run.
    public var size: Double
    /// How much faster high frequencies die away than the rest: 0 not at all, 1 ten times.
    public var damping: Double
    /// How far the input is smeared before it enters the network; 0…1.
    public var diffusion: Double
    /// Low cut of the wet sound, 12 dB per octave; 0 is off.
    public var lowCut: Double
    /// High cut of the wet sound, 12 dB per octave; infinity is off.
    public var highCut: Double
    /// Factor of the wet sound's side signal: 0 mono, 1 as made, 2 widest.
    public var width: Double
    /// Level of the early reflections against the tail in dB, energy against energy; −infinity is none.
    /// The sum of the two keeps its energy.
    public var early: Double
    /// Chooses one space among many alike. Fixed once frames have run.
    public var seed: UInt64

    /// The defaults of a model.
    public init(_ model: Model) {
      self.model = model
      predelay = 0
      size = 1
      lowCut = 0
      highCut = .infinity
      width = 1
      seed = 0
      let character = ReverbCharacter(model)
      decay = character.decay
      damping = character.damping
      diffusion = character.diffusion
      early = character.early
    }

    /// The design with every value within its range; what is not a number becomes the model's default.
    var bounded: Design {
      func bound(_ value: Double, _ low: Double, _ high: Double, _ fallback: Double) -> Double {
        if value.isNaN { return fallback }
        return value < low ? low : value > high ? high : value
      }
      let usual = Design(model)
      var design = self
      design.decay = bound(decay, 0.1, 20, usual.decay)
      design.predelay = bound(predelay, 0, 0.5, usual.predelay)
      design.size = bound(size, 0.1, 2, usual.size)
      design.damping = bound(damping, 0, 1, usual.damping)
      design.diffusion = bound(diffusion, 0, 1, usual.diffusion)
      design.lowCut = bound(lowCut, 0, 20_000, usual.lowCut)
      design.highCut = bound(highCut, 20, .infinity, usual.highCut)
      design.width = bound(width, 0, 2, usual.width)
      design.early = bound(early, -.infinity, 40, usual.early)
      return design
    }
  }
}
