import DSP

// Columns from the left to the right.

extension FlowLayout {
  private enum Size {
    /// Between columns; between boxes of a column.
    static let gap = 52.0, space = 9.0
    /// A box's width at least and at most.
    static let narrow = 84.0, wide = 176.0
    /// Of a line that runs through a column.
    static let lane = 6.0
    /// What is left at the edge of the drawing, and where sidechains swing around.
    static let margin = 4.0, swing = 20.0
  }

  /// A box, or the place where lines to one box run through a column.
  private struct Item {
    var node: Int?
    var column: Int
    var height: Double
    var top = 0.0
  }

  /// From an item to one in the next column; the heights are those under the tops of the items.
  private struct Link {
    var from: Int
    var fromHeight: Double
    var to: Int
    var toHeight: Double
    var weight: Double
  }

  /// Lines that run together: to one box, of one kind.
  private struct Trunk: Hashable {
    var target: Int
    var entry: Double
    var column: Int
  }

  mutating func layOutAcross(_ routing: ReportModel.Routing) {
    let columns = Self.columns(of: routing)
    let count = (columns.max() ?? 0) + 1
    let contents = routing.nodes.indices.map { BoxContent($0, routing) }
    let widths = (0..<count).map { column in
      let natural = routing.nodes.indices.filter { columns[$0] == column }.map { contents[$0].naturalWidth }
      return min(Size.wide, max(Size.narrow, natural.max() ?? 0))
    }
    var items = routing.nodes.indices.map {
      Item(node: $0, column: columns[$0], height: contents[$0].height(widths[columns[$0]]))
    }
    var links: [Link] = []
    var trunks: [Trunk: Int] = [:]
    /// The items that each edge runs through, its ends among them; none of what swings around.
    var ways: [[Int]] = []
    for (index, edge) in routing.edges.enumerated() {
      guard columns[edge.from] < columns[edge.to] else {
        ways.append([])
        continue
      }
      var way = [edge.from]
      let entry = Self.entry(edge.way)
      for column in columns[edge.from] + 1..<columns[edge.to] {
        let trunk = Trunk(target: edge.to, entry: entry, column: column)
        let item = trunks[trunk] ?? items.count
        if item == items.count { items.append(Item(node: nil, column: column, height: Size.lane)) }
        trunks[trunk] = item
        way.append(item)
      }
      way.append(edge.to)
      for (from, to) in zip(way, way.dropFirst()) {
        links.append(
          Link(
            from: from,
            fromHeight: from == edge.from ? contents[from].exit(index, edge.way, widths[columns[from]]) : Size.lane / 2,
            to: to, toHeight: to == edge.to ? entry : Size.lane / 2,
            // Where the signal goes decides; sends follow.
            weight: edge.way == .output ? 1 : 0.1))
      }
      ways.append(way)
    }
    Self.place(&items, links, count)

    let swings = routing.edges.contains { columns[$0.from] >= columns[$0.to] }
    var left = Size.margin + (swings ? Size.swing : 0)
    let lefts = widths.map { width in
      defer { left += width + Size.gap }
      return left
    }
    width = left - Size.gap + Size.margin
    height = (items.map { $0.top + $0.height }.max() ?? 0) + Size.margin
    for (index, content) in contents.enumerated() {
      let frame = Rectangle(
        x: lefts[columns[index]], y: items[index].top, width: widths[columns[index]], height: items[index].height)
      boxes.append(Box(node: index, frame: frame, labels: content.labels(in: frame)))
    }
    for (index, edge) in routing.edges.enumerated() {
      let from = boxes[edge.from].frame, to = boxes[edge.to].frame
      let entry = to.y + Self.entry(edge.way)
      if ways[index].isEmpty {
        // At the foot of the box it leaves on the left, so that it is not taken for what comes in.
        let exit = from.y + from.height - 6, swing = min(from.x, to.x) - Size.swing
        lines.append(
          Line(
            edge: index, start: (from.x, exit), end: (to.x, entry),
            path: "M\(point(from.x, exit))C\(point(swing, exit)) \(point(swing, entry)) \(point(to.x, entry))",
            head: arrow(to.x, entry, 1)))
        continue
      }
      var x = from.x + from.width
      var y = from.y + contents[edge.from].exit(index, edge.way, from.width)
      let start = (x, y)
      var path = "M\(point(x, y))"
      for item in ways[index].dropFirst() {
        let column = items[item].column, next = lefts[column]
        let target = items[item].node == nil ? items[item].top + Size.lane / 2 : entry
        let bend = (next - x) / 2
        path += "C\(point(x + bend, y)) \(point(next - bend, target)) \(point(next, target))"
        if items[item].node == nil { path += "H\(coordinate(next + widths[column]))" }
        (x, y) = (next + widths[column], target)
      }
      lines.append(Line(edge: index, start: start, end: (to.x, entry), path: path, head: arrow(to.x, entry, 1)))
    }
  }

