/// One stereo frame: lane 0 is left, lane 1 is right.
///
/// A mono signal carries the same value in both lanes, so that every kernel has one form; whether a signal is
/// mono is known by the plan, never by looking at samples.
public typealias Frame = SIMD2<Double>

/// Fixed storage for a run of frames, lent as spans.
///
/// The one owner of raw sample memory: kernels see spans of it, nobody sees a pointer. Memory is zeroed on
/// creation and freed with the object. It is `Sendable` because the renderer gives each buffer one writer a
/// step, and readers only in later steps.
@safe
public final class FrameBuffer: @unchecked Sendable {
  @usableFromInline let storage: UnsafeMutableBufferPointer<Frame>

  /// Allocates `capacity` frames of silence.
  public init(capacity: Int) {
    unsafe storage = .allocate(capacity: capacity)
    unsafe storage.initialize(repeating: .zero)
  }

  deinit { unsafe storage.deallocate() }

  @inlinable public var capacity: Int { unsafe storage.count }

  /// Lends `range` for reading and writing. `range` must lie in `0..<capacity`.
  @inlinable
  public func edit<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (inout MutableSpan<Frame>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var span = unsafe storage.extracting(range).mutableSpan
    return try body(&span)
  }

  /// Lends `range` for reading. `range` must lie in `0..<capacity`.
  @inlinable
  public func read<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (Span<Frame>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let span = unsafe UnsafeBufferPointer(storage.extracting(range)).span
    return try body(span)
  }
}
