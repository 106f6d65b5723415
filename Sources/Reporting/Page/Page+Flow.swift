import DSP

// The signal flow: drawn twice, and the style sheet shows the one that can be read on this page.

extension Page {
  var routing: String {
    guard !model.routing.nodes.isEmpty else { return "" }
    let across = FlowLayout(model.routing, .across), down = FlowLayout(model.routing, .down)
    return """
      <section id="routing"><div class="title"><h2>Signal flow</h2><p class="keys">\(Self.key("out", "output"))\(Self.key("post", "send after the fader"))\
      \(Self.key("pre", "send before it"))\(Self.key("keyed", "sidechain"))</p></div>
      <div class="flow across">\(picture(across, 0..<across.height))</div>
      <div class="flow down">\(sheets(down))</div>
      </section>
      """
  }

  /// Of what is drawn, texts are at least 12 px large; less than 11 cannot be read, so the drawing is shown only where
  /// it keeps eleven twelfths of its size.
  private static let readable = 11.0 / 12

  /// Which of both drawings is shown: the wide one where there is room for it.
  var flowStyle: String {
    let across = FlowLayout(model.routing, .across).width
    let hideAcross = ".flow.across { display: none; } .flow.down { display: block; }"
    // The page's greatest width, and what its sides keep free of it (both in the style sheet).
    let page = 74.0 * 16, sides = 64.0
    let needed = across * Self.readable + sides
    if needed > page { return hideAcross }
    // Under 700 px everything is one column.
    return "@media (max-width: \(coordinate(max(needed, 700))).98px) { \(hideAcross) }"
  }

  /// What of a layout lies between these heights, wholly or in part.
  private func drawing(_ layout: FlowLayout, _ heights: Range<Double>) -> String {
    let routing = model.routing
    // In layouts that are drawn in pieces, a line stays between the heights of its ends.
    let lines = layout.lines.filter {
      max($0.start.y, $0.end.y) + 4 > heights.lowerBound && min($0.start.y, $0.end.y) - 4 < heights.upperBound
    }
    let edges = lines.map { line -> String in
      let edge = routing.edges[line.edge]
      let from = routing.nodes[edge.from], to = routing.nodes[edge.to]
      let kind =
        edge.way == .output ? "out" : edge.way == .sidechain ? "key" : edge.way == .preFaderSend ? "pre" : "post"
      let title =
        "\(words(from.id)) → \(words(to.id)), \(edge.way.rawValue)\(edge.level.isEmpty ? "" : " \(edge.level)")"
      return """
        <g class="edge \(kind)\(from.isSilent ? " silent" : "")"><title>\(escaped(typographic(title)))</title>\
        <path d="\(line.path)"/><path class="head" d="\(line.head)"/></g>
        """
    }
    let boxes = layout.boxes.filter {
      $0.frame.y < heights.upperBound && $0.frame.y + $0.frame.height > heights.lowerBound
    }
    let nodes = boxes.map { box -> String in
      let node = routing.nodes[box.node], frame = box.frame
      let labels = box.labels.map { label in
        """
        <text x="\(coordinate(label.x))" y="\(coordinate(label.baseline))" class="\(label.kind.rawValue)"\
        \(label.isRightAligned ? " text-anchor=\"end\"" : "")>\(escaped(label.text))</text>
        """
      }
      return """
        <g class="node \(node.kind.rawValue)\(node.isSilent ? " silent" : "")"><title>\(escaped(typographic(([words(node.id)] + node.steps).joined(separator: ", "))))</title>\
        <rect x="\(coordinate(frame.x))" y="\(coordinate(frame.y))" width="\(coordinate(frame.width))" height="\(coordinate(frame.height))" rx="3"/>\
        \(labels.joined())</g>
        """
    }
    return edges.joined() + nodes.joined()
  }

  /// A part of a layout, from one height to another.
  private func picture(_ layout: FlowLayout, _ heights: Range<Double>) -> String {
    let (top, bottom) = (coordinate(heights.lowerBound), coordinate(heights.upperBound))
    return """
      <svg class="routing" viewBox="0 \(top) \(coordinate(layout.width)) \(bottom - top)" role="img" \
      aria-label="The graph of tracks, buses, masters and files" style="max-width:\(coordinate(layout.width * 1.25))px">\(drawing(layout, heights))</svg>
      """
  }

  /// A tall drawing in pieces that a sheet of paper can take, cut between boxes.
  private func sheets(_ layout: FlowLayout) -> String {
    var cuts = [0.0]
    for (box, next) in zip(layout.boxes, layout.boxes.dropFirst())
    where next.frame.y + next.frame.height - (cuts.last ?? 0) > 700 {
      cuts.append((box.frame.y + box.frame.height + next.frame.y) / 2)
    }
    // The same whole pixel ends a piece and begins the next.
    cuts = cuts.map { Double(coordinate($0)) } + [layout.height]
    return zip(cuts, cuts.dropFirst()).map { picture(layout, $0..<$1) }.joined()
  }
}
