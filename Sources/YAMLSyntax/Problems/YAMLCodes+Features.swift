internal import Diagnostics

/// Codes for what YAML has and the format leaves out, and for keys, anchors and documents.
extension DiagnosticCode {
  static let duplicateKey = DiagnosticCode(
    "Y0105", title: "duplicate key",
    explanation: #"""
      A key occurs twice in one mapping. YAML readers differ in which of the two they take, so one of them
      would be silently ignored.

      ```yaml
      vocals:
        level: -3 dB
        pan: L10
        level: -5 dB      # which one?
      ```

      Keep one:

      ```yaml
      vocals:
        level: -5 dB
        pan: L10
      ```
      """#)

  static let mergeKey = DiagnosticCode(
    "Y0111", title: "merge key",
    explanation: #"""
      `<<` lays one mapping over another in some YAML 1.1 readers; YAML 1.2 dropped it. Where a value
      comes from would be hard to see, and the format has means of its own, which say where each value
      comes from.

      ```yaml
      vocals: {<<: *lead, level: -3 dB}
      ```

      Use a preset (or `extends:` for whole sessions), which can take parameters too:

      ```yaml
      vocals: {preset: presets/lead.preset.yaml, level: -3 dB}
      ```
      """#)

  static let tag = DiagnosticCode(
    "Y0112", title: "tag",
    explanation: #"""
      A word that starts with `!` is a tag: it tells a YAML reader to make something special of the value.
      The format itself says what each value is, so there are no tags.

      ```yaml
      title: !Hello
      level: !!float -3
      ```

      Put a text between quotes, and leave tags out:

      ```yaml
      title: "!Hello"
      level: -3 dB
      ```
      """#)

  static let directive = DiagnosticCode(
    "Y0113", title: "directive",
    explanation: #"""
      A line that starts with `%` at the very left is a directive for the YAML reader, such as `%YAML
      1.2`. The format needs none. Remove the line; a text that starts with `%` goes between quotes.
      """#)

  static let severalDocuments = DiagnosticCode(
    "Y0114", title: "several documents in a file",
    explanation: #"""
      `---` ends one YAML document and starts another, `...` ends one. A file is one session, one release
      or one preset, so that everything can be named by its file and its path.

      ```yaml
      mixdown: 1
      ---
      mixdown: 1
      ```

      Put the second one into a file of its own. A single `---` at the top is allowed.
      """#)

  static let redefinedAnchor = DiagnosticCode(
    "Y0115", title: "anchor defined twice",
    explanation: #"""
      Two anchors have the same name. An alias would mean one or the other, depending on where it stands,
      and moving a track would change the mix.

      ```yaml
      kick:  {inserts: &punch {compressor: {ratio: 3}}}
      snare: {inserts: &punch {compressor: {ratio: 4}}}
      ```

      Give them two names:

      ```yaml
      kick:  {inserts: &kick_punch {compressor: {ratio: 3}}}
      snare: {inserts: &snare_punch {compressor: {ratio: 4}}}
      ```
      """#)

  static let unknownAlias = DiagnosticCode(
    "Y0116", title: "alias without an anchor",
    explanation: #"""
      `*name` stands for the value that `&name` marked further up in the same file; there is no such mark
      above it.

      ```yaml
      kick:  {inserts: *punch}
      ```

      Mark the value where it comes first, or put a text that starts with `*` between quotes:

      ```yaml
      kick:  {inserts: &punch {compressor: {ratio: 3}}}
      snare: {inserts: *punch}
      ```
      """#)

  static let aliasWithinItself = DiagnosticCode(
    "Y0117", title: "alias within itself",
    explanation: #"""
      An alias lies within the very value that it stands for, so the value would never end.

      ```yaml
      hall: &hall
        inserts: *hall
      ```

      Write the value that is wanted in its place.
      """#)

  static let aliasAsKey = DiagnosticCode(
    "Y0118", title: "alias as a key",
    explanation: #"""
      An alias stands where a key should be. Keys name things, and paths such as `tracks.kick.level` lead
      to them, so each is written out.

      ```yaml
      comment: &name kick
      *name : {level: -3 dB}
      ```

      ```yaml
      comment: kick
      kick: {level: -3 dB}
      ```
      """#)

  static let keyNotText = DiagnosticCode(
    "Y0119", title: "key that is no text",
    explanation: #"""
      A list, a mapping or nothing stands where a key should be. Often a name in curly brackets, as other
      tools write their variables, was not quoted; YAML takes `{song}` for a mapping.

      ```yaml
      {song}: {level: -3 dB}
      : -3 dB
      ```

      ```yaml
      kick: {level: -3 dB}
      title: $song
      ```
      """#)

  static let misplacedAnchor = DiagnosticCode(
    "Y0133", title: "anchor out of place",
    explanation: #"""
      An anchor (`&name`) marks the value behind it. A value has one anchor at most, and an alias, which
      has a name already, none.

      ```yaml
      hall: &a &b {level: -3 dB}
      room: &c *a
      ```

      ```yaml
      hall: &a {level: -3 dB}
      room: *a
      ```
      """#)

  static let emptyFile = DiagnosticCode(
    "Y0131", title: "empty file",
    explanation: #"""
      There is nothing in the file, or nothing but comments. The smallest session names its edition and a
      track:

      ```yaml
      mixdown: 1
      tracks:
        song: {stem: song.wav}
      ```
      """#)
}
