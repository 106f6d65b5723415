/// Silences a ring that holds nothing above the floor of `flushed` (1e−30, −600 dBFS).
///
/// All of it or nothing: what is taken out of a part, the rest of a feedback loop fills in again. The search
/// ends at the first sound.
func flushIfQuiet(_ ring: inout [Frame]) {
  for index in ring.indices where flushed(ring[index]) != .zero { return }
  for index in ring.indices { ring[index] = .zero }
}

@inline(__always)
func flush(_ frame: inout Frame) { frame = flushed(frame) }
