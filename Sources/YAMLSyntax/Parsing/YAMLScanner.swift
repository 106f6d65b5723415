internal import CYAML

/// The only caller of libyaml: its scanner, which cuts a text into tokens.
///
/// libyaml's marks count code points from behind the byte order mark; here everything is in bytes of the file.
/// The grammar above the tokens is ours (`YAMLParser`), because libyaml's own parser takes quadratic time for
/// deep nesting and knows no bounds: pulling tokens one by one, we stop at the first one too many.
@safe
final class YAMLScanner {
  struct Token {
    var kind: YAMLToken.Kind
    var bytes: Range<Int>
    /// A scalar's value, an anchor's or alias's name.
    var text = ""
    var style = YAMLScalar.Style.plain
    /// The value's length; `text` is left empty when it is past the bound.
    var textBytes = 0
  }

  /// What libyaml says when a text cannot be cut into tokens, in its words, which `SyntaxFailure` translates.
  struct Failure: Error {
    var problem: String
    var context: String
    var offset: Int
    var contextOffset: Int
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let places: CodePointPlaces
  private let feed: Feed

  /// Whether the input was ended early, because a single token grew far past the bound of a text.
  var wasCutShort: Bool { feed.wasCutShort }

  /// Scans the bytes from `start` on. They must outlive the scanner.
  init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    unsafe parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    places = unsafe CodePointPlaces(bytes, from: start)
    feed = unsafe Feed(bytes, from: start)
    guard unsafe yaml_parser_initialize(parser) == 1 else { return }  // out of memory: the first scan fails
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input(
      parser,
      { feed, buffer, size, count in
        guard let feed = unsafe feed, let buffer = unsafe buffer, let count = unsafe count else { return 0 }
        let target = unsafe UnsafeMutableBufferPointer(start: buffer, count: size)
        unsafe count.pointee = unsafe Unmanaged<Feed>.fromOpaque(feed).takeUnretainedValue().fill(target)
        return 1
      }, Unmanaged.passUnretained(feed).toOpaque())
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
  }

  /// The next token; after the stream's end, its end again.
  func next() throws(Failure) -> Token {
    var token = unsafe yaml_token_t()
    guard unsafe yaml_parser_scan(parser, &token) == 1 else { throw failure() }
    defer { unsafe yaml_token_delete(&token) }
    let start = unsafe places.byte(ofCodePoint: Int(token.start_mark.index))
    let end = unsafe places.byte(ofCodePoint: Int(token.end_mark.index))
    feed.tokenEnded(at: end)
    var result = unsafe Token(kind: Self.kind(token.type), bytes: start..<max(start, end))
    switch unsafe token.type {
    case YAML_SCALAR_TOKEN:
      result.textBytes = unsafe Int(token.data.scalar.length)
      unsafe result.style = Self.style(token.data.scalar.style)
      if result.textBytes <= YAMLBounds.scalarBytes, let value = unsafe token.data.scalar.value {
        result.text = unsafe String(
          decoding: UnsafeBufferPointer(start: value, count: result.textBytes), as: UTF8.self)
      }
    case YAML_ANCHOR_TOKEN: unsafe result.text = Self.text(token.data.anchor.value)
    case YAML_ALIAS_TOKEN: unsafe result.text = Self.text(token.data.alias.value)
    default: break
    }
    return result
  }

