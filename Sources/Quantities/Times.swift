/// A duration: seconds, samples, or a musical time that follows the tempo where it is used.
public enum TimeSpan: Quantity {
  case seconds(Double)
  case samples(Int)
  case bars(Double)
  /// Beats of the meter's denominator.
  case beats(Double)
  /// A note: `numerator/denominator` of a whole note, dotted (3/2) or triplet (2/3).
  case note(Int, Int, NoteModifier)

  public enum NoteModifier: String, Sendable { case plain = "", dotted = "d", triplet = "t" }

  public static let zero = TimeSpan.seconds(0)
  public static let noun = "a duration"
  public static let examples = ["10 ms", "1.8 s", "1/8d", "2 bars"]
  /// What a place may be written as, too.
  static let plainPattern =
    "[+]?0(\\.0+)?|[+]?(0|[1-9][0-9]*)(\\.[0-9]+)? *(\(Units.pattern("ms", "s")))|[0-9]{1,6}(:[0-5][0-9]){1,2}(\\.[0-9]+)?"
    + "|[+]?(0|[1-9][0-9]*) *(\(Units.pattern("samples")))"
  public static let pattern =
    "(\(plainPattern)|[+]?(0|[1-9][0-9]*)(\\.[0-9]+)? *(\(Units.pattern("bars", "beats")))|[1-9][0-9]*/[1-9][0-9]*[dt]?)"
  public static let acceptsNumber = false

  /// Whether a tempo is needed to know how long it is.
  public var isMusical: Bool {
    switch self {
    case .seconds, .samples: false
    case .bars, .beats, .note: true
    }
  }

  public init(parsing text: String) throws(QuantityError) {
    if let clock = try Clock.seconds(text) {
      self = .seconds(clock)
    } else if let note = try Self.note(text) {
      self = note
    } else {
      self = try Self.measured(text, as: Self.self)
    }
  }

  /// A number with a unit of time.
  static func measured<Value: Quantity>(_ text: String, as: Value.Type) throws(QuantityError) -> TimeSpan {
    guard let number = try Decimal(prefixOf: text) else { throw Value.malformed(text) }
    let value = number.value()
    if number.digits.hasPrefix("-") {
      throw QuantityError(
        .range, "\(quoted(text)) is negative, and \(Value.noun) is not",
        suggestions: [String(text.drop { "-−".contains($0) })])
    }
    switch Units.unit(number.rest, among: ["s", "ms", "samples", "bars", "beats"]) {
    case "s": return .seconds(try bounded(value, to: longest, text))
    case "ms": return .seconds(try bounded(number.value(timesTenToThe: -3), to: longest, text))
    case "samples":
      guard let whole = Int(number.digits) else {
        throw QuantityError(.number, "\(quoted(text)) is not a whole number of samples")
      }
      _ = try bounded(Double(whole), to: longest * 768_000, text)
      return .samples(whole)
    case "bars": return .bars(try bounded(value, to: mostCounted, text))
    case "beats": return .beats(try bounded(value, to: mostCounted, text))
    default: break
    }
    if number.rest.isEmpty, value == 0 { return .seconds(0) }
    if number.rest.isEmpty { throw missingUnit(number, text, as: Value.self) }
    if let other = Units.unit(number.rest, among: Units.dimensions.map(\.unit)),
      let noun = Units.dimensions.first(where: { $0.unit == other })?.noun
    {
      throw QuantityError(
        .unit,
        "\(quoted(text)) is \(noun), but \(Value.noun) is wanted here, like \(listed(Value.examples.prefix(3)))")
    }
    let suggestion: String? =
      switch number.rest.lowercased() {
      case "min", "mins", "minute", "minutes": Int(number.digits).map { "\($0):00" }
      case "us", "µs", "μs": movingPoint(of: number.digits, by: -3) + " ms"
      default: nil
      }
    throw QuantityError(.malformed, Value.malformed(text).message, suggestions: suggestion.map { [$0] } ?? [])
  }

