public import Diagnostics

extension DiagnosticCode {
  /// All codes of this module, in the order of their ids, for `explain`.
  public static let yamlCodes: [DiagnosticCode] = [
    .fileTooLarge, .notUTF8, .foreignEncoding, .controlCharacter, .duplicateKey, .lineBreak, .bidiControl,
    .tooDeep, .tooManyNodes, .textTooLong, .mergeKey, .tag, .directive, .severalDocuments, .redefinedAnchor,
    .unknownAlias, .aliasWithinItself, .aliasAsKey, .keyNotText, .tabIndentation, .unclosedQuote,
    .wrongIndentation, .missingColon, .missingSpace, .needsQuotes, .unclosedBracket, .strayBracket,
    .unknownEscape, .blockText, .misplacedItem, .emptyFile, .cutText, .misplacedAnchor, .missingComma,
    .otherSyntax,
  ]
}
