internal import Diagnostics

/// The problems that reading can go on after, and the bounds, in words.
extension Diagnostic {
  // MARK: Bounds

  static func tooDeep(_ range: SourceRange, through anchored: SourceRange? = nil) -> Diagnostic {
    Diagnostic(
      .tooDeep, "values are nested more than \(YAMLBounds.depth) levels deep here", at: range,
      also: anchored.map { [Label($0, "the alias stands for this")] } ?? [],
      hints: ["a session needs about ten levels; look for brackets that are never closed"])
  }

  static func tooManyNodes(_ range: SourceRange, through anchored: YAMLNode? = nil) -> Diagnostic {
    Diagnostic(
      .tooManyNodes,
      "the file holds more than 1 000 000 values, each alias counted as all that it stands for",
      at: range,
      also: anchored.map { [Label($0.range, "the alias stands for \($0.nodeCount) values")] } ?? [],
      hints: ["use fewer aliases, or split the file"])
  }

  static func textTooLong(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .textTooLong, "this text is longer than 64 KiB (65 536 bytes)", at: range,
      hints: ["shorten it, or look for a quote that is never closed"])
  }

  static func escapedControlCharacter(_ scalar: Unicode.Scalar, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .controlCharacter, "an escape in this text stands for the control character \(codePointName(scalar))",
      at: range, hints: ["remove it; of these a text may hold tabs (\\t) and line ends (\\n) only"])
  }

  // MARK: Keys

  static func duplicateKey(_ entry: YAMLEntry, first: YAMLEntry) -> Diagnostic {
    Diagnostic(
      .duplicateKey, "the key `\(shortened(entry.key))` is already there in this mapping", at: entry.keyRange,
      label: "again here", also: [Label(first.keyRange, "first here")],
      hints: ["remove one of the two, or give one another name"])
  }

  static func mergeKey(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .mergeKey, "merge keys (`<<`) are not part of the format", at: range,
      hints: [
        "share settings by a preset (`preset: file.preset.yaml`) or by `extends:`; aliases of whole values work"
      ])
  }

  static func aliasAsKey(_ alias: YAMLAlias, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .aliasAsKey, "an alias cannot be a key", at: range,
      also: [Label(alias.target.range, "it stands for this")],
      hints: ["write the key itself" + (alias.target.scalar.map { ": `\(shortened($0.text))`" } ?? "")])
  }

  static func keyNotText(_ key: YAMLNode) -> Diagnostic {
    let what = key.mapping == nil ? "list" : "mapping"
    return Diagnostic(
      .keyNotText, "a \(what) cannot be a key", at: key.range,
      hints: [
        "a key is one word, as in `level: -4 dB`",
        "a parameter is written `$name` or `$(name)`; a text with brackets goes between double quotes",
      ])
  }

  static func missingKey(_ colon: SourceRange) -> Diagnostic {
    Diagnostic(.keyNotText, "there is no key before this `:`", at: colon, hints: ["write `key: value`"])
  }

  /// `key` ends at the colon, `value` starts behind it.
  static func missingSpace(in file: SourceFile, key: Range<Int>, value: Range<Int>) -> Diagnostic {
    let name = shortened(file.text(key))
    let colon = SourceRange(file, key.upperBound..<value.lowerBound)
    return Diagnostic(
      .missingSpace, "a space is missing after the colon of `\(name):`", at: colon,
      hints: [
        "write `\(name): \(shortened(file.text(value)))`; without the space YAML takes it all for one word"
      ],
      edit: Edit(SourceRange(file, value.lowerBound..<value.lowerBound), " "))
  }

  // MARK: Anchors, aliases, tags

  static func unknownAlias(_ name: String, _ range: SourceRange, known: [String]) -> Diagnostic {
    let match = closestMatch(to: name, among: known)
    return Diagnostic(
      .unknownAlias, "the alias `*\(shortened(name))` stands for an anchor that is not defined above it",
      at: range,
      hints: [
        match.map { "did you mean `*\($0)`?" }
          ?? "write `&\(shortened(name))` before the value that it shall stand for, or \"*\(shortened(name))\" for a text"
      ],
      edit: match.map { Edit(range, "*\($0)") })
  }

  static func aliasWithinItself(_ name: String, _ range: SourceRange, anchor: SourceRange) -> Diagnostic {
    Diagnostic(
      .aliasWithinItself, "the alias `*\(shortened(name))` lies within the value that it stands for",
      at: range,
      also: [Label(anchor, "that value starts here")], hints: ["write the value that is wanted here"])
  }

  static func redefinedAnchor(_ name: String, _ range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .redefinedAnchor, "the anchor `&\(shortened(name))` is defined twice", at: range, label: "again here",
      also: [Label(first, "first here")], hints: ["give one of the two another name"])
  }

  static func secondAnchor(_ range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedAnchor, "a value can have one anchor only", at: range, also: [Label(first, "the first")],
      hints: ["remove one of the two"])
  }

  static func anchorOnAlias(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedAnchor, "an alias cannot have an anchor", at: range,
      hints: ["remove it and use the alias's own name"])
  }

  static func tag(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .tag, "tags are not part of the format; `\(shortened(range.text))` is one, because it starts with `!`",
      at: range,
      hints: ["remove it; a text that starts with `!` goes between double quotes"])
  }

  // MARK: Documents

  static func directive(_ bytes: Range<Int>, in file: SourceFile) -> Diagnostic {
    Diagnostic(
      .directive, "directives such as `%YAML` are not part of the format", at: SourceRange(file, bytes),
      hints: ["remove the line; a text that starts with `%` goes between double quotes"])
  }

  static func severalDocuments(_ bytes: Range<Int>, in file: SourceFile) -> Diagnostic {
    Diagnostic(
      .severalDocuments, "a second document starts here; a file holds one", at: SourceRange(file, bytes),
      hints: ["put it into a file of its own, or remove the `---` or `...`"])
  }

  static func emptyFile(_ file: SourceFile) -> Diagnostic {
    Diagnostic(
      .emptyFile, "the file says nothing", at: SourceRange(file, 0..<0),
      hints: ["start with `mixdown: 1`, then `tracks:`"])
  }
}

/// A name or text for a message: on one line, and not longer than one reads.
func shortened(_ text: String) -> String {
  let line = text.prefix { !$0.isNewline }
  return line.count == text.count && text.count <= 60 ? text : line.prefix(60) + "…"
}
