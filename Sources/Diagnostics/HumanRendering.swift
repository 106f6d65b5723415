/// The rendering for people: what is wrong, the lines with the places marked, and what to write instead.
struct HumanRendering {
  let diagnostic: Diagnostic
  let color: Bool

  func text() -> String {
    let severity = diagnostic.severity
    var rows = [
      paint("\(severity.rawValue)[\(diagnostic.code.id)]", severityColor)
        + paint(": \(visible(diagnostic.message))", .bold)
    ]
    for (index, group) in labelsByFile().enumerated() { rows += excerpts(group, isFirst: index == 0) }
    let notes =
      (diagnostic.path.map { ["in: \(visible($0))"] } ?? []) + diagnostic.hints.map { "help: \(visible($0))" }
    if !notes.isEmpty, hasExcerpt { rows.append(gutter("|")) }
    rows += notes.map(note)
    rows += edit()
    return rows.map { $0 + "\n" }.joined()
  }

  // MARK: Excerpts

  private struct FileLabels {
    var file: SourceFile
    var marks: [(line: Int, mark: Excerpt.Mark)]
  }

  /// The primary label's file first, then the others as they come.
  private func labelsByFile() -> [FileLabels] {
    var groups: [FileLabels] = []
    let labels = [diagnostic.primary].compactMap(\.self) + diagnostic.secondary
    for (index, label) in labels.enumerated() {
      let isPrimary = index == 0 && diagnostic.primary != nil
      let line = label.range.start.line
      // What spans lines is underlined to the end of its first.
      let end = min(
        label.range.bytes.upperBound,
        max(label.range.file.line(line).upperBound, label.range.bytes.lowerBound))
      let mark = Excerpt.Mark(
        bytes: label.range.bytes.lowerBound..<max(end, label.range.bytes.lowerBound), text: label.text,
        isPrimary: isPrimary)
      if let place = groups.firstIndex(where: { $0.file == label.range.file }) {
        groups[place].marks.append((line, mark))
      } else {
        groups.append(FileLabels(file: label.range.file, marks: [(line, mark)]))
      }
    }
    return groups
  }

  private func excerpts(_ group: FileLabels, isFirst: Bool) -> [String] {
    guard let first = group.marks.first else { return [] }
    let place = group.file.position(ofByte: first.mark.bytes.lowerBound)
    let arrow = paint(blanks(gutterWidth) + (isFirst ? "-->" : ":::"), .gutter)
    var rows = ["\(arrow) \(visible(group.file.path)):\(place.line):\(place.column)"]
    guard !group.file.bytes.isEmpty else { return rows }
    rows.append(gutter("|"))
    var lastLine: Int?
    for (line, marks) in marksByLine(group) {
      if let lastLine, line == lastLine + 2 {
        rows.append(sourceRow(Excerpt(group.file, line: line - 1, marks: [])))
      } else if let lastLine, line > lastLine + 2 {
        rows.append(paint("...", .gutter))
      }
      let excerpt = Excerpt(group.file, line: line, marks: marks)
      rows.append(sourceRow(excerpt))
      rows += excerpt.markRows { paint($0, $1 ? severityColor : .gutter) }.map { gutter("| " + $0) }
      lastLine = line
    }
    return rows
  }

  /// Marks on one line share an excerpt, unless the line is so long that they may lie far apart.
  private func marksByLine(_ group: FileLabels) -> [(Int, [Excerpt.Mark])] {
    var lines: [(line: Int, marks: [Excerpt.Mark])] = []
    for (line, mark) in group.marks.sorted(by: {
      ($0.line, $0.mark.bytes.lowerBound) < ($1.line, $1.mark.bytes.lowerBound)
    }) {
      if lines.last?.line == line, group.file.line(line).count <= Excerpt.maximumColumns {
        lines[lines.count - 1].marks.append(mark)
      } else {
        lines.append((line, [mark]))
      }
    }
    return lines
  }

  private func sourceRow(_ excerpt: Excerpt) -> String {
    numbered(excerpt.line, "|") + (excerpt.text.isEmpty ? "" : " " + excerpt.text)
  }

  // MARK: Notes and edits

  private func note(_ text: String) -> String {
    let parts = text.split(separator: ":", maxSplits: 1)
    return gutter("= ") + paint("\(parts[0]):", .bold) + parts[1]
  }

  /// The lines before and after the suggested edit; nothing for an edit of many lines.
  private func edit() -> [String] {
    guard let edit = diagnostic.edit else { return [] }
    let file = edit.range.file
    let first = file.line(ofByte: edit.range.bytes.lowerBound)
    let last = file.line(ofByte: edit.range.bytes.upperBound)
    let start = file.line(first).lowerBound
    let end = file.line(last).upperBound
    guard last - first < 4, start <= edit.range.bytes.lowerBound,
      edit.range.bytes.upperBound <= end || last > first,
      end - start <= 2000
    else { return [] }
    let new =
      Array(file.bytes[start..<edit.range.bytes.lowerBound]) + edit.replacement.utf8
      + file.bytes[min(edit.range.bytes.upperBound, end)..<end]
    let changed = SourceFile(path: file.path, bytes: new)
    var rows = [gutter("|")]
    for line in first...last {
      rows.append(changeRow(file, line, at: edit.range.bytes.lowerBound, line, "-", .removed))
    }
    for line in 1...changed.lineCount {
      rows.append(
        changeRow(changed, line, at: edit.range.bytes.lowerBound - start, first + line - 1, "+", .added))
    }
    return rows
  }

  private func changeRow(
    _ file: SourceFile, _ line: Int, at focus: Int, _ number: Int, _ sign: String, _ color: Color
  ) -> String {
    let bytes = file.line(line)
    let focus = min(max(focus, bytes.lowerBound), bytes.upperBound)
    let excerpt = Excerpt(
      file, line: line, marks: [Excerpt.Mark(bytes: focus..<focus, text: "", isPrimary: true)])
    return numbered(number, "") + paint("\(sign) \(excerpt.text)", color)
  }

  // MARK: Gutter and colours

  private var hasExcerpt: Bool { diagnostic.primary.map { !$0.range.file.bytes.isEmpty } ?? false }

  /// As wide as the largest line number.
  private var gutterWidth: Int {
    var lines = ([diagnostic.primary].compactMap(\.self) + diagnostic.secondary).map(\.range.start.line)
    if let edit = diagnostic.edit { lines.append(edit.range.end.line) }
    return String(lines.max() ?? 1).count
  }

  private func gutter(_ text: String) -> String {
    let sign = text.prefix(1)
    return blanks(gutterWidth + 1) + paint(String(sign), .gutter) + text.dropFirst()
  }

  private func numbered(_ line: Int, _ text: String) -> String {
    let number = String(line)
    return paint(blanks(gutterWidth - number.count) + number + " " + text, .gutter)
  }

  private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  /// ANSI "select graphic rendition" parameters (ECMA-48, 8.3.117).
  private enum Color: String {
    case bold = "1"
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
    case gutter = "1;34"
    case removed = "31"
    case added = "32"
  }

  private var severityColor: Color {
    switch diagnostic.severity {
    case .error: .error
    case .warning: .warning
    case .note: .note
    }
  }

  private func paint(_ text: String, _ color: Color) -> String {
    self.color && !text.isEmpty ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}
