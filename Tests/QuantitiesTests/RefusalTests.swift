import Quantities
import Testing

/// A text that is no value, why, and what to write instead.
struct Refusal: Sendable, CustomTestStringConvertible {
  var text: String
  var kind: QuantityError.Kind
  var suggestions: [String]
  var testDescription: String { text.debugDescription }

  init(_ text: String, _ kind: QuantityError.Kind, _ suggestions: String...) {
    self.text = text
    self.kind = kind
    self.suggestions = suggestions
  }
}

@Suite("Refusals")
struct RefusalTests {
  private func expect<Value: Quantity>(
    _ refusal: Refusal, _: Value.Type, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do throws(QuantityError) {
      let value = try Value(parsing: refusal.text)
      Issue.record("\(refusal.text) was taken as \(value.text)", sourceLocation: sourceLocation)
    } catch {
      #expect(error.kind == refusal.kind, "\(error.message)", sourceLocation: sourceLocation)
      #expect(error.suggestions == refusal.suggestions, "\(error.message)", sourceLocation: sourceLocation)
      for suggestion in error.suggestions {
        #expect(throws: Never.self, "the suggestion works", sourceLocation: sourceLocation) {
          try Value(parsing: suggestion)
        }
      }
    }
  }

  @Test(
    "levels",
    arguments: [
      Refusal("80%", .unit), Refusal("80 %", .unit), Refusal("10 ms", .unit),
      Refusal("-14 LUFS", .unit), Refusal("-∞ dB", .malformed), Refusal("-∞", .malformed, "-inf dB"),
      Refusal("-4 dBFS", .unit, "-4 dB"),
      Refusal("-4 foo", .unit),
      Refusal("1e3", .number), Refusal("1E3 dB", .number), Refusal("1e+3", .number), Refusal("0x1F", .number),
      Refusal("010", .number, "10"), Refusal("-00.5 dB", .number, "-0.5 dB"),
      Refusal("1_000", .number, "1000"),
      Refusal(".5 dB", .number, "0.5 dB"), Refusal("-.5 dB", .number, "-0.5 dB"),
      Refusal("5. dB", .number, "5 dB"),
      Refusal("1,5 dB", .number, "1.5 dB"), Refusal("loud", .malformed), Refusal("", .malformed),
      Refusal("inf dB", .malformed), Refusal("nan", .malformed), Refusal("- 4 dB", .malformed),
      Refusal("--4 dB", .malformed), Refusal("−−4 dB", .malformed), Refusal(" -4 dB", .malformed),
    ])
  func levels(_ refusal: Refusal) { expect(refusal, Decibels.self) }

  @Test(
    "durations",
    arguments: [
      Refusal("10", .missingUnit, "10 ms", "10 s"), Refusal("1.5", .missingUnit, "1.5 ms", "1.5 s"),
      Refusal("10 dB", .unit), Refusal("2 min", .malformed, "2:00"), Refusal("500 us", .malformed, "0.5 ms"),
      Refusal("-10 ms", .range, "10 ms"),
      Refusal("−10 ms", .range, "10 ms"),
      Refusal("1.5 samples", .number), Refusal("0/8", .malformed), Refusal("1/0", .malformed),
      Refusal("1/08", .malformed),
      Refusal("1/8x", .malformed), Refusal("1/8dt", .malformed), Refusal("1:5", .malformed),
      Refusal("1:65", .malformed),
      Refusal("1:02:65", .malformed), Refusal("1:62:05", .malformed), Refusal("1:02:03:04", .malformed),
      Refusal("2:05.", .malformed), Refusal("ten", .malformed), Refusal("1.5 min", .malformed),
      Refusal("010 samples", .number, "10 samples"),
    ])
  func durations(_ refusal: Refusal) { expect(refusal, TimeSpan.self) }

  @Test(
    "times so long that no frame count holds them",
    arguments: [
      "100000000000000000 s", "99999999999999999 ms", "25:00:00", "9223372036854775807 samples",
      "9000000000000 bars",
      "9000000000000 beats", "9223372036854775807/1",
    ])
  func endless(_ text: String) {
    #expect(throws: QuantityError.self) { try TimeSpan(parsing: text) }
    #expect(throws: QuantityError.self) { try Position(parsing: "marker + \(text)") }
  }

  @Test(
    "positions",
    arguments: [
      Refusal("40", .missingUnit, "40|1", "40 s"), Refusal("1.5", .missingUnit, "1.5 s"), Refusal("2 bars", .unit),
      Refusal("1/8", .malformed),
      Refusal("0|1", .malformed), Refusal("-1|1", .malformed), Refusal("1|0.5", .range, "1|1"),
      Refusal("1|", .malformed),
      Refusal("|1", .malformed), Refusal("1|1|1", .malformed), Refusal("01|1", .malformed),
      Refusal("+1|1", .malformed),
      Refusal("chorus +", .malformed), Refusal("chorus 2 bars", .malformed),
      Refusal("chorus + 2", .missingUnit, "chorus + 2 bars", "chorus + 2 ms", "chorus + 2 s"),
      Refusal("Chorus", .malformed), Refusal("9000000000000|1", .range),
    ])
  func positions(_ refusal: Refusal) {
    do throws(QuantityError) {
      let value = try Position(parsing: refusal.text)
      Issue.record("\(refusal.text) was taken as \(value.text)")
    } catch {
      #expect(error.kind == refusal.kind, "\(error.message)")
      #expect(error.suggestions == refusal.suggestions, "\(error.message)")
    }
  }

  @Test("the rest")
  func others() {
    expect(Refusal("0.25k", .unit, "0.25 kHz"), Hertz.self)
    expect(Refusal("1,000 Hz", .number, "1000 Hz", "1.000 Hz"), Hertz.self)
    expect(Refusal("0,125 kHz", .number, "0.125 kHz"), Hertz.self)
    expect(Refusal("80 dB", .unit), Hertz.self)
    expect(Refusal("l30", .malformed, "L30"), Pan.self)
    expect(Refusal("L", .malformed), Pan.self)
    expect(Refusal("center", .malformed, "C"), Pan.self)
    expect(Refusal("left", .malformed, "L100"), Pan.self)
    expect(Refusal("L-30", .malformed), Pan.self)
    expect(Refusal("30L", .malformed, "L30"), Pan.self)
    expect(Refusal("L30 %", .malformed, "L30"), Pan.self)
    expect(Refusal("3:2", .malformed), Ratio.self)
    expect(Refusal("3:1:1", .malformed), Ratio.self)
    expect(Refusal("1:30", .malformed), Ratio.self)
    expect(Refusal("35 dB", .unit), Percent.self)
    expect(Refusal("13 dB/oct", .range, "12 dB/oct"), Slope.self)
    expect(Refusal("40", .range, "36 dB/oct"), Slope.self)
    expect(Refusal("12 dB", .unit, "12 dB/oct"), Slope.self)
    expect(Refusal("-14 dB", .unit, "-14 LUFS"), LUFS.self)
    expect(Refusal("-1 dB", .unit, "-1 dBTP"), TruePeakLevel.self)
    expect(Refusal("48k", .unit, "48 kHz"), SampleRate.self)
    expect(Refusal("320k", .unit, "320 kbps"), Bitrate.self)
    expect(Refusal("equal_power", .malformed, "-3 dB"), PanLawName.self)
    expect(Refusal("constant gain", .malformed, "-6 dB"), PanLawName.self)
    expect(Refusal("48", .range, "48 kHz"), SampleRate.self)
    expect(Refusal("44100.5", .range), SampleRate.self)
    expect(Refusal("800 kHz", .range), SampleRate.self)
    expect(Refusal("5/3", .malformed), Meter.self)
    expect(Refusal("0/4", .malformed), Meter.self)
    expect(Refusal("+4/4", .malformed), Meter.self)
    expect(Refusal("1.5", .malformed), Whole.self)
    expect(Refusal("99999999999999999999", .range), Whole.self)
    expect(Refusal("-1", .range), PanLawName.self)
    for text in ["yes", "on", "True", "1"] { expect(Refusal(text, .malformed, "true"), Bool.self) }
    for text in ["no", "off", "False", "0"] { expect(Refusal(text, .malformed, "false"), Bool.self) }
    expect(Refusal("maybe", .malformed), Bool.self)
  }

  @Test("units are read in any case, and by their other words")
  func units() throws {
    #expect(try Decibels(parsing: "-4 db") == -4)
    #expect(try Decibels(parsing: "-inf DB") == .silence)
    #expect(try Hertz(parsing: "3.5khz") == 3500)
    #expect(try Tempo(parsing: "93.5 BPM") == 93.5)
    #expect(try LUFS(parsing: "-14 lufs") == -14)
    #expect(try TruePeakLevel(parsing: "-1 dbtp") == -1)
    #expect(try Slope(parsing: "12 DB/Oct") == 12)
    #expect(try Bitrate(parsing: "320 Kbps") == 320)
    #expect(try TimeSpan(parsing: "10 msec") == .seconds(0.01))
    #expect(try TimeSpan(parsing: "2 Seconds") == .seconds(2))
    #expect(try TimeSpan(parsing: "2 Bars") == .bars(2))
  }

  @Test("every place takes an offset")
  func offsets() throws {
    for (text, canonical) in [
      ("6|1 - 0.5 bars", "6|1 - 0.5 bars"), ("12.5 s+10 ms", "12.5 s + 10 ms"), ("1:23.4 + 1 beat", "83.4 s + 1 beat"),
      ("chorus − 2 bars", "chorus - 2 bars"),
    ] {
      #expect(try Position(parsing: text).text == canonical)
      #expect(try Position(parsing: canonical) == Position(parsing: text))
    }
  }

  @Test(
    "a digit with a mark on it is no digit",
    arguments: ["5\u{301} dB", "5\u{FE0F}\u{20E3}", "1\u{308}0", "٣", "５ dB", "1.5\u{301}"])
  func foreignDigits(_ text: String) {
    #expect(throws: QuantityError.self) { try Decibels(parsing: text) }
    #expect(throws: QuantityError.self) { try Hertz(parsing: text) }
    #expect(throws: QuantityError.self) { try TimeSpan(parsing: text + " s") }
    #expect(throws: QuantityError.self) { try Position(parsing: "\(text)|1") }
    #expect(throws: QuantityError.self) { try Whole(parsing: text) }
  }
}
