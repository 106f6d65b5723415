import CVorbis

/// Encodes an Ogg Vorbis file through libvorbis and libvorbisenc: three header packets, then the audio.
///
/// The stream starts at the first frame by itself; the place after the last packet cuts what the last block holds
/// beyond the last frame (Vorbis I §A.2).
@safe
final class VorbisSink: AudioSink {
  /// Frames that the library gets at a time, always as many: it decides on its blocks by what it has seen.
  private static let chunkFrames = 1024

  private let file: AtomicFile
  private let channelCount: Int
  private let encoder: VorbisEncoder
  private var pages: OggPages
  private let headers: (identification: [UInt8], comments: [UInt8], codebooks: [UInt8])
  private let serial: UInt32
  private let sampleRate: Int
  /// Frames of the chunk that is being filled.
  private var filled = 0

  init(_ file: AtomicFile, _ shape: AudioShape, _ rate: EncodingFormat.VorbisRate, _ tags: Tags)
    throws(AudioFileError)
  {
    guard let encoder = VorbisEncoder(shape, rate) else {
      throw AudioFileError(
        .encoderRefused(reason: "libvorbis refuses these Ogg Vorbis settings", hints: []), file.path)
    }
    self.file = file
    self.encoder = encoder
    channelCount = shape.channelCount
    sampleRate = shape.sampleRate
    headers = encoder.headers(tags.oggVorbisComments)
    // A number of its own for each song, so that files can be chained, and the same one each time.
    serial = OggPages.checksum(headers.comments)
    pages = OggPages(file, serial: serial, granulesPerSecond: sampleRate)
    try writeHeaders(comments: headers.comments, to: &pages)
  }

  private func writeHeaders(comments: [UInt8], to pages: inout OggPages) throws(AudioFileError) {
    try pages.append(headers.identification, granule: 0)
    try pages.closePage()
    try pages.append(comments, granule: 0)
    try pages.append(headers.codebooks, granule: 0)
    try pages.closePage()
  }

  func retag(_ tags: Tags) throws(AudioFileError) -> Bool {
    let comments = encoder.headers(tags.oggVorbisComments).comments
    guard comments.count == headers.comments.count else { return false }
    file.position = 0
    var pages = OggPages(file, serial: serial, granulesPerSecond: sampleRate)
    try writeHeaders(comments: comments, to: &pages)
    return true
  }

  func write(_ samples: Span<Int32>) throws(AudioFileError) { preconditionFailure("Vorbis is made from floats") }

  func write(_ samples: Span<Float>) throws(AudioFileError) {
    var start = 0
    while start < samples.count {
      let count = min(Self.chunkFrames - filled, (samples.count - start) / channelCount)
      let block = samples.extracting(start..<start + count * channelCount)
      encoder.fill(block, channelCount: channelCount, after: filled, of: Self.chunkFrames)
      filled += count
      start += count * channelCount
      if filled == Self.chunkFrames { try encodeChunk() }
    }
  }

  func finish() throws(AudioFileError) {
    if filled > 0 { try encodeChunk() }
    // An empty chunk ends the stream.
    try encodeChunk()
  }

  private func encodeChunk() throws(AudioFileError) {
    try encoder.encode(frames: filled, &pages, file.path)
    filled = 0
  }
}

/// The library's state, at an address that stays.
@safe
private final class VorbisEncoder {
  private let info: UnsafeMutablePointer<vorbis_info>
  private let state: UnsafeMutablePointer<vorbis_dsp_state>
  private let block: UnsafeMutablePointer<vorbis_block>

  /// nil where the library has no mode for these settings.
  init?(_ shape: AudioShape, _ rate: EncodingFormat.VorbisRate) {
    unsafe info = .allocate(capacity: 1)
    unsafe state = .allocate(capacity: 1)
    unsafe block = .allocate(capacity: 1)
    unsafe state.initialize(to: vorbis_dsp_state())
    unsafe block.initialize(to: vorbis_block())
    unsafe info.initialize(to: vorbis_info())
    unsafe vorbis_info_init(info)
    let (sampleRate, channelCount) = (shape.sampleRate, shape.channelCount)
    guard unsafe setUp(info, rate, sampleRate: sampleRate, channelCount: channelCount),
      unsafe vorbis_encode_setup_init(info) == 0, unsafe vorbis_analysis_init(state, info) == 0
    else { return nil }
    unsafe vorbis_block_init(state, block)
  }

