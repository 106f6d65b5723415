// What Ogg Vorbis and Opus cannot hold.

extension EncodingFormat {
  static func refusal(
    of rate: VorbisRate, _ sampleRate: Int, _ channelCount: Int
  ) -> (reason: String, hints: [String])? {
    // Which libvorbis takes for the nearest that it has.
    if case .quality(let quality) = rate, !(-1...10).contains(quality) {
      return ("Ogg Vorbis quality goes from -1 to 10, not \(decimal(quality, places: 2))", ["write `quality: 6`"])
    }
    if vorbisAccepts(rate, sampleRate: sampleRate, channelCount: channelCount) { return nil }
    switch rate {
    case .quality:
      return ("Ogg Vorbis goes up to 200 kHz; the sample rate is \(sampleRate) Hz", ["write `sample_rate: 96 kHz`"])
    case .bitrate(let bitsPerSecond):
      let accepted = (1...600).filter {
        vorbisAccepts(.bitrate($0 * 1000), sampleRate: sampleRate, channelCount: channelCount)
      }
      let channels = channelCount == 1 ? "mono" : "stereo"
      guard let least = accepted.first, let greatest = accepted.last else {
        return ("Ogg Vorbis has no bitrates at \(sampleRate) Hz, only qualities", ["write `quality: 6`"])
      }
      return (
        "Ogg Vorbis at \(sampleRate) Hz in \(channels) has bitrates from \(least) to \(greatest) kbps, not \(kilobits(bitsPerSecond))",
        ["write `bitrate: \(bitsPerSecond < least * 1000 ? least : greatest) kbps`", "or `quality: 6`"]
      )
    }
  }

  static func refusalOfOpus(
    _ bitsPerSecond: Int, _ sampleRate: Int, _ channelCount: Int
  ) -> (reason: String, hints: [String])? {
    guard [8_000, 12_000, 16_000, 24_000, 48_000].contains(sampleRate) else {
      return (
        "Opus is made at 8, 12, 16, 24 or 48 kHz; the sample rate is \(sampleRate) Hz", ["write `sample_rate: 48 kHz`"]
      )
    }
    // The largest packets of 20 ms (RFC 6716 §3.4) hold 510 kbps; libopus uses little more than half for one channel.
    let greatest = channelCount == 1 ? 256 : 510
    if bitsPerSecond < 6_000 || bitsPerSecond > greatest * 1000 {
      return (
        "Opus in \(channelCount == 1 ? "mono" : "stereo") has bitrates from 6 to \(greatest) kbps, not \(kilobits(bitsPerSecond))",
        ["write `bitrate: \(bitsPerSecond < 6_000 ? 6 : greatest) kbps`"]
      )
    }
    return nil
  }

  private static func kilobits(_ bitsPerSecond: Int) -> String {
    let (whole, rest) = bitsPerSecond.quotientAndRemainder(dividingBy: 1000)
    return rest == 0 ? "\(whole)" : decimal(Double(bitsPerSecond) / 1000, places: 3)
  }
}
