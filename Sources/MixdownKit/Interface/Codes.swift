import Delivery
import Diagnostics
import SessionModel
import Tables
import YAMLSyntax

/// Every module's codes, in the order of a file's way through the program.
let allCodes: [DiagnosticCode] =
  DiagnosticCode.yamlCodes + DiagnosticCode.tables + DiagnosticCode.sessionModel + DiagnosticCode.delivery
  + [.moreProblems]