  /// How far under a box's top what comes in by this way ends: sends a little lower than outputs, sidechains lower yet,
  /// so that they can be told apart.
  private static func entry(_ way: ReportModel.Routing.Way) -> Double {
    switch way {
    case .output: BoxContent.nameMiddle - 4
    case .preFaderSend, .postFaderSend: BoxContent.nameMiddle + 3
    case .sidechain: BoxContent.nameMiddle + 10
    }
  }

  /// Columns by the longest way through outputs and sends.
  private static func columns(of routing: ReportModel.Routing) -> [Int] {
    let flows = routing.edges.filter { $0.way != .sidechain }
    var columns = Array(repeating: 0, count: routing.nodes.count)
    // The graph has no circle, so as many rounds as there are nodes are enough.
    for _ in routing.nodes {
      var moved = false
      for edge in flows where columns[edge.to] <= columns[edge.from] {
        columns[edge.to] = columns[edge.from] + 1
        moved = true
      }
      if !moved { break }
    }
    return columns
  }

  /// Gives every item a height at which its lines run as level as they can.
  private static func place(_ items: inout [Item], _ links: [Link], _ count: Int) {
    let columns = (0..<count).map { column in items.indices.filter { items[$0].column == column } }
    var orders = columns
    var linked = Array(repeating: [(other: Int, shift: Double, weight: Double)](), count: items.count)
    for link in links {
      linked[link.from].append((link.to, link.toHeight - link.fromHeight, link.weight))
      linked[link.to].append((link.from, link.fromHeight - link.toHeight, link.weight))
    }
    for column in columns {
      var top = 0.0
      for item in column {
        items[item].top = top
        top += items[item].height + Size.space
      }
    }
    // The order settles in a few rounds, the heights in a few more.
    for round in 0..<12 {
      for column in round % 2 == 0 ? Array((0..<count).reversed()) : Array(0..<count) {
        var aims: [Int: Double] = [:]
        for item in columns[column] {
          let all = linked[item]
          let weight = all.reduce(0) { $0 + $1.weight }
          aims[item] =
            weight > 0
            ? all.reduce(0) { $0 + $1.weight * (items[$1.other].top + $1.shift) } / weight : items[item].top
        }
        if round < 6 { orders[column].sort { (aims[$0] ?? 0, $0) < (aims[$1] ?? 0, $1) } }
        settle(orders[column], aims, &items)
      }
    }
    let least = items.map(\.top).min() ?? 0
    for item in items.indices { items[item].top += Size.margin - least }
  }

  /// Puts the items of a column as near to their aims as their order and heights allow: what would overlap forms a
  /// block, whose mean aim counts (isotonic regression by pooling neighbours).
  private static func settle(_ order: [Int], _ aims: [Int: Double], _ items: inout [Item]) {
    var blocks: [(sum: Double, count: Int)] = []
    var packed = 0.0, offsets: [Double] = []
    for item in order {
      offsets.append(packed)
      blocks.append(((aims[item] ?? 0) - packed, 1))
      packed += items[item].height + Size.space
      while blocks.count > 1, let last = blocks.last {
        let before = blocks[blocks.count - 2]
        if before.sum / Double(before.count) <= last.sum / Double(last.count) { break }
        blocks.removeLast()
        blocks[blocks.count - 1] = (before.sum + last.sum, before.count + last.count)
      }
    }
    var place = 0
    for block in blocks {
      for _ in 0..<block.count {
        items[order[place]].top = block.sum / Double(block.count) + offsets[place]
        place += 1
      }
    }
  }
}

extension BoxContent {
  /// How far under the box's top the edge leaves it.
  func exit(_ edge: Int, _ way: ReportModel.Routing.Way, _ width: Double) -> Double {
    switch way {
    case .output: Self.nameMiddle
    case .preFaderSend, .postFaderSend: middle(ofSend: edge, width)
    case .sidechain: Self.nameMiddle + 6
    }
  }
}

extension FlowLayout {
  func point(_ x: Double, _ y: Double) -> String { "\(coordinate(x)) \(coordinate(y))" }

  /// The head of an arrow that points to the right (`way` 1) or to the left (−1) at a box's edge.
  func arrow(_ x: Double, _ y: Double, _ way: Double) -> String {
    "M\(point(x - 5 * way, y - 3))L\(point(x, y))L\(point(x - 5 * way, y + 3))z"
  }
}
