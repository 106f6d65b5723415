import Diagnostics
import Quantities
import Tables

// Presets: the layer just below the keys of a track, a bus or a master.

extension SessionLoader {
  mutating func expandPresets(_ tree: Setting) -> Setting {
    mappingValues(tree) { key, value in
      switch key {
      case "tracks", "buses":
        mappingValues(value) { id, strip in expandPreset(strip, for: .channel, at: "\(key).\(id)") }
      case "main": expandPreset(value, for: .channel, at: key)
      case "master": expandPreset(value, for: .master, at: key)
      case "deliverables":
        mappingValues(value) { id, deliverable in
          mappingValues(deliverable) { key, value in
            key == "master" ? expandPreset(value, for: .master, at: "deliverables.\(id).master") : value
          }
        }
      default: value
      }
    }
  }

  enum PresetKind: String { case inserts, channel, master }

  mutating func expandPreset(_ setting: Setting, for kind: PresetKind, at path: String) -> Setting {
    if kind == .master, let text = setting.text, BuiltInPresets.text(of: text) != nil || text.hasSuffix(".preset.yaml")
    {
      diagnostics.append(
        Diagnostic(
          .wrongKind, .error, "a master is a mapping, but the name of a preset was found", at: setting.range,
          hints: ["write `master: {preset: \(text)}`"], edit: Diagnostic.Edit(setting.range, "{preset: \(text)}")))
      let named = Setting(
        .mapping([Setting.Entry("preset", at: setting.range, setting)]), at: setting.range, via: setting.via)
      return expandPreset(named, for: kind, at: path)
    }
    guard let entries = setting.entries else { return setting }
    var own = setting
    own.content = .mapping(entries.filter { $0.key != "preset" && $0.key != "with" })
    guard let named = setting["preset"] else {
      if let with = setting.entry("with") {
        diagnostics.append(
          Diagnostic(
            .withoutPreset, .error, "`with` gives values to a preset, but there is no `preset` beside it",
            at: with.keyRange))
      }
      return own
    }
    guard let preset = preset(named, with: setting["with"], for: kind) else {
      doubts.paths.insert(path)
      return own
    }
    let shape: Shape = kind == .master ? .record(Master.recordShape) : .record(Track.recordShape)
    return merging.lay(own, over: expandingShorthands(preset, shape))
  }

  /// The keys that a preset lays.
  mutating func preset(_ named: Setting, with: Setting?, for kind: PresetKind) -> Setting? {
    if named.isUnreadable { return nil }
    guard let name = named.text, !name.isEmpty else {
      diagnostics.append(
        Diagnostic(.wrongKind, .error, "`preset` is a name or a path, but \(named.kind) was found", at: named.range))
      return nil
    }
    let tree: Setting?
    if let text = BuiltInPresets.text(of: name) {
      tree = reader.read(text, as: "preset \(name)", folder: ".")
    } else if name.contains("/") || name.hasSuffix(".yaml") {
      let path = Project.spelled(Project.join(reader.folder(of: named.range), name))
      guard mayRead(path, at: named) else { return nil }
      tree = reader.read(path, named: named.range)
    } else {
      let meant = closestMatch(to: name, among: BuiltInPresets.names)
      diagnostics.append(
        Diagnostic(
          .unknownPreset, .error, "there is no built-in preset `\(name)`", at: named.range,
          hints: [
            meant.map { "did you mean `\($0)`?" }
              ?? "the built-in presets are \(BuiltInPresets.names.joined(separator: ", "))",
            "a preset of your own is a path, such as `presets/\(name).preset.yaml`",
          ], edit: meant.map { Diagnostic.Edit(named.range, $0) }))
      return nil
    }
    guard let tree, tree.entries != nil else { return nil }
    checkEdition(tree)
    let stated = tree["preset"]
    guard let statedKind = stated?.text.flatMap(PresetKind.init(rawValue:)) else {
      diagnostics.append(
        Diagnostic(
          .presetKind, .error, "a preset file says what it is for: `preset: inserts`, `channel` or `master`",
          at: (stated ?? tree).range, also: [Diagnostic.Label(named.range, "used here")]))
      return nil
    }
    guard statedKind == kind || statedKind == .inserts else {
      diagnostics.append(
        Diagnostic(
          .presetKind, .error,
          "a `\(statedKind.rawValue)` preset cannot stand on a \(kind == .master ? "master" : "track or bus")",
          at: named.range, also: [Diagnostic.Label((stated ?? tree).range, "it says so here")]))
      return nil
    }
    let meant = corrected(tree, statedKind == .master ? Self.masterPresetShape : Self.channelPresetShape)
    let declared = parameters(of: meant)
    var environment = environment(declared, declaredIn: meant["parameters"], given: with, needed: named)
    var body = meant
    body.content = .mapping(
      (meant.entries ?? []).filter { !["mixdown", "preset", "parameters", "metadata"].contains($0.key) })
    body = environment.substitute(body)
    diagnostics += environment.diagnostics
    if statedKind == .inserts,
      let stray = body.entries?.first(where: { $0.key != "inserts" && !$0.key.hasPrefix("x-") })
    {
      diagnostics.append(
        Diagnostic(
          .unknownKey, .error, "an `inserts` preset holds `inserts` only, not `\(stray.key)`", at: stray.keyRange))
    }
    return body
  }

  private static let channelPresetShape = presetShape(Track.recordShape)
  private static let masterPresetShape = presetShape(Master.recordShape)

  /// A preset file: the keys that it lays, beside those that every file has.
  private static func presetShape(_ laid: RecordShape) -> Shape {
    var shape = laid
    let head = Session.recordShape.fields.filter { ["mixdown", "metadata"].contains($0.key) }
    shape.fields += (head + Session.layeringFields.filter { $0.key == "parameters" }).filter { field in
      !laid.fields.contains { $0.key == field.key }
    }
    shape.fields.append(FieldShape(key: "preset", shape: .scalar(ScalarShape(String.self)), summary: ""))
    return .record(shape)
  }

  mutating func mayRead(_ path: String, at named: Setting) -> Bool {
    if project.contains(path) { return true }
    diagnostics.append(outsideDiagnostic(path, project, at: named))
    return false
  }
}
