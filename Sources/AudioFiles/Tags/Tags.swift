/// What a deliverable says about itself. Every format gets all of it in its own fields; a nil or empty text
/// is left out.
public struct Tags: Sendable, Equatable {
  public var title: String?
  public var artist: String?
  public var album: String?
  public var albumArtist: String?
  public var composer: String?
  public var lyricist: String?
  public var genre: String?
  /// `2026`, `2026-11` or `2026-11-22`.
  public var date: String?
  public var track: Numbered?
  public var disc: Numbered?
  /// With or without hyphens; stored without, as ID3 and Vorbis comments want it.
  public var isrc: String?
  /// UPC or EAN, 12 or 13 digits.
  public var upc: String?
  public var label: String?
  public var catalogNumber: String?
  public var copyright: String?
  public var comment: String?
  /// Of the lyrics, three letters (ISO 639-2).
  public var language: String?
  public var tempo: Double?
  public var cover: CoverImage?
  public var replayGain: ReplayGain?

  /// For the `bext` chunk of a WAV.
  public var broadcastLoudness: BroadcastLoudness?

  public var id3Version = ID3Version.v2_4

  public init() {}

  public enum ID3Version: String, Sendable, CaseIterable {
    case v2_3 = "2.3"
    case v2_4 = "2.4"
  }

  /// Number 3, or number 3 of 10.
  public struct Numbered: Sendable, Equatable {
    public var number: Int
    public var total: Int?

    public init(_ number: Int, of total: Int? = nil) {
      self.number = number
      self.total = total
    }

    /// `3` or `3/10`.
    var text: String { total.map { "\(number)/\($0)" } ?? "\(number)" }
  }

  /// ReplayGain 2.0: gains in dB towards −18 LUFS, peaks as amplitudes.
  public struct ReplayGain: Sendable, Equatable {
    public var trackGain: Double
    public var trackPeak: Double
    public var albumGain: Double?
    public var albumPeak: Double?

    public init(trackGain: Double, trackPeak: Double, albumGain: Double? = nil, albumPeak: Double? = nil) {
      self.trackGain = trackGain
      self.trackPeak = trackPeak
      self.albumGain = albumGain
      self.albumPeak = albumPeak
    }
  }

  /// In LUFS, LU and dBTP; nil where there is nothing to measure.
  public struct BroadcastLoudness: Sendable, Equatable {
    public var integrated: Double?
    public var range: Double?
    public var maxTruePeak: Double?
    public var maxMomentary: Double?
    public var maxShortTerm: Double?

    public init(
      integrated: Double?, range: Double?, maxTruePeak: Double?, maxMomentary: Double?, maxShortTerm: Double?
    ) {
      self.integrated = integrated
      self.range = range
      self.maxTruePeak = maxTruePeak
      self.maxMomentary = maxMomentary
      self.maxShortTerm = maxShortTerm
    }
  }
}

/// Where one text goes: its ID3v2 frame (a `TXXX` after the colon), Vorbis comment and RIFF INFO field.
struct TextField: Sendable {
  var value: @Sendable (Tags) -> String?
  var id3: String
  var vorbis: String
  var riff: String?

  /// In the order in which they are written. INFO's `ISRC` means *source*, so the code never goes there.
  static let all: [TextField] = [
    TextField(value: { $0.title }, id3: "TIT2", vorbis: "TITLE", riff: "INAM"),
    TextField(value: { $0.artist }, id3: "TPE1", vorbis: "ARTIST", riff: "IART"),
    TextField(value: { $0.album }, id3: "TALB", vorbis: "ALBUM", riff: "IPRD"),
    TextField(value: { $0.albumArtist }, id3: "TPE2", vorbis: "ALBUMARTIST"),
    TextField(value: { $0.composer }, id3: "TCOM", vorbis: "COMPOSER"),
    TextField(value: { $0.lyricist }, id3: "TEXT", vorbis: "LYRICIST"),
    TextField(value: { $0.genre }, id3: "TCON", vorbis: "GENRE", riff: "IGNR"),
    TextField(value: { $0.date }, id3: "TDRC", vorbis: "DATE", riff: "ICRD"),
    TextField(value: { $0.isrc?.filter { $0 != "-" && $0 != " " }.uppercased() }, id3: "TSRC", vorbis: "ISRC"),
    TextField(value: { $0.label }, id3: "TPUB", vorbis: "LABEL"),
    TextField(value: { $0.copyright }, id3: "TCOP", vorbis: "COPYRIGHT", riff: "ICOP"),
    TextField(value: { $0.language }, id3: "TLAN", vorbis: "LANGUAGE"),
    TextField(value: { $0.tempo.map(wholeOrDecimal) }, id3: "TBPM", vorbis: "BPM"),
    TextField(value: { $0.comment }, id3: "COMM", vorbis: "COMMENT", riff: "ICMT"),
    TextField(value: { $0.upc }, id3: "TXXX:BARCODE", vorbis: "BARCODE"),
    TextField(value: { $0.catalogNumber }, id3: "TXXX:CATALOGNUMBER", vorbis: "CATALOGNUMBER"),
  ]
}

