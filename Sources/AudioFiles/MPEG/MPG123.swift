import CMPG123

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// MPEG audio through libmpg123. The only calls of that library.
///
/// Its `generic` decoder is plain C in Float32 and gives the same bits on every CPU; the one that it would
/// pick by itself differs from CPU to CPU, by −117 dBFS. Encoder delay and padding are left out as the `Info`
/// frame says.
@safe
final class MPG123Source: AudioSource {
  let info: AudioFileInfo
  private let file: InputFile
  private let frames: FrameBytes
  private let handle: OpaquePointer
  private let samplesPerFrame, skippedFrames: Int
  private var floats: [Float] = []
  private var position = 0

  init(_ file: InputFile, _ stream: MPEGStream, in container: AudioContainer) throws(AudioFileError) {
    self.file = file
    frames = FrameBytes(file, stream.pieces)
    (samplesPerFrame, skippedFrames) = (stream.header.samplesPerFrame, stream.skippedFrames)
    mpg123_init()
    guard let handle = unsafe mpg123_new("generic", nil) else {
      throw file.failure(.unreadable(reason: "libmpg123 lacks its generic decoder"))
    }
    unsafe self.handle = handle
    let flags =
      MPG123_QUIET.rawValue | MPG123_GAPLESS.rawValue | MPG123_FORCE_FLOAT.rawValue
      | MPG123_SKIP_ID3V2.rawValue | MPG123_NO_FRANKENSTEIN.rawValue
    unsafe mpg123_set_parameter(handle, Int32(MPG123_ADD_FLAGS.rawValue), Int(flags))
    unsafe mpg123_set_parameter(
      handle, Int32(MPG123_REMOVE_FLAGS.rawValue), Int(MPG123_AUTO_RESAMPLE.rawValue))
    // Frames decoded ahead of a place that is sought, so that overlap and bit reservoir are what they would
    // be.
    unsafe mpg123_set_parameter(handle, Int32(MPG123_PREFRAMES.rawValue), 32)
    unsafe frames.become(readerOf: handle)
    let format = unsafe Self.open(handle, frames)
    guard let format else {
      info = Self.info(stream, container, rate: 0, channels: 0, frames: 0)
      throw file.failure(.damaged(frame: 0))
    }
    let (rate, channels) = format
    if stream.promisedFrames == nil { unsafe mpg123_scan(handle) }
    info = Self.info(
      stream, container, rate: rate, channels: channels, frames: Int(unsafe mpg123_length(handle)))
    let claims = HeaderClaims(
      container: container, sampleRate: Double(rate), channelCount: channels, frameCount: info.frameCount)
    try claims.check(file)
  }

  deinit {
    unsafe mpg123_close(handle)
    unsafe mpg123_delete(handle)
  }

  func read(into samples: inout MutableSpan<Double>) throws(AudioFileError) -> Int {
    let channels = info.channelCount
    let frames = min(samples.count / channels, info.frameCount - position)
    var filled = 0
    while filled < frames {
      let wanted = min(frames - filled, 4096) * channels
      if floats.count < wanted { floats = [Float](repeating: 0, count: wanted) }
      var bytes = 0
      let status = unsafe floats.withUnsafeMutableBytes { buffer in
        unsafe mpg123_read(handle, buffer.baseAddress, wanted * 4, &bytes)
      }
      for index in 0..<bytes / 4 { samples[filled * channels + index] = Double(floats[index]) }
      filled += bytes / 4 / channels
      switch mpg123_errors(status) {
      case MPG123_OK, MPG123_NEW_FORMAT: continue
      case MPG123_DONE, MPG123_NEED_MORE:
        guard filled == frames else {
          throw file.failure(.truncated(promised: info.frameCount, found: position + filled, unit: "frames"))
        }
      default: throw file.failure(.damaged(frame: position + filled))
      }
    }
    position += filled
    return filled
  }

