import DSP
import Testing

/// What a reverb sounds like, measured on its impulse responses.
@Suite struct ReverbSoundTests {
  @Test(arguments: Reverb.Model.allCases, [44_100.0, 48_000, 96_000])
  func `the measured decay is the one asked for`(model: Reverb.Model, sampleRate: Double) {
    for decay in [0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 4, 6, 10] {
      if decay > 6 && sampleRate > 48_000 { continue }
      var design = Reverb.Design(model)
      design.decay = decay
      let response = RoomAcoustics.response(
        design, sampleRate: sampleRate, seconds: 0.8 * decay + 0.2)
      let allowed = decay < 0.5 || decay > 6 ? 0.1 : 0.05
      for centre in [500.0, 1_000] {
        let band = RoomAcoustics.octave(response, about: centre, sampleRate: sampleRate)
        for lane in 0..<2 {
          let error = RoomAcoustics.decay(band, lane: lane, sampleRate: sampleRate) / decay - 1
          #expect(
            abs(error) <= allowed, "\(model) \(decay) s, \(centre) Hz, side \(lane): off by \(error * 100) %")
        }
      }
    }
  }

  @Test(arguments: Reverb.Model.allCases)
  func `damping shortens the high frequencies and leaves the judged octaves`(model: Reverb.Model) {
    var decays: [(middle: Double, high: Double)] = []
    for damping in [0, 0.3, 0.6] {
      var design = Reverb.Design(model)
      design.decay = 1.5
      design.damping = damping
      let response = RoomAcoustics.response(design, seconds: 1.6)
      let middle = RoomAcoustics.octave(response, about: 700, sampleRate: 48_000)
      let high = RoomAcoustics.octave(response, about: 8_000, sampleRate: 48_000)
      decays.append(
        (
          RoomAcoustics.decay(middle, lane: 0, sampleRate: 48_000),
          RoomAcoustics.decay(high, lane: 0, sampleRate: 48_000)
        ))
    }
    for decay in decays { #expect(abs(decay.middle / 1.5 - 1) < 0.08) }
    #expect(abs(decays[0].high / 1.5 - 1) < 0.05)
    #expect(decays[1].high < 0.8 * decays[0].high)
    #expect(decays[2].high < 0.75 * decays[1].high)
  }

  @Test(arguments: Reverb.Model.allCases, [0, 1, 2] as [UInt64])
  func `the tail is as dense as noise from 100 ms on`(model: Reverb.Model, seed: UInt64) {
    var design = Reverb.Design(model)
    design.seed = seed
    let response = RoomAcoustics.response(design, seconds: 0.5)
    for seconds in [0.1, 0.15, 0.2, 0.3, 0.4] {
      let density = RoomAcoustics.echoDensity(response, at: seconds, sampleRate: 48_000)
      #expect(density > 0.85 && density < 1.15, "\(model), seed \(seed), at \(seconds) s: \(density)")
    }
  }

  @Test func `early reflections make the model`() {
    func density(_ model: Reverb.Model, _ seconds: Double) -> Double {
      let response = RoomAcoustics.response(Reverb.Design(model), seconds: 0.2)
      return RoomAcoustics.echoDensity(response, at: seconds, sampleRate: 48_000)
    }
    // A plate is diffuse at once, a room has its reflections within 30 ms, a hall's stand apart till later.
    #expect(density(.plate, 0.025) > 0.9)
    #expect(density(.room, 0.025) < 0.85)
    #expect(density(.room, 0.05) > 0.85)
    #expect(density(.hall, 0.04) < 0.65)

    // Without them the first sound comes later.
    func start(_ early: Double) -> Int? {
      var design = Reverb.Design(.hall)
      design.early = early
      return RoomAcoustics.response(design, seconds: 0.2).firstIndex { abs($0.x) > 1e-3 }
    }
    #expect((start(0) ?? 0) < 1_200)
    #expect((start(-.infinity) ?? 0) > 1_400)
  }

  /// A mode that outlives its neighbours stands out of them in the later tail: no band of a 24th of an
  /// octave does by 6 dB over the bands of its third. Mean of four stretches, each at the level it had
  /// without the decay, since any one of them has the chance peaks of noise.
  @Test(arguments: Reverb.Model.allCases, [0.6, 2, 6])
  func `no mode rings`(model: Reverb.Model, decay: Double) {
    var design = Reverb.Design(model)
    design.decay = decay
    let count = decay < 1 ? 8_192 : 32_768
    let response = RoomAcoustics.response(design, seconds: decay * 0.8 + Double(count) / 48_000 + 0.01)
    for lane in 0..<2 {
      var power = [Double](repeating: 0, count: count / 2)
      for part in [0.35, 0.5, 0.65, 0.8] {
        let start = Int(part * decay * 48_000)
        let stretch = RoomAcoustics.spectrum(response, start..<start + count, lane: lane)
        for bin in power.indices { power[bin] += stretch[bin] * Maths.power10(6 * part) }
      }
      let bands = (0..<108).map { band in
        let low = Int(500 * Maths.exp2(Double(band) / 24) / 48_000 * Double(count))
        let high = Int(500 * Maths.exp2(Double(band + 1) / 24) / 48_000 * Double(count))
        return RoomAcoustics.decibels(power: power[low..<high].reduce(0, +) / Double(high - low))
      }
      for band in 4..<bands.count - 4 {
        let neighbours = (bands[band - 4..<band] + bands[band + 1...band + 4]).reduce(0, +) / 8
        #expect(bands[band] - neighbours < 6, "\(model) \(decay) s: band \(band), side \(lane)")
      }
    }
  }

  @Test(arguments: Reverb.Model.allCases, [0.3, 0.6, 1.5, 4])
  func `all models and decays are equally loud`(model: Reverb.Model, decay: Double) {
    var design = Reverb.Design(model)
    design.decay = decay
    let response = RoomAcoustics.response(design, seconds: decay + 0.3)
    var click = [Frame](repeating: .zero, count: 9_600)
    click[0] = Frame(1, 1)
    func energy(_ frames: [Frame]) -> Double {
      RoomAcoustics.energy(RoomAcoustics.octave(frames, about: 800, sampleRate: 48_000))
    }
    let level = RoomAcoustics.decibels(power: energy(response) / energy(click))
    #expect(abs(level) < 1, "\(model) \(decay) s: \(level) dB")
  }

  @Test(arguments: Reverb.Model.allCases, [0, 1, 2] as [UInt64])
  func `the sides are independent and their sum keeps its level`(model: Reverb.Model, seed: UInt64) {
    var design = Reverb.Design(model)
    design.seed = seed
    let response = RoomAcoustics.response(design, seconds: design.decay)
    let sums = response.reduce((left: 0.0, right: 0.0, product: 0.0)) { sums, frame in
      (sums.left + frame.x * frame.x, sums.right + frame.y * frame.y, sums.product + frame.x * frame.y)
    }
    #expect(abs(sums.product / (sums.left * sums.right).squareRoot()) < 0.25)
    #expect(abs(RoomAcoustics.decibels(power: sums.left / sums.right)) < 1)
    let mono = response.map { Frame(repeating: $0.sum() / 2) }
    let loss = RoomAcoustics.decibels(power: RoomAcoustics.energy(mono) / RoomAcoustics.energy(response))
    #expect(loss > (seed == 0 ? -3.1 : -3.3), "\(model), seed \(seed): \(loss) dB")
  }

  @Test(arguments: Reverb.Model.allCases)
  func `a sound on the left starts on the left and ends on both sides`(model: Reverb.Model) {
    let response = RoomAcoustics.response(Reverb.Design(model), seconds: 0.6, left: true)
    func balance(_ range: Range<Int>) -> Double {
      let both = response[range].reduce(Frame.zero) { $0 + $1 * $1 }
      return RoomAcoustics.decibels(power: both.x / both.y)
    }
    #expect(balance(0..<2_400) > 1.5)
    #expect(abs(balance(9_600..<28_800)) < 1)
  }

  @Test func `a space is the same at every sample rate`() {
    // Level of the first 200 ms in three octaves, 44.1 kHz against 96 kHz.
    for model in Reverb.Model.allCases {
      for centre in [250.0, 1_000, 4_000] {
        let levels = [44_100.0, 96_000].map { rate in
          let response = RoomAcoustics.response(Reverb.Design(model), sampleRate: rate, seconds: 0.2)
          let band = RoomAcoustics.octave(response, about: centre, sampleRate: rate)
          return RoomAcoustics.decibels(power: RoomAcoustics.energy(band) * rate)
        }
        #expect(abs(levels[0] - levels[1]) < 1, "\(model) \(centre) Hz: \(levels)")
      }
    }
  }

  @Test func `cuts are Butterworth sections of 12 dB per octave`() {
    var design = Reverb.Design(.plate)
    let plain = RoomAcoustics.response(design, seconds: 1.4)
    design.lowCut = 200
    design.highCut = 4_000
    let cut = RoomAcoustics.response(design, seconds: 1.4)
    let before = RoomAcoustics.spectrum(plain + plain, 0..<65_536, lane: 0)
    let after = RoomAcoustics.spectrum(cut + cut, 0..<65_536, lane: 0)
    func level(_ frequency: Double) -> Double {
      let bin = Int(frequency / 48_000 * 65_536)
      let around = bin - bin / 50...bin + bin / 50
      return RoomAcoustics.decibels(power: after[around].reduce(0, +) / before[around].reduce(0, +))
    }
    #expect(abs(level(100) + 12.3) < 0.6)
    #expect(abs(level(200) + 3) < 0.4)
    #expect(abs(level(1_000)) < 0.1)
    #expect(abs(level(4_000) + 3) < 0.4)
    #expect(abs(level(8_000) + 13.5) < 0.6)
  }
}
