import Quantities
import Testing

/// The pattern that goes into the JSON Schema accepts what the parser accepts, ranges apart: over all texts that
/// can be put together from the pieces of the quantity's grammar, right and wrong ones.
@Suite("Patterns")
struct PatternTests {
  static let numbers = [
    "", "0", "5", "12", "0.5", "1.50", "6.0", "007", "05", "5.", ".5", "1e3", "1E-2", "0x10", "1_000", "1,5",
    "100", "inf", "-inf",
    "5\u{301}", "1.2.3",
  ]
  static let signs = ["", "-", "+", "−", "--", "+-"]
  static let spaces = ["", " ", "  "]

  private func expect<Value: Quantity>(_: Value.Type, _ texts: [String]) throws {
    let pattern = try Regex("^(?:\(Value.pattern))$")
    var taken = 0
    for text in texts {
      let matches = text.wholeMatch(of: pattern) != nil
      do throws(QuantityError) {
        _ = try Value(parsing: text)
        taken += 1
        if !matches {
          Issue.record("\(Value.self): \(text.debugDescription) is parsed, but the pattern refuses it")
        }
      } catch {
        if matches, error.kind != .range, error.kind != .later {
          Issue.record("\(Value.self): the pattern takes \(text.debugDescription), but: \(error.message)")
        }
      }
    }
    #expect(taken > 3, "the corpus holds values of \(Value.self)")
  }

  /// Sign, number, space, unit and a trailing space, in all combinations.
  private func measured(_ units: [String]) -> [String] {
    var texts: [String] = []
    for sign in Self.signs {
      for number in Self.numbers {
        for space in Self.spaces {
          for unit in units { texts.append(sign + number + space + unit) }
        }
      }
    }
    return texts + texts.prefix(200).flatMap { [$0 + " ", " " + $0] }
  }

  @Test("one unit") func oneUnit() throws {
    try expect(Decibels.self, measured(["", "dB", "db", "dBTP", "dB/oct"]))
    try expect(LUFS.self, measured(["", "LUFS", "LU"]))
    try expect(TruePeakLevel.self, measured(["", "dBTP", "dB"]))
    try expect(Percent.self, measured(["", "%", "%%"]))
    try expect(Tempo.self, measured(["", "bpm", "BPM"]))
    try expect(Bitrate.self, measured(["", "kbps", "kb"]))
    try expect(Quality.self, measured([""]))
    let letters = ["V0", "V2", "V9", "V10", "V-1", "V", "v2", "q6", "Q-1", "q", "V2 ", "V 2", "+V2", "VV2", "2V"]
    try expect(EncodingQuality.self, measured([""]) + letters)
    try expect(Whole.self, measured([""]))
  }

  @Test("two units") func twoUnits() throws {
    try expect(Hertz.self, measured(["", "Hz", "kHz", "khz", "MHz"]))
    let rates = ["8000", "44100", "44.1", "48", "96.000", "044100"].flatMap { number in
      ["", "Hz", "kHz", " kHz", "  Hz", " khz", " "].flatMap {
        ["\(number)\($0)", "+\(number)\($0)", "-\(number)\($0)"]
      }
    }
    try expect(SampleRate.self, rates)
  }

  @Test("slopes and pan laws") func choicesWithUnits() throws {
    var slopes: [String] = [], laws: [String] = []
    for sign in Self.signs {
      for number in [
        "6", "12", "18", "24", "36", "48", "12.0", "12.00", "12.", "06", "0", "3", "4.5", "4.50", "6.0", "-0",
      ] {
        for unit in ["", " dB/oct", "dB/oct", "  dB/oct", " dB/Oct", " dB", "dB", " db", " "] {
          slopes.append(sign + number + unit)
          laws.append(sign + number + unit)
        }
      }
    }
    try expect(Slope.self, slopes)
    try expect(PanLawName.self, laws)
  }

  @Test("ratios and pans") func ratiosAndPans() throws {
    var ratios: [String] = [], pans: [String] = []
    for sign in Self.signs {
      for number in Self.numbers {
        for rest in ["", ":1", " : 1", ": 1", " :1", ":2", ":01", ":1:1", " 1", ":", " ", ":1 "] {
          ratios.append(sign + number + rest)
        }
        for side in ["", "L", "R", "C", "l", "r", "L ", "LR"] { pans.append(side + sign + number) }
      }
    }
    try expect(Ratio.self, ratios)
    try expect(Pan.self, pans + ["C ", " C", "L30 ", "C0", "c"])
  }

  static let spans = [
    "0", "0.0", "-0", "+0", "10", "1.5", "10 ms", "10ms", "10  ms", "+10 ms", "-10 ms", "−10 ms", "1.8 s",
    "1.8s", "1. s", ".5 s", "01 s",
    "480 samples", "480samples", "1 sample", "0480 samples", "480.0 samples", "+480 samples", "2 bars",
    "1 bar", "1.5 bars", "2 Bars",
    "1.5 beats", "1 beat", "1beat", "1/8", "1/8d", "1/8t", "3/16", "01/8", "1/08", "0/8", "1/0", "+1/8",
    "1/+8", "1 /8", "1/ 8", "1/8 d",
    "1/8x", "1/8dd", "2:05", "2:05.5", "02:05", "2:5", "2:65", "1:02:03", "1:02:03.25", "1:2:03", "1:62:03",
    "1:02:03:04", ":05", "2:",
    "2:05.", "+2:05", "-2:05", "1e3 s", "1e3 ms", "5\u{301} s", "10 ms ", " 10 ms", "10 dB", "10 min",
    "10 sec", "s", "ms", "", "2 05 s",
  ]

  @Test("times") func times() throws {
    try expect(TimeSpan.self, Self.spans)
    var places = Self.spans
    for name in ["chorus", "verse_2", "a", "Chorus", "2nd", "_x", "chör"] {
      for sign in ["", "+", " + ", " - ", " − ", "-", "  +  ", " ", " +", "++", " * "] {
        for span in Self.spans { places.append(name + sign + span) }
      }
    }
    for bar in ["1", "17", "0", "01", "+1", "-1", "", "1.5", "x"] {
      for beat in ["1", "3.5", "1.0", "0", "0.5", "01", "+1", "-1", "", "1.", "1 ", " 1", "x"] {
        places.append("\(bar)|\(beat)")
      }
    }
    try expect(Position.self, places)
    try expect(
      Meter.self,
      ["", "0", "1", "4", "04", "7", "12", "99", "100", "+4", "-4", "4 "].flatMap { beats in
        ["", "1", "2", "4", "8", "16", "32", "64", "3", "128", "04", "+4", " 4", "4 "].map {
          "\(beats)/\($0)"
        }
      } + ["4", "4/4/4"])
  }

  @Test("switches") func switches() throws {
    let words = ["true", "false", "True", "yes", "no", "on", "1", "0", "", " true", "true ", "truefalse"]
    let pattern = try Regex("^(?:\(Bool.pattern))$")
    for word in words {
      #expect(((try? Bool(parsing: word)) != nil) == (word.wholeMatch(of: pattern) != nil), "\(word)")
    }
  }
}
