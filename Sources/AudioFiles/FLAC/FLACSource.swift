import CFLAC

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

// Reading FLAC through libFLAC (RFC 9639); writing is in FLACSink.swift. The only calls of that library.

/// Decodes a FLAC file, with its frame checksums and, read from its first frame to its last, its MD5.
@safe
final class FLACSource: AudioSource {
  private(set) var info = AudioFileInfo(
    container: .flac, encoding: "", bitDepth: 0, isFloat: false, isLossy: false, sampleRate: 0,
    channelCount: 0,
    frameCount: 0)
  private let file: InputFile
  private let decoder: UnsafeMutablePointer<FLAC__StreamDecoder>
  private var position = 0
  private var isAtStart = true

  /// Whether the decoder has come from the first frame without a jump, as libFLAC's MD5 needs it.
  private var isInOrder = true
  private(set) var isVerified = false

  /// The frames of the last FLAC frame that nobody has read yet, interleaved.
  private var pending: [Double] = []
  private var pendingStart = 0

  /// The last fault that the decoder told of: in a checksum, or anything else.
  private var fault: Fault?
  private enum Fault: Equatable { case checksum, structure, change(String) }

  init(_ file: InputFile, isOgg: Bool) throws(AudioFileError) {
    self.file = file
    info.container = isOgg ? .ogg : .flac
    guard let decoder = unsafe FLAC__stream_decoder_new() else {
      throw file.failure(.unreadable(reason: systemErrorText(ENOMEM)))
    }
    unsafe self.decoder = decoder
    try start()
    if info.sampleRate == 0 { throw file.failure(.badHeader(reason: "no STREAMINFO block")) }
    var claims = HeaderClaims(
      container: .flac, sampleRate: Double(info.sampleRate), channelCount: info.channelCount)
    try claims.check(file)
    if info.frameCount == 0 { try countFrames() }
    claims.frameCount = info.frameCount
    try claims.check(file)
  }

  deinit {
    unsafe FLAC__stream_decoder_finish(decoder)
    unsafe FLAC__stream_decoder_delete(decoder)
  }

  func read(into samples: inout MutableSpan<Double>) throws(AudioFileError) -> Int {
    let channels = info.channelCount
    let frames = min(samples.count / channels, info.frameCount - position)
    let wanted = frames * channels
    var filled = 0
    while filled < wanted {
      if pendingStart == pending.count {
        guard try decodeOneFrame() else {
          throw file.failure(
            .truncated(promised: info.frameCount, found: position + filled / channels, unit: "frames"))
        }
      }
      let count = min(wanted - filled, pending.count - pendingStart)
      for index in 0..<count { samples[filled + index] = pending[pendingStart + index] }
      filled += count
      pendingStart += count
    }
    position += frames
    isAtStart = isAtStart && frames == 0
    if frames > 0 && position == info.frameCount { try finish() }
    return frames
  }

  func seek(to frame: Int) throws(AudioFileError) {
    if frame == position && !(frame == 0 && !isAtStart) { return }
    pendingStart = 0
    pending.removeAll(keepingCapacity: true)
    position = frame
    fault = nil
    if frame == info.frameCount { return }
    // From the first frame on, a fresh start: libFLAC checks no MD5 after a seek.
    let isFinished = unsafe FLAC__stream_decoder_get_state(decoder) == FLAC__STREAM_DECODER_UNINITIALIZED
    if frame == 0 || isFinished {
      unsafe FLAC__stream_decoder_finish(decoder)
      try start()
    }
    if frame > 0 {
      isInOrder = false
      guard unsafe FLAC__stream_decoder_seek_absolute(decoder, FLAC__uint64(frame)) != 0, fault == nil else {
        throw fault.map(failure) ?? file.failure(.damaged(frame: frame))
      }
    }
  }

  /// Opens the file from its beginning and reads its metadata.
  private func start() throws(AudioFileError) {
    lseek(file.descriptor, 0, SEEK_SET)
    let descriptor = dup(file.descriptor)
    guard descriptor >= 0, let stream = unsafe fdopen(descriptor, "rb") else {
      close(descriptor)
      throw file.failure(.unreadable(reason: systemErrorText()))
    }
    (isAtStart, isInOrder, fault) = (true, true, nil)
    unsafe FLAC__stream_decoder_set_md5_checking(decoder, 1)
    let initialize =
      unsafe info.container == .ogg
      ? FLAC__stream_decoder_init_ogg_FILE : FLAC__stream_decoder_init_FILE
    let status = unsafe initialize(
      decoder, stream,
      { _, frame, channels, client in
        guard let client = unsafe client, let frame = unsafe frame, let channels = unsafe channels else {
          return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT
        }
        unsafe Unmanaged<FLACSource>.fromOpaque(client).takeUnretainedValue().take(frame, channels)
        return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE
      },
      { _, metadata, client in
        guard let client = unsafe client, let metadata = unsafe metadata else { return }
        unsafe Unmanaged<FLACSource>.fromOpaque(client).takeUnretainedValue().take(metadata.pointee)
      },
      { _, status, client in
        guard let client = unsafe client else { return }
        let isChecksum = status == FLAC__STREAM_DECODER_ERROR_STATUS_FRAME_CRC_MISMATCH
        unsafe Unmanaged<FLACSource>.fromOpaque(client).takeUnretainedValue().fault =
          isChecksum ? .checksum : .structure
      },
      Unmanaged.passUnretained(self).toOpaque())
    guard status == FLAC__STREAM_DECODER_INIT_STATUS_OK,
      unsafe FLAC__stream_decoder_process_until_end_of_metadata(decoder) != 0, fault == nil
    else { throw file.failure(.badHeader(reason: "its metadata blocks cannot be read")) }
  }

