/// An ID3v2 block, version 2.4 in UTF-8, or 2.3 in UTF-16 for old players (id3.org, *ID3 tag version 2.4.0 —
/// Main Structure* and *Native Frames*; *ID3 tag version 2.3.0*).
struct ID3Tag {
  private let version: Tags.ID3Version
  private var frames: [UInt8] = []

  init(_ tags: Tags) {
    version = tags.id3Version
    for (field, text) in tags.texts {
      if field.id3 == "COMM" {
        append("COMM", [encodingMark] + Array("eng".utf8) + terminated("") + encoded(text))
      } else if field.id3.hasPrefix("TXXX:") {
        appendUser(String(field.id3.dropFirst(5)), text)
      } else if field.id3 == "TDRC" && version == .v2_3 {
        appendOldDate(text)
      } else if field.id3 == "TBPM" {
        // A whole number, says the standard.
        append("TBPM", [encodingMark] + encoded(decimal(tags.tempo ?? 0, places: 0)))
      } else {
        append(field.id3, [encodingMark] + encoded(text))
      }
    }
    if let track = tags.track { append("TRCK", [encodingMark] + encoded(track.text)) }
    if let disc = tags.disc { append("TPOS", [encodingMark] + encoded(disc.text)) }
    for (name, text) in tags.replayGainTexts { appendUser(name, text) }
    if let cover = tags.cover {
      // The media type is Latin-1 and ends in NUL, 3 is the front cover, its description is empty.
      append("APIC", [encodingMark] + Array(cover.mediaType.utf8) + [0, 3] + terminated("") + cover.bytes)
    }
  }

  /// The whole block; empty when there is nothing to say.
  var bytes: [UInt8] {
    if frames.isEmpty { return [] }
    var bytes: [UInt8] = []
    bytes.append(text: "ID3")
    bytes += [version == .v2_4 ? 4 : 3, 0, 0]
    bytes += Self.sevenBits(frames.count)
    return bytes + frames
  }

  /// The size of the ID3v2 block that `opening`, its first 10 bytes, announces; nil when it is none.
  static func byteCount(_ opening: [UInt8]) -> Int? {
    guard opening.count >= 10, opening.holds("ID3"), opening[6...9].allSatisfy({ $0 < 0x80 }) else {
      return nil
    }
    let size = opening[6...9].reduce(0) { $0 << 7 | Int($1) }
    let footer = opening[5] & 0x10 == 0 ? 0 : 10
    return 10 + size + footer
  }

  private mutating func append(_ name: String, _ body: [UInt8]) {
    frames.append(text: name)
    if version == .v2_4 {
      frames += Self.sevenBits(body.count)
    } else {
      frames.append(big: UInt32(body.count))
    }
    frames += [0, 0]  // No flags.
    frames += body
  }

  private mutating func appendUser(_ name: String, _ text: String) {
    append("TXXX", [encodingMark] + terminated(name) + encoded(text))
  }

  /// Version 2.3 has the year and, as `DDMM`, the day.
  private mutating func appendOldDate(_ text: String) {
    let parts = text.split(separator: "-")
    guard let year = parts.first else { return }
    append("TYER", [encodingMark] + encoded(String(year)))
    if parts.count == 3 { append("TDAT", [encodingMark] + encoded(String(parts[2] + parts[1]))) }
  }

  private var encodingMark: UInt8 { version == .v2_4 ? 3 : 1 }

  private func encoded(_ text: String) -> [UInt8] {
    if version == .v2_4 { return Array(text.utf8) }
    var bytes: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { bytes.append(little: unit) }
    return bytes
  }

  private func terminated(_ text: String) -> [UInt8] {
    encoded(text) + (version == .v2_4 ? [0] : [0, 0])
  }

  /// Four bytes of seven bits each, so that no size looks like the start of an MPEG frame.
  private static func sevenBits(_ value: Int) -> [UInt8] {
    [21, 14, 7, 0].map { UInt8(value >> $0 & 0x7F) }
  }
}
