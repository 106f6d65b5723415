public import Diagnostics
import Quantities
public import Tables

/// A session with all its layers laid: the typed value, and the tree that says where each part came from.
public struct ResolvedSession: Sendable {
  public let session: Session
  /// Everything that was written, after layering; each part with its place.
  public let tree: Setting
  /// The file, as it was given.
  public let path: String
  public let project: Project
  /// Every YAML file read, the session first.
  public let filesRead: [String]
  let folders: [SourceFile: String]

  /// The session file's name without `.mix.yaml`.
  public var name: String { sessionName(path) }

  /// The file that the text at `path` of the tree names, made absolute by the folder of the file that says it.
  public func file(at path: String) -> String? {
    guard let setting = tree.part(at: path), let text = setting.text else { return nil }
    return Project.join(folders[setting.range.file] ?? ".", text)
  }
}

/// `songs/night.mix.yaml` → `night`.
public func sessionName(_ path: String) -> String {
  let file = path.split(separator: "/").last.map(String.init) ?? path
  for suffix in [".mix.yaml", ".yaml", ".yml"] where file.hasSuffix(suffix) {
    return String(file.dropLast(suffix.count))
  }
  return file
}

/// What a command adds to a session.
public struct LoadOptions: Sendable {
  public var root: String?
  public var allowsOutside = false
  /// `PATH=VALUE` texts, laid over everything.
  public var overrides: [String] = []

  public init() {}
}

/// Reads a session with its parents and presets, lays the layers, and decodes the result.
///
/// All problems are reported; the session is `nil` when one of them is an error.
public func loadSession(_ path: String, _ options: LoadOptions = LoadOptions()) -> (ResolvedSession?, [Diagnostic]) {
  let (session, diagnostics) = readSession(path, options)
  return (diagnostics.contains { $0.severity == .error } ? nil : session, diagnostics)
}

/// Reads a session as far as it can be read: what `check` looks through for further problems. With an error among
/// the diagnostics the session is good for nothing else; it is `nil` when nothing could be laid or decoded.
public func readSession(_ path: String, _ options: LoadOptions = LoadOptions()) -> (ResolvedSession?, [Diagnostic]) {
  var loader = SessionLoader(path: path, options: options)
  return loader.load()
}

struct SessionLoader {
  let path: String
  let options: LoadOptions
  var project: Project
  var reader = SettingReader()
  var diagnostics: [Diagnostic] = []
  var merging = Merging()

  static let parentLimit = 4

  /// A file of the chain: the session itself, its parent, …
  struct Layer {
    var tree: Setting
    var parameters: Named<ParameterDeclaration>
    var declarations: Setting?
    var with: Setting?
    var extends: Setting?
  }

  init(path: String, options: LoadOptions) {
    self.path = path
    self.options = options
    project = Project(for: path, root: options.root, allowsOutside: options.allowsOutside)
  }

  mutating func load() -> (ResolvedSession?, [Diagnostic]) {
    guard let layers = readChain() else { return (nil, reader.diagnostics + diagnostics) }
    let trees = substituteParameters(layers)
    var tree: Setting?
    for layer in trees.reversed() {
      let expanded = expandPresets(expandingShorthands(layer, Session.fileShape))
      tree = merging.lay(expanded, over: tree)
    }
    for override in options.overrides {
      guard let layer = overrideLayer(override) else { continue }
      tree = merging.lay(expandPresets(expandingShorthands(layer, Session.fileShape)), over: tree)
    }
    guard var tree else { return (nil, reader.diagnostics + diagnostics) }
    tree = layingDeliverables(tree)
    tree = merging.settled(tree)
    tree = orderInserts(tree)
    if tree["mixdown"] == nil, let entries = tree.entries {
      // Reported for the file that lacks it.
      tree.content = .mapping(
        entries + [Setting.Entry("mixdown", at: tree.range, Setting(.unreadable, at: tree.range))])
    }
    var decoder = Decoder()
    let session = decoder.record(tree, as: Session.self)
    diagnostics = reader.diagnostics + diagnostics + merging.diagnostics + decoder.diagnostics
    guard let session else { return (nil, diagnostics) }
    let resolved = ResolvedSession(
      session: session, tree: tree, path: path, project: project, filesRead: reader.filesRead,
      folders: reader.folders)
    var references = checkReferences(resolved)
    if reader.diagnostics.contains(where: { $0.severity == .error }) {
      // Tracks may be among what could not be read.
      references.removeAll { $0.code == .noTracks }
    }
    diagnostics += references
    let allowed = Set(session.allow ?? [])
    diagnostics.removeAll { $0.severity != .error && allowed.contains($0.code.id) }
    removeRepetitions()
    return (resolved, diagnostics)
  }