extension Tags {
  var isEmpty: Bool {
    var rest = self
    rest.broadcastLoudness = nil
    rest.id3Version = .v2_4
    return rest == Tags()
  }

  /// The texts that are there, cleaned, each with its field.
  var texts: [(field: TextField, text: String)] {
    TextField.all.compactMap { field in
      // A NUL would end the text in every format.
      guard let text = field.value(self)?.filter({ $0 != "\0" }), !text.isEmpty else { return nil }
      return (field, text)
    }
  }

  /// ReplayGain 2.0 (§ metadata): two decimals and `dB`, six decimals.
  var replayGainTexts: [(name: String, text: String)] {
    guard let replayGain else { return [] }
    var texts = [
      ("track_gain", decimal(replayGain.trackGain, places: 2) + " dB"),
      ("track_peak", decimal(replayGain.trackPeak, places: 6)),
    ]
    if let gain = replayGain.albumGain { texts.append(("album_gain", decimal(gain, places: 2) + " dB")) }
    if let peak = replayGain.albumPeak { texts.append(("album_peak", decimal(peak, places: 6))) }
    return texts.map { ("replaygain_" + $0, $1) }
  }

  /// The texts and numbers, with ReplayGain.
  var vorbisComments: [(name: String, value: String)] {
    textComments + replayGainTexts.map { ($0.name.uppercased(), $0.text) }
  }

  /// The texts and numbers as Vorbis comments.
  var textComments: [(name: String, value: String)] {
    var comments = texts.map { ($0.field.vorbis, $0.text) }
    for (name, numbered) in [("TRACK", track), ("DISC", disc)] {
      guard let numbered else { continue }
      comments.append((name + "NUMBER", "\(numbered.number)"))
      if let total = numbered.total { comments.append((name + "TOTAL", "\(total)")) }
    }
    return comments
  }

  /// The body of a `LIST` chunk of type INFO; nil when it would be empty.
  var riffInformation: [UInt8]? {
    var fields = texts.compactMap { field, text in field.riff.map { ($0, text) } }
    if let track { fields.append(("ITRK", track.text)) }
    if fields.isEmpty { return nil }
    var body: [UInt8] = []
    body.append(text: "INFO")
    for (name, text) in fields {
      body.append(text: name)
      body.append(little: UInt32(text.utf8.count + 1))
      body.append(text: text)
      body.append(contentsOf: text.utf8.count % 2 == 0 ? [0, 0] : [0])
    }
    return body
  }
}

/// The `bext` chunk, version 2 (EBU Tech 3285). Its texts are ASCII, so the title is given where it is that.
func broadcastExtension(_ loudness: Tags.BroadcastLoudness, _ tags: Tags) -> [UInt8] {
  var body: [UInt8] = []
  let title = tags.title ?? ""
  body.append(text: title.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? title : "", width: 256)
  body.append(text: "Mixdown", width: 32)  // Originator.
  body.append(text: "", width: 32)  // Its reference.
  let date = tags.date ?? ""
  body.append(text: date.utf8.count == 10 ? date : "", width: 10)
  body.append(text: "", width: 8)  // The time of day.
  body.append(little: UInt64(0))  // Samples since midnight.
  body.append(little: UInt16(2))  // Version.
  body.append(text: "", width: 64)  // UMID.
  for value in [
    loudness.integrated, loudness.range, loudness.maxTruePeak, loudness.maxMomentary, loudness.maxShortTerm,
  ] {
    // Hundredths; 0x7FFF says that the field is unused.
    body.append(little: value.map { Int16(clamping: hundredths($0)) } ?? 0x7FFF)
  }
  body.append(text: "", width: 180)
  return body
}

private func hundredths(_ value: Double) -> Int {
  Int(exactly: (value * 100).rounded()) ?? (value < 0 ? Int(Int16.min) : Int(Int16.max) - 1)
}

/// `value` with exactly `places` decimals, half away from zero.
func decimal(_ value: Double, places: Int) -> String {
  let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
  guard let scaled = Int(exactly: (value * Double(scale)).rounded()) else { return "0" }
  let (whole, fraction) = abs(scaled).quotientAndRemainder(dividingBy: scale)
  if places == 0 { return "\(scaled)" }
  let digits = String(fraction)
  return (scaled < 0 ? "-" : "") + "\(whole)." + String(repeating: "0", count: places - digits.count) + digits
}

/// `112`, or `112.5`.
private func wholeOrDecimal(_ value: Double) -> String {
  Int(exactly: value).map { "\($0)" } ?? decimal(value, places: 2)
}
