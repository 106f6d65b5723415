public import Quantities
import Tables

/// What can be checked, by its key.
public enum CheckName: String, CaseIterable, Sendable {
  case integratedLoudness = "integrated_loudness"
  case shortTermMax = "short_term_max"
  case momentaryMax = "momentary_max"
  case loudnessRange = "loudness_range"
  case truePeak = "true_peak"
  case plr
  case monoCompatibility = "mono_compatibility"
  case correlation
  case dcOffset = "dc_offset"
  case clippedSamples = "clipped_samples"
  case samplePeak = "sample_peak"
  case noiseFloor = "noise_floor"
  case sideLevel = "side_level"
  case bassSideLevel = "bass_side_level"
  case sibilance
  case length
  case silenceHead = "silence_head"
  case silenceTail = "silence_tail"
  case cdFrameRemainder = "cd_frame_remainder"
}

/// One check that a session states, without the type of its quantity.
public struct StatedCheck: Sendable {
  public var name: CheckName
  /// In the quantity's base unit.
  public var least: Double?
  public var greatest: Double?
  /// As a sentence says it: `at least -14.5 LUFS, at most -13.5 LUFS`.
  public var text: String
  public var because: String?
  public var advice: String?
  /// A measured value with its unit, rounded to what a person reads.
  public var shown: @Sendable (Double) -> String
  /// How far one value is from another, with its unit.
  public var difference: @Sendable (Double) -> String

  /// Which bound a value misses, `min` or `max`, and by how much, with its unit.
  public func miss(_ value: Double) -> (key: String, text: String)? {
    if let least, value < least { return value.isFinite ? ("min", difference(least - value)) : nil }
    if let greatest, value > greatest { return value.isFinite ? ("max", difference(value - greatest)) : nil }
    return nil
  }

  public func contains(_ value: Double) -> Bool {
    (least.map { value >= $0 } ?? true) && (greatest.map { value <= $0 } ?? true)
  }
}

extension Checks {
  /// The checks that say something, sections apart, in the order of the table.
  ///
  /// - Parameter timeline: turns durations in bars into seconds.
  public func stated(_ timeline: Timeline) -> [StatedCheck] {
    let all = [
      stated(.integratedLoudness, integratedLoudness), stated(.shortTermMax, shortTermMax),
      stated(.momentaryMax, momentaryMax), stated(.loudnessRange, loudnessRange), stated(.truePeak, truePeak),
      stated(.plr, plr), stated(.monoCompatibility, monoCompatibility), stated(.correlation, correlation),
      stated(.dcOffset, dcOffset), stated(.clippedSamples, clippedSamples), stated(.samplePeak, samplePeak),
      stated(.noiseFloor, noiseFloor), stated(.sideLevel, sideLevel), stated(.bassSideLevel, bassSideLevel),
      stated(.sibilance, sibilance), stated(.length, length, timeline), stated(.silenceHead, silenceHead, timeline),
      stated(.silenceTail, silenceTail, timeline), stated(.cdFrameRemainder, cdFrameRemainder),
    ]
    return all.compactMap(\.self)
  }

  private func stated<Value>(_ name: CheckName, _ limits: Limits<Value>?) -> StatedCheck? {
    guard let limits, limits.min != nil || limits.max != nil else { return nil }
    return StatedCheck(
      name: name, least: limits.min?.magnitude, greatest: limits.max?.magnitude,
      text: bounds(limits.min?.text, limits.max?.text), because: limits.because, advice: limits.advice,
      shown: {
        Value(magnitude: rounded($0, places: 2, beside: [limits.min?.magnitude, limits.max?.magnitude])).text
      },
      difference: { difference in
        // A distance between levels is in LU or dB, whatever they are counted from.
        let unit = Value(magnitude: 1).text.drop { "+1 ".contains($0) }
        let words = unit == "LUFS" ? "LU" : unit.hasPrefix("dB") ? "dB" : String(unit)
        // A miss is never told as none.
        let number = plainDecimal(max(0.01, (difference * 100).rounded() / 100))
        return words.isEmpty ? number : "\(number) \(words)"
      })
  }

  private func stated(_ name: CheckName, _ limits: DurationLimits?, _ timeline: Timeline) -> StatedCheck? {
    guard let limits, limits.min != nil || limits.max != nil else { return nil }
    let least = limits.min.map { timeline.seconds($0) }, greatest = limits.max.map { timeline.seconds($0) }
    return StatedCheck(
      name: name, least: least, greatest: greatest,
      text: bounds(limits.min.map(text), limits.max.map(text)), because: limits.because, advice: limits.advice,
      shown: { durationText(rounded($0, places: 3, beside: [least, greatest])) },
      difference: { durationText(max(0.001, rounded($0, places: 3, beside: []))) })
  }

  private func bounds(_ least: String?, _ greatest: String?) -> String {
    [least.map { "at least \($0)" }, greatest.map { "at most \($0)" }].compactMap(\.self).joined(separator: ", ")
  }

  private func text(_ span: TimeSpan) -> String {
    if case .seconds(let seconds) = span { durationText(rounded(seconds, places: 3, beside: [])) } else { span.text }
  }
}

/// Minutes and seconds from a minute on: `19:30`, `4 s`, `212 ms`.
func durationText(_ seconds: Double) -> String {
  guard seconds >= 60 else { return TimeSpan.seconds(seconds).text }
  let minutes = (seconds / 60).rounded(.down)
  // As many decimals as the seconds had, without the error of the difference.
  let rest = ((seconds - minutes * 60) * 1e6).rounded() / 1e6
  return "\(Int(minutes)):\(rest < 10 ? "0" : "")\(plainDecimal(rest))"
}
