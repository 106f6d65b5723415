import DSP
import Quantities
import Tables

// What a report says of an insert: its curve as set and as measured, its gain, its settings in words.

extension Insert {
  /// A section of the curve as set, in a report's list: a band of an equaliser.
  public struct ResponseBand: Sendable {
    public var id: String
    public var type: String
    public var frequency: Double
    /// Its parameters as they would be written: `-3 dB`, `q 1.2`.
    public var settings: [String]
  }

  /// The bands of a filter that does not depend on the signal's level; `nil` for what is none.
  public var responseBands: [ResponseBand]? {
    switch settings {
    case let settings as EqualizerProcessor.Settings:
      settings.bands.filter { !$0.value.bypass }.map { id, band in
        ResponseBand(
          id: id, type: band.kind.rawValue, frequency: band.frequency.magnitude, settings: band.settingTexts)
      }
    case let settings as DCBlockProcessor.Settings:
      [
        ResponseBand(
          id: "frequency", type: "first-order high-pass", frequency: settings.frequency.magnitude,
          settings: [settings.frequency.text])
      ]
    default: nil
    }
  }

  /// The gain in dB at `frequency` in Hz that the settings ask for: that of the analogue prototypes;
  /// `nil` for what is no filter. What `mix` and `channels` leave beside it does not count.
  public func targetDecibels(at frequency: Double) -> Double? {
    switch settings {
    case let settings as EqualizerProcessor.Settings:
      settings.bands.filter { !$0.value.bypass }.reduce(0) { $0 + $1.value.targetDecibels(at: frequency) }
    case let settings as DCBlockProcessor.Settings:
      5
        * Maths.log10(
          AnalogueSection.firstOrderHighPass.squaredMagnitude(at: frequency / settings.frequency.magnitude)) * 2
    default: nil
    }
  }

  /// The gain in dB that it has whatever the signal: of `gain`, the makeup of a compressor, beside what `mix` leaves
  /// dry; `nil` where there is none.
  public func staticDecibels(_ context: ProcessorContext) -> Double? { makeup(context).map(mixed) }

  /// What a reduction of the wet signal by so many dB takes of what is heard.
  public func heardReduction(_ decibels: Double, _ context: ProcessorContext) -> Double {
    let makeup = makeup(context) ?? 0
    return mix.magnitude == 100 ? decibels : mixed(makeup) - mixed(makeup - decibels)
  }

  private func makeup(_ context: ProcessorContext) -> Double? {
    switch settings {
    case let settings as GainProcessor.Settings: settings.gain.magnitude
    case let settings as CompressorProcessor.Settings:
      CompressorProcessor.makeKernel(settings, context).makeupDecibels
    default: nil
    }
  }

  /// A gain in dB beside the dry part.
  private func mixed(_ decibels: Double) -> Double {
    let part = mix.magnitude / 100
    return part == 1 ? decibels : Maths.decibels(amplitude: 1 - part + part * Maths.amplitude(decibels: decibels))
  }

  /// The same for one that reduces: what decides how much it takes is told always, and first.
  public var reductionTexts: [(key: String, text: String)] {
    let always = ["threshold", "ratio", "ceiling"]
    let told = declaration.parameters.compactMap { field -> (key: String, text: String)? in
      guard always.contains(field.shape.key) else { return nil }
      return (field.text(self) ?? field.shape.initial).map { (field.shape.key, $0) }
    }
    return told + settingTexts.filter { !always.contains($0.key) }
  }

  /// Its settings that are not the defaults, as they would be written, in the order of its table.
  public var settingTexts: [(key: String, text: String)] {
    (declaration.parameters + Self.commonFields).compactMap { field in
      guard let text = field.text(self), text != field.shape.initial, !["before", "after"].contains(field.shape.key)
      else { return nil }
      return (field.shape.key, text)
    }
  }
}

extension EqualizerBand {
  /// The gain in dB of the analogue prototype at `frequency` in Hz.
  func targetDecibels(at frequency: Double) -> Double {
    let ratio = frequency / self.frequency.magnitude
    let power = prototypes.reduce(1.0) { $0 * $1.squaredMagnitude(at: ratio) }
    return power > 0 ? 10 * Maths.log10(power) : -.infinity
  }

  /// The sections that the band stands for.
  private var prototypes: [AnalogueSection] {
    let gain = gain.magnitude
    func quality(_ initial: Double) -> Double { q?.magnitude ?? initial }
    let butterworth = FilterDesign.butterworthQ
    func cascade(_ section: (Double) -> AnalogueSection, _ first: AnalogueSection) -> [AnalogueSection] {
      let slope = Int(slope.magnitude)
      return FilterDesign.secondOrderQs(slope: slope, q: quality(butterworth)).map(section)
        + (slope / 6 % 2 == 1 ? [first] : [])
    }
    switch kind {
    case .bell: return [.bell(gain: gain, q: quality(1))]
    case .lowShelf: return [.lowShelf(gain: gain, q: quality(butterworth))]
    case .highShelf: return [.highShelf(gain: gain, q: quality(butterworth))]
    case .highPass: return cascade(AnalogueSection.highPass, .firstOrderHighPass)
    case .lowPass: return cascade(AnalogueSection.lowPass, .firstOrderLowPass)
    case .bandPass: return [.bandPass(q: quality(1))]
    case .notch: return [.notch(q: quality(1))]
    case .allPass: return []
    case .tilt: return [.tilt(gain: gain)]
    }
  }

  /// Frequency, gain, Q and slope, as far as its type has them.
  fileprivate var settingTexts: [String] {
    var texts = [frequency.text]
    switch kind {
    case .bell, .lowShelf, .highShelf, .tilt: texts.append(gain.text)
    case .highPass, .lowPass: texts.append(slope.text)
    case .bandPass, .notch, .allPass: break
    }
    if let q { texts.append("q \(q.text)") }
    return texts
  }
}

/// Measures what a running insert does to a signal: an impulse goes through it, and what comes out is transformed.
public struct ResponseMeter {
  /// Points of a response: long enough for a second-order section at 20 Hz to fade.
  private static let points = 32_768
  private var transform = FourierTransform(size: points)

  public init() {}

  /// The gain in dB at each of `frequencies`, with all of the signal processed, as with `mix: 100 %`, and nothing
  /// moving.
  public mutating func decibels(
    _ insert: Insert, at frequencies: [Double], _ context: ProcessorContext
  ) -> [Double] {
    var wet = insert
    wet.mix = 100
    wet.channels = .stereo
    let count = Self.points
    let buffer = FrameBuffer(capacity: count)
    buffer.edit(0..<1) { $0[0] = Frame(1, 1) }
    guard let processing = wet.makeProcessing(context, blockFrames: count) else { return frequencies.map { _ in 0 } }
    processing.process(buffer, key: nil, frameCount: count)
    var real = buffer.read(0..<count) { frames in (0..<count).map { frames[$0] } }
    var imaginary = [Frame](repeating: .zero, count: count)
    transform.forward(&real, &imaginary)
    func level(_ point: Int) -> Double {
      let power = real[point].x * real[point].x + imaginary[point].x * imaginary[point].x
      return power > 0 ? 10 * Maths.log10(power) : -.infinity
    }
    return frequencies.map { frequency in
      let place = frequency * Double(count) / context.sampleRate
      let point = min(count / 2 - 1, Int(place))
      let low = level(point), high = level(point + 1)
      guard low.isFinite, high.isFinite else { return max(low, high) }
      return low + (high - low) * (place - Double(point))
    }
  }
}
