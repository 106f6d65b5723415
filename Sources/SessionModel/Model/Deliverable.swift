public import Quantities
public import Tables

/// A file to make.
public struct Deliverable: Record {
  public var format: FileFormat?
  public var bitDepth: BitDepth?
  public var sampleRate: SampleRate?
  public var channels = OutputChannels.stereo
  public var dither: DitherChoice?
  public var compression: Whole = 5
  public var bitrate: Bitrate?
  public var quality: EncodingQuality?
  /// For the decoded file; `nil` is the master's.
  public var ceiling: TruePeakLevel?
  /// This deliverable's own master, laid over the session's.
  public var master: Master?
  public var name: String?
  public var id3: ID3Version = .v24
  public var metadata = Metadata()
  public var checks = Checks()
  /// The id of a version; `nil` is the main mix.
  public var version: String?
  public var split: Split?

  public init() {}

  /// The bit depth that is written where a format has one.
  public var depthInForce: BitDepth { bitDepth ?? (split == nil || format == .flac ? .twentyFour : .float) }

  public static let noun = "a deliverable"
  public static let summary = "A file to make from the master."
  public static let fields: [Field<Deliverable>] = [
    Field.init("format", \.format, "The file format.").required(),
    .init(
      "bit_depth", \.bitDepth,
      "Bits a sample: `16`, `24`, `32` or `32f` (32-bit float); 24 by default, `32f` for a split."),
    .init("sample_rate", \.sampleRate, "The file's rate; by default the session's."),
    .init("channels", \.channels, "Stereo or mono.", initial: .stereo),
    .init(
      "dither", \.dither, "Noise that replaces distortion where bits are dropped; `tpdf` for 16 and 24 bits by default."
    ),
    .init("compression", \.compression, 0...8, "FLAC: how hard to try; the samples are the same.", initial: 5),
    .init(
      "bitrate", \.bitrate, 6...510,
      "MP3: constant, 32 to 320 kbps; 320 by default. Opus: variable around it, 6 to 510 kbps; 160 by default, 96 in mono. Ogg Vorbis: variable, the quality that usually gives as much."
    ),
    .init(
      "quality", \.quality,
      "Variable bitrate, instead of `bitrate`. MP3: `V0` best … `V9` smallest. Ogg Vorbis: -1 smallest … 10 best, and 6 by default."
    ),
    .init(
      "ceiling", \.ceiling, -60...0,
      "MP3, Ogg Vorbis, Opus: the highest true peak of the decoded file; by default the master's ceiling."),
    .init("master", \.master, "A master of its own, laid over the session's."),
    .init(
      "name", \.name,
      "The file's name without its ending, from `$session`, `$deliverable`, `$version`, `$artist`, `$title`, `$album` and `$track`, in a split also `$node`."
    ),
    .init("id3", \.id3, "MP3: version of the tags; `2.3` for old players.", initial: .v24),
    .init("metadata", \.metadata, "Tags of this file, laid over the session's."),
    .init("version", \.version, "The version of the mix that it is made from; by default the main mix."),
    .init(
      "split", \.split,
      "One file for each part of the mix, before the master: `stems` for each track or bus that feeds `main`, which add up to the mix, or `tracks` for each track after its fader."
    ),
    .init("checks", \.checks, "Unit tests for this file, beside the session's."),
    .later("image", "One image of a release with its CUE sheet.", with: "releases"),
  ]
}

public enum FileFormat: String, Choice {
  case wav, aiff, caf, flac, mp3
  case oggVorbis = "ogg_vorbis"
  case opus

  public static let foreign: [String: ForeignName] = [
    "ogg": .means("ogg_vorbis"), "vorbis": .means("ogg_vorbis"), "wave": .means("wav"), "bwf": .means("wav"),
    "aif": .means("aiff"), "aac": noAAC, "m4a": noAAC, "mp4": noAAC, "alac": noAAC,
  ]
  private static let noAAC = ForeignName.absent(
    "there is no AAC or ALAC here: stream a `wav` into an encoder with `render --only ID -o -`")

  /// The ending of such a file's name.
  public var fileExtension: String {
    switch self {
    case .wav, .aiff, .caf, .flac, .mp3, .opus: rawValue
    case .oggVorbis: "ogg"
    }
  }

  /// Whether such a file can have this sample rate, in hertz.
  public func has(rate: Int) -> Bool {
    switch self {
    case .wav, .aiff, .caf, .flac: true
    // MPEG-1, 2 and 2.5 layer III.
    case .mp3: [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000].contains(rate)
    // What libvorbis is tuned for.
    case .oggVorbis: rate <= 200_000
    // RFC 6716, table 1.
    case .opus: [8_000, 12_000, 16_000, 24_000, 48_000].contains(rate)
    }
  }
}

/// How a mix is taken apart into files.
public enum Split: String, Choice { case stems, tracks }

public enum BitDepth: String, Choice {
  case sixteen = "16"
  case twentyFour = "24"
  case thirtyTwo = "32"
  case float = "32f"

  public static let foreign: [String: ForeignName] = {
    var names: [String: ForeignName] = ["float": .means("32f"), "32 float": .means("32f"), "float32": .means("32f")]
    for depth in ["16", "24", "32"] {
      for unit in [" bit", "bit", "-bit", " bits"] { names[depth + unit] = .means(depth) }
    }
    return names
  }()
}

public enum OutputChannels: String, Choice { case stereo, mono }

public enum DitherChoice: String, Choice { case none, tpdf, shaped }

public enum ID3Version: String, Choice {
  case v24 = "2.4"
  case v23 = "2.3"
}

/// Tags: what they mean, not how a format writes them.
public struct Metadata: Record {
  public var title: String?
  public var artist: String?
  public var album: String?
  public var albumArtist: String?
  public var composer: String?
  public var lyricist: String?
  public var genre: String?
  public var date: String?
  public var track: String?
  public var disc: String?
  public var isrc: String?
  public var upc: String?
  public var label: String?
  public var catalogNumber: String?
  public var copyright: String?
  public var comment: String?
  public var language: String?
  public var cover: String?

  public init() {}

  public static let noun = "metadata"
  public static let summary = "Tags, written into every format's own fields."
  public static let fields: [Field<Metadata>] = [
    .init("title", \.title, "The song."),
    .init("artist", \.artist, "Who performs it."),
    .init("album", \.album, "The release it is on."),
    .init("album_artist", \.albumArtist, "Whose release it is."),
    .init("composer", \.composer, "Who wrote the music."),
    .init("lyricist", \.lyricist, "Who wrote the words."),
    .init("genre", \.genre, "The genre."),
    .init("date", \.date, "Date of release: `2026-11-22`, `2026-11` or `2026`."),
    .init("track", \.track, "Number on the release: `3` or `3/10`."),
    .init("disc", \.disc, "Disc of the release: `1` or `1/2`."),
    .init("isrc", \.isrc, "International Standard Recording Code: 12 characters, hyphens allowed."),
    .init("upc", \.upc, "UPC or EAN of the release: 12 or 13 digits."),
    .init("label", \.label, "The label."),
    .init("catalog_number", \.catalogNumber, "The label's number."),
    .init("copyright", \.copyright, "The copyright line."),
    .init("comment", \.comment, "Anything."),
    .init("language", \.language, "ISO 639-2 code: `eng`."),
    .init("cover", \.cover, "Front cover: a PNG or JPEG file."),
  ]
}
