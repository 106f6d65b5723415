import Quantities
import SessionModel
import Tables
import Testing

@Suite("Checks in sessions")
struct SectionTests {
  private let places = "tempo: 120\nmarkers: {verse: 1|1, chorus: 9|1, end: 17|1}\n"

  @Test("sections are placed by markers, or by `from` and `to`; their markers are used")
  func placed() throws {
    let loaded = try load(
      session(
        places + """
          checks:
            sections:
              verse: {short_term_max: {max: -9 LUFS}}
              chorus: {correlation: {min: 0}}
              bridge: {from: 13|1, to: end - 1 beat, plr: {min: 8 LU}}

          """))
    #expect(loaded.places == [], "\(loaded.messages)")
    let checks = try #require(loaded.resolved?.session.checks)
    let timeline = Timeline(try #require(loaded.resolved?.session))
    #expect(checks.sections.map(\.id) == ["verse", "chorus", "bridge"])
    let frames = try checks.sections.map { try timeline.frames(of: $0.id, $0.value) }
    #expect(frames.map(\.from) == [0, 768_000, 1_152_000])
    #expect(frames.map(\.to) == [768_000, 1_536_000, 1_512_000])
  }

  @Test(
    "a section that is no place in the song",
    arguments: [
      ("checks: {sections: {chorsu: {plr: {min: 8}}}}\n", "A0702 5:21", "there is no marker `chorsu`"),
      ("checks: {sections: {verse: {to: 0, plr: {min: 8}}}}\n", "A0702 5:33", "`to` is not after its beginning"),
      ("checks: {sections: {x: {from: nowhere, plr: {min: 8}}}}\n", "A0702 5:31", "there is no marker `nowhere`"),
      ("checks: {sections: {x: {from: 1|1, to: 1|9, plr: {min: 8}}}}\n", "A0702 5:40", "past its end"),
      ("checks: {sections: {end: {plr: {min: 8}}}}\nlength: 17|1\n", "A0702 5:21", "at or after the song's `length`"),
      ("checks: {sections: {verse: {plr: {min: 8}}}}\nstart: 2 s\n", "A0702 5:21", "before the song's `start`"),
      ("checks: {sections: {verse: {plr: {min: 9, max: 8}}}}\n", "U0305 5:40", "over its `max`"),
      ("checks: {sections: {verse: {length: {max: 8 s}}}}\n", "S0202 5:29", "`length`"),
      ("checks: {length: {min: 5 s, max: 4 s}}\n", "U0305 5:24", "over its `max`"),
      ("master: {checks: {sections: {intro: {plr: {min: 8}}}}}\n", "A0702 5:30", "no marker `intro`"),
    ])
  func misplaced(lines: String, place: String, message: String) throws {
    let loaded = try load(session(places + lines))
    #expect(loaded.places == [place], "\(loaded.messages)")
    #expect(loaded.messages.contains(message), "\(loaded.messages)")
  }

  @Test("a duration in bars needs a tempo")
  func bars() throws {
    #expect(try load(session("checks: {length: {max: 4 bars}}\n")).places == ["A0701 3:24"])
  }

  @Test("a master brings its checks, which merge key by key over the preset's")
  func masters() throws {
    let loaded = try load(
      session(
        """
        master: {preset: cd}
        deliverables:
          record: {format: wav, master: {preset: vinyl, checks: {length: {max: '22:00'}, sibilance: null}}}

        """))
    let session = try #require(loaded.resolved?.session, "\(loaded.messages)")
    #expect(session.master?.pad == .cdFrames && session.master?.checks.length?.min == .seconds(4))
    let record = try #require(session.deliverables["record"]?.master?.checks)
    #expect(record.length?.max == .seconds(1320) && record.length?.because != nil && record.sibilance == nil)
    #expect(record.bassSideLevel?.max == -12)
    let timeline = Timeline(session)
    #expect(record.stated(timeline).first { $0.name == .length }?.text == "at least 4 s, at most 22:00")
  }

  @Test("every check has its key in the table, and every key its check")
  func names() {
    let keys = Checks.fields.map(\.shape.key).filter { !["sections", "balance"].contains($0) }
    #expect(keys == CheckName.allCases.map(\.rawValue))
    var all = Checks()
    all.length = DurationLimits()
    all.length?.max = .seconds(60)
    #expect(all.stated(Timeline(Session())).map(\.name) == [.length])
  }
}
