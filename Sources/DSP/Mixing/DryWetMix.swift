/// Mixes a processed signal with the signal as it was, which it delays by the processor's latency so that both
/// lie on top of each other. State: `latencyFrames` frames. No allocation after `init`.
///
/// A processor whose phase turns needs a dry signal turned alike (a crossover's all-pass) before it gets here.
public struct DryWetMix: Sendable {
  private var delay: DelayLine

  /// `latencyFrames`: what the wet signal lags behind.
  public init(latencyFrames: Int) { delay = DelayLine(frameCount: latencyFrames) }

  /// `wet` becomes `mix` · wet + (1 − `mix`) · dry; `mix` 0 … 1, exact at both ends. `dry` is delayed in place and
  /// must be as long as `wet`. To be called for every block, whatever the mix, as the delay runs on.
  public mutating func process(dry: inout MutableSpan<Frame>, wet: inout MutableSpan<Frame>, mix: Double) {
    delay.process(&dry)
    if mix == 1 { return }
    let rest = 1 - mix
    for index in 0..<wet.count { wet[index] = mix * wet[index] + rest * dry[index] }
  }

  /// The same with a mix for every frame.
  public mutating func process(
    dry: inout MutableSpan<Frame>, wet: inout MutableSpan<Frame>, mixes: Span<Double>
  ) {
    delay.process(&dry)
    for index in 0..<wet.count {
      let mix = mixes[index]
      wet[index] = mix * wet[index] + (1 - mix) * dry[index]
    }
  }

  public mutating func reset() { delay.reset() }
}
