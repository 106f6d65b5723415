import DSP
import Quantities

// The account of every dB, and the graph that it runs through.

extension Page {
  // MARK: The account

  var account: String {
    typealias Gain = ReportModel.Account.Gain
    func cell(_ gain: Gain, plain: Bool = false) -> String {
      let wave = gain.moves ? "<span class=\"moves\">~</span>" : ""
      if gain.decibels == 0 { return "<td class=\"nil\">0\(wave)</td>" }
      return "<td>\(figure(gain.decibels, 1, signed: true))\(wave)</td>"
    }
    func cell(_ value: Double, _ kind: String = "") -> String {
      "<td\(value == 0 ? " class=\"nil\"" : kind.isEmpty ? "" : " class=\"\(kind)\"")>\(value == 0 ? "0" : figure(value, 1, signed: true))</td>"
    }
    let rows = model.account.rows.map { row -> String in
      let clips =
        row.clips.map { range in
          range.lowerBound == range.upperBound
            ? cell(range.lowerBound)
            : "<td>\(figure(range.lowerBound, 1, signed: true)) … \(figure(range.upperBound, 1, signed: true))</td>"
        } ?? "<td></td>"
      let sides =
        "<td>\(figure(row.left, 1, signed: true)) / \(figure(row.right, 1, signed: true))\(row.panMoves ? "<span class=\"moves\">~</span>" : "")</td>"
      let sends = row.sends.map {
        "<span>\(escaped(words($0.bus)))\u{A0}\(figure($0.level.decibels, 1, signed: true))\($0.level.moves ? "~" : "")\($0.isPreFader ? " pre" : "")</span>"
      }
      // Its clips may differ.
      let spread = row.clips.map { $0.upperBound - $0.lowerBound } ?? 0
      let least = spread > 0 ? "\(figure(row.toMix - spread, 1, signed: true)) … " : ""
      return """
        <tr class="\(row.kind.rawValue)\(row.isSilent ? " silent" : "")"><th scope="row">\(escaped(words(row.id)))\
        \(row.isSilent ? " <small>silent</small>" : "")</th>\(clips)\(cell(row.trim))\(cell(row.inserts))\
        \(row.dynamics > 0.05 ? "<td class=\"takes\">\(figure(-row.dynamics, 1))</td>" : "<td></td>")\
        \(cell(row.level))\(cell(row.vcas))\(sides)<td class="way">\(row.output.map { escaped(words($0)) } ?? "the mix")</td>\
        <td><b>\(least)\(figure(row.toMix, 1, signed: true))</b></td><td class="sends">\(sends.joined(separator: " · "))</td></tr>
        """
    }
    return """
      <section id="account"><div class="title"><h2>Every decibel, from stem to mix</h2><p>Gains in dB. “Takes” is what \
      the strip’s dynamics reduce at most and is not in the sum; left / right is what pan law, pan, width and inserts \
      on one side leave of a signal that is the same on both sides; ~ moves.</p></div>
      <div class="scroll"><table class="wide account"><thead><tr><th></th><th>clip</th><th>trim</th><th>inserts</th><th>takes</th>\
      <th>fader</th><th>VCAs</th><th>left / right</th><th>into</th><th>to the mix</th><th>sends</th></tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      </section>
      """
  }

  // MARK: The graph

  /// Of the graph, in pixels.
  private enum Size {
    static let column = 214.0, row = 44.0, box = 148.0, height = 34.0, margin = 8.0
  }

  var routing: String {
    let routing = model.routing
    guard !routing.nodes.isEmpty else { return "" }
    let width = Double((routing.nodes.map(\.column).max() ?? 0)) * Size.column + Size.box + 2 * Size.margin + 24
    let height = ((routing.nodes.map(\.row).max() ?? 0) + 1) * Size.row + 2 * Size.margin
    // Space at the left for sidechains that swing around.
    func left(_ node: ReportModel.Routing.Node) -> Double { Size.margin + 24 + Double(node.column) * Size.column }
    func middle(_ node: ReportModel.Routing.Node) -> Double { Size.margin + node.row * Size.row + Size.row / 2 }
    // Levels lie over all lines.
    var levels = ""
    // Levels that stand above and below each node's exit already.
    var placed: [Int: (above: Int, below: Int)] = [:]
    let edges = routing.edges.map { edge -> String in
      let from = routing.nodes[edge.from], to = routing.nodes[edge.to]
      let kind =
        edge.way == .output ? "out" : edge.way == .sidechain ? "key" : edge.way == .preFaderSend ? "pre" : "post"
      let silent = from.isSilent ? " silent" : ""
      var path: String
      if edge.way == .sidechain, from.column >= to.column {
        let (x, y, targetX, targetY) = (left(from), middle(from), left(to), middle(to))
        let swing = min(x, targetX) - 22
        path = curve((x, y), (swing, y), (swing, targetY), (targetX, targetY))
      } else {
        let (x, y, targetX) = (left(from) + Size.box, middle(from), left(to))
        // Sends end above an input's middle, so that they can be told from outputs.
        let targetY = middle(to) + (edge.way == .output ? 0 : edge.way == .sidechain ? 9 : -9)
        let bend = (targetX - x) * 0.5
        path = curve((x, y), (x + bend, y), (targetX - bend, targetY), (targetX, targetY))
        if !edge.level.isEmpty {
          var count = placed[edge.from] ?? (0, 0)
          let height = targetY < y ? -5 - 11 * Double(count.above) : 12 + 11 * Double(count.below)
          if targetY < y { count.above += 1 } else { count.below += 1 }
          placed[edge.from] = count
          levels +=
            "<text x=\"\(coordinate(x + 5))\" y=\"\(coordinate(y + height))\" class=\"level\">\(escaped(typographic(edge.level)))</text>"
        }
      }
      let title =
        "\(words(from.id)) → \(words(to.id)), \(edge.way.rawValue)\(edge.level.isEmpty ? "" : " \(edge.level)")"
      return "<g class=\"edge \(kind)\(silent)\"><title>\(escaped(typographic(title)))</title><path d=\"\(path)\"/></g>"
    }
    let nodes = routing.nodes.map { node -> String in
      let x = left(node), y = middle(node) - Size.height / 2
      let steps = cut(node.steps.map(words).joined(separator: " · "), to: 27)
      let name = cut(words(node.id), to: 20)
      return """
        <g class="node \(node.kind.rawValue)\(node.isSilent ? " silent" : "")"><title>\(escaped(typographic(([words(node.id)] + node.steps).joined(separator: ", "))))</title>\
        <rect x="\(coordinate(x))" y="\(coordinate(y))" width="\(coordinate(Size.box))" height="\(coordinate(Size.height))" rx="3"/>\
        <text x="\(coordinate(x + 9))" y="\(coordinate(y + (steps.isEmpty ? 21 : 15)))" class="name">\(escaped(name))</text>\
        \(steps.isEmpty ? "" : "<text x=\"\(coordinate(x + 9))\" y=\"\(coordinate(y + 27))\" class=\"steps\">\(escaped(typographic(steps)))</text>")</g>
        """
    }
    return """
      <section id="routing"><div class="title"><h2>Signal flow</h2><p class="keys">\(Self.key("out", "output"))\(Self.key("post", "send after the fader"))\
      \(Self.key("pre", "send before it"))\(Self.key("keyed", "sidechain"))</p></div>
      <div class="scroll"><svg class="routing" viewBox="0 0 \(coordinate(width)) \(coordinate(height))" width="\(coordinate(width))" role="img" \
      aria-label="The graph of tracks, buses, masters and files">\(edges.joined())\(levels)\(nodes.joined())</svg></div>
      </section>
      """
  }

  /// A cubic curve between its first and its last point.
  private func curve(_ points: (x: Double, y: Double)...) -> String {
    let places = points.map { "\(coordinate($0.x)) \(coordinate($0.y))" }
    return "M\(places[0])C\(places.dropFirst().joined(separator: " "))"
  }

  private func cut(_ text: String, to length: Int) -> String {
    text.count > length ? text.prefix(length - 1) + "…" : text
  }
}