  /// What the session's master or metadata say is read again in each deliverable that they lie under: a slip in
  /// them is one problem all the same.
  private mutating func removeRepetitions() {
    struct Problem: Hashable {
      var code: DiagnosticCode
      var range: SourceRange?
      var message: String
    }
    var seen: Set<Problem> = []
    diagnostics.removeAll {
      !seen.insert(Problem(code: $0.code, range: $0.primary?.range, message: $0.message)).inserted
    }
  }

  // MARK: The chain of parents

  private mutating func readChain() -> [Layer]? {
    var layers: [Layer] = []
    var seen: [String] = []
    var next: (path: String, named: Setting?) = (path, nil)
    while true {
      if let named = next.named {
        let real = Project.canonical(next.path) ?? next.path
        if seen.contains(real) {
          diagnostics.append(
            Diagnostic(.extendsTooDeep, .error, "\(quotedPath(next.path)) ends up extending itself", at: named.range))
          return nil
        }
        guard layers.count <= Self.parentLimit else {
          diagnostics.append(
            Diagnostic(
              .extendsTooDeep, .error, "more than \(Self.parentLimit) levels of parents", at: named.range,
              hints: ["lay some of the files together"]))
          return nil
        }
        guard mayRead(next.path, at: named) else { return nil }
      }
      seen.append(Project.canonical(next.path) ?? next.path)
      guard let tree = reader.read(next.path, named: next.named?.range), let layer = layer(of: tree) else {
        return nil
      }
      layers.append(layer)
      guard let extends = layer.extends else { return layers }
      if extends.isUnreadable { return nil }
      guard let text = extends.text, !text.isEmpty else {
        diagnostics.append(
          Diagnostic(
            text(extends, is: "") ? .emptyPath : .wrongKind, .error,
            "`extends` is the path of one parent file, but \(extends.kind) was found",
            at: extends.range))
        return nil
      }
      next = (Project.join(reader.folder(of: extends.range), text), extends)
    }
  }

  private func text(_ setting: Setting, is text: String) -> Bool { setting.text == text }

  /// Splits a file into what it lays and what steers the laying.
  private mutating func layer(of tree: Setting) -> Layer? {
    guard let entries = tree.entries else {
      diagnostics.append(
        Diagnostic(
          .wrongKind, .error, "a session is a mapping of keys, but \(tree.kind) was found", at: tree.range,
          hints: ["start with `mixdown: 1` and `tracks:`"]))
      return nil
    }
    checkEdition(tree)
    var rest = tree
    rest.content = .mapping(entries.filter { !["extends", "with", "parameters"].contains($0.key) })
    if tree["extends"] == nil, let with = tree.entry("with") {
      diagnostics.append(
        Diagnostic(
          .withoutPreset, .error, "`with` gives values to a parent, but there is no `extends`", at: with.keyRange))
    }
    return Layer(
      tree: rest, parameters: parameters(of: tree), declarations: tree["parameters"], with: tree["with"],
      extends: tree["extends"])
  }

  private mutating func checkEdition(_ tree: Setting) {
    guard tree["mixdown"] == nil else { return }
    diagnostics.append(
      Diagnostic(
        .missingKey, .error, "the file does not say `mixdown: 1`",
        at: SourceRange(tree.range.file, tree.range.bytes.lowerBound..<tree.range.bytes.lowerBound),
        hints: ["add `mixdown: 1`: the edition that names the meaning and the sound of the rest"]))
  }

  private mutating func parameters(of tree: Setting) -> Named<ParameterDeclaration> {
    guard let declared = tree["parameters"] else { return Named() }
    var decoder = Decoder()
    var parameters = Named<ParameterDeclaration>()
    decoder.at("parameters") { decoder in
      decoder.named(declared, naming: "a parameter") { id, part, decoder in
        if let parameter = decoder.record(part, as: ParameterDeclaration.self) { parameters.append(id, parameter) }
      }
    }
    diagnostics += decoder.diagnostics
    for (id, parameter) in parameters {
      if let initial = declared.part(at: "\(id).default"), let text = parameter.initial,
        let refusal = parameter.type.refusal(of: text)
      {
        diagnostics.append(
          Diagnostic(
            .parameterType, .error, "the default of `\(id)` is no \(parameter.type.rawValue): \(refusal.message)",
            at: initial.range))
      }
    }
    return parameters
  }

  // MARK: Parameters

