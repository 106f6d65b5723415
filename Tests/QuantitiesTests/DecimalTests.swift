import Quantities
import Testing

/// Numbers that repeat: SplitMix64 (Steele, Lea, Flood 2014).
struct Repeatable: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

@Suite("Plain decimals")
struct DecimalTests {
  @Test(
    "known numbers",
    arguments: [
      (0.0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (0.1, "0.1"), (1e21, "1000000000000000000000"),
      (1e16, "10000000000000000"),
      (123456.789, "123456.789"), (1e-7, "0.0000001"), (1.5e-7, "0.00000015"), (-2.5e-10, "-0.00000000025"),
      (1.2345e20, "123450000000000000000"), (9007199254740993e3, "9007199254740993000"), (.infinity, "inf"),
      (-.infinity, "-inf"),
    ])
  func known(_ value: Double, _ text: String) { #expect(plainDecimal(value) == text) }

  @Test("every number reads back as itself, without an exponent")
  func readsBack() {
    var random = Repeatable(state: 1)
    for _ in 0..<4000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let text = plainDecimal(value)
      #expect(Double(text) == value)
      #expect(text.allSatisfy { "0123456789.-".contains($0) }, "\(text)")
      #expect(!text.hasSuffix(".0") && !text.hasSuffix("."), "\(text)")
    }
  }

  @Test("every value reads back from its text")
  func roundTrips() throws {
    var random = Repeatable(state: 2)
    func decimal(_ range: ClosedRange<Int>, places: Int) -> String {
      let digits = String(Int.random(in: range, using: &random))
      var text =
        places == 0 ? digits : String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
      if places > 0 { text.insert(".", at: text.index(text.endIndex, offsetBy: -places)) }
      return text
    }
    func check<Value: Quantity>(_ text: String, _: Value.Type) throws {
      let value = try Value(parsing: text)
      let canonical = value.text
      #expect(try Value(parsing: canonical) == value, "\(text) → \(canonical)")
    }
    for places in 0...6 {
      for _ in 0..<150 {
        try check(decimal(1...999_999, places: places) + " Hz", Hertz.self)
        try check(decimal(1...999_999, places: places) + " kHz", Hertz.self)
        try check(decimal(1...999_999, places: places) + " dB", Decibels.self)
        try check(decimal(1...999_999, places: places) + " %", Percent.self)
        try check(decimal(1...9_999_999, places: max(3, places)) + " s", TimeSpan.self)
        try check(decimal(1...999_999, places: places) + " ms", TimeSpan.self)
        try check("L" + decimal(1...9999, places: min(places, 3)), Pan.self)
        try check(decimal(1...99999, places: places) + ":1", Ratio.self)
      }
    }
    // Numbers that came out of a calculation have many digits.
    for _ in 0..<1000 {
      let hertz = Hertz(magnitude: Double.random(in: 1...100_000, using: &random))
      #expect(try Hertz(parsing: hertz.text) == hertz, "\(hertz.text)")
      let span = TimeSpan.seconds(Double.random(in: 0...2, using: &random))
      #expect(try TimeSpan(parsing: span.text) == span, "\(span.text)")
    }
  }

  @Test("a short number stays short in another unit")
  func staysShort() throws {
    var random = Repeatable(state: 3)
    for _ in 0..<2000 {
      let thousandths = Int.random(in: 1_000_001...19_999_999, using: &random)
      let text = try Hertz(parsing: "\(thousandths / 1000).\(String(thousandths % 1000 + 1000).dropFirst())")
        .text
      #expect(text.count <= 14, "\(text)")
      let microseconds = Int.random(in: 1...999_999, using: &random)
      let span = try TimeSpan(parsing: "0." + String(microseconds + 1_000_000).dropFirst() + " s").text
      #expect(span.count <= 10, "\(span)")
    }
  }
  @Test("what misses a limit by a little is not told as the limit")
  func beside() {
    func told(_ value: Double, _ limits: Double...) -> Double { rounded(value, places: 1, beside: limits) }
    #expect(told(8.04, 8) == 8.04 && told(8.06, 8) == 8.1 && told(8, 8) == 8 && told(7.96, 8) == 7.96)
    #expect(told(-1.0004, -1) == -1.0004 && told(3.149, 3.12, 3.16) == 3.15)
    #expect(told(0.04) == 0 && told(-.infinity, -140) == -.infinity)
  }
}
