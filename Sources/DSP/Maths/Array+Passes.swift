extension Array where Element == Double {
  /// The greatest of the first `count` values, none of which is negative.
  func greatestOfFirst(_ count: Int) -> Double {
    precondition(count <= self.count)
    return unsafe withUnsafeBufferPointer { values in
      // Four at a time: a chain of comparisons would wait for itself.
      var lanes = SIMD4<Double>.zero
      var index = 0
      while index + 4 <= count {
        let next = unsafe SIMD4(values[index], values[index + 1], values[index + 2], values[index + 3])
        lanes = lanes.replacing(with: next, where: next .> lanes)
        index += 4
      }
      var greatest = lanes.max()
      while index < count {
        let value = unsafe values[index]
        greatest = value > greatest ? value : greatest
        index += 1
      }
      return greatest
    }
  }

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
