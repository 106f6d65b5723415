/// One value for each of the sixteen lines: eight pairs, the left side's lines in lane x, the right side's
/// in y.
///
/// Eight named frames rather than an array, so that they live in registers.
struct ReverbLines: Sendable {
  var a = Frame.zero, b = Frame.zero, c = Frame.zero, d = Frame.zero
  var e = Frame.zero, f = Frame.zero, g = Frame.zero, h = Frame.zero

  /// The same frame in all pairs.
  @inline(__always)
  init(_ frame: Frame = .zero) {
    a = frame
    b = frame
    c = frame
    d = frame
    e = frame
    f = frame
    g = frame
    h = frame
  }

  /// What `value` gives for the pairs 0…7.
  @inline(__always)
  init(_ value: (Int) -> Frame) {
    a = value(0)
    b = value(1)
    c = value(2)
    d = value(3)
    e = value(4)
    f = value(5)
    g = value(6)
    h = value(7)
  }

  @inline(__always)
  static func + (left: Self, right: Self) -> Self { combine(left, right) { $0 + $1 } }

  @inline(__always)
  static func * (left: Self, right: Self) -> Self { combine(left, right) { $0 * $1 } }

  @inline(__always)
  static func combine(_ left: Self, _ right: Self, _ body: (Frame, Frame) -> Frame) -> Self {
    var result = Self()
    result.a = body(left.a, right.a)
    result.b = body(left.b, right.b)
    result.c = body(left.c, right.c)
    result.d = body(left.d, right.d)
    result.e = body(left.e, right.e)
    result.f = body(left.f, right.f)
    result.g = body(left.g, right.g)
    result.h = body(left.h, right.h)
    return result
  }

  /// Each side times the Hadamard matrix of eight rows (√8 times an orthogonal one), in three stages of
  /// butterflies. The first pair of the result is the sum of all pairs.
  @inline(__always)
  func mixed() -> Self {
    let (a1, e1, b1, f1) = (a + e, a - e, b + f, b - f)
    let (c1, g1, d1, h1) = (c + g, c - g, d + h, d - h)
    let (a2, c2, b2, d2) = (a1 + c1, a1 - c1, b1 + d1, b1 - d1)
    let (e2, g2, f2, h2) = (e1 + g1, e1 - g1, f1 + h1, f1 - h1)
    var result = Self()
    result.a = a2 + b2
    result.b = a2 - b2
    result.c = c2 + d2
    result.d = c2 - d2
    result.e = e2 + f2
    result.f = e2 - f2
    result.g = g2 + h2
    result.h = g2 - h2
    return result
  }

  mutating func flush() { self = Self.combine(self, self) { frame, _ in flushed(frame) } }
}

func approached(_ value: ReverbLines, _ target: ReverbLines, _ part: Double) -> ReverbLines {
  .combine(value, target) { approached($0, $1, part) }
}
