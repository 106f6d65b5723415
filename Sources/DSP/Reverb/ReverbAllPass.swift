/// One Schroeder all-pass: smears a click into a burst of echoes and leaves the spectrum's level alone.
///
/// v[n] = x[n] − g·v[n−d], y[n] = g·v[n] + v[n−d] (Schroeder, *Natural sounding artificial reverberation*,
/// JAES 10(3), 1962). The same delay on both sides; `gain` may move while it runs.
struct ReverbAllPass: Sendable {
  /// The ring holds exactly one delay: a place is read, then overwritten.
  private var ring: [Frame]
  private var position = 0
  private var gain = 0.0
  private var targetGain = 0.0
  private let seconds: Double
  private let steepest: Double

  /// `steepest` is the gain at full diffusion.
  init(seconds: Double, sampleRate: Double, steepest: Double) {
    ring = [Frame](repeating: .zero, count: max(1, Int(seconds * sampleRate + 0.5)))
    self.seconds = seconds
    self.steepest = steepest
  }

  /// A burst falls by 60 dB in a third of the decay at the most, or it would outlast the tail.
  mutating func update(_ design: Reverb.Design) {
    targetGain = min(steepest * design.diffusion, Maths.power10(-9 * seconds / design.decay))
  }

  mutating func approach(_ part: Double) { gain = approached(gain, targetGain, part) }

  mutating func process(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= frames.count)
    let count = ring.count, gain = gain
    var place = position
    var ring = ring.mutableSpan
    var start = range.lowerBound
    while start < range.upperBound {
      let run = min(range.upperBound - start, count - place)
      for index in 0..<run {
        // Both lie within what the precondition and the run's length allow.
        let delayed = unsafe ring[unchecked: place &+ index]
        let entered = unsafe frames[unchecked: start &+ index] - delayed * gain
        unsafe ring[unchecked: place &+ index] = entered
        unsafe frames[unchecked: start &+ index] = entered * gain + delayed
      }
      start += run
      place += run
      if place == count { place = 0 }
    }
    position = place
  }

  mutating func flushRing() { flushIfQuiet(&ring) }
}
