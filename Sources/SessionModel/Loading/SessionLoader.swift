public import Diagnostics
import Quantities
public import Tables

/// A session with all its layers laid: the typed value, and the tree that says where each part came from.
public struct ResolvedSession: Sendable {
  public internal(set) var session: Session
  /// Everything that was written, after layering; each part with its place.
  public let tree: Setting
  /// The file, as it was given.
  public let path: String
  public let project: Project
  /// Every YAML file read, the session first.
  public let filesRead: [String]
  let folders: [SourceFile: String]
  /// The same for each of its versions.
  public internal(set) var versions = Named<ResolvedSession>()

  /// The session file's name without `.mix.yaml`.
  public var name: String { sessionName(path) }

  /// The path of a file below the project's root, from the file that says `setting` on.
  func relativePath(of file: String, from setting: Setting) -> String? {
    guard let folder = folders[setting.range.file] else { return nil }
    let real = Project.canonical(file) ?? Project.canonicalParent(file)
    guard real.hasPrefix(project.root + "/") else { return nil }
    let here = (Project.canonical(folder) ?? Project.absolute(folder)).split(separator: "/")
    let there = real.split(separator: "/")
    let shared = zip(here, there).prefix { $0 == $1 }.count
    return (Array(repeating: "..", count: here.count - shared) + there.dropFirst(shared)).joined(separator: "/")
  }

  /// The file that the text at `path` of the tree names, made absolute by the folder of the file that says it.
  public func file(at path: String) -> String? {
    guard let setting = tree.part(at: path), let text = setting.text else { return nil }
    return Project.spelled(Project.join(folders[setting.range.file] ?? ".", text))
  }
}

/// `songs/night.mix.yaml` → `night`.
public func sessionName(_ path: String) -> String {
  let file = path.split(separator: "/").last.map(String.init) ?? path
  for suffix in [".mix.yaml", ".template.yaml", ".yaml", ".yml"] where file.hasSuffix(suffix) {
    return String(file.dropLast(suffix.count))
  }
  return file
}

/// Whether a file is a template: a session that leaves places open, for others to extend.
public func isTemplate(_ path: String) -> Bool { path.hasSuffix(".template.yaml") }

/// What a command adds to a session.
public struct LoadOptions: Sendable {
  public var root: String?
  public var allowsOutside = false
  /// Whether the project may be anybody's: see `Project.isUntrusted`.
  public var isUntrusted = false
  /// `PATH=VALUE` texts, laid over everything.
  public var overrides: [String] = []
  /// Ids of tracks, buses and VCAs, soloed and muted in every mix of the session.
  public var solo: [String] = []
  public var mute: [String] = []

  public init() {}

  /// Whether the session is not what its file says.
  public var isOverlaid: Bool { !(overrides.isEmpty && solo.isEmpty && mute.isEmpty) }

  /// The same with nothing laid over the file.
  public var bare: LoadOptions {
    var options = self
    (options.overrides, options.solo, options.mute) = ([], [], [])
    return options
  }
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
  var doubts = Doubts()
  /// Parameters whose default could not be read.
  var unreadableDefaults: Set<String> = []

