/// How streaming services play a file: their reference, and whether they turn quiet files up.
///
/// Figures are the services' own as far as published, else measured by third parties; a service may change them
/// at any time. They say how a file will be treated, not how it should be delivered.
public struct Platform: Sendable {
  /// The name in `measure --json`.
  public let name: String
  /// LUFS.
  public let reference: Double
  public let turnsUp: Bool

  public static let all: [Platform] = [
    Platform(name: "spotify", reference: -14, turnsUp: true),
    Platform(name: "apple_music", reference: -16, turnsUp: true),
    Platform(name: "youtube", reference: -14, turnsUp: false),
    Platform(name: "youtube_music", reference: -7, turnsUp: false),
    Platform(name: "amazon_music", reference: -14, turnsUp: false),
    Platform(name: "tidal", reference: -14, turnsUp: false),
    Platform(name: "deezer", reference: -15, turnsUp: false),
    Platform(name: "soundcloud", reference: -14, turnsUp: false),
  ]

  /// The gain in dB that playback will apply; `nil` when there is no loudness. Turning up stops at a true peak of
  /// −1 dBTP.
  public func gain(_ measurement: Measurement) -> Double? {
    guard let loudness = measurement.integrated else { return nil }
    let wanted = reference - loudness
    guard wanted > 0 else { return wanted }
    guard turnsUp, let truePeak = measurement.truePeak else { return 0 }
    return min(wanted, max(0, -1 - truePeak))
  }
}
