import DSP
import Processors
import Quantities
import Tables
import Testing

/// What every parameter that moves promises.
@Suite("Moving parameters", .enabled(if: isOptimised))
struct MovingParameterTests {
  /// A lane from one value to another between two frames, on the parameter's own scale.
  static func move(_ from: Double, _ to: Double, _ frames: Range<Int>, _ scale: AutomationLane.Scale) -> AutomationLane
  {
    AutomationLane(
      initial: from,
      moves: [
        .init(first: frames.lowerBound, last: frames.upperBound, from: from, to: to, curve: .linear, scale: scale)
      ])
  }

  /// Each moving parameter with values to move between, inside 20 Hz … 20 kHz and ±60 dB.
  private static func moving(_ entry: Entry) -> [(path: [String], from: Double, to: Double, isLog: Bool)] {
    func ends(_ field: FieldShape) -> (Double, Double, Bool)? {
      guard field.automation.moves else { return nil }
      guard case .scalar(let scalar) = field.shape else { return nil }
      let range = scalar.range ?? -24...24
      let isLog = [Hertz.noun, TimeSpan.noun].contains(scalar.noun)
      var low = max(range.lowerBound, isLog ? 0.001 : -60), high = min(range.upperBound, isLog ? 20_000 : 60)
      if scalar.noun == Hertz.noun { low = max(low, 20) }
      if scalar.noun == TimeSpan.noun { high = min(high, 0.3) }
      return (low, high, isLog)
    }
    var found: [([String], Double, Double, Bool)] = []
    for field in entry.declaration.parameters.map(\.shape) {
      if let (low, high, isLog) = ends(field) { found.append(([field.key], low, high, isLog)) }
      guard case .variants(let variants) = field.shape else { continue }
      for variant in variants.cases {
        for part in variant.record.fields {
          if let (low, high, isLog) = ends(part) {
            found.append(([field.key, variant.type, part.key], low, high, isLog))
          }
        }
      }
    }
    return found.map { (path: $0.0, from: $0.1, to: $0.2, isLog: $0.3) }
  }

  /// Settings in which `path` has a value to start from.
  private static func words(_ path: [String], _ from: Double) -> Words {
    func text(_ key: String, _ value: Double) -> Words {
      switch key {
      case "time", "attack", "release", "decay": .text("\(value) s")
      case "frequency", "low_cut", "high_cut", "mono_below", "sidechain_high_pass": .text("\(value) Hz")
      case "ratio": .text("\(value):1")
      case "mix", "width", "feedback", "damping", "diffusion": .text("\(value) %")
      case "q": .text("\(value)")
      default: .text("\(value) dB")
      }
    }
    guard path.count == 3 else { return [path[0]: text(path[0], from)] }
    var band: Words = path[2] == "frequency" ? [:] : ["frequency": "1 kHz"]
    band = band.with(path[2], text(path[2], from))
    return [path[0]: [path[1]: band]]
  }

