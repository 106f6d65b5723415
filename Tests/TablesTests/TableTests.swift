import Diagnostics
import Processors
import Quantities
import SessionModel
import Tables
import Testing

/// What is true of every line of every table: the format's own, and the catalog's.
@Suite("Tables")
struct TableTests {
  /// Every record of a session, with its path.
  static let records: [(path: String, record: RecordShape)] = {
    var found: [(String, RecordShape)] = []
    func visit(_ shape: Shape, _ path: String) {
      switch shape {
      case .scalar, .freeMap: break
      case .record(let record):
        found.append((path, record))
        for field in record.fields { visit(field.shape, path.isEmpty ? field.key : "\(path).\(field.key)") }
      case .map(let element, _): visit(element, "\(path).*")
      case .list(let element), .scalarOrList(_, let element): visit(element, "\(path)[]")
      case .lanes(let point): visit(.record(point), "\(path).*[]")
      case .variants(let variants):
        for variant in variants.cases { visit(.record(variant.record), "\(path).\(variant.type)") }
      }
    }
    visit(Session.fileShape, "")
    return found
  }()

  @Test("every record and every key says what it is")
  func summaries() {
    #expect(Self.records.count > 30)
    for (path, record) in Self.records {
      #expect(record.summary.hasSuffix(".") && record.summary.count > 5, "\(path)")
      #expect(!record.noun.isEmpty, "\(path)")
      for field in record.fields {
        #expect(field.summary.count > 5, "\(path).\(field.key)")
        #expect(
          field.later != nil || field.summary == "Values" || field.summary.hasSuffix("."),
          "\(path).\(field.key): \(field.summary)")
        #expect(
          field.summary.first?.isUppercase == true || field.summary.first?.isNumber == true,
          "\(path).\(field.key): \(field.summary)")
      }
    }
    for declaration in standardCatalog { #expect(declaration.summary.hasSuffix(".")) }
  }

  @Test("keys are ids, and each stands once")
  func keys() {
    for (path, record) in Self.records {
      let keys = record.fields.map(\.key)
      #expect(Set(keys).count == keys.count, "\(path): \(keys)")
      for key in keys { #expect(isIdentifier(key), "\(path).\(key)") }
      if let shorthand = record.shorthand { #expect(keys.contains(shorthand), "\(path)") }
    }
    let types = standardCatalog.map(\.type)
    #expect(Set(types).count == types.count && types.allSatisfy(isIdentifier))
  }

  @Test("codes are unique and explained")
  func codes() {
    let codes = DiagnosticCode.tables + DiagnosticCode.sessionModel
    #expect(Set(codes.map(\.id)).count == codes.count)
    for code in codes {
      #expect(code.id.wholeMatch(of: /[A-Z][0-9]{4}/) != nil)
      #expect(code.title.count > 5 && code.explanation.count > 20, "\(code.id)")
    }
  }

  // MARK: A property, a line

  @Test(
    "every property of a processor's settings has a line, and every line a property",
    arguments: standardCatalog.map(\.type))
  func processors(_ type: String) throws {
    let variant = try #require(Insert.cases.first { $0.type == type })
    let keys = variant.fields.filter { $0.shape.later == nil }.map(\.shape.key)
    let properties = propertyNames(variant.make(), flattening: ["settings"]).filter { $0 != "declaration" }
    #expect(Set(properties.map(\.inSnakeCase)) == Set(keys))
    #expect(properties.count == keys.count)
  }

  @Test("every property of a record has a line, and every line a property")
  func properties() {
    func check<Value: Record>(_: Value.Type, renamed: [String: String] = [:], flattening: Set<String> = []) {
      let names = propertyNames(Value(), flattening: flattening).map { renamed[$0] ?? $0.inSnakeCase }
      let keys = Value.fields.filter { $0.shape.later == nil && $0.shape.key != Value.wrapping?.key }.map(\.shape.key)
      #expect(Set(names) == Set(keys), "\(Value.self)")
    }
    check(Session.self, renamed: ["edition": "mixdown"])
    check(Track.self, flattening: ["strip"])
    check(Clip.self)
    check(VCA.self)
    check(Bus.self, flattening: ["strip"])
    check(Send.self)
    check(Master.self)
    check(LoudnessTarget.self)
    check(MasterLimiter.self, flattening: ["settings"])
    check(Deliverable.self)
    check(Metadata.self)
    check(ParameterDeclaration.self, renamed: ["initial": "default"])
    let main = Set(MainBus.fields.filter { $0.shape.later == nil }.map(\.shape.key))
    #expect(
      Set(propertyNames(MainBus(), flattening: ["strip"]).map(\.inSnakeCase)).subtracting(main) == [
        "sends", "output",
      ])
    let band = Set(EqualizerBand.cases.flatMap(\.fields).filter { $0.shape.later == nil }.map(\.shape.key))
    #expect(Set(propertyNames(EqualizerBand.cases[0].make()).map(\.inSnakeCase)) == band.union(["kind"]))
  }

  // MARK: The default, once

  /// Keys whose default depends on something else, so that the property is empty: it is written in the table alone.
  static let computedDefaults: Set<String> = ["q"]

  private func checkDefaults<Root>(_ fields: [Field<Root>], _ root: Root, _ path: String) {
    for field in fields where field.shape.later == nil {
      guard case .scalar = field.shape.shape else { continue }
      let key = field.shape.key
      if let initial = field.shape.initial {
        if Self.computedDefaults.contains(key) { continue }
        #expect(field.text(root) == initial, "\(path).\(key)")
      } else if !field.shape.isRequired {
        #expect(field.text(root) == nil, "\(path).\(key): a value that the table does not tell")
      }
    }
  }

  @Test("the default in the table is the property's initial value")
  func defaults() {
    for variant in Insert.cases { checkDefaults(variant.fields, variant.make(), variant.type) }
    for variant in EqualizerBand.cases { checkDefaults(variant.fields, variant.make(), "eq.\(variant.type)") }
    checkDefaults(Session.fields, Session(), "session")
    checkDefaults(Track.fields, Track(), "track")
    checkDefaults(Bus.fields, Bus(), "bus")
    checkDefaults(MainBus.fields, MainBus(), "main")
    checkDefaults(Send.fields, Send(), "send")
    checkDefaults(Master.fields, Master(), "master")
    checkDefaults(LoudnessTarget.fields, LoudnessTarget(), "loudness")
    checkDefaults(MasterLimiter.fields, MasterLimiter(), "limiter")
    checkDefaults(Deliverable.fields, Deliverable(), "deliverable")
    checkDefaults(Metadata.fields, Metadata(), "metadata")
    checkDefaults(ParameterDeclaration.fields, ParameterDeclaration(), "parameter")
  }

  // MARK: What a line says is what it takes

  private func checkValues<Root: Sendable>(_ fields: [Field<Root>], _ root: Root, _ path: String) {
    for field in fields where field.shape.later == nil {
      guard case .scalar(let scalar) = field.shape.shape else { continue }
      func codes(_ text: String) -> [String] {
        var root = root
        var decoder = Decoder()
        field.decode(Setting(.text(text), at: place), &root, &decoder)
        return decoder.diagnostics.map(\.code.id)
      }
      let name = "\(path).\(field.shape.key)"
      if let initial = field.shape.initial { #expect(codes(initial) == [], "\(name): \(initial)") }
      for choice in scalar.choices { #expect(codes(choice) == [], "\(name): \(choice)") }
      guard let range = scalar.range else { continue }
      #expect(scalar.rangeText != nil, "\(name)")
      let unit = scalar.acceptsNumber ? "" : " s"
      for bound in [range.lowerBound, range.upperBound] {
        #expect(codes(plainDecimal(bound) + (bound.isFinite ? unit : "")) == [], "\(name): \(bound)")
      }
      let step = max(1, abs(range.upperBound))
      if range.upperBound.isFinite {
        #expect(codes(plainDecimal(range.upperBound + step) + unit) != [], "\(name)")
      }
      if range.lowerBound.isFinite {
        #expect(codes(plainDecimal(range.lowerBound - max(1, abs(range.lowerBound))) + unit) != [], "\(name)")
      }
    }
  }

  @Test("every default, choice and bound is taken; what is beyond a bound is not")
  func values() {
    for variant in Insert.cases { checkValues(variant.fields, variant.make(), variant.type) }
    for variant in EqualizerBand.cases { checkValues(variant.fields, variant.make(), "eq.\(variant.type)") }
    checkValues(Session.fields, Session(), "session")
    checkValues(Track.fields, Track(), "track")
    checkValues(Clip.fields, Clip(), "clip")
    checkValues(VCA.fields, VCA(), "VCA")
    checkValues(Send.fields, Send(), "send")
    checkValues(Master.fields, Master(), "master")
    checkValues(LoudnessTarget.fields, LoudnessTarget(), "loudness")
    checkValues(Deliverable.fields, Deliverable(), "deliverable")
  }

  @Test("every number of the catalog moves, or says why not")
  func automation() {
    func check(_ fields: [FieldShape], _ path: String) {
      for field in fields where field.later == nil {
        switch field.shape {
        case .scalar(let scalar) where scalar.range != nil:
          #expect(field.automation != .none, "\(path).\(field.key)")
        case .variants(let variants):
          for variant in variants.cases { check(variant.record.fields, "\(path).\(variant.type)") }
        default: #expect(!field.automation.moves || field.key == "makeup", "\(path).\(field.key) has no range")
        }
      }
    }
    for declaration in standardCatalog { check(declaration.parameters.map(\.shape), declaration.type) }
  }
}
