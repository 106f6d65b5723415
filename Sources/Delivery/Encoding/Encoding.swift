public import AudioFiles
import DSP
import Quantities
import Renderer
public import SessionModel

/// One file from a master: quantised, encoded, written, then read back and measured.
struct Encoding: Sendable {
  var id: String
  /// The track or bus, for a file of a split.
  var node: String?
  var path: String
  var format: EncodingFormat
  var dither: DSP.DitherKind
  var seed: Int
  /// Frames of the file, were it whole: those of the master, and silence that fills it up.
  var frameCount: Int
  /// Those of them that go into the file.
  var kept: Range<Int>
  /// The number of the master's first frame in the song, by which its dither is drawn.
  var firstFrame = 0
  var sampleRate: Int
  /// 1 takes the left lane, which is the mean of both by then.
  var channelCount = 2
  /// Whether a report will show the file.
  var isAnalysed = false

  /// A file that is whole, but not yet in its place.
  struct Encoded {
    let writer: AudioFileWriter
    var pcmHash: String
    var clippedSamples: Int
    /// Of the file as it was read back.
    var measurement: Measurement
    var analysis: FileAnalysis?
  }

  func run(
    _ master: Scratch, _ tags: Tags, progress: (Double) -> Void, isCancelled: () -> Bool
  ) throws -> Encoded {
    var hash = PCMHash(format, sampleRate: sampleRate, channels: channelCount, frames: kept.count)
    let writer = try AudioFileWriter(
      path, format, sampleRate: sampleRate, channelCount: channelCount, frameCount: kept.count, tags: tags)
    do {
      let clipped = try encode(master, writer, &hash, progress: progress, isCancelled: isCancelled)
      try writer.complete()
      let (measurement, analysis) = try measure(audioFile: writer.unpublishedPath, isAnalysed: isAnalysed)
      return Encoded(
        writer: writer, pcmHash: hash.text, clippedSamples: clipped, measurement: measurement, analysis: analysis)
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Frames at a time: small enough for an encoder's progress to be smooth.
  private static let blockFrames = 8192

  /// Returns how many samples were clipped.
  private func encode(
    _ master: Scratch, _ writer: AudioFileWriter, _ hash: inout PCMHash, progress: (Double) -> Void,
    isCancelled: () -> Bool
  ) throws -> Int {
    var quantiser = format.integerBits.map { bits in
      Dither(
        kind: dither, bitDepth: bits, channelCount: channelCount, sampleRate: Double(sampleRate), seed: UInt64(seed),
        stream: nameKey(node.map { "\(id).\($0)" } ?? id))
    }
    let memory = quantiser.map { $0.memoryFrames ?? kept.lowerBound } ?? 0
    var start = max(0, kept.lowerBound - memory)
    quantiser?.seek(to: firstFrame + start)
    let buffer = FrameBuffer(capacity: Self.blockFrames)
    var integers = [Int32](repeating: 0, count: channelCount * Self.blockFrames)
    var floats = [Float](repeating: 0, count: channelCount * Self.blockFrames)
    // What comes before goes through the quantiser too: silence and shaped errors reach into what is kept.
    while start < kept.upperBound {
      if isCancelled() { throw CancellationError() }
      let count = min(Self.blockFrames, kept.upperBound - start)
      let wanted = max(0, min(count, kept.lowerBound - start))..<count
      try buffer.edit(0..<count) { try master.read(&$0, from: start) }
      if quantiser != nil {
        buffer.read(0..<count) { frames in
          var span = integers.mutableSpan
          quantiser?.quantise(frames, into: &span)
        }
        let samples = integers.span.extracting(channelCount * wanted.lowerBound..<channelCount * count)
        if !wanted.isEmpty {
          hash.update(samples)
          try writer.write(samples)
        }
      } else {
        buffer.read(0..<count) { frames in
          for index in 0..<count {
            floats[channelCount * index] = Float(frames[index].x)
            if channelCount == 2 { floats[2 * index + 1] = Float(frames[index].y) }
          }
        }
        let samples = floats.span.extracting(channelCount * wanted.lowerBound..<channelCount * count)
        if !wanted.isEmpty {
          hash.update(samples)
          try writer.write(samples)
        }
      }
      start += count
      progress(Double(start) / Double(kept.upperBound))
    }
    return quantiser?.clippedSamples ?? 0
  }
}

extension Deliverable {
  /// How its file is encoded. The session has been checked, so every combination exists.
  public var encoding: EncodingFormat {
    func samples(_ depth: BitDepth) -> EncodingFormat.SampleFormat {
      switch depth {
      case .sixteen: .integer16
      case .twentyFour: .integer24
      case .thirtyTwo: .integer32
      case .float: .float32
      }
    }
    let depth = depthInForce
    switch format ?? .wav {
    case .wav: return .wav(samples(depth))
    case .aiff: return .aiff(samples(depth))
    case .caf: return .caf(samples(depth))
    case .flac: return .flac(bitDepth: depth == .sixteen ? 16 : 24, compression: compression.value)
    case .mp3:
      if case .mp3(let quality) = quality { return .mp3(.variable(quality)) }
      return .mp3(.constant(Int(bitrate?.magnitude ?? 320)))
    case .oggVorbis:
      if case .vorbis(let quality) = quality { return .oggVorbis(.quality(quality)) }
      return .oggVorbis(bitsPerSecond.map { .bitrate($0) } ?? .quality(6))
    case .opus: return .opus(bitsPerSecond: bitsPerSecond ?? (channels == .mono ? 96_000 : 160_000))
    }
  }

  private var bitsPerSecond: Int? { bitrate.map { Int(($0.magnitude * 1000).rounded()) } }

  /// TPDF wherever bits are dropped to 16 or 24, unless the file says otherwise.
  var ditherInForce: DSP.DitherKind {
    switch dither {
    case .some(.none): .none
    case .tpdf: .tpdf
    case .shaped: .shaped
    case nil: encoding.integerBits == 32 ? .none : .tpdf
    }
  }
}

extension Tags {
  /// A deliverable's tags, with what was measured of its master.
  init(
    _ metadata: Metadata, tempo: Double?, cover: CoverImage?, id3: SessionModel.ID3Version, _ measurement: Measurement
  ) {
    self.init()
    title = metadata.title
    artist = metadata.artist
    album = metadata.album
    albumArtist = metadata.albumArtist
    composer = metadata.composer
    lyricist = metadata.lyricist
    genre = metadata.genre
    date = metadata.date
    track = Self.numbered(metadata.track)
    disc = Self.numbered(metadata.disc)
    isrc = metadata.isrc
    upc = metadata.upc
    label = metadata.label
    catalogNumber = metadata.catalogNumber
    copyright = metadata.copyright
    comment = metadata.comment
    language = metadata.language
    self.tempo = tempo
    self.cover = cover
    id3Version = id3 == .v23 ? .v2_3 : .v2_4
    if let integrated = measurement.integrated, let truePeak = measurement.truePeak {
      // ReplayGain 2.0: towards −18 LUFS.
      replayGain = ReplayGain(trackGain: -18 - integrated, trackPeak: Maths.amplitude(decibels: truePeak))
    }
    broadcastLoudness = BroadcastLoudness(
      integrated: measurement.integrated, range: measurement.loudnessRange, maxTruePeak: measurement.truePeak,
      maxMomentary: measurement.maxMomentary, maxShortTerm: measurement.maxShortTerm)
  }

  private static func numbered(_ text: String?) -> Numbered? {
    let parts = text?.split(separator: "/").compactMap { Int($0) } ?? []
    return parts.first.map { Numbered($0, of: parts.count > 1 ? parts[1] : nil) }
  }
}
