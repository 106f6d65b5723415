import DSP

/// Where the boxes, the texts and the lines of the signal flow lie, in pixels.
///
/// Every text stands inside the box that it belongs to, a send's level on the line where the send leaves its box. So
/// no text can lie over another one, whatever is connected with what.
public struct FlowLayout: Sendable {
  public enum Direction: Sendable {
    /// Columns from the left to the right, for wide pages.
    case across
    /// A box a row, with lines on both sides, for narrow ones.
    case down
  }

  public struct Rectangle: Sendable {
    public var x: Double
    public var y: Double
    public var width: Double
    public var height: Double

    public init(x: Double, y: Double, width: Double, height: Double) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    public func overlaps(_ other: Rectangle) -> Bool {
      x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
    }

    public func contains(_ other: Rectangle) -> Bool {
      other.x >= x && other.x + other.width <= x + width && other.y >= y && other.y + other.height <= y + height
    }
  }

  public struct Label: Sendable {
    public enum Kind: String, Sendable { case name, steps, bus, level }

    public var kind: Kind
    public var text: String
    /// Where it begins, or where it ends if it is `isRightAligned`.
    public var x: Double
    public var baseline: Double
    public var isRightAligned = false

    /// The room it takes at most.
    public var frame: Rectangle {
      let width = TextSize.width(of: text, kind)
      let size = TextSize.of(kind)
      // Letters reach about four fifths of their size over the baseline and a fifth under it.
      return Rectangle(
        x: isRightAligned ? x - width : x, y: baseline - 0.8 * size, width: width, height: size)
    }
  }

  public struct Box: Sendable {
    /// Its place among the graph's nodes.
    public var node: Int
    public var frame: Rectangle
    public var labels: [Label]
  }

  public struct Line: Sendable {
    /// Its place among the graph's edges.
    public var edge: Int
    public var start: (x: Double, y: Double)
    public var end: (x: Double, y: Double)
    /// As SVG writes a path.
    var path: String
    /// The head of the arrow, at its end.
    var head: String
  }

  public internal(set) var boxes: [Box] = []
  public internal(set) var lines: [Line] = []
  public internal(set) var width = 0.0
  public internal(set) var height = 0.0

  public init(_ routing: ReportModel.Routing, _ direction: Direction) {
    guard !routing.nodes.isEmpty else { return }
    switch direction {
    case .across: layOutAcross(routing)
    case .down: layOutDown(routing)
    }
  }
}

/// How large texts are, without asking a font: a sans-serif's letters are 0.5 em wide in the mean, and hardly a word is
/// wider than 0.6; those of Chinese, Japanese and Korean are 1 em.
enum TextSize {
  static func of(_ kind: FlowLayout.Label.Kind) -> Double { kind == .name ? 13 : 12 }

  static func width(of text: String, _ kind: FlowLayout.Label.Kind) -> Double {
    of(kind) * text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 && $1 != "−" && $1 != "…" ? 1 : 0.6) }
  }

  /// `text`, ended by an ellipsis where it is wider than `limit`.
  static func cut(_ text: String, _ kind: FlowLayout.Label.Kind, to limit: Double) -> String {
    guard width(of: text, kind) > limit else { return text }
    var kept = text
    while !kept.isEmpty, width(of: kept + "…", kind) > limit { kept.removeLast() }
    return kept + "…"
  }
}

/// What stands in a box, before it has a place.
struct BoxContent {
  /// Of the box, from its edges to what stands in it, and from one line to the next.
  enum Size {
    static let side = 9.0, top = 4.0, bottom = 6.0, name = 18.0, line = 15.0
  }

  var name: String
  var steps: [String]
  /// By their edges.
  var sends: [(edge: Int, bus: String, level: String)]

  init(_ index: Int, _ routing: ReportModel.Routing) {
    name = words(routing.nodes[index].id)
    steps = routing.nodes[index].steps.map { typographic(words($0)) }
    sends = routing.edges.enumerated().compactMap { place, edge in
      guard edge.from == index, edge.way == .postFaderSend || edge.way == .preFaderSend else { return nil }
      return (place, words(routing.nodes[edge.to].id), typographic(edge.level))
    }
  }

  /// The width at which nothing is cut and all steps are on one line.
  var naturalWidth: Double {
    let texts =
      [TextSize.width(of: name, .name), TextSize.width(of: steps.joined(separator: " · "), .steps)]
      + sends.map { TextSize.width(of: $0.bus + "  " + $0.level, .level) }
    return (texts.max() ?? 0) + 2 * Size.side
  }

  /// The steps in lines of this width, three at most.
  private func stepLines(_ width: Double) -> [String] {
    var lines: [String] = []
    for step in steps {
      if let last = lines.last, lines.count == 3 || TextSize.width(of: last + " · " + step, .steps) <= width {
        lines[lines.count - 1] = last + " · " + step
      } else {
        lines.append(step)
      }
    }
    return lines.map { TextSize.cut($0, .steps, to: width) }
  }

  func height(_ width: Double) -> Double {
    Size.top + Size.name + Size.line * Double(stepLines(width - 2 * Size.side).count + sends.count) + Size.bottom
  }

  /// How far under the box's top its middle line runs.
  static let nameMiddle = Size.top + Size.name / 2

  /// How far under the top the line of the send with this edge runs.
  func middle(ofSend edge: Int, _ width: Double) -> Double {
    let place = sends.firstIndex { $0.edge == edge } ?? 0
    let lines = stepLines(width - 2 * Size.side).count + place
    return Size.top + Size.name + Size.line * (Double(lines) + 0.5)
  }

  func labels(in frame: FlowLayout.Rectangle) -> [FlowLayout.Label] {
    let (left, width) = (frame.x + Size.side, frame.width - 2 * Size.side)
    var labels = [
      FlowLayout.Label(
        kind: .name, text: TextSize.cut(name, .name, to: width), x: left, baseline: frame.y + Size.top + 13)
    ]
    var baseline = frame.y + Size.top + Size.name + 11
    for line in stepLines(width) {
      labels.append(FlowLayout.Label(kind: .steps, text: line, x: left, baseline: baseline))
      baseline += Size.line
    }
    for send in sends {
      let level = TextSize.cut(send.level, .level, to: width)
      let room = width - TextSize.width(of: level + " ", .level)
      labels.append(
        FlowLayout.Label(kind: .bus, text: TextSize.cut(send.bus, .bus, to: room), x: left, baseline: baseline))
      labels.append(
        FlowLayout.Label(kind: .level, text: level, x: left + width, baseline: baseline, isRightAligned: true))
      baseline += Size.line
    }
    return labels.filter { !$0.text.isEmpty && $0.text != "…" }
  }
}
