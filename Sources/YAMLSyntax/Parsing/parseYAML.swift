public import Diagnostics

/// Reads a YAML file into a tree whose every node knows its place, and says all that is wrong with it.
///
/// After a mistake that a reader can see past (a duplicate key, an unclosed quote), the document is there together
/// with its errors, and nodes that could not be read are `isInvalid`. It is nil when the tree cannot be trusted:
/// wrong indentation, a bound passed, no UTF-8 text at all, nothing in the file. Diagnostics are in the order of
/// their places.
public func parseYAML(_ file: SourceFile) -> (document: YAMLDocument?, diagnostics: [Diagnostic]) {
  if var problem = fileSizeProblem(path: file.path, byteCount: file.bytes.count) {
    problem.primary = Diagnostic.Label(SourceRange(file, 0..<0))
    return (nil, [problem])
  }
  let check = CharacterCheck(file)
  guard let bytes = check.readable else { return (nil, check.problems) }
  let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  if let excess = firstTokenPastNodeBound(bytes, from: start) {
    return (nil, sorted(check.problems + [.tooManyNodes(SourceRange(file, excess))], limit: nil))
  }
  var reading = RepeatedReading(file, bytes, characterProblems: check.problems)
  let document = reading.run()
  return (document, sorted(reading.diagnostics, limit: nil))
}

/// Reads a text again and again, each time past one more mistake, blanked out.
private struct RepeatedReading {
  let file: SourceFile
  private(set) var diagnostics: [Diagnostic]
  private var bytes: [UInt8]
  private let linesWithWrongCharacters: Set<Int>
  private var repairedLines: Set<Int> = []
  private var tabsAreRepaired = false
  private var isDistorted = false

  init(_ file: SourceFile, _ bytes: [UInt8], characterProblems: [Diagnostic]) {
    self.file = file
    self.bytes = bytes
    diagnostics = characterProblems
    linesWithWrongCharacters = Set(characterProblems.compactMap(\.line))
  }

  mutating func run() -> YAMLDocument? {
    // Large files get fewer readings, so that the time stays the same.
    let readings = min(20, max(1, (1 << 20) / max(bytes.count, 1)))
    for reading in 1...readings {
      let (parser, result) = read()
      switch result {
      case .success(let root):
        for problem in parser.allProblems() { addFound(problem) }
        isDistorted = isDistorted || parser.isDistorted
        guard let root else {
          if diagnostics.isEmpty { diagnostics.append(.emptyFile(file)) }
          return nil
        }
        return isDistorted ? nil : YAMLDocument(file: file, root: root, tokens: parser.tokens)
      case .failure(let failure):
        if let problem = failure.diagnostic { add(problem) }
        let repairedLine = reading < readings ? repair(failure) : nil
        for problem in parser.allProblems() {
          // A further reading finds those on other lines again.
          if repairedLine == nil || problem.line == repairedLine {
            diagnostics.append(problem)
          }
        }
        if repairedLine == nil { return nil }
      }
    }
    return nil
  }

  private func read() -> (YAMLParser, Result<YAMLNode?, SyntaxFailure>) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      let scanner = unsafe YAMLScanner(buffer, from: start)
      var parser = YAMLParser(file, scanner: scanner, repairedLines: repairedLines)
      do throws(SyntaxFailure) {
        let root = try parser.document()
        return (parser, .success(root))
      } catch {
        return (parser, .failure(error))
      }
    }
  }

  /// A failure on a line with forbidden characters is their consequence, one at a known place nothing new.
  private mutating func add(_ problem: Diagnostic) {
    guard let line = problem.line else { return diagnostics.append(problem) }
    if linesWithWrongCharacters.contains(line) || repairedLines.contains(line) { return }
    addFound(problem)
  }

  /// How wide the tabs were meant to be cannot be known, so what follows from that is left unsaid.
  private mutating func addFound(_ problem: Diagnostic) {
    if tabsAreRepaired, problem.code == .wrongIndentation { return }
    if isConsequence(problem) { return }
    diagnostics.append(problem)
  }

  /// A line that was left out takes what stands below it along: lines that follow it are indented by nothing that is
  /// there, and what was in it stands in the mapping above, where the same key may be already.
  private func isConsequence(_ problem: Diagnostic) -> Bool {
    guard let line = problem.line else { return false }
    switch problem.code {
    case .wrongIndentation:
      let isNear = { (earlier: Int) in earlier < line && line - earlier <= Self.reach }
      return isDistorted && repairedLines.contains(where: isNear)
        || diagnostics.contains { $0.code == .wrongIndentation && $0.line.map(isNear) == true }
    case .duplicateKey: return isDistorted && repairedLines.contains { $0 < line }
    default: return false
    }
  }

  /// Lines below a slip whose indentation may follow from it.
  private static let reach = 8

  /// Blanks what failed; the line, or nil when a further reading would not help.
  private mutating func repair(_ failure: SyntaxFailure) -> Int? {
    let blanked: Range<Int>
    switch failure.repair {
    case nil: return nil
    case .tabs:
      isDistorted = true
      guard !tabsAreRepaired else { return nil }
      tabsAreRepaired = true
      blankIndentingTabs()
      return 0
    case .value(let range): blanked = range
    case .line(let range):
      blanked = range
      isDistorted = true
    }
    let line = file.line(ofByte: blanked.lowerBound)
    guard repairedLines.insert(line).inserted else { return nil }
    for index in blanked { bytes[index] = UInt8(ascii: " ") }
    return line
  }

  /// One space for each tab: a file that is indented by tabs alone keeps its shape.
  private mutating func blankIndentingTabs() {
    var isIndentation = true
    for index in bytes.indices {
      switch bytes[index] {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): isIndentation = true
      case UInt8(ascii: " "): break
      case UInt8(ascii: "\t"): if isIndentation { bytes[index] = UInt8(ascii: " ") }
      default: isIndentation = false
      }
    }
  }
}

extension Diagnostic {
  /// The line of its place, found without counting columns.
  fileprivate var line: Int? { primary.map { $0.range.file.line(ofByte: $0.range.bytes.lowerBound) } }
}
