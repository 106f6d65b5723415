import Diagnostics
import Quantities
import Tables
import Testing

private struct Part: Record {
  var level: Decibels = 0
  init() {}
  static let noun = "a part"
  static let summary = "A part."
  static let shorthand: String? = "level"
  static let fields: [Field<Part>] = [.init("level", \.level, -10...10, "A level.", initial: 0)]
}

private enum Colour: String, Choice {
  case red, green
  static let later = ["blue": "the sky"]
}

private struct Thing: Record {
  var level: Decibels = 0
  var time: TimeSpan?
  var colour = Colour.red
  var title: String?
  var part: Part?
  var parts = Named<Part>()
  var numbers: [Whole]?
  init() {}
  static let noun = "a thing"
  static let summary = "A thing."
  static let fields: [Field<Thing>] = [
    .init("level", \.level, -10...10, "A level.", initial: 0), .init("time", \.time, 0.001...1, "A time."),
    .init("colour", \.colour, "A colour.", initial: .red),
    Field.init("title", \.title, "A title.").required(),
    .init("part", \.part, "A part."), .init("parts", \.parts, naming: "a part", "Parts."),
    .init("numbers", \.numbers, "Numbers."),
    .later("smell", "A smell.", with: "noses"),
  ]
}

@Suite("Decoder")
struct DecoderTests {
  private func decode(_ setting: Setting) -> (Thing?, [Diagnostic]) {
    var decoder = Decoder()
    let thing = decoder.record(setting, as: Thing.self)
    return (thing, decoder.diagnostics)
  }

  private func text(_ problems: [Diagnostic]) -> [String] {
    problems.map { "\($0.code.id) \($0.path ?? "-"): \($0.message) | \($0.hints.joined(separator: "; "))" }
  }

  @Test("takes what is right") func right() throws {
    let (value, problems) = decode([
      "title": "T", "level": "-3", "time": "10 ms", "colour": "green", "part": ["level": "1 dB"],
      "parts": ["a": ["level": "2"], "b": [:]],
      "numbers": Setting(.list(["1", "2"]), at: place), "x-mine": ["any": "thing"],
    ])
    let thing = try #require(value)
    #expect(problems.isEmpty)
    #expect(thing.title == "T" && thing.level == -3 && thing.time == .seconds(0.01) && thing.colour == .green)
    #expect(thing.part?.level == 1 && thing.parts.map(\.id) == ["a", "b"] && thing.parts["a"]?.level == 2)
    #expect(thing.numbers == [1, 2])
  }

  @Test("`none` is as good as leaving out") func none() {
    #expect(decode(["title": "T", "part": "none"]).0?.part == nil)
    #expect(decode(["title": "T", "part": "none"]).1.isEmpty)
  }

  @Test("says what is wrong, where, and what to write instead") func wrong() {
    func problems(_ setting: Setting) -> [String] { text(decode(setting).1) }
    #expect(
      problems(["title": "T", "colur": "red"]) == [
        "S0202 -: a thing has no key `colur` | did you mean `colour`?"
      ])
    #expect(
      problems(["title": "T", "zzz": "red"]) == [
        "S0202 -: a thing has no key `zzz` | its keys are level, time, colour, title, part, parts, numbers; a key of your own starts with `x-`"
      ])
    #expect(problems([:]) == ["S0203 -: a thing needs `title`: A title. | "])
    #expect(
      problems(["title": "T", "smell": "x"]) == [
        "S0204 smell: `smell` is part of the format, but not in this version of Mixdown | it comes with noses"
      ])
    #expect(
      problems(["title": "T", "level": "11"]) == [
        "U0305 level: `level` is 11 dB, outside -10 dB … 10 dB | the nearest allowed value is `10 dB`"
      ])
    #expect(problems(["title": "T", "time": "2 s"]) == ["U0305 time: `time` is 2 s, outside 1 ms … 1 s | "])
    #expect(problems(["title": "T", "time": "2"]).first?.hasPrefix("U0304 time: ") == true)
    #expect(
      problems(["title": "T", "colour": "gren"]) == [
        "U0301 colour: `gren` is not one of `red` or `green` | did you mean `green`?"
      ])
    #expect(problems(["title": "T", "colour": "blue"]).first?.hasPrefix("S0204 colour: ") == true)
    #expect(problems(["title": "T", "level": ""]).first?.hasPrefix("U0301 level: `level` is empty") == true)
    #expect(problems(["title": "T", "level": [:]]).first?.hasPrefix("S0201 level: ") == true)
    #expect(problems(["title": "T", "part": "some"]).first?.hasPrefix("S0201 part: ") == true)
    #expect(problems(["title": "T", "parts": "some"]).first?.hasPrefix("S0201 parts: ") == true)
    #expect(problems(["title": "T", "numbers": "1"]).first?.hasPrefix("S0201 numbers: ") == true)
    #expect(
      problems(["title": "T", "parts": ["A b": [:]]]) == [
        "S0205 parts.A b: `A b` is no name for a part: names are lower-case letters, digits and `_`, and start with a letter | write `a_b`"
      ])
    #expect(
      problems(["title": "T", "parts": ["a": ["level": "x"]]]).first?.hasPrefix("U0301 parts.a.level: ")
        == true)
    #expect(problems("text").first?.hasPrefix("S0201 -: ") == true)
  }

  @Test("an edit is offered when it is sure") func edits() {
    #expect(decode(["title": "T", "level": "3 dBFS"]).1.first?.edit?.replacement == "3 dB")
    #expect(decode(["title": "T", "colour": "gren"]).1.first?.edit?.replacement == "green")
    #expect(decode(["title": "T", "colur": "red"]).1.first?.edit?.replacement == "colour")
    #expect(decode(["title": "T", "time": "1"]).1.first?.edit == nil, "ms or s?")
    #expect(decode(["title": "T", "time": "2"]).1.first?.edit?.replacement == "2 ms", "2 s are too long there")
  }

  @Test("all problems of a mapping are reported") func all() {
    #expect(decode(["level": "x", "time": "y", "colour": "z", "foo": "1"]).1.count == 5)
  }

  @Test("ids") func ids() {
    for good in ["a", "a1", "lead_vocal", "x_"] { #expect(isIdentifier(good)) }
    for bad in ["", "1a", "_a", "A", "a-b", "a b", "ä", "a.b"] { #expect(!isIdentifier(bad)) }
    #expect(
      identifier(from: "Lead Vocal") == "lead_vocal" && identifier(from: "808") == "n808"
        && identifier(from: "!!") == nil)
    #expect(identifier(from: "  Kick (in) ") == "kick_in")
  }
}
