import DSP
public import Quantities
public import Tables

/// An algorithmic reverb.
public enum ReverbProcessor: Processor {
  public static let type = "reverb"
  public static let summary =
    "Room, hall or plate from a feedback delay network; the output is reverb only: use it on a return, or with `mix`."

  public enum Model: String, Choice { case room, hall, plate }

  public struct Settings: Sendable {
    public var model = Model.hall
    public var decay: TimeSpan = .seconds(1.8)
    public var predelay: TimeSpan = .seconds(0.02)
    public var size: Percent = 100
    public var damping: Percent = 40
    public var diffusion: Percent = 70
    public var lowCut: Hertz?
    public var highCut: Hertz?
    public var width: Percent = 100
    public var early: Percent = 100
    public var seed: Whole = 0
  }

  public static let initial = Settings()

  public static func isStereoByNature(_ settings: Settings) -> Bool { true }
}
