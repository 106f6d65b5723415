public import Tables

extension Session {
  /// The shape of a session file, before its layers are laid.
  public static let fileShape: Shape = {
    var shape = recordShape
    shape.fields += layeringFields
    return .record(shape)
  }()

  /// The same with the keys of presets: all that may be written.
  public static let writtenShape = withPresets(fileShape)

  /// What may name a preset.
  public static let nounsWithPreset: Set<String> = [Track.noun, Bus.noun, MainBus.noun, Master.noun]

  private static func withPresets(_ shape: Shape) -> Shape {
    switch shape {
    case .scalar, .freeMap, .variants, .scalarOrList, .lanes: return shape
    case .list(let element): return .list(of: withPresets(element))
    case .map(let element, let noun): return .map(of: withPresets(element), naming: noun)
    case .record(var record):
      if nounsWithPreset.contains(record.noun) { record.fields = FieldShape.presetFields + record.fields }
      record.fields = record.fields.map { field in
        var field = field
        field.shape = withPresets(field.shape)
        return field
      }
      return .record(record)
    }
  }
}