  /// The decoder's filter bank turns by a quarter a frame and its rounding with it: only a start at every
  /// fourth frame gives the bits that a reading from the beginning gives. The rest of the way is decoded and
  /// dropped.
  func seek(to frame: Int) throws(AudioFileError) {
    if frame == position { return }
    // Opened anew, because libmpg123 does not forget all of its state in a short seek.
    guard unsafe Self.open(handle, frames) != nil else { throw file.failure(.damaged(frame: frame)) }
    let stride = 4 * samplesPerFrame
    let aligned = max(0, (frame + skippedFrames) / stride * stride - skippedFrames)
    guard unsafe mpg123_seek(handle, aligned, Int32(SEEK_SET)) == aligned else {
      throw file.failure(.damaged(frame: frame))
    }
    position = aligned
    var dropped = [Double](repeating: 0, count: (frame - aligned) * info.channelCount)
    var span = dropped.mutableSpan
    _ = try read(into: &span)
  }

  /// Starts at the first frame; nil when it cannot be decoded as Float32.
  private static func open(_ handle: OpaquePointer, _ frames: FrameBytes) -> (rate: Int, channels: Int)? {
    unsafe mpg123_close(handle)
    frames.position = 0
    var rate = 0, channels: Int32 = 0, encoding: Int32 = 0
    guard unsafe mpg123_open_handle(handle, Unmanaged.passUnretained(frames).toOpaque()) == MPG123_OK.rawValue,
      unsafe mpg123_getformat(handle, &rate, &channels, &encoding) == MPG123_OK.rawValue,
      encoding == Int32(MPG123_ENC_FLOAT_32.rawValue)
    else { return nil }
    return (rate, Int(channels))
  }

  private static func info(
    _ stream: MPEGStream, _ container: AudioContainer, rate: Int, channels: Int, frames: Int
  ) -> AudioFileInfo {
    AudioFileInfo(
      container: container, encoding: stream.header.layer == 3 ? "MP3" : "MPEG layer \(stream.header.layer)",
      bitDepth: nil, isFloat: false, isLossy: true, sampleRate: rate, channelCount: channels,
      frameCount: frames)
  }
}

/// What libmpg123 sees of a file: the frames of the stream, and nothing before, between or after them.
private final class FrameBytes {
  private let file: InputFile
  private let pieces: [Range<Int>]
  /// Where each piece begins in what the library sees.
  private let starts: [Int]
  private let count: Int
  var position = 0

  init(_ file: InputFile, _ pieces: [Range<Int>]) {
    self.file = file
    self.pieces = pieces
    var count = 0
    starts = pieces.map { piece in
      defer { count += piece.count }
      return count
    }
    self.count = count
  }

  func become(readerOf handle: OpaquePointer) {
    unsafe mpg123_replace_reader_handle(
      handle,
      { client, buffer, count in
        guard let client = unsafe client, let buffer = unsafe buffer else { return -1 }
        let bytes = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: count)
        return unsafe Unmanaged<FrameBytes>.fromOpaque(client).takeUnretainedValue().read(bytes)
      },
      { client, offset, origin in
        guard let client = unsafe client else { return -1 }
        return unsafe Unmanaged<FrameBytes>.fromOpaque(client).takeUnretainedValue().seek(offset, from: origin)
      }, nil)
  }

  /// As `read(2)`.
  private func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard position < count else { return 0 }
    // The last piece that begins at the place or before it; a file may have very many.
    var (low, high) = (0, pieces.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= position { low = middle } else { high = middle }
    }
    let start = position - starts[low]
    let wanted = min(buffer.count, pieces[low].count - start)
    let got = unsafe pread(file.descriptor, buffer.baseAddress, wanted, off_t(pieces[low].lowerBound + start))
    position += max(0, got)
    return got
  }

  /// As `lseek(2)`.
  private func seek(_ offset: off_t, from origin: Int32) -> off_t {
    let base = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? position : count
    let (place, overflows) = base.addingReportingOverflow(Int(offset))
    guard !overflows, place >= 0 else { return -1 }
    position = place
    return off_t(place)
  }
}

/// `1.31.2`, or `interface 47` of a library that does not tell.
func mpg123Version() -> String { unsafe String(cString: mpg123_version_text()) }
