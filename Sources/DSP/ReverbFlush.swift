/// Levels below this (−600 dBFS) become silence, long before they are denormal.
private let floorLevel = 1e-30

/// Silences a ring that holds nothing above the floor.
///
/// All of it or nothing: what is taken out of a part, the rest of a feedback loop fills in again. The search
/// ends at the first sound.
func flushIfQuiet(_ ring: inout [Frame]) {
  for index in ring.indices where reverbFlushed(ring[index]) != .zero { return }
  for index in ring.indices { ring[index] = .zero }
}

@inline(__always)
func flush(_ frame: inout Frame) { frame = reverbFlushed(frame) }

@inline(__always)
func reverbFlushed(_ frame: Frame) -> Frame {
  Frame(
    frame.x < floorLevel && frame.x > -floorLevel ? 0 : frame.x,
    frame.y < floorLevel && frame.y > -floorLevel ? 0 : frame.y)
}
