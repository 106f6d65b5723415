/// A line of a source file with some places on it marked, as rows of text below a gutter.
struct Excerpt {
  struct Mark {
    var bytes: Range<Int>
    var text: String
    var isPrimary: Bool
  }

  let file: SourceFile
  let line: Int
  let marks: [Mark]
  /// The longest line shown whole; longer ones are cut around the first mark.
  static let maximumColumns = 100

  /// The line's text, cut where it is too long.
  private(set) var text = ""
  /// For each mark, in their order: its first column and its width, at least 1.
  private(set) var spans: [(start: Int, width: Int)] = []

  init(_ file: SourceFile, line: Int, marks: [Mark]) {
    self.file = file
    self.line = line
    self.marks = marks.sorted {
      ($0.bytes.lowerBound, $0.isPrimary ? 1 : 0) < ($1.bytes.lowerBound, $1.isPrimary ? 1 : 0)
    }
    layOut()
  }

  private mutating func layOut() {
    let whole = file.line(line)
    let focus = (marks.first { $0.isPrimary } ?? marks.first)?.bytes.lowerBound ?? whole.lowerBound
    let near = neighbourhood(of: focus, in: whole)
    let cells = displayCells(file, near)
    let window = window(cells, around: focus, isWhole: near == whole)
    let isCutBefore = near.lowerBound > whole.lowerBound || window.lowerBound > 0
    let isCutAfter = near.upperBound < whole.upperBound || window.upperBound < cells.count
    text = (isCutBefore ? "…" : "") + cells[window].map(\.text).joined() + (isCutAfter ? "…" : "")
    spans = marks.map { mark in
      var start = isCutBefore ? 1 : 0
      var width = 0
      for cell in cells[window] {
        if cell.bytes.upperBound <= mark.bytes.lowerBound {
          start += cell.width
        } else if cell.bytes.lowerBound < mark.bytes.upperBound {
          width += cell.width
        }
      }
      return (start, max(width, 1))
    }
  }

  /// A very long line is not taken apart whole: only the bytes near a place, at code point bounds.
  private func neighbourhood(of focus: Int, in whole: Range<Int>) -> Range<Int> {
    guard whole.count > 2000 else { return whole }
    var start = max(whole.lowerBound, min(focus, whole.upperBound) - 600)
    var end = min(whole.upperBound, start + 1800)
    while start > whole.lowerBound, isContinuation(file.bytes[start]) { start -= 1 }
    while end < whole.upperBound, isContinuation(file.bytes[end]) { end += 1 }
    return start..<end
  }

  /// The cells to show, so that about a third of the columns lie before the place.
  private func window(_ cells: [DisplayCell], around focus: Int, isWhole: Bool) -> Range<Int> {
    let total = cells.reduce(0) { $0 + $1.width }
    if isWhole, total <= Self.maximumColumns { return 0..<cells.count }
    let place = cells.firstIndex { $0.bytes.upperBound > focus } ?? cells.count
    var start = place
    var before = 0
    while start > 0, before + cells[start - 1].width <= Self.maximumColumns / 3 {
      start -= 1
      before += cells[start].width
    }
    var end = start
    var used = 0
    while end < cells.count, used + cells[end].width <= Self.maximumColumns {
      used += cells[end].width
      end += 1
    }
    // Where little follows, more is shown of what comes before.
    while start > 0, used + cells[start - 1].width <= Self.maximumColumns {
      start -= 1
      used += cells[start].width
    }
    return start..<end
  }

  /// The rows below the line: underlines with the last mark's text beside them, then the other marks' texts,
  /// hanging from their places.
  func markRows(_ paint: (String, _ isPrimary: Bool) -> String) -> [String] {
    var rows = [underlines(paint)]
    if let last = marks.last, !last.text.isEmpty {
      rows[0] += " " + paint(visible(last.text), last.isPrimary)
    }
    var hanging = marks.indices.dropLast().filter { !marks[$0].text.isEmpty }
    if !hanging.isEmpty { rows.append(connectors(hanging, paint)) }
    while let index = hanging.popLast() {
      let text = paint(visible(marks[index].text), marks[index].isPrimary)
      let before = connectors(hanging.filter { spans[$0].start < spans[index].start }, paint)
      let columnsBefore =
        hanging.last { spans[$0].start < spans[index].start }.map { spans[$0].start + 1 } ?? 0
      rows.append(before + blanks(spans[index].start - columnsBefore) + text)
    }
    return rows
  }

  private func underlines(_ paint: (String, Bool) -> String) -> String {
    let end = zip(spans, marks).reduce(0) { max($0, $1.0.start + $1.0.width) }
    var owners = [Int?](repeating: nil, count: end)
    for isPrimary in [false, true] {  // the primary mark lies on top
      for (index, mark) in marks.enumerated() where mark.isPrimary == isPrimary {
        for column in spans[index].start..<spans[index].start + spans[index].width { owners[column] = index }
      }
    }
    var row = ""
    var column = 0
    while column < end {
      let owner = owners[column]
      let next = owners[column...].firstIndex { $0 != owner } ?? end
      if let owner {
        let isPrimary = marks[owner].isPrimary
        row += paint(String(repeating: isPrimary ? "^" : "-", count: next - column), isPrimary)
      } else {
        row += blanks(next - column)
      }
      column = next
    }
    return row
  }

  private func connectors(_ hanging: [Int], _ paint: (String, Bool) -> String) -> String {
    var row = ""
    var column = 0
    for index in hanging where spans[index].start >= column {
      row += blanks(spans[index].start - column) + paint("|", marks[index].isPrimary)
      column = spans[index].start + 1
    }
    return row
  }

  private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
