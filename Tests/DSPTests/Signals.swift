import DSP

/// Uniform noise in ±`amplitude`, its channels unrelated, the same for the same seed.
func noise(_ count: Int, seed: UInt64, amplitude: Double = 1) -> [Frame] {
  var state = seed &* 0x2545_F491_4F6C_DD1D &+ 0x9E37_79B9_7F4A_7C15
  func next() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return (Double(state >> 11) * 0x1p-52 - 1) * amplitude
  }
  return (0..<count).map { _ in Frame(next(), next()) }
}

/// The level, in dB re 1, of the sine of `frequency` (cycles a sample) in `samples`, by correlation. Give it a whole
/// number of periods.
func toneLevel(_ samples: [Double], _ frequency: Double) -> Double {
  var sine = 0.0
  var cosine = 0.0
  for index in samples.indices {
    let turns = Double(index) * frequency
    let wave = Maths.sineAndCosine(turns: turns - Maths.floor(turns))
    sine += samples[index] * wave.sine
    cosine += samples[index] * wave.cosine
  }
  let scale = 2 / Double(samples.count)
  return Maths.decibels(amplitude: (sine * sine + cosine * cosine).squareRoot() * scale)
}

/// An independent true-peak meter: `oversampling` points a frame by a Kaiser-windowed sinc of 256 taps, everywhere,
/// in dBTP.
func bruteTruePeak(_ frames: [Frame], oversampling: Int = 16) -> Double {
  let half = 128
  func bessel(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for index in 1..<60 {
      term *= (x / 2 / Double(index)) * (x / 2 / Double(index))
      sum += term
    }
    return sum
  }
  let silence = Array(repeating: Frame.zero, count: 2 * half)
  let padded = silence + frames + silence
  var greatest = frames.reduce(0.0) { max($0, abs($1.x), abs($1.y)) }
  for phase in 1..<oversampling {
    let place = Double(phase) / Double(oversampling)
    let taps = (1 - half...half).map { tap -> Double in
      let distance = place - Double(tap)
      let edge = distance / Double(half)
      let window = bessel(10 * (1 - edge * edge).squareRoot()) / bessel(10)
      return Maths.sine(Maths.pi * distance) / (Maths.pi * distance) * window
    }
    for start in 0..<padded.count - 2 * half {
      var sum = Frame.zero
      for tap in 0..<2 * half { sum += padded[start + tap] * taps[tap] }
      greatest = max(greatest, abs(sum.x), abs(sum.y))
    }
  }
  return Maths.decibels(amplitude: greatest)
}
