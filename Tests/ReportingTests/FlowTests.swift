import DSP
import Delivery
import FoundationEssentials
import MixdownKit
import Reporting
import Testing

private let examples = [
  "01-first-mix/first-mix", "02-levels-and-panning/levels-and-panning", "03-eq-and-compression/eq-and-compression",
  "04-sends-and-returns/sends-and-returns", "05-groups-vcas-and-sidechain/groups-vcas-and-sidechain",
  "06-automation/automation", "07-clips-and-fades/clips-and-fades", "08-tempo-and-bars/tempo-and-bars",
  "09-mastering-a-mix/mastering", "10-stem-mastering/stem-mastering",
]

@Suite("Signal flow") struct FlowTests {
  @Test("no text lies over another, none leaves its box, and no box lies over another", arguments: examples)
  func example(_ name: String) throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    try check(routing("/\(root)/examples/\(name).mix.yaml"))
  }

  @Test("nor do those of 24 tracks, 8 buses, many sends, sidechains and masters, with names of every length")
  func large() throws {
    let song = try Song(largeSession)
    try song.stem("tone.wav", sine(997, seconds: 1, level: -12))
    let routing = try routing("\(song.folder)/song.mix.yaml")
    #expect(routing.nodes.count == 24 + 8 + 1 + 2 + 3)
    check(routing)
  }

  @Test("each line begins and ends at the boxes it connects") func lines() throws {
    let song = try Song(largeSession)
    try song.stem("tone.wav", sine(997, seconds: 1, level: -12))
    let routing = try routing("\(song.folder)/song.mix.yaml")
    for direction in [FlowLayout.Direction.across, .down] {
      let layout = FlowLayout(routing, direction)
      let frames = Dictionary(uniqueKeysWithValues: layout.boxes.map { ($0.node, $0.frame) })
      for line in layout.lines {
        let edge = routing.edges[line.edge]
        let from = try #require(frames[edge.from]), to = try #require(frames[edge.to])
        for (point, frame) in [(line.start, from), (line.end, to)] {
          #expect([frame.x, frame.x + frame.width].contains { abs($0 - point.x) <= 1 })
          #expect(point.y > frame.y && point.y < frame.y + frame.height)
        }
      }
    }
  }

  @Test("the page holds both drawings, and shows the wide one where its texts are large enough") func page() throws {
    let song = try Song("tracks: {tone: {stem: tone.wav, sends: {hall: -12 dB}}}\nbuses: {hall: {}}\n")
    try song.stem("tone.wav", sine(997, seconds: 1, level: -12))
    let page = try song.render().page
    #expect(page.contains("<div class=\"flow across\">") && page.contains("<div class=\"flow down\">"))
    #expect(page.contains("@media (max-width: 700.98px) { .flow.across { display: none; }"))
    let large = try Song(largeSession)
    try large.stem("tone.wav", sine(997, seconds: 1, level: -12))
    // Its texts would be too small on a page of 1000 px.
    let made = try large.render()
    let width = FlowLayout(try #require(made.report.page?.routing), .across).width
    let least = Int((width * 11 / 12 + 64).rounded())
    #expect(least > 1000 && least < 1184)
    #expect(made.page.contains("@media (max-width: \(least).98px) { .flow.across { display: none; }"))
  }

  private func routing(_ path: String) throws -> ReportModel.Routing {
    let checked = Mixdown.check(path)
    return ReportModel.Routing(try #require(checked.session), stems: checked.stems)
  }

  private func check(_ routing: ReportModel.Routing) {
    for direction in [FlowLayout.Direction.across, .down] {
      let layout = FlowLayout(routing, direction)
      #expect(layout.boxes.count == routing.nodes.count && layout.lines.count == routing.edges.count)
      // Every send's level is there to be read.
      let levels = layout.boxes.flatMap(\.labels).count { $0.kind == .level }
      #expect(levels == routing.edges.count { !$0.level.isEmpty })
      let page = FlowLayout.Rectangle(x: 0, y: 0, width: layout.width, height: layout.height)
      for box in layout.boxes {
        #expect(page.contains(box.frame), "\(direction) \(routing.nodes[box.node].id)")
        for label in box.labels { #expect(box.frame.contains(label.frame), "\(direction) \(label.text)") }
      }
      expectApart(layout.boxes.map { (routing.nodes[$0.node].id, $0.frame) }, direction)
      expectApart(layout.boxes.flatMap(\.labels).map { ($0.text, $0.frame) }, direction)
    }
  }

  private func expectApart(_ frames: [(name: String, frame: FlowLayout.Rectangle)], _ direction: FlowLayout.Direction) {
    for (place, one) in frames.enumerated() {
      for other in frames[(place + 1)...] where one.frame.overlaps(other.frame) {
        Issue.record("\(direction): “\(one.name)” lies over “\(other.name)”")
      }
    }
  }
}

/// 24 tracks in four groups, one in another, with four returns that most of them feed.
let largeSession: String = {
  let groups = ["drums", "guitars", "the_whole_choir_of_the_second_verse", "band"]
  let returns = ["hall", "plate", "slap", "a_very_long_name_of_an_echo"]
  let tracks = (1...24).map { track in
    let sends = returns.enumerated().filter { (track + $0.offset) % 3 != 0 }
      .map {
        "\($0.element): {level: -\(10 + track % 5).\($0.offset) dB, tap: \(track % 4 == 0 ? "pre" : "post")_fader}"
      }
    let name = track % 7 == 0 ? "track_with_a_name_that_no_box_can_hold_\(track)" : "track_\(track)"
    let key = track % 6 == 0 ? ", inserts: {gain: {}, compressor: {sidechain: track_1}, eq: {}, dc_block: {}}" : ""
    return "  \(name): {stem: tone.wav, output: \(groups[track % 3]), sends: {\(sends.joined(separator: ", "))}\(key)}"
  }
  return """
    tracks:
    \(tracks.joined(separator: "\n"))
    buses:
      drums: {output: band, sends: {hall: -20 dB}, inserts: {compressor: {sidechain: track_1}}}
      guitars: {output: band}
      the_whole_choir_of_the_second_verse: {sends: {plate: -12.5 dB}}
      band: {}
      hall: {inserts: {reverb: {}}}
      plate: {inserts: {reverb: {}}}
      slap: {inserts: {delay: {}}, sends: {hall: -18 dB}}
      a_very_long_name_of_an_echo: {inserts: {delay: {}}}
    master: {preset: streaming}
    deliverables:
      wav: {format: wav}
      mp3: {format: mp3}
      vinyl: {format: wav, master: {inserts: {gain: {gain: -3 dB}}}}

    """
}()
