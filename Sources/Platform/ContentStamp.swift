#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A text that changes with the content of a file, without reading it.
public enum ContentStamp {
  /// That of the running program: its size and the time it was written.
  public static let ofThisProgram: String = {
    var status = stat()
    #if canImport(Darwin)
      var path = [CChar](repeating: 0, count: 4096)
      var size = UInt32(path.count)
      guard unsafe _NSGetExecutablePath(&path, &size) == 0, unsafe stat(path, &status) == 0 else { return "unknown" }
      let time = status.st_mtimespec
    #else
      guard unsafe stat("/proc/self/exe", &status) == 0 else { return "unknown" }
      let time = status.st_mtim
    #endif
    return "\(status.st_size):\(time.tv_sec):\(time.tv_nsec)"
  }()
}
