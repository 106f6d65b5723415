import Synchronization

/// Results of work that is done side by side, put back in order.
final class Collected<Value: Sendable>: Sendable {
  private let values = Mutex<[Int: Value]>([:])

  func put(_ value: Value, at index: Int) { values.withLock { $0[index] = value } }

  var inOrder: [Value] { values.withLock { values in values.keys.sorted().compactMap { values[$0] } } }
}
