internal import Diagnostics

/// Codes for mistakes of writing: quotes, brackets, colons, indentation.
extension DiagnosticCode {
  static let tabIndentation = DiagnosticCode(
    "Y0120", title: "tab in the indentation",
    explanation: #"""
      A tab stands where YAML wants spaces. How wide a tab is depends on the editor, so YAML allows none
      in front of a line.

      Indent by spaces, two a level. Editors do it by themselves once told so (an `.editorconfig` with
      `indent_style = space` and `indent_size = 2`), and convert a whole file at once.
      """#)

  static let unclosedQuote = DiagnosticCode(
    "Y0121", title: "unclosed quote",
    explanation: #"""
      A text starts with a quote that never ends, or ends only at the next quote some lines further down.

      ```yaml
      title: "Night Drive
      artist: "Ada Vale"
      ```

      Close it. An apostrophe within single quotes is written twice, or use double quotes:

      ```yaml
      title: "Night Drive"
      comment: 'don''t touch'
      comment: "don't touch"
      ```
      """#)

  static let wrongIndentation = DiagnosticCode(
    "Y0122", title: "wrong indentation",
    explanation: #"""
      A line starts further left or right than every line that it could belong to. Keys of one mapping
      start in the same column; what belongs to a key is indented more than the key, by the same number of
      spaces everywhere.

      ```yaml
      kick:
        level: -4 dB
         pan: L10          # one space too many
       output: drums       # neither beside `kick` nor below it
      ```

      ```yaml
      kick:
        level: -4 dB
        pan: L10
        output: drums
      ```
      """#)

  static let missingColon = DiagnosticCode(
    "Y0123", title: "missing colon",
    explanation: #"""
      A line has no colon after its key, or belongs to the text above it, which would then need quotes.

      ```yaml
      kick:
        level -4 dB
        pan: L10
      ```

      ```yaml
      kick:
        level: -4 dB
        pan: L10
      ```
      """#)

  static let missingSpace = DiagnosticCode(
    "Y0124", title: "missing space after a colon",
    explanation: #"""
      In YAML a colon ends a key only when a space or a line end follows. Without it the line is one long
      word.

      ```yaml
      level:-4 dB
      ```

      ```yaml
      level: -4 dB
      ```
      """#)

  static let needsQuotes = DiagnosticCode(
    "Y0125", title: "text that needs quotes",
    explanation: #"""
      A text holds characters that mean something to YAML: `: ` within it, one of `@ % & * ! ? | > [ ] { }
      ,` or a backtick at its start, or more text behind a closing quote or bracket.

      ```yaml
      title: Intro: The Night
      artist: @ada
      comment: [live] at the Blue Room
      ```

      Put it between double quotes (within which `"` is written `\"` and `\` is written `\\`) or between
      single quotes (within which `'` is written `''`):

      ```yaml
      title: "Intro: The Night"
      artist: "@ada"
      comment: '[live] at the Blue Room'
      ```
      """#)

  static let unclosedBracket = DiagnosticCode(
    "Y0126", title: "unclosed bracket",
    explanation: #"""
      A `[` or `{` is never closed, so that all the lines after it seem to belong to it. A `#` after a
      space starts a comment within brackets too, and hides a bracket behind it.

      ```yaml
      sends: {hall: -14 dB
      inserts: {eq: {phase: minimum}}
      ```

      ```yaml
      sends: {hall: -14 dB}
      inserts: {eq: {phase: minimum}}
      ```
      """#)

  static let strayBracket = DiagnosticCode(
    "Y0127", title: "bracket or comma out of place",
    explanation: #"""
      A closing bracket closes nothing or another kind of bracket, or there is nothing before a comma.

      ```yaml
      members: [kick, snare}
      members: [kick, , snare]
      ```

      ```yaml
      members: [kick, snare]
      ```
      """#)

  static let unknownEscape = DiagnosticCode(
    "Y0128", title: "unknown escape",
    explanation: #"""
      Between double quotes a backslash starts an escape, such as `\n` (line end), `\t` (tab), `\"`, `\\`
      or `\u00F6` (a character by its number). Folders are separated by `/` on all systems.

      ```yaml
      stem: "stems\kick.wav"
      ```

      ```yaml
      stem: stems/kick.wav
      ```
      """#)

  static let blockText = DiagnosticCode(
    "Y0129", title: "text of several lines",
    explanation: #"""
      `|` and `>` at the start of a value begin a text of several lines, which starts on the next line and
      is indented more than its key. Nothing but a comment may follow the sign.

      ```yaml
      comment: > louder than before
      ```

      ```yaml
      comment: "> louder than before"
      comment: |
        The first line.
        The second line.
      ```
      """#)

  static let misplacedItem = DiagnosticCode(
    "Y0130", title: "list item out of place",
    explanation: #"""
      A `- ` stands where no list item can be: behind a key on the same line, among the keys of a mapping,
      or within brackets; or a key stands among list items.

      ```yaml
      level: - {at: chorus, value: -3 dB}
      ```

      ```yaml
      level:
        - {at: chorus, value: -3 dB}
      members: [kick, snare]
      ```
      """#)

  static let cutText = DiagnosticCode(
    "Y0132", title: "text cut at a number sign",
    explanation: #"""
      In YAML a `#` after a space starts a comment. `Take #2` is therefore read as `Take`, and `#ff8800`
      as nothing. This is a warning, because a comment may be meant; then put a space after the `#`.

      ```yaml
      title: Take #2
      color: #ff8800
      ```

      ```yaml
      title: "Take #2"
      color: "#ff8800"
      level: -3 dB   # a comment
      ```
      """#)

  static let missingComma = DiagnosticCode(
    "Y0134", title: "missing comma",
    explanation: #"""
      Between brackets, entries are separated by commas.

      ```yaml
      compressor: {threshold: -18 dB ratio: 3:1}
      ```

      ```yaml
      compressor: {threshold: -18 dB, ratio: 3:1}
      ```
      """#)

  static let otherSyntax = DiagnosticCode(
    "Y0199", title: "not YAML",
    explanation: #"""
      The text is not YAML at this place, and no simpler reason was found. A file is one mapping: lines of
      `key: value`, what belongs to a key indented below it; lists are lines that start with `- `; small
      mappings and lists can be written on one line as `{a: 1, b: 2}` and `[a, b]`. Texts with special
      characters go between double quotes.
      """#)
}