  /// A file of unknown length is read to its end.
  private func countFrames() throws(AudioFileError) {
    var count = 0
    while try decodeOneFrame() {
      count += pending.count / info.channelCount
      position = count
    }
    position = 0
    unsafe FLAC__stream_decoder_finish(decoder)
    pending = []
    pendingStart = 0
    try start()
    info.frameCount = count
    info.isOpenEnded = true
  }

  /// Fills `pending`; false at the end of the stream.
  private func decodeOneFrame() throws(AudioFileError) -> Bool {
    pending.removeAll(keepingCapacity: true)
    pendingStart = 0
    while pending.isEmpty {
      let isDecoded = unsafe FLAC__stream_decoder_process_single(decoder) != 0
      let isAtEnd = unsafe FLAC__stream_decoder_get_state(decoder) == FLAC__STREAM_DECODER_END_OF_STREAM
      // A last frame without its end is how a file that has been cut looks.
      if isAtEnd && fault == .structure { return false }
      if let fault { throw failure(fault) }
      guard isDecoded else { throw file.failure(.damaged(frame: position)) }
      if isAtEnd { return !pending.isEmpty }
    }
    return true
  }

  private func failure(_ fault: Fault) -> AudioFileError {
    if case .change(let what) = fault { return file.failure(.changes(what: what, frame: position)) }
    return file.failure(.damaged(frame: position))
  }

  /// After the last frame: no other may follow it, and the MD5 of all samples must be the header's.
  private func finish() throws(AudioFileError) {
    let goesOn = try anotherFrameFollows()
    if goesOn || pendingStart < pending.count {
      throw file.failure(.overlong(promised: info.frameCount, found: nil, unit: "frames"))
    }
    guard unsafe FLAC__stream_decoder_finish(decoder) != 0 else { throw file.failure(.damaged(frame: nil)) }
    if isInOrder { isVerified = true }
  }

  /// libFLAC stops at the promised number of samples, whatever follows. Where it stands in an Ogg file, it does not
  /// say.
  private func anotherFrameFollows() throws(AudioFileError) -> Bool {
    var offset: FLAC__uint64 = 0
    guard unsafe FLAC__stream_decoder_get_decode_position(decoder, &offset) != 0 else { return false }
    return isFLACFrameHeader(try file.bytes(at: Int(clamping: offset), count: 16))
  }

  private func take(_ metadata: FLAC__StreamMetadata) {
    guard unsafe metadata.type == FLAC__METADATA_TYPE_STREAMINFO else { return }
    let stream = unsafe metadata.data.stream_info
    info.encoding = "\(stream.bits_per_sample)-bit FLAC"
    info.bitDepth = Int(stream.bits_per_sample)
    info.sampleRate = Int(stream.sample_rate)
    info.channelCount = Int(stream.channels)
    info.frameCount = Int(clamping: stream.total_samples)
  }

  private func take(
    _ frame: UnsafePointer<FLAC__Frame>, _ channels: UnsafePointer<UnsafePointer<FLAC__int32>?>
  ) {
    let header = unsafe frame.pointee.header
    if let change = change(to: header) {
      fault = .change(change)
      return
    }
    let scale = 1 / Double(UInt64(1) << (header.bits_per_sample - 1))
    let count = Int(header.blocksize), stride = info.channelCount
    let total = count * stride
    if pending.count != total { pending = [Double](repeating: 0, count: total) }
    for channel in 0..<stride {
      guard let source = unsafe channels[channel] else { continue }
      var index = channel
      for frame in 0..<count {
        pending[index] = unsafe Double(source[frame]) * scale
        index += stride
      }
    }
  }
}

extension FLACSource {
  /// What differs between a frame and STREAMINFO, which speaks for all of them (RFC 9639 §8.2).
  private func change(to header: FLAC__FrameHeader) -> String? {
    if Int(header.sample_rate) != info.sampleRate {
      return "its sample rate changes from \(info.sampleRate) to \(header.sample_rate) Hz"
    }
    if Int(header.channels) != info.channelCount {
      return "it changes from \(info.channelCount) to \(header.channels) channels"
    }
    if Int(header.bits_per_sample) != info.bitDepth {
      return "it changes from \(info.bitDepth ?? 0) to \(header.bits_per_sample) bits"
    }
    return nil
  }
}

/// Whether `bytes` begin with the header of a FLAC frame (RFC 9639 §9.1), its CRC-8 included.
func isFLACFrameHeader(_ bytes: [UInt8]) -> Bool {
  guard bytes.count >= 6, bytes[0] == 0xFF, bytes[1] & 0xFE == 0xF8 else { return false }
  // A number of one to seven bytes, coded as UTF-8 would.
  let leading = (~bytes[4]).leadingZeroBitCount
  guard leading != 1, leading <= 7 else { return false }
  let blockSizeBytes = [6: 1, 7: 2][bytes[2] >> 4] ?? 0
  let rateBytes = [12: 1, 13: 2, 14: 2][bytes[2] & 15] ?? 0
  let end = 4 + max(1, leading) + blockSizeBytes + rateBytes
  guard end < bytes.count else { return false }
  var sum: UInt8 = 0
  for byte in bytes[..<end] {
    sum ^= byte
    // x⁸ + x² + x + 1.
    for _ in 0..<8 { sum = sum & 0x80 == 0 ? sum << 1 : sum << 1 ^ 0x07 }
  }
  return sum == bytes[end]
}
