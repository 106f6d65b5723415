public import DSP

/// A stem at the session's rate: any stretch of it, in any order.
public protocol StemReader: AnyObject, Sendable {
  /// Fills `frames` with those from `start` on, a mono signal in both lanes. All of them lie in the stem.
  func read(into frames: inout MutableSpan<Frame>, from start: Int) throws
}

/// Where frames of a node go: scratch, a meter.
public protocol FrameSink: AnyObject, Sendable {
  /// Takes the frames that follow those of the call before.
  func receive(_ frames: Span<Frame>) throws
}
