public import DSP

/// Decodes one audio file from front to back, or from where it is told to.
///
/// One caller at a time. Memory is that of one block, whatever the file's length.
public final class AudioFileReader: @unchecked Sendable {
  public let info: AudioFileInfo

  /// The frame that the next read starts at.
  public private(set) var position = 0

  private let source: any AudioSource
  private let path: String
  private let picked: (left: Int, right: Int)?
  private var interleaved: [Double] = []

  /// - Parameter channels: what `readFrames` takes, counted from 1: `[1, 2]` for a pair, `[3]` for one on
  ///   both lanes. Without it, a mono file gives both lanes, a stereo file each its own.
  public init(_ path: String, channels: [Int]? = nil) throws(AudioFileError) {
    source = try openSource(path)
    info = source.info
    self.path = path
    let count = info.channelCount
    if let channels {
      if let wrong = channels.first(where: { !(1...count).contains($0) }) {
        throw AudioFileError(.noSuchChannel(wrong, count: count), path)
      }
      guard let first = channels.first, let last = channels.last, channels.count <= 2 else {
        throw AudioFileError(.channelsNotPicked(count: count), path)
      }
      picked = (first - 1, last - 1)
    } else {
      picked = count <= 2 ? (0, count - 1) : nil
    }
  }

  /// Fills `samples` with frames of all channels, interleaved, and returns how many frames it read: as many
  /// as fit, fewer at the end, 0 past it.
  ///
  /// Integer PCM of b bits becomes n / 2^(b−1), exactly; floats stay what they are and are finite; lossy
  /// encodings may pass ±1.0. What lies beyond the frames read is undefined.
  ///
  /// - Throws: `.truncated`, `.damaged`, `.notFinite`; the frames before the fault are lost with it.
  public func read(into samples: inout MutableSpan<Double>) throws(AudioFileError) -> Int {
    let frames = try source.read(into: &samples)
    position += frames
    return frames
  }

  /// Fills `frames` with the picked channels and returns how many frames it read, as `read(into:)` does.
  ///
  /// - Throws: as `read(into:)`; `.channelsNotPicked` for a file of more than two channels.
  public func readFrames(into frames: inout MutableSpan<Frame>) throws(AudioFileError) -> Int {
    guard let picked else { throw AudioFileError(.channelsNotPicked(count: info.channelCount), path) }
    if info.channelCount == 2 && picked == (0, 1) {
      return try readStereo(into: &frames)
    }
    // Out of the object for a while, so that spans of it may be lent.
    var block = interleaved
    interleaved = []
    defer { interleaved = block }
    let channels = info.channelCount
    var filled = 0
    while filled < frames.count {
      let wanted = min(frames.count - filled, 4096)
      if block.count != wanted * channels { block = [Double](repeating: 0, count: wanted * channels) }
      var samples = block.mutableSpan
      let got = try read(into: &samples)
      for frame in 0..<got {
        let left = samples[frame * channels + picked.left], right = samples[frame * channels + picked.right]
        frames[filled + frame] = Frame(left, right)
      }
      filled += got
      if got < wanted { break }
    }
    return filled
  }

  /// A stereo file is laid out as frames are: the decoder writes them in place.
  private func readStereo(into frames: inout MutableSpan<Frame>) throws(AudioFileError) -> Int {
    var outcome: Result<Int, AudioFileError> = .success(0)
    unsafe frames.withUnsafeMutableBufferPointer { buffer in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      unsafe raw.withMemoryRebound(to: Double.self) { lanes in
        var samples = unsafe lanes.mutableSpan
        do throws(AudioFileError) { outcome = .success(try read(into: &samples)) } catch {
          outcome = .failure(error)
        }
      }
    }
    return try outcome.get()
  }

  /// Whether nothing is left that only a reading from the first frame to the last would find. False for a FLAC until
  /// then: its MD5 is that of all its samples.
  public var isVerified: Bool { source.isVerified }

  /// The next read starts at `frame`, from 0 to `info.frameCount`.
  public func seek(to frame: Int) throws(AudioFileError) {
    precondition((0...info.frameCount).contains(frame), "a place outside the file")
    try source.seek(to: frame)
    position = frame
  }
}

/// Reads an audio file to its end.
///
/// - Throws: as `AudioFileReader.read(into:)`.
public func verify(_ path: String) throws(AudioFileError) {
  let source = try openSource(path)
  if source.isVerified { return }
  var samples = [Double](repeating: 0, count: 4096 * source.info.channelCount)
  while true {
    var span = samples.mutableSpan
    if try source.read(into: &span) == 0 { return }
  }
}
