/// Looks at the pages of one link of an Ogg file: of one audio stream, and of others beside it.
struct OggLinkScan {
  /// Whether the first page after those that begin streams has been seen.
  private(set) var hasBegun = false

  private let file: InputFile
  private var link: OggLink?
  private let startFrame: Int
  private var others: Set<UInt32> = []
  private var nextSequence: UInt32 = 0
  private var assembler = OggPacketAssembler()
  private var decoder: (any OggDecoder)?
  private var headersLeft = 0
  private var isEnded = false
  private var isDamaged = false

  // All places are granules of the stream's clock.
  /// What the decoder gives for the packets so far, and since the last page that tells a place.
  private var decoded = 0
  private var decodedSincePlace = 0
  private var hasAudio = false
  /// The place that the last page told.
  private var place: Int?
  private var cutAtStart = 0
  private var cutAtEnd = 0

  /// No stream gets there: at 48 kHz it takes 700 000 years. Sums of what is nearer fit into a number.
  private static let farthestPlace = 1 << 60

  init(_ file: InputFile, startFrame: Int) { (self.file, self.startFrame) = (file, startFrame) }

  /// The frame of the file that has been reached, for messages.
  private var frame: Int {
    guard let link else { return startFrame }
    return startFrame + max(0, (decoded - cutAtStart) / link.codec.granulesPerFrame - link.skippedFrames)
  }

  mutating func take(_ page: OggPage) throws(AudioFileError) {
    if page.isFirst {
      try begin(page)
    } else {
      hasBegun = true
      if page.serial != link?.serial {
        // A page of a stream that nobody has begun is left of one whose first page is not there.
        guard others.contains(page.serial) || !isEnded else { throw file.failure(.damaged(frame: frame)) }
        return
      }
    }
    guard page.serial == link?.serial else { return }
    if isEnded { throw file.failure(.damaged(frame: frame)) }
    if !page.isFirst && page.sequence != nextSequence {
      // A number may also be too small: pages out of order.
      let missing = Int(page.sequence &- nextSequence)
      let isGap = !isDamaged && missing < 1 << 31
      throw file.failure(isGap ? .pagesMissing(missing, frame: frame) : .damaged(frame: frame))
    }
    nextSequence = page.sequence &+ 1
    try takePackets(page)
    if page.isLast { isEnded = true }
  }

  /// Something stands in the place of a page and is none.
  mutating func note(_ fault: OggPageReader.Fault, isAtEnd: Bool) throws(AudioFileError) {
    if fault == .damaged { isDamaged = true }
    // Behind the end of the stream it must be what is left of another.
    guard isEnded else { return }
    throw file.failure(isAtEnd && fault == .cut ? .endMissing : .damaged(frame: frame))
  }

  func finish(fault: OggPageReader.Fault?) throws(AudioFileError) -> OggLink {
    guard var link else {
      throw file.failure(.unsupported(what: "an Ogg file that holds neither Vorbis nor Opus nor FLAC"))
    }
    guard isEnded, headersLeft == 0 else {
      throw file.failure(isDamaged && fault != .cut ? .damaged(frame: frame) : .endMissing)
    }
    if link.codec == .flac { return link }
    let granules = link.codec.granulesPerFrame
    link.skippedFrames += cutAtStart / granules
    link.frameCount = max(0, (decoded - cutAtEnd) / granules - link.skippedFrames)
    return link
  }

  private mutating func begin(_ page: OggPage) throws(AudioFileError) {
    guard let codec = try OggCodec(Array(page.body), file) else {
      others.insert(page.serial)
      return
    }
    guard link == nil else { throw file.failure(.unsupported(what: "an Ogg file of several sounds at once")) }
    var skippedFrames = 0
    if case .opus(let header) = codec { skippedFrames = header.preSkip / header.granulesPerFrame }
    if codec != .flac {
      let claims = HeaderClaims(
        container: .ogg, sampleRate: Double(codec.sampleRate), channelCount: codec.channelCount)
      try claims.check(file)
    }
    headersLeft = codec.headerCount
    link = OggLink(
      codec: codec, serial: page.serial, headers: [],
      entries: [.init(offset: page.offset, decodedFrames: 0, headerCount: headersLeft)], skippedFrames: skippedFrames,
      frameCount: 0, startFrame: startFrame)
  }

