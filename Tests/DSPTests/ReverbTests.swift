import DSP
import Testing

/// The reverb as a kernel: bits, blocks, bounds and changes of settings.
@Suite struct ReverbTests {
  /// Noise of ±1 from a multiplicative generator (Knuth's MMIX constants).
  static func noise(_ count: Int) -> [Frame] {
    var state: UInt64 = 1
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(Int64(bitPattern: state)) / 0x1p63
    }
    return (0..<count).map { _ in Frame(next(), next()) }
  }

  @Test(arguments: Reverb.Model.allCases, [1, 7, 64, 1_000])
  func `blocks of any size give equal bits, changes included`(model: Reverb.Model, block: Int) {
    var first = Reverb.Design(model)
    first.predelay = 0.013
    var second = first
    second.decay *= 1.7
    second.damping = 0.9
    second.lowCut = 150
    second.predelay = 0.031
    func render(_ block: Int) -> [Frame] {
      var frames = Self.noise(9_000)
      var reverb = Reverb(design: first, sampleRate: 48_000)
      var span = frames.mutableSpan
      var place = 0
      while place < span.count {
        if place == 4_000 { reverb.update(design: second) }
        if place % 1_024 == 0 { reverb.flushDenormals() }
        let bounds = [4_000, (place / 1_024 + 1) * 1_024, span.count].filter { $0 > place }
        let end = min(place + block, bounds.min() ?? place + block)
        var part = span._mutatingExtracting(place..<end)
        reverb.process(&part)
        place = end
      }
      return frames
    }
    #expect(render(block) == render(9_000))
  }

  @Test func `after a reset everything repeats`() {
    var reverb = Reverb(design: Reverb.Design(.hall), sampleRate: 48_000)
    var first = Self.noise(6_000), second = first
    RoomAcoustics.run(&reverb, &first)
    reverb.reset()
    RoomAcoustics.run(&reverb, &second)
    #expect(first == second)
  }

  @Test func `a reset after a change equals a new kernel, and so does a change before the first frame`() {
    var design = Reverb.Design(.room)
    design.decay = 3
    design.highCut = 6_000
    var fresh = Reverb(design: design, sampleRate: 48_000)
    var expected = Self.noise(6_000)
    RoomAcoustics.run(&fresh, &expected)

    var changed = Reverb(design: Reverb.Design(.room), sampleRate: 48_000)
    var frames = Self.noise(500)
    RoomAcoustics.run(&changed, &frames)
    changed.update(design: design)
    RoomAcoustics.run(&changed, &frames)
    changed.reset()
    frames = Self.noise(6_000)
    RoomAcoustics.run(&changed, &frames)
    #expect(frames == expected)

    var early = Reverb(design: Reverb.Design(.hall), sampleRate: 48_000)
    early.update(design: design)
    frames = Self.noise(6_000)
    RoomAcoustics.run(&early, &frames)
    #expect(frames == expected)
  }

  @Test func `silence stays silence`() {
    for model in Reverb.Model.allCases {
      var frames = [Frame](repeating: .zero, count: 20_000)
      var reverb = Reverb(design: Reverb.Design(model), sampleRate: 48_000)
      RoomAcoustics.run(&reverb, &frames)
      #expect(frames.allSatisfy { $0 == .zero })
    }
  }

  @Test(arguments: Reverb.Model.allCases)
  func `the tail ends within the declared frames, and becomes exact silence`(model: Reverb.Model) {
    var design = Reverb.Design(model)
    design.decay = 0.4
    design.damping = 0
    design.predelay = 0.05
    var reverb = Reverb(design: design, sampleRate: 48_000)
    var burst = Self.noise(4_800)
    RoomAcoustics.run(&reverb, &burst)
    var tail = [Frame](repeating: .zero, count: reverb.tailFrames + 1_024)
    RoomAcoustics.run(&reverb, &tail)
    #expect(tail.suffix(1_024).allSatisfy { abs($0.x) < 1e-6 && abs($0.y) < 1e-6 })

    // −600 dBFS after 4 s, and two rounds of flushes: nothing is left, nothing denormal ever comes out.
    var silent = false
    for _ in 0..<480 {
      var frames = [Frame](repeating: .zero, count: 1_024)
      reverb.flushDenormals()
      RoomAcoustics.run(&reverb, &frames)
      #expect(frames.allSatisfy { !$0.x.isSubnormal && !$0.y.isSubnormal })
      silent = frames.allSatisfy { $0 == .zero }
    }
    #expect(silent)
  }

  @Test(arguments: Reverb.Model.allCases, [8_000.0, 48_000, 192_000])
  func `no extreme setting runs away`(model: Reverb.Model, sampleRate: Double) {
    let input = Self.noise(2_048)
    for corner in 0..<256 {
      func pick(_ bit: Int, _ low: Double, _ high: Double) -> Double { corner >> bit & 1 == 0 ? low : high }
      var design = Reverb.Design(model)
      design.decay = pick(0, 0, 100)
      design.size = pick(1, 0, 5)
      design.damping = pick(2, 0, 1)
      design.diffusion = pick(3, 0, 1)
      design.predelay = pick(4, 0, 0.5)
      design.lowCut = pick(5, 0, 20_000)
      design.highCut = pick(6, 20, .infinity)
      design.early = pick(7, -.infinity, 40)
      design.width = 2
      var reverb = Reverb(design: design, sampleRate: sampleRate)
      var frames = input
      RoomAcoustics.run(&reverb, &frames)
      frames = [Frame](repeating: .zero, count: 4_096)
      RoomAcoustics.run(&reverb, &frames)
      #expect(
        frames.allSatisfy { abs($0.x) < 20 && abs($0.y) < 20 }, "\(model) \(sampleRate) Hz, corner \(corner)")
    }
  }

  @Test(arguments: Reverb.Model.allCases)
  func `the longest, darkest and largest tail only falls`(model: Reverb.Model) {
    for damping in [0, 0.5, 1] {
      for decay in [0.1, 20] {
        for size in [0.1, 2] {
          var design = Reverb.Design(model)
          (design.decay, design.size, design.damping) = (decay, size, damping)
          var reverb = Reverb(design: design, sampleRate: 48_000)
          var frames = Self.noise(24_000)
          RoomAcoustics.run(&reverb, &frames)
          var before = Double.infinity
          for _ in 0..<4 {
            frames = [Frame](repeating: .zero, count: 24_000)
            RoomAcoustics.run(&reverb, &frames)
            let energy = RoomAcoustics.energy(frames)
            #expect(energy <= before)
            before = energy
          }
        }
      }
    }
  }

  @Test func `what is not a number becomes the default`() {
    var design = Reverb.Design(.plate)
    design.decay = .nan
    design.width = .nan
    design.early = .nan
    var reverb = Reverb(design: design, sampleRate: 48_000)
    #expect(reverb.design == Reverb.Design(.plate))
    var frames = Self.noise(4_096)
    RoomAcoustics.run(&reverb, &frames)
    #expect(frames.allSatisfy { $0.x.isFinite && $0.y.isFinite })
  }

  /// A low sine that meets a change must not click: above 4 kHz nothing comes of it.
  @Test func `changes are smooth`() {
    let start = Reverb.Design(.hall)
    let changes: [(inout Reverb.Design) -> Void] = [
      { $0.decay = 6 }, { $0.decay = 0.5 }, { $0.damping = 1 }, { $0.diffusion = 0.2 }, { $0.width = 0 },
      { $0.early = 6 }, { $0.early = -.infinity }, { $0.lowCut = 400 }, { $0.highCut = 1_000 },
      { $0.predelay = 0.1 },
    ]
    for (number, change) in changes.enumerated() {
      var design = start
      change(&design)
      var frames = (0..<48_000).map { index in
        Frame(repeating: Maths.sineAndCosine(turns: 150 * Double(index) / 48_000).sine)
      }
      var reverb = Reverb(design: start, sampleRate: 48_000)
      var span = frames.mutableSpan
      var before = span._mutatingExtracting(0..<30_000)
      reverb.process(&before)
      reverb.update(design: design)
      var after = span._mutatingExtracting(30_000..<48_000)
      reverb.process(&after)
      let high = RoomAcoustics.octave(frames, about: 8_000, sampleRate: 48_000)
      let click = high[29_900..<34_000].map { max(abs($0.x), abs($0.y)) }.max() ?? 0
      #expect(click < 3e-3, "change \(number): \(click)")
    }
  }

  @Test func `a change of predelay ends at the new one, however many come during a fade`() {
    var design = Reverb.Design(.plate)
    var reverb = Reverb(design: design, sampleRate: 48_000)
    var frames = [Frame](repeating: .zero, count: 100)
    RoomAcoustics.run(&reverb, &frames)
    for predelay in [0.1, 0.2, 0.05] {
      design.predelay = predelay
      reverb.update(design: design)
      frames = [Frame](repeating: .zero, count: 300)
      RoomAcoustics.run(&reverb, &frames)
    }
    frames = [Frame](repeating: .zero, count: 4_096)
    RoomAcoustics.run(&reverb, &frames)
    frames = [Frame](repeating: .zero, count: 4_096)
    frames[0] = Frame(1, 1)
    RoomAcoustics.run(&reverb, &frames)
    let expected = RoomAcoustics.response(design, seconds: 4_096.0 / 48_000)
    #expect(frames.firstIndex { $0 != .zero } == expected.firstIndex { $0 != .zero })
  }

  @Test func `predelay moves the sound by whole frames`() {
    var design = Reverb.Design(.room)
    let prompt = RoomAcoustics.response(design, seconds: 0.1)
    design.predelay = 0.02
    let late = RoomAcoustics.response(design, seconds: 0.12)
    #expect(late.prefix(960).allSatisfy { $0 == .zero })
    #expect(Array(late.suffix(4_800)) == prompt)
  }

  @Test func `width 0 is mono and 2 doubles the side`() {
    var design = Reverb.Design(.hall)
    let usual = RoomAcoustics.response(design, seconds: 0.2)
    design.width = 0
    #expect(RoomAcoustics.response(design, seconds: 0.2).allSatisfy { $0.x == $0.y })
    design.width = 2
    let wide = RoomAcoustics.response(design, seconds: 0.2)
    for (one, two) in zip(usual, wide) {
      #expect(abs((two.x - two.y) - 2 * (one.x - one.y)) < 1e-15)
      #expect(abs(two.sum() - one.sum()) < 1e-15)
    }
  }

  @Test func `every seed is a space of its own`() {
    var design = Reverb.Design(.hall)
    let zero = RoomAcoustics.response(design, seconds: 0.2)
    design.seed = 1
    let one = RoomAcoustics.response(design, seconds: 0.2)
    let product = zip(zero, one).reduce(0) { $0 + ($1.0 * $1.1).sum() }
    #expect(abs(product) < 0.1 * (RoomAcoustics.energy(zero) * RoomAcoustics.energy(one)).squareRoot())
  }
}
