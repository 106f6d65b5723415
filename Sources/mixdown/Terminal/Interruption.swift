import AudioFiles
import MixdownKit
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// What happens at Ctrl-C, or when the program is asked to end: files in the making are removed, and it ends.
///
/// The signals are blocked everywhere and awaited by one thread, where, unlike in a signal handler, anything may
/// be done.
enum Interruption {
  private static let cleanUp = Mutex<(@Sendable () -> Void)?>(nil)

  /// Begins to wait; to be called before other threads are started, which inherit what is blocked.
  /// Called again it only changes what is to be done.
  /// - Parameter cleanUp: what is to be done beside removing the files in the making.
  static func watch(_ cleanUp: @escaping @Sendable () -> Void) {
    let isWatching = self.cleanUp.withLock { known in
      defer { known = cleanUp }
      return known != nil
    }
    if isWatching { return }
    block()
    #if canImport(Darwin)
      var thread: pthread_t?
      unsafe pthread_create(&thread, nil, { _ in Interruption.wait() }, nil)
    #else
      var thread = pthread_t()
      unsafe pthread_create(&thread, nil, { _ in Interruption.wait() }, nil)
    #endif
  }

  private static func signals() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&set, signal) }
    return set
  }

  private static func block() {
    var set = signals()
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  private static func wait() -> Never {
    var set = signals()
    var signal: Int32 = 0
    while unsafe sigwait(&set, &signal) != 0 {}
    AtomicFile.abandonAll()
    cleanUp.withLock { $0 }?()
    // Past this line nothing of the program runs, so nothing new can be begun.
    _exit(signal == SIGINT ? ExitStatus.interrupted.rawValue : 128 + signal)
  }
}
