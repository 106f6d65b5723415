public import Quantities
public import Tables

/// A processor in a chain, with its settings: what a file's `inserts:` holds.
public struct Insert: VariantRecord, Equatable {
  public let declaration: ProcessorDeclaration
  /// The processor's own settings; the declaration knows their type.
  var settings: any Sendable
  public var bypass = false
  public var mix: Percent = 100
  public var channels = ChannelMode.stereo
  /// The insert that this one, when it is new in its layer, stands before or after.
  public var before: String?
  public var after: String?

  public static let noun = "an insert"
  public static let cases: [VariantCase<Insert>] = standardCatalog.map { declaration in
    VariantCase(
      type: declaration.type, summary: declaration.summary,
      fields: declaration.parameters + commonFields,
      make: { Insert(declaration: declaration, settings: declaration.initial) })
  }

  /// What every insert has beside its processor's own parameters.
  static let commonFields: [Field<Insert>] = [
    .init("bypass", \.bypass, "Takes the insert out of the chain without losing its settings.", initial: false),
    .init(
      "mix", \.mix, 0...100,
      "Processed against unprocessed signal, aligned in time; below 100 % the dry signal is heard too.",
      initial: 100, automation: .exact),
    .init(
      "channels", \.channels, "What it works on: both channels, the middle, the sides, or one channel.",
      initial: .stereo),
    .init("before", \.before, "Where a new insert stands in an inherited chain: before this one."),
    .init("after", \.after, "Where a new insert stands in an inherited chain: after this one."),
  ]

  public var type: String { declaration.type }

  /// The processor's own settings.
  package var ownSettings: any Sendable { settings }

  /// Whether both sound the same.
  public static func == (a: Insert, b: Insert) -> Bool {
    a.type == b.type && a.bypass == b.bypass && a.mix == b.mix && a.channels == b.channels
      && a.declaration.areEqual(a.settings, b.settings)
  }

  /// What the insert does to the parts of a sum.
  public var additivity: Additivity { bypass ? .linear : declaration.additivity }

  /// Frames by which the insert's output lags.
  public func latencyFrames(_ context: ProcessorContext) -> Int {
    bypass ? 0 : declaration.latencyFrames(settings, context)
  }

  /// Seconds until silence in is silence out.
  public func tailSeconds(_ context: ProcessorContext) -> Double {
    bypass ? 0 : declaration.tailSeconds(settings, context)
  }

  /// Frames that the insert remembers; `nil` when it is all that came before.
  public func memoryFrames(_ context: ProcessorContext) -> Int? {
    bypass ? 0 : declaration.memoryFrames(settings, context)
  }

  /// Whether the dry signal of `mix` goes through a filter, so that its phase is that of the processed one.
  package func turnsDryPhase(_ context: ProcessorContext) -> Bool { declaration.turnsDryPhase(settings, context) }

  /// Whether a mono signal enters both sides here.
  public var isStereoByNature: Bool {
    !bypass && (channels != .stereo || declaration.isStereoByNature(settings))
  }

  /// Whether an offset (DC) ends here.
  public var blocksOffset: Bool {
    !bypass && mix == 100 && channels == .stereo && declaration.blocksOffset(settings)
  }

  /// The track or bus that its detector hears; `nil` when that is the signal itself.
  public var sidechain: String? { bypass ? nil : declaration.sidechain(settings) }

  /// The running form, for blocks of at most `blockFrames`; `nil` when bypassed.
  public func makeProcessing(
    _ context: ProcessorContext, _ automation: InsertAutomation = InsertAutomation(), blockFrames: Int
  ) -> (any InsertProcessing)? {
    bypass ? nil : declaration.makeProcessing(self, automation, context, blockFrames)
  }
}

/// A processor with its types erased: a line of the catalog.
public struct ProcessorDeclaration: Sendable {
  public let type: String
  public let summary: String
  public let parameters: [Field<Insert>]
  public let additivity: Additivity
  let initial: any Sendable
  let areEqual: @Sendable (any Sendable, any Sendable) -> Bool
  let latencyFrames: @Sendable (any Sendable, ProcessorContext) -> Int
  let tailSeconds: @Sendable (any Sendable, ProcessorContext) -> Double
  let memoryFrames: @Sendable (any Sendable, ProcessorContext) -> Int?
  let isStereoByNature: @Sendable (any Sendable) -> Bool
  let blocksOffset: @Sendable (any Sendable) -> Bool
  let turnsDryPhase: @Sendable (any Sendable, ProcessorContext) -> Bool
  let sidechain: @Sendable (any Sendable) -> String?
  let makeProcessing: @Sendable (Insert, InsertAutomation, ProcessorContext, Int) -> any InsertProcessing

  public init<P: Processor>(_: P.Type) {
    // Settings are only ever made by this declaration, so the cast holds; `initial` keeps the compiler content.
    let typed: @Sendable (any Sendable) -> P.Settings = { $0 as? P.Settings ?? P.initial }
    type = P.type
    summary = P.summary
    parameters = P.parameters.map { field in
      field.lifted({ typed($0.settings) }, { insert, settings in insert.settings = settings })
    }
    additivity = P.additivity
    initial = P.initial
    areEqual = { typed($0) == typed($1) }
    latencyFrames = { P.latencyFrames(typed($0), $1) }
    tailSeconds = { P.tailSeconds(typed($0), $1) }
    memoryFrames = { P.memoryFrames(typed($0), $1) }
    turnsDryPhase = { P.makeDryFilter(typed($0), $1) != nil }
    isStereoByNature = { P.isStereoByNature(typed($0)) }
    blocksOffset = { P.blocksOffset(typed($0)) }
    sidechain = { P.sidechain(typed($0)) }
    makeProcessing = { insert, automation, context, blockFrames in
      RunningInsert<P>(insert, typed(insert.settings), automation, context, blockFrames: blockFrames)
    }
  }
}
