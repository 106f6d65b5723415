/// How a one-channel programme is measured (`mono_loudness`).
public enum MonoLoudness: String, CaseIterable, Sendable {
  /// As what it becomes on two loudspeakers: the channel counts twice, 3.01 LU above `single`.
  case dual
  /// As one loudspeaker, the letter of BS.1770.
  case single
}

/// A streaming loudness meter after ITU-R BS.1770-5 Annex 1 and EBU Tech 3341.
///
/// It keeps the weighted energy of every 10 ms of programme and nothing else: 2.9 MB an hour. Everything that is
/// asked of a programme (integrated loudness, momentary and short-term series and maxima, loudness range, what a
/// gain would make of it, several programmes as one album) follows from these energies, in `LoudnessProgramme`.
///
/// Rates from 8 to 768 kHz, 1 to 64 channels, any block size with the same result. The energies are the only
/// storage that grows; give `expectedFrames` to have it reserved beforehand.
public struct LoudnessMeter: Sendable {
  public let sampleRate: Double
  public let channelCount: Int

  private let filter: KWeighting
  /// Per pair of channels: filter memory, energy of the running 10 ms, weight of each lane.
  private var states: [KWeighting.State]
  private var energies: [Frame]
  private let weights: [Frame]

  private var segments: [Double] = []
  private var frame = 0
  private var segmentEnd: Int

  /// - Parameters:
  ///   - sampleRate: in hertz, 8 000 … 768 000.
  ///   - channelCount: 1 … 64. Five channels are L R C Ls Rs, six L R C LFE Ls Rs (BS.1770-5 table 3: surrounds
  ///     weigh 1.41, the low-frequency channel nothing); any other count weighs 1 a channel.
  ///   - monoLoudness: for one channel only.
  ///   - expectedFrames: length of the programme, if known.
  public init(
    sampleRate: Double, channelCount: Int = 2, monoLoudness: MonoLoudness = .dual, expectedFrames: Int = 0
  ) {
    let channels =
      channelCount == 1
      ? [monoLoudness == .dual ? 2.0 : 1.0] : Self.channelWeights(channelCount: channelCount)
    self.init(sampleRate: sampleRate, channelWeights: channels, expectedFrames: expectedFrames)
  }

  /// - Parameter channelWeights: one weight per channel, on its energy (G of BS.1770-5 table 3).
  public init(sampleRate: Double, channelWeights: [Double], expectedFrames: Int = 0) {
    self.sampleRate = sampleRate
    self.channelCount = channelWeights.count
    filter = KWeighting(sampleRate: sampleRate)
    let pairs = (channelWeights.count + 1) / 2
    states = Array(repeating: KWeighting.State(), count: pairs)
    energies = Array(repeating: .zero, count: pairs)
    weights = (0..<pairs).map { pair in
      let second = 2 * pair + 1
      return Frame(channelWeights[2 * pair], second < channelWeights.count ? channelWeights[second] : 0)
    }
    segmentEnd = LoudnessProgramme.boundary(1, sampleRate)
    // An hour at most: the length is what a header claims.
    segments.reserveCapacity(Int(min(Double(expectedFrames) / sampleRate, 3600) * 100) + 1)
  }

  /// The weights of a layout by its channel count (BS.1770-5 table 3).
  public static func channelWeights(channelCount: Int) -> [Double] {
    switch channelCount {
    case 5: [1, 1, 1, 1.41, 1.41]
    case 6: [1, 1, 1, 0, 1.41, 1.41]
    default: Array(repeating: 1, count: channelCount)
    }
  }

  /// Measures a block of stereo frames (or mono ones, both lanes equal, when `channelCount` is 1).
  public mutating func process(_ frames: Span<Frame>) {
    var index = 0
    while index < frames.count {
      let end = min(frames.count, index + segmentEnd - frame)
      var state = states[0]
      var energy = energies[0]
      for position in index..<end {
        let weighted = filter.weighted(frames[position], &state)
        energy += weighted * weighted
      }
      states[0] = state
      energies[0] = energy
      advance(by: end - index)
      index = end
    }
  }

  /// Measures a block of interleaved samples, `channelCount` a frame; an incomplete last frame is ignored.
  public mutating func process(interleaved samples: Span<Double>) {
    let frameCount = samples.count / channelCount
    var index = 0
    while index < frameCount {
      let end = min(frameCount, index + segmentEnd - frame)
      for pair in states.indices {
        let paired = 2 * pair + 1 < channelCount
        var state = states[pair]
        var energy = energies[pair]
        for position in index..<end {
          let place = position * channelCount + 2 * pair
          let input = Frame(samples[place], paired ? samples[place + 1] : 0)
          let weighted = filter.weighted(input, &state)
          energy += weighted * weighted
        }
        states[pair] = state
        energies[pair] = energy
      }
      advance(by: end - index)
      index = end
    }
  }

  /// What has been measured so far. The last, incomplete 10 ms do not count.
  public var programme: LoudnessProgramme {
    LoudnessProgramme(sampleRate: sampleRate, segmentEnergies: segments)
  }

  /// The same of no more than the first `frameCount` frames.
  public func programme(of frameCount: Int) -> LoudnessProgramme {
    let whole = segments.indices.prefix { LoudnessProgramme.boundary($0 + 1, sampleRate) <= frameCount }
    return LoudnessProgramme(sampleRate: sampleRate, segmentEnergies: Array(segments[whole]))
  }

  public mutating func reset() {
    for pair in states.indices {
      states[pair] = KWeighting.State()
      energies[pair] = .zero
    }
    segments.removeAll(keepingCapacity: true)
    frame = 0
    segmentEnd = LoudnessProgramme.boundary(1, sampleRate)
  }

  private mutating func advance(by count: Int) {
    frame += count
    guard frame == segmentEnd else { return }
    var sum = 0.0
    for pair in energies.indices {
      let weighted = energies[pair] * weights[pair]
      sum += weighted.x + weighted.y
      energies[pair] = .zero
      states[pair].flushDenormals()
    }
    segments.append(sum)
    segmentEnd = LoudnessProgramme.boundary(segments.count + 1, sampleRate)
  }
}
