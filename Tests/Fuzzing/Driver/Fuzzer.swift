#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What is run over and over with changed bytes.
public struct FuzzTarget: Sendable {
  public var name: String

  /// Done once, before the first.
  public var prepare: @Sendable () -> Void

  /// Reads the bytes. False keeps them out of the corpus: they are another target's.
  public var run: @Sendable ([UInt8]) -> Bool

  public init(
    _ name: String, prepare: @escaping @Sendable () -> Void = {}, _ run: @escaping @Sendable ([UInt8]) -> Bool
  ) {
    self.name = name
    self.prepare = prepare
    self.run = run
  }
}

/// The one that this process runs.
nonisolated(unsafe) private var running: FuzzTarget?

/// Runs the target that FUZZ_TARGET names. Arguments are libFuzzer's, which starts the program anew with them.
///
/// - Returns: the process's exit status.
public func runFuzzer(_ targets: [FuzzTarget]) -> Int32 {
  let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) }
  guard let target = targets.first(where: { $0.name == name }) else {
    print("FUZZ_TARGET is one of: \(targets.map(\.name).joined(separator: ", "))")
    return 2
  }
  target.prepare()
  unsafe running = target
  var count = CommandLine.argc
  var arguments = unsafe CommandLine.unsafeArgv
  return unsafe runDriver(&count, &arguments) { data, size in
    guard let target = unsafe running else { return 0 }
    let isItsOwn = target.run(unsafe [UInt8](UnsafeBufferPointer(start: data, count: size)))
    return isItsOwn ? 0 : -1
  }
}

/// A function of libFuzzer; its arguments are those of C's `main` and what it calls with each input.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32