  /// What a bare number could be: a time in one of two units, or a place in the music.
  private static func missingUnit<Value: Quantity>(_ number: Decimal, _ text: String, as: Value.Type) -> QuantityError {
    guard Value.self == Position.self else {
      return QuantityError(
        .missingUnit, "\(quoted(text)) needs a unit: a bare time other than `0` could be milliseconds or seconds",
        suggestions: ["\(number.digits) ms", "\(number.digits) s"])
    }
    let bar = Int(number.digits).map { ["\($0)|1"] } ?? []
    return QuantityError(
      .missingUnit, "\(quoted(text)) is no place by itself: it could be a bar or seconds",
      suggestions: bar + ["\(number.digits) s"])
  }

  /// Seconds in 24 hours, the most that a song has: longer times are slips, and would not fit a count of frames.
  static let longest = 86_400.0
  /// The most bars, beats or notes, for the same reason.
  static let mostCounted = 1_000_000.0

  static func bounded(_ value: Double, to most: Double, _ text: String) throws(QuantityError) -> Double {
    guard value <= most else { throw QuantityError(.range, "\(quoted(text)) is longer than a song may be, 24 hours") }
    return value
  }

  /// `1/8`, `1/8d`, `1/8t`.
  private static func note(_ text: String) throws(QuantityError) -> TimeSpan? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let numerator = Int(parts[0]), numerator > 0, parts[0].first != "0", parts[0].first != "+"
    else { return nil }
    var denominator = parts[1]
    var modifier = NoteModifier.plain
    if let last = denominator.last, let found = NoteModifier(rawValue: String(last)) {
      modifier = found
      denominator.removeLast()
    }
    guard let value = Int(denominator), value > 0, denominator.first != "0", denominator.first != "+" else {
      return nil
    }
    _ = try bounded(Double(numerator), to: mostCounted, text)
    return .note(numerator, value, modifier)
  }

  public var text: String {
    switch self {
    case .seconds(let value):
      value == 0 ? "0" : value < 1 ? movingPoint(of: plainDecimal(value), by: 3) + " ms" : plainDecimal(value) + " s"
    case .samples(let count): "\(count) samples"
    case .bars(let count): plainDecimal(count) + (count == 1 ? " bar" : " bars")
    case .beats(let count): plainDecimal(count) + (count == 1 ? " beat" : " beats")
    case .note(let numerator, let denominator, let modifier): "\(numerator)/\(denominator)\(modifier.rawValue)"
    }
  }
}

/// The nearest frame, half up. What lies a few roundings of `Double` under a half is a half: bars and decimal tempos
/// fall on halves, and their sums beside them. The only place where times become frames.
public func nearestFrame(seconds: Double, sampleRate: Double) -> Int {
  let frames = seconds * sampleRate
  return Int((frames + 0.5 + abs(frames) * 4e-15).rounded(.down))
}

/// A duration forwards or, with a minus, backwards: what shifts a track.
public struct TimeShift: Quantity {
  public var isBackwards: Bool
  public var span: TimeSpan

  public init(_ span: TimeSpan, isBackwards: Bool = false) {
    self.span = span
    self.isBackwards = isBackwards
  }

  public static let zero = TimeShift(.zero)
  public static let noun = "a shift in time"
  public static let examples = ["12 ms", "-5 ms", "-48 samples"]
  public static let pattern = "[\\-−]?\(TimeSpan.pattern)"
  public static let acceptsNumber = false

  public init(parsing text: String) throws(QuantityError) {
    let isBackwards = text.first == "-" || text.first == "−"
    let rest = isBackwards ? String(text.dropFirst()) : text
    guard !isBackwards || rest.first?.isDecimalDigit == true else { throw Self.malformed(text) }
    do throws(QuantityError) {
      self.init(try TimeSpan(parsing: rest), isBackwards: isBackwards)
    } catch {
      guard isBackwards, error.kind == .missingUnit else { throw error }
      throw QuantityError(error.kind, error.message, suggestions: error.suggestions.map { "-" + $0 })
    }
  }

