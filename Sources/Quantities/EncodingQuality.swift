/// What a variable bitrate aims at, on the scale of its encoder.
public enum EncodingQuality: Quantity {
  /// MP3: V0 (best) … V9 (smallest).
  case mp3(Int)
  /// Ogg Vorbis: −1 (smallest) … 10 (best).
  case vorbis(Double)

  public static let noun = "an encoder's quality"
  public static let examples = ["V0", "6"]
  public static let pattern = "(V[0-9]|\(numberPattern))"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    if let letter = text.first, "VvQq".contains(letter), let number = try Decimal(prefixOf: String(text.dropFirst())),
      number.rest.isEmpty
    {
      self = try Self.lettered(text, number.digits)
      return
    }
    guard let number = try Decimal(prefixOf: text), number.rest.isEmpty else { throw Self.malformed(text) }
    guard (-1...10).contains(number.value()) else {
      throw QuantityError(.range, "an Ogg Vorbis quality goes from -1 to 10, not \(number.digits)", suggestions: ["6"])
    }
    self = .vorbis(number.value())
  }

  private static func lettered(_ text: String, _ digits: String) throws(QuantityError) -> EncodingQuality {
    if text.hasPrefix("q") || text.hasPrefix("Q") {
      throw QuantityError(
        .malformed, "\(quoted(text)): an Ogg Vorbis quality is written as a number alone", suggestions: [digits])
    }
    guard digits.utf8.count == 1, text.utf8.count == 2, let value = Int(digits) else {
      throw QuantityError(.range, "an MP3 quality goes from `V0` to `V9`, not \(quoted(text))", suggestions: ["V0"])
    }
    if text.hasPrefix("v") {
      throw QuantityError(.malformed, "\(quoted(text)) is written with a capital V", suggestions: ["V\(digits)"])
    }
    return .mp3(value)
  }

  public var text: String {
    switch self {
    case .mp3(let number): "V\(number)"
    case .vorbis(let number): plainDecimal(number)
    }
  }
}
