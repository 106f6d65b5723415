import AudioFiles
import Testing

@Suite struct MP3Tests {
  let folder = TemporaryFolder()

  static let lengths = [1, 47, 528, 576, 1152, 1153, 10_000, 44_100]

  @Test(arguments: lengths)
  func theLengthComesBackToTheSample(_ frames: Int) throws {
    for (rate, kind) in [
      (44_100, EncodingFormat.MP3Rate.constant(320)), (48_000, .variable(0)), (32_000, .constant(32)),
      (48_000, .variable(9)), (22_050, .constant(64)), (16_000, .variable(4)), (8_000, .constant(8)),
    ] where frames < 40_000 || rate == 44_100 {
      for channels in [1, 2] {
        let path = folder.file("a.mp3")
        let samples = tones(frames: frames, channels: channels, rate: rate)
        try writeFloats(samples, to: path, .mp3(kind), rate: rate, channels: channels, tags: fullTags())
        let info = try probe(path)
        #expect(info.frameCount == frames && info.sampleRate == rate && info.channelCount == channels)
        #expect(try readAll(path).count == frames * channels)
      }
    }
  }

  @Test func theSamplesComeBackInPlace() throws {
    let path = folder.file("a.mp3")
    let samples = tones(frames: 44_100, channels: 2, rate: 44_100)
    try writeFloats(samples, to: path, .mp3(.constant(320)), rate: 44_100)
    let decoded = try readAll(path)
    var signal = 0.0, error = 0.0
    for index in 2000..<86_000 {
      signal += Double(samples[index] * samples[index])
      let difference = decoded[index] - Double(samples[index])
      error += difference * difference
    }
    // −50 dB: a shift by one frame would leave −24 dB.
    #expect(error / signal < 1e-5)
  }

  /// Left to itself, LAME turns the lower bitrates down by up to 0.45 dB.
  @Test(arguments: [
    EncodingFormat.MP3Rate.constant(64), .constant(128), .constant(192), .constant(320), .variable(2),
  ])
  func theLevelIsKept(_ rate: EncodingFormat.MP3Rate) throws {
    let path = folder.file("a.mp3")
    let samples = tones(frames: 20_000, channels: 2, rate: 48_000)
    try writeFloats(samples, to: path, .mp3(rate))
    let decoded = try readAll(path)
    var before = 0.0, after = 0.0
    for index in 4000..<36_000 {
      before += Double(samples[index] * samples[index])
      after += decoded[index] * decoded[index]
    }
    // 0.02 dB.
    #expect(abs(after / before - 1) < 0.0046)
  }

  @Test func aSeekGivesTheSameFrames() throws {
    let path = folder.file("a.mp3")
    try writeFloats(
      tones(frames: 44_100, channels: 2, rate: 44_100), to: path, .mp3(.constant(128)), rate: 44_100)
    let whole = try readFrames(path)
    let reader = try AudioFileReader(path)
    for place in [40_000, 0, 1, 22_222, 44_000, 500, 700, 3_000, 4_000, 6_000] {
      try reader.seek(to: place)
      var frames = [SIMD2<Double>](repeating: .zero, count: 100)
      var span = frames.mutableSpan
      #expect(try reader.readFrames(into: &span) == 100)
      #expect(frames == Array(whole[place..<place + 100]))
    }
  }

  @Test func aCutFileIsFound() throws {
    let path = folder.file("a.mp3")
    try writeFloats(
      tones(frames: 44_100, channels: 2, rate: 44_100), to: path, .mp3(.constant(128)), rate: 44_100)
    let file = bytes(of: path)
    let cut = folder.write(Array(file.dropLast(file.count / 2)), to: "b.mp3")
    #expect(
      refusal { _ = try probe(cut) }
        == .truncated(promised: file.count, found: file.count - file.count / 2, unit: "bytes"))
  }

  @Test func withoutAnInfoFrameTheFramesAreCounted() throws {
    let path = folder.file("a.mp3")
    try writeFloats(tones(frames: 20_000, channels: 2, rate: 48_000), to: path, .mp3(.constant(128)))
    let file = bytes(of: path)
    // At 128 kbps and 48 kHz a frame is 384 bytes, and the Info frame comes first.
    let bare = folder.write(Array(file.dropFirst(384)), to: "b.mp3")
    let count = (file.count - 384) / 384 * 1152
    #expect(try probe(bare).frameCount == count)
    #expect(try readAll(bare).count == count * 2)
  }

  @Test func theInfoFrameTellsDelayAndPadding() throws {
    let path = folder.file("a.mp3")
    try writeFloats(tones(frames: 10_000, channels: 2, rate: 48_000), to: path, .mp3(.constant(128)))
    let file = bytes(of: path)
    #expect(String(decoding: file[36..<40], as: UTF8.self) == "Info")
    let frames = Int(file[44]) << 24 | Int(file[45]) << 16 | Int(file[46]) << 8 | Int(file[47])
    // 21 bytes into the part that starts with the encoder's name, 120 bytes after the mark.
    let place = 36 + 120 + 21
    let delay = Int(file[place]) << 4 | Int(file[place + 1]) >> 4
    let padding = Int(file[place + 1] & 15) << 8 | Int(file[place + 2])
    #expect(delay == 576)
    #expect(frames * 1152 == 10_000 + delay + padding)
  }

  @Test func whatMP3CannotHold() {
    func hints(_ rate: Int, _ kind: EncodingFormat.MP3Rate) -> [String]? {
      EncodingFormat.mp3(kind).refusal(sampleRate: rate, channelCount: 2)?.hints
    }
    #expect(hints(96_000, .constant(320)) == ["write `sample_rate: 48 kHz`"])
    #expect(hints(88_200, .constant(320))?.first == "write `sample_rate: 48 kHz`")
    #expect(hints(48_000, .constant(320)) == nil)
    #expect(hints(48_000, .constant(100)) == ["write `bitrate: 96 kbps`"])
    #expect(hints(22_050, .constant(320)) == ["write `bitrate: 160 kbps`"])
    #expect(hints(48_000, .variable(10)) == ["write `quality: V0`"])
    let path = folder.file("a.mp3")
    let kind = refusal {
      _ = try AudioFileWriter(path, .mp3(.constant(320)), sampleRate: 96_000, channelCount: 2, frameCount: 1)
    }
    #expect(
      kind
        == .encoderRefused(
          reason: "MP3 goes up to 48 kHz; the sample rate is 96000 Hz", hints: ["write `sample_rate: 48 kHz`"]
        ))
    #expect(folder.names.isEmpty)
  }
}