  private static func processing(
    _ entry: Entry, _ words: Words, _ path: [String], _ lane: AutomationLane, block: Int
  ) throws -> any InsertProcessing {
    var automation = InsertAutomation()
    automation.lanes = [.init(path: path, lane: lane)]
    return try #require(
      insert(entry.declaration.type, words).makeProcessing(context, automation, blockFrames: block))
  }

  @Test("equal bits for any length of blocks, and nothing but numbers, while anything moves", arguments: Entry.all)
  func blocks(_ entry: Entry) throws {
    let signal = noise(3000)
    for (path, from, to, isLog) in Self.moving(entry) {
      let lane = Self.move(from, to, 301..<2701, isLog ? .logarithmic : .linear)
      let words = Self.words(path, from)
      func output(_ block: Int) throws -> [Frame] {
        run(try Self.processing(entry, words, path, lane, block: block), signal, block: block)
      }
      let whole = try output(3000)
      #expect(whole.allFinite, "\(path)")
      for block in [1, 7, 64, 1000] { #expect(try output(block).hasSameBits(as: whole), "\(path), blocks of \(block)") }
      // Before the move the sound is that of the static value.
      let still = try ProcessorsTests.output(insert(entry.declaration.type, words), signal)
      #expect(Array(whole.prefix(280)).hasSameBits(as: Array(still.prefix(280))), "\(path) before it moves")
    }
  }

  /// A sine at −12 dBFS.
  private func sine(_ frequency: Double, _ count: Int) -> [Frame] {
    (0..<count).map { index in
      let value = 0.251188643150958 * Maths.sineAndCosine(turns: frequency * Double(index) / 48_000).sine
      return Frame(value, value * 0.5)
    }
  }

  /// The kernel itself with settings of its own for every frame.
  private func perFrame<P: Processor>(
    _: P.Type, _ settings: P.Settings, _ input: [Frame], reach: P.Settings,
    _ set: (inout P.Settings, Int) -> Void
  ) -> [Frame] {
    var settings = settings
    set(&settings, 0)
    var kernel = P.makeKernel(settings, reaching: reach, context)
    var output = input
    for index in input.indices {
      set(&settings, index)
      P.update(&kernel, settings, context, .step(0))
      var span = output.mutableSpan
      var part = span.extracting(index..<index + 1)
      kernel.process(&part)
    }
    return output
  }

  private func residual(_ a: [Frame], _ b: [Frame]) -> Double {
    Maths.decibels(amplitude: zip(a, b).reduce(0) { max($0, abs($1.0.x - $1.1.x), abs($1.0.y - $1.1.y)) })
  }

  @Test(
    "a filter swept over ten octaves in 50 ms is that with coefficients of every frame", arguments: [100, 1000, 5000])
  func sweep(_ frequency: Int) throws {
    let input = sine(Double(frequency), 6000)
    for (type, more) in [
      ("bell", ["gain": "12 dB", "q": "2"] as Words), ("low_pass", ["slope": "24 dB/oct"]),
      ("high_shelf", ["gain": "-9 dB"]),
    ] {
      let lane = Self.move(20, 20_000, 1000..<3400, .logarithmic)
      var automation = InsertAutomation()
      automation.lanes = [.init(path: ["bands", "x", "frequency"], lane: lane)]
      let words: Words = ["bands": ["x": more.with("type", .text(type)).with("frequency", "20 Hz")]]
      let moved = run(
        try #require(insert("eq", words).makeProcessing(context, automation, blockFrames: 512)), input, block: 512)
      var settings = EqualizerProcessor.initial
      var band = try #require(EqualizerBand.cases.first { $0.type == type }).make()
      if type == "bell" { (band.gain, band.q) = (12, 2) }
      if type == "low_pass" { band.slope = 24 }
      if type == "high_shelf" { band.gain = -9 }
      let exact = perFrame(EqualizerProcessor.self, settings, input, reach: settings) { settings, frame in
        band.frequency = Hertz(magnitude: lane.value(at: frame))
        settings.bands = Named([("x", band)])
      }
      settings.bands = Named()
      #expect(residual(moved, exact) < -80, "\(type) at \(frequency) Hz: \(residual(moved, exact)) dB")
    }
  }

  @Test("a gliding delay and a moving crossover are those of every frame")
  func glides() throws {
    let input = sine(440, 24_000)
    let time = Self.move(0.05, 0.1, 9000..<11_400, .logarithmic)
    var automation = InsertAutomation()
    automation.lanes = [.init(path: ["time"], lane: time)]
    let delayed = run(
      try #require(
        insert("delay", ["time": "50 ms", "feedback": "30 %"]).makeProcessing(context, automation, blockFrames: 512)),
      input, block: 512)
    var settings = DelayProcessor.initial
    settings.feedback = 30
    var furthest = settings
    furthest.time = .seconds(0.1)
    settings.time = .seconds(0.05)
    let exact = perFrame(DelayProcessor.self, settings, input, reach: furthest) { settings, frame in
      settings.time = .seconds(time.value(at: frame))
    }
    #expect(residual(delayed, exact) < -80, "\(residual(delayed, exact)) dB")
    // No step larger than the signal's own slope, with echoes that a head moving at half speed may double.
    let slope = 0.2512 * 2 * Maths.pi * 440 / 48_000 * 2.5
    let steps = zip(delayed, delayed.dropFirst()).map { abs($0.x - $1.x) }
    #expect(
      steps.dropFirst(9000).max() ?? 1 < slope, "\(String(describing: steps.dropFirst(9000).max())) over \(slope)")

    let crossover = Self.move(20, 2000, 9000..<11_400, .logarithmic)
    automation.lanes = [.init(path: ["mono_below"], lane: crossover)]
    let narrowed = run(
      try #require(insert("width", ["mono_below": "20 Hz"]).makeProcessing(context, automation, blockFrames: 512)),
      input, block: 512)
    let narrow = WidthProcessor.initial
    let exactly = perFrame(WidthProcessor.self, narrow, input, reach: narrow) { settings, frame in
      settings.monoBelow = Hertz(magnitude: crossover.value(at: frame))
    }
    #expect(residual(narrowed, exactly) < -80, "\(residual(narrowed, exactly)) dB")
  }

  @Test("a jump of a delay time is cross-faded")
  func delayJump() throws {
    let input = sine(440, 24_000)
    var automation = InsertAutomation()
    automation.lanes = [.init(path: ["time"], lane: Self.move(0.05, 0.09, 12_000..<12_000, .linear))]
    let sound = run(
      try #require(insert("delay", ["time": "50 ms"]).makeProcessing(context, automation, blockFrames: 512)), input,
      block: 512)
    let slope = 0.2512 * 2 * Maths.pi * 440 / 48_000 + 2 * 0.2512 / 240
    #expect(zip(sound, sound.dropFirst()).dropFirst(6000).allSatisfy { abs($0.x - $1.x) < slope * 1.01 })
  }

  @Test(
    "a jump leaves nothing above −90 dBFS beyond 8 kHz, of a tone at 200 Hz",
    arguments: [
      ("delay", "feedback", 0.0, 90.0), ("delay", "feedback", 80, 0), ("reverb", "decay", 0.3, 2),
      ("reverb", "decay", 2, 0.3), ("reverb", "damping", 0, 100), ("reverb", "damping", 100, 0),
      ("reverb", "diffusion", 0, 100), ("reverb", "diffusion", 100, 0), ("reverb", "early", -40, 10),
      ("reverb", "width", 0, 200),
    ])
  func jumps(_ type: String, _ key: String, _ from: Double, _ to: Double) throws {
    // The tone fades in, so that only the jump can click.
    let input = sine(200, 60_000).enumerated().map { $1 * min(1, Double($0) / 24_000) }
    var automation = InsertAutomation()
    automation.lanes = [.init(path: [key], lane: Self.move(from, to, 40_000..<40_000, .linear))]
    var words = Self.words([key], from)
    if type == "delay" { words = words.with("time", "50 ms") }
    let sound = run(
      try #require(insert(type, words).makeProcessing(context, automation, blockFrames: 512)), input, block: 512)
    let section = FilterDesign.highPass(frequency: 8000, q: 0.7071, sampleRate: 48_000)
    var filter = BiquadCascade(Array(repeating: section, count: 8))
    var rest = sound
    var span = rest.mutableSpan
    filter.process(&span)
    let loudest = rest.dropFirst(39_000).reduce(0) { max($0, abs($1.x), abs($1.y)) }
    #expect(Maths.decibels(amplitude: loudest) < -90, "\(Maths.decibels(amplitude: loudest)) dBFS")
  }
}