  private mutating func substituteParameters(_ layers: [Layer]) -> [Setting] {
    var environments: [Environment] = []
    var given: Setting?
    for layer in layers {
      let needed = environments.isEmpty ? nil : layers[environments.count - 1].extends
      var environment = environment(
        layer.parameters, declaredIn: layer.declarations, given: given, needed: needed)
      given = layer.with.map { environment.substitute($0) }
      environments.append(environment)
    }
    var trees: [Setting] = []
    var used: Set<String> = []
    for (index, layer) in layers.enumerated() {
      var environment = environments[index]
      for inherited in environments[(index + 1)...] {
        environment.values.merge(inherited.values) { own, _ in own }
      }
      trees.append(environment.substitute(layer.tree))
      diagnostics += environment.diagnostics
      used.formUnion(environment.used)
      for (id, _) in layer.parameters where !used.contains(id) {
        guard let value = environments[index].values[id] else { continue }
        diagnostics.append(
          Diagnostic(.parameterUnused, .warning, "nothing uses the parameter `\(id)`", at: value.declared))
      }
    }
    return trees
  }

  /// The values of a file's parameters, from `given` (the `with:` beside its name) or their defaults.
  private mutating func environment(
    _ parameters: Named<ParameterDeclaration>, declaredIn declarations: Setting?, given: Setting?, needed: Setting?
  ) -> Environment {
    var environment = Environment()
    for (id, parameter) in parameters {
      guard let declared = declarations?.entry(id)?.keyRange else { continue }
      if var value = given?[id] {
        if let text = value.text, let refusal = parameter.type.refusal(of: text) {
          diagnostics.append(
            Diagnostic(
              .parameterType, .error, "the value of `\(id)` is no \(parameter.type.rawValue): \(refusal.message)",
              at: value.range, also: [Diagnostic.Label(declared, "declared here")],
              hints: refusal.suggestions.map { "write `\($0)`" }))
          value.content = .unreadable
        } else if value.text == nil, !value.isUnreadable {
          diagnostics.append(
            Diagnostic(
              .parameterType, .error, "the value of `\(id)` is \(parameter.type.rawValue), but \(value.kind) was found",
              at: value.range, also: [Diagnostic.Label(declared, "declared here")]))
          value.content = .unreadable
        }
        environment.values[id] = Environment.Value(
          setting: value, type: parameter.type, declared: declared, isDefault: false)
      } else if let initial = parameter.initial {
        // A default of the wrong type has been reported where it stands.
        let isRefused = parameter.type.refusal(of: initial) != nil
        let place = declarations?.part(at: "\(id).default")?.range ?? declared
        environment.values[id] = Environment.Value(
          setting: Setting(isRefused ? .unreadable : .text(initial), at: place), type: parameter.type,
          declared: declared, isDefault: true)
      } else if given?.isUnreadable == true {
        environment.values[id] = Environment.Value(
          setting: Setting(.unreadable, at: declared), type: parameter.type, declared: declared, isDefault: true)
      } else if let needed {
        diagnostics.append(
          Diagnostic(
            .parameterMissing, .error, "the parameter `\(id)` needs a value", at: needed.range,
            also: [Diagnostic.Label(declared, "declared here, without a default")],
            hints: ["add `with: {\(id): …}`"]))
        environment.values[id] = Environment.Value(
          setting: Setting(.unreadable, at: declared), type: parameter.type, declared: declared, isDefault: true)
      } else {
        // A template by itself: its open places cannot be filled.
        diagnostics.append(
          Diagnostic(
            .parameterMissing, .error, "this file leaves `\(id)` open, so it can only be extended", at: declared,
            hints: ["give it a `default`, or write a session with `extends` and `with`"]))
        environment.values[id] = Environment.Value(
          setting: Setting(.unreadable, at: declared), type: parameter.type, declared: declared, isDefault: true)
      }
    }
    for entry in given?.entries ?? [] where parameters[entry.key] == nil {
      let meant = closestMatch(to: entry.key, among: parameters.map(\.id))
      diagnostics.append(
        Diagnostic(
          .parameterNotDeclared, .error, "there is no parameter `\(entry.key)` to give a value to", at: entry.keyRange,
          hints: [
            meant.map { "did you mean `\($0)`?" }
              ?? "its parameters are \(parameters.map(\.id).joined(separator: ", "))"
          ]))
    }
    return environment
  }

  // MARK: Presets

  private mutating func expandPresets(_ tree: Setting) -> Setting {
    mappingValues(tree) { key, value in
      switch key {
      case "tracks", "buses": mappingValues(value) { _, strip in expandPreset(strip, for: .channel) }
      case "main": expandPreset(value, for: .channel)
      case "master": expandPreset(value, for: .master)
      case "deliverables":
        mappingValues(value) { _, deliverable in
          mappingValues(deliverable) { key, value in key == "master" ? expandPreset(value, for: .master) : value }
        }
      default: value
      }
    }
  }

