import Processors
import Quantities
import Tables

/// Settings to try a processor with, made from its table alone, so that a new one is tried too.
struct Variations {
  let type: String
  private let fields: [FieldShape]

  init(_ declaration: ProcessorDeclaration) {
    type = declaration.type
    fields = declaration.parameters.map(\.shape).filter { $0.later == nil }
  }

  /// Every parameter at its low end, every one at its high end, and each by itself at each end and choice.
  var extremes: [Words] {
    [all(last: false), all(last: true)]
      + fields.flatMap { field in values(of: field.shape).map { [field.key: $0] } }
  }

  /// A few settings that use every part.
  var typical: [Words] { [[:], middle, all(last: false), all(last: true)] }

  private func all(last: Bool) -> Words {
    .mapping(
      fields.compactMap { field in
        let values = values(of: field.shape)
        return (last ? values.last : values.first).map { (field.key, $0) }
      })
  }

  /// Every parameter somewhere in the middle of its range.
  private var middle: Words {
    .mapping(
      fields.compactMap { field in
        if case .variants(let variants) = field.shape {
          let parts = variants.cases.map { variant -> (key: String, value: Words) in
            (variant.type, Self.record(variant.record) { Self.middle(of: $0) })
          }
          return (field.key, .mapping(parts))
        }
        return Self.middle(of: field).map { (field.key, $0) }
      })
  }

  private static func middle(of field: FieldShape) -> Words? {
    guard case .scalar(let scalar) = field.shape else { return nil }
    guard let range = scalar.range else { return scalar.choices.last.map { .text($0) } }
    if let initial = field.initial, field.automation == .none { return .text(initial) }
    let low = max(range.lowerBound, -40), high = min(range.upperBound, low + 100)
    // Frequencies and times: a place between by ratio.
    let value = low > 0 ? (low * high).squareRoot() : (low + high) * 0.4
    return text(value, scalar)
  }

  private func values(of shape: Shape) -> [Words] {
    switch shape {
    case .scalar(let scalar): return Self.ends(of: scalar)
    case .variants(let variants):
      // Each kind of part with each of its parameters at each end, and all kinds together.
      let single = variants.cases.flatMap { variant in
        [0, 1].flatMap { end in
          [Self.record(variant.record) { Self.end($0, end) }]
            + variant.record.fields.compactMap { field -> Words? in
              guard let value = Self.end(field, end) else { return nil }
              return Self.record(variant.record) { $0.isRequired ? Self.middle(of: $0) : nil }.with(
                field.key, value)
            }
        }.map { Words.mapping([(variant.type, $0)]) }
      }
      let together = [0, 1].map { end in
        Words.mapping(
          variants.cases.map { variant in (variant.type, Self.record(variant.record) { Self.end($0, end) }) })
      }
      return [together[0]] + single + [together[1]]
    default: return []
    }
  }

  private static func record(_ record: RecordShape, _ value: (FieldShape) -> Words?) -> Words {
    .mapping(
      record.fields.filter { $0.later == nil && $0.key != "bypass" }.compactMap { field in
        value(field).map { (field.key, $0) }
      })
  }

  private static func end(_ field: FieldShape, _ end: Int) -> Words? {
    guard field.later == nil, field.key != "bypass", case .scalar(let scalar) = field.shape else {
      return nil
    }
    let values = ends(of: scalar)
    return end == 0 ? values.first : values.last
  }

  private static func ends(of scalar: ScalarShape) -> [Words] {
    if scalar.noun == Slope.noun { return Slope.allowed.map { .text(plainDecimal($0)) } }
    guard let range = scalar.range else {
      if scalar.isBoolean { return ["false", "true"] }
      if !scalar.choices.isEmpty { return scalar.choices.map { .text($0) } }
      return scalar.isText ? [] : scalar.examples.map { .text($0) }
    }
    return [text(range.lowerBound, scalar), text(range.upperBound, scalar)]
  }

  private static func text(_ value: Double, _ scalar: ScalarShape) -> Words {
    var value = value
    // A session refuses what lies above half its rate.
    if scalar.noun == Hertz.noun { value = min(value, context.sampleRate / 2) }
    if scalar.noun == TimeSpan.noun { return .text(TimeSpan.seconds(value).text) }
    return .text(plainDecimal(value))
  }
}
