import SessionModel
import Tables

/// What may stand in a file, before its layers are laid: the tables with the keys that layering takes away.
enum FileShapes {
  static let session = Session.writtenShape

  /// The keys that a preset of `kind` lays; none of its parts can name a further preset.
  static func presetFields(_ kind: PresetKind) -> [FieldShape] {
    switch kind {
    case .inserts: Track.recordShape.fields.filter { $0.key == "inserts" }
    case .channel: Track.recordShape.fields
    case .master: Master.recordShape.fields
    }
  }

  /// The keys that every preset file has beside those that it lays.
  static let presetHead: [FieldShape] = {
    var head = Session.recordShape.fields.filter { ["mixdown", "metadata"].contains($0.key) }
    head += Session.layeringFields.filter { $0.key == "parameters" }
    return head
  }()

  static let nounsWithPreset: Set<String> = [Track.noun, Bus.noun, MainBus.noun, Master.noun]
}

/// What a preset file is for.
public enum PresetKind: String, Sendable, CaseIterable {
  case inserts, channel, master

  var summary: String {
    switch self {
    case .inserts: "a chain of inserts, for a track, a bus or a master"
    case .channel: "a strip, for a track or a bus"
    case .master: "a master"
    }
  }
}
