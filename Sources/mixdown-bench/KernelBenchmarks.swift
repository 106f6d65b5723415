import DSP

/// The kernels of `DSP`, each on white noise at -12 dBFS.
func measureKernels() -> [Report.Kernel] {
  let rate = 48_000.0
  func bells(_ count: Int) -> [BiquadCoefficients] {
    (0..<count).map { FilterDesign.bell(frequency: 100 * Double($0 + 1), gain: 3, q: 1, sampleRate: rate) }
  }
  var kernels: [Report.Kernel] = []
  func measure(_ name: String, _ process: (inout MutableSpan<Frame>) -> Void) {
    kernels.append(Report.Kernel(name: name, nanosecondsPerFrame: nanosecondsPerFrame(process)))
  }

  measure("gain") { MixMatrix(gain: 0.99).apply(to: &$0) }
  measure("width matrix") { MixMatrix.width(1.2).apply(to: &$0) }
  let bus = FrameBuffer(capacity: blockFrames)
  measure("sum into a bus") { frames in
    bus.edit(0..<frames.count) { MixMatrix(gain: 0.5).add(frames.span, to: &$0) }
  }
  for count in [1, 5, 8] {
    var cascade = BiquadCascade(bells(count))
    measure("eq, \(count) sections") { cascade.process(&$0) }
  }
  var settings = DynamicsKernel.Settings(curve: .compressor(threshold: -18, ratio: 3, knee: 6))
  var compressor = DynamicsKernel(settings, sampleRate: rate)
  measure("compressor, peak") { compressor.process(&$0) }
  settings.detector = .rms
  var rms = DynamicsKernel(settings, sampleRate: rate)
  measure("compressor, rms") { rms.process(&$0) }
  var width = StereoWidthKernel(.init(width: 1.2, monoBelow: 120), sampleRate: rate)
  measure("width with mono_below") { width.process(&$0) }
  var delay = DelayKernel(.init(frameCount: 12_000, feedback: 0.3, lowCut: 300, highCut: 5000), sampleRate: rate)
  measure("delay") { delay.process(&$0) }
  for (name, model) in [("room", Reverb.Model.room), ("hall", .hall), ("plate", .plate)] {
    var reverb = Reverb(design: Reverb.Design(model), sampleRate: rate)
    measure("reverb, \(name)") { reverb.process(&$0) }
  }
  var idle = Limiter(.init(ceiling: 0), sampleRate: rate)
  measure("limiter, nothing to do") { idle.process(&$0) }
  var working = Limiter(.init(ceiling: -15), sampleRate: rate)
  measure("limiter, up to 3 dB") { working.process(&$0) }
  var loudness = LoudnessMeter(sampleRate: rate)
  measure("loudness meter") { loudness.process($0.span) }
  var peaks = TruePeakMeter()
  measure("true-peak meter") { peaks.process($0.span) }
  var dither = Dither(kind: .tpdf, bitDepth: 24, channelCount: 2, sampleRate: rate, seed: 0, stream: 0)
  var integers = [Int32](repeating: 0, count: 2 * blockFrames)
  measure("tpdf dither") { frames in
    var span = integers.mutableSpan
    dither.quantise(frames.span, into: &span)
  }
  for (name, from, to) in [("44.1 to 48 kHz", 44_100, 48_000), ("96 to 44.1 kHz", 96_000, 44_100)] {
    var resampler = Resampler(from: from, to: to)
    // A constant is no less work for it than noise.
    let range = resampler.inputRange(for: 0..<blockFrames)
    let input = [Frame](repeating: Frame(0.25, -0.25), count: range.count)
    measure("resampler, \(name)") { resampler.process(input.span, startingAt: range.lowerBound, into: &$0, from: 0) }
  }
  return kernels
}

private let blockFrames = 16_384

/// The fastest of several runs, each long enough for the clock: what the kernel costs when nothing disturbs it.
private func nanosecondsPerFrame(_ process: (inout MutableSpan<Frame>) -> Void) -> Double {
  let noise = FrameBuffer(capacity: blockFrames)
  let work = FrameBuffer(capacity: blockFrames)
  var state: UInt64 = 1
  noise.edit(0..<blockFrames) { frames in
    for index in 0..<frames.count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let left = Double(Int64(bitPattern: state) >> 11) * 0x1p-52
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      frames[index] = Frame(left, Double(Int64(bitPattern: state) >> 11) * 0x1p-52) * 0.25
    }
  }
  let clock = ContinuousClock()
  var best = Double.infinity
  for _ in 0..<5 {
    let blocks = 20
    var elapsed = Duration.zero
    for _ in 0..<blocks {
      // Fresh noise each time, so that nothing decays or grows from run to run.
      noise.read(0..<blockFrames) { source in
        work.edit(0..<blockFrames) { copy in
          for index in 0..<copy.count { copy[index] = source[index] }
        }
      }
      elapsed += clock.measure { work.edit(0..<blockFrames) { process(&$0) } }
    }
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    best = min(best, seconds * 1e9 / Double(blocks * blockFrames))
  }
  return best
}
