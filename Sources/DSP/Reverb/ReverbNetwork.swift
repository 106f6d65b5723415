/// The tail: sixteen lines of mutually prime lengths, kept as eight pairs, that feed each other through an
/// orthogonal matrix.
///
/// Pair k holds a line of the left side (lane x) and one of the right (lane y). Once a frame every line is
/// read, passes its absorbent filter, the eight lines of a side meet in a Hadamard matrix, and what comes
/// back enters the lines again with the new input. Half of the lines change sides where they are read: the
/// whole is a permutation and two Hadamard matrices, hence orthogonal, and loses only what the filters take
/// (Jot and Chaigne, AES 90th convention, 1991).
///
/// The input enters its own side by (+ 0 + 0 + 0 − 0) and the other by (0 + 0 + 0 + 0 −); an ear hears,
/// after the matrix, its own side by (+ 0 − 0 + 0 + 0) and the other by (0 + 0 − 0 + 0 +). Through the
/// matrix each of the four is a row of ±1 over all lines of a side, so no line's end echoes its beginning
/// louder than the others do. Rows in and rows out are orthogonal on purpose: where they overlap, the modes
/// that are struck hardest are also heard best, and the tail seems to decay too slowly until the modes
/// stand apart (the coherent backscattering of acoustics and optics).
struct ReverbNetwork: Sendable {
  static let pairs = 8

  /// First-order section of each line: y = direct · w[n] + delayed · w[n−1], w[n] = x[n] + pole · w[n−1].
  private struct Absorption: Sendable {
    var direct = ReverbLines()
    var delayed = ReverbLines()
    var pole = ReverbLines()
    /// Factor of the sum of the lines that gives a click of 1 a tail of energy 1.
    var level = 0.0
  }

  /// Delay in frames of both lines of each pair.
  private(set) var leftDelays = InlineArray<8, Int>(repeating: 1)
  private(set) var rightDelays = InlineArray<8, Int>(repeating: 1)
  /// Sign with which each line is heard and goes round.
  private var signs = InlineArray<8, Frame>(repeating: Frame(1, 1))
  private var absorption = Absorption()
  private var target = Absorption()
  private var memory = ReverbLines()

  /// Eight rings one after another.
  private var rings: [Frame]
  private let ringLength: Int
  private var position = 0
  private let sampleRate: Double
  private let character: ReverbCharacter

  init(_ design: Reverb.Design, sampleRate: Double, scale: Double, longestRun: Int) {
    self.sampleRate = sampleRate
    character = ReverbCharacter(design.model)
    var random = ReverbRandom(seed: design.seed &+ character.firstSeed)

    // Lengths in a geometric row, jittered within their step, without common divisors.
    let ratio = Maths.log2(character.longestLine / character.shortestLine)
    var lengths: [Int] = []
    for line in 0..<2 * Self.pairs {
      let step = (Double(line) + 0.1 + 0.8 * random.fraction()) / Double(2 * Self.pairs)
      let seconds = character.shortestLine * Maths.exp2(ratio * step) * scale
      lengths.append(coprimeFrames(nearest: seconds * sampleRate, to: lengths))
    }
    // Neighbours in length go to the two sides of a pair, and pairs into a random order.
    var order = Array(0..<Self.pairs)
    for last in stride(from: Self.pairs - 1, to: 0, by: -1) { order.swapAt(last, random.index(last + 1)) }
    for pair in 0..<Self.pairs {
      let swapped = random.sign() < 0
      leftDelays[pair] = lengths[2 * order[pair] + (swapped ? 1 : 0)]
      rightDelays[pair] = lengths[2 * order[pair] + (swapped ? 0 : 1)]
      signs[pair] = Frame(random.sign(), random.sign())
    }
    // An odd multiple of eight frames keeps the eight rings out of one set of the processor's cache.
    ringLength = ((lengths.max() ?? 1) + longestRun) / 16 * 16 + 24
    rings = [Frame](repeating: .zero, count: Self.pairs * ringLength)
    update(design)
    absorption = target
  }

  var longestLine: Int { ringLength }

