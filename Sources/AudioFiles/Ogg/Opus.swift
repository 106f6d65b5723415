import COpus

/// Encodes an Ogg Opus file through libopus (RFC 7845): two header packets, then packets of 20 ms.
///
/// A decoder drops the encoder's lookahead from the front, as the header tells it, and what the place after the last
/// packet cuts from the end. Places count 48 000 a second at every rate.
@safe
final class OpusSink: AudioSink {
  /// The largest packet of 20 ms has 1275 bytes (RFC 6716 §3.4).
  private static let packetLimit = 1500

  private let file: AtomicFile
  private let encoder: OpaquePointer
  private let channelCount: Int
  private let frameCount: Int
  /// Granules a frame: 1 at 48 kHz, 6 at 8 kHz.
  private let granulesPerFrame: Int
  private let lookahead: Int
  private let packetFrames: Int

  private var pages: OggPages
  private let serial: UInt32
  private let identification: [UInt8]
  private let commentSize: Int
  private var packetCount = 0
  /// Interleaved frames of the packet before and of the one that is being filled.
  private var earlier: [Float] = []
  private var current: [Float] = []

  init(_ file: AtomicFile, _ shape: AudioShape, bitsPerSecond: Int, _ tags: Tags) throws(AudioFileError) {
    guard let encoder = unsafe makeEncoder(shape, bitsPerSecond) else {
      throw AudioFileError(.encoderRefused(reason: "libopus refuses these Opus settings", hints: []), file.path)
    }
    var lookahead: Int32 = 0
    unsafe opus_encoder_get(encoder, OPUS_GET_LOOKAHEAD_REQUEST, &lookahead)
    let granulesPerFrame = 48_000 / shape.sampleRate
    let comments = Self.commentHeader(tags)
    unsafe self.encoder = encoder
    self.file = file
    self.granulesPerFrame = granulesPerFrame
    self.lookahead = Int(lookahead)
    (channelCount, frameCount) = (shape.channelCount, shape.frameCount)
    packetFrames = shape.sampleRate / 50
    // A number of its own for each song, so that files can be chained, and the same one each time.
    serial = OggPages.checksum(comments)
    identification = header(shape, preSkip: Int(lookahead) * granulesPerFrame)
    commentSize = comments.count
    pages = OggPages(file, serial: serial, granulesPerSecond: 48_000)
    try writeHeaders(comments: comments, to: &pages)
  }

  private static func commentHeader(_ tags: Tags) -> [UInt8] {
    Array("OpusTags".utf8) + commentList(vendor: Array(opusVersion().utf8), tags.opusComments)
  }

  private func writeHeaders(comments: [UInt8], to pages: inout OggPages) throws(AudioFileError) {
    try pages.append(identification, granule: 0)
    try pages.closePage()
    try pages.append(comments, granule: 0)
    try pages.closePage()
  }

  func retag(_ tags: Tags) throws(AudioFileError) -> Bool {
    let comments = Self.commentHeader(tags)
    guard comments.count == commentSize else { return false }
    file.position = 0
    var pages = OggPages(file, serial: serial, granulesPerSecond: 48_000)
    try writeHeaders(comments: comments, to: &pages)
    return true
  }

  deinit { unsafe opus_encoder_destroy(encoder) }

  func write(_ samples: Span<Int32>) throws(AudioFileError) { preconditionFailure("Opus is made from floats") }

  func write(_ samples: Span<Float>) throws(AudioFileError) {
    for index in samples.indices {
      current.append(samples[index])
      if current.count == packetFrames * channelCount { try encodePacket() }
    }
  }

  func finish() throws(AudioFileError) {
    mirrorEnd()
    while !isComplete { try encodePacket() }
  }

  /// Whether the packets so far hold the last frame, which comes out of them late by the lookahead.
  private var isComplete: Bool { packetCount * packetFrames >= frameCount + lookahead }

  /// Lets the song run backwards behind its end, which is never heard but keeps a sudden silence, and what it does
  /// to the frames before it, out of the last packets.
  private func mirrorEnd() {
    let heard = earlier + current
    for frame in stride(from: heard.count / channelCount - 1, through: 0, by: -1) {
      current += heard[frame * channelCount..<(frame + 1) * channelCount]
    }
  }

  /// Encodes the first frames of `current`, filled up with silence.
  private func encodePacket() throws(AudioFileError) {
    let count = packetFrames * channelCount
    earlier = Array(current.prefix(count))
    current.removeFirst(earlier.count)
    var input = earlier
    input.append(contentsOf: repeatElement(0, count: count - input.count))
    var packet = [UInt8](repeating: 0, count: Self.packetLimit)
    let size = unsafe opus_encode_float(encoder, input, Int32(packetFrames), &packet, Int32(packet.count))
    guard size > 0 else {
      throw AudioFileError(.writeFailed(reason: "libopus failed with code \(size)"), file.path)
    }
    packetCount += 1
    let frames = isComplete ? frameCount + lookahead : packetCount * packetFrames
    try pages.append(
      packet.span.extracting(first: Int(size)), granule: frames * granulesPerFrame, isLast: isComplete)
  }
}

/// An encoder for music at its best quality, with a variable bitrate; nil when libopus refuses.
private func makeEncoder(_ shape: AudioShape, _ bitsPerSecond: Int) -> OpaquePointer? {
  let encoder = unsafe opus_encoder_create(
    Int32(shape.sampleRate), Int32(shape.channelCount), OPUS_APPLICATION_AUDIO, nil)
  guard let encoder = unsafe encoder else { return nil }
  for (request, value) in [
    (OPUS_SET_BITRATE_REQUEST, bitsPerSecond), (OPUS_SET_VBR_REQUEST, 1), (OPUS_SET_VBR_CONSTRAINT_REQUEST, 0),
    (OPUS_SET_COMPLEXITY_REQUEST, 10),
  ] {
    if unsafe opus_encoder_set(encoder, request, Int32(value)) == OPUS_OK { continue }
    unsafe opus_encoder_destroy(encoder)
    return nil
  }
  return unsafe encoder
}

/// The identification header (RFC 7845 §5.1), with a gain of 0 dB.
private func header(_ shape: AudioShape, preSkip: Int) -> [UInt8] {
  var header: [UInt8] = []
  header.append(text: "OpusHead")
  header.append(1)  // Version.
  header.append(UInt8(shape.channelCount))
  header.append(little: UInt16(preSkip))
  header.append(little: UInt32(shape.sampleRate))
  header.append(little: UInt16(0))  // Output gain.
  header.append(0)  // Mono or stereo.
  return header
}

/// `libopus 1.3.1`.
func opusVersion() -> String { unsafe String(cString: opus_get_version_string()) }