  static let parentLimit = 4
  private static let codesOfAbsence: Set<DiagnosticCode> = [
    .unknownTarget, .unknownMember, .badPosition, .unknownVersion, .unknownParameter,
  ]
  private static let codesOfUse: Set<DiagnosticCode> = [.unusedBus, .parameterUnused, .stillLane]

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
    project = Project(
      for: path, root: options.root, allowsOutside: options.allowsOutside, isUntrusted: options.isUntrusted)
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
      guard let layer = overrideLayer(override, over: tree) else { continue }
      tree = merging.lay(expandPresets(expandingShorthands(layer, Session.fileShape)), over: tree)
    }
    guard var tree else { return (nil, reader.diagnostics + diagnostics) }
    tree = layingDeliverables(tree)
    merging.incomplete = doubts.paths
    tree = merging.settled(tree)
    tree = orderInserts(tree)
    if tree["mixdown"] == nil, let entries = tree.entries {
      // Reported for the file that lacks it.
      tree.content = .mapping(
        entries + [Setting.Entry("mixdown", at: tree.range, Setting(.unreadable, at: tree.range))])
    }
    var decoder = Decoder(incomplete: doubts.paths)
    let session = decoder.record(tree, as: Session.self)
    diagnostics = reader.diagnostics + diagnostics + merging.diagnostics + decoder.diagnostics
    guard let session else { return (nil, diagnostics) }
    var resolved = ResolvedSession(
      session: session, tree: tree, path: path, project: project, filesRead: reader.filesRead,
      folders: reader.folders)
    doubts.paths.formUnion(decoder.doubtful)
    let told = Set(diagnostics.filter { $0.severity == .error }.compactMap { $0.primary?.range })
    // What is wrong in itself cannot lead anywhere either.
    diagnostics += checkReferences(resolved, doubts).filter { problem in
      problem.primary.map { !told.contains($0.range) || $0.range.bytes.isEmpty } ?? true
    }
    if reader.diagnostics.contains(where: { $0.severity == .error }) {
      // Tracks may be among what could not be read.
      diagnostics.removeAll { $0.code == .noTracks }
    }
    resolved.versions = versions(of: resolved)
    applySolosAndMutes(to: &resolved)
    if diagnostics.contains(where: { $0.severity == .error }) {
      // What a slip was to use is not unused.
      diagnostics.removeAll { Self.codesOfUse.contains($0.code) }
    }
    if isTemplate(path) { diagnostics.removeAll(where: isOfOpenPlace) }
    let allowed = Set(session.allow ?? [])
    diagnostics.removeAll { $0.severity != .error && allowed.contains($0.code.id) }
    removeRepetitions()
    gatherUses()
    return (resolved, diagnostics)
  }

  /// A name that is not there is one slip, however many places use it: most often the name itself was misspelt.
  private mutating func gatherUses() {
    struct Absence: Hashable {
      var code: DiagnosticCode
      var message: String
    }
    var first: [Absence: Int] = [:]
    var kept: [Diagnostic] = []
    for diagnostic in diagnostics {
      let absence = Absence(code: diagnostic.code, message: diagnostic.message)
      guard Self.codesOfAbsence.contains(diagnostic.code), diagnostic.message.hasPrefix("there is no"),
        let place = first[absence], let use = diagnostic.primary
      else {
        first[absence] = kept.count
        kept.append(diagnostic)
        continue
      }
      kept[place].secondary.append(Diagnostic.Label(use.range, "and here"))
    }
    diagnostics = kept
  }

  /// Whether a problem is that something is not said or not used yet: songs that extend a template do that.
  private func isOfOpenPlace(_ problem: Diagnostic) -> Bool {
    // What is offered an edit is not left open.
    [.missingKey, .noTracks, .unusedBus].contains(problem.code) && problem.edit == nil
  }

  /// What the session's master or metadata say is read again in each deliverable that they lie under: a slip in
  /// them is one problem all the same.
  mutating func removeRepetitions() {
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

  /// `tree` as it is meant; what is not the format's is reported.
  mutating func corrected(_ tree: Setting, _ shape: Shape) -> Setting {
    var decoder = Decoder()
    let tree = decoder.corrected(tree, shape)
    diagnostics += decoder.diagnostics
    return tree
  }

  // MARK: The chain of parents

  mutating func readChain() -> [Layer]? {
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
      guard let tree = reader.read(next.path, named: next.named?.range),
        let layer = layer(of: corrected(tree, Session.writtenShape))
      else { return nil }
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
      next = (Project.spelled(Project.join(reader.folder(of: extends.range), text)), extends)
    }
  }

  func text(_ setting: Setting, is text: String) -> Bool { setting.text == text }

  /// Splits a file into what it lays and what steers the laying.
  mutating func layer(of tree: Setting) -> Layer? {
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

  mutating func checkEdition(_ tree: Setting) {
    guard tree["mixdown"] == nil else { return }
    let start = tree.range.bytes.lowerBound
    let place = SourceRange(tree.range.file, start..<start)
    // A mapping within braces has no line for it.
    let isBlock = tree.range.file.bytes[start...].first != UInt8(ascii: "{")
    diagnostics.append(
      Diagnostic(
        .missingKey, .error, "the file does not say `mixdown: 1`", at: place,
        hints: ["add `mixdown: 1`: the edition that names the meaning and the sound of the rest"],
        edit: Diagnostic.Edit(
          isBlock ? place : SourceRange(tree.range.file, start + 1..<start + 1),
          isBlock ? "mixdown: 1\n" : "mixdown: 1, ")))
  }

  mutating func parameters(of tree: Setting) -> Named<ParameterDeclaration> {
    guard let declared = tree["parameters"] else { return Named() }
    var decoder = Decoder()
    var parameters = Named<ParameterDeclaration>()
    decoder.at("parameters") { decoder in
      decoder.named(declared, naming: "a parameter") { id, part, decoder in
        if let parameter = decoder.record(part, as: ParameterDeclaration.self) { parameters.append(id, parameter) }
      }
    }
    diagnostics += decoder.diagnostics
    for id in parameters.map(\.id) where decoder.doubtful.contains("parameters.\(id).default") {
      unreadableDefaults.insert(id)
    }
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
}

func outsideDiagnostic(_ path: String, _ project: Project, at setting: Setting) -> Diagnostic {
  Diagnostic(
    .outsideProject, .error, "\(quotedPath(path)) lies outside the project \(quotedPath(project.root))",
    at: setting.range,
    hints: [
      project.isUntrusted
        ? "under `--untrusted` nothing leads out of the project; `--root DIR` says where it begins"
        : "list its folder in `\(project.root)/.mixdown`, or use `--root DIR` or `--allow-outside`"
    ])
}