  deinit {
    // Each clears what has not begun, too.
    unsafe vorbis_block_clear(block)
    unsafe vorbis_dsp_clear(state)
    unsafe vorbis_info_clear(info)
    unsafe block.deallocate()
    unsafe state.deallocate()
    unsafe info.deallocate()
  }

  /// The three packets before the audio. The vendor is the library's.
  func headers(
    _ comments: [(name: String, value: String)]
  ) -> (identification: [UInt8], comments: [UInt8], codebooks: [UInt8]) {
    var noComments = unsafe vorbis_comment()
    unsafe vorbis_comment_init(&noComments)
    defer { unsafe vorbis_comment_clear(&noComments) }
    var (first, second, third) = unsafe (ogg_packet(), ogg_packet(), ogg_packet())
    unsafe vorbis_analysis_headerout(state, &noComments, &first, &second, &third)
    func bytes(_ packet: ogg_packet) -> [UInt8] {
      unsafe [UInt8](UnsafeBufferPointer(start: packet.packet, count: packet.bytes))
    }
    // A mark of seven bytes, the vendor after its length, a count of no comments, and a last bit (Vorbis I §5.2).
    let empty = unsafe bytes(second)
    let vendor = Array(empty.dropFirst(11).dropLast(5))
    let list = Array(empty.prefix(7)) + commentList(vendor: vendor, comments) + [1]
    return unsafe (bytes(first), list, bytes(third))
  }

  /// Puts `samples`, interleaved, into a chunk that has `start` frames already.
  func fill(_ samples: Span<Float>, channelCount: Int, after start: Int, of chunkFrames: Int) {
    guard let lanes = unsafe vorbis_analysis_buffer(state, Int32(chunkFrames)) else { return }
    for channel in 0..<channelCount {
      guard let lane = unsafe lanes[channel] else { continue }
      var place = start
      for index in stride(from: channel, to: samples.count, by: channelCount) {
        unsafe lane[place] = samples[index]
        place += 1
      }
    }
  }

  /// Encodes a chunk of so many frames, as far as it leads; one of none ends the stream.
  func encode(frames: Int, _ pages: inout OggPages, _ path: String) throws(AudioFileError) {
    var status = unsafe vorbis_analysis_wrote(state, Int32(frames))
    while status == 0, unsafe vorbis_analysis_blockout(state, block) == 1 {
      status = unsafe vorbis_analysis(block, nil)
      if status == 0 { status = unsafe vorbis_bitrate_addblock(block) }
      var packet = unsafe ogg_packet()
      while status == 0, unsafe vorbis_bitrate_flushpacket(state, &packet) == 1 {
        let bytes = unsafe UnsafeBufferPointer(start: packet.packet, count: packet.bytes)
        try pages.append(
          unsafe bytes.span, granule: Int(unsafe packet.granulepos), isLast: unsafe packet.e_o_s != 0)
        // Some readers cut the stream's end by the page before it, so a song of less than a second has one, too. It
        // ends with the second packet after the three headers, as the first one holds no frame yet.
        if unsafe packet.packetno == 4 { try pages.closePage() }
      }
    }
    guard status == 0 else {
      throw AudioFileError(.writeFailed(reason: "libvorbis failed with code \(status)"), path)
    }
  }
}

/// Whether the library has a mode for these settings.
private func setUp(
  _ info: UnsafeMutablePointer<vorbis_info>, _ rate: EncodingFormat.VorbisRate, sampleRate: Int, channelCount: Int
) -> Bool {
  switch rate {
  case .quality(let quality):
    return unsafe vorbis_encode_setup_vbr(info, channelCount, sampleRate, Float(quality / 10)) == 0
  case .bitrate(let bitsPerSecond):
    // The quality that usually gives as much; no reservoir then holds the bitrate down.
    return unsafe vorbis_encode_setup_managed(info, channelCount, sampleRate, -1, bitsPerSecond, -1) == 0
      && vorbis_encode_ctl(info, OV_ECTL_RATEMANAGE2_SET, nil) == 0
  }
}

/// Whether libvorbis has a mode for these settings.
func vorbisAccepts(_ rate: EncodingFormat.VorbisRate, sampleRate: Int, channelCount: Int) -> Bool {
  var info = unsafe vorbis_info()
  unsafe vorbis_info_init(&info)
  defer { unsafe vorbis_info_clear(&info) }
  return unsafe withUnsafeMutablePointer(to: &info) {
    unsafe setUp($0, rate, sampleRate: sampleRate, channelCount: channelCount)
  }
}

/// `Xiph.Org libVorbis 1.3.7`.
func vorbisVersion() -> String { unsafe String(cString: vorbis_version_string()) }
