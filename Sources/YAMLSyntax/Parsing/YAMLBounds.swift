public import Diagnostics

/// How large a file may be in every direction. All of it is enforced while reading, before memory is taken.
public enum YAMLBounds {
  /// 8 MiB.
  public static let fileBytes = 8 * 1024 * 1024
  /// Collections within collections, aliases followed.
  public static let depth = 32
  /// Keys and values, each alias counted as all that it stands for.
  public static let nodes = 1_000_000
  /// 64 KiB of UTF-8.
  public static let scalarBytes = 64 * 1024
}

/// The refusal of a file that is too large, from its size alone: ask before reading it. Nil when it is not.
public func fileSizeProblem(path: String, byteCount: Int) -> Diagnostic? {
  guard byteCount > YAMLBounds.fileBytes else { return nil }
  let tenths = byteCount / (1024 * 1024 / 10)
  return Diagnostic(
    .fileTooLarge, "the file is \(tenths / 10).\(tenths % 10) MiB long; at most 8 MiB are read",
    at: SourceRange(SourceFile(path: path, bytes: []), 0..<0),
    hints: ["a session is a text of some kilobytes; audio belongs into files of its own, named by `stem:`"])
}
