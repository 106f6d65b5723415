import DSP

// A box a row: signals run down on the left, sends and sidechains on the right.

extension FlowLayout {
  private enum Size {
    /// Of the drawing: a phone's page shows it at its own size or a little larger.
    static let width = 340.0
    /// Between rows; between lines side by side at most; all lines of a side together at most.
    static let space = 11.0, lane = 9.0, lanes = 72.0
    static let corner = 5.0
  }

  /// A line down a side, with all that joins it.
  private struct Rail {
    var edges: [Int]
    var top: Double
    var bottom: Double
    var lane = 0
  }

  private struct RailKey: Hashable {
    var node: Int
    var way: ReportModel.Routing.Way
  }

  mutating func layOutDown(_ routing: ReportModel.Routing) {
    let contents = routing.nodes.indices.map { BoxContent($0, routing) }
    let order = Self.order(of: routing)
    // Heights do not depend on how many lanes there are if no text has to be cut; where they do, the second round
    // knows how wide the boxes are.
    var width = Size.width - 40
    var left = 0.0
    var sides: (left: [Rail], right: [Rail]) = ([], [])
    var ends: [(from: Double, to: Double)] = []
    for _ in 0..<2 {
      boxes = []
      var top = 4.0
      for node in order {
        let frame = Rectangle(x: left, y: top, width: width, height: contents[node].height(width))
        boxes.append(Box(node: node, frame: frame, labels: contents[node].labels(in: frame)))
        top += frame.height + Size.space
      }
      height = top - Size.space + 4
      let frames = Dictionary(uniqueKeysWithValues: boxes.map { ($0.node, $0.frame) })
      ends = routing.edges.enumerated().map { index, edge in
        guard let from = frames[edge.from], let to = frames[edge.to] else { return (0, 0) }
        let exit =
          switch edge.way {
          // What leaves does so at the foot, what arrives does so at the head: lines run down.
          case .output: from.height - 8
          case .preFaderSend, .postFaderSend: contents[edge.from].middle(ofSend: index, width)
          case .sidechain: from.height - 4
          }
        return (from.y + exit, to.y + (edge.way == .sidechain ? 17 : 9))
      }
      sides = (
        Self.rails(routing, ends) { $0 == .output }, Self.rails(routing, ends) { $0 != .output }
      )
      left = Self.room(sides.left)
      width = Size.width - left - Self.room(sides.right)
    }
    self.width = Size.width
    for (rails, side) in [(sides.left, -1.0), (sides.right, 1.0)] {
      let lane = Self.lane(rails)
      let edge = side < 0 ? left : left + width
      for rail in rails {
        let x = edge + side * (9 + lane * Double(rail.lane))
        for index in rail.edges { lines.append(line(index, edge, x, ends[index], side)) }
      }
    }
    lines.sort { $0.edge < $1.edge }
  }

  /// From a box's edge to a rail, along it, and to the edge of another box.
  private func line(_ index: Int, _ edge: Double, _ x: Double, _ end: (from: Double, to: Double), _ side: Double)
    -> Line
  {
    let distance = end.to - end.from
    let corner = min(Size.corner, abs(distance) / 2) * (distance < 0 ? -1 : 1)
    let path = """
      M\(point(edge, end.from))L\(point(x - side * abs(corner), end.from))\
      Q\(point(x, end.from)) \(point(x, end.from + corner))L\(point(x, end.to - corner))\
      Q\(point(x, end.to)) \(point(x - side * abs(corner), end.to))L\(point(edge, end.to))
      """
    return Line(
      edge: index, start: (edge, end.from), end: (edge, end.to), path: path, head: arrow(edge, end.to, -side))
  }

  // MARK: Rails

