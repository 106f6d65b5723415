/// A stereo signal's way into another: how much of each input channel goes to each output. One matrix holds
/// gain, polarity, pan, balance and width together (`b * a` is a, then b).
///
/// The kernels are stateless, have no latency and do not allocate. Where only the diagonal is set, the other
/// inputs are not touched, so that an infinite or silent neighbour has no influence.
public struct MixMatrix: Sendable, Equatable {
  /// What left and right receive from the left input.
  public var fromLeft: Frame
  /// What left and right receive from the right input.
  public var fromRight: Frame

  public init(fromLeft: Frame, fromRight: Frame) {
    self.fromLeft = fromLeft
    self.fromRight = fromRight
  }

  /// Each channel on its own side, scaled.
  public init(gains: Frame) { self.init(fromLeft: Frame(gains.x, 0), fromRight: Frame(0, gains.y)) }

  /// Both channels scaled by `gain`, an amplitude factor; negative inverts the polarity.
  public init(gain: Double) { self.init(gains: Frame(repeating: gain)) }

  public static let identity = MixMatrix(gain: 1)

  /// First `right`, then `left`.
  public static func * (left: MixMatrix, right: MixMatrix) -> MixMatrix {
    MixMatrix(fromLeft: left.applied(to: right.fromLeft), fromRight: left.applied(to: right.fromRight))
  }

  /// The matrix scaled by `gain`.
  public static func * (gain: Double, matrix: MixMatrix) -> MixMatrix {
    MixMatrix(fromLeft: gain * matrix.fromLeft, fromRight: gain * matrix.fromRight)
  }

  /// On the way from `start` to `end`, `position` 0 … 1; exact at both ends.
  public static func interpolated(from start: MixMatrix, to end: MixMatrix, at position: Double) -> MixMatrix {
    let rest = 1 - position
    return MixMatrix(
      fromLeft: rest * start.fromLeft + position * end.fromLeft,
      fromRight: rest * start.fromRight + position * end.fromRight)
  }

  /// Whether left stays left and right stays right.
  @inlinable public var isDiagonal: Bool { fromLeft.y == 0 && fromRight.x == 0 }

  /// One frame's way through the matrix.
  @inlinable
  public func applied(to frame: Frame) -> Frame {
    isDiagonal ? Frame(fromLeft.x, fromRight.y) * frame : full(frame)
  }

  @inlinable
  func full(_ frame: Frame) -> Frame {
    Frame(fromLeft.x * frame.x + fromRight.x * frame.y, fromLeft.y * frame.x + fromRight.y * frame.y)
  }

  // MARK: - Kernels

  /// Sends `frames` through the matrix, in place.
  public func apply(to frames: inout MutableSpan<Frame>) {
    if self == .identity { return }
    if isDiagonal {
      let gains = Frame(fromLeft.x, fromRight.y)
      for index in 0..<frames.count { frames[index] *= gains }
    } else {
      for index in 0..<frames.count { frames[index] = full(frames[index]) }
    }
  }

  /// Adds `source`, sent through the matrix, to the first frames of `bus`, which must not be shorter.
  public func add(_ source: Span<Frame>, to bus: inout MutableSpan<Frame>) {
    precondition(source.count <= bus.count, "the bus is shorter than its input")
    if isDiagonal {
      let gains = Frame(fromLeft.x, fromRight.y)
      unsafe bus.withUnsafeMutableBufferPointer { bus in
        unsafe source.withUnsafeBufferPointer { source in
          for index in 0..<source.count { unsafe bus[index] += gains * source[index] }
        }
      }
    } else {
      unsafe bus.withUnsafeMutableBufferPointer { bus in
        unsafe source.withUnsafeBufferPointer { source in
          for index in 0..<source.count { unsafe bus[index] += full(source[index]) }
        }
      }
    }
  }
}

/// The same, with a gain or a matrix for every frame: what automation of levels, pans and widths needs. The
/// spans of gains and matrices must not be shorter than the frames.
public enum MovingMix {
  /// Multiplies each frame by its own amplitude factor.
  public static func apply(gains: Span<Double>, to frames: inout MutableSpan<Frame>) {
    precondition(frames.count <= gains.count, "fewer gains than frames")
    for index in 0..<frames.count { frames[index] *= gains[index] }
  }

  /// Sends each frame through its own matrix.
  public static func apply(matrices: Span<MixMatrix>, to frames: inout MutableSpan<Frame>) {
    precondition(frames.count <= matrices.count, "fewer matrices than frames")
    for index in 0..<frames.count { frames[index] = matrices[index].applied(to: frames[index]) }
  }

  /// Adds each frame of `source`, multiplied by its own gain, then sent through `matrix`, to `bus`.
  public static func add(
    _ source: Span<Frame>, gains: Span<Double>, matrix: MixMatrix = .identity,
    to bus: inout MutableSpan<Frame>
  ) {
    precondition(
      source.count <= gains.count && source.count <= bus.count, "a gain and a place for each frame")
    guard matrix.isDiagonal else {
      for index in 0..<source.count { bus[index] += matrix.full(source[index] * gains[index]) }
      return
    }
    let sides = Frame(matrix.fromLeft.x, matrix.fromRight.y)
    unsafe bus.withUnsafeMutableBufferPointer { bus in
      unsafe source.withUnsafeBufferPointer { source in
        unsafe gains.withUnsafeBufferPointer { gains in
          for index in 0..<source.count { unsafe bus[index] += sides * (source[index] * gains[index]) }
        }
      }
    }
  }

  /// Adds each frame of `source`, sent through its own matrix, to `bus`.
  public static func add(
    _ source: Span<Frame>, matrices: Span<MixMatrix>, to bus: inout MutableSpan<Frame>
  ) {
    precondition(
      source.count <= matrices.count && source.count <= bus.count, "a matrix and a place for each frame")
    for index in 0..<source.count { bus[index] += matrices[index].applied(to: source[index]) }
  }
}
