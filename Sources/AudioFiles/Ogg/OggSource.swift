/// Vorbis and Opus in an Ogg file, as its pages say: every stream of a chain, each from its first frame that is heard
/// to its last.
final class OggSource: AudioSource {
  let info: AudioFileInfo
  private let file: InputFile
  private let links: [OggLink]
  private var position = 0

  /// The link that is being decoded.
  private var linkIndex = 0
  private var decoder: (any OggDecoder)?
  private var pages: OggPageReader
  private var assembler = OggPacketAssembler()
  private var packets: ArraySlice<[UInt8]> = []
  private var headersLeft = 0

  /// The frames of the last packet, interleaved, and the place of the first of them in what the decoder gives.
  private var pending: [Double] = []
  private var pendingPlace = 0
  /// Whether the next packet only prepares the decoder.
  private var isPriming = false

  init(_ file: InputFile, _ scan: OggScan) throws(AudioFileError) {
    (self.file, links) = (file, scan.links)
    pages = OggPageReader(file)
    let codec = scan.links[0].codec
    info = AudioFileInfo(
      container: .ogg, encoding: codec.name, bitDepth: nil, isFloat: false, isLossy: true,
      sampleRate: codec.sampleRate, channelCount: codec.channelCount, frameCount: scan.frameCount)
    guard info.frameCount >= 1 else { throw file.failure(.noFrames) }
    try seek(toLinkOf: 0)
  }

  func read(into samples: inout MutableSpan<Double>) throws(AudioFileError) -> Int {
    let channels = info.channelCount
    let frames = min(samples.count / channels, info.frameCount - position)
    var filled = 0
    while filled < frames {
      let link = links[linkIndex]
      let left = link.startFrame + link.frameCount - position
      if left == 0 {
        try seek(toLinkOf: position)
        continue
      }
      // Frames of `pending` before the one that is wanted.
      let start = position - link.startFrame + link.skippedFrames - pendingPlace
      let there = pending.count / channels - start
      guard start >= 0 else { throw file.failure(.damaged(frame: position)) }
      guard there > 0 else {
        try decodePacket()
        continue
      }
      let count = min(there, left, frames - filled)
      let decoded = pending
      let block = decoded.span.extracting(start * channels..<(start + count) * channels)
      if let index = firstNotFinite(block) {
        throw file.failure(.notFinite(frame: position + index / channels, channel: index % channels + 1))
      }
      for index in block.indices { samples[filled * channels + index] = block[index] }
      filled += count
      position += count
    }
    return filled
  }

  func seek(to frame: Int) throws(AudioFileError) {
    if frame == position { return }
    position = frame
    if frame < info.frameCount { try seek(toLinkOf: frame) }
  }

  /// Starts a decoder so far before `frame` that it gives there what it would give from the beginning.
  private func seek(toLinkOf frame: Int) throws(AudioFileError) {
    // Mostly the next one; a file may hold very many.
    let first = frame < links[linkIndex].startFrame ? 0 : linkIndex
    let index = links[first...].firstIndex { frame < $0.startFrame + $0.frameCount } ?? 0
    let link = links[index]
    let place = max(0, frame - link.startFrame + link.skippedFrames - link.codec.prerollFrames)
    let entry = link.entries.last { $0.decodedFrames <= place } ?? link.entries[0]
    guard let decoder = link.makeDecoder() else { throw file.failure(.damaged(frame: frame)) }
    linkIndex = index
    self.decoder = decoder
    pages = OggPageReader(file, from: entry.offset)
    assembler = OggPacketAssembler()
    packets = []
    headersLeft = entry.headerCount
    pending.removeAll(keepingCapacity: true)
    pendingPlace = entry.decodedFrames
    isPriming = link.codec.primes
  }

  /// Fills `pending` from the next packet.
  private func decodePacket() throws(AudioFileError) {
    pendingPlace += pending.count / info.channelCount
    pending.removeAll(keepingCapacity: true)
    let link = links[linkIndex]
    while packets.isEmpty {
      guard let page = try pages.next() else { throw file.failure(.damaged(frame: position)) }
      if page.serial == link.serial { packets = assembler.packets(of: page)[...] }
    }
    let packet = packets.removeFirst()
    if headersLeft > 0 {
      headersLeft -= 1
      return
    }
    guard let decoder else { return }
    if link.codec.primes && decoder.count(packet) == nil { return }
    guard decoder.decode(packet, into: &pending) else { throw file.failure(.damaged(frame: position)) }
    // What a packet that primes would have given lies before the entry's place.
    if isPriming { pending.removeAll(keepingCapacity: true) }
    isPriming = false
  }
}
