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

  static func textTooLong(_ byteCount: Int, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .textTooLong,
      "this text is \(byteCount) bytes long; at most \(YAMLBounds.scalarBytes) (64 KiB) are allowed",
      at: range, hints: ["shorten it, or look for a quote that is never closed"])
  }

  static func escapedControlCharacter(_ scalar: Unicode.Scalar, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .controlCharacter, "an escape in this text stands for the control character \(codePointName(scalar))",
      at: range, hints: ["remove it; of these a text may hold tabs (\\t) and line ends (\\n) only"])
  }

  // MARK: Keys

  static func duplicateKey(_ entry: YAMLEntry, first: YAMLEntry) -> Diagnostic {
    Diagnostic(
      .duplicateKey, "the key `\(entry.key)` is already there in this mapping", at: entry.keyRange,
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
      hints: ["write the key itself" + (alias.target.scalar.map { ": `\($0.text)`" } ?? "")])
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

  static func missingSpace(in file: SourceFile, colon: Int, until end: Int) -> Diagnostic {
    let line = file.line(ofByte: colon)
    let start = afterIndentation(file.line(line), file).lowerBound
    let key = file.text(
      (start < colon && !file.bytes[start..<colon].contains(UInt8(ascii: "{")) ? start : colon)..<colon)
    return Diagnostic(
      .missingSpace, "a space is missing after the colon\(key.isEmpty ? "" : " of `\(key):`")",
      at: SourceRange(file, colon..<colon + 1),
      hints: [
        "write `\(key): \(file.text(colon + 1..<end))`; without the space YAML takes it all for one word"
      ],
      edit: Edit(SourceRange(file, colon + 1..<colon + 1), " "))
  }

  // MARK: Anchors, aliases, tags

  static func unknownAlias(_ name: String, _ range: SourceRange, known: [String]) -> Diagnostic {
    let match = closestMatch(to: name, among: known)
    return Diagnostic(
      .unknownAlias, "the alias `*\(name)` stands for an anchor that is not defined above it", at: range,
      hints: [
        match.map { "did you mean `*\($0)`?" }
          ?? "write `&\(name)` before the value that it shall stand for, or \"*\(name)\" for a text"
      ],
      edit: match.map { Edit(range, "*\($0)") })
  }

  static func aliasWithinItself(_ name: String, _ range: SourceRange, anchor: SourceRange) -> Diagnostic {
    Diagnostic(
      .aliasWithinItself, "the alias `*\(name)` lies within the value that it stands for", at: range,
      also: [Label(anchor, "that value starts here")], hints: ["write the value that is wanted here"])
  }

  static func redefinedAnchor(_ name: String, _ range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .redefinedAnchor, "the anchor `&\(name)` is defined twice", at: range, label: "again here",
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
      .tag, "tags are not part of the format; `\(range.text)` is one, because it starts with `!`", at: range,
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