  public var text: String { isBackwards ? "-" + span.text : span.text }
}

/// How often a clip plays: a count, or until there is no more room.
public enum LoopCount: Quantity {
  case times(Int)
  case fill

  public static let noun = "a number of plays, or `fill`"
  public static let examples = ["4", "fill"]
  public static let pattern = "(fill|[1-9][0-9]{0,5})"
  public static let acceptsNumber = true

  public init(parsing text: String) throws(QuantityError) {
    if text == "fill" {
      self = .fill
      return
    }
    guard let count = Int(text), text.allSatisfy(\.isDecimalDigit), text.first != "0", text.count <= 6 else {
      throw QuantityError(.malformed, "\(quoted(text)) is no number of plays from 1 to 999999, and not `fill`")
    }
    self = .times(count)
  }

  public var text: String {
    switch self {
    case .times(let count): String(count)
    case .fill: "fill"
    }
  }
}

/// A place on the song's time line.
public struct Position: Quantity {
  public enum Anchor: Sendable, Equatable {
    case time(TimeSpan)
    /// Bar and beat, both from 1.
    case bar(Int, beat: Double)
    case marker(String)
  }

  public var anchor: Anchor
  /// A duration before (−1) or after (+1) the anchor.
  public var offset: (sign: Int, span: TimeSpan)?

  public init(_ anchor: Anchor, offset: (sign: Int, span: TimeSpan)? = nil) {
    self.anchor = anchor
    self.offset = offset
  }

  public static let zero = Position(.time(.zero))
  public static let noun = "a position"
  public static let examples = ["12.5 s", "1:23.400", "17|1", "chorus + 2 bars"]
  public static let pattern =
    "(\(TimeSpan.plainPattern)|[1-9][0-9]*\\|(0|[1-9][0-9]*)(\\.[0-9]+)?|[a-z][a-z0-9_]*)"
    + "( *[+\\-−] *\(TimeSpan.pattern))?"
  public static let acceptsNumber = false

  public init(parsing text: String) throws(QuantityError) {
    guard let sign = text.dropFirst().firstIndex(where: { "+-−".contains($0) }) else {
      self.init(try Self.anchor(text))
      return
    }
    // Before the first point a name may hold anything: what is no sum is no name either, and told as a whole.
    var before = text[..<sign]
    while before.last == " " { before.removeLast() }
    let after = text[text.index(after: sign)...].drop { $0 == " " }
    let isMarker = ("a"..."z").contains(text.first ?? " ")
    guard !after.isEmpty, !isMarker || isName(before) else { throw Self.malformed(text) }
    let span: TimeSpan
    do throws(QuantityError) { span = try TimeSpan(parsing: String(after)) } catch {
      var suggestions = error.suggestions
      if error.kind == .missingUnit { suggestions.insert("\(after) bars", at: 0) }
      let start = "\(before) \(text[sign]) "
      throw QuantityError(error.kind, error.message, suggestions: suggestions.map { start + $0 })
    }
    self.init(try Self.anchor(String(before)), offset: (text[sign] == "+" ? 1 : -1, span))
  }

  /// A place without an offset.
  private static func anchor(_ text: String) throws(QuantityError) -> Anchor {
    if let clock = try Clock.seconds(text) { return .time(.seconds(clock)) }
    if text.contains("|") { return try bar(text) }
    if let first = text.first, ("a"..."z").contains(first) {
      guard isName(text[...]) else { throw malformed(text) }
      return .marker(text)
    }
    let span = try TimeSpan.measured(text, as: Self.self)
    if span.isMusical {
      throw QuantityError(
        .unit, "\(quoted(text)) is a duration; a place in the music is written bar|beat, like `17|1`")
    }
    return .time(span)
  }

