extension MutableSpan where Element == Frame {
  /// Lends the frames of `range`, which must lie inside the span, as a span of their own.
  @inline(__always)
  mutating func editPart(_ range: Range<Int>, _ body: (inout MutableSpan<Frame>) -> Void) {
    var part = self._mutatingExtracting(range)
    body(&part)
  }
}

extension Array where Element == Frame {
  /// Lends the first `count` frames for reading and writing.
  @inline(__always)
  mutating func editFirst(_ count: Int, _ body: (inout MutableSpan<Frame>) -> Void) {
    var whole = self.mutableSpan
    whole.editPart(0..<count, body)
  }
}
