import Dispatch
import Synchronization

/// Runs `body` for every index below `count`, on up to `workers` threads, and returns when all are done.
///
/// Workers pull the next index as they become free; which thread runs what changes nothing in the result, as
/// every index owns what it writes.
public func forEachParallel(_ count: Int, workers: Int, _ body: @Sendable (Int) -> Void) {
  let workers = min(workers, count)
  guard workers > 1 else {
    for index in 0..<count { body(index) }
    return
  }
  let next = Atomic(0)
  DispatchQueue.concurrentPerform(iterations: workers) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if index >= count { return }
      body(index)
    }
  }
}
