import Diagnostics
import Processors
import Quantities
import SessionModel
import Tables

/// The format's reference in Markdown, from the tables that the decoder reads by.
func referenceText() -> String {
  var writer = ReferenceWriter()
  writer.write()
  return writer.text
}

struct ReferenceWriter {
  private(set) var text = ""
  /// One of each quantity, by what it is called.
  private var quantities: [String: ScalarShape] = [:]

  mutating func write() {
    paragraph("# Reference")
    paragraph(
      """
      Every key, value and processor of edition 1 that this version takes. This page is generated from the tables
      that the program itself reads by; do not edit it.
      """)
    paragraph("## Files")
    if case .record(let session) = FileShapes.session { record(session, title: "The session: `*.mix.yaml`") }
    for shape in parts(of: FileShapes.session) { record(shape, title: title(shape.noun)) }
    presets()
    processors()
    values()
    codes()
  }

  private mutating func paragraph(_ paragraph: String) { text += paragraph + "\n\n" }

  private func title(_ noun: String) -> String {
    let bare = noun.droppingArticle
    return bare.first == "`" ? bare : bare.prefix(1).uppercased() + bare.dropFirst()
  }

  // MARK: Records

  /// The records below `shape`, each once, in the order in which a reader meets them.
  private func parts(of shape: Shape) -> [RecordShape] {
    var found: [RecordShape] = []
    func visit(_ shape: Shape) {
      switch shape {
      case .scalar, .freeMap, .variants: break
      case .list(let element), .map(let element, _), .scalarOrList(_, let element): visit(element)
      case .lanes(let point): visit(.record(point))
      case .record(let record):
        guard !found.contains(where: { $0.noun == record.noun }) else { return }
        if record.noun != Session.noun { found.append(record) }
        for field in record.fields where field.later == nil { visit(field.shape) }
      }
    }
    visit(shape)
    return found
  }

  private mutating func record(_ record: RecordShape, title: String) {
    paragraph("### \(title)")
    paragraph(record.summary)
    if let shorthand = record.shorthand {
      paragraph("A bare value is short for its `\(shorthand)`.")
    }
    if record.acceptsNone { paragraph("`none` may be written instead.") }
    table(record.fields)
    let later = record.fields.filter { $0.later != nil }.map { "`\($0.key)`" }
    if !later.isEmpty {
      paragraph("Part of the format, but not in this version: \(later.joined(separator: ", ")).")
    }
  }

  mutating func table(_ fields: [FieldShape]) {
    text += "| key | value | default | meaning |\n|---|---|---|---|\n"
    for field in fields where field.later == nil {
      let cells = ["`\(field.key)`", value(field.shape), initial(field), meaning(field)]
      text += "| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |\n"
    }
    text += "\n"
  }

  private func initial(_ field: FieldShape) -> String {
    field.initial.map { "`\($0)`" } ?? (field.isRequired ? "required" : "")
  }

  private func meaning(_ field: FieldShape) -> String {
    switch field.automation {
    case .none: field.summary
    case .exact, .stepped: "\(field.summary) *Moves.*"
    case .fixed(let reason): "\(field.summary) Does not move: \(reason)."
    }
  }

  private mutating func value(_ shape: Shape) -> String {
    switch shape {
    case .scalar(let scalar): return value(scalar)
    case .record(let record):
      let link = "[\(record.noun)](#\(anchor(title(record.noun))))"
      return record.acceptsNone ? "\(link) or `none`" : link
    case .map(let element, let noun):
      if case .scalar(let scalar) = element { return "names, each \(value(scalar))" }
      return "names, each [\(noun)](#\(anchor(title(noun))))"
    case .variants(let variants): return "names, each \(variants.noun)"
    case .list(let element): return "a list, each \(value(element))"
    case .freeMap: return "names and values"
    case .scalarOrList(let scalar, let element):
      return "\(value(scalar)), or \(value(element)), or \(value(.list(of: element)))"
    case .lanes(let point): return "paths of parameters, each \(value(.list(of: .record(point))))"
    }
  }

  private mutating func value(_ scalar: ScalarShape) -> String {
    if !scalar.choices.isEmpty { return scalar.choices.map { "`\($0)`" }.joined(separator: ", ") }
    if scalar.isText || scalar.isBoolean { return scalar.noun }
    if quantities[scalar.noun] == nil { quantities[scalar.noun] = scalar }
    guard let range = scalar.rangeText else { return scalar.noun }
    return "\(scalar.noun), \(range)"
  }

  /// GitHub's anchor of a heading.
  private func anchor(_ title: String) -> String {
    String(
      title.lowercased().compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || $0 == "_" ? $0 : nil })
  }

  // MARK: Presets, processors, values, codes

  private mutating func presets() {
    paragraph("### Presets: `*.preset.yaml`")
    let kinds = PresetKind.allCases.map { "`preset: \($0.rawValue)` is \($0.summary)" }
    paragraph(
      "A preset says `mixdown: 1`, what it is for, and the keys that it lays: \(kinds.joined(separator: "; ")). It may declare `parameters`."
    )
    paragraph(
      "Built in, for masters: \(BuiltInPresets.names.map { "`\($0)`" }.joined(separator: ", ")). `mixdown presets show NAME` prints one."
    )
  }

  private mutating func processors() {
    paragraph("## Processors")
    paragraph("Every insert has these keys beside those of its processor:")
    let common = Set(ProcessorPage.commonKeys)
    if let first = Insert.cases.first { table(first.fields.map(\.shape).filter { common.contains($0.key) }) }
    for processor in ProcessorPage.all {
      paragraph("### `\(processor.type)`")
      paragraph(processor.summary)
      table(processor.parameters)
      for (key, variants) in processor.variants {
        paragraph("`\(key)` are named; the name or the `type` of each is one of these:")
        for variant in variants.cases {
          paragraph("#### `\(variant.type)`")
          paragraph(variant.record.summary)
          table(variant.record.fields)
        }
      }
    }
  }

  private mutating func values() {
    paragraph("## Values")
    text += "| quantity | written |\n|---|---|\n"
    for (noun, scalar) in quantities.sorted(by: { $0.key < $1.key }) {
      let examples = scalar.examples.map { "`\($0)`" }.joined(separator: ", ").replacing("|", with: "\\|")
      text += "| \(noun.replacing("|", with: "\\|")) | \(examples) |\n"
    }
    text += "\n"
  }

  private mutating func codes() {
    paragraph("## Diagnostics")
    paragraph("`mixdown explain CODE` says more.")
    text += "| code | meaning |\n|---|---|\n"
    for code in allCodes.sorted(by: { $0.id < $1.id }) { text += "| `\(code.id)` | \(code.title) |\n" }
  }
}
