public import Diagnostics
public import Quantities
public import Tables

/// A lane of automation as the file says it: the path of a parameter and its points.
///
/// What a point's value is, only the parameter knows; so values are kept as they were written, and read when the
/// whole session is there (`LaneCompiler`).
public struct Lane: Sendable {
  public var path: String
  public var pathRange: SourceRange
  public var points: [AutomationPoint]
  /// Whether all its points could be read.
  var isWhole = true

  /// The keys of the path.
  public var keys: [String] { path.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }

  static func field<Root: Sendable>(_ path: any WritableKeyPath<Root, [Lane]> & Sendable) -> Field<Root> {
    Field(
      shape: FieldShape(
        key: "automation", shape: .lanes(of: AutomationPoint.recordShape),
        summary: "Parameters that move, each by its path from here on, with a list of points."),
      decode: { setting, root, decoder in
        guard let entries = setting.entries else {
          decoder.report(
            .wrongKind, "`automation` is a mapping from parameters to lists of points, but \(setting.kind) was found",
            at: setting, hints: ["write `level: [{at: 17|1, value: -3 dB}]` below it"])
          return
        }
        for entry in entries where !entry.key.hasPrefix("x-") {
          decoder.at(entry.key) { decoder in
            guard !entry.value.isUnreadable else { return }
            guard case .list(let items) = entry.value.content else {
              decoder.report(
                .wrongKind, "a lane is a list of points, but \(entry.value.kind) was found", at: entry.value,
                hints: ["write `- {at: 17|1, value: -3 dB}` below it"])
              return
            }
            let points = items.enumerated().compactMap { index, item in
              decoder.at("\(index)") { AutomationPoint(item, &$0) }
            }
            root[keyPath: path].append(
              Lane(
                path: entry.key, pathRange: entry.keyRange, points: points, isWhole: points.count == items.count))
          }
        }
      })
  }
}

/// A value that is reached at a place.
public struct AutomationPoint: Record {
  public enum Curve: String, Choice {
    case linear, smooth
    case fastStart = "fast_start"
    case fastEnd = "fast_end"
  }

  public var at = Position.zero
  public var value: String?
  public var offset: Decibels?
  public var over: TimeSpan?
  public var curve: Curve?
  /// The point as it was written.
  public var setting: Setting?

  public init() {}

  init?(_ setting: Setting, _ decoder: inout Decoder) {
    if let plain = Self(plain: setting) {
      self = plain
      return
    }
    let doubts = decoder.doubtful.count
    guard var point = decoder.record(setting, as: AutomationPoint.self), decoder.doubtful.count == doubts else {
      return nil
    }
    point.setting = setting
    self = point
  }

  /// A point of the kind that a session has thousands of, without the table's detours; `nil` for all that needs a
  /// closer look, such as a message.
  private init?(plain setting: Setting) {
    guard let entries = setting.entries else { return nil }
    var hasPlace = false
    for entry in entries {
      guard let text = entry.value.text, !text.isEmpty else { return nil }
      switch entry.key {
      case "at":
        guard let at = try? Position(parsing: text) else { return nil }
        self.at = at
        hasPlace = true
      case "value": value = text
      case "curve":
        guard let curve = Curve(rawValue: text) else { return nil }
        self.curve = curve
      default: return nil
      }
    }
    guard hasPlace else { return nil }
    self.setting = setting
  }

  public static let noun = "a point"
  public static let summary =
    "A value reached exactly at a place: by a jump, or with `over` or `curve` by a move that ends there."
  public static let fields: [Field<AutomationPoint>] = [
    Field.init("at", \.at, "Where the value is reached.").required(),
    .init("value", \.value, "The value, as the parameter itself is written."),
    .init("offset", \.offset, "For levels and gains instead of `value`: dB on the static value."),
    .init("over", \.over, 0...86_400, "How long before `at` the move begins."),
    .init(
      "curve", \.curve,
      "The course of the move, by default `linear`; without `over` the move begins at the point before."),
  ]
}