  private static func bar(_ text: String) throws(QuantityError) -> Anchor {
    let parts = text.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count == 2, let bar = Int(parts[0]), parts[0].first?.isDecimalDigit == true, parts[0].first != "0",
      parts[1].first?.isDecimalDigit == true, let beat = try Decimal(prefixOf: String(parts[1])), beat.rest.isEmpty
    else {
      throw QuantityError(.malformed, "\(quoted(text)) is no bar|beat; both count from 1, like `17|1` or `17|3.5`")
    }
    guard beat.value() >= 1 else {
      throw QuantityError(
        .range, "bars and beats count from 1, so \(quoted(text)) is no place", suggestions: ["\(bar)|1"])
    }
    _ = try TimeSpan.bounded(Double(bar), to: TimeSpan.mostCounted, text)
    return .bar(bar, beat: beat.value())
  }

  public var text: String {
    var text =
      switch anchor {
      case .time(let span): span.text
      case .bar(let bar, let beat): "\(bar)|\(plainDecimal(beat))"
      case .marker(let name): name
      }
    if let offset { text += (offset.sign < 0 ? " - " : " + ") + offset.span.text }
    return text
  }

  public static func == (a: Position, b: Position) -> Bool {
    a.anchor == b.anchor && a.offset?.sign == b.offset?.sign && a.offset?.span == b.offset?.span
  }
}

/// Beats in a bar and the note that is one beat.
public struct Meter: Quantity {
  public var beats: Int
  public var unit: Int
  public init(beats: Int, unit: Int) {
    self.beats = beats
    self.unit = unit
  }

  public static let common = Meter(beats: 4, unit: 4)
  public static let noun = "a meter"
  public static let examples = ["4/4", "7/8"]
  public static let pattern = "[1-9][0-9]?/(1|2|4|8|16|32|64)"
  public static let acceptsNumber = false

  public init(parsing text: String) throws(QuantityError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let beats = Int(parts[0]), (1...99).contains(beats), parts[0].first?.isDecimalDigit == true,
      parts[0].first != "0", let unit = Int(parts[1]), [1, 2, 4, 8, 16, 32, 64].contains(unit),
      parts[1].first?.isDecimalDigit == true, parts[1].first != "0"
    else { throw Self.malformed(text) }
    self.init(beats: beats, unit: unit)
  }

  public var text: String { "\(beats)/\(unit)" }
}

/// Clock times: `2:05.5`, `1:02:03.5`.
enum Clock {
  /// The seconds of a text with colons; `nil` for a text without.
  static func seconds(_ text: String) throws(QuantityError) -> Double? {
    guard text.contains(":"), text.first?.isDecimalDigit == true else { return nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let wrong = QuantityError(
      .malformed, "\(quoted(text)) is no clock time; write minutes:seconds, like `2:05.5` or `1:02:03.5`")
    guard parts.count <= 3, let last = parts.last else { throw wrong }
    let whole = last.prefix(while: \.isDecimalDigit)
    let fraction = last.dropFirst(whole.count)
    guard whole.count == 2, let seconds = Int(whole), seconds < 60, fraction.isEmpty || fraction.first == ".",
      fraction.dropFirst().allSatisfy(\.isDecimalDigit), fraction.isEmpty || fraction.count > 1
    else { throw wrong }
    var total = 0
    for (index, part) in parts.dropLast().enumerated() {
      guard !part.isEmpty, part.allSatisfy(\.isDecimalDigit), part.count <= 6, let value = Int(part),
        index == 0 || (part.count == 2 && value < 60)
      else { throw wrong }
      total = total * 60 + value
    }
    // One conversion of one decimal text, so that it rounds once.
    return try Double("\(total * 60 + seconds)\(fraction)").map { value throws(QuantityError) in
      try TimeSpan.bounded(value, to: TimeSpan.longest, text)
    }
  }
}

/// Whether `text` is a marker's name.
private func isName(_ text: Substring) -> Bool {
  text.allSatisfy { ("a"..."z").contains($0) || $0.isDecimalDigit || $0 == "_" }
}
