import AudioFiles

/// Reads as a render does: from the front, from a place in between, and from the front again. Which of these is the
/// bytes' own choice, as all of them in each run take three times as long.
func readAudio(_ path: String, _ bytes: [UInt8]) {
  let reader: AudioFileReader
  do throws(AudioFileError) { reader = try AudioFileReader(path) } catch {
    _ = error.message
    return
  }
  let info = reader.info
  precondition((8_000...768_000).contains(info.sampleRate) && (1...64).contains(info.channelCount))
  precondition(info.frameCount > 0)
  // A few bytes can hold hours of silence. What comes after some of it has been seen before it.
  let limit = 12_288
  do throws(AudioFileError) {
    let choice = bytes.reduce(0, ^) % 4
    if choice != 1 { _ = try read(reader, limit: limit) }
    if choice != 0 {
      try reader.seek(to: info.frameCount / (choice == 2 ? 3 : 2))
      _ = try read(reader, limit: limit / 4)
    }
    if choice == 3 {
      try reader.seek(to: info.frameCount)
      let past = try read(reader, limit: 1)
      precondition(past == 0, "a frame past the end")
      try reader.seek(to: 0)
      let count = try read(reader, limit: limit / 4)
      precondition(count >= min(limit / 4, info.frameCount), "fewer frames than were told of")
    }
  } catch {
    _ = error.message
  }
}

/// Made once, as a new one for every input takes its time.
nonisolated(unsafe) private var samples = [Double](repeating: 0, count: 1024 * 64)

/// Reads up to `limit` frames, or a little more, and returns how many there were.
private func read(_ reader: AudioFileReader, limit: Int) throws(AudioFileError) -> Int {
  let channels = reader.info.channelCount
  var total = 0
  while total < limit {
    var all = samples.mutableSpan
    var span = all.extracting(first: 1024 * channels)
    let got = try reader.read(into: &span)
    precondition(got >= 0 && got <= 1024)
    // Fewer than fit only at the end.
    precondition(got == 1024 || reader.position == reader.info.frameCount)
    total += got
    if got < 1024 { break }
    for index in 0..<got * channels { precondition(span[index].isFinite, "a sample that is no number") }
  }
  return total
}

extension [UInt8] {
  func holds(_ text: String) -> Bool { starts(with: text.utf8) }

  /// Whether `text` stands within the first `limit` bytes.
  func holds(_ text: String, within limit: Int) -> Bool {
    let wanted = Array(text.utf8)
    let end = Swift.min(limit, count) - wanted.count
    return end >= 0
      && (0...end).contains { self[$0] == wanted[0] && self[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }
}
