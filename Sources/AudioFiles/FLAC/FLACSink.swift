import CFLAC

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Encodes a FLAC file: STREAMINFO with MD5 and length, a seek table, Vorbis comments, the cover, padding.
@safe
final class FLACSink: AudioSink {
  private let file: AtomicFile
  private let encoder: UnsafeMutablePointer<FLAC__StreamEncoder>
  private let blocks: [UnsafeMutablePointer<FLAC__StreamMetadata>]
  private let channelCount: Int
  private var failure: AudioFileError?

  init(_ file: AtomicFile, _ shape: AudioShape, bitDepth: Int, compression: Int, _ tags: Tags)
    throws(AudioFileError)
  {
    self.file = file
    channelCount = shape.channelCount
    guard let encoder = unsafe FLAC__stream_encoder_new() else {
      throw AudioFileError(.writeFailed(reason: systemErrorText(ENOMEM)), file.path)
    }
    unsafe self.encoder = encoder
    // Each may be nil: where memory has run out, and without a cover.
    let all = unsafe [seekTable(shape), comments(tags), picture(tags.cover), padding()]
    unsafe blocks = all.compactMap { unsafe $0 }
    unsafe FLAC__stream_encoder_set_channels(encoder, UInt32(shape.channelCount))
    unsafe FLAC__stream_encoder_set_bits_per_sample(encoder, UInt32(bitDepth))
    unsafe FLAC__stream_encoder_set_sample_rate(encoder, UInt32(shape.sampleRate))
    unsafe FLAC__stream_encoder_set_compression_level(encoder, UInt32(compression))
    unsafe FLAC__stream_encoder_set_total_samples_estimate(encoder, FLAC__uint64(shape.frameCount))
    // Rates above 655 350 Hz lie outside the streamable subset.
    let isSubset = FLAC__format_sample_rate_is_subset(UInt32(shape.sampleRate))
    unsafe FLAC__stream_encoder_set_streamable_subset(encoder, isSubset)
    var list = unsafe blocks.map(Optional.some)
    unsafe FLAC__stream_encoder_set_metadata(encoder, &list, UInt32(blocks.count))
    try start()
  }

  deinit {
    unsafe FLAC__stream_encoder_delete(encoder)
    unsafe blocks.forEach { unsafe FLAC__metadata_object_delete($0) }
  }

  func write(_ samples: Span<Int32>) throws(AudioFileError) {
    let frames = UInt32(samples.count / channelCount)
    let isWritten = unsafe samples.withUnsafeBufferPointer { buffer in
      unsafe FLAC__stream_encoder_process_interleaved(encoder, buffer.baseAddress, frames) != 0
    }
    guard isWritten else { throw encoderFailure() }
  }

  func write(_ samples: Span<Float>) throws(AudioFileError) { preconditionFailure("FLAC holds integers") }

  func finish() throws(AudioFileError) {
    guard unsafe FLAC__stream_encoder_finish(encoder) != 0 else { throw encoderFailure() }
  }

  private func start() throws(AudioFileError) {
    let status = unsafe FLAC__stream_encoder_init_stream(
      encoder,
      { _, bytes, count, _, _, client in
        guard let client = unsafe client, let bytes = unsafe bytes else {
          return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR
        }
        let sink = unsafe Unmanaged<FLACSink>.fromOpaque(client).takeUnretainedValue()
        do throws(AudioFileError) {
          try sink.file.write(unsafe UnsafeBufferPointer(start: bytes, count: count).span)
          return FLAC__STREAM_ENCODER_WRITE_STATUS_OK
        } catch {
          sink.failure = error
          return FLAC__STREAM_ENCODER_WRITE_STATUS_FATAL_ERROR
        }
      },
      { _, offset, client in
        guard let client = unsafe client else { return FLAC__STREAM_ENCODER_SEEK_STATUS_ERROR }
        unsafe Unmanaged<FLACSink>.fromOpaque(client).takeUnretainedValue().file.position = Int(offset)
        return FLAC__STREAM_ENCODER_SEEK_STATUS_OK
      },
      { _, offset, client in
        guard let client = unsafe client else { return FLAC__STREAM_ENCODER_TELL_STATUS_ERROR }
        let position = unsafe Unmanaged<FLACSink>.fromOpaque(client).takeUnretainedValue().file.position
        unsafe offset?.pointee = FLAC__uint64(position)
        return FLAC__STREAM_ENCODER_TELL_STATUS_OK
      },
      nil, Unmanaged.passUnretained(self).toOpaque())
    guard status == FLAC__STREAM_ENCODER_INIT_STATUS_OK else { throw encoderFailure() }
  }

  private func encoderFailure() -> AudioFileError {
    let state = unsafe String(cString: FLAC__stream_encoder_get_resolved_state_string(encoder))
    return failure ?? AudioFileError(.writeFailed(reason: "libFLAC says \(state)"), file.path)
  }
}

/// A point a second.
private func seekTable(_ shape: AudioShape) -> UnsafeMutablePointer<FLAC__StreamMetadata>? {
  let block = unsafe FLAC__metadata_object_new(FLAC__METADATA_TYPE_SEEKTABLE)
  unsafe FLAC__metadata_object_seektable_template_append_spaced_points_by_samples(
    block, UInt32(shape.sampleRate), FLAC__uint64(shape.frameCount))
  unsafe FLAC__metadata_object_seektable_template_sort(block, 1)
  return unsafe block
}

private func comments(_ tags: Tags) -> UnsafeMutablePointer<FLAC__StreamMetadata>? {
  let block = unsafe FLAC__metadata_object_new(FLAC__METADATA_TYPE_VORBIS_COMMENT)
  for (name, value) in tags.vorbisComments {
    var entry = unsafe FLAC__StreamMetadata_VorbisComment_Entry()
    guard unsafe FLAC__metadata_object_vorbiscomment_entry_from_name_value_pair(&entry, name, value) != 0
    else {
      continue
    }
    unsafe FLAC__metadata_object_vorbiscomment_append_comment(block, entry, 0)
  }
  return unsafe block
}

private func picture(_ cover: CoverImage?) -> UnsafeMutablePointer<FLAC__StreamMetadata>? {
  guard let cover, let block = unsafe FLAC__metadata_object_new(FLAC__METADATA_TYPE_PICTURE) else {
    return nil
  }
  unsafe block.pointee.data.picture.type = FLAC__STREAM_METADATA_PICTURE_TYPE_FRONT_COVER
  unsafe block.pointee.data.picture.width = UInt32(cover.width)
  unsafe block.pointee.data.picture.height = UInt32(cover.height)
  unsafe block.pointee.data.picture.depth = UInt32(cover.bitsPerPixel)
  unsafe cover.mediaType.withCString { text in
    _ = unsafe FLAC__metadata_object_picture_set_mime_type(block, UnsafeMutablePointer(mutating: text), 1)
  }
  unsafe cover.bytes.withUnsafeBufferPointer { bytes in
    _ = unsafe FLAC__metadata_object_picture_set_data(
      block, UnsafeMutablePointer(mutating: bytes.baseAddress), UInt32(bytes.count), 1)
  }
  return unsafe block
}

/// Room for a tag editor to change the comments without rewriting the file.
private func padding() -> UnsafeMutablePointer<FLAC__StreamMetadata>? {
  let block = unsafe FLAC__metadata_object_new(FLAC__METADATA_TYPE_PADDING)
  unsafe block?.pointee.length = 8192
  return unsafe block
}

/// `libFLAC 1.4.2`.
func flacVersion() -> String { unsafe "libFLAC " + String(cString: flac_version_string()) }
