/// Delays a signal by whole frames. State: `frameCount` frames, silent at first. Latency: `frameCount`. No
/// allocation after `init`.
public struct DelayLine: Sendable {
  private var memory: [Frame]
  private var position = 0

  /// A delay of `frameCount` ≥ 0 frames; 0 leaves the signal untouched.
  public init(frameCount: Int) { memory = Array(repeating: .zero, count: frameCount) }

  public var frameCount: Int { memory.count }

  /// Replaces each frame by the one `frameCount` before.
  public mutating func process(_ frames: inout MutableSpan<Frame>) {
    guard !memory.isEmpty else { return }
    var place = position
    var memory = self.memory.mutableSpan
    let length = memory.count
    for index in 0..<frames.count {
      let delayed = memory[place]
      memory[place] = frames[index]
      frames[index] = delayed
      place += 1
      if place == length { place = 0 }
    }
    position = place
  }

  /// Fills the memory with silence.
  public mutating func reset() {
    for index in memory.indices { memory[index] = .zero }
    position = 0
  }
}
