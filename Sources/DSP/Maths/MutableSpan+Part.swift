extension MutableSpan where Element == Frame {
  /// Lends the frames of `range`, which must lie inside the span, as a span of their own.
  @inline(__always)
  mutating func editPart(_ range: Range<Int>, _ body: (inout MutableSpan<Frame>) -> Void) {
    var part = self._mutatingExtracting(range)
    body(&part)
  }
}
