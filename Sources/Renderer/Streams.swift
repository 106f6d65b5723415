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

/// Where the frames of several nodes go side by side: meters that work on all of them at once.
public protocol GroupSink: AnyObject, Sendable {
  /// Takes the frames of `range` of each node's block; they follow those of the call before.
  func receive(_ blocks: [FrameBuffer], _ range: Range<Int>) throws
}