  /// Outputs and sends that end at one box share a rail; so do those that feed masters and files, and sidechains, by
  /// where they begin.
  private static func rails(
    _ routing: ReportModel.Routing, _ ends: [(from: Double, to: Double)], _ belongs: (ReportModel.Routing.Way) -> Bool
  ) -> [Rail] {
    var places: [RailKey: Int] = [:]
    var rails: [Rail] = []
    for (index, edge) in routing.edges.enumerated() where belongs(edge.way) {
      let target = routing.nodes[edge.to].kind
      let end = edge.way == .sidechain || target == .master || target == .file ? edge.from : edge.to
      let key = RailKey(node: end, way: edge.way == .preFaderSend ? .postFaderSend : edge.way)
      let top = min(ends[index].from, ends[index].to), bottom = max(ends[index].from, ends[index].to)
      if let place = places[key] {
        rails[place].edges.append(index)
        rails[place].top = min(rails[place].top, top)
        rails[place].bottom = max(rails[place].bottom, bottom)
      } else {
        places[key] = rails.count
        rails.append(Rail(edges: [index], top: top, bottom: bottom))
      }
    }
    // Short ones lie nearest to the boxes, so that fewer lines cross.
    let byLength = rails.indices.sorted {
      (rails[$0].bottom - rails[$0].top, $0) < (rails[$1].bottom - rails[$1].top, $1)
    }
    var taken: [[ClosedRange<Double>]] = []
    for place in byLength {
      let range = rails[place].top - 3...rails[place].bottom + 3
      let lane = taken.firstIndex { !$0.contains { $0.overlaps(range) } } ?? taken.count
      if lane == taken.count { taken.append([]) }
      taken[lane].append(range)
      rails[place].lane = lane
    }
    return rails
  }

  private static func lane(_ rails: [Rail]) -> Double {
    let count = Double((rails.map(\.lane).max() ?? 0) + 1)
    return min(Size.lane, Size.lanes / count)
  }

  private static func room(_ rails: [Rail]) -> Double {
    rails.isEmpty ? 2 : 11 + lane(rails) * Double(rails.map(\.lane).max() ?? 0)
  }

  // MARK: Rows

  /// What feeds a box stands above it, and next to it as far as sends allow; masters and files follow `main`.
  private static func order(of routing: ReportModel.Routing) -> [Int] {
    let outputs = routing.edges.filter { $0.way == .output }
    let sends = routing.edges.filter { $0.way == .preFaderSend || $0.way == .postFaderSend }
    var sources = Array(repeating: [Int](), count: routing.nodes.count)
    var targets = sources
    for edge in outputs {
      sources[edge.to].append(edge.from)
      targets[edge.from].append(edge.to)
    }
    var order: [Int] = []
    var isPlaced = Array(repeating: false, count: routing.nodes.count)

    /// All that ends in `node`, above it.
    func above(_ node: Int) -> [Int] {
      var result: [Int] = [], waiting = [node]
      var seen: Set<Int> = [node]
      while let next = waiting.popLast() {
        result.append(next)
        for source in sources[next] where seen.insert(source).inserted { waiting.append(source) }
      }
      return result
    }

    func place(_ node: Int) {
      guard !isPlaced[node] else { return }
      isPlaced[node] = true
      // What sends into another part stands above that part.
      var part = Array(repeating: -1, count: routing.nodes.count)
      for (index, source) in sources[node].enumerated() { for member in above(source) { part[member] = index } }
      var needs = Array(repeating: Set<Int>(), count: sources[node].count)
      for send in sends {
        let (from, to) = (part[send.from], part[send.to])
        if from >= 0, to >= 0, from != to { needs[to].insert(from) }
      }
      var left = Array(sources[node].indices)
      while !left.isEmpty {
        let next = left.firstIndex { index in !left.contains { needs[index].contains($0) } } ?? 0
        place(sources[node][left.remove(at: next)])
      }
      order.append(node)
    }

    func follow(_ node: Int) {
      for target in targets[node] where !isPlaced[target] {
        isPlaced[target] = true
        order.append(target)
        follow(target)
      }
    }

    if let main = routing.nodes.firstIndex(where: { $0.kind == .main }) {
      place(main)
      follow(main)
    }
    return order + routing.nodes.indices.filter { !isPlaced[$0] }
  }
}
