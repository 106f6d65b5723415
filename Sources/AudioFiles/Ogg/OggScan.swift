/// What the pages of a whole Ogg file say, each of which has been looked at.
///
/// No header of an Ogg file tells its length, and what a file's last page says is true only where no page before it
/// is missing: so all of them are read, with their checksums and their numbers.
struct OggScan {
  /// The streams, one after the other; most files have one.
  private(set) var links: [OggLink] = []

  init(_ file: InputFile) throws(AudioFileError) {
    var pages = OggPageReader(file)
    var link = OggLinkScan(file, startFrame: 0)
    var page = try pages.next()
    guard let first = page, first.offset == 0, first.isFirst else {
      // Byte 5 says that a page begins a stream.
      let isBeginning = try file.bytes(at: 5, count: 1).first.map { $0 & 2 != 0 } ?? false
      if pages.fault == .cut && isBeginning { throw file.failure(.endMissing) }
      throw file.failure(.badHeader(reason: "its first page does not begin an Ogg stream, or is damaged"))
    }
    while let found = page {
      // Streams that run side by side all begin before the first of them goes on.
      if found.isFirst && link.hasBegun {
        links.append(try link.finish(fault: nil))
        link = OggLinkScan(file, startFrame: links.last.map { $0.startFrame + $0.frameCount } ?? 0)
      }
      try link.take(found)
      page = try pages.next()
      if let fault = pages.fault { try link.note(fault, isAtEnd: page == nil) }
    }
    links.append(try link.finish(fault: pages.fault))
    try checkChain(file)
  }

  var frameCount: Int { links.reduce(0) { $0 + $1.frameCount } }

  /// Streams in a row are one song only where they are of one kind.
  private func checkChain(_ file: InputFile) throws(AudioFileError) {
    guard let first = links.first?.codec else { return }
    func refuse(_ difference: String) -> AudioFileError {
      file.failure(.unsupported(what: "a chain of several streams \(difference)"))
    }
    if first == .flac && links.count > 1 { throw refuse("of FLAC") }
    for codec in links.dropFirst().map(\.codec) {
      if codec.name != first.name { throw refuse("of \(first.name) and of \(codec.name)") }
      if codec.sampleRate != first.sampleRate {
        throw refuse("at \(first.sampleRate) Hz and at \(codec.sampleRate) Hz")
      }
      if codec.channelCount != first.channelCount {
        throw refuse("of \(first.channelCount) and of \(codec.channelCount) channels")
      }
    }
  }
}

/// One stream of an Ogg file.
struct OggLink {
  /// Where decoding may begin: at the first packet that begins on a page.
  struct Entry {
    var offset: Int
    /// Frames that the decoder has given before that packet; with a packet that primes, after it.
    var decodedFrames: Int
    /// Headers from there on.
    var headerCount: Int
  }

  var codec: OggCodec
  var serial: UInt32
  /// What the decoder needs.
  var headers: [[UInt8]]
  /// In rising order, at least one.
  var entries: [Entry]
  /// Frames that the decoder gives before the first that is heard.
  var skippedFrames: Int
  var frameCount: Int
  /// The place of its first frame in the file.
  var startFrame: Int

  func makeDecoder() -> (any OggDecoder)? { codec.makeDecoder(headers) }
}
