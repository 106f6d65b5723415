extension Array where Element == Double {
  /// Replaces each of the first `count` values by `change` of it, in a loop without bounds checks, which become
  /// vector code when `change` has no branches.
  @inline(__always)
  mutating func replaceFirst(_ count: Int, _ change: (Double) -> Double) {
    precondition(count <= self.count)
    unsafe withUnsafeMutableBufferPointer { values in
      for index in 0..<count { unsafe values[index] = change(unsafe values[index]) }
    }
  }
}
