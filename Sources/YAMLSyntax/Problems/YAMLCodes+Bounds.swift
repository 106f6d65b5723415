internal import Diagnostics

/// Codes for files that are too large in some direction, and for characters that a text may not hold.
extension DiagnosticCode {
  static let fileTooLarge = DiagnosticCode(
    "Y0101", title: "file too large",
    explanation: #"""
      A file may be 8 MiB long. A session is a text of some kilobytes, so a larger file is most often an
      audio file or an export that was named by mistake; it is refused by its size, before it is read.

      ```yaml
      tracks:
        kick: {stem: stems/kick.wav}   # audio stays in files of its own
      ```
      """#)

  static let notUTF8 = DiagnosticCode(
    "Y0102", title: "not UTF-8",
    explanation: #"""
      The file holds bytes that are not UTF-8, most often because it was saved in an older encoding such
      as Latin-1 (Windows-1252), in which `ö` is the single byte 0xF6. A guess could change a title
      without a word, so none is made.

      Save the file as UTF-8; most editors offer it under "Save with encoding". On a command line, `iconv
      -f WINDOWS-1252 -t UTF-8 old.mix.yaml > new.mix.yaml` does the same.
      """#)

  static let foreignEncoding = DiagnosticCode(
    "Y0103", title: "UTF-16 or UTF-32",
    explanation: #"""
      The file starts as a UTF-16 or UTF-32 text does: with its byte order mark, or with every other byte
      NUL. All files of a project are UTF-8, so that tools for text and git can read them too.

      Save the file as UTF-8; Windows editors call UTF-16 "Unicode". A byte order mark of UTF-8 is
      allowed, but not needed.
      """#)

  static let controlCharacter = DiagnosticCode(
    "Y0104", title: "control character",
    explanation: #"""
      The file holds an invisible control character: NUL, escape, a byte order mark within the text, or
      the like. None has a meaning in a session, and each can hide text or break file names. Such
      characters come in by copying from terminals and word processors, or the file is no text at all.

      Remove it. Tabs and line ends within a text are written between double quotes:

      ```yaml
      comment: "first line\nsecond line"
      ```
      """#)

  static let lineBreak = DiagnosticCode(
    "Y0106", title: "unusual line break",
    explanation: #"""
      A line ends with something other than LF or CRLF: a lone carriage return (old Macintosh files), NEL
      (U+0085), a line separator (U+2028) or a paragraph separator (U+2029). YAML 1.1 and 1.2 disagree
      about the last three, and editors show them as nothing, so that a line may hide within a line.

      End lines with LF or CRLF. Within a text, between double quotes, write `\n`.
      """#)

  static let bidiControl = DiagnosticCode(
    "Y0107", title: "invisible direction control",
    explanation: #"""
      An invisible character changes the direction in which the following text is shown, so that what you
      read is not what is there ("Trojan source", CVE-2021-42574). Arabic and Hebrew letters do not need
      it.

      Remove it. A title that does need one says so with an escape between double quotes:

      ```yaml
      title: "\u200Fשלום"
      ```
      """#)

  static let tooDeep = DiagnosticCode(
    "Y0108", title: "nested too deeply",
    explanation: #"""
      Values lie within more than 32 levels of mappings and lists, aliases followed. A session needs about
      ten. Most often brackets are opened and never closed.
      """#)

  static let tooManyNodes = DiagnosticCode(
    "Y0109", title: "too many values",
    explanation: #"""
      The file holds more than 1 000 000 keys and values, each alias counted as all that it stands for. A
      few lines of aliases of aliases can stand for billions of values; they are counted, never written
      out.

      ```yaml
      a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
      b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]     # 100 values, and so on
      ```

      Write out what is needed, or share it by a preset.
      """#)

  static let textTooLong = DiagnosticCode(
    "Y0110", title: "text too long",
    explanation: #"""
      A single text is longer than 64 KiB (65 536 bytes of UTF-8). Most often a quote is opened and never
      closed, or something that belongs into a file of its own, such as a picture, was pasted in.
      """#)
}
