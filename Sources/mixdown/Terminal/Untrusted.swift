import AudioFiles
import MixdownKit

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// What a run under `--untrusted` may take of the machine, whatever the project asks for.
enum Untrusted {
  /// Seconds from the first file read to the end.
  private static let seconds: UInt32 = 1800
  /// Bytes of memory that the program writes to; past them the system refuses, and the program ends.
  private static let memory: rlim_t = 4 << 30
  /// Bytes of one file.
  private static let file: rlim_t = 8 << 30

  /// Sets the bounds, for all that the program does from now on.
  static func begin() {
    #if canImport(Darwin)
      limit(RLIMIT_DATA, memory)
      limit(RLIMIT_FSIZE, file)
    #else
      limit(Int32(RLIMIT_DATA.rawValue), memory)
      limit(Int32(RLIMIT_FSIZE.rawValue), file)
    #endif
    // A file that grows past its bound is a write that fails, and not the end of the program.
    unsafe signal(SIGXFSZ, SIG_IGN)
    #if canImport(Darwin)
      var thread: pthread_t?
      unsafe pthread_create(&thread, nil, { _ in Untrusted.end() }, nil)
    #else
      var thread = pthread_t()
      unsafe pthread_create(&thread, nil, { _ in Untrusted.end() }, nil)
    #endif
  }

  private static func limit(_ resource: Int32, _ most: rlim_t) {
    var bound = rlimit(rlim_cur: most, rlim_max: most)
    unsafe _ = setrlimit(resource, &bound)
  }

  /// Ends the program when its time is over, as Ctrl-C does.
  private static func end() -> Never {
    var rest = seconds
    while rest > 0 { rest = sleep(rest) }
    AtomicFile.abandonAll()
    Output.messages.line("error: stopped after \(seconds / 60) minutes, which is what an untrusted project has")
    _exit(ExitStatus.unusable.rawValue)
  }
}
