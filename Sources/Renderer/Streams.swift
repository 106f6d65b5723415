public import DSP

/// Where the frames of a stem come from: a file, or a test's array.
public protocol FrameSource: AnyObject, Sendable {
  /// Fills the head of `frames` with what comes next, a mono signal in both lanes; returns how many frames were
  /// filled, 0 at the end.
  func read(into frames: inout MutableSpan<Frame>) throws -> Int
}

/// Where frames of a node go: scratch, a meter.
public protocol FrameSink: AnyObject, Sendable {
  /// Takes the frames that follow those of the call before.
  func receive(_ frames: Span<Frame>) throws
}