  private func failure() -> Failure {
    func words(_ pointer: UnsafePointer<CChar>?) -> String {
      unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
    return unsafe Failure(
      problem: words(parser.pointee.problem), context: words(parser.pointee.context),
      offset: places.byte(ofCodePoint: Int(parser.pointee.problem_mark.index)),
      contextOffset: places.byte(ofCodePoint: Int(parser.pointee.context_mark.index)))
  }

  private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String {
    unsafe pointer.map { unsafe String(cString: $0) } ?? ""
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  private static func kind(_ type: yaml_token_type_t) -> YAMLToken.Kind {
    switch type {
    case YAML_STREAM_START_TOKEN: .streamStart
    case YAML_VERSION_DIRECTIVE_TOKEN, YAML_TAG_DIRECTIVE_TOKEN: .directive
    case YAML_DOCUMENT_START_TOKEN: .documentStart
    case YAML_DOCUMENT_END_TOKEN: .documentEnd
    case YAML_BLOCK_SEQUENCE_START_TOKEN: .blockSequenceStart
    case YAML_BLOCK_MAPPING_START_TOKEN: .blockMappingStart
    case YAML_BLOCK_END_TOKEN: .blockEnd
    case YAML_FLOW_SEQUENCE_START_TOKEN: .flowSequenceStart
    case YAML_FLOW_SEQUENCE_END_TOKEN: .flowSequenceEnd
    case YAML_FLOW_MAPPING_START_TOKEN: .flowMappingStart
    case YAML_FLOW_MAPPING_END_TOKEN: .flowMappingEnd
    case YAML_BLOCK_ENTRY_TOKEN: .blockEntry
    case YAML_FLOW_ENTRY_TOKEN: .flowEntry
    case YAML_KEY_TOKEN: .key
    case YAML_VALUE_TOKEN: .value
    case YAML_ALIAS_TOKEN: .alias
    case YAML_ANCHOR_TOKEN: .anchor
    case YAML_TAG_TOKEN: .tag
    case YAML_SCALAR_TOKEN: .scalar
    default: .streamEnd
    }
  }
}

/// Hands the text to libyaml piece by piece, and no more of it once a token that began has not ended within
/// 1 MiB: longer than any text within the bound can be written, escapes included.
@safe
private final class Feed {
  private static let longestToken = 1 << 20
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position: Int
  /// Where the token being scanned begins, behind blanks and comments.
  private var tokenStart: Int
  private(set) var wasCutShort = false

  init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    unsafe self.bytes = bytes
    position = start
    tokenStart = start
  }

  func tokenEnded(at end: Int) { tokenStart = max(tokenStart, end) }

  func fill(_ target: UnsafeMutableBufferPointer<UInt8>) -> Int {
    if position - tokenStart > Self.longestToken {
      skipBlanksAndComments()
      if position - tokenStart > Self.longestToken {
        wasCutShort = true
        return 0
      }
    }
    let count = unsafe min(target.count, bytes.count - position)
    for index in 0..<count { unsafe target[index] = unsafe bytes[position + index] }
    position += count
    return count
  }

  private func skipBlanksAndComments() {
    while unsafe tokenStart < bytes.count {
      let byte = unsafe bytes[tokenStart]
      if byte == UInt8(ascii: "#") {
        while unsafe tokenStart < bytes.count && bytes[tokenStart] != UInt8(ascii: "\n") { tokenStart += 1 }
      } else if isBlank(byte) {
        tokenStart += 1
      } else {
        return
      }
    }
  }
}

/// Turns libyaml's code point counts into bytes: the place of every 64th code point is kept, the rest counted.
@safe
private struct CodePointPlaces {
  private static let step = 64
  private let bytes: UnsafeBufferPointer<UInt8>
  private let start: Int
  /// Empty when all is ASCII, where both counts are the same.
  private var kept: [UInt32] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    unsafe self.bytes = bytes
    self.start = start
    if unsafe bytes.allSatisfy({ $0 < 0x80 }) { return }
    var codePoint = 0
    for index in start..<bytes.count where unsafe bytes[index] & 0xC0 != 0x80 {
      if codePoint % Self.step == 0 { kept.append(UInt32(index)) }
      codePoint += 1
    }
  }

  func byte(ofCodePoint number: Int) -> Int {
    guard number / Self.step < kept.count else {
      if kept.isEmpty { return unsafe min(start + number, bytes.count) }
      return count(number - (kept.count - 1) * Self.step, from: Int(kept[kept.count - 1]))
    }
    return count(number % Self.step, from: Int(kept[number / Self.step]))
  }

  /// The byte that lies some code points behind another.
  private func count(_ codePoints: Int, from start: Int) -> Int {
    var index = start
    var left = codePoints
    while left > 0, unsafe index < bytes.count {
      index += 1
      while unsafe index < bytes.count && bytes[index] & 0xC0 == 0x80 { index += 1 }
      left -= 1
    }
    return index
  }
}
