import Diagnostics
import SessionModel

/// How a command ended, as scripts see it.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  case done = 0
  /// A finding: `check` found an error, a deliverable cannot meet its target.
  case finding = 1
  /// Bad usage, or a session that cannot be used.
  case unusable = 2
  /// An input is missing, not pulled, unreadable or damaged.
  case input = 3
  /// The lock is stale.
  case staleLock = 4
  /// Some of a batch failed.
  case partial = 5
  /// An output would overwrite an input.
  case refused = 6
  /// An output could not be written.
  case output = 7
  /// Our bug.
  case bug = 70
  case interrupted = 130
}

extension ExitStatus {
  /// What it says, for the manual.
  public var meaning: String {
    switch self {
    case .done: "Done."
    case .finding: "A finding: check found an error, a check was missed, a deliverable cannot meet its target."
    case .unusable: "Bad usage, or a session that cannot be used."
    case .input: "An input is missing, unreadable, damaged, or other than its header says."
    case .staleLock: "The lock is stale."
    case .partial: "Some of several sessions failed."
    case .refused: "An output would overwrite an input."
    case .output: "An output could not be written."
    case .bug: "A fault of mixdown itself."
    case .interrupted: "Interrupted."
    }
  }

  /// How a command other than `check` ends over these problems: a session that cannot be used outranks an input
  /// that is missing.
  init(_ diagnostics: [Diagnostic]) {
    let errors = diagnostics.filter { $0.severity == .error }
    if errors.isEmpty {
      self = .done
    } else {
      self = errors.allSatisfy { $0.code == .missingFile || $0.code == .badMedia } ? .input : .unusable
    }
  }
}
