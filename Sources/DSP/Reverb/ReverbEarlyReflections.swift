/// The first reflections: a few echoes of each side, most on their own side, some across.
///
/// Times are spread evenly between the model's first and last reflection and jittered, apart for left and
/// right; levels follow the decay, signs are random so that the sum has no colour of its own. Each output
/// side has an energy of 1 for a click of 1 on both inputs.
struct ReverbEarlyReflections: Sendable {
  static let count = 12
  /// Reflections from here on cross to the other side (their times lie among the others').
  static let firstCrossing = 8

  /// Delay in frames of each reflection of the left and of the right input.
  private var leftDelays = InlineArray<12, Int>(repeating: 1)
  private var rightDelays = InlineArray<12, Int>(repeating: 1)
  private var signs = InlineArray<12, Frame>(repeating: Frame(1, 1))
  private var gains = InlineArray<12, Frame>(repeating: .zero)
  private var targetGains = InlineArray<12, Frame>(repeating: .zero)
  /// Dulling by walls and air: a first-order low-pass y += a (x − y).
  private var dulling: Double
  private var targetDulling: Double
  private var dulled = Frame.zero

  private var ring: [Frame]
  private var position = 0
  private let sampleRate: Double
  private let character: ReverbCharacter

  init(_ design: Reverb.Design, sampleRate: Double, scale: Double, longestRun: Int) {
    self.sampleRate = sampleRate
    character = ReverbCharacter(design.model)
    var random = ReverbRandom(seed: (design.seed &+ character.firstSeed) ^ 0x6561_726C_79)
    let first = character.firstReflection * scale * sampleRate
    let last = character.lastReflection * scale * sampleRate
    let spacing = (last - first) / Double(Self.count)
    for reflection in 0..<Self.count {
      // 0…7 take eight of the twelve slots in turn, 8…11 every third one.
      let crossing = reflection - Self.firstCrossing
      let slot = crossing < 0 ? reflection / 2 * 3 + reflection % 2 : crossing * 3 + 2
      leftDelays[reflection] = max(1, Int(first + (Double(slot) + random.fraction()) * spacing))
      rightDelays[reflection] = max(1, Int(first + (Double(slot) + random.fraction()) * spacing))
      signs[reflection] = Frame(random.sign(), random.sign())
    }
    ring = [Frame](repeating: .zero, count: Int(last) + 2 + longestRun)
    dulling = 1
    targetDulling = 1
    update(design)
    gains = targetGains
    dulling = targetDulling
  }

  var lastFrame: Int { ring.count }

  mutating func update(_ design: Reverb.Design) {
    let fall = -3 / (design.decay * sampleRate)
    var energy = Frame.zero
    for reflection in 0..<Self.count {
      let left = Maths.power10(fall * Double(leftDelays[reflection]))
      let right = Maths.power10(fall * Double(rightDelays[reflection]))
      // A crossing reflection is given as it arrives: lane x is heard on the left and comes from the right.
      let level = reflection < Self.firstCrossing ? Frame(left, right) : Frame(right, left) * 0.8
      targetGains[reflection] = level
      energy += level * level
    }
    let scale = Frame(1 / energy.x.magnitude.squareRoot(), 1 / energy.y.magnitude.squareRoot())
    for reflection in 0..<Self.count {
      targetGains[reflection] *= scale * signs[reflection]
    }
    let corner = min(character.dampingFrequency * (2.5 - 1.5 * design.damping), 0.45 * sampleRate)
    targetDulling = 1 - Maths.exp(-2 * Maths.pi * corner / sampleRate)
  }

  mutating func approach(_ part: Double) {
    for reflection in 0..<Self.count {
      gains[reflection] = approached(gains[reflection], targetGains[reflection], part)
    }
    dulling = approached(dulling, targetDulling, part)
  }

  /// Reads `range` of `frames` and writes the reflections to the same places of `reflections`.
  mutating func process(
    _ frames: borrowing MutableSpan<Frame>, _ range: Range<Int>, into output: inout [Frame]
  ) {
    precondition(range.lowerBound >= 0 && range.upperBound <= frames.count && range.count <= output.count)
    var reflections = output.mutableSpan
    let length = ring.count
    let gains = gains, dulling = dulling
    let leftDelay = leftDelays, rightDelay = rightDelays
    var left = leftDelay, right = rightDelay
    var place = position
    var dulled = dulled
    var ring = ring.mutableSpan
    var start = 0
    while start < range.count {
      // A run ends where the first of the places wraps around.
      var run = min(range.count - start, length - place)
      for reflection in 0..<Self.count {
        left[reflection] = wrapped(place - leftDelay[reflection], length)
        right[reflection] = wrapped(place - rightDelay[reflection], length)
        run = min(run, length - left[reflection], length - right[reflection])
      }
      // Four reflections a pass, so that their places stay in registers: eight own, four across.
      for index in 0..<run {
        unsafe ring[unchecked: place &+ index] = frames[unchecked: range.lowerBound &+ start &+ index]
        var sum = Frame.zero
        for reflection in 0..<4 {
          let heard = unsafe Frame(
            ring[unchecked: left[reflection] &+ index].x, ring[unchecked: right[reflection] &+ index].y)
          sum += heard * gains[reflection]
        }
        unsafe reflections[unchecked: start &+ index] = sum
      }
      for index in 0..<run {
        var sum = unsafe reflections[unchecked: start &+ index]
        for reflection in 4..<8 {
          let heard = unsafe Frame(
            ring[unchecked: left[reflection] &+ index].x, ring[unchecked: right[reflection] &+ index].y)
          sum += heard * gains[reflection]
        }
        unsafe reflections[unchecked: start &+ index] = sum
      }
      for index in 0..<run {
        var sum = unsafe reflections[unchecked: start &+ index]
        for reflection in 8..<12 {
          let heard = unsafe Frame(
            ring[unchecked: right[reflection] &+ index].y, ring[unchecked: left[reflection] &+ index].x)
          sum += heard * gains[reflection]
        }
        dulled += (sum - dulled) * dulling
        unsafe reflections[unchecked: start &+ index] = dulled
      }
      start += run
      place += run
      if place == length { place = 0 }
    }
    self.dulled = dulled
    position = place
  }

  mutating func flushFilters() { flush(&dulled) }
}

/// A place in a ring of `length` that lies at most `length` before its start.
@inline(__always)
func wrapped(_ place: Int, _ length: Int) -> Int { place < 0 ? place + length : place }
