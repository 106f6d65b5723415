import DSP

/// The paths of a graph that is stretched over its place on the page: x and y run from 0 to 1, from the left and from
/// the top, and become whole numbers of a fine grid.
struct Drawing {
  static let width = 3000.0, height = 1000.0

  private(set) var shapes = ""

  /// An open line; a `nil` is a gap.
  mutating func line(_ points: [(x: Double, y: Double)?], _ kind: String) {
    var path = ""
    var last: (x: Int, y: Int)?
    for point in points {
      guard let point else {
        last = nil
        continue
      }
      let place = Self.grid(point)
      if let previous = last {
        if place != previous { path += "l\(place.x - previous.x) \(place.y - previous.y)" }
      } else {
        path += "M\(place.x) \(place.y)"
      }
      last = place
    }
    add(path, kind)
  }

  /// A closed shape.
  mutating func area(_ points: [(x: Double, y: Double)], _ kind: String) {
    guard let first = points.first else { return }
    var last = Self.grid(first)
    var path = "M\(last.x) \(last.y)"
    for point in points.dropFirst() {
      let place = Self.grid(point)
      if place != last { path += "l\(place.x - last.x) \(place.y - last.y)" }
      last = place
    }
    add(path + "z", kind)
  }

  /// A line across, at heights from 0 to 1.
  mutating func across(_ heights: [Double], _ kind: String) {
    add(heights.map { "M0 \(Self.grid((0, $0)).y)h\(Int(Self.width))" }.joined(), kind)
  }

  /// A line from top to bottom, at places from 0 to 1.
  mutating func upright(_ places: [Double], _ kind: String) {
    add(places.map { "M\(Self.grid(($0, 0)).x) 0v\(Int(Self.height))" }.joined(), kind)
  }

  private mutating func add(_ path: String, _ kind: String) {
    if !path.isEmpty { shapes += "<path class=\"\(kind)\" d=\"\(path)\"/>" }
  }

  private static func grid(_ point: (x: Double, y: Double)) -> (x: Int, y: Int) {
    (coordinate(min(max(point.x, 0), 1) * width), coordinate(min(max(point.y, -0.02), 1.02) * height))
  }

  /// The drawing with its title for those who do not see it.
  func svg(_ title: String) -> String {
    "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" preserveAspectRatio=\"none\" role=\"img\" "
      + "aria-label=\"\(escaped(title))\">\(shapes)</svg>"
  }
}

/// A scale of values down the height of a graph.
struct Scale {
  var top: Double
  var bottom: Double

  /// 0 at the top.
  func place(_ value: Double) -> Double {
    value.isFinite ? (top - value) / (top - bottom) : value < 0 ? 1.02 : -0.02
  }

  /// The multiples of `step` from top to bottom.
  func ticks(_ step: Double) -> [Double] {
    var ticks: [Double] = []
    var value = Maths.floor(top / step) * step
    while value >= bottom {
      ticks.append(value)
      value -= step
    }
    return ticks
  }
}

/// At most `limit` values, each the greatest and the least of its part in turn where there are more.
func reduced(_ values: [Double], limit: Int) -> [(place: Double, value: Double)] {
  guard values.count > limit else { return values.enumerated().map { (Double($0), $1) } }
  let parts = limit / 2
  return (0..<parts).flatMap { part -> [(place: Double, value: Double)] in
    let range = values.count * part / parts..<values.count * (part + 1) / parts
    let slice = values[range]
    guard let low = slice.indices.min(by: { slice[$0] < slice[$1] }),
      let high = slice.indices.max(by: { slice[$0] < slice[$1] })
    else { return [] }
    let (first, second) = low < high ? (low, high) : (high, low)
    return [(Double(first), values[first]), (Double(second), values[second])]
  }
}

/// At most `limit` values, each the greatest of its part, and how many values a part has.
func greatest(_ values: [Double], limit: Int) -> (values: [Double], part: Int) {
  let part = max(1, (values.count + limit - 1) / limit)
  let kept = stride(from: 0, to: values.count, by: part).map { first in
    values[first..<min(values.count, first + part)].max() ?? 0
  }
  return (kept, part)
}
