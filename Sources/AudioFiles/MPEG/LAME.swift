import CLAME
import Synchronization

/// LAME fills tables shared by all encoders when one is set up.
private let setUp = Mutex(())

/// Encodes an MP3 through libmp3lame: our ID3v2 block, the `Info` frame with delay and padding, the frames.
/// The only calls of that library.
///
/// Noise shaping runs at LAME's quality 3, the best that keeps its speed: 2 takes 1.8 times as long at 320
/// kbps. The lowpass is the one that LAME chooses for the bitrate.
@safe
final class LAMESink: AudioSink {
  private let file: AtomicFile
  private let encoder: OpaquePointer
  private let channelCount: Int
  private let infoOffset: Int

  /// Ours, where frames are too small for LAME's.
  private var infoFrame: InfoFrame?
  private var output: [UInt8] = []

  init(_ file: AtomicFile, _ shape: AudioShape, _ rate: EncodingFormat.MP3Rate, _ tags: Tags)
    throws(AudioFileError)
  {
    self.file = file
    channelCount = shape.channelCount
    let tag = ID3Tag(tags).bytes
    infoOffset = tag.count
    infoFrame = InfoFrame(shape, rate)
    let hasOwnInfoFrame = infoFrame != nil
    let encoder = unsafe setUp.withLock { _ in
      // LAME turns constant bitrates under 256 kbps down, by up to 5 %, so that less clips. Ceilings are ours
      // to keep: a first encoder tells the factor, a second one gets its inverse.
      let trial = unsafe makeEncoder(shape, rate, hasOwnInfoFrame, scale: 1)
      guard let trial = unsafe trial else { return unsafe trial }
      let scale = unsafe lame_get_scale(trial)
      unsafe lame_close(trial)
      return unsafe makeEncoder(shape, rate, hasOwnInfoFrame, scale: 1 / scale)
    }
    guard let encoder = unsafe encoder else {
      throw AudioFileError(.encoderRefused(reason: "LAME refuses these MP3 settings", hints: []), file.path)
    }
    unsafe self.encoder = encoder
    try file.write(tag)
    if let infoFrame { try file.write([UInt8](repeating: 0, count: infoFrame.byteCount)) }
  }

  deinit { unsafe lame_close(encoder) }

  func retag(_ tags: Tags) throws(AudioFileError) -> Bool {
    let tag = ID3Tag(tags).bytes
    guard tag.count == infoOffset else { return false }
    file.position = 0
    try file.write(tag)
    return true
  }

  func write(_ samples: Span<Int32>) throws(AudioFileError) { preconditionFailure("MP3 is made from floats") }

  func write(_ samples: Span<Float>) throws(AudioFileError) {
    var start = 0
    while start < samples.count {
      let block = samples.extracting(start..<min(start + 8192 * channelCount, samples.count))
      let frames = Int32(block.count / channelCount)
      // LAME's own bound (lame.h): 1.25 times the frames, plus 7200.
      reserve(10_240 + 7200)
      let count = unsafe block.withUnsafeBufferPointer { input in
        unsafe output.withUnsafeMutableBufferPointer { bytes in
          channelCount == 1
            ? unsafe lame_encode_buffer_ieee_float(
              encoder, input.baseAddress, input.baseAddress, frames, bytes.baseAddress, Int32(bytes.count))
            : unsafe lame_encode_buffer_interleaved_ieee_float(
              encoder, input.baseAddress, frames, bytes.baseAddress, Int32(bytes.count))
        }
      }
      try append(count)
      start += block.count
    }
  }

  func finish() throws(AudioFileError) {
    reserve(7200)
    let count = unsafe output.withUnsafeMutableBufferPointer { bytes in
      unsafe lame_encode_flush(encoder, bytes.baseAddress, Int32(bytes.count))
    }
    try append(count)
    file.position = infoOffset
    if let infoFrame {
      let frames = Int(unsafe lame_get_frameNum(encoder)),
        padding = Int(unsafe lame_get_encoder_padding(encoder))
      let delay = Int(unsafe lame_get_encoder_delay(encoder))
      try file.write(infoFrame.bytes(frameCount: frames, delay: delay, padding: padding))
      return
    }
    // The first frame of the stream has been kept free for the `Info` frame, known only now.
    reserve(4096)
    let size = unsafe output.withUnsafeMutableBufferPointer { bytes in
      unsafe lame_get_lametag_frame(encoder, bytes.baseAddress, bytes.count)
    }
    guard size > 0, size <= output.count else {
      throw AudioFileError(.writeFailed(reason: "LAME gave no Info frame"), file.path)
    }
    try file.write(output[..<size])
  }

  private func reserve(_ count: Int) {
    if output.count < count { output = [UInt8](repeating: 0, count: count) }
  }

  private func append(_ count: Int32) throws(AudioFileError) {
    guard count >= 0 else {
      throw AudioFileError(.writeFailed(reason: "LAME failed with code \(count)"), file.path)
    }
    try file.write(output[..<Int(count)])
    infoFrame?.add(output[..<Int(count)])
  }
}

/// An encoder ready for frames; nil when LAME refuses. `scale` is what it multiplies samples by, besides its
/// own.
private func makeEncoder(
  _ shape: AudioShape, _ rate: EncodingFormat.MP3Rate, _ hasOwnInfoFrame: Bool, scale: Float
) -> OpaquePointer? {
  guard let encoder = unsafe lame_init() else { return nil }
  unsafe lame_set_errorf(encoder, nil)
  unsafe lame_set_debugf(encoder, nil)
  unsafe lame_set_msgf(encoder, nil)
  unsafe lame_set_num_channels(encoder, Int32(shape.channelCount))
  unsafe lame_set_mode(encoder, shape.channelCount == 1 ? MONO : JOINT_STEREO)
  unsafe lame_set_in_samplerate(encoder, Int32(shape.sampleRate))
  unsafe lame_set_out_samplerate(encoder, Int32(shape.sampleRate))
  unsafe lame_set_quality(encoder, 3)
  unsafe lame_set_scale(encoder, scale)
  unsafe lame_set_bWriteVbrTag(encoder, hasOwnInfoFrame ? 0 : 1)
  unsafe lame_set_write_id3tag_automatic(encoder, 0)
  switch rate {
  case .constant(let kbps):
    unsafe lame_set_VBR(encoder, vbr_off)
    unsafe lame_set_brate(encoder, Int32(kbps))
  case .variable(let quality):
    unsafe lame_set_VBR(encoder, vbr_mtrh)
    unsafe lame_set_VBR_q(encoder, Int32(quality))
  }
  if unsafe lame_init_params(encoder) >= 0 { return unsafe encoder }
  unsafe lame_close(encoder)
  return nil
}

/// `LAME 3.100`.
func lameVersion() -> String { unsafe "LAME " + String(cString: get_lame_version()) }