  private mutating func takePackets(_ page: OggPage) throws(AudioFileError) {
    let packets = assembler.packets(of: page)
    if assembler.isBroken { throw file.failure(.damaged(frame: frame)) }
    var last = 0
    var isFirstOfPage = !page.isContinued
    for packet in packets {
      if headersLeft > 0 {
        try takeHeader(packet)
        isFirstOfPage = false
        continue
      }
      guard let link, let decoder else { continue }
      let before = decoded
      hasAudio = true
      if let count = decoder.count(packet) {
        last = count * link.codec.granulesPerFrame
        decoded += last
        decodedSincePlace += last
      } else if !link.codec.primes {
        // An Opus packet without a length is none. Vorbis has packets that hold no audio and are left out.
        throw file.failure(.damaged(frame: frame))
      }
      if isFirstOfPage { addEntry(page, at: link.codec.primes ? decoded : before) }
      isFirstOfPage = false
    }
    if page.granule != -1 && (hasAudio || link?.codec == .flac) { try takePlace(page, last) }
  }

  private mutating func takeHeader(_ packet: [UInt8]) throws(AudioFileError) {
    guard let link else { return }
    // The second one holds comments.
    if link.codec.headerCount - headersLeft != 1 { self.link?.headers.append(packet) }
    headersLeft -= 1
    guard headersLeft == 0, link.codec != .flac else { return }
    if link.codec.primes, !VorbisCodebooks.areBearable(packet) {
      throw file.failure(.badHeader(reason: "its Vorbis codebooks are broken, or larger than any encoder's"))
    }
    decoder = self.link?.makeDecoder()
    if decoder == nil {
      throw file.failure(.badHeader(reason: "the \(link.codec.name) library refuses its headers"))
    }
  }

  /// Two a second are enough to find any place quickly.
  private mutating func addEntry(_ page: OggPage, at decoded: Int) {
    guard let link, let last = link.entries.last else { return }
    let frames = decoded / link.codec.granulesPerFrame
    guard frames - last.decodedFrames >= link.codec.sampleRate / 2 else { return }
    self.link?.entries.append(.init(offset: page.offset, decodedFrames: frames, headerCount: 0))
  }

  /// Compares the place that a page tells with what has been decoded up to it. Only the last page may hold more than
  /// is heard, and the first one of Vorbis (Vorbis I §A.2, RFC 7845 §4). A stream need not begin at 0: what was cut out
  /// of a longer one keeps its places. Elsewhere the page is believed, as libvorbis and libopusfile do.
  private mutating func takePlace(_ page: OggPage, _ last: Int) throws(AudioFileError) {
    guard let link else { return }
    let granule = page.granule
    guard granule.magnitude <= Self.farthestPlace else {
      throw file.failure(.badHeader(reason: "a page says that it ends at place \(granule) of its stream"))
    }
    let expected = (place ?? 0) + decodedSincePlace
    if link.codec == .flac {
      decoded = granule
    } else if granule < expected {
      let isOpus = !link.codec.primes
      if page.isLast {
        // libopusfile cuts no more than the last page, libvorbis no more than the last packet.
        cutAtEnd = min(expected - granule, isOpus ? decodedSincePlace : last)
      } else if place == nil && isOpus && decodedSincePlace > 0 {
        throw file.failure(.badHeader(reason: "its first page of audio ends before the stream begins"))
      } else if place == nil {
        cutAtStart = expected - granule
      }
    }
    (place, decodedSincePlace) = (granule, 0)
  }
}
