import Diagnostics
public import Tables

let place = SourceRange(SourceFile(path: "test", bytes: []), 0..<0)

extension Setting: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral {
  public init(stringLiteral text: String) { self.init(.text(text), at: place) }
  public init(dictionaryLiteral elements: (String, Setting)...) {
    self.init(.mapping(elements.map { Setting.Entry($0.0, at: place, $0.1) }), at: place)
  }
}

extension String {
  /// `sidechainHighPass` → `sidechain_high_pass`.
  var inSnakeCase: String {
    reduce(into: "") { text, character in
      if character.isUppercase { text += "_" }
      text += character.lowercased()
    }
  }
}

/// Names of the stored properties of `value`; those of a part called one of `flattened` stand for the part.
func propertyNames(_ value: Any, flattening flattened: Set<String> = []) -> [String] {
  Mirror(reflecting: value).children.flatMap { child -> [String] in
    let name = child.label ?? ""
    return flattened.contains(name) ? propertyNames(child.value) : [name]
  }
}