  /// Lays the absorbent filters for the decay and damping of `design`.
  mutating func update(_ design: Reverb.Design) {
    let loss = ReverbAbsorption(design, character, sampleRate: sampleRate)
    var energy = 0.0
    let sections = InlineArray<8, (left: ReverbAbsorption.Section, right: ReverbAbsorption.Section)> {
      (loss.section(delayFrames: leftDelays[$0]), loss.section(delayFrames: rightDelays[$0]))
    }
    for pair in 0..<Self.pairs {
      let left = sections[pair].left.gain, right = sections[pair].right.gain
      energy += left * left + right * right
    }
    let signs = signs
    target.direct = ReverbLines {
      Frame(sections[$0].left.direct, sections[$0].right.direct) * signs[$0] * matrixScale
    }
    target.delayed = ReverbLines {
      Frame(sections[$0].left.delayed, sections[$0].right.delayed) * signs[$0] * matrixScale
    }
    target.pole = ReverbLines { Frame(sections[$0].left.pole, sections[$0].right.pole) }
    // With energy spread evenly over the lines each round keeps its mean loss G, and all rounds together give
    // G/(1−G) of what entered: eight lines a side, each at matrixScale, so the sums cancel.
    let mean = energy / Double(2 * Self.pairs)
    target.level = ((1 - mean) / (8 * mean)).magnitude.squareRoot()
  }

  mutating func approach(_ part: Double) {
    absorption.direct = approached(absorption.direct, target.direct, part)
    absorption.delayed = approached(absorption.delayed, target.delayed, part)
    absorption.pole = approached(absorption.pole, target.pole, part)
    absorption.level = approached(absorption.level, target.level, part)
  }

  /// Replaces `range` of `frames` by the tail it causes.
  mutating func process(_ frames: inout MutableSpan<Frame>, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= frames.count)
    let length = ringLength
    let direct = absorption.direct, delayed = absorption.delayed, pole = absorption.pole
    let level = absorption.level
    var memory = memory
    let leftDelay = leftDelays, rightDelay = rightDelays
    var left = leftDelay, right = rightDelay
    var place = position
    var rings = rings.mutableSpan
    var start = range.lowerBound
    while start < range.upperBound {
      // A run ends where the first of the seventeen places wraps around.
      var run = min(range.upperBound - start, length - place)
      for pair in 0..<Self.pairs {
        let leftPlace = wrapped(place - leftDelay[pair], length)
        let rightPlace = wrapped(place - rightDelay[pair], length)
        run = min(run, length - leftPlace, length - rightPlace)
        left[pair] = pair * length + leftPlace
        right[pair] = pair * length + rightPlace
      }
      for index in 0..<run {
        // Read; the last four pairs change sides.
        let heard = ReverbLines { pair in
          unsafe pair < 4
            ? Frame(rings[unchecked: left[pair] &+ index].x, rings[unchecked: right[pair] &+ index].y)
            : Frame(rings[unchecked: right[pair] &+ index].y, rings[unchecked: left[pair] &+ index].x)
        }
        // Absorb.
        let entered = heard + memory * pole
        let absorbed = entered * direct + memory * delayed
        memory = entered
        let mixed = absorbed.mixed()
        let input = unsafe frames[unchecked: start &+ index]
        let own = mixed.a - mixed.c + mixed.e + mixed.g
        let other = mixed.b - mixed.d + mixed.f + mixed.h
        unsafe frames[unchecked: start &+ index] = (own + Frame(other.y, other.x)) * level
        let crossed = Frame(input.y, input.x)
        let written = place &+ index
        unsafe rings[unchecked: written] = mixed.a + input
        unsafe rings[unchecked: written &+ length] = mixed.b + crossed
        unsafe rings[unchecked: written &+ length &* 2] = mixed.c + input
        unsafe rings[unchecked: written &+ length &* 3] = mixed.d + crossed
        unsafe rings[unchecked: written &+ length &* 4] = mixed.e + input
        unsafe rings[unchecked: written &+ length &* 5] = mixed.f + crossed
        unsafe rings[unchecked: written &+ length &* 6] = mixed.g - input
        unsafe rings[unchecked: written &+ length &* 7] = mixed.h - crossed
      }
      start += run
      place += run
      if place == length { place = 0 }
    }
    self.memory = memory
    position = place
  }

  mutating func flushFilters() { memory.flush() }

  mutating func flushRings() { flushIfQuiet(&rings) }
}

/// 1/√8, which makes the Hadamard matrix of eight rows orthogonal.
private let matrixScale = 0.35355339059327373
