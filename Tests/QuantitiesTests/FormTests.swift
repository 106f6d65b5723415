import Quantities
import Testing

/// A text as a user writes it, and the canonical text that it becomes.
struct Form: Sendable, CustomTestStringConvertible {
  var text: String
  var canonical: String
  var testDescription: String { "\(text.debugDescription) → \(canonical)" }

  init(_ text: String, _ canonical: String) {
    self.text = text
    self.canonical = canonical
  }
}

/// Every way to write a value that docs/format.md names.
@Suite("Forms")
struct FormTests {
  private func expect<Value: Quantity>(
    _ form: Form, _: Value.Type, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let value = try Value(parsing: form.text)
    #expect(value.text == form.canonical, sourceLocation: sourceLocation)
    #expect(
      try Value(parsing: value.text) == value, "the canonical text reads back", sourceLocation: sourceLocation
    )
  }

  @Test(
    "levels and gains",
    arguments: [
      Form("-4 dB", "-4 dB"), Form("-4", "-4 dB"), Form("+2.5 dB", "2.5 dB"), Form("-4dB", "-4 dB"),
      Form("0", "0 dB"),
      Form("-inf dB", "-inf dB"), Form("-inf", "-inf dB"), Form("−3 dB", "-3 dB"), Form("−inf dB", "-inf dB"),
      Form("-0.10 dB", "-0.1 dB"), Form("-0 dB", "0 dB"), Form("0.0000001 dB", "0.0000001 dB"),
    ])
  func levels(_ form: Form) throws { try expect(form, Decibels.self) }

  @Test(
    "frequencies",
    arguments: [
      Form("80", "80 Hz"), Form("80 Hz", "80 Hz"), Form("3.5 kHz", "3.5 kHz"), Form("3.5kHz", "3.5 kHz"),
      Form("1000 Hz", "1 kHz"), Form("1234.567 Hz", "1.234567 kHz"), Form("0.02 kHz", "20 Hz"),
      Form("16.000001 kHz", "16.000001 kHz"),
    ])
  func frequencies(_ form: Form) throws { try expect(form, Hertz.self) }

  @Test(
    "durations",
    arguments: [
      Form("0", "0"), Form("10 ms", "10 ms"), Form("10ms", "10 ms"), Form("1.8 s", "1.8 s"),
      Form("2:05.5", "125.5 s"),
      Form("1:02:03", "3723 s"), Form("480 samples", "480 samples"), Form("1 sample", "1 samples"),
      Form("2 bars", "2 bars"), Form("1 bar", "1 bar"), Form("1.5 beats", "1.5 beats"),
      Form("1 beat", "1 beat"),
      Form("1/8", "1/8"), Form("1/8d", "1/8d"), Form("3/16t", "3/16t"), Form("0.2 ms", "0.2 ms"),
      Form("500 ms", "500 ms"),
      Form("1500 ms", "1.5 s"), Form("0.3 ms", "0.3 ms"), Form("0 ms", "0"), Form("33.333 ms", "33.333 ms"),
      Form("0.0000123 s", "0.0123 ms"), Form("+5 ms", "5 ms"),
    ])
  func durations(_ form: Form) throws { try expect(form, TimeSpan.self) }

  @Test(
    "positions",
    arguments: [
      Form("0", "0"), Form("12.5 s", "12.5 s"), Form("1:23.400", "83.4 s"), Form("1:02:03.5", "3723.5 s"),
      Form("17|1", "17|1"), Form("17|3.5", "17|3.5"), Form("96000 samples", "96000 samples"),
      Form("chorus", "chorus"),
      Form("chorus + 2 bars", "chorus + 2 bars"), Form("chorus+2 bars", "chorus + 2 bars"),
      Form("end - 1/8", "end - 1/8"), Form("end − 250 ms", "end - 250 ms"),
      Form("verse_2 + 1:05", "verse_2 + 65 s"),
    ])
  func positions(_ form: Form) throws { try expect(form, Position.self) }

  @Test(
    "pans",
    arguments: [
      Form("C", "C"), Form("L30", "L30"), Form("R100", "R100"), Form("-30", "L30"), Form("+100", "R100"),
      Form("0", "C"),
      Form("L0", "C"), Form("R12.5", "R12.5"), Form("−7.5", "L7.5"),
    ])
  func pans(_ form: Form) throws { try expect(form, Pan.self) }

  @Test(
    "ratios",
    arguments: [
      Form("3", "3:1"), Form("3:1", "3:1"), Form("2.5 : 1", "2.5:1"), Form("inf:1", "inf:1"),
      Form("inf", "inf:1"),
    ])
  func ratios(_ form: Form) throws { try expect(form, Ratio.self) }

  @Test(
    "percentages",
    arguments: [Form("35 %", "35 %"), Form("35%", "35 %"), Form("35", "35 %"), Form("0.5 %", "0.5 %")])
  func percentages(_ form: Form) throws { try expect(form, Percent.self) }

  @Test(
    "slopes",
    arguments: [Form("12 dB/oct", "12 dB/oct"), Form("12", "12 dB/oct"), Form("48dB/oct", "48 dB/oct")])
  func slopes(_ form: Form) throws {
    try expect(form, Slope.self)
    #expect(try Slope(parsing: form.text).order * 6 == Int(try Slope(parsing: form.text).magnitude))
  }

  @Test("loudness, true peak, rates and the rest")
  func others() throws {
    try expect(Form("-14 LUFS", "-14 LUFS"), LUFS.self)
    try expect(Form("-14", "-14 LUFS"), LUFS.self)
    try expect(Form("-1 dBTP", "-1 dBTP"), TruePeakLevel.self)
    try expect(Form("−0.3", "-0.3 dBTP"), TruePeakLevel.self)
    try expect(Form("320 kbps", "320 kbps"), Bitrate.self)
    try expect(Form("44.1 kHz", "44.1 kHz"), SampleRate.self)
    try expect(Form("44100", "44.1 kHz"), SampleRate.self)
    try expect(Form("44100 Hz", "44.1 kHz"), SampleRate.self)
    try expect(Form("11.025 kHz", "11.025 kHz"), SampleRate.self)
    try expect(Form("112", "112"), Tempo.self)
    try expect(Form("93.5 bpm", "93.5"), Tempo.self)
    try expect(Form("7/8", "7/8"), Meter.self)
    try expect(Form("12/16", "12/16"), Meter.self)
    try expect(Form("0.7071", "0.7071"), Quality.self)
    try expect(Form("8", "8"), Whole.self)
    try expect(Form("-8", "-8"), Whole.self)
    try expect(Form("true", "true"), Bool.self)
    try expect(Form("false", "false"), Bool.self)
    try expect(Form("010", "010"), String.self)
    for (text, canonical) in [
      ("-3 dB", "-3 dB"), ("-3", "-3 dB"), ("-4.5", "-4.5 dB"), ("−6 dB", "-6 dB"), ("0 dB", "0 dB"),
      ("-4.50dB", "-4.5 dB"),
    ] {
      try expect(Form(text, canonical), PanLawName.self)
    }
  }

  @Test("the sample rate in hertz is exact")
  func exactRates() throws {
    for rate in [8_000, 11_025, 22_050, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000, 352_800, 768_000] {
      #expect(try SampleRate(parsing: "\(rate)").magnitude == Double(rate))
      #expect(try SampleRate(parsing: SampleRate(integerLiteral: rate).text).magnitude == Double(rate))
    }
  }

  @Test("what is an example of a quantity is one")
  func examples() throws {
    func check<Value: Quantity>(_: Value.Type) throws {
      for example in Value.examples { #expect(throws: Never.self) { try Value(parsing: example) } }
    }
    try check(Decibels.self)
    try check(LUFS.self)
    try check(TruePeakLevel.self)
    try check(Slope.self)
    try check(Hertz.self)
    try check(Percent.self)
    try check(Ratio.self)
    try check(Pan.self)
    try check(Tempo.self)
    try check(SampleRate.self)
    try check(Bitrate.self)
    try check(Whole.self)
    try check(Quality.self)
    try check(TimeSpan.self)
    try check(Position.self)
    try check(Meter.self)
    try check(Bool.self)
  }
}
