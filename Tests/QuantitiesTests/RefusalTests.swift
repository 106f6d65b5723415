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
      Refusal("-4 db", .unit, "-4 dB"), Refusal("-4 DB", .unit, "-4 dB"), Refusal("10 ms", .unit, "10 dB"),
      Refusal("-14 LUFS", .unit, "-14 dB"), Refusal("-4 dBFS", .unit, "-4 dB"),
      Refusal("-4 foo", .unit, "-4 dB"),
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
      Refusal("10 Ms", .unit, "10 ms"), Refusal("10 S", .unit, "10 s"), Refusal("10 sec", .unit, "10 s"),
      Refusal("10 dB", .unit, "10 ms", "10 s"), Refusal("-10 ms", .range, "10 ms"),
      Refusal("−10 ms", .range, "10 ms"),
      Refusal("1.5 samples", .number), Refusal("0/8", .malformed), Refusal("1/0", .malformed),
      Refusal("1/08", .malformed),
      Refusal("1/8x", .malformed), Refusal("1/8dt", .malformed), Refusal("1:5", .malformed),
      Refusal("1:65", .malformed),
      Refusal("1:02:65", .malformed), Refusal("1:62:05", .malformed), Refusal("1:02:03:04", .malformed),
      Refusal("2:05.", .malformed), Refusal("ten", .malformed), Refusal("10 min", .malformed),
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
      Refusal("10", .missingUnit, "10 ms", "10 s"), Refusal("2 bars", .unit), Refusal("1/8", .malformed),
      Refusal("0|1", .malformed), Refusal("-1|1", .malformed), Refusal("1|0.5", .range, "1|1"),
      Refusal("1|", .malformed),
      Refusal("|1", .malformed), Refusal("1|1|1", .malformed), Refusal("01|1", .malformed),
      Refusal("+1|1", .malformed),
      Refusal("chorus +", .malformed), Refusal("chorus 2 bars", .malformed),
      Refusal("chorus + 2", .missingUnit, "2 ms", "2 s"),
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
    expect(Refusal("3.5 khz", .unit, "3.5 kHz"), Hertz.self)
    expect(Refusal("80 hz", .unit, "80 Hz"), Hertz.self)
    expect(Refusal("80 dB", .unit, "80 Hz"), Hertz.self)
    expect(Refusal("l30", .malformed, "L30"), Pan.self)
    expect(Refusal("L", .malformed), Pan.self)
    expect(Refusal("L-30", .malformed), Pan.self)
    expect(Refusal("30L", .malformed), Pan.self)
    expect(Refusal("L30 %", .malformed), Pan.self)
    expect(Refusal("3:2", .malformed), Ratio.self)
    expect(Refusal("3:1:1", .malformed), Ratio.self)
    expect(Refusal("1:30", .malformed), Ratio.self)
    expect(Refusal("35 dB", .unit, "35 %"), Percent.self)
    expect(Refusal("13 dB/oct", .range, "12 dB/oct"), Slope.self)
    expect(Refusal("40", .range, "36 dB/oct"), Slope.self)
    expect(Refusal("12 dB", .unit, "12 dB/oct"), Slope.self)
    expect(Refusal("-14 lufs", .unit, "-14 LUFS"), LUFS.self)
    expect(Refusal("-14 dB", .unit, "-14 LUFS"), LUFS.self)
    expect(Refusal("-1 dbtp", .unit, "-1 dBTP"), TruePeakLevel.self)
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
