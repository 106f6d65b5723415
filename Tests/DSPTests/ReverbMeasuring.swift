import DSP

/// Measures of room acoustics, taken from impulse responses.
enum RoomAcoustics {
  /// Response of a reverb to a click of 1: on both sides, or on the left one alone.
  static func response(
    _ design: Reverb.Design, sampleRate: Double = 48_000, seconds: Double, left: Bool = false
  ) -> [Frame] {
    var frames = [Frame](repeating: .zero, count: Int(seconds * sampleRate))
    frames[0] = left ? Frame(1, 0) : Frame(1, 1)
    var reverb = Reverb(design: design, sampleRate: sampleRate)
    run(&reverb, &frames)
    return frames
  }

  static func run(_ reverb: inout Reverb, _ frames: inout [Frame]) {
    var span = frames.mutableSpan
    reverb.process(&span)
  }

  /// One octave about `centre`: fourth-order Butterworth low and high cuts at its edges (bilinear).
  static func octave(_ frames: [Frame], about centre: Double, sampleRate: Double) -> [Frame] {
    var output = frames
    for q in [0.541196100146197, 1.306562964876377] {
      for isLow in [false, true] {
        let corner = isLow ? centre * 2.0.squareRoot() : centre / 2.0.squareRoot()
        let k = Maths.tangent(Maths.pi * corner / sampleRate)
        let scale = 1 / (1 + k / q + k * k)
        let b = isLow ? k * k * scale : scale
        let a1 = 2 * (k * k - 1) * scale, a2 = (1 - k / q + k * k) * scale
        var first = Frame.zero, second = Frame.zero
        for index in output.indices {
          let x = output[index]
          let y = x * b + first
          first = x * (isLow ? 2 * b : -2 * b) - y * a1 + second
          second = x * b - y * a2
          output[index] = y
        }
      }
    }
    return output
  }

  /// Reverberation time by Schroeder's backward integration, −5…−35 dB (ISO 3382-1, T30), of one side.
  static func decay(_ frames: [Frame], lane: Int, sampleRate: Double) -> Double {
    var energy = [Double](repeating: 0, count: frames.count)
    var sum = 0.0
    for index in frames.indices.reversed() {
      sum += frames[index][lane] * frames[index][lane]
      energy[index] = sum
    }
    var count = 0.0, t = 0.0, tt = 0.0, d = 0.0, td = 0.0
    for index in stride(from: 0, to: frames.count, by: 8) {
      let level = 10 * Maths.log10(energy[index] / sum)
      if level > -5 { continue }
      if level < -35 { break }
      let time = Double(index) / sampleRate
      count += 1
      t += time
      tt += time * time
      d += level
      td += time * level
    }
    return -60 * (count * tt - t * t) / (count * td - t * d)
  }

  /// Energy of both sides together.
  static func energy(_ frames: [Frame]) -> Double { frames.reduce(0) { $0 + ($1 * $1).sum() } }

  static func decibels(power: Double) -> Double { 10 * Maths.log10(power) }

  /// Normalised echo density about a time, Hann window of 40 ms (Abel and Huang, AES 121st convention, 2006):
  /// the share of samples outside one standard deviation over that of Gaussian noise. Mean of both sides.
  static func echoDensity(_ frames: [Frame], at seconds: Double, sampleRate: Double) -> Double {
    let half = Int(0.02 * sampleRate), centre = Int(seconds * sampleRate)
    var density = 0.0
    for lane in 0..<2 {
      var weights = 0.0, power = 0.0
      for offset in -half...half {
        let weight = 0.5 + 0.5 * Maths.cosine(Maths.pi * Double(offset) / Double(half + 1))
        weights += weight
        power += weight * frames[centre + offset][lane] * frames[centre + offset][lane]
      }
      var outside = 0.0
      for offset in -half...half {
        let weight = 0.5 + 0.5 * Maths.cosine(Maths.pi * Double(offset) / Double(half + 1))
        let value = frames[centre + offset][lane]
        if value * value > power / weights { outside += weight }
      }
      density += outside / weights / 0.3173 / 2
    }
    return density
  }

  /// Power spectrum of one side of `range`, Hann window; as many bins as half the frames, a power of two.
  static func spectrum(_ frames: [Frame], _ range: Range<Int>, lane: Int) -> [Double] {
    let count = range.count
    var values = range.map { index in
      let turns = Double(index - range.lowerBound) / Double(count)
      return Frame(frames[index][lane] * (0.5 - 0.5 * Maths.sineAndCosine(turns: turns).cosine), 0)
    }
    transform(&values)
    return values[0..<count / 2].map { ($0 * $0).sum() }
  }

  /// Fast Fourier transform in place, radix 2; x real, y imaginary.
  static func transform(_ values: inout [Frame]) {
    let count = values.count
    precondition(count & (count - 1) == 0)
    var reversed = 0
    for index in 0..<count {
      if index < reversed { values.swapAt(index, reversed) }
      var bit = count >> 1
      while bit > 0 && reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
    }
    var size = 2
    while size <= count {
      let twiddles = (0..<size / 2).map { index in
        let both = Maths.sineAndCosine(turns: -Double(index) / Double(size))
        return Frame(both.cosine, both.sine)
      }
      for start in stride(from: 0, to: count, by: size) {
        for index in 0..<size / 2 {
          let a = values[start + index], b = values[start + index + size / 2], w = twiddles[index]
          let product = Frame(b.x * w.x - b.y * w.y, b.x * w.y + b.y * w.x)
          values[start + index] = a + product
          values[start + index + size / 2] = a - product
        }
      }
      size *= 2
    }
  }
}
