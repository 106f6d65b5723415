import Diagnostics
import MixdownKit

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// Where text goes: data to standard output, messages and progress to standard error.
struct Output {
  let descriptor: Int32

  static let standard = Output(descriptor: STDOUT_FILENO)
  static let messages = Output(descriptor: STDERR_FILENO)

  func line(_ text: String) { write(text.hasSuffix("\n") ? text : text + "\n") }

  /// Writes all of `text`. When nobody reads any more, the program is done.
  func write(_ text: String) { write(Array(text.utf8)[...]) }

  func write(_ bytes: ArraySlice<UInt8>) {
    var written = bytes.startIndex
    while written < bytes.endIndex {
      let count = unsafe bytes[written...].withUnsafeBytes {
        unsafe writeBytes(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 {
        written += count
      } else if errno == EPIPE {
        StreamFolder.current?.remove()
        exit(ExitStatus.done.rawValue)
      } else if errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        unsafe poll(&ready, 1, -1)
      } else if errno != EINTR {
        // Data that cannot be written is an output that failed; a lost message is none.
        if descriptor != STDOUT_FILENO { return }
        let reason = unsafe String(cString: strerror(errno))
        Self.messages.line("error: standard output could not be written: \(reason)")
        StreamFolder.current?.remove()
        exit(ExitStatus.output.rawValue)
      }
    }
  }

  // MARK: Terminals

  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Whether a line can be drawn over.
  var canRedraw: Bool { isTerminal && environment("TERM") != "dumb" }

  /// Whether ANSI colours are wanted (https://no-color.org).
  var hasColor: Bool { canRedraw && (environment("NO_COLOR") ?? "").isEmpty }

  var columns: Int {
    var size = winsize()
    return unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? max(20, Int(size.ws_col)) : 100
  }

  private func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  // MARK: Diagnostics

  /// Diagnostics for people.
  func diagnostics(_ diagnostics: [Diagnostic]) {
    guard !diagnostics.isEmpty else { return }
    write(DiagnosticPrinter(style: .human, color: hasColor).text(diagnostics))
  }
}

/// The system's call, apart from the method of the same name.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  #if canImport(Darwin)
    unsafe Darwin.write(descriptor, bytes, count)
  #else
    unsafe Glibc.write(descriptor, bytes, count)
  #endif
}