  enum PresetKind: String { case inserts, channel, master }

  private mutating func expandPreset(_ setting: Setting, for kind: PresetKind) -> Setting {
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
    guard let preset = preset(named, with: setting["with"], for: kind) else { return own }
    let shape: Shape = kind == .master ? .record(Master.recordShape) : .record(Track.recordShape)
    return merging.lay(own, over: expandingShorthands(preset, shape))
  }

  /// The keys that a preset lays.
  private mutating func preset(_ named: Setting, with: Setting?, for kind: PresetKind) -> Setting? {
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
      let path = Project.join(reader.folder(of: named.range), name)
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
          ]))
      return nil
    }
    guard let tree, let entries = tree.entries else { return nil }
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
    let declared = parameters(of: tree)
    var environment = environment(declared, declaredIn: tree["parameters"], given: with, needed: named)
    var body = tree
    body.content = .mapping(entries.filter { !["mixdown", "preset", "parameters", "metadata"].contains($0.key) })
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

  private mutating func mayRead(_ path: String, at named: Setting) -> Bool {
    if project.contains(path) { return true }
    diagnostics.append(outsideDiagnostic(path, project, at: named))
    return false
  }

  // MARK: Over everything

  /// `--set tracks.vocals.level=-3 dB` as a layer.
  private mutating func overrideLayer(_ text: String) -> Setting? {
    let equals = text.firstIndex(of: "=") ?? text.endIndex
    let path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false)
    guard equals < text.endIndex, path.allSatisfy({ !$0.isEmpty }) else {
      let file = SourceFile(path: "--set", bytes: Array(text.utf8))
      diagnostics.append(
        Diagnostic(
          .badPath, .error, "`--set` takes PATH=VALUE", at: SourceRange(file, 0..<file.bytes.count),
          hints: ["like `--set 'tracks.vocals.level=-3 dB'`"]))
      return nil
    }
    guard
      let value = reader.read(
        String(text[text.index(after: equals)...]), as: "--set \(text[..<equals])", folder: Project.parent(self.path))
    else { return nil }
    return path.reversed().reduce(value) { inner, key in
      Setting(.mapping([Setting.Entry(String(key), at: value.range, inner)]), at: value.range)
    }
  }

  /// A deliverable's own master and metadata lie over the session's.
  private func layingDeliverables(_ tree: Setting) -> Setting {
    mappingValues(tree) { key, deliverables in
      guard key == "deliverables" else { return deliverables }
      return mappingValues(deliverables) { _, deliverable in
        mappingValues(deliverable) { key, value in
          key == "master" || key == "metadata" ? merging.lay(value, over: tree[key]) : value
        }
      }
    }
  }

  /// Moves inserts to where their `before` or `after` says.
  private mutating func orderInserts(_ tree: Setting) -> Setting {
    mappingValues(tree) { key, value in
      if key == "inserts" { return orderChain(value) }
      return value.entries == nil || key == "bands" ? value : orderInserts(value)
    }
  }

  private mutating func orderChain(_ chain: Setting) -> Setting {
    guard var entries = chain.entries else { return chain }
    for entry in entries {
      for (key, shift) in [("before", 0), ("after", 1)] {
        guard let target = entry.value[key], let name = target.text else { continue }
        guard name != entry.key, entries.contains(where: { $0.key == name }) else {
          diagnostics.append(
            Diagnostic(
              .unknownInsert, .error, "there is no insert `\(name)` to stand \(key)", at: target.range,
              hints: ["the chain is \(entries.map(\.key).joined(separator: ", "))"]))
          continue
        }
        entries.removeAll { $0.key == entry.key }
        let place = entries.firstIndex { $0.key == name } ?? 0
        entries.insert(entry, at: place + shift)
      }
    }
    var result = chain
    result.content = .mapping(entries)
    return result
  }
}

extension Session {
  /// The shape of a session file, before its layers are laid.
  public static let fileShape: Shape = {
    var shape = recordShape
    shape.fields += layeringFields
    return .record(shape)
  }()
}

func outsideDiagnostic(_ path: String, _ project: Project, at setting: Setting) -> Diagnostic {
  Diagnostic(
    .outsideProject, .error, "\(quotedPath(path)) lies outside the project \(quotedPath(project.root))",
    at: setting.range,
    hints: ["list its folder in `\(project.root)/.mixdown`, or use `--root DIR` or `--allow-outside`"])
}
